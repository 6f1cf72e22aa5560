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

/* Ids up to the horizon are final: were it beyond the rows, some that are still to come would be taken for sealed. */
STMT(verify_horizon, "SELECT pending_id, (SELECT COALESCE(MAX(id), 0) FROM audit_log) AS newest FROM audit_horizon"
                     " WHERE only_row = 1");

static bool horizon_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_horizon);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) return false;
    if (row == ROW_NONE) verify_found(found, "audit horizon", 1, "how far rows may be sealed is lost");
    else if (col_i64(&q, "pending_id") > col_i64(&q, "newest"))
        verify_found(found, "audit horizon", col_i64(&q, "pending_id"), "rows that are to come would be sealed");
    return true;
}

/* clang-format off */
const struct verify_check audit_checks[] = {
    { .name = "audit.seals", .doc = "Sealed rows of the audit log are as they were when they were sealed.",
      .piece = seals_piece },
    { .name = "audit.horizon", .doc = "No row is sealed before it is there.", .piece = horizon_piece },
    VERIFY_END
};
/* clang-format on */
