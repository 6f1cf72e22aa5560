/* trials.c: who had what a new account is given, and went. Whoever erases their sign-in may sign up again with the same
 * address, as somebody new; without this they would be given the same again each time. Of the address there is a hash,
 * as where failed passwords are counted: whoever knows an address can find it, and nobody can read one out. It is
 * forgotten after a year, when one more gift is worth less than what is remembered of somebody who wanted to go.
 *
 * Rejected: remembering it of everybody (who stays has an account already); the number of the person (the new one has
 * another). */
#include "accounts/private.h"

STMT(remember,
     "INSERT INTO trials_had (address, at_ms) VALUES (?1, ?2) ON CONFLICT (address) DO UPDATE SET at_ms = ?2");
STMT(look, "SELECT at_ms FROM trials_had WHERE address = ?1");

bool trial_remember(struct tx *tx, const char *address, int64_t now_ms)
{
    struct query q = query(tx, &remember);
    bind_text(&q, address), bind_i64(&q, now_ms);
    return query_put(&q);
}

bool accounts_trial_was_had(struct tx *tx, int64_t account, bool *had)
{
    struct account a;
    char key[EMAIL_KEY_SIZE], address[SHA256_HEX_SIZE];
    *had = false;
    if (accounts_get(tx, account, &a) != ROW_FOUND) return false;
    email_key(a.owner.email, key);
    address_hash(key, address);
    struct query q = query(tx, &look);
    bind_text(&q, address);
    enum row row = query_row(&q);
    *had = row == ROW_FOUND;
    return row != ROW_FAULT;
}
