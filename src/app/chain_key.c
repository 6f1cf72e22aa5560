/* chain_key.c: the table chain_keys: one key, made at the first start of a version that knows it, sealed under the
 * master key (`keys rotate` seals it anew).
 *
 * The rows from before are put under it in pieces, before anything is served; a start that was cut off goes on at the
 * next one. When all are done the key is sealed for another purpose, "whole". So nobody can have a forged row taken for
 * one from before by setting a flag: that would need the key as it was sealed in those seconds.
 * A database that has rows under a key and no key does not start: making another one would bless whatever is there.
 *
 * What this cannot see: somebody who removes the key and every trace of it, which makes it a database of 0.1.0 again.
 * Making a key is therefore logged (chain_key_made): that line stands once in the life of a database. */
#include "app/chain_key.h"
#include "audit/audit.h"
#include "base/chain.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "credits/credits.h"

#define KEY_OWNER STR("chain")
#define BEGUN STR("begun")
#define WHOLE STR("whole")

STMT(key_read, "SELECT sealed FROM chain_keys WHERE id = 1");
STMT(key_make, "INSERT INTO chain_keys (id, sealed, made_at_ms) VALUES (1, ?1, ?2) ON CONFLICT (id) DO NOTHING");
STMT(key_seal, "UPDATE chain_keys SET sealed = ?1 WHERE id = 1 AND sealed = ?2");

struct reading {
    const struct keyring *ring;
    bool there, opens, whole, orphaned; /* orphaned: rows are under a key, and there is none */
    uint8_t key[CHAIN_KEY_SIZE];
    int64_t cursor[2];
    bool more;
};

static bool open_key(struct reading *r, struct arena *a, struct sealed sealed)
{
    struct str plain;
    r->whole = unseal(r->ring, a, KEY_OWNER, WHOLE, sealed, &plain);
    if (!r->whole && !unseal(r->ring, a, KEY_OWNER, BEGUN, sealed, &plain)) return false;
    if (plain.n != CHAIN_KEY_SIZE) return false;
    memcpy(r->key, plain.p, CHAIN_KEY_SIZE);
    wipe((char *)(uintptr_t)plain.p, plain.n);
    return true;
}

static enum op_wish read_key(void *arg, struct tx *tx)
{
    struct reading *r = arg;
    struct query q = query(tx, &key_read);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) return OP_REFUSE;
    r->there = row == ROW_FOUND;
    if (r->there) {
        struct str stored = col_str(&q, "sealed");
        r->opens = open_key(r, tx_arena(tx), (struct sealed){ (uint8_t *)(uintptr_t)stored.p, stored.n });
        return OP_COMMIT;
    }
    bool credits, audit;
    if (!credits_chain_used(tx, &credits) || !audit_chain_used(tx, &audit)) return OP_REFUSE;
    r->orphaned = credits || audit;
    return OP_COMMIT;
}

/* Two processes that start at once may both come here: one key stays, and both read it again. */
static enum op_wish make_key(void *arg, struct tx *tx)
{
    struct reading *r = arg;
    uint8_t key[CHAIN_KEY_SIZE];
    random_bytes(key, sizeof key);
    struct sealed sealed = seal(r->ring, tx_arena(tx), KEY_OWNER, BEGUN, (struct str){ (const char *)key, sizeof key });
    wipe(key, sizeof key);
    struct query q = query(tx, &key_make);
    bind_blob(&q, sealed.p, sealed.n), bind_i64(&q, now_ms());
    int64_t made = query_change(&q);
    if (made > 0) LOG(LOG_WARN, "chain_key_made", LOG_TEXT("why", "this database had none"));
    return made < 0 ? OP_REFUSE : OP_COMMIT;
}

static enum op_wish begin_piece(void *arg, struct tx *tx)
{
    struct reading *r = arg;
    int64_t cursor[2] = { r->cursor[0], r->cursor[1] };
    bool more = false;
    if (!credits_chain_begin(tx, cursor, &more) || !audit_chain_begin(tx)) return OP_REFUSE;
    r->cursor[0] = cursor[0], r->cursor[1] = cursor[1];
    r->more = more;
    return OP_COMMIT;
}

static enum op_wish end_begin(void *arg, struct tx *tx)
{
    struct reading *r = arg;
    struct query q = query(tx, &key_read);
    if (query_row(&q) != ROW_FOUND) return OP_REFUSE;
    struct str stored = col_str(&q, "sealed");
    struct reading now = { .ring = r->ring };
    if (!open_key(&now, tx_arena(tx), (struct sealed){ (uint8_t *)(uintptr_t)stored.p, stored.n })) return OP_REFUSE;
    bool done = now.whole; /* by another process */
    struct str key = { (const char *)now.key, sizeof now.key };
    struct sealed sealed = seal(r->ring, tx_arena(tx), KEY_OWNER, WHOLE, key);
    wipe(now.key, sizeof now.key);
    if (done) return OP_COMMIT;
    struct query put = query(tx, &key_seal);
    bind_blob(&put, sealed.p, sealed.n), bind_blob(&put, stored.p, stored.n);
    return query_change(&put) < 0 ? OP_REFUSE : OP_COMMIT;
}

static bool begin_chains(struct app *app, struct reading *r)
{
    r->more = true;
    while (r->more)
        if (app_do(app, TX_WRITE, begin_piece, r) != OP_COMMITTED) return false;
    return app_do(app, TX_WRITE, end_begin, r) == OP_COMMITTED;
}

static bool key_is_there(struct app *app, struct reading *r)
{
    if (app_do(app, TX_READ, read_key, r) != OP_COMMITTED) return false;
    if (r->there || r->orphaned) return true;
    if (app_do(app, TX_WRITE, make_key, r) != OP_COMMITTED) return false;
    return app_do(app, TX_READ, read_key, r) == OP_COMMITTED && r->there;
}

static bool fits(const struct reading *r, struct buf *error)
{
    if (r->orphaned) {
        buf_text(error, "The key of the ledger's chains is missing from the database (table chain_keys), though rows "
                        "were written under it. Put it back from a backup of this database.");
        return false;
    }
    if (r->there && !r->opens) {
        buf_text(error, "The key of the ledger's chains in the database (table chain_keys) does not open with these "
                        "master keys. Put it back from a backup of this database.");
        return false;
    }
    return true;
}

bool chain_key_look(struct app *app, bool *is_new, struct buf *error)
{
    struct reading r = { .ring = app->keyring };
    bool good = app_do(app, TX_READ, read_key, &r) == OP_COMMITTED;
    if (!good) buf_text(error, "The key of the ledger's chains could not be read; the log says why.");
    wipe(r.key, sizeof r.key);
    *is_new = !r.whole;
    return good && fits(&r, error);
}

bool chain_key_fit(struct app *app, struct buf *error)
{
    struct reading r = { .ring = app->keyring };
    if (!key_is_there(app, &r)) {
        buf_text(error, "The key of the ledger's chains could not be read or made; the log says why.");
        return false;
    }
    if (!fits(&r, error)) return false;
    chain_use(r.key);
    wipe(r.key, sizeof r.key);
    if (r.whole || begin_chains(app, &r)) return true;
    buf_text(error, "Not all rows could be put under the key of the ledger's chains; the log says why. "
                    "Starting again goes on with it.");
    return false;
}

/* ---- keys rotate ---- */

static bool key_piece(struct tx *tx, struct reseal_piece *p)
{
    if (p->cursor[0] > 0) return true;
    struct query q = query(tx, &key_read);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row == ROW_NONE;
    struct reading r = { .ring = p->keyring };
    bool changed;
    struct str stored = col_str(&q, "sealed");
    bool opens = open_key(&r, tx_arena(tx), (struct sealed){ (uint8_t *)(uintptr_t)stored.p, stored.n });
    wipe(r.key, sizeof r.key);
    p->cursor[0] = 1;
    struct sealed now = reseal_one(tx, p, 1, KEY_OWNER, opens && !r.whole ? BEGUN : WHOLE, stored, &changed);
    if (!changed) return true;
    struct query put = query(tx, &key_seal);
    bind_blob(&put, now.p, now.n), bind_blob(&put, stored.p, stored.n);
    return query_put(&put);
}

const struct reseal_table chain_key_sealed[] = { { .name = "chain_keys", .piece = key_piece }, RESEAL_END };
