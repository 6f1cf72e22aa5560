/* papers.h: the rows of papers, for the files that make, list and print them. */
#ifndef CHATHUB_BILLING_PAPERS_H
#define CHATHUB_BILLING_PAPERS_H

#include "billing/paper.h"
#include "billing/private.h"

/* ---- profiles.c ---- */
enum profile_kind { PROFILE_NONE, PROFILE_COMPANY, PROFILE_PERSON, PROFILE_ABROAD, PROFILE_KIND_COUNT }; /* stored */
struct profile {
    enum profile_kind kind;
    struct paper_party party;
    int64_t updated_at_ms;
};
MUST_USE enum row profile_get(struct tx *tx, int64_t account, struct profile *out);

/* ---- sellers.c ---- */
struct seller {
    int64_t id, updated_at_ms;
    bool abroad;
    struct paper_party party;
};
/* ROW_NONE: nobody has said who sells; *out is the house by its name alone, as seller 1. */
MUST_USE enum row seller_now(struct tx *tx, struct seller *out);

/* ---- papers.c ---- */
enum { PAPER_NUMBER_MAX = 40, PAPERS_OF_ORDER_MAX = 200, PAPER_ROUNDS_MAX = 20 };
struct paper_row {
    int64_t id, seller, year, seq, account, order, payment, refund, corrects, round, actor, issued_at_ms;
    enum paper_kind kind;
    const char *number, *order_number, *title, *content, *corrected; /* corrected: the number of `corrects`, or "" */
    struct money amount, refunded;
};
/* Of all accounts (0) or one, newest first, behind `after`. Without .content. */
MUST_USE bool papers_page(struct tx *tx, int64_t account, int64_t after, int64_t limit, struct paper_row *out,
                          size_t *count);
/* The same of one order. */
MUST_USE bool papers_of_order(struct tx *tx, const struct order *o, int64_t after, int64_t limit, struct paper_row *out,
                              size_t *count);
/* account 0: anybody's. With .content. */
MUST_USE enum row papers_by_number(struct tx *tx, const char *number, int64_t account, struct paper_row *out);

/* The order is locked, delivered, and `paid` is the payment that counts. PAPERS_SAME: the present invoice has this
 * buyer already, and is *out. PAPERS_OTHER: it has another one, and is *out; with `replace` a credit note takes it back
 * whole and a new one is made. */
enum papers_invoiced {
    PAPERS_FAULT = -1,
    PAPERS_MADE,
    PAPERS_SAME,
    PAPERS_OTHER,
    PAPERS_NOTHING, /* all of it went back */
    PAPERS_TOO_MANY,
};
struct papers_wish {
    const struct order *order;
    const struct payment *paid;
    const struct paper_party *buyer;
    bool replace;
    int64_t actor, now_ms;
};
MUST_USE enum papers_invoiced papers_invoice(struct tx *tx, const struct papers_wish *w, struct paper_row *out);

#endif
