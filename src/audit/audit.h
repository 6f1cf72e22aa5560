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

/* Actions are stored by name; one list, so that screens can translate them all. Append, never rename. */
#define AUDIT_ACTIONS(X)                                                                                               \
    X(user_register) X(email_verified) X(password_login) X(password_login_failed) X(logout) X(password_change)         \
    X(password_reset_asked) X(password_reset) X(session_ended) X(sessions_ended) X(reauthenticated)                    \
    X(account_created) X(account_disabled) X(account_enabled) X(credits_granted) X(credits_grant_refused)              \
    X(shop_created) X(shop_updated) X(shop_soft_deleted) X(shop_restored) X(shop_hard_deleted)                         \
    X(chatbot_enable_asked) X(chatbot_enabled) X(chatbot_enable_failed) X(chatbot_enable_refused) X(chatbot_disabled)  \
    X(chatbot_config_changed) X(chatbot_renewed) X(chatbot_past_due) X(chatbot_expired)                                \
    X(sso_issued) X(sso_launched) X(sso_refused) X(secret_shown) X(secret_rotated) X(secret_retired)                   \
    X(tenant_registered) X(tenant_suspended) X(tenant_resumed) X(job_retried) X(config_changed)                        \
    X(chatbot_update_failed) X(member_invited) X(member_joined) X(member_role_changed) X(member_removed)               \
    X(invitation_revoked) X(account_unlocked) X(requests_refused) X(credits_corrected) X(secret_revoked)               \
    X(chatbot_renewal_changed) X(delivery_refused) X(delivery_changed) X(delivery_replayed)
#define AUDIT_ENUM(name) AUDIT_##name,
enum audit_action { AUDIT_ACTIONS(AUDIT_ENUM) AUDIT_ACTION_COUNT };
const char *audit_action_name(enum audit_action a);

struct audit_entry {
    enum audit_action action;
    int64_t account;                 /* whose trail it stands in; 0: the system's */
    int64_t actor;                   /* who did it: a person; 0: nobody, the system, or a shop's key */
    int64_t actor_account;           /* the account it acted in; 0: none. With actor 0: that of the key */
    const char *resource;            /* "shop", "account", "secret", "job"...; NULL: none */
    int64_t resource_id;
    json_writer *details;            /* members of a small JSON object, no secrets; NULL: none */
    const void *arg;
    const char *network, *user_agent;/* NULL for jobs and the command line */
    int64_t at_ms;
};
/* One append (query_put: no round trip of its own). What *e points to need not live longer than the call; `details` is
 * called in it. Over 2 KiB of details are left out. False on a storage fault. */
MUST_USE bool audit_put(struct tx *tx, const struct audit_entry *e);
/* The same with actor, network, user agent and time taken from the request, in its transaction. `account`: whose trail.
 */
MUST_USE bool audit_request(struct req *req, enum audit_action action, int64_t account, const char *resource,
                            int64_t resource_id, json_writer *details, const void *arg);
/* Cron, every 5 s: seals the rows that are final (no lower id can still appear: see seals.c). On SQLite those are all,
 * on PostgreSQL those that were there one run earlier. */
extern const struct job_kind audit_seal_job;
/* Once, at the first start with a chain key: what is sealed from here on is sealed under it. */
MUST_USE bool audit_chain_begin(struct tx *tx);
MUST_USE bool audit_chain_used(struct tx *tx, bool *used);
extern const struct verify_check audit_checks[];             /* the seals computed again, for `verify` */
extern const struct route audit_routes[];                    /* GET /api/audit, GET /api/operator/audit */
#endif
