/* bills.h: the days of providers whose bills are compared with our rows, and what does not agree. */
#ifndef CHATHUB_BILLING_BILLS_H
#define CHATHUB_BILLING_BILLS_H

#include "billing/private.h"

enum { BILL_DIFFERENCES_MAX = 500 }; /* kept of a day; what is more counts, and is not listed */
enum bill_state { BILL_NONE, BILL_WAITING, BILL_AGREES, BILL_DIFFERS, BILL_GIVEN_UP };                  /* stored */
enum bill_kind { BILL_OF_NOTHING, BILL_OF_PAYMENTS, BILL_OF_REFUNDS };                                  /* stored */
extern const char *const bill_state_names[], *const bill_kind_names[], *const bill_fault_names[];       /* NULL-ended */
enum bill_fault { BILL_SAME, BILL_UNKNOWN, BILL_NOT_HERE, BILL_TWICE, BILL_OTHER_SUM, BILL_NOT_THERE }; /* by name */

/* ---- bills.c: rows ---- */
struct bill_day {
    int64_t id, day, from_ms, to_ms, tries, look_at_ms, differing, others, read_at_ms, created_at_ms;
    const char *provider, *error;
    enum bill_state state;
};
MUST_USE bool bill_days_add(struct tx *tx, const struct bill_day *d, int64_t now_ms); /* that is there: nothing */
MUST_USE enum row bill_days_last(struct tx *tx, const char *provider, int64_t *day);
MUST_USE enum row bill_days_get(struct tx *tx, int64_t id, bool lock, struct bill_day *out);
/* The first that waits of a provider. */
MUST_USE enum row bill_days_waiting(struct tx *tx, const char *provider, struct bill_day *out);
MUST_USE int64_t bill_days_due(struct tx *tx, int64_t now_ms, int64_t *out, size_t max); /* ids; -1: fault */
MUST_USE bool bill_days_page(struct tx *tx, enum bill_state state, int64_t after, struct bill_day *out, size_t max,
                             size_t *count); /* NONE: all; newest first */
MUST_USE bool bill_days_save(struct tx *tx, const struct bill_day *d, int64_t now_ms);

struct bill_sum {
    enum bill_kind kind;
    int64_t theirs_count, ours_count;
    struct money theirs, ours;
};
enum { BILL_SUMS_MAX = 2 * CURRENCY_COUNT };
struct bill_sums {
    size_t count;
    struct bill_sum sum[BILL_SUMS_MAX];
};
enum { BILL_DAYS_MAX = 100 };
MUST_USE bool bill_sums_read(struct tx *tx, const int64_t *days, size_t count, struct bill_sums *const *out);
MUST_USE bool bill_sums_write(struct tx *tx, int64_t day, const struct bill_sums *s);
/* Adds to (count -1: takes from) what is theirs, or ours. False: too large to be told. */
MUST_USE bool bill_sums_add(struct bill_sums *s, enum bill_kind kind, bool theirs, int64_t count, struct money m);

struct bill_difference {
    int64_t id, bill_day, order, payment, refund, looks, ended_at_ms, created_at_ms;
    enum bill_kind kind;
    enum bill_fault fault;
    const char *number, *refund_number, *trade;
    const char *order_number; /* read with it; NULL: of no order */
    struct money theirs, ours;
};
MUST_USE bool bill_differences_add(struct tx *tx, const struct bill_difference *d, int64_t now_ms);
MUST_USE bool bill_differences_of(struct tx *tx, int64_t day, struct bill_difference *out, size_t *count);
MUST_USE bool bill_differences_save(struct tx *tx, const struct bill_difference *d); /* what was judged anew */

/* ---- bill_judge.c: rows of a bill against ours ---- */
struct bill_judged {
    enum bill_fault fault;
    bool other; /* not ours at all */
    int64_t order, payment, refund, account;
    bool counts;       /* `ours` is what we have of it */
    struct money ours; /* 0 when it does not count */
};
MUST_USE bool bill_judge(struct tx *tx, const char *provider, const struct bill_row *r, struct bill_judged *out);
/* Whether all that bills list as given back outside of a payment, and that differs, is known here in other parts. */
MUST_USE bool bill_outside_is_known(struct tx *tx, int64_t payment, struct money theirs, bool *out);
/* Marks it as named by this day's bill. ROW_NONE: a bill has named it before. */
MUST_USE enum row bill_seen_put(struct tx *tx, enum bill_kind kind, int64_t id, int64_t day);
MUST_USE enum row bill_seen_get(struct tx *tx, enum bill_kind kind, int64_t id);
/* What of ours belongs to this day and no bill has named. */
MUST_USE bool bill_unnamed(struct tx *tx, const struct bill_day *d, enum bill_kind kind, struct bill_difference *out,
                           size_t max, size_t *count);

/* ---- bill_compare.c ---- */
/* The day is locked. Rows, sums and state of it; providers are asked about what differs. */
MUST_USE bool bill_compare(struct tx *tx, struct bill_day *d, const struct bill *b, int64_t now_ms);
/* What differed, again, without the bill: what has been healed ends, and the rest becomes a mismatch. */
MUST_USE bool bill_compare_again(struct tx *tx, struct bill_day *d, int64_t now_ms);
MUST_USE bool bill_give_up(struct tx *tx, struct bill_day *d, int64_t now_ms);

#endif
