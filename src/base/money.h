/* money.h: credits and money are structs, so that they cannot be mixed with ids, counts or each other. Every sum is
 * checked. Only money.c and this header touch the members (`./dev lint` holds everyone else to it). */
#ifndef CHATHUB_BASE_MONEY_H
#define CHATHUB_BASE_MONEY_H

#include "base/compiler.h"

/* Whole credits. Within ±CREDITS_LIMIT, so that any two can be added without overflow. */
struct credits {
    int64_t count_;
};
#define CREDITS_LIMIT INT64_C(1000000000000000)

static inline struct credits credits_of(int64_t count)
{
    assert(count >= -CREDITS_LIMIT && count <= CREDITS_LIMIT);
    return (struct credits){ count };
}
static inline int64_t credits_count(struct credits c) { return c.count_; }
static inline bool credits_is_positive(struct credits c) { return c.count_ > 0; }
static inline bool credits_is_negative(struct credits c) { return c.count_ < 0; }
static inline bool credits_less(struct credits a, struct credits b) { return a.count_ < b.count_; }
static inline bool credits_equal(struct credits a, struct credits b) { return a.count_ == b.count_; }
static inline struct credits credits_negate(struct credits c) { return (struct credits){ -c.count_ }; }
/* False when the result would leave ±CREDITS_LIMIT; *out is untouched then. */
MUST_USE bool credits_add(struct credits a, struct credits b, struct credits *out);
MUST_USE bool credits_subtract(struct credits a, struct credits b, struct credits *out);

/* ---- money: minor units of a currency (ISO 4217) ---- */

/* Append, never renumber: stored by its three letters, used by its number. The digits are how many of the minor unit a
 * unit has: 2 for fen and cents, 0 for yen. Where ISO 4217 and Stripe differ they are Stripe's, which collects in them:
 * MGA has none; ISK and UGX have two that are always 0. */
/* clang-format off */
#define CURRENCIES(X)                                                                                                  \
    X(CNY, 2) X(USD, 2) X(EUR, 2) X(GBP, 2) X(HKD, 2) X(TWD, 2) X(MOP, 2) X(JPY, 0) X(KRW, 0) X(SGD, 2) X(MYR, 2)      \
    X(THB, 2) X(VND, 0) X(IDR, 2) X(PHP, 2) X(INR, 2) X(AUD, 2) X(NZD, 2) X(CAD, 2) X(CHF, 2) X(SEK, 2) X(NOK, 2)      \
    X(DKK, 2) X(PLN, 2) X(CZK, 2) X(HUF, 2) X(MXN, 2) X(BRL, 2) X(ARS, 2) X(CLP, 0) X(COP, 2) X(ZAR, 2) X(TRY, 2)      \
    X(AED, 2) X(SAR, 2) X(ILS, 2) X(KWD, 3) X(BHD, 3) X(JOD, 3) X(OMR, 3) X(TND, 3) X(IQD, 3) X(ISK, 2) X(UGX, 2)      \
    X(XAF, 0) X(XOF, 0) X(XPF, 0) X(PYG, 0) X(RWF, 0) X(DJF, 0) X(GNF, 0) X(KMF, 0) X(MGA, 0) X(VUV, 0) X(BIF, 0)
/* clang-format on */
#define CURRENCY_ENUM(code, digits) CURRENCY_##code,
enum currency { CURRENCY_NONE, CURRENCIES(CURRENCY_ENUM) CURRENCY_COUNT };
const char *currency_code(enum currency c); /* "CNY"; "" for NONE */
int currency_digits(enum currency c);
enum currency currency_from_code(const char *code, size_t n); /* NONE: not three capital letters we know */

/* Within ±MONEY_LIMIT minor units. Sums are of one currency: adding another is refused, not converted. */
struct money {
    int64_t minor_;
    enum currency currency_;
};
#define MONEY_LIMIT INT64_C(1000000000000000)

static inline struct money money_of(int64_t minor, enum currency c)
{
    assert(minor >= -MONEY_LIMIT && minor <= MONEY_LIMIT && c > CURRENCY_NONE && c < CURRENCY_COUNT);
    return (struct money){ minor, c };
}
static inline int64_t money_minor(struct money m) { return m.minor_; }
static inline enum currency money_currency(struct money m) { return m.currency_; }
static inline bool money_is_positive(struct money m) { return m.minor_ > 0; }
static inline bool money_is_negative(struct money m) { return m.minor_ < 0; }
static inline struct money money_negate(struct money m) { return (struct money){ -m.minor_, m.currency_ }; }
static inline bool money_equal(struct money a, struct money b)
{
    return a.currency_ == b.currency_ && a.minor_ == b.minor_;
}
/* False when the currencies differ or the result would leave ±MONEY_LIMIT; *out is untouched then. */
MUST_USE bool money_add(struct money a, struct money b, struct money *out);
MUST_USE bool money_subtract(struct money a, struct money b, struct money *out);
MUST_USE bool money_times(struct money m, int64_t n, struct money *out);
/* -1, 0, 1; *out is untouched and the answer false when the currencies differ. */
MUST_USE bool money_compare(struct money a, struct money b, int *out);
/* part/whole of it, for proration: towards zero, so that share(1, 3) three times is never more than the whole; what is
 * left over is the caller's to give. 0 ≤ part ≤ whole, whole > 0. */
MUST_USE bool money_share(struct money m, int64_t part, int64_t whole, struct money *out);

enum { MONEY_TEXT_SIZE = 24 };
/* "19.90", "-0.05", "1200" (JPY), with the currency's digits and no separators: what providers and CSV want. */
void money_text(struct money m, char out[MONEY_TEXT_SIZE]);
/* The reverse, strict: digits, at most one '.', exactly the currency's digits behind it or none at all; no sign but
 * '-', no blanks, no exponent. */
MUST_USE bool money_parse(const char *text, size_t n, enum currency c, struct money *out);

#endif
