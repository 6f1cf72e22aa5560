/* audit.h: who did what, append-only. A row is written in the transaction of the change (or as a refusal row of the
 * route); a job seals rows into a hash chain soon after, so that a later edit or a missing row is found by `verify`.
 * Rejected: hashing in the transaction (one chain would be a lock that every commit must take). */
#ifndef CHATHUB_AUDIT_AUDIT_H
#define CHATHUB_AUDIT_AUDIT_H

#include "base/crypto.h"
#include "base/json_write.h"
#include "http/route.h"
#include "jobs/jobs.h"
#include "storage/verify.h"

/* Actions are stored by name, so never rename one. Each domain says its own, in a list in its private header,
 *
 *     #define SHOPS_ACTIONS(X) X(shop_created) X(shop_updated)
 *     SHOPS_ACTIONS(AUDIT_DECLARE)
 *
 * and in one of its files SHOPS_ACTIONS(AUDIT_DEFINE): then there is AUDIT_shop_created, the API description names it,
 * and app/test_words wants a text for it in each language. */
struct audit_action {
    const char *name;
};
#define AUDIT_DECLARE(action) extern const struct audit_action AUDIT_##action;
#define AUDIT_DEFINE(action)                                                                                           \
    const struct audit_action AUDIT_##action __attribute__((section("audit_actions"), used, aligned(8))) = { #action };
extern const char *audit_action_names[]; /* of all that this program holds, by name; NULL-ended */

struct audit_entry {
    struct audit_action action;
    int64_t account;       /* whose trail it stands in; 0: the system's */
    int64_t actor;         /* who did it: a person; 0: nobody, the system, or a shop's key */
    int64_t actor_account; /* the account it acted in; 0: none. With actor 0: that of the key */
    const char *resource;  /* "shop", "account", "secret", "job"...; NULL: none */
    int64_t resource_id;
    json_writer *details; /* members of a small JSON object, no secrets; NULL: none */
    const void *arg;
    const char *network, *user_agent; /* NULL for jobs and the command line */
    int64_t at_ms;
};
/* One append (query_put: no round trip of its own). What *e points to need not live longer than the call; `details` is
 * called in it. Over 2 KiB of details are left out. False on a storage fault. */
MUST_USE bool audit_put(struct tx *tx, const struct audit_entry *e);
/* The same with actor, network, user agent and time taken from the request, in its transaction. `account`: whose trail.
 */
MUST_USE bool audit_request(struct req *req, struct audit_action action, int64_t account, const char *resource,
                            int64_t resource_id, json_writer *details, const void *arg);
/* Who did it, as screens and files name a person. Filled by app: persons are of a later folder. */
struct audit_person {
    const char *email; /* NULL: not known, erased, or not of the account */
    bool operator;
};
struct audit_hooks {
    bool (*people)(struct tx *tx, int64_t account, const int64_t *person, size_t count, struct audit_person *out);
};
extern struct audit_hooks audit_hooks;
/* out[i] is person[i]; 0 among them is nobody. `account`: those that belong to it; 0: all, which is for operators.
 * False on a storage fault. Also for lists of other folders. */
enum { AUDIT_PEOPLE_MAX = 256 };
MUST_USE bool audit_people(struct tx *tx, int64_t account, const int64_t *person, size_t count,
                           struct audit_person *out);
/* Cron, every 5 s: seals the rows that are final (no lower id can still appear: see seals.c). On SQLite those are all,
 * on PostgreSQL those that were there one run earlier. */
extern const struct job_kind audit_seal_job;
/* At the first start with a chain key: what is sealed from here on is sealed under it. Sealing and the checks need
 * chain_use() before (base/chain.h): without a key they end the process. */
MUST_USE bool audit_chain_begin(struct tx *tx);
MUST_USE bool audit_chain_used(struct tx *tx, bool *used); /* whether it ever was */
extern const struct verify_check audit_checks[];           /* the seals computed again, for `verify` */
extern const struct route audit_routes[];                  /* GET /api/audit, GET /api/operator/audit */
#endif
