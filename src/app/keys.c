/* keys.c: the table sealing_keys, and the change of the master key.
 *
 * The way: the new key is put in front of the old one in the settings ("2:NEW,1:OLD") and every process is started
 * again; from then on new values are sealed with it. `keys rotate` seals the old values anew, in small transactions
 * beside the running service, until a whole pass found none; then it retires every other key, and the settings may drop
 * them. Stopped anywhere, it begins anew and passes over what is done. A value that does not open stops the retiring:
 * its key may still be found.
 *
 * A process that was not started again would go on sealing with the old key, also one that is silent just now. So every
 * server announces the key that it seals with, and while another one is announced none is retired. And a pass that
 * finds nothing is not the last word: the one behind it must find nothing either. */
#include "app/keys.h"
#include "app/chain_key.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/idempotency.h"
#include "inbound/inbound.h"
#include "outbound/mail.h"
#include "tenants/tenants.h"

enum { PASSES_MAX = 20, KEYS_MAX = 256 };
#define PROOF_OWNER STR("master key")
#define PROOF_PURPOSE STR("proof")
#define PROOF_TEXT STR("chathub")

/* clang-format off */
const struct reseal_table *const app_sealed_tables[] = {
    tenants_sealed, mail_sealed, http_sealed, inbound_sealed, chain_key_sealed, mac_keys_sealed, NULL
};

STMT(keys_list, "SELECT id, proof, first_used_at_ms, retired_at_ms, CASE WHEN mac IS NULL THEN 1 ELSE 0 END AS unkept"
                " FROM sealing_keys ORDER BY id LIMIT 256");
STMT(key_add, "INSERT INTO sealing_keys (id, proof, first_used_at_ms, retired_at_ms) VALUES (?1, ?2, ?3, 0)"
              " ON CONFLICT (id) DO NOTHING");
/* Not before the key that seals now was first used: what is kept for some months of what the others have signed would
 * end at once by a clock that is behind. */
#define SINCE "(SELECT first_used_at_ms FROM sealing_keys WHERE id = ?1)"
STMT(keys_retire,
     "UPDATE sealing_keys SET retired_at_ms = MAX(?2, COALESCE(" SINCE ", 0)) WHERE id <> ?1 AND retired_at_ms = 0",
     .postgres = "UPDATE sealing_keys SET retired_at_ms = GREATEST(?2, " SINCE ")"
                 " WHERE id <> ?1 AND retired_at_ms = 0");

/* ---- at start ---- */

struct checking {
    const struct keyring *ring;
    enum keys_fit fit;
    int64_t id;
    bool is_new;                             /* something of a key of the settings is not written down */
};
/* clang-format on */

static void found(struct checking *k, enum keys_fit fit, int64_t id)
{
    if (k->fit == KEYS_FIT) k->fit = fit, k->id = id;
}

static enum op_wish read_keys(void *arg, struct tx *tx)
{
    struct checking *k = arg;
    bool known[KEYS_MAX] = { false };
    struct query q = query(tx, &keys_list);
    enum row row;
    k->fit = KEYS_FIT, k->is_new = false;
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t id = col_i64(&q, "id");
        bool retired = col_i64(&q, "retired_at_ms") != 0;
        struct str proof = col_str(&q, "proof"), plain;
        struct sealed sealed = { (uint8_t *)(uintptr_t)proof.p, proof.n };
        if (id < 0 || id >= KEYS_MAX) continue;
        known[id] = retired || !col_bool(&q, "unkept");
        if (!keyring_has(k->ring, id)) {
            if (!retired) found(k, KEYS_MISSING, id);
        } else if (!unseal(k->ring, tx_arena(tx), PROOF_OWNER, PROOF_PURPOSE, sealed, &plain)) {
            found(k, KEYS_OTHER, id);
        } else if (retired && id == keyring_first_id(k->ring)) {
            found(k, KEYS_RETIRED, id);
        }
    }
    uint8_t ids[KEYRING_MAX_KEYS];
    size_t n = keyring_ids(k->ring, ids);
    for (size_t i = 0; i < n; i++) k->is_new = k->is_new || !known[ids[i]];
    return row == ROW_FAULT ? OP_REFUSE : OP_COMMIT;
}

static enum op_wish add_keys(void *arg, struct tx *tx)
{
    struct checking *k = arg;
    uint8_t ids[KEYRING_MAX_KEYS];
    size_t n = keyring_ids(k->ring, ids);
    for (size_t i = 0; i < n; i++) {
        struct sealed proof = seal_as(k->ring, ids[i], tx_arena(tx), PROOF_OWNER, PROOF_PURPOSE, PROOF_TEXT);
        struct query q = query(tx, &key_add);
        bind_i64(&q, ids[i]), bind_blob(&q, proof.p, proof.n), bind_i64(&q, now_ms());
        if (query_change(&q) < 0) return OP_REFUSE;
    }
    return mac_keys_keep(tx, k->ring) ? OP_COMMIT : OP_REFUSE;
}

static enum keys_fit check(struct app *app, int64_t *id, bool *is_new)
{
    struct checking k = { .ring = app->keyring };
    if (app_do(app, TX_READ, read_keys, &k) != OP_COMMITTED) return KEYS_FAULT;
    *id = k.id, *is_new = k.is_new;
    return k.fit;
}

enum keys_fit keys_check(struct app *app, int64_t *id)
{
    struct checking k = { .ring = app->keyring };
    k.fit = check(app, id, &k.is_new);
    if (k.fit != KEYS_FIT) return k.fit;
    /* Two processes that start at once may both come here: the second finds the rows of the first. */
    if (k.is_new && app_do(app, TX_WRITE, add_keys, &k) != OP_COMMITTED) return KEYS_FAULT;
    return mac_keys_take(app) ? KEYS_FIT : KEYS_FAULT;
}

static bool fits(enum keys_fit fit, int64_t id, struct buf *error)
{
    switch (fit) {
    case KEYS_FIT: return true;
    case KEYS_FAULT:
        buf_text(error, "The database could not be asked which master keys it was sealed with; the log says why.");
        return false;
    case KEYS_MISSING:
        buf_printf(error,
                   "Values in the database are sealed with master key %lld, which CHATHUB_MASTER_KEY (or "
                   "master.key) does not hold. Add it behind the first one.",
                   (long long)id);
        return false;
    case KEYS_OTHER:
        buf_printf(error,
                   "Master key %lld is not the one that the database was sealed with. A new key gets a new "
                   "number and goes in front: 2:NEW,1:OLD.",
                   (long long)id);
        return false;
    case KEYS_RETIRED:
        buf_printf(error, "Master key %lld was retired, so nothing may be sealed with it. Put its successor in front.",
                   (long long)id);
        return false;
    }
    return false;
}

bool keys_fit(struct app *app, struct buf *error)
{
    int64_t id = 0;
    enum keys_fit fit = keys_check(app, &id);
    return fits(fit, id, error);
}

bool keys_look(struct app *app, bool *is_new, struct buf *error)
{
    int64_t id = 0;
    enum keys_fit fit = check(app, &id, is_new);
    return fits(fit, id, error);
}

/* ---- rotate ---- */

struct pass {
    const struct reseal_table *table;
    struct reseal_piece before, after;
};

static enum op_wish run_piece(void *arg, struct tx *tx)
{
    struct pass *p = arg;
    p->after = p->before;
    p->after.more = false;
    return p->table->piece(tx, &p->after) ? OP_COMMIT : OP_REFUSE;
}

/* One table from its first row to its last. False: the database did not take a piece. */
static bool run_table(struct app *app, const struct reseal_table *table, struct reseal_piece *out)
{
    struct pass p = { .table = table, .before = { .keyring = app->keyring } };
    do {
        enum op_outcome end = app_do(app, TX_WRITE, run_piece, &p);
        /* Whether it was written or not, the next pass sees: each change is made once by its own condition. */
        if (end != OP_COMMITTED && end != OP_UNCERTAIN) return false;
        p.before = p.after;
    } while (p.after.more);
    *out = p.after;
    return true;
}

struct rotation {
    int64_t looked, resealed, broken, this_pass;
};

static bool run_pass(struct app *app, struct rotation *r)
{
    r->looked = r->broken = r->this_pass = 0;
    for (const struct reseal_table *const *tables = app_sealed_tables; *tables; tables++)
        for (const struct reseal_table *t = *tables; t->name; t++) {
            struct reseal_piece done;
            if (!run_table(app, t, &done)) return false;
            r->looked += done.looked, r->broken += done.broken, r->this_pass += done.resealed;
            if (done.broken)
                LOG(LOG_ERROR, "values_do_not_open", LOG_TEXT("table", t->name), LOG_NUMBER("count", done.broken),
                    LOG_NUMBER("first", done.first_broken));
        }
    r->resealed += r->this_pass;
    return true;
}

struct retiring {
    int64_t first, count, sealing; /* sealing: another key that a server seals with; -1: none */
    bool end_tokens;               /* what the others have signed ends with them */
};

static enum op_wish retire(void *arg, struct tx *tx)
{
    struct retiring *r = arg;
    r->count = 0;
    if (!reseal_key_of_others(tx, (uint8_t)r->first, &r->sealing)) return OP_REFUSE;
    if (r->sealing >= 0) return OP_COMMIT;
    struct query q = query(tx, &keys_retire);
    bind_i64(&q, r->first), bind_i64(&q, now_ms());
    r->count = query_change(&q);
    if (r->count < 0 || (r->end_tokens && !mac_keys_end(tx, r->first))) return OP_REFUSE;
    return OP_COMMIT;
}

static enum exit_code not_whole(struct command *c)
{
    buf_text(&c->err, "The database did not take all of it. What was sealed anew stays so: run it again.");
    return EXIT_UNAVAILABLE;
}

enum exit_code command_keys_rotate(struct app *app, struct command *c)
{
    struct rotation r = { 0 };
    struct retiring old = { .first = keyring_first_id(app->keyring),
                            .sealing = -1,
                            .end_tokens = command_option(c, "--end-tokens") != NULL };
    int clean = 0;
    for (int pass = 0; pass < PASSES_MAX && clean < 2; pass++) {
        if (!run_pass(app, &r)) return not_whole(c);
        clean = r.this_pass == 0 ? clean + 1 : 0;
    }
    bool whole = clean == 2 && r.broken == 0;
    if (whole && app_do(app, TX_WRITE, retire, &old) != OP_COMMITTED) return not_whole(c);
    whole = whole && old.sealing < 0;
    if (c->json)
        buf_printf(&c->out, "{\"key\":%lld,\"looked\":%lld,\"resealed\":%lld,\"broken\":%lld,\"retired\":%lld}\n",
                   (long long)old.first, (long long)r.looked, (long long)r.resealed, (long long)r.broken,
                   (long long)old.count);
    else
        buf_printf(&c->out, "%lld values, %lld sealed anew with key %lld, %lld older keys retired\n",
                   (long long)r.looked, (long long)r.resealed, (long long)old.first, (long long)old.count);
    if (r.broken)
        buf_printf(&c->err, "%lld values do not open with these keys (the log names them), so no key was retired.",
                   (long long)r.broken);
    else if (!whole)
        buf_text(&c->err, "Some process goes on sealing with an old key, so none was retired: start all of them again "
                          "with the new key in front, then run this once more.");
    return whole ? EXIT_OK : EXIT_FAILED;
}

/* ---- status ---- */

struct listing {
    struct command *c;
    struct json j;
    const struct keyring *ring;
};

static enum op_wish run_status(void *arg, struct tx *tx)
{
    struct listing *l = arg;
    struct query q = query(tx, &keys_list);
    enum row row;
    buf_clear(&l->c->out);
    if (l->c->json) json_begin(&l->j, &l->c->out), json_object(&l->j, NULL), json_array(&l->j, "keys");
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t id = col_i64(&q, "id"), retired = col_i64(&q, "retired_at_ms");
        bool here = keyring_has(l->ring, id);
        const char *state = retired ? "retired" : id == keyring_first_id(l->ring) ? "seals" : "opens";
        if (l->c->json) {
            json_object(&l->j, NULL);
            json_i64(&l->j, "id", id), json_text(&l->j, "state", state), json_bool(&l->j, "inSettings", here);
            json_time(&l->j, "firstUsedAt", col_i64(&q, "first_used_at_ms"));
            json_time(&l->j, "retiredAt", retired);
            json_end(&l->j);
        } else {
            buf_printf(&l->c->out, "key %lld\t%s%s\n", (long long)id, state,
                       retired && here ? "\t(may be removed from the settings)" : "");
        }
    }
    if (l->c->json) json_end(&l->j), json_end(&l->j), json_finish(&l->j), buf_char(&l->c->out, '\n');
    return row == ROW_FAULT ? OP_REFUSE : OP_COMMIT;
}

enum exit_code command_keys_status(struct app *app, struct command *c)
{
    struct listing l = { .c = c, .ring = app->keyring };
    if (app_do(app, TX_READ, run_status, &l) == OP_COMMITTED) return EXIT_OK;
    buf_clear(&c->out);
    buf_text(&c->err, "The database could not be read.");
    return EXIT_UNAVAILABLE;
}
