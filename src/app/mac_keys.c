/* mac_keys.c: what a retired master key has signed. A visitor's token, the address that a mail is answered to, the
 * address of a picture and a browser's mark of its sign-ins name the master key under whose key for MACs they were
 * made. That key is kept, sealed, in the row of its master key; `keys rotate` seals it anew like all that is sealed. So
 * a shopper comes back, and a mail that waits in a letter box is answered, when the master key is long gone.
 *
 * No longer than what is signed lasts: MACS_KEPT_MS after it was retired such a key counts for nothing. Of a master key
 * that leaked nothing is kept (`keys rotate --end-tokens`): whoever has it could sign in the name of any visitor.
 *
 * Rejected: one random key for all tokens that never changes (what was signed before it would end with the old key all
 * the same, and a leak of it could not be mended by a rotation). */
#include "app/keys.h"

#include "base/clock.h"
#include "base/log.h"
#include "chat/chat.h"

#define MACS_KEPT_MS CHAT_TOKENS_LIFE_MS
#define MAC_OWNER STR("master key")

STMT(mac_set, "UPDATE sealing_keys SET mac = ?2 WHERE id = ?1 AND mac IS NULL AND retired_at_ms = 0");
STMT(macs, "SELECT id, mac FROM sealing_keys WHERE mac IS NOT NULL AND retired_at_ms > ?1 ORDER BY retired_at_ms DESC"
           " LIMIT ?2");
STMT(end_macs, "UPDATE sealing_keys SET mac = NULL WHERE id <> ?1 AND mac IS NOT NULL");
STMT(page, "SELECT id, mac FROM sealing_keys WHERE mac IS NOT NULL AND id > ?1 ORDER BY id LIMIT ?2");
STMT(save_mac, "UPDATE sealing_keys SET mac = ?3 WHERE id = ?1 AND mac = ?2");

/* A key that was put into another's row opens nothing. */
static struct str purpose_of(struct arena *a, int64_t id) { return str_of(arena_printf(a, "mac %lld", (long long)id)); }

bool mac_keys_keep(struct tx *tx, const struct keyring *ring)
{
    uint8_t ids[KEYRING_MAX_KEYS], key[KEYRING_MAC_KEY_SIZE];
    size_t n = keyring_ids(ring, ids);
    for (size_t i = 0; i < n; i++) {
        if (!keyring_mac_key(ring, ids[i], key)) continue;
        struct str plain = { (const char *)key, sizeof key };
        struct sealed s = seal(ring, tx_arena(tx), MAC_OWNER, purpose_of(tx_arena(tx), ids[i]), plain);
        wipe(key, sizeof key);
        struct query q = query(tx, &mac_set);
        bind_i64(&q, ids[i]), bind_blob(&q, s.p, s.n);
        if (query_change(&q) < 0) return false;
    }
    return true;
}

/* ---- at start ---- */

struct taking {
    const struct keyring *ring;
    struct {
        uint8_t id, key[KEYRING_MAC_KEY_SIZE];
    } mac[KEYRING_KEPT_MAX];
    size_t count;
};

static void take_one(struct taking *t, struct arena *a, int64_t id, struct str sealed)
{
    struct str plain;
    struct sealed s = { (uint8_t *)(uintptr_t)sealed.p, sealed.n };
    if (id < 1 || id > UINT8_MAX || keyring_has(t->ring, id)) return;
    if (!unseal(t->ring, a, MAC_OWNER, purpose_of(a, id), s, &plain) || plain.n != KEYRING_MAC_KEY_SIZE) {
        LOG(LOG_WARN, "mac_key_does_not_open", LOG_NUMBER("key", id));
        return;
    }
    t->mac[t->count].id = (uint8_t)id;
    memcpy(t->mac[t->count++].key, plain.p, plain.n);
    wipe((char *)(uintptr_t)plain.p, plain.n);
}

static enum op_wish read_macs(void *arg, struct tx *tx)
{
    struct taking *t = arg;
    struct query q = query(tx, &macs);
    enum row row;
    t->count = 0;
    bind_i64(&q, now_ms() - MACS_KEPT_MS), bind_i64(&q, KEYRING_KEPT_MAX);
    while ((row = query_next(&q)) == ROW_FOUND) take_one(t, tx_arena(tx), col_i64(&q, "id"), col_str(&q, "mac"));
    return row == ROW_FAULT ? OP_REFUSE : OP_COMMIT;
}

bool mac_keys_take(struct app *app)
{
    struct taking t = { .ring = app->keyring };
    bool read = app_do(app, TX_READ, read_macs, &t) == OP_COMMITTED;
    for (size_t i = 0; i < t.count && read; i++) keyring_keep_mac(app->keyring, t.mac[i].id, t.mac[i].key);
    wipe(t.mac, sizeof t.mac);
    return read;
}

/* ---- keys rotate ---- */

bool mac_keys_end(struct tx *tx, int64_t first)
{
    struct query q = query(tx, &end_macs);
    bind_i64(&q, first);
    return query_change(&q) >= 0;
}

static struct reseal_value read_value(struct arena *a, const struct query *q)
{
    int64_t id = col_i64(q, "id");
    return (
        struct reseal_value){ .id = id, .owner = MAC_OWNER, .purpose = purpose_of(a, id), .sealed = col_str(q, "mac") };
}

static bool macs_piece(struct tx *tx, struct reseal_piece *p)
{
    return reseal_rows(tx, p, &(struct reseal_rows){ .page = &page, .save = &save_mac, .read = read_value });
}

const struct reseal_table mac_keys_sealed[] = { { .name = "sealing_keys", .piece = macs_piece }, RESEAL_END };
