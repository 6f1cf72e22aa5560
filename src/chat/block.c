/* block.c: who is blocked may not talk. A visitor of whom nobody knows who it is is a browser, and that is blocked. One
 * for whom the shop vouches is a person: the newest hundred browsers of the same customer are blocked with it, also
 * those that show the same vouched address under another id of the shop, and one that comes later is when the shop says
 * who it is. What was open with them is finished: nobody waits there any more, and no place in line is kept for them.
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

/* Both are held, the visitor first. c->id 0: nothing was said. */
struct blocked {
    struct visitor v;
    struct conversation c;
};

static enum row hold(struct tx *tx, int64_t visitor, struct blocked *b)
{
    b->c.id = 0;
    enum row row = visitor_locked(tx, visitor, &b->v);
    if (row != ROW_FOUND || b->v.conversation == 0) return row;
    row = conversation_locked(tx, b->v.conversation, &b->c);
    if (row == ROW_NONE) b->c.id = 0;
    return row == ROW_FAULT ? ROW_FAULT : ROW_FOUND;
}

static bool block_held(struct tx *tx, struct blocked *b, const struct block *how)
{
    enum chat_may may;
    const struct chat_act finish = { .kind = ACT_RESOLVE, .person = how->person, .now_ms = how->now_ms };
    if ((b->v.blocked_at_ms != 0) == how->blocked) return true;
    if (!visitor_block(tx, b->v.id, how->blocked, how->now_ms)) return false;
    if (!how->blocked) return true;
    if (!chat_tell_ended(tx, &b->v, &problem_chat_blocked)) return false;
    return b->c.id == 0 || conversation_act(tx, b->c.id, &finish, &b->c, &may) == ROW_FOUND;
}

/* By their numbers, so that two who block at once wait for each other in one order; and all are held before the first
 * is written, for what is told then holds the inbox's counter, which who holds another of them may want. */
static bool block_these(struct tx *tx, const int64_t *id, size_t count, const struct block *how)
{
    struct blocked *held = arena_alloc(tx_arena(tx), (count ? count : 1) * sizeof *held);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        enum row row = hold(tx, id[i], &held[n]);
        if (row == ROW_FAULT) return false;
        n += row == ROW_FOUND;
    }
    for (size_t i = 0; i < n; i++)
        if (!block_held(tx, &held[i], how)) return false;
    return true;
}

static bool block_all(struct tx *tx, const struct identity *who, const struct block *how)
{
    int64_t id[BROWSERS_MAX];
    size_t count = 0;
    struct query q = query(tx, &browsers);
    enum row row;
    bind_i64(&q, who->shop), bind_text(&q, who->subject), bind_text(&q, who->email), bind_i64(&q, who->visitor);
    while ((row = query_next(&q)) == ROW_FOUND) id[count++] = col_i64(&q, "visitor");
    return row != ROW_FAULT && block_these(tx, id, count, how);
}

bool visitor_cut_off(struct tx *tx, int64_t visitor, int64_t now_ms)
{
    return block_these(tx, &visitor, 1, &(struct block){ .blocked = true, .now_ms = now_ms });
}

bool customer_block(struct tx *tx, int64_t visitor, const struct block *how)
{
    struct identity who;
    enum row row = identity_get(tx, visitor, &who);
    if (row == ROW_FAULT) return false;
    return row == ROW_FOUND ? block_all(tx, &who, how) : block_these(tx, &visitor, 1, how);
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
