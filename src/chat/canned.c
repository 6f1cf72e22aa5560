/* canned.c: answers that an account keeps ready. Whoever answers types "/" and the word; what stands in braces ({name},
 * {shop}, {agent}) is filled in where it is written, so that it is read before it is sent. */
#include "chat/desk.h"

#define OF_CANNED "SELECT id, shortcut, text FROM chat_canned WHERE account = ?1 "
STMT(all, OF_CANNED "ORDER BY shortcut LIMIT ?2");
STMT(by_shortcut, OF_CANNED "AND shortcut = ?2");
STMT(count, "SELECT COUNT(*) AS n FROM chat_canned WHERE account = ?1");
STMT(add, "INSERT INTO chat_canned (account, shortcut, text) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING RETURNING id");
STMT(change, "UPDATE chat_canned SET shortcut = ?3, text = ?4 WHERE account = ?1 AND id = ?2");
STMT(drop, "DELETE FROM chat_canned WHERE account = ?1 AND id = ?2");

struct canned {
    int64_t id;
    const char *shortcut, *text;
};
struct canned_list {
    struct canned *one;
    size_t count;
};
struct path_canned {
    int64_t id;
};
static const struct field path_canned_fields[] = { FIELD_ID(struct path_canned, id, .doc = "Of a ready answer."),
                                                   FIELD_END };
struct post_canned {
    const char *shortcut, *text;
};
static const struct field post_canned_fields[] = {
    FIELD_TEXT(struct post_canned, shortcut, .min = 1, .max = SHORTCUT_MAX, .form = TEXT_NAME,
               .doc = "What is typed behind the slash: one word."),
    FIELD_TEXT(struct post_canned, text, .min = 1, .max = MESSAGE_MAX, .form = TEXT_EXACT, .multiline = true,
               .doc = "The answer. {name}, {shop} and {agent} are filled in."),
    FIELD_END
};
static const struct shape canned_shape[] = { SHAPE_I64("id"), SHAPE_TEXT("shortcut"), SHAPE_TEXT("text"), SHAPE_END };
static const struct shape canned_list_shape[] = { SHAPE_LIST("replies", canned_shape, .type_name = "CannedReply"),
                                                  SHAPE_END };
static const struct shape gone_shape[] = { SHAPE_BOOL("success"), SHAPE_END };

/* clang-format off */
static const struct problem problem_canned_there = {
    "shortcut_taken", 409, "Another answer has this shortcut already.", "已有使用该快捷词的回复。" };
static const struct problem problem_canned_full = {
    "replies_full", 409, "An account keeps at most 300 answers ready.", "每个账户最多保存 300 条快捷回复。" };
/* clang-format on */

static void canned_json(struct json *j, const void *arg)
{
    const struct canned *c = arg;
    json_i64(j, "id", c->id);
    json_text(j, "shortcut", c->shortcut);
    json_text(j, "text", c->text);
}

static void list_json(struct json *j, const void *arg)
{
    const struct canned_list *l = arg;
    json_array(j, "replies");
    for (size_t i = 0; i < l->count; i++) {
        json_object(j, NULL);
        canned_json(j, &l->one[i]);
        json_end(j);
    }
    json_end(j);
}

static enum answer run_list(struct req *req)
{
    struct canned_list l = { .one = ARENA_ARRAY(req->arena, struct canned, CANNED_MAX) };
    struct query q = query(req->tx, &all);
    enum row row;
    bind_i64(&q, req->who.account), bind_i64(&q, CANNED_MAX);
    while ((row = query_next(&q)) == ROW_FOUND)
        l.one[l.count++] = (struct canned){ col_i64(&q, "id"), col_text(&q, "shortcut"), col_text(&q, "text") };
    return row == ROW_FAULT ? reply_fault(req) : reply_json(req, 200, list_json, &l);
}

/* One word, so that it can be typed behind a slash. */
static bool is_word(const char *s)
{
    for (; *s; s++)
        if (*s == ' ' || *s == '/' || strncmp(s, "\xE3\x80\x80", 3) == 0) return false;
    return true;
}

static enum answer run_add(struct req *req)
{
    const struct post_canned *in = req->body;
    struct canned c = { .shortcut = in->shortcut, .text = in->text };
    if (!is_word(c.shortcut)) return reply_fields(req, "shortcut", "format");
    struct query n = query(req->tx, &count), q = query(req->tx, &add);
    bind_i64(&n, req->who.account);
    if (query_row(&n) != ROW_FOUND) return reply_fault(req);
    if (col_i64(&n, "n") >= CANNED_MAX) return reply_problem(req, &problem_canned_full);
    bind_i64(&q, req->who.account), bind_text(&q, c.shortcut), bind_text(&q, c.text);
    enum row row = query_row(&q);
    if (row == ROW_NONE) return reply_problem(req, &problem_canned_there);
    if (row == ROW_FAULT) return reply_fault(req);
    c.id = col_i64(&q, "id");
    return reply_json(req, 201, canned_json, &c);
}

static enum answer run_change(struct req *req)
{
    const struct post_canned *in = req->body;
    struct canned c = { ((const struct path_canned *)req->path)->id, in->shortcut, in->text };
    if (!is_word(c.shortcut)) return reply_fields(req, "shortcut", "format");
    struct query same = query(req->tx, &by_shortcut), q = query(req->tx, &change);
    bind_i64(&same, req->who.account), bind_text(&same, c.shortcut);
    enum row row = query_row(&same);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND && col_i64(&same, "id") != c.id) return reply_problem(req, &problem_canned_there);
    bind_i64(&q, req->who.account), bind_i64(&q, c.id), bind_text(&q, c.shortcut), bind_text(&q, c.text);
    int64_t changed = query_change(&q);
    if (changed < 0) return reply_fault(req);
    return changed == 1 ? reply_json(req, 200, canned_json, &c) : reply_problem(req, &problem_not_found);
}

static void gone_json(struct json *j, const void *arg)
{
    (void)arg;
    json_bool(j, "success", true);
}

static enum answer run_drop(struct req *req)
{
    struct query q = query(req->tx, &drop);
    bind_i64(&q, req->who.account), bind_i64(&q, ((const struct path_canned *)req->path)->id);
    int64_t dropped = query_change(&q);
    if (dropped < 0) return reply_fault(req);
    return dropped == 1 ? reply_json(req, 200, gone_json, NULL) : reply_problem(req, &problem_not_found);
}

#define WRITES .who = WHO_STAFF, .tx = TX_WRITE, .tag = "Inbox", .body_max = CHAT_BODY_MAX

/* clang-format off */
const struct route chat_canned_routes[] = {
    { .verb = VERB_GET, .path = "/api/replies", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Inbox",
      .answer = canned_list_shape, .run = run_list, .doc = "Answers that the account keeps ready." },
    { .verb = VERB_POST, .path = "/api/replies", WRITES, .idempotent = true, BODY_FIELDS(post_canned), .status = 201,
      .answer = canned_shape, PROBLEMS(&problem_canned_there, &problem_canned_full), .run = run_add,
      .doc = "Keep an answer ready." },
    { .verb = VERB_PUT, .path = "/api/replies/:id", WRITES, PATH_FIELDS(path_canned), BODY_FIELDS(post_canned),
      .answer = canned_shape, PROBLEMS(&problem_not_found, &problem_canned_there), .run = run_change,
      .doc = "Change a ready answer." },
    { .verb = VERB_DELETE, .path = "/api/replies/:id", .who = WHO_STAFF, .tx = TX_WRITE, .tag = "Inbox",
      PATH_FIELDS(path_canned), .answer = gone_shape, PROBLEMS(&problem_not_found), .run = run_drop,
      .doc = "Remove a ready answer." },
    ROUTE_END
};
/* clang-format on */
