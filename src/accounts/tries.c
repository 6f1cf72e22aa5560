/* tries.c: what is counted by address, in the database and so in all processes: failed passwords, and mails that
 * anybody can ask for. Both are counted for unknown addresses too, or the limit would tell which are known. Never a
 * lock for good, and a running one blocks no reset by mail. */
#include "accounts/private.h"
#include <stdlib.h>

#define DELAY_FIRST_MS SECOND_MS
#define DELAY_MAX_MS (15 * MINUTE_MS)
#define FORGET_MS DAY_MS                                     /* without a further failure the count begins anew */

STMT(tries_get, "SELECT blocked_until_ms FROM login_tries WHERE key = ?1");
STMT(tries_count, "INSERT INTO login_tries (key, failures, last_at_ms, blocked_until_ms) VALUES (?1, 1, ?2, 0)"
                  " ON CONFLICT (key) DO UPDATE SET last_at_ms = ?2,"
                  " failures = CASE WHEN login_tries.last_at_ms < ?3 THEN 1 ELSE login_tries.failures + 1 END"
                  " RETURNING failures");
STMT(tries_block, "UPDATE login_tries SET blocked_until_ms = ?2 WHERE key = ?1");
STMT(tries_delete, "DELETE FROM login_tries WHERE key = ?1");
/* The update takes the row's lock, so two requests at once count one after the other. */
STMT(mailbox_lock, "INSERT INTO mailbox_limits (key, recent, last_at_ms) VALUES (?1, '', ?2)"
                   " ON CONFLICT (key) DO UPDATE SET last_at_ms = ?2 RETURNING recent");
STMT(mailbox_set, "UPDATE mailbox_limits SET recent = ?2 WHERE key = ?1");

void address_hash(const char *email_key_text, char out[SHA256_HEX_SIZE])
{
    sha256_hex(str_of(email_key_text), out);
}

bool tries_blocked_until(struct tx *tx, const char *address, int64_t *until_ms)
{
    struct query q = query(tx, &tries_get);
    bind_text(&q, address);
    enum row r = query_row(&q);
    *until_ms = r == ROW_FOUND ? col_i64(&q, "blocked_until_ms") : 0;
    return r != ROW_FAULT;
}

static int64_t delay_ms(int64_t failures)
{
    if (failures < TRIES_FREE) return 0;
    int64_t delay = DELAY_FIRST_MS;
    for (int64_t i = TRIES_FREE; i < failures && delay < DELAY_MAX_MS; i++) delay *= 2;
    return delay < DELAY_MAX_MS ? delay : DELAY_MAX_MS;
}

bool tries_failed(struct tx *tx, const char *address, int64_t now)
{
    struct query q = query(tx, &tries_count);
    bind_text(&q, address), bind_i64(&q, now), bind_i64(&q, now - FORGET_MS);
    if (query_row(&q) != ROW_FOUND) return false;
    int64_t delay = delay_ms(col_i64(&q, "failures"));
    if (delay == 0) return true;
    struct query block = query(tx, &tries_block);
    bind_text(&block, address), bind_i64(&block, now + delay);
    return query_put(&block);
}

bool tries_clear(struct tx *tx, const char *address)
{
    struct query q = query(tx, &tries_delete);
    bind_text(&q, address);
    return query_put(&q);
}

/* ---- mails ---- */

enum { MAILS_SHORT = 3, MAILS_DAY = 10, RECENT_TEXT_SIZE = MAILS_DAY * 21 + 1 };
#define MAILS_SHORT_MS (15 * MINUTE_MS)

/* The times of the last day, oldest first, out of "123,456,"; at most MAILS_DAY. */
static size_t recent_read(const char *text, int64_t now, int64_t out[MAILS_DAY])
{
    size_t n = 0;
    for (const char *p = text; *p != '\0' && n < MAILS_DAY; p += strcspn(p, ",") + 1) {
        int64_t at = strtoll(p, NULL, 10);
        if (at > now - DAY_MS) out[n++] = at;
        if (p[strcspn(p, ",")] == '\0') break;
    }
    return n;
}

bool mailbox_take(struct tx *tx, const char *address, int64_t now, bool *allowed)
{
    struct query q = query(tx, &mailbox_lock);
    bind_text(&q, address), bind_i64(&q, now);
    if (query_row(&q) != ROW_FOUND) return false;
    int64_t recent[MAILS_DAY];
    size_t n = recent_read(col_text(&q, "recent"), now, recent), lately = 0;
    for (size_t i = 0; i < n; i++) lately += recent[i] > now - MAILS_SHORT_MS;
    *allowed = n < MAILS_DAY && lately < MAILS_SHORT;
    if (!*allowed) return true;
    char *memory = arena_alloc(tx_arena(tx), RECENT_TEXT_SIZE);
    struct buf text;
    buf_fixed(&text, memory, RECENT_TEXT_SIZE);
    for (size_t i = 0; i < n; i++) buf_printf(&text, "%lld,", (long long)recent[i]);
    buf_printf(&text, "%lld,", (long long)now);
    struct query set = query(tx, &mailbox_set);
    bind_text(&set, arena_text(tx_arena(tx), address)), bind_text(&set, buf_terminated(&text));
    return query_put(&set);
}
