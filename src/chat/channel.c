/* channel.c: the rows of a shop's own server as a channel: where it is, how its last tries went, and which
 * conversations are its. A word of one of these puts the job that sends it (channel_job.c). */
#include "chat/channel.h"

STMT(get, "SELECT account, url, error, skipped, changed_at_ms FROM chat_channels WHERE shop = ?1");
STMT(set, "INSERT INTO chat_channels (shop, account, url, error, skipped, changed_at_ms) VALUES (?1, ?2, ?3, '', 0, ?4)"
          " ON CONFLICT (shop) DO UPDATE SET account = excluded.account, url = excluded.url, error = '',"
          " changed_at_ms = excluded.changed_at_ms");
STMT(drop, "DELETE FROM chat_channels WHERE shop = ?1");
STMT(drop_sends, "DELETE FROM chat_channel_sends WHERE shop = ?1");
STMT(forget_test, "DELETE FROM chat_channel_tests WHERE shop = ?1");
/* Of another address: what is still on its way is answered to nobody. 0: TEST_NONE of channel_test.c. */
STMT(take_back, "UPDATE chat_channel_tests SET state = 0, asks = asks + 1 WHERE shop = ?1");
STMT(sends, "SELECT conversation, number, sent, over, error, at_ms FROM chat_channel_sends WHERE shop = ?1"
            " ORDER BY send DESC");
STMT(talk, "SELECT account, shop, customer, told, tries, next_at_ms, off_since_ms FROM chat_channel_talks"
           " WHERE conversation = ?1");
STMT(begin_talk, "INSERT INTO chat_channel_talks (conversation, account, shop, customer, told, tries, next_at_ms)"
                 " VALUES (?1, ?2, ?3, ?4, 0, 0, 0) ON CONFLICT (conversation) DO NOTHING");

enum row channel_get(struct tx *tx, int64_t shop, struct channel *out)
{
    struct query q = query(tx, &get);
    bind_i64(&q, shop);
    enum row row = query_row(&q);
    if (row == ROW_FOUND)
        *out = (struct channel){ .shop = shop,
                                 .account = col_i64(&q, "account"),
                                 .url = col_text(&q, "url"),
                                 .error = col_text(&q, "error"),
                                 .skipped = col_i64(&q, "skipped"),
                                 .changed_at_ms = col_i64(&q, "changed_at_ms") };
    return row;
}

static bool take_test_back(struct tx *tx, int64_t shop)
{
    struct query q = query(tx, &take_back);
    bind_i64(&q, shop);
    return query_change(&q) >= 0;
}

bool channel_set(struct tx *tx, const struct channel *c)
{
    struct query q = query(tx, &set);
    bind_i64(&q, c->shop), bind_i64(&q, c->account), bind_text(&q, c->url), bind_i64(&q, c->changed_at_ms);
    if (!query_put(&q)) return false;
    return take_test_back(tx, c->shop);
}

static bool drop_test(struct tx *tx, int64_t shop)
{
    struct query q = query(tx, &forget_test);
    bind_i64(&q, shop);
    return query_change(&q) >= 0;
}

bool channel_drop(struct tx *tx, int64_t shop)
{
    struct query q = query(tx, &drop);
    bind_i64(&q, shop);
    if (query_change(&q) < 0) return false;
    q = query(tx, &drop_sends);
    bind_i64(&q, shop);
    if (query_change(&q) < 0) return false;
    return drop_test(tx, shop);
}

bool channel_sends(struct tx *tx, int64_t shop, struct channel_send out[CHANNEL_SENDS], size_t *count)
{
    struct query q = query(tx, &sends);
    enum row row;
    *count = 0;
    bind_i64(&q, shop);
    while ((row = query_next(&q)) == ROW_FOUND && *count < CHANNEL_SENDS)
        out[(*count)++] = (struct channel_send){ .conversation = col_i64(&q, "conversation"),
                                                 .number = col_i64(&q, "number"),
                                                 .sent = col_bool(&q, "sent"),
                                                 .over = col_bool(&q, "over"),
                                                 .error = col_text(&q, "error"),
                                                 .at_ms = col_i64(&q, "at_ms") };
    return row != ROW_FAULT;
}

bool channel_talk_begin(struct tx *tx, const struct conversation *c, const char *customer)
{
    struct query q = query(tx, &begin_talk);
    bind_i64(&q, c->id), bind_i64(&q, c->account), bind_i64(&q, c->shop), bind_text(&q, customer);
    return query_change(&q) >= 0;
}

STMT(customer_of, "SELECT customer FROM chat_channel_customers WHERE visitor = ?1 AND account = ?2");

enum row channel_customer_of(struct tx *tx, const struct visitor *v, const char **out)
{
    struct query q = query(tx, &customer_of);
    bind_i64(&q, v->id), bind_i64(&q, v->account);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *out = col_text(&q, "customer");
    return row;
}

enum row channel_talk_get(struct tx *tx, int64_t conversation, struct channel_talk *out)
{
    struct query q = query(tx, &talk);
    bind_i64(&q, conversation);
    enum row row = query_row(&q);
    if (row == ROW_FOUND)
        *out = (struct channel_talk){ .conversation = conversation,
                                      .account = col_i64(&q, "account"),
                                      .shop = col_i64(&q, "shop"),
                                      .told = col_i64(&q, "told"),
                                      .tries = col_i64(&q, "tries"),
                                      .next_at_ms = col_i64(&q, "next_at_ms"),
                                      .off_since_ms = col_i64(&q, "off_since_ms"),
                                      .customer = col_text(&q, "customer") };
    return row;
}

bool channel_tell(struct tx *tx, const struct message *m)
{
    struct channel_talk t;
    enum row row = channel_talk_get(tx, m->conversation, &t);
    if (row != ROW_FOUND) return row == ROW_NONE;
    const struct job_new job = { .kind = chat_channel_job.name,
                                 .key = arena_printf(tx_arena(tx), "%lld", (long long)m->conversation),
                                 .coalesce = true,
                                 .account = t.account,
                                 .ref = m->conversation };
    return jobs_put(tx, &job, NULL) >= 0;
}
