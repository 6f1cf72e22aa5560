/* paper_text.h: words, days and sums of papers, and texts of others made fit to be set. */
#ifndef CHATHUB_BILLING_PAPER_TEXT_H
#define CHATHUB_BILLING_PAPER_TEXT_H

#include "base/clock.h"
#include "billing/paper.h"

enum paper_word {
    PAPER_WORD_INVOICE,
    PAPER_WORD_RECEIPT,
    PAPER_WORD_CREDIT_NOTE,
    PAPER_WORD_NUMBER,
    PAPER_WORD_ISSUED,
    PAPER_WORD_ORDER,
    PAPER_WORD_TAKES_FROM,
    PAPER_WORD_REPLACES,
    PAPER_WORD_REFUND,
    PAPER_WORD_REASON,
    PAPER_WORD_SELLER,
    PAPER_WORD_BUYER,
    PAPER_WORD_TAX_NUMBER,
    PAPER_WORD_ADDRESS,
    PAPER_WORD_PHONE,
    PAPER_WORD_EMAIL,
    PAPER_WORD_BANK,
    PAPER_WORD_BANK_ACCOUNT,
    PAPER_WORD_ITEM,
    PAPER_WORD_QUANTITY,
    PAPER_WORD_PRICE,
    PAPER_WORD_AMOUNT,
    PAPER_WORD_TOTAL,
    PAPER_WORD_REFUNDED,
    PAPER_WORD_NET,
    PAPER_WORD_CREDITED,
    PAPER_WORD_PAYMENT,
    PAPER_WORD_PAID_BY,
    PAPER_WORD_PAID_AT,
    PAPER_WORD_TRADE,
    PAPER_WORD_ABOUT_INVOICE,
    PAPER_WORD_ABOUT_RECEIPT,
    PAPER_WORD_ABOUT_CREDIT_NOTE,
    PAPER_WORD_COUNT
};
const char *paper_word(enum paper_word w, enum lang lang);
const char *paper_item(struct arena *a, const struct paper_line *l, enum lang lang); /* what was bought */

/* Valid UTF-8 of at most PAPER_TEXT_MAX_BYTES and an ellipsis, without controls, ends of lines and marks that turn the
 * direction of others. */
const char *paper_clean(struct arena *a, const char *text);

#define PAPER_ZONE_MS (8 * HOUR_MS)                     /* China has one, and no summer time */
const char *paper_day(struct arena *a, int64_t at_ms);  /* "2026-11-29" */
const char *paper_time(struct arena *a, int64_t at_ms); /* "2026-11-29 14:05 (UTC+8)" */
int64_t paper_year(int64_t at_ms);
const char *paper_sum(struct arena *a, struct money m); /* "CNY 50.00" */

#endif
