/* money.c: sums of credits. Both sides are within ±CREDITS_LIMIT, so int64 cannot overflow; the limit is what is
 * checked, because a result outside it could overflow in the next sum. */
#include "base/money.h"

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
