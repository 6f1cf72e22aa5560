/* bill.h: the lists in which providers say what a day has brought: payments and refunds, each by its numbers and its
 * sum. Alipay has a ZIP of CSV files in GB 18030, WeChat Pay a CSV file in UTF-8, Stripe pages of JSON.
 *
 * A bill moves no money here. It is compared with our rows, and where they differ the provider is asked about that
 * payment by the call whose answer counts. So what is wanted of a reader is that a bill which was cut short, or is
 * another's, is never taken for a whole one: that would make payments look as if they had not come. */
#ifndef CHATHUB_PAYMENTS_BILL_H
#define CHATHUB_PAYMENTS_BILL_H

#include "payments/payments.h"

enum {
    BILL_FILE_MAX = 8 << 20,  /* as it is fetched */
    BILL_TEXT_MAX = 24 << 20, /* unpacked, all files together */
    BILL_ROWS_MAX = 20000,
    BILL_NUMBER_MAX = 64,
    BILL_DATE_SIZE = 11,
};
struct bill_row {
    bool is_refund;
    bool waits;              /* promised, and not paid yet: it is in no sum */
    struct str order, trade; /* our number of the payment; the provider's. One of them may be empty */
    struct str refund;       /* our number of a refund; empty: of a payment, or one that was not made by us */
    struct money amount;     /* positive */
};
struct bill {
    size_t count, other; /* other: rows of something else than payments and refunds of this app */
    struct bill_row *row;
};
void bill_begin(struct arena *a, struct bill *out); /* before the first page */

/* NULL, or what is wrong, for persons; then nothing of *out is to be used. Texts live in `a`. */
const char *bill_read_alipay(struct arena *a, struct str archive, struct bill *out);
const char *bill_read_wechat(struct arena *a, struct str mchid, struct str appid, struct str text, struct bill *out);
/* One page of a list of charges or refunds is added to *out, which was begun. Only what carries a number of ours is a
 * row of it. *last: the id behind which the next page begins; p NULL: this was the last one. */
const char *bill_read_stripe(struct arena *a, bool livemode, struct str page, struct bill *out, struct str *last);
/* The ids of a page of events; false: it is no such page. */
enum { BILL_EVENTS_MAX = 100 };
MUST_USE bool bill_read_events(struct arena *a, struct str page, struct str out[BILL_EVENTS_MAX], size_t *count,
                               struct str *last);

/* "2026-11-28", of a day that is counted from 1970. */
void bill_date(int64_t day, char out[BILL_DATE_SIZE]);

#endif
