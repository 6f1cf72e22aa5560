/* shops.h: a merchant's stores. Deleting hides a shop at once and suspends its tenant (by hook, same transaction); it
 * can be restored for 7 days, then a job purges it and leaves a tombstone. An operator can suspend one: its merchant
 * sees it and reads why, its chat stops. One mover changes shops.status.
 *
 * Order of row locks, in every transaction: shops by id, then tenants, subscriptions, credits, events. Whoever changes
 * a shop or anything of its tenant locks the shop first; so under it, plain reads are true until the commit. */
#ifndef CHATHUB_SHOPS_SHOPS_H
#define CHATHUB_SHOPS_SHOPS_H

#include "http/route.h"
#include "jobs/jobs.h"
#include "storage/verify.h"

/* Stored by number: append, never renumber. Names on the wire are the replaced panel's. */
enum shop_status {
    SHOP_NONE, /* of no shop; in a history: it was made */
    SHOP_CREATING,
    SHOP_ACTIVE,
    SHOP_FAILED,
    SHOP_SUSPENDED,
    SHOP_DELETED,
    SHOP_PURGED,
    SHOP_STATUS_COUNT
};
const char *shop_status_name(enum shop_status s);
enum { SHOP_RESTORE_DAYS = 7, SHOPS_PER_ACCOUNT_MAX = 200, SHOP_SLUG_MAX = 40, SHOP_NAME_MAX = 80 };

struct shop {
    int64_t id, account;
    const char *name, *slug, *domain;      /* domain NULL when none */
    enum shop_status status, deleted_from; /* the second is what a restored one goes back to; NONE: not deleted */
    int64_t version;                       /* moves of status so far */
    int64_t created_at_ms, updated_at_ms, deleted_at_ms, purge_at_ms; /* the last two 0: not deleted */
    int64_t suspended_at_ms;   /* by an operator; also while it is deleted. 0: nobody has */
    const char *suspended_why; /* "": nobody has */
};
/* ROW_NONE also when it belongs to another account, is deleted or purged: the caller answers 404 in every case.
 * _locked: in a transaction that writes; waits for whoever holds it, and holds it until the end. */
MUST_USE enum row shops_owned(struct tx *tx, int64_t account, int64_t id, struct shop *out);
MUST_USE enum row shops_owned_locked(struct tx *tx, int64_t account, int64_t id, struct shop *out);
MUST_USE enum row shops_get(struct tx *tx, int64_t id, struct shop *out);    /* any state: for jobs */
MUST_USE enum row shops_locked(struct tx *tx, int64_t id, struct shop *out); /* any state, locked */
/* The same without waiting; ROW_NONE also when somebody else holds it. */
MUST_USE enum row shops_try_locked(struct tx *tx, int64_t id, struct shop *out);
/* The same of many, in one query: the numbers of those that are held now, in any order. `got` has room for `count`, at
 * most SHOPS_AT_ONCE_MAX. How many, or -1: a fault. */
enum { SHOPS_AT_ONCE_MAX = 100 };
MUST_USE int64_t shops_try_lock_each(struct tx *tx, const int64_t *id, size_t count, int64_t *got);
/* A usable slug from any name: "My Shop!" → my-shop; a name that leaves nothing ("我的店铺") → shop-<random>. Not
 * unique yet: shops_add looks. */
void shop_slug_from_name(const char *name, char out[SHOP_SLUG_MAX + 1]);
/* What a shop is called outside: "shop-7"; and back: 0 when the text is no such name. */
enum { SHOP_PUBLIC_ID_SIZE = 32 };
void shop_public_id(int64_t shop, char out[SHOP_PUBLIC_ID_SIZE]);
int64_t shop_of_public_id(struct str public_id);

/* The row and its history; the caller tells the audit trail and the open pages. name and domain (NULL: none) as a field
 * table has let them through. *out when SHOP_ADDED. */
struct shop_new {
    int64_t account, actor;
    const char *name, *domain;
    int64_t at_ms;
};
enum shop_add { SHOP_ADD_FAULT = -1, SHOP_ADDED, SHOP_ADD_LIMIT /* deleted ones count until they are purged */ };
MUST_USE enum shop_add shops_add(struct tx *tx, const struct shop_new *in, struct shop *out);

/* Of a shop that the caller has locked; NULL: none. What is so already is no change. */
MUST_USE bool shops_set_domain(struct tx *tx, struct shop *s, const char *domain, int64_t now_ms);

struct shop_chatbot { /* state NULL: off */
    bool enabled;
    const char *bot_id, *state;
    int64_t enabled_at_ms;
};
/* Filled by app from tenants; NULL: nobody wants to know. Called in the same transaction, under the shop's lock, when
 * the row has changed; `s` is what it is now, for .purged what it was. False: storage fault. */
struct shops_hooks {
    bool (*deleted)(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms);
    bool (*restored)(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms);
    bool (*suspended)(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms);
    bool (*resumed)(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms);
    bool (*purged)(struct tx *tx, const struct shop *s, int64_t now_ms);
    bool (*domain_changed)(struct tx *tx, const struct shop *s, int64_t now_ms);
    /* For lists and status: the chatbot members of these shops, in one query. out[i], zeroed, belongs to ids[i]. */
    bool (*chatbots)(struct tx *tx, int64_t account, const int64_t *ids, size_t count, struct shop_chatbot *out);
    enum row (*account_known)(struct tx *tx, int64_t account); /* for verify; NULL: not asked */
};
extern struct shops_hooks shops_hooks;
extern const struct problem problem_shop_suspended; /* by an operator; its merchant writes to them */

/* Every status came through the mover: the history of each shop is without a gap and ends where the shop is. */
extern const struct verify_check shops_checks[];

/* ---- of shops that are not deleted; false: storage fault ---- */
MUST_USE bool shops_count(struct tx *tx, int64_t *out); /* of all: reads the table, so for a job */
/* How many each of these accounts has, at most SHOPS_COUNT_EACH_MAX; out[i] belongs to accounts[i]. */
enum { SHOPS_COUNT_EACH_MAX = 100 };
MUST_USE bool shops_count_each(struct tx *tx, const int64_t *accounts, size_t n, int64_t *out);
/* Their names, at most SHOPS_COUNT_EACH_MAX; out[i] belongs to ids[i]; NULL: no living shop of this account. */
MUST_USE bool shops_names(struct tx *tx, int64_t account, const int64_t *ids, size_t n, const char **out);
/* Which of them are living shops of this account that no operator has suspended; at most SHOPS_COUNT_EACH_MAX. */
MUST_USE bool shops_open(struct tx *tx, int64_t account, const int64_t *ids, size_t n, bool *out);
/* Ids of an account's shops, into room for SHOPS_PER_ACCOUNT_MAX. Should there be more, made in one moment, those past
 * it are left out. */
MUST_USE bool shops_ids(struct tx *tx, int64_t account, int64_t *ids, size_t *n);
/* The items of a JSON list: {id, shop_name, status, chatbot_state} of each shop of the account. */
MUST_USE bool shops_account_json(struct tx *tx, int64_t account, struct json *j);

/* ---- all.c: of all accounts, for operators. False: storage fault ---- */
struct shop_listed {
    int64_t id, account;
    enum shop_status status;
    const char *name, *domain;
    const char *name_key;                              /* what names are sorted by */
    int64_t created_at_ms, deleted_at_ms, purge_at_ms; /* the last two 0: not deleted */
    int64_t suspended_at_ms;                           /* 0: it is not */
    const char *suspended_why;
};
enum shops_sort { SHOPS_NEWEST, SHOPS_OLDEST, SHOPS_BY_NAME, SHOPS_BY_NAME_DOWN };
/* Living ones (suspended ones are); those that an operator has suspended; those that can still be restored. The last
 * two by age alone. */
enum shops_which { SHOPS_LIVING, SHOPS_PAUSED, SHOPS_GONE };
struct shops_wanted {
    enum shops_sort sort;
    enum shops_which which;
    int64_t after;         /* the last one seen; 0: none */
    const char *after_key; /* its name_key, in an order by name */
    int64_t limit;
};
MUST_USE bool shops_page(struct tx *tx, const struct shops_wanted *w, struct shop_listed *out, size_t *count);
/* Those with these numbers, also deleted and purged ones, in any order. */
MUST_USE bool shops_some(struct tx *tx, const int64_t *ids, size_t n, struct shop_listed *out, size_t *count);
/* Living ones whose name or domain begins so, and those of these accounts, into ids[most]. */
MUST_USE bool shops_find(struct tx *tx, const char *begin, const int64_t *accounts, size_t n, int64_t *ids, size_t most,
                         size_t *count);
/* How many there are, counted up to `most`. */
MUST_USE bool shops_count_some(struct tx *tx, enum shops_which which, int64_t most, int64_t *out);

extern const struct job_kind shops_purge_job; /* cron */
extern const struct route shops_routes[], shops_house_routes[];
/* Shops by name or domain, in either case of ASCII letters, into out[most]: of one account by any part of them; of all
 * accounts, which is for operators, by their begin. */
struct shop_found {
    int64_t id, account;
    const char *name, *domain;
};
MUST_USE bool shops_search(struct tx *tx, int64_t account, const char *text, struct shop_found *out, size_t most,
                           size_t *count);
MUST_USE bool shops_search_all(struct tx *tx, const char *begin, struct shop_found *out, size_t most, size_t *count);

#endif
