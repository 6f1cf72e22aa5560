/* operator_notes.c: what operators write down about an account, for each other, newest first. Who wrote it and when
 * stand beside it. There is no statement that changes or takes out a note: what was said of a customer stays said, and
 * a correction is another note. They are the operators' own and stand in nobody's trail, which merchants read. */
#include "accounts/private.h"

enum { NOTE_MAX = 2000, NOTES_USUAL = 50, NOTES_MAX = 100 };

STMT(note_put, "INSERT INTO account_notes (account, author, text, at_ms) VALUES (?1, ?2, ?3, ?4) RETURNING id");
STMT(note_page,
     "SELECT n.id, n.author, n.text, n.at_ms, p.email FROM account_notes n"
     " LEFT JOIN persons p ON p.id = n.author WHERE n.account = ?1 AND n.id < ?2 ORDER BY n.id DESC LIMIT ?3");

struct note {
    int64_t id, author, at_ms;
    const char *text, *email;
};
struct notes {
    struct note *note;
    size_t count;
};

struct note_path {
    int64_t id;
};
struct post_note {
    const char *text;
};
struct get_notes {
    int64_t after, limit;
};
static const struct field note_path_fields[] = { FIELD_ID(struct note_path, id, .doc = "The account's number."),
                                                 FIELD_END };
static const struct field post_note_fields[] = { FIELD_TEXT(struct post_note, text, .min = 1, .max = NOTE_MAX,
                                                            .form = TEXT_EXACT, .multiline = true,
                                                            .doc = "For other operators; kept to the byte."),
                                                 FIELD_END };
static const struct field get_notes_fields[] = { FIELD_PAGE(struct get_notes, NOTES_USUAL, NOTES_MAX), FIELD_END };
/* clang-format off */
static const struct shape note_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("text"), SHAPE_I64("author", .doc = "A person."),
    SHAPE_TEXT("email", .doc = "Of the author, today."), SHAPE_TIME("createdAt"), SHAPE_END };
/* clang-format on */
static const struct shape notes_shape[] = { SHAPE_LIST("notes", note_shape, .type_name = "OperatorNote"), SHAPE_END };

static void note_json(struct json *j, const void *arg)
{
    const struct note *n = arg;
    json_i64(j, "id", n->id);
    json_text(j, "text", n->text);
    json_i64(j, "author", n->author);
    json_text(j, "email", n->email ? n->email : "");
    json_time(j, "createdAt", n->at_ms);
}

static void notes_json(struct json *j, const void *arg)
{
    const struct notes *l = arg;
    json_array(j, "notes");
    for (size_t i = 0; i < l->count; i++) {
        json_object(j, NULL);
        note_json(j, &l->note[i]);
        json_end(j);
    }
    json_end(j);
}

/* ANSWER_GO_ON: there is such an account. */
static enum answer find_account(struct req *req)
{
    struct account a;
    switch (accounts_get(req->tx, ((const struct note_path *)req->path)->id, &a)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_not_found);
    case ROW_FOUND: break;
    }
    return ANSWER_GO_ON;
}

static enum answer run_write(struct req *req)
{
    const struct note_path *path = req->path;
    const struct post_note *in = req->body;
    struct note n = { .author = req->who.person, .text = in->text, .email = req->who.email, .at_ms = req->now_ms };
    enum answer a = find_account(req);
    if (a != ANSWER_GO_ON) return a;
    struct query q = query(req->tx, &note_put);
    bind_i64(&q, path->id), bind_i64(&q, n.author), bind_text(&q, n.text), bind_i64(&q, n.at_ms);
    if (query_row(&q) != ROW_FOUND) return reply_fault(req);
    n.id = col_i64(&q, "id");
    return reply_json(req, 201, note_json, &n);
}

static enum answer run_list(struct req *req)
{
    const struct note_path *path = req->path;
    const struct get_notes *in = req->query;
    struct notes l = { .note = ARENA_ARRAY(req->arena, struct note, (size_t)in->limit) };
    enum answer a = find_account(req);
    if (a != ANSWER_GO_ON) return a;
    struct query q = query(req->tx, &note_page);
    enum row row;
    bind_i64(&q, path->id), bind_i64(&q, in->after), bind_i64(&q, in->limit);
    while ((row = query_next(&q)) == ROW_FOUND)
        l.note[l.count++] = (struct note){ .id = col_i64(&q, "id"),
                                           .author = col_i64(&q, "author"),
                                           .text = col_text(&q, "text"),
                                           .email = col_text(&q, "email"),
                                           .at_ms = col_i64(&q, "at_ms") };
    return row == ROW_FAULT ? reply_fault(req) : reply_json(req, 200, notes_json, &l);
}

/* clang-format off */
const struct route accounts_note_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/accounts/:id/notes", .who = WHO_OPERATOR, .tx = TX_READ,
      .tag = "Operator", PATH_FIELDS(note_path), QUERY_FIELDS(get_notes), .answer = notes_shape, .run = run_list,
      PROBLEMS(&problem_not_found), .doc = "What operators wrote down about an account, newest first." },
    { .verb = VERB_POST, .path = "/api/operator/accounts/:id/notes", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, PATH_FIELDS(note_path), BODY_FIELDS(post_note), .answer = note_shape,
      .status = 201, .run = run_write, PROBLEMS(&problem_not_found),
      .doc = "Write a note about an account, for other operators. It stays as it is." },
    ROUTE_END
};
/* clang-format on */
