/* log.c: appending to the audit log and reading it by page. */
#include "audit/private.h"

#include <stdlib.h>
#include <string.h>

enum {
    DETAILS_MAX_BYTES = 2048,
    USER_AGENT_MAX_BYTES = 256,
};

STMT(append, "INSERT INTO audit_log (account, actor, actor_account, action, resource, resource_id, details, network,"
             " user_agent, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
STMT(page_of_account, "SELECT id, account, actor, actor_account, action, resource, resource_id, details, network,"
                      " user_agent, at_ms FROM audit_log WHERE account = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3");
STMT(page_of_all, "SELECT id, account, actor, actor_account, action, resource, resource_id, details, network,"
                  " user_agent, at_ms FROM audit_log WHERE id < ?1 ORDER BY id DESC LIMIT ?2");

/* For who looks for something; every condition may be left out by an empty text or 0. Rows are walked from the newest
 * by their key, so a far range costs what lies before it. */
#define FOUND                                                                                                          \
    "SELECT id, account, actor, actor_account, action, resource, resource_id, details, network, user_agent, at_ms"     \
    " FROM audit_log WHERE id < ?1 AND at_ms >= ?2 AND at_ms < ?3"                                                     \
    " AND (CAST(?4 AS TEXT) = '' OR action = CAST(?4 AS TEXT))"
STMT(found_of_all, FOUND " ORDER BY id DESC LIMIT ?5");
STMT(found_of_account,
     FOUND " AND account = ?6 AND (CAST(?7 AS BIGINT) = 0 OR (resource_id = ?7 AND resource = 'shop'))"
           " ORDER BY id DESC LIMIT ?5");

enum { ACTIONS_MAX = 256 };
extern const struct audit_action __start_audit_actions[] __attribute__((weak));
extern const struct audit_action __stop_audit_actions[] __attribute__((weak));
const char *audit_action_names[ACTIONS_MAX + 1];

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* The names stand in a shape, which is data and asks nobody: so they are there before main. */
__attribute__((constructor)) static void collect_names(void)
{
    size_t count = (size_t)(__stop_audit_actions - __start_audit_actions);
    assert(count <= ACTIONS_MAX);
    for (size_t i = 0; i < count; i++) audit_action_names[i] = __start_audit_actions[i].name;
    qsort(audit_action_names, count, sizeof audit_action_names[0], by_name);
    for (size_t i = 1; i < count; i++) assert(strcmp(audit_action_names[i - 1], audit_action_names[i]) != 0);
}

/* The details as JSON text in the transaction's arena, where they live until the append has run. */
static const char *details_text(struct arena *a, json_writer *write, const void *arg)
{
    if (!write) return NULL;
    char *memory = arena_alloc(a, DETAILS_MAX_BYTES + 1);
    struct buf out;
    buf_fixed(&out, memory, DETAILS_MAX_BYTES + 1);
    struct json j;
    json_begin(&j, &out);
    json_object(&j, NULL);
    write(&j, arg);
    json_end(&j);
    json_finish(&j);
    /* Details are made by us of bounded parts. Should they ever not fit, the entry without them is better than none. */
    return out.overflow ? "{\"truncated\":true}" : buf_terminated(&out);
}

bool audit_put(struct tx *tx, const struct audit_entry *e)
{
    assert(e->at_ms > 0 && e->account >= 0 && e->actor >= 0);
    struct arena *a = tx_arena(tx);
    struct str agent = str_of(e->user_agent);
    if (agent.p) agent.n = utf8_cut(agent, USER_AGENT_MAX_BYTES);
    struct query q = query(tx, &append);
    bind_i64(&q, e->account), bind_i64(&q, e->actor), bind_i64(&q, e->actor_account);
    bind_text(&q, e->action.name);
    bind_text(&q, e->resource), bind_i64(&q, e->resource_id);
    bind_text(&q, details_text(a, e->details, e->arg));
    bind_text(&q, e->network ? arena_text(a, e->network) : NULL);
    bind_text(&q, agent.p ? arena_text_n(a, agent.p, agent.n) : NULL);
    bind_i64(&q, e->at_ms);
    return query_put(&q);
}

bool audit_request(struct req *req, struct audit_action action, int64_t account, const char *resource,
                   int64_t resource_id, json_writer *details, const void *arg)
{
    return audit_put(req->tx, &(struct audit_entry){ .action = action,
                                                     .account = account,
                                                     .actor = req->who.person,
                                                     .actor_account = req->who.account,
                                                     .resource = resource,
                                                     .resource_id = resource_id,
                                                     .details = details,
                                                     .arg = arg,
                                                     .network = req->client_network,
                                                     .user_agent = req->user_agent,
                                                     .at_ms = req->now_ms });
}

static struct query ask(struct tx *tx, const struct audit_wanted *w)
{
    bool plain = w->from_ms == 0 && w->to_ms == INT64_MAX && w->action == NULL && w->shop == 0;
    if (plain) {
        struct query q = query(tx, w->account > 0 ? &page_of_account : &page_of_all);
        if (w->account > 0) bind_i64(&q, w->account);
        bind_i64(&q, w->after), bind_i64(&q, w->limit);
        return q;
    }
    struct query q = query(tx, w->account > 0 ? &found_of_account : &found_of_all);
    bind_i64(&q, w->after), bind_i64(&q, w->from_ms), bind_i64(&q, w->to_ms);
    bind_text(&q, w->action ? w->action : ""), bind_i64(&q, w->limit);
    if (w->account > 0) bind_i64(&q, w->account), bind_i64(&q, w->shop);
    return q;
}

struct audit_hooks audit_hooks;

bool audit_people(struct tx *tx, int64_t account, const int64_t *person, size_t count, struct audit_person *out)
{
    assert(count <= AUDIT_PEOPLE_MAX);
    for (size_t i = 0; i < count; i++) out[i] = (struct audit_person){ 0 };
    return count == 0 || !audit_hooks.people || audit_hooks.people(tx, account, person, count, out);
}

bool audit_page(struct tx *tx, const struct audit_wanted *w, struct audit_row *out, size_t *count)
{
    struct query q = ask(tx, w);
    *count = 0;
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        assert(*count < (size_t)w->limit);
        out[(*count)++] = (struct audit_row){
            .id = col_i64(&q, "id"),
            .account = col_i64(&q, "account"),
            .actor = col_i64(&q, "actor"),
            /* Before there were persons both had one number. */
            .actor_account = col_i64(&q, col_is_null(&q, "actor_account") ? "actor" : "actor_account"),
            .action = col_text(&q, "action"),
            .resource = col_text(&q, "resource"),
            .resource_id = col_i64(&q, "resource_id"),
            .details = col_text(&q, "details"),
            .network = col_text(&q, "network"),
            .user_agent = col_text(&q, "user_agent"),
            .at_ms = col_i64(&q, "at_ms"),
        };
    }
    return r == ROW_NONE;
}
