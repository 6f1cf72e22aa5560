/* labels.c: labels of an account, and which conversations carry them. A conversation's labels are written as a whole,
 * so the same again changes nothing. */
#include "chat/desk.h"

static const char *const colour_names[] = {
    "grey", "red", "orange", "yellow", "green", "teal", "blue", "purple", NULL
};
static_assert(ARRAY_LEN(colour_names) == LABEL_COLOURS + 1, "a name for each colour");

#define OF_LABEL "SELECT id, name, colour FROM chat_labels WHERE account = ?1 "
STMT(all, OF_LABEL "ORDER BY name LIMIT ?2");
STMT(one, OF_LABEL "AND id = ?2");
STMT(add, "INSERT INTO chat_labels (account, name, colour) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING RETURNING id");
STMT(by_name, OF_LABEL "AND name = ?2");
STMT(change, "UPDATE chat_labels SET name = ?3, colour = ?4 WHERE account = ?1 AND id = ?2");
STMT(drop, "DELETE FROM chat_labels WHERE account = ?1 AND id = ?2");
STMT(drop_uses, "DELETE FROM chat_labelled WHERE label = ?1");
STMT(take_off, "DELETE FROM chat_labelled WHERE conversation = ?1");
STMT(put_on,
     "INSERT INTO chat_labelled (conversation, label, account) SELECT ?1, l.id, l.account FROM chat_labels l"
     " WHERE l.account = ?2 AND l.id = ?3 ON CONFLICT DO NOTHING",
     .postgres = "INSERT INTO chat_labelled (conversation, label, account) SELECT CAST(?1 AS BIGINT), l.id, l.account"
                 " FROM chat_labels l WHERE l.account = ?2 AND l.id = ?3 ON CONFLICT DO NOTHING");
STMT(labels_of_ids,
     "SELECT conversation, label FROM chat_labelled WHERE conversation IN"
     " (SELECT CAST(value AS INTEGER) FROM json_each(?1)) ORDER BY conversation, label",
     .postgres = "SELECT conversation, label FROM chat_labelled WHERE conversation = ANY((?1::text[])::bigint[])"
                 " ORDER BY conversation, label");
STMT(page_of_label, "SELECT conversation FROM chat_labelled WHERE label = ?1 AND conversation < ?2"
                    " ORDER BY conversation DESC LIMIT ?3");

bool labels_of(struct tx *tx, const int64_t *ids, size_t n, struct conversation_label **out, size_t *count)
{
    enum { MOST = 128 * LABELS_OF_ONE_MAX };
    struct query q = query(tx, &labels_of_ids);
    enum row row;
    bind_i64_list(&q, ids, n);
    *out = ARENA_ARRAY(tx_arena(tx), struct conversation_label, MOST);
    *count = 0;
    while ((row = query_next(&q)) == ROW_FOUND && *count < MOST)
        (*out)[(*count)++] = (struct conversation_label){ col_i64(&q, "conversation"), col_i64(&q, "label") };
    return row != ROW_FAULT;
}

bool labels_page(struct tx *tx, int64_t account, int64_t label, int64_t before, size_t most, int64_t *ids,
                 size_t *count)
{
    *count = 0;
    struct query known = query(tx, &one);
    bind_i64(&known, account), bind_i64(&known, label);
    enum row row = query_row(&known);
    if (row != ROW_FOUND) return row == ROW_NONE;
    struct query q = query(tx, &page_of_label);
    bind_i64(&q, label), bind_i64(&q, before), bind_i64(&q, (int64_t)most);
    while ((row = query_next(&q)) == ROW_FOUND) ids[(*count)++] = col_i64(&q, "conversation");
    return row == ROW_NONE;
}

/* ---- routes ---- */

struct label {
    int64_t id, colour;
    const char *name;
};
struct labels {
    struct label label[LABELS_MAX];
    size_t count;
};
struct path_label {
    int64_t id;
};
static const struct field path_label_fields[] = { FIELD_ID(struct path_label, id, .doc = "Of a label."), FIELD_END };
struct post_label {
    const char *name;
    int colour;
};
static const struct field post_label_fields[] = {
    FIELD_TEXT(struct post_label, name, .min = 1, .max = LABEL_NAME_MAX, .form = TEXT_NAME, .doc = "As it is shown."),
    FIELD_ENUM(struct post_label, colour, colour_names, .optional = true, .doc = "Of its mark."), FIELD_END
};
struct put_labels {
    struct field_list labels;
};
struct label_id {
    int64_t id;
};
static const struct field label_id_field = FIELD_ID(struct label_id, id);
static const struct field put_labels_fields[] = { FIELD_LIST(struct put_labels, labels, &label_id_field,
                                                             struct label_id, .max = LABELS_OF_ONE_MAX,
                                                             .doc = "All that it carries from now on."),
                                                  FIELD_END };
static const struct shape label_shape[] = { SHAPE_I64("id"), SHAPE_TEXT("name"), SHAPE_ENUM("colour", colour_names),
                                            SHAPE_END };
static const struct shape labels_shape[] = { SHAPE_LIST("labels", label_shape, .type_name = "ChatLabel"), SHAPE_END };
const struct shape label_ref_shape[] = { SHAPE_I64("id"), SHAPE_END };
static const struct shape carried_shape[] = { SHAPE_LIST("labels", label_ref_shape, .type_name = "ChatLabelRef"),
                                              SHAPE_END };
static const struct shape gone_shape[] = { SHAPE_BOOL("success"), SHAPE_END };

/* clang-format off */
static const struct problem problem_label_there = { "label_exists", 409, "There is a label of this name already.",
                                                    "已有同名标签。" };
static const struct problem problem_labels_full = { "labels_full", 409, "An account has at most 100 labels.",
                                                    "每个账户最多 100 个标签。" };
static const struct problem problem_no_label = { "no_label", 422, "There is no such label in this account.",
                                                 "此账户中没有该标签。" };
/* clang-format on */

static void label_json(struct json *j, const void *arg)
{
    const struct label *l = arg;
    json_i64(j, "id", l->id);
    json_text(j, "name", l->name);
    json_text(j, "colour", colour_names[l->colour]);
}

static void labels_json(struct json *j, const void *arg)
{
    const struct labels *all_of_them = arg;
    json_array(j, "labels");
    for (size_t i = 0; i < all_of_them->count; i++) {
        json_object(j, NULL);
        label_json(j, &all_of_them->label[i]);
        json_end(j);
    }
    json_end(j);
}

static bool read_all(struct req *req, struct labels *out)
{
    struct query q = query(req->tx, &all);
    enum row row;
    bind_i64(&q, req->who.account), bind_i64(&q, LABELS_MAX);
    out->count = 0;
    while ((row = query_next(&q)) == ROW_FOUND)
        out->label[out->count++] =
            (struct label){ .id = col_i64(&q, "id"), .name = col_text(&q, "name"), .colour = col_i64(&q, "colour") };
    return row == ROW_NONE;
}

static enum answer run_labels(struct req *req)
{
    struct labels l;
    return read_all(req, &l) ? reply_json(req, 200, labels_json, &l) : reply_fault(req);
}

static enum answer run_add(struct req *req)
{
    const struct post_label *in = req->body;
    struct label l = { .name = in->name, .colour = in->colour };
    struct labels now;
    if (!read_all(req, &now)) return reply_fault(req);
    if (now.count == LABELS_MAX) return reply_problem(req, &problem_labels_full);
    struct query q = query(req->tx, &add);
    bind_i64(&q, req->who.account), bind_text(&q, l.name), bind_i64(&q, l.colour);
    enum row row = query_row(&q);
    if (row == ROW_NONE) return reply_problem(req, &problem_label_there);
    if (row == ROW_FAULT) return reply_fault(req);
    l.id = col_i64(&q, "id");
    return reply_json(req, 201, label_json, &l);
}

static enum answer run_change(struct req *req)
{
    const struct post_label *in = req->body;
    struct label l = { .id = ((const struct path_label *)req->path)->id, .name = in->name, .colour = in->colour };
    struct query same = query(req->tx, &by_name);
    bind_i64(&same, req->who.account), bind_text(&same, l.name);
    enum row row = query_row(&same);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND && col_i64(&same, "id") != l.id) return reply_problem(req, &problem_label_there);
    struct query q = query(req->tx, &change);
    bind_i64(&q, req->who.account), bind_i64(&q, l.id), bind_text(&q, l.name), bind_i64(&q, l.colour);
    int64_t changed = query_change(&q);
    if (changed < 0) return reply_fault(req);
    return changed == 1 ? reply_json(req, 200, label_json, &l) : reply_problem(req, &problem_not_found);
}

static void gone_json(struct json *j, const void *arg)
{
    (void)arg;
    json_bool(j, "success", true);
}

static enum answer run_drop(struct req *req)
{
    int64_t id = ((const struct path_label *)req->path)->id;
    struct query q = query(req->tx, &drop), uses = query(req->tx, &drop_uses);
    bind_i64(&q, req->who.account), bind_i64(&q, id);
    int64_t dropped = query_change(&q);
    if (dropped == 0) return reply_problem(req, &problem_not_found);
    bind_i64(&uses, id);
    if (dropped < 0 || query_change(&uses) < 0) return reply_fault(req);
    return reply_json(req, 200, gone_json, NULL);
}

static void put_ref(struct json *j, int64_t id)
{
    json_object(j, NULL);
    json_i64(j, "id", id);
    json_end(j);
}

void labels_of_json(struct json *j, const struct conversation_label *l, size_t count, int64_t conversation)
{
    json_array(j, "labels");
    for (size_t i = 0; i < count; i++)
        if (l[i].conversation == conversation) put_ref(j, l[i].label);
    json_end(j);
}

static void carried_json(struct json *j, const void *arg)
{
    const struct field_list *l = arg;
    const struct label_id *id = l->item;
    json_array(j, "labels");
    for (size_t i = 0; i < l->count; i++) put_ref(j, id[i].id);
    json_end(j);
}

static enum answer run_carry(struct req *req)
{
    const struct put_labels *in = req->body;
    const struct label_id *id = in->labels.item;
    struct conversation c;
    enum row row = conversation_locked(req->tx, ((const struct path_label *)req->path)->id, &c);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || c.account != req->who.account) return reply_problem(req, &problem_not_found);
    struct query off = query(req->tx, &take_off);
    bind_i64(&off, c.id);
    if (query_change(&off) < 0) return reply_fault(req);
    for (size_t i = 0; i < in->labels.count; i++) {
        struct query known = query(req->tx, &one), q = query(req->tx, &put_on);
        bind_i64(&known, c.account), bind_i64(&known, id[i].id);
        row = query_row(&known);
        if (row == ROW_NONE) return reply_problem(req, &problem_no_label);
        bind_i64(&q, c.id), bind_i64(&q, c.account), bind_i64(&q, id[i].id);
        if (row == ROW_FAULT || query_change(&q) < 0) return reply_fault(req);
    }
    if (!chat_tell(req->tx, &(struct chat_news){ .before = &c, .after = &c })) return reply_fault(req);
    return reply_json(req, 200, carried_json, &in->labels);
}

#define WRITES .who = WHO_STAFF, .tx = TX_WRITE, .tag = "Inbox"

/* clang-format off */
const struct route chat_label_routes[] = {
    { .verb = VERB_GET, .path = "/api/labels", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Inbox",
      .answer = labels_shape, .run = run_labels, .doc = "The account's labels." },
    { .verb = VERB_POST, .path = "/api/labels", WRITES, .idempotent = true, BODY_FIELDS(post_label), .status = 201,
      .answer = label_shape, PROBLEMS(&problem_label_there, &problem_labels_full), .run = run_add,
      .doc = "Make a label." },
    { .verb = VERB_PUT, .path = "/api/labels/:id", WRITES, PATH_FIELDS(path_label), BODY_FIELDS(post_label),
      .answer = label_shape, PROBLEMS(&problem_not_found, &problem_label_there), .run = run_change,
      .doc = "Give a label another name or colour." },
    { .verb = VERB_DELETE, .path = "/api/labels/:id", WRITES, PATH_FIELDS(path_label), .answer = gone_shape,
      PROBLEMS(&problem_not_found), .run = run_drop, .doc = "Remove a label, from all conversations too." },
    { .verb = VERB_PUT, .path = "/api/inbox/:id/labels", WRITES, PATH_FIELDS(path_label), BODY_FIELDS(put_labels),
      .answer = carried_shape, PROBLEMS(&problem_not_found, &problem_no_label), .run = run_carry,
      .doc = "What labels a conversation carries: all of them." },
    ROUTE_END
};
/* clang-format on */
