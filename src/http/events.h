/* events.h: what changed, told to the browser. A domain appends an event in the transaction of the change; after the
 * commit every open stream of that account reads on from its cursor. Numbers come from a counter row per account under
 * its lock, so a reader that saw n will never meet a smaller one later. Kept for 24 h; a cursor older than that gets
 * `reset` and the page loads anew. */
#ifndef CHATHUB_HTTP_EVENTS_H
#define CHATHUB_HTTP_EVENTS_H

#include "http/route.h"

/* `type` is dotted ("shop.chatbot"); `data` writes the members of the JSON object (small: ids and states, no secrets;
 * ≤ 4 KiB). False on a storage fault. Cost: one upsert of the counter, one insert. */
#define EVENT_SESSIONS_CHANGED "sessions.changed"            /* the account's streams ask at once if they may go on */
MUST_USE bool events_put(struct tx *tx, int64_t account, const char *type, json_writer *data, const void *arg);
/* Operators' pages: a hint that something of this kind ("jobs", "accounts", "overview") changed. Not stored, coalesced
 * to one a second, at most once, any thread. Every event of any account is a hint of "accounts" too. */
void events_hint(const char *kind);
/* For a cron job: deletes at most 500 events older than 24 h: how many, or -1 on a storage fault. */
MUST_USE int64_t events_purge(struct tx *tx);
extern const struct route events_routes[];                   /* GET /api/events */

#endif
