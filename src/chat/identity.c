/* identity.c: whom a shop vouches for: the rows. How one comes to be: identity_routes.c. */
#include "chat/private.h"

STMT(get, "SELECT visitor, account, shop, subject, email, name FROM chat_identities WHERE visitor = ?1");
STMT(of_subject, "SELECT visitor FROM chat_identities WHERE shop = ?1 AND subject = ?2 AND visitor > ?3"
                 " ORDER BY visitor LIMIT ?4");
STMT(others, "SELECT visitor FROM chat_identities WHERE shop = ?1 AND subject = ?2 AND visitor <> ?3"
             " ORDER BY visitor DESC LIMIT ?4");

enum row identity_get(struct tx *tx, int64_t visitor, struct identity *out)
{
    struct query q = query(tx, &get);
    bind_i64(&q, visitor);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    *out = (struct identity){ .visitor = col_i64(&q, "visitor"),
                              .account = col_i64(&q, "account"),
                              .shop = col_i64(&q, "shop"),
                              .subject = col_text(&q, "subject"),
                              .email = col_text(&q, "email"),
                              .name = col_text(&q, "name") };
    return ROW_FOUND;
}

bool identity_visitors(struct tx *tx, const struct identity *who, int64_t after, int64_t *out, size_t most,
                       size_t *count)
{
    struct query q = query(tx, &of_subject);
    enum row row;
    *count = 0;
    bind_i64(&q, who->shop), bind_text(&q, who->subject), bind_i64(&q, after), bind_i64(&q, (int64_t)most);
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = col_i64(&q, "visitor");
    return row == ROW_NONE;
}

bool identity_others(struct tx *tx, const struct identity *who, int64_t visitor, int64_t *out, size_t most,
                     size_t *count)
{
    struct query q = query(tx, &others);
    enum row row;
    *count = 0;
    bind_i64(&q, who->shop), bind_text(&q, who->subject), bind_i64(&q, visitor), bind_i64(&q, (int64_t)most);
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = col_i64(&q, "visitor");
    return row == ROW_NONE;
}
