/* presence.h: who is on a shop's pages now. Rows, so that every process sees all of them; forgotten within minutes, and
 * never a message. */
#ifndef CHATHUB_CHAT_PRESENCE_H
#define CHATHUB_CHAT_PRESENCE_H

#include "chat/private.h"

enum {
    VISIT_NAME_MIN = 16,
    VISIT_NAME_MAX = 64,
    PRESENT_MS = 75000, /* a beat comes each 30 s while the page is looked at */
    PRESENCE_PAGE_MAX = 100,
};
struct presence {
    int64_t id, account, shop, visitor, invited, since_ms, page_since_ms, seen_at_ms;
    const char *page, *referrer, *language;
};
/* A beat: p has account, shop, visitor (0: it showed none), page, referrer and language; afterwards all of it. `visit`:
 * the browser's own name for its visit. */
MUST_USE bool presence_beat(struct tx *tx, const char *visit, struct presence *p, int64_t now_ms);
/* Of one account, the newest visit first, behind `after`. ROW_FAULT, else how many in *count. */
MUST_USE bool presence_page(struct tx *tx, int64_t account, int64_t after, int64_t limit, int64_t now_ms,
                            struct presence *out, size_t *count);
/* The same of one visitor: its tabs. */
MUST_USE bool presence_of(struct tx *tx, int64_t account, int64_t visitor, int64_t limit, int64_t now_ms,
                          struct presence *out, size_t *count);
/* One that is there now, locked. */
MUST_USE enum row presence_locked(struct tx *tx, int64_t account, int64_t id, int64_t now_ms, struct presence *out);
/* After a beat: the browser has become another visitor than the one that was made to be talked to (it opened the chat,
 * or was greeted, in that moment), so nobody will ever show that one's token. What was said to it is said to the
 * browser, once, and the visitor that nobody is goes. */
MUST_USE bool presence_settle(struct tx *tx, struct presence *p, int64_t now_ms);
MUST_USE bool presence_invite(struct tx *tx, int64_t id, int64_t visitor);
/* The visit of this name, locked, before any visitor of it is. */
MUST_USE enum row presence_of_visit(struct tx *tx, int64_t shop, const char *visit, struct presence *out);
/* The browser of this visit is this visitor from now on. */
MUST_USE bool presence_claim(struct tx *tx, int64_t id, int64_t visitor);

#endif
