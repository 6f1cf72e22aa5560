/* spending.h: what an account has spent in money, and what comes due: by months of its own time zone, in each currency
 * for itself. All of it is counted from the rows when somebody looks (decision 119). */
#ifndef CHATHUB_BILLING_SPENDING_H
#define CHATHUB_BILLING_SPENDING_H

#include "base/clock.h"
#include "billing/private.h"

enum { SPENDING_MONTHS_USUAL = 12, SPENDING_MONTHS_MOST = 36, SPENDING_AHEAD_USUAL = 3, SPENDING_AHEAD_MOST = 12 };
enum { SPENDING_MONTH_SIZE = 8 }; /* "2026-11" and NUL */

/* ---- spending_months.c ---- */
struct spending_month {
    int64_t begins_ms, ends_ms; /* ends: the first moment behind it */
    char name[SPENDING_MONTH_SIZE];
};
struct spending_span { /* months one behind the other */
    const char *zone;  /* "": UTC */
    struct spending_month month[SPENDING_MONTHS_MOST];
    size_t count;
};
/* `count` months by the clock of the account, the first of them so many away from the present one (-11: eleven before).
 * False: storage fault. */
MUST_USE bool spending_span_of(struct req *req, int first, size_t count, struct spending_span *out);
/* In which of them a moment lies that is within the span. */
size_t spending_month_at(const struct spending_span *s, int64_t at_ms);
/* The list `months`. */
void spending_months_json(struct json *j, const struct spending_span *s);
extern const struct shape spending_month_shape[];
extern const struct problem problem_months_too_many;

/* ---- spending_ahead.c ---- */
struct spending_ahead;
extern const struct shape spending_ahead_shape[];
enum spending_read { SPENDING_FAULT = -1, SPENDING_READ, SPENDING_TOO_MANY };
/* What comes due in these months, the first of which is the present one. */
MUST_USE enum spending_read spending_ahead_read(struct req *req, const struct spending_span *s,
                                                const struct spending_ahead **out);
void spending_ahead_json(struct json *j, const struct spending_ahead *a); /* the members of spending_ahead_shape */
#endif
