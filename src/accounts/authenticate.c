/* authenticate.c: who calls. One indexed query a request, or one for all requests of a batch. */
#include "accounts/private.h"
#include <pthread.h>
#include <stdlib.h>

/* What the last before_batch of this thread found, by key. Consulted only by requests that have a session key: for
 * those the lanes call before_batch first, so nothing here is older than the batch it runs in. Two requests of one
 * session in one batch were on their way at the same time: that the second still passes when the first signs out is one
 * of the two orders they may be seen in. The texts live in the lane's arena until the table is filled again. */
enum { BATCH_SLOTS = 1024 };
static_assert(BATCH_SLOTS >= 2 * LANE_BATCH, "open addressing wants room");
struct batch_slot {
    char key[SHA256_HEX_SIZE];
    struct session session;
};
struct batch {
    size_t count;
    uint16_t used[LANE_BATCH];
    struct batch_slot slot[BATCH_SLOTS];
};

/* Made by the threads that run batches, and by no others: it is 140 kB. */
static pthread_once_t batch_once = PTHREAD_ONCE_INIT;
static pthread_key_t batch_key;

static void batch_key_make(void)
{
    if (pthread_key_create(&batch_key, free) != 0) abort();
}

/* NULL: this thread has none yet, and `make` is false. */
static struct batch *batch_of_thread(bool make)
{
    (void)pthread_once(&batch_once, batch_key_make);
    struct batch *b = pthread_getspecific(batch_key);
    if (b || !make) return b;
    b = calloc(1, sizeof *b);
    if (!b || pthread_setspecific(batch_key, b) != 0) abort();
    return b;
}

/* Keys are hashes in hex: their first digits are as good a place as any. */
static struct batch_slot *slot_of(struct batch *b, const char *key)
{
    size_t at = 0;
    for (int i = 0; i < 4; i++) at = at << 4 | (size_t)(key[i] <= '9' ? key[i] - '0' : (key[i] - 'a' + 10) & 15);
    at &= BATCH_SLOTS - 1;
    while (b->slot[at].key[0] != '\0' && strcmp(b->slot[at].key, key) != 0) at = (at + 1) & (BATCH_SLOTS - 1);
    return &b->slot[at];
}

static void batch_clear(struct batch *b)
{
    for (size_t i = 0; i < b->count; i++) b->slot[b->used[i]].key[0] = '\0';
    b->count = 0;
}

void accounts_before_batch(struct tx *tx, struct op *const *ops, size_t count)
{
    assert(count <= LANE_BATCH);
    struct batch *b = batch_of_thread(true);
    const char *keys[LANE_BATCH];
    size_t n = 0;
    batch_clear(b);
    /* SQLite has no round trips to save: one look-up each is cheaper than a list, which it parses, sorts and stores. */
    if (tx_engine(tx) == DB_SQLITE) return;
    for (size_t i = 0; i < count; i++) {
        const char *key = ops[i]->session_key;
        if (key && strlen(key) == SHA256_HEX_SIZE - 1) keys[n++] = key;
    }
    if (n < 2) return; /* alone it asks by itself, which costs the same */
    struct sessions_found found = sessions_find(tx, keys, n);
    const char *key;
    struct session session;
    while (b->count < LANE_BATCH && sessions_next(&found, &key, &session) == ROW_FOUND) {
        struct batch_slot *s = slot_of(b, key);
        if (s->key[0] != '\0') continue;
        memcpy(s->key, key, SHA256_HEX_SIZE);
        s->session = session;
        b->used[b->count++] = (uint16_t)(s - b->slot);
    }
    if (tx_fault_of(tx) != TX_SOUND) batch_clear(b); /* the lanes see the fault and run the ops alone */
}

/* Not in the table: asked alone. That is a session nobody has, or an op that runs again after the batch. */
static enum row session_of(struct req *req, const char *key, struct session *out)
{
    struct batch *b = batch_of_thread(false);
    const struct batch_slot *s = b ? slot_of(b, key) : NULL;
    if (!s || s->key[0] == '\0') return session_find(req->tx, key, req->now_ms, out);
    *out = s->session;
    return session_is_alive(out, req->now_ms) ? ROW_FOUND : ROW_NONE;
}

/* The service key of a shop, where a route takes one. It wins over a cookie: a server sends no cookies. The key of a
 * disabled account is as unknown as its sessions. */
static bool by_shop_key(struct req *req, struct str key)
{
    int64_t shop = 0, account = 0;
    struct account owner;
    enum row known = accounts_hooks.shop_key(req->tx, key, &shop, &account);
    if (known == ROW_FOUND) known = accounts_get(req->tx, account, &owner);
    if (known != ROW_FOUND || owner.disabled) return known != ROW_FAULT;
    req->who =
        (struct caller){ .account = account, .roles = WHO_KEY, .shop = shop, .scopes = accounts_hooks.shop_key_scopes };
    return true;
}

static bool is_lately(int64_t at_ms, int64_t within_ms, int64_t now_ms)
{
    return at_ms >= now_ms - within_ms && !time_is_ahead(at_ms, now_ms);
}

bool accounts_authenticate(struct req *req)
{
    static const struct str prefix = STR("chsk_");
    req->who = (struct caller){ 0 };
    struct str bearer = req_bearer(req);
    if (req->route && (req->route->who & WHO_KEY) && str_starts(bearer, prefix)) return by_shop_key(req, bearer);
    const char *key = http_session_key(req);
    struct session s;
    if (!key || strlen(key) != SHA256_HEX_SIZE - 1) return true;
    switch (session_of(req, key, &s)) {
    case ROW_FAULT: return false;
    case ROW_NONE: return true;
    case ROW_FOUND: break;
    }
    unsigned roles = WHO_PERSON | member_roles(s.member) | (s.role == ROLE_OPERATOR ? WHO_OPERATOR : 0);
    req->who = (struct caller){ .person = s.person,
                                .account = s.account,
                                .roles = roles,
                                .session = s.id,
                                .signed_in_at_ms = s.signed_in_at_ms,
                                .email = arena_text(req->arena, s.email) };
    bool by_person = !req->route || !req->route->passive;
    bool acts = by_person && !is_lately(s.last_seen_at_ms, SESSION_TOUCH_MS, req->now_ms);
    bool seen = s.member == MEMBER_NONE || is_lately(s.member_seen_at_ms, MEMBER_TOUCH_MS, req->now_ms);
    if (acts || !seen) session_touch(s.id, acts, req->now_ms);
    return true;
}
