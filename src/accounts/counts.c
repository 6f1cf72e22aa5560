/* counts.c: how many accounts, for the minute's overview. */
#include "accounts/accounts.h"

STMT(count_all, "SELECT COUNT(*) AS n FROM accounts");

bool accounts_count(struct tx *tx, int64_t *out)
{
    struct query q = query(tx, &count_all);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "n");
    return true;
}
