/* customers.c: who the customers of an account are, and how one is found.
 *
 * A customer is a visitor that said a name or an address, or for whom the shop vouches, and with whom there is a
 * conversation. The words by which they are found are written by a job, seconds after they were said: whoever comes to
 * a shop does not wait for that. What a customer is found by: each word of the name, of the address and of the shop's
 * own id; and an order's number, which leads to the address that it was placed with.
 *
 * Rejected: LIKE over names and addresses (a scan of all visitors of an account); a row of its own for each customer
 * (it would repeat what the visitor's row says, and be wrong between the two changes). */
#include "chat/customers.h"
#include "chat/desk.h"
#include "chat/words.h"

#include "base/clock.h"

enum { WRITE_BATCH = 20, WRITE_TOKENS = 200, ADDRESSES_MAX = 10, LOOKED_AT = 4, COUNTED_MAX = 2000 };

/* clang-format off */
WORD_LIST(customer_words, "chat_customer_words", "visitor");

#define COLUMNS                                                                                                        \
    "v.id, v.shop, v.conversation, v.blocked_at_ms, v.created_at_ms, v.seen_at_ms, v.name, v.email, v.language,"       \
    " v.page, i.subject, i.email AS vouched_email, i.name AS vouched_name"                                             \
    " FROM chat_visitors v LEFT JOIN chat_identities i ON i.visitor = v.id"
#define KNOWN " v.known > 0 AND v.conversation > 0"
/* The browsers of one customer: the newest of them, for a shop may name all its guests alike. */
#define SIBLINGS                                                                                                       \
    "SELECT s.visitor FROM chat_identities s WHERE s.shop = i.shop AND s.subject = i.subject"                          \
    " ORDER BY s.visitor DESC LIMIT 100"
/* Another browser of the same customer was seen later, and stands for both. */
#define LATER                                                                                                          \
    "COALESCE((SELECT 1 FROM (" SIBLINGS ") o JOIN chat_visitors w ON w.id = o.visitor"                                \
    " WHERE w.known > 0 AND w.conversation > 0 AND (w.seen_at_ms, w.id) > (v.seen_at_ms, v.id) LIMIT 1), 0) AS later"
/* One that is found by the same words stood on a page before: found ones come by their ids. It looks at the nearest. */
#define SHOWN                                                                                                          \
    "COALESCE((SELECT 1 FROM (SELECT s.visitor, s.email, s.name FROM chat_identities s WHERE s.shop = i.shop"          \
    " AND s.subject = i.subject AND s.visitor >= ?4 ORDER BY s.visitor LIMIT 100) few JOIN chat_visitors w"            \
    " ON w.id = few.visitor WHERE few.email = i.email AND few.name = i.name AND w.email = v.email"                     \
    " AND w.name = v.name AND w.known = 2 AND w.conversation > 0 LIMIT 1), 0) AS shown"
#define NEWEST                                                                                                         \
    " AND (v.seen_at_ms, v.id) < (?2, ?3) AND v.seen_at_ms >= ?5 ORDER BY v.seen_at_ms DESC, v.id DESC LIMIT ?4"
#define OLDEST " AND (v.seen_at_ms, v.id) > (?2, ?3) AND v.seen_at_ms < ?5 ORDER BY v.seen_at_ms, v.id LIMIT ?4"
#define OF_ACCOUNT "SELECT " LATER ", " COLUMNS " WHERE v.account = ?1 AND" KNOWN
#define OF_SHOP "SELECT " LATER ", " COLUMNS " WHERE v.account = ?1 AND v.shop = ?6 AND" KNOWN
STMT(page_of_account, OF_ACCOUNT NEWEST);
STMT(page_of_shop, OF_SHOP NEWEST);
STMT(oldest_of_account, OF_ACCOUNT OLDEST);
STMT(oldest_of_shop, OF_SHOP OLDEST);
#define COUNTED(which)                                                                                                 \
    "SELECT COUNT(*) AS looked, CAST(COALESCE(SUM(1 - few.later), 0) AS BIGINT) AS total FROM (SELECT " LATER          \
    " FROM chat_visitors v LEFT JOIN chat_identities i ON i.visitor = v.id WHERE v.account = ?1 AND" which KNOWN       \
    " AND v.seen_at_ms >= ?2 AND v.seen_at_ms < ?3 LIMIT ?4) few"
STMT(count_of_account, COUNTED(""));
STMT(count_of_shop, COUNTED(" v.shop = ?5 AND"));
#define LISTED(among)                                                                                                  \
    "SELECT " SHOWN ", " LATER ", " COLUMNS " WHERE v.id " among                                                       \
    " AND v.account = ?1 AND CAST(?3 AS BIGINT) IN (0, v.shop) AND" KNOWN " ORDER BY v.id DESC"
STMT(listed, LISTED("IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))"),
     .postgres = LISTED("= ANY((?2::text[])::bigint[])"));
STMT(seen_last, "SELECT " COLUMNS " WHERE v.id IN (SELECT s.visitor FROM chat_identities s WHERE s.shop = ?2"
                " AND s.subject = ?3 ORDER BY s.visitor DESC LIMIT 100) AND v.account = ?1 AND" KNOWN
                " ORDER BY v.seen_at_ms DESC, v.id DESC LIMIT 1");
/* clang-format on */
STMT(one, "SELECT " COLUMNS " WHERE v.id = ?2 AND v.account = ?1 AND" KNOWN);

STMT(set_known, "UPDATE chat_visitors SET known = ?2 WHERE id = ?1");
STMT(first_known, "UPDATE chat_visitors SET known = 1 WHERE id = ?1 AND known = 0");
STMT(unwritten, "SELECT id FROM chat_visitors WHERE known = 1 ORDER BY id LIMIT ?1");
STMT(drop_words, "DELETE FROM chat_customer_words WHERE visitor = ?1");
STMT(add_address,
     "INSERT INTO chat_customer_words (account, word, visitor) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING");
/* In any shop of the account (?4 0), or in one; among the newest that have it. */
STMT(of_address, "SELECT few.visitor FROM (SELECT a.visitor FROM chat_customer_words a WHERE a.account = ?1"
                 " AND a.word = ?2 ORDER BY a.visitor DESC LIMIT 500) few JOIN chat_visitors v ON v.id = few.visitor"
                 " WHERE CAST(?4 AS BIGINT) IN (0, v.shop) AND" KNOWN " ORDER BY few.visitor DESC LIMIT ?3");

/* ---- the words, written behind ---- */

static bool say_known(struct tx *tx, int64_t visitor, int known)
{
    struct query q = query(tx, &set_known);
    bind_i64(&q, visitor), bind_i64(&q, known);
    return query_change(&q) == 1;
}

bool customer_known(struct tx *tx, int64_t visitor, bool anew)
{
    struct query q = query(tx, &first_known);
    if (anew) return say_known(tx, visitor, 1);
    bind_i64(&q, visitor);
    return query_change(&q) >= 0;
}

static int64_t read_unwritten(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    struct query q = query(tx, &unwritten);
    int64_t count = 0;
    enum row row;
    (void)job;
    bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) out[count++] = col_i64(&q, "id");
    return row == ROW_FAULT ? -1 : count;
}

/* The whole address as one word: no text that is looked for comes to such a one. */
static const char *address_word(struct arena *a, const char *email)
{
    char *word = arena_printf(a, "@%s", email);
    for (char *p = word; *p; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p + 'a' - 'A');
    return word;
}

static bool write_address(struct tx *tx, const struct visitor *v, const char *email)
{
    if (!email[0]) return true;
    struct query q = query(tx, &add_address);
    bind_i64(&q, v->account), bind_text(&q, address_word(tx_arena(tx), email)), bind_i64(&q, v->id);
    return query_put(&q);
}

static bool write_words(struct tx *tx, const struct visitor *v, const struct identity *who)
{
    struct tokens t;
    struct query q = query(tx, &drop_words);
    bind_i64(&q, v->id);
    if (query_change(&q) < 0) return false;
    tokens_begin(&t, tx_arena(tx), WRITE_TOKENS);
    tokens_add(&t, str_of(v->name), 1, 0), tokens_add(&t, str_of(v->email), 1, 0);
    if (who) {
        tokens_add(&t, str_of(who->name), 1, 0), tokens_add(&t, str_of(who->email), 1, 0);
        tokens_add(&t, str_of(who->subject), 1, 0), tokens_add_number(&t, str_of(who->subject), 1);
    }
    if (!words_write(tx, &customer_words, v->account, v->id, &t) || !write_address(tx, v, v->email)) return false;
    return who == NULL || write_address(tx, v, who->email);
}

/* Under the visitor's lock: who is erased meanwhile does not get its words back. */
static enum job_wish write_one(struct job *job, struct tx *tx, int64_t id)
{
    struct visitor v;
    struct identity who;
    (void)job;
    enum row row = visitor_free(tx, id, &v);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_AGAIN : JOB_FAULT;
    row = identity_get(tx, id, &who);
    if (row == ROW_FAULT || !write_words(tx, &v, row == ROW_FOUND ? &who : NULL)) return JOB_FAULT;
    bool nobody = row == ROW_NONE && !v.name[0] && !v.email[0];
    return say_known(tx, id, nobody ? 0 : 2) ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish customers_settle(struct job *job, struct tx *tx)
{
    return jobs_each(job, tx, &(struct job_list){ .read = read_unwritten, .one = write_one, .max = WRITE_BATCH });
}

const struct job_kind chat_customers_job = {
    .name = "chat.customers",
    .doc = "Makes customers findable by names and addresses.",
    .max_attempts = 3,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .every_ms = 5 * SECOND_MS,
    .settle = customers_settle,
};

/* ---- read ---- */

/* What the shop says of them goes before what they say; an address that was typed is not the shop's. */
static struct customer_row row_of(const struct query *q)
{
    struct customer_row c = { .id = col_i64(q, "id"),
                              .shop = col_i64(q, "shop"),
                              .conversation = col_i64(q, "conversation"),
                              .blocked_at_ms = col_i64(q, "blocked_at_ms"),
                              .since_ms = col_i64(q, "created_at_ms"),
                              .seen_at_ms = col_i64(q, "seen_at_ms"),
                              .name = col_text(q, "name"),
                              .email = col_text(q, "email"),
                              .language = col_text(q, "language"),
                              .page = col_text(q, "page"),
                              .subject = col_text(q, "subject") };
    if (c.subject == NULL) return c;
    const char *name = col_text(q, "vouched_name");
    c.email = col_text(q, "vouched_email");
    if (name && name[0]) c.name = name;
    return c;
}

void customers_begin(struct customers_page *p)
{
    p->at_ms = p->oldest ? p->from_ms - 1 : p->to_ms;
    p->id = p->oldest ? INT64_MAX : 0;
}

bool customers_page(struct tx *tx, const struct customers_page *in, struct customer_row *out, size_t *count,
                    struct customers_page *next)
{
    const struct stmt *newest = in->shop ? &page_of_shop : &page_of_account;
    const struct stmt *oldest = in->shop ? &oldest_of_shop : &oldest_of_account;
    struct query q = query(tx, in->oldest ? oldest : newest);
    int64_t most = in->limit * LOOKED_AT, looked = 0;
    enum row row = ROW_NONE;
    *count = 0, *next = *in;
    bind_i64(&q, in->account), bind_i64(&q, in->at_ms), bind_i64(&q, in->id), bind_i64(&q, most);
    bind_i64(&q, in->oldest ? in->to_ms : in->from_ms);
    if (in->shop) bind_i64(&q, in->shop);
    while (*count < (size_t)in->limit && (row = query_next(&q)) == ROW_FOUND) {
        struct customer_row c = row_of(&q);
        next->at_ms = c.seen_at_ms, next->id = c.id, looked++;
        if (col_i64(&q, "later") == 0) out[(*count)++] = c;
    }
    if (*count < (size_t)in->limit && looked < most) next->id = 0;
    return row != ROW_FAULT;
}

bool customers_count(struct tx *tx, const struct customers_page *in, int64_t *total, bool *more)
{
    struct query q = query(tx, in->shop ? &count_of_shop : &count_of_account);
    bind_i64(&q, in->account), bind_i64(&q, in->from_ms), bind_i64(&q, in->to_ms), bind_i64(&q, COUNTED_MAX);
    if (in->shop) bind_i64(&q, in->shop);
    if (query_row(&q) != ROW_FOUND) return false;
    *total = col_i64(&q, "total"), *more = col_i64(&q, "looked") == COUNTED_MAX;
    return true;
}

enum row customer_get(struct tx *tx, int64_t account, int64_t id, struct customer_row *out)
{
    struct query q = query(tx, &one);
    bind_i64(&q, account), bind_i64(&q, id);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *out = row_of(&q);
    return row;
}

/* ---- found ---- */

static bool add_of_address(struct tx *tx, const struct customers_page *in, const char *email, int64_t *ids,
                           size_t *count)
{
    struct query q = query(tx, &of_address);
    enum row row;
    bind_i64(&q, in->account), bind_text(&q, address_word(tx_arena(tx), email));
    bind_i64(&q, CUSTOMERS_BY_ORDER - (int64_t)*count), bind_i64(&q, in->shop);
    while ((row = query_next(&q)) == ROW_FOUND) ids[(*count)++] = col_i64(&q, "visitor");
    return row == ROW_NONE;
}

/* By the whole address, whose words may be those of many others. */
static bool by_address(struct tx *tx, const struct customers_page *in, struct str text, int64_t *ids, size_t *count)
{
    struct str whole = str_trim(text);
    if (memchr(whole.p, '@', whole.n) == NULL) return true;
    return add_of_address(tx, in, arena_text_n(tx_arena(tx), whole.p, whole.n), ids, count);
}

/* Whose order has this number: by the address that it was placed with. */
static bool by_order(struct tx *tx, const struct customers_page *in, struct str text, int64_t *ids, size_t *count)
{
    const char *email[ADDRESSES_MAX];
    size_t emails;
    if (!knowledge_order_emails(tx, in->account, in->shop, text, ADDRESSES_MAX, email, &emails)) return false;
    for (size_t i = 0; i < emails && *count < CUSTOMERS_BY_ORDER; i++)
        if (!add_of_address(tx, in, email[i], ids, count)) return false;
    return true;
}

bool customers_named(struct tx *tx, int64_t account, int64_t shop, struct str text, int64_t *ids, size_t *count,
                     size_t *of_order)
{
    const struct customers_page in = { .account = account, .shop = shop };
    int64_t next;
    size_t more = 0;
    *count = *of_order = 0;
    if (!by_order(tx, &in, text, ids, of_order)) return false;
    size_t n = *of_order;
    if (!words_find(tx, &customer_words, account, text, INT64_MAX, CUSTOMERS_BY_WORDS, ids + n, count, &next) ||
        !by_address(tx, &in, text, ids + n + *count, &more))
        return false;
    *count += n + more;
    return true;
}

/* The browser that was seen last stands for all of a customer. */
static bool last_seen(struct tx *tx, int64_t account, struct customer_row *c)
{
    struct query q = query(tx, &seen_last);
    bind_i64(&q, account), bind_i64(&q, c->shop), bind_text(&q, c->subject);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *c = row_of(&q);
    return row != ROW_FAULT;
}

static bool stands_there(const struct customer_row *out, size_t count, const struct customer_row *c)
{
    for (size_t i = 0; i < count; i++) {
        bool both = out[i].subject && c->subject && out[i].shop == c->shop;
        if (both && text_eq(out[i].subject, c->subject)) return true;
    }
    return false;
}

/* How many are left of `ids` without those. */
static size_t without(int64_t *ids, size_t count, const int64_t *those, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool among = false;
        for (size_t k = 0; k < n; k++) among |= those[k] == ids[i];
        if (!among) ids[kept++] = ids[i];
    }
    return kept;
}

bool customers_found(struct tx *tx, const struct customers_page *in, struct str text, struct customer_row *out,
                     size_t *count, int64_t *next)
{
    int64_t *ids = ARENA_ARRAY(tx_arena(tx), int64_t, (size_t)in->limit + CUSTOMERS_BY_ORDER);
    bool *older = ARENA_ARRAY(tx_arena(tx), bool, (size_t)in->limit + CUSTOMERS_BY_ORDER);
    size_t found, more = 0;
    enum row row;
    *count = 0;
    if (!words_find(tx, &customer_words, in->account, text, in->id, (size_t)in->limit, ids, &found, next)) return false;
    if (!by_address(tx, in, text, ids + found, &more) || !by_order(tx, in, text, ids + found, &more)) return false;
    if (in->id != INT64_MAX) /* those stand on the first page */
        found = without(ids, found, ids + found, more), more = 0;
    struct query q = query(tx, &listed);
    bind_i64(&q, in->account), bind_i64_list(&q, ids, found + more), bind_i64(&q, in->shop);
    bind_i64(&q, in->id);
    while ((row = query_next(&q)) == ROW_FOUND) {
        struct customer_row c = row_of(&q);
        if (col_i64(&q, "shown") != 0 || stands_there(out, *count, &c)) continue;
        older[*count] = col_i64(&q, "later") != 0;
        out[(*count)++] = c;
    }
    if (row == ROW_FAULT) return false;
    for (size_t i = 0; i < *count; i++) /* few: who is found in another browser than the last */
        if (older[i] && !last_seen(tx, in->account, &out[i])) return false;
    return true;
}
