/* money.h: credits and money are structs, so that they cannot be mixed with ids, counts or each other. Every sum is
 * checked. Only money.c and this header touch the members (`./dev lint` holds everyone else to it). */
#ifndef CHATHUB_BASE_MONEY_H
#define CHATHUB_BASE_MONEY_H

#include "base/compiler.h"

/* Whole credits. Within ±CREDITS_LIMIT, so that any two can be added without overflow. */
struct credits { int64_t count_; };
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

#endif
