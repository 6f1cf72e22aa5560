/* paper.h: a receipt, an invoice or a credit note as a plain struct, and the PDF that it becomes.
 *
 * paper_draw is a pure function: the same struct and language give the same bytes, whenever and wherever the same fonts
 * are; it reads no rows and no clock but to stop in time. It takes some ten ms and the memory of its fonts, so it runs
 * on the pool of slow work or in a job, never on a loop and never in a transaction. Any number of threads may draw.
 *
 * Texts are UTF-8 of anybody's: what is no text (controls, marks that turn the direction of others, broken bytes) is
 * left out or replaced, what is too long for its line is wrapped, what is too long for a page goes on on the next. A
 * character that no font of the machine has is drawn as a box with its number, and counted. */
#ifndef CHATHUB_BILLING_PAPER_H
#define CHATHUB_BILLING_PAPER_H

#include "base/json_read.h"
#include "base/json_write.h"
#include "base/money.h"
#include "http/route.h"

enum paper_kind { PAPER_NONE, PAPER_INVOICE, PAPER_RECEIPT, PAPER_CREDIT_NOTE, PAPER_KIND_COUNT }; /* stored */
extern const char *const paper_kind_names[]; /* "invoice", "receipt", "credit_note" of kind − 1; NULL-ended */

enum {
    PAPER_LINES_MAX = 40,
    PAPER_TEXT_MAX_BYTES = 2048, /* of one text; the rest is cut */
    PAPER_PAGES_MAX = 20,
    PAPER_BYTES_MAX = 4 << 20,
    PAPER_DRAW_MAX_MS = 8000,
};

/* Texts are "" where there is nothing to say; that line is left out. */
struct paper_party {
    const char *name, *tax_number, *address, *phone, *bank, *bank_account, *email;
};
struct paper_line {
    const char *what, *name_en, *name_zh; /* what: as order_lines has it; the names of the offer, or "" */
    int64_t quantity, from_ms, to_ms;     /* times 0: of no days */
    struct money price, amount;
};
struct paper {
    enum paper_kind kind;
    const char *number, *order, *refund, *reason;
    const char *corrects; /* of a credit note: the paper that it takes from; of an invoice: the one that it replaces */
    int64_t issued_at_ms, paid_at_ms;
    struct paper_party seller, buyer;
    const struct paper_line *line;
    size_t lines;
    struct money amount, refunded; /* refunded: what had gone back when it was made; not of a credit note */
    const char *provider_en, *provider_zh, *trade;
};

enum paper_drawn {
    PAPER_FAULT = -1, /* the library failed; logged */
    PAPER_DRAWN,
    PAPER_TOO_LONG, /* it would have more pages, bytes or time than a paper may have */
};
/* Adds the PDF to `out`, whose maximum must be PAPER_BYTES_MAX. *unknown: how many characters no font has. */
MUST_USE enum paper_drawn paper_draw(const struct paper *p, enum lang lang, struct buf *out, size_t *unknown);

/* What is kept of a paper (paper_json.c): all that is printed, so that it can be printed again, the same, for ever. */
void paper_json(struct json *j, const void *paper);
/* The reverse, into the arena. False: not what paper_json writes. */
MUST_USE bool paper_read(struct arena *a, struct str json, struct paper *out);

/* The font that Chinese is set in: its name in the arena; NULL: this machine has none. */
const char *paper_han_font(struct arena *a);

/* Chinese numbers of taxpayers (tax_number.c): NULL, or the code of what is wrong with it (FIELD_CODE). `text` is
 * upper case letters and digits. */
const char *tax_number_fault(const char *text);
/* As people type it: blanks and hyphens are left out, letters become capitals. */
const char *tax_number_read(struct arena *a, const char *text);

#endif
