/* block.c: who is blocked may not talk. A visitor of whom nobody knows who it is is a browser, and that is blocked. One
 * for whom the shop vouches is a person: the newest hundred browsers of the same customer are blocked with it, also
 * those that show the same vouched address under another id of the shop, and one that comes later is when the shop says
 * who it is.
 *
 * Rejected: an address that a visitor typed (it may be somebody else's, who would be shut out by it). */
#include "chat/private.h"

enum { NEWEST = 100, BROWSERS_MAX = 2 * NEWEST + 1 };

/* clang-format off */
/* The newest of them, for a shop may name all its guests alike. */
#define OF_SUBJECT                                                                                                     \
    "(SELECT visitor FROM chat_identities WHERE shop = ?1 AND subject = ?2 ORDER BY visitor DESC LIMIT 100)"
#define OF_EMAIL(address)                                                                                              \
    "(SELECT visitor FROM chat_identities WHERE shop = ?1 AND lower(email) = lower(" address ") AND email <> ''"       \
    " ORDER BY visitor DESC LIMIT 100)"
STMT(browsers, "SELECT few.visitor FROM " OF_SUBJECT " few UNION SELECT few.visitor FROM " OF_EMAIL("?3") " few"
               " UNION SELECT CAST(?4 AS BIGINT) ORDER BY visitor");
STMT(blocked_subject, "SELECT v.id FROM " OF_SUBJECT " few JOIN chat_visitors v ON v.id = few.visitor"
                      " WHERE v.blocked_at_ms > 0 LIMIT 1");
STMT(blocked_email, "SELECT v.id FROM " OF_EMAIL("?2") " few JOIN chat_visitors v ON v.id = few.visitor"
                    " WHERE v.blocked_at_ms > 0 LIMIT 1");
/* clang-format on */

static bool block_one(struct tx *tx, int64_t visitor, bool blocked, int64_t now_ms)
{
    struct visitor v;
    enum row row = visitor_locked(tx, visitor, &v);
    if (row != ROW_FOUND) return row == ROW_NONE;
    if ((v.blocked_at_ms != 0) == blocked) return true;
    if (!visitor_block(tx, visitor, blocked, now_ms)) return false;
    return !blocked || chat_tell_ended(tx, &v, &problem_chat_blocked);
}

/* Of a person, by their numbers, so that two who block at once wait for each other in one order. */
static bool block_all(struct tx *tx, const struct identity *who, bool blocked, int64_t now_ms)
{
    int64_t id[BROWSERS_MAX];
    size_t count = 0;
    struct query q = query(tx, &browsers);
    enum row row;
    bind_i64(&q, who->shop), bind_text(&q, who->subject), bind_text(&q, who->email), bind_i64(&q, who->visitor);
    while ((row = query_next(&q)) == ROW_FOUND) id[count++] = col_i64(&q, "visitor");
    if (row == ROW_FAULT) return false;
    for (size_t i = 0; i < count; i++)
        if (!block_one(tx, id[i], blocked, now_ms)) return false;
    return true;
}

bool customer_block(struct tx *tx, int64_t visitor, bool blocked, int64_t now_ms)
{
    struct identity who;
    enum row row = identity_get(tx, visitor, &who);
    if (row == ROW_FAULT) return false;
    return row == ROW_FOUND ? block_all(tx, &who, blocked, now_ms) : block_one(tx, visitor, blocked, now_ms);
}

bool customer_is_blocked(struct tx *tx, const struct identity *who, bool *blocked)
{
    const struct stmt *const by[] = { &blocked_subject, &blocked_email };
    const char *const value[] = { who->subject, who->email };
    *blocked = false;
    for (size_t i = 0; i < ARRAY_LEN(by) && !*blocked; i++) {
        struct query q = query(tx, by[i]);
        bind_i64(&q, who->shop), bind_text(&q, value[i]);
        enum row row = query_row(&q);
        if (row == ROW_FAULT) return false;
        *blocked = row == ROW_FOUND;
    }
    return true;
}
