/* verify.c: the audit log's chain as a check of `verify`. */
#include "audit/private.h"

static_assert(sizeof(struct audit_verdict) <= VERIFY_STATE_BYTES, "the chain so far is kept between pieces");

static bool seals_piece(struct tx *tx, struct verify_piece *found)
{
    struct audit_verdict v;
    memcpy(&v, found->state, sizeof v);
    if (!audit_verify_piece(tx, &v)) return false;
    if (v.bad) verify_found(found, "audit row", v.bad, "a sealed row was changed, removed or put in later");
    if (v.cut)
        verify_found(found, "audit seal", v.seq, "the end of the chain was changed: seals cut off or written anew");
    found->looked = v.checked;
    found->more = v.more;
    memcpy(found->state, &v, sizeof v);
    return true;
}

/* clang-format off */
const struct verify_check audit_checks[] = {
    { .name = "audit.seals", .doc = "Sealed rows of the audit log are as they were when they were sealed.",
      .piece = seals_piece },
    VERIFY_END
};
/* clang-format on */
