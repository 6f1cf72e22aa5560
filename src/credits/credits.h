/* credits.h: the credit ledger. Entries are only appended, hash-chained per account under that account's row lock; the
 * balance is a cache that these functions keep true. A hold reserves credits until it is captured (one entry) or
 * released (none). Available = balance − held. Every write takes a struct tx: it cannot be called outside one.
 * Cost of a debit: one look-up by key, one conditional update, one insert. */
#ifndef CHATHUB_CREDITS_CREDITS_H
#define CHATHUB_CREDITS_CREDITS_H

#include "base/money.h"
#include "http/route.h"
#include "jobs/jobs.h"
#include "storage/verify.h"

/* Reasons are stored by name. The first three are the replaced panel's words. */
#define CREDIT_REASONS(X)                                                                                              \
    X(shop_creation) X(chatbot_enablement) X(topup) X(chatbot_renewal) X(grant) X(refund) X(correction) X(trial)
#define CREDIT_REASON_ENUM(name) REASON_##name,
enum credit_reason { CREDIT_REASONS(CREDIT_REASON_ENUM) REASON_COUNT };
const char *credit_reason_name(enum credit_reason r);

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
    enum credit_reason reason;
    const char *note; /* for grants: why; NULL: none */
    const char *key;  /* unique per account: (reason, shop, period) or a request's key; never empty */
    int64_t actor;    /* who asked; 0: the system */
    int64_t at_ms;
};
enum debit {
    DEBIT_FAULT = -1, /* storage failed: nothing is written once tx rolls back */
    DEBIT_DONE,
    DEBIT_REPLAYED,   /* same key, same change: *out is the first entry */
    DEBIT_KEY_REUSED, /* same key, another change: the caller's bug, never retried */
    DEBIT_INSUFFICIENT,
    DEBIT_TOO_MANY,   /* grants: the balance would pass CREDITS_LIMIT */
};
struct credit_balance {
    struct credits balance, held, available;
};

/* An account's row, made with the account (in its transaction). */
MUST_USE bool credits_open(struct tx *tx, int64_t account);
MUST_USE enum row credits_balance(struct tx *tx, int64_t account, struct credit_balance *out);
/* What a new account has to try with, by the settings; once an account. */
MUST_USE bool credits_give_trial(struct tx *tx, int64_t account, int64_t now);
/* Available credits of each account of a page, in one query; 0 for an unknown one. */
enum { CREDITS_PAGE_MAX = 100 };
MUST_USE bool credits_available_each(struct tx *tx, const int64_t *accounts, size_t n, struct credits *out);
/* Entries of an account that paid for a shop's chatbot (first month and renewals): for `verify`. */
MUST_USE bool credits_count_charges(struct tx *tx, int64_t account, int64_t shop, int64_t *count);
/* Take and give. */
MUST_USE enum debit credits_debit(struct tx *tx, const struct credit_change *in, struct credit_entry *out);
MUST_USE enum debit credits_grant(struct tx *tx, const struct credit_change *in, struct credit_entry *out);

enum hold_state { HOLD_OPEN, HOLD_CAPTURED, HOLD_RELEASED }; /* stored: append, never renumber */
/* Reserves; *hold is its id. A replay by key gives the first hold whatever its state is now. */
MUST_USE enum debit credits_hold(struct tx *tx, const struct credit_change *in, int64_t *hold);
/* Open → captured, writes the entry. DEBIT_REPLAYED: captured before. DEBIT_KEY_REUSED: it was released. */
MUST_USE enum debit credits_capture(struct tx *tx, int64_t hold, int64_t at_ms, struct credit_entry *out);
/* Open → released. DEBIT_REPLAYED: released before. DEBIT_KEY_REUSED: it was captured. */
MUST_USE enum debit credits_release(struct tx *tx, int64_t hold, int64_t at_ms);

/* For `verify`: open holds after this id, in order of ids. */
struct open_hold {
    int64_t id, account, shop;
};
MUST_USE bool credits_open_holds(struct tx *tx, int64_t after, struct open_hold *out, size_t limit, size_t *count);

/* One hold, whatever became of it. */
struct hold {
    int64_t account, shop;
    struct credits amount;
    enum hold_state state;
};
MUST_USE enum row credits_hold_get(struct tx *tx, int64_t id, struct hold *out);

/* The balance as it is now in this transaction, told to the account's open pages (event credits.changed). */
MUST_USE bool credits_changed(struct tx *tx, int64_t account, struct credit_balance *now);

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

extern const struct problem problem_insufficient_credits; /* 402 with need and have */
/* Hooks filled by app: the account id of an e-mail address, for grants and what waited for credits. */
struct credits_hooks {
    enum row (*account_by_email)(struct tx *tx, const char *email, int64_t *account);
    enum row (*first_shop_redeemed)(struct tx *tx, int64_t account, bool *out);
    /* After a grant, under the account's lock, in its transaction. False: storage fault. */
    bool (*granted)(struct tx *tx, int64_t account, int64_t now);
    enum row (*shop_served)(struct tx *tx, int64_t account, int64_t shop); /* for verify; NULL: not asked */
};
extern struct credits_hooks credits_hooks;
/* GET /api/billing/summary, GET /api/billing/transactions, POST /api/billing/grant (operator),
 * GET /api/operator/accounts/:id/transactions */
extern const struct route credits_routes[], credits_grant_routes[];
#endif
