/* money.c: sums of credits and of money. Both sides are within ±LIMIT, so int64 cannot overflow; the limit is what is
 * checked, because a result outside it could overflow in the next sum. */
#include "base/money.h"
#include "base/str.h"
#include <stdio.h>

bool credits_add(struct credits a, struct credits b, struct credits *out)
{
    int64_t sum;
    if (__builtin_add_overflow(a.count_, b.count_, &sum)) return false;
    if (sum > CREDITS_LIMIT || sum < -CREDITS_LIMIT) return false;
    out->count_ = sum;
    return true;
}

bool credits_subtract(struct credits a, struct credits b, struct credits *out)
{
    return credits_add(a, credits_negate(b), out);
}

/* ---- money ---- */

#define CURRENCY_ROW(code, digits) [CURRENCY_##code] = { #code, digits },
/* clang-format off */
static const struct { const char *code; int digits; } currencies[CURRENCY_COUNT] = {
    [CURRENCY_NONE] = { "", 0 }, CURRENCIES(CURRENCY_ROW)
};
/* clang-format on */

const char *currency_code(enum currency c)
{
    assert((unsigned)c < CURRENCY_COUNT);
    return currencies[c].code;
}

int currency_digits(enum currency c)
{
    assert((unsigned)c < CURRENCY_COUNT);
    return currencies[c].digits;
}

enum currency currency_from_code(const char *code, size_t n)
{
    for (int c = CURRENCY_NONE + 1; c < CURRENCY_COUNT; c++)
        if (str_eq((struct str){ code, n }, str_of(currencies[c].code))) return (enum currency)c;
    return CURRENCY_NONE;
}

static bool set(struct money *out, __int128 minor, enum currency c)
{
    if (minor > MONEY_LIMIT || minor < -MONEY_LIMIT) return false;
    *out = (struct money){ (int64_t)minor, c };
    return true;
}

bool money_add(struct money a, struct money b, struct money *out)
{
    return a.currency_ == b.currency_ && set(out, (__int128)a.minor_ + b.minor_, a.currency_);
}

bool money_subtract(struct money a, struct money b, struct money *out) { return money_add(a, money_negate(b), out); }

bool money_times(struct money m, int64_t n, struct money *out) { return set(out, (__int128)m.minor_ * n, m.currency_); }

bool money_compare(struct money a, struct money b, int *out)
{
    if (a.currency_ != b.currency_) return false;
    *out = (a.minor_ > b.minor_) - (a.minor_ < b.minor_);
    return true;
}

bool money_share(struct money m, int64_t part, int64_t whole, struct money *out)
{
    if (whole <= 0 || part < 0 || part > whole) return false;
    return set(out, (__int128)m.minor_ * part / whole, m.currency_);
}

static int64_t units_of(enum currency c)
{
    int64_t units = 1;
    for (int i = 0; i < currencies[c].digits; i++) units *= 10;
    return units;
}

void money_text(struct money m, char out[MONEY_TEXT_SIZE])
{
    int64_t units = units_of(m.currency_), size = m.minor_ < 0 ? -m.minor_ : m.minor_;
    int digits = currency_digits(m.currency_), n = 0;
    if (m.minor_ < 0) out[n++] = '-';
    if (digits == 0) (void)snprintf(out + n, MONEY_TEXT_SIZE - (size_t)n, "%lld", (long long)size);
    else
        (void)snprintf(out + n, MONEY_TEXT_SIZE - (size_t)n, "%lld.%0*lld", (long long)(size / units), digits,
                       (long long)(size % units));
}

bool money_parse(const char *text, size_t n, enum currency c, struct money *out)
{
    bool negative = n > 0 && text[0] == '-';
    size_t at = negative, digits = 0, behind = 0;
    bool point = false;
    int64_t minor = 0;
    for (; at < n; at++) {
        char ch = text[at];
        if (ch == '.' && !point && digits > 0) {
            point = true;
            continue;
        }
        if (ch < '0' || ch > '9') return false;
        if (__builtin_mul_overflow(minor, 10, &minor) || __builtin_add_overflow(minor, ch - '0', &minor)) return false;
        digits++;
        behind += point;
    }
    size_t wanted = (size_t)currency_digits(c);
    if (c == CURRENCY_NONE || digits == 0 || (point && (behind == 0 || behind != wanted))) return false;
    __int128 whole = point ? minor : (__int128)minor * units_of(c);
    return set(out, negative ? -whole : whole, c);
}
