/* intake.c: the rows of what is taken in. */
#include "knowledge/intake.h"

#include "base/file.h"

#include <stdio.h>

enum { PATH_BYTES = 1100, FULL_RETRY_S = 30 };

const char *const intake_state_names[] = { "reading", "writing", "done", "failed", NULL };
static_assert(ARRAY_LEN(intake_state_names) == INTAKE_STATES + 1, "a name each");

STMT(
    insert,
    "INSERT INTO knowledge_intakes (account, shop, feed, file, source, state, wish, todo, place, whole, parts, written,"
    " cut, currency, language, name, url, products, texts, orders, changed, refusals, import, began_at_ms)"
    " VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, '', 0, ?7, 0, 0, ?8, '', NULL, NULL, NULL, 0, 0, 0, 0, '[]', 0, ?9)"
    " RETURNING id");
STMT(live, "SELECT COUNT(*) AS n FROM (SELECT id FROM knowledge_intakes WHERE shop = ?1 AND ended_at_ms IS NULL"
           " ORDER BY id LIMIT ?2) AS few");
STMT(get,
     "SELECT id, account, shop, feed, file, source, state, wish, todo, place, whole, parts, written, cut, currency,"
     " language, name, url, products, texts, orders, changed, refusals, import, began_at_ms, ended_at_ms"
     " FROM knowledge_intakes WHERE id = ?1");
STMT(keep, "UPDATE knowledge_intakes SET state = ?2, todo = ?3, place = ?4, parts = ?5, written = ?6, currency = ?7,"
           " language = ?8, name = ?9, url = ?10, products = ?11, texts = ?12, orders = ?13, changed = ?14,"
           " refusals = ?15, import = ?16, ended_at_ms = ?17, feed = ?18, whole = ?19 WHERE id = ?1");
STMT(put_part, "INSERT INTO knowledge_parts (intake, part, body) VALUES (?1, ?2, ?3) ON CONFLICT (intake, part)"
               " DO UPDATE SET body = excluded.body");
STMT(get_part, "SELECT body FROM knowledge_parts WHERE intake = ?1 AND part = ?2");
STMT(forget_parts, "DELETE FROM knowledge_parts WHERE intake = ?1");
STMT(forget_products, "DELETE FROM knowledge_staged_products WHERE intake = ?1");
STMT(forget_texts, "DELETE FROM knowledge_staged_texts WHERE intake = ?1");
/* Up to the last of the first ?2, and not "those among the first ?2": PostgreSQL would look for each row among them,
 * one by one, while it knows nothing of rows as new as these. */
STMT(forget_parts_some, "DELETE FROM knowledge_parts WHERE intake = ?1 AND part <= (SELECT MAX(part) FROM (SELECT part"
                        " FROM knowledge_parts WHERE intake = ?1 ORDER BY part LIMIT ?2) AS few)");
STMT(forget_products_some, "DELETE FROM knowledge_staged_products WHERE intake = ?1 AND product <= (SELECT MAX(product)"
                           " FROM (SELECT product FROM knowledge_staged_products WHERE intake = ?1 ORDER BY product"
                           " LIMIT ?2) AS few)");
STMT(forget_texts_some, "DELETE FROM knowledge_staged_texts WHERE intake = ?1 AND (kind, name) <= (SELECT kind, name"
                        " FROM (SELECT kind, name FROM knowledge_staged_texts WHERE intake = ?1 ORDER BY kind, name"
                        " LIMIT ?2) AS few ORDER BY kind DESC, name DESC LIMIT 1)");
STMT(of_shop, "SELECT id FROM knowledge_intakes WHERE shop = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
STMT(forget_shop, "DELETE FROM knowledge_intakes WHERE shop = ?1");
STMT(forget_one, "DELETE FROM knowledge_intakes WHERE id = ?1");
STMT(forget_files, "DELETE FROM knowledge_files WHERE shop = ?1");

const struct problem problem_intakes_full = {
    "too_many_intakes", 429, "The shop takes in as much at a time as it may. Try again when one of these is done.",
    "该店铺同时进行的导入已达上限，请等其中一项完成后再试。"
};

bool know_intakes_room(struct tx *tx, int64_t shop, bool *room)
{
    struct query q = query(tx, &live);
    bind_i64(&q, shop), bind_i64(&q, INTAKES_LIVE_MAX);
    if (query_row(&q) != ROW_FOUND) return false;
    *room = col_i64(&q, "n") < INTAKES_LIVE_MAX;
    return true;
}

enum answer know_intake_may_begin(struct req *req, int64_t shop)
{
    bool room;
    if (!know_intakes_room(req->tx, shop, &room)) return reply_fault(req);
    return room ? ANSWER_GO_ON : reply_later(req, &problem_intakes_full, FULL_RETRY_S);
}

bool know_intake_begin(struct tx *tx, struct intake *in, int64_t *job)
{
    struct query q = query(tx, &insert);
    bind_i64(&q, in->account), bind_i64(&q, in->shop), bind_i64(&q, in->feed), bind_i64(&q, in->file);
    bind_text(&q, in->source), bind_text(&q, in->wish ? in->wish : ""), bind_bool(&q, in->whole);
    bind_i64(&q, TOKENS_VERSION), bind_i64(&q, in->began_at_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    in->id = col_i64(&q, "id");
    *job = jobs_put(tx,
                    &(struct job_new){ .kind = knowledge_take_job.name,
                                       .key = arena_printf(tx_arena(tx), "intake:%lld", (long long)in->id),
                                       .account = in->account,
                                       .ref = in->id },
                    NULL);
    return *job > 0;
}

enum row know_intake_get(struct tx *tx, int64_t id, struct intake *out)
{
    struct query q = query(tx, &get);
    bind_i64(&q, id);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    const char *currency = col_text(&q, "currency");
    *out = (struct intake){ .id = col_i64(&q, "id"),
                            .account = col_i64(&q, "account"),
                            .shop = col_i64(&q, "shop"),
                            .feed = col_i64(&q, "feed"),
                            .file = col_i64(&q, "file"),
                            .source = col_text(&q, "source"),
                            .state = (enum intake_state)col_state(&q, "state", INTAKE_READING, INTAKE_FAILED),
                            .wish = col_text(&q, "wish"),
                            .todo = col_text(&q, "todo"),
                            .place = col_i64(&q, "place"),
                            .whole = col_bool(&q, "whole"),
                            .parts = col_i64(&q, "parts"),
                            .written = col_i64(&q, "written"),
                            .cut = col_i64(&q, "cut"),
                            .currency = currency_from_code(currency, strlen(currency)),
                            .language = col_text(&q, "language"),
                            .name = col_text(&q, "name"),
                            .url = col_text(&q, "url"),
                            .products = col_i64(&q, "products"),
                            .texts = col_i64(&q, "texts"),
                            .orders = col_i64(&q, "orders"),
                            .changed = col_i64(&q, "changed"),
                            .refusals = col_text(&q, "refusals"),
                            .import = col_i64(&q, "import"),
                            .began_at_ms = col_i64(&q, "began_at_ms"),
                            .ended_at_ms = col_i64(&q, "ended_at_ms") };
    return row;
}

bool know_intake_keep(struct tx *tx, const struct intake *in)
{
    struct query q = query(tx, &keep);
    bind_i64(&q, in->id), bind_i64(&q, (int64_t)in->state), bind_text(&q, in->todo), bind_i64(&q, in->place);
    bind_i64(&q, in->parts), bind_i64(&q, in->written), bind_text(&q, currency_code(in->currency));
    bind_text(&q, in->language), bind_text(&q, in->name), bind_text(&q, in->url), bind_i64(&q, in->products);
    bind_i64(&q, in->texts), bind_i64(&q, in->orders), bind_i64(&q, in->changed), bind_text(&q, in->refusals);
    bind_i64(&q, in->import);
    if (in->ended_at_ms) bind_i64(&q, in->ended_at_ms);
    else bind_null(&q);
    bind_i64(&q, in->feed), bind_bool(&q, in->whole);
    return query_put(&q);
}

bool know_intake_part(struct tx *tx, int64_t intake, int64_t part, const char *body)
{
    struct query q = query(tx, &put_part);
    bind_i64(&q, intake), bind_i64(&q, part), bind_text(&q, body);
    return query_put(&q);
}

enum row know_intake_part_get(struct tx *tx, int64_t intake, int64_t part, const char **body)
{
    struct query q = query(tx, &get_part);
    bind_i64(&q, intake), bind_i64(&q, part);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *body = col_text(&q, "body");
    return row;
}

static bool each(struct tx *tx, const struct stmt *const *all, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++) {
        struct query q = query(tx, all[i]);
        bind_i64(&q, id);
        if (query_change(&q) < 0) return false;
    }
    return true;
}

bool know_intake_forget_parts(struct tx *tx, int64_t intake)
{
    const struct stmt *const all[] = { &forget_parts, &forget_products, &forget_texts };
    return each(tx, all, ARRAY_LEN(all), intake);
}

bool know_intake_forget_some(struct tx *tx, int64_t intake, bool *left)
{
    enum { PARTS = 50, PRODUCTS = 2500, TEXTS = 1000 }; /* a few milliseconds of SQLite's writer */
    static const struct {
        const struct stmt *forget;
        int64_t most;
    } all[] = { { &forget_parts_some, PARTS }, { &forget_products_some, PRODUCTS }, { &forget_texts_some, TEXTS } };
    *left = false;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct query q = query(tx, all[i].forget);
        bind_i64(&q, intake), bind_i64(&q, all[i].most);
        int64_t gone = query_change(&q);
        if (gone < 0) return false;
        *left = *left || gone == all[i].most;
    }
    return true;
}

bool know_intake_drop(struct tx *tx, int64_t intake)
{
    const struct stmt *const all[] = { &forget_parts, &forget_products, &forget_texts, &forget_one };
    return each(tx, all, ARRAY_LEN(all), intake);
}

/* What some of a shop's intakes left. *last: the last of them. */
static bool forget_some_of(struct tx *tx, int64_t shop, int64_t *last, bool *more)
{
    enum { AT_ONCE = 200 };
    int64_t ids[AT_ONCE];
    size_t n = 0;
    struct query q = query(tx, &of_shop);
    bind_i64(&q, shop), bind_i64(&q, *last), bind_i64(&q, AT_ONCE);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) ids[n++] = *last = col_i64(&q, "id");
    *more = n == AT_ONCE;
    for (size_t i = 0; i < n && row != ROW_FAULT; i++)
        if (!know_intake_forget_parts(tx, ids[i])) return false;
    return row != ROW_FAULT;
}

bool know_intakes_purged(struct tx *tx, int64_t shop)
{
    const struct stmt *const rows[] = { &forget_shop, &forget_files };
    int64_t last = 0;
    bool more = true;
    while (more)
        if (!forget_some_of(tx, shop, &last, &more)) return false;
    return each(tx, rows, ARRAY_LEN(rows), shop);
}

char *know_file_bytes(const char *name, size_t size)
{
    char path[PATH_BYTES];
    int n = snprintf(path, sizeof path, "%s/%s", knowledge_settings.upload_dir, name);
    return n > 0 && (size_t)n < sizeof path ? file_bytes(path, size) : NULL;
}

const char *know_intake_url(char out[INTAKE_URL_SIZE], const struct intake *in)
{
    (void)snprintf(out, INTAKE_URL_SIZE, "/api/shops/%lld/knowledge/intakes/%lld", (long long)in->shop,
                   (long long)in->id);
    return out;
}
