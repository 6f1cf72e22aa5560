/* found.c: what the inbox's search finds: conversations in which the words stand (words.c) or the order of this number
 * was proved (order_proofs.c), and those of customers whom the words name, or whose order has the number (customers.c).
 * Who a customer is may be said after the conversation, and orders come and change by themselves: so these two are
 * looked up in the moment of the search, by the customers, of whom it looks at a bounded number.
 *
 * Rejected: the words of what a shop vouches for written into the conversations (they would be written again with each
 * change of a customer, and could not tell why something was found). */
#include "chat/customers.h"
#include "chat/desk.h"

#include <stdlib.h>

/* clang-format off */
/* Unary plus: by the visitors, and never through an account, or along the primary key, until enough are found. */
#define TALKS_OF(among)                                                                                                \
    "SELECT c.id, c.visitor, v.name, v.email, i.subject, i.email AS vouched_email, i.name AS vouched_name"             \
    " FROM chat_conversations c JOIN chat_visitors v ON v.id = c.visitor"                                              \
    " LEFT JOIN chat_identities i ON i.visitor = c.visitor"                                                            \
    " WHERE c.visitor " among " AND +c.id < ?2 AND +c.account = ?3 AND CAST(?4 AS BIGINT) IN (0, c.shop)"              \
    " AND (c.last_number > 0 OR c.owner <> 1) ORDER BY +c.id DESC LIMIT ?5"
STMT(talks_of, TALKS_OF("IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))"),
     .postgres = TALKS_OF("= ANY((?1::text[])::bigint[])"));
/* clang-format on */

static const char *const found_names[] = { "words", "customer", "order", NULL };
const struct shape found_shape[] = { SHAPE_ENUM("by", found_names,
                                                .doc = "The words stand in it; it is of a customer whom they name; of "
                                                       "one whose order has this number, or was proved in it."),
                                     SHAPE_TEXT("text", .doc = "What names the customer; the number; else empty."),
                                     SHAPE_END };

void found_json(struct json *j, const struct found *f, size_t count, int64_t conversation)
{
    for (size_t i = 0; i < count; i++) {
        if (f[i].conversation != conversation) continue;
        json_object(j, "found");
        json_text(j, "by", found_names[f[i].by]), json_text(j, "text", f[i].text);
        json_end(j);
        return;
    }
    json_null(j, "found");
}

/* ---- why ---- */

static bool has_text(const char *in, struct str text)
{
    for (; in && *in; in++)
        if (strncasecmp(in, text.p, text.n) == 0) return true;
    return false;
}

/* What of a customer holds the text as it was typed; else their address, else their name. What the shop says of them
 * goes before what they say. */
static const char *names_them(const struct query *q, struct str text)
{
    const char *const of_them[] = { col_text(q, "vouched_email"), col_text(q, "vouched_name"), col_text(q, "subject"),
                                    col_text(q, "email"), col_text(q, "name") };
    const char *first = "";
    for (size_t i = 0; i < ARRAY_LEN(of_them); i++) {
        if (has_text(of_them[i], text)) return of_them[i];
        if (!first[0] && of_them[i]) first = of_them[i];
    }
    return first;
}

static bool among(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id) return true;
    return false;
}

/* *next: of those below nothing is known; 0: these are all. */
static bool of_customers(struct tx *tx, int64_t account, int64_t shop, struct str text, int64_t before, size_t most,
                         struct found *out, size_t *count, int64_t *next)
{
    int64_t ids[CUSTOMERS_NAMED];
    size_t visitors, ordered;
    enum row row;
    *count = 0, *next = 0;
    if (!customers_named(tx, account, shop, text, ids, &visitors, &ordered)) return false;
    if (visitors == 0) return true;
    const char *number = arena_text_n(tx_arena(tx), text.p, text.n);
    struct query q = query(tx, &talks_of);
    bind_i64_list(&q, ids, visitors), bind_i64(&q, before), bind_i64(&q, account), bind_i64(&q, shop);
    bind_i64(&q, (int64_t)most);
    while ((row = query_next(&q)) == ROW_FOUND) {
        /* An address that was only typed is not known to be whose order it is: it is told, and not the number. */
        const char *vouched = col_text(&q, "vouched_email"), *typed = col_text(&q, "email");
        bool order = among(ids, ordered, col_i64(&q, "visitor")), theirs = order && vouched && vouched[0];
        const char *why = theirs ? number : order && typed && typed[0] ? typed : names_them(&q, text);
        out[(*count)++] = (struct found){ .conversation = col_i64(&q, "id"),
                                          .by = theirs ? FOUND_ORDER : FOUND_CUSTOMER,
                                          .text = why };
    }
    if (*count == most) *next = out[most - 1].conversation;
    return row == ROW_NONE;
}

/* ---- the page ---- */

/* The newest first; of one that stands there twice, the reason that says more. */
static int newest_first(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->conversation == y->conversation) return (x->by < y->by) - (x->by > y->by);
    return x->conversation < y->conversation ? 1 : -1;
}

bool found_page(struct tx *tx, int64_t account, int64_t shop, const char *text, int64_t before, size_t most,
                struct found *out, int64_t *ids, size_t *count, int64_t *next)
{
    int64_t below, below_customers;
    struct str asked = str_trim(str_of(text));
    size_t words, customers, proofs, kept = 0;
    if (!words_page(tx, account, asked, before, most, ids, &words, &below) ||
        !of_customers(tx, account, shop, asked, before, most, out, &customers, &below_customers) ||
        !order_proofs_page(tx, account, shop, asked, before, most, out + customers, &proofs))
        return false;
    if (proofs == most && out[customers + most - 1].conversation > below)
        below = out[customers + most - 1].conversation;
    size_t all = customers + proofs;
    for (size_t i = 0; i < words; i++)
        out[all++] = (struct found){ .conversation = ids[i], .by = FOUND_WORDS, .text = "" };
    if (below_customers > below) below = below_customers;
    qsort(out, all, sizeof *out, newest_first);
    for (size_t i = 0; i < all && kept < most && out[i].conversation >= below; i++)
        if (kept == 0 || out[kept - 1].conversation != out[i].conversation) out[kept++] = out[i];
    if (kept == most) below = out[most - 1].conversation;
    for (size_t i = 0; i < kept; i++) ids[i] = out[i].conversation;
    *count = kept, *next = below;
    return true;
}
