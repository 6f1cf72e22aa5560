/* credits.h: the credit ledger. Entries are only appended, hash-chained per account under that account's row lock; the
 * balance is a cache that these functions keep true. A hold reserves credits until it is captured (one entry) or
 * released (none). Available = balance − held. Every write takes a struct tx that writes, locks the account's row until
 * its end, and is told to nobody: credits_tell does that. An amount that is not positive, and an empty key, end the
 * process.
 * Cost of a debit: one look-up by key, one conditional update, one insert. */
#ifndef CHATHUB_CREDITS_CREDITS_H
#define CHATHUB_CREDITS_CREDITS_H

#include "audit/audit.h"
#include "base/money.h"
#include "http/route.h"
#include "jobs/jobs.h"
#include "storage/verify.h"

/* clang-format off */
#define CREDITS_ACTIONS(X)                                                                                             \
    X(credits_granted) X(credits_grant_refused) X(credits_corrected)
/* clang-format on */
CREDITS_ACTIONS(AUDIT_DECLARE)

/* Reasons are stored by name, so never rename one. Each domain says its own, as it says its audit actions (audit.h):
 * NAME_REASONS(CREDITS_DECLARE) in a header, NAME_REASONS(CREDITS_DEFINE) in one file, or CREDITS_DEFINE_SERVICE when a
 * shop is charged for what it is served. Some of these, and `shop_creation`, are the replaced panel's words. */
struct credit_reason {
    const char *name;
    bool service;
};
#define CREDITS_DECLARE(reason) extern const struct credit_reason REASON_##reason;
#define CREDITS_REASON(reason, service_)                                                                               \
    const struct credit_reason REASON_##reason                                                                         \
        __attribute__((section("credit_reasons"), used, aligned(8))) = { #reason, service_ };
#define CREDITS_DEFINE(reason) CREDITS_REASON(reason, false)
#define CREDITS_DEFINE_SERVICE(reason) CREDITS_REASON(reason, true)
#define CREDITS_REASONS(X) X(grant) X(topup) X(refund) X(correction) X(trial)
CREDITS_REASONS(CREDITS_DECLARE)
/* All that this program holds. */
size_t credits_reasons(const struct credit_reason **first);

struct credit_entry {
    int64_t id;
    struct credits amount, balance_after;
    int64_t shop;
    const char *reason;
    int64_t at_ms;
};
struct credit_change {
    int64_t account, shop; /* shop 0: none */
    struct credits amount; /* positive; the function's name says the direction */
    struct credit_reason reason;
    const char *note; /* for grants: why; NULL: none */
    /* One for each change of an account: (reason, shop, period) or a request's key; never empty. A hold and the entry
     * that captures it have one key, so a debit has another. */
    const char *key;
    int64_t actor; /* who asked; 0: the system */
    int64_t at_ms;
};
/* The answer of every change. Only DONE and REPLAYED fill what the function gives; of the others nothing is written,
 * except that after FAULT and KEY_REUSED the transaction must be rolled back. */
enum debit {
    DEBIT_FAULT = -1, /* storage failed, or there is no such account or hold */
    DEBIT_DONE,
    DEBIT_REPLAYED,     /* same key, same change: nothing is written again, *out is the first entry */
    DEBIT_KEY_REUSED,   /* same key, another change: the caller's bug, never retried */
    DEBIT_INSUFFICIENT, /* of debits and holds: less is available */
    DEBIT_TOO_MANY,     /* of grants: the balance would pass CREDITS_LIMIT */
};
struct credit_balance {
    struct credits balance, held, available;
};

/* An account's row, made once, with the account (in its transaction). */
MUST_USE bool credits_open(struct tx *tx, int64_t account);
MUST_USE enum row credits_balance(struct tx *tx, int64_t account, struct credit_balance *out);
/* The balance that the last entry before this moment left; ROW_NONE: there was none yet. Reads the entries since. */
MUST_USE enum row credits_balance_at(struct tx *tx, int64_t account, int64_t at_ms, struct credits *out);
/* What a new account has to try with, by the settings (maybe nothing); once an account, however often it is called. */
MUST_USE bool credits_give_trial(struct tx *tx, int64_t account, int64_t now_ms);
/* Available credits of each account of a page, in one query; 0 for an unknown one. */
enum { CREDITS_PAGE_MAX = 100 };
MUST_USE bool credits_available_each(struct tx *tx, const int64_t *accounts, size_t n, struct credits *out);
/* Entries of an account that paid for a service to a shop: for `verify`. */
MUST_USE bool credits_count_charges(struct tx *tx, int64_t account, int64_t shop, int64_t *count);
/* Whether a change or a hold of this account has this key already: the next one with it would be a replay. */
MUST_USE bool credits_key_is_used(struct tx *tx, int64_t account, const char *key, bool *used);
/* Take (also for a correction downwards) and give. A grant calls the hook `granted`. */
MUST_USE enum debit credits_debit(struct tx *tx, const struct credit_change *in, struct credit_entry *out);
/* For jobs that take from many accounts: all are locked by one query, in the order of their numbers, and each may be
 * taken from more than once; what comes back lives with the transaction. NULL: a fault. Keys are not looked for: one
 * that was used is a conflict of the transaction, or DEBIT_INSUFFICIENT where less is left than is asked for: a replay
 * is told by credits_debit alone. *left, when it is DONE: what is there then. */
struct credits_locked;
MUST_USE struct credits_locked *credits_lock_each(struct tx *tx, const int64_t *accounts, size_t count);
MUST_USE enum debit credits_debit_locked(struct credits_locked *l, const struct credit_change *in,
                                         struct credit_balance *left);
MUST_USE enum debit credits_grant(struct tx *tx, const struct credit_change *in, struct credit_entry *out);

enum hold_state { HOLD_OPEN, HOLD_CAPTURED, HOLD_RELEASED }; /* stored: append, never renumber */
/* Reserves; *hold is its id. A replay by key gives the first hold whatever its state is now. */
MUST_USE enum debit credits_hold(struct tx *tx, const struct credit_change *in, int64_t *hold);
/* Open → captured, writes the entry. DEBIT_REPLAYED: captured before. DEBIT_KEY_REUSED: it was released. */
MUST_USE enum debit credits_capture(struct tx *tx, int64_t hold, int64_t at_ms, struct credit_entry *out);
/* Open → released. DEBIT_REPLAYED: released before. DEBIT_KEY_REUSED: it was captured. */
MUST_USE enum debit credits_release(struct tx *tx, int64_t hold, int64_t at_ms);

/* For `verify`: open holds after this id, in order of ids. */
struct hold_open {
    int64_t id, account, shop;
    const char *reason; /* the name of one of struct credit_reason */
};
MUST_USE bool credits_open_holds(struct tx *tx, int64_t after, struct hold_open *out, size_t limit, size_t *count);

/* One hold, whatever became of it. */
struct hold {
    int64_t account, shop;
    struct credits amount;
    enum hold_state state;
};
MUST_USE enum row credits_hold_get(struct tx *tx, int64_t id, struct hold *out);

/* After changes: the balance as it is now in this transaction, told to the account's open pages when it commits (event
 * credits.changed). False: storage fault. */
MUST_USE bool credits_tell(struct tx *tx, int64_t account, struct credit_balance *now);
/* The same where it is known already. */
MUST_USE bool credits_tell_left(struct tx *tx, int64_t account, const struct credit_balance *left);

/* Sums over all accounts: reads the whole table, so for a job, never for a page. */
struct credit_totals {
    int64_t granted, spent, outstanding, held;
};
MUST_USE bool credits_totals(struct tx *tx, struct credit_totals *out);

/* Invariant 1 of the design: every balance is the sum of its entries, granted less spent, and at least what is held;
 * held is the sum of the open holds; every hash is in its chain; a hold ended as its state says; every
 * charge for a chatbot has a shop that was served. */
extern const struct verify_check credits_checks[];

/* Once, at the first start with a chain key: the next piece of the rows from before it; `cursor` begins with zeros. */
MUST_USE bool credits_chain_begin(struct tx *tx, int64_t cursor[2], bool *more);
/* Whether any row is under a chain key. */
MUST_USE bool credits_chain_used(struct tx *tx, bool *used);

extern const struct problem problem_insufficient_credits; /* 402; the caller adds the facts need and have */
/* Filled by app. Tests may leave the last three out. */
struct credits_hooks {
    enum row (*account_by_email)(struct tx *tx, const char *email, int64_t *account); /* for a grant by address */
    enum row (*first_shop_redeemed)(struct tx *tx, int64_t account, bool *out);
    /* After a grant, under the account's lock, in its transaction. False: storage fault. */
    bool (*granted)(struct tx *tx, int64_t account, int64_t now_ms);
    /* What 1000 credits cost in fen; *fen stays where none are sold. NULL: CREDIT_PRICE_CNY says */
    bool (*price)(struct tx *tx, int64_t *fen);
    /* For verify; NULL: not asked */
    enum row (*shop_served)(struct tx *tx, int64_t account, int64_t shop);
    enum row (*account_known)(struct tx *tx, int64_t account);
};
extern struct credits_hooks credits_hooks;
MUST_USE bool credits_price(struct tx *tx, int64_t *fen); /* as the hook, with the setting where it says nothing */
/* GET /api/billing/summary, GET /api/billing/transactions, POST /api/billing/grant (operator),
 * GET /api/operator/accounts/:id/transactions */
extern const struct route credits_routes[], credits_grant_routes[];
extern const struct route credits_receipt_routes[]; /* GET /api/billing/ledger */
#endif
