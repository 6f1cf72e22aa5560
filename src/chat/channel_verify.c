/* channel_verify.c: what must be true of a shop's own server as a channel: what waits to be sent has a job, a cursor is
 * of a conversation that is there, and a customer is a visitor of the shop.
 *
 * What was said while a channel was closed waits for nobody: its job found no channel and ended. So only what was said
 * behind the channel's last change is asked for. */
#include "chat/channel.h"

#include "base/clock.h"

enum { PAGE = 200 };
/* Between the times of two transactions that ended in another order than they began. */
#define OVERLAP_MS MINUTE_MS

/* ---- channels and their tests ---- */

STMT(verify_channels,
     "SELECT h.shop, h.account, h.skipped, CASE WHEN t.state = 1 THEN 1 ELSE 0 END AS testing"
     " FROM chat_channels h LEFT JOIN chat_channel_tests t ON t.shop = h.shop WHERE h.shop > ?1 ORDER BY h.shop"
     " LIMIT ?2");
STMT(verify_tests, "SELECT t.shop FROM chat_channel_tests t LEFT JOIN chat_channels h ON h.shop = t.shop"
                   " WHERE t.shop > ?1 AND h.shop IS NULL ORDER BY t.shop LIMIT ?2");

static const char *bad_channel(struct tx *tx, const struct query *q, bool *fault)
{
    struct shop s = { .id = 0 };
    enum row row = shops_get(tx, col_i64(q, "shop"), &s);
    *fault = row == ROW_FAULT;
    if (*fault) return NULL;
    if (row == ROW_NONE || s.status == SHOP_PURGED) return "a channel is of a shop that is gone";
    if (s.account != col_i64(q, "account")) return "a channel is of another account's shop";
    return col_i64(q, "skipped") < 0 ? "what a channel gave up is counted wrong" : NULL;
}

static bool tests_of_none(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_tests);
    bind_i64(&q, found->cursor[1]), bind_i64(&q, PAGE);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->cursor[1] = col_i64(&q, "shop");
        verify_found(found, "shop", found->cursor[1], "a test is of no channel");
    }
    return row != ROW_FAULT;
}

bool channel_channels_piece(struct tx *tx, struct verify_piece *found)
{
    int64_t shops[PAGE];
    bool unworked[PAGE], fault;
    size_t count = 0;
    struct query q = query(tx, &verify_channels);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, PAGE);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "shop");
        const char *what = bad_channel(tx, &q, &fault);
        if (fault) return false;
        if (what) verify_found(found, "shop", found->cursor[0], what);
        if (col_bool(&q, "testing")) shops[count++] = found->cursor[0];
    }
    if (row == ROW_FAULT || !jobs_unworked(tx, chat_channel_test_job.name, shops, count, unworked)) return false;
    for (size_t i = 0; i < count; i++)
        if (unworked[i]) verify_found(found, "shop", shops[i], "a test is under way and nobody sends it");
    return tests_of_none(tx, found);
}

/* ---- conversations ---- */

STMT(verify_talks,
     "SELECT t.conversation, t.account, t.shop, t.told, t.tries, c.account AS its_account, c.shop AS its_shop,"
     " c.last_number, CASE WHEN EXISTS (SELECT 1 FROM chat_channels h JOIN chat_messages m"
     "   ON m.conversation = t.conversation AND m.number > t.told AND m.author <> 1 AND m.at_ms > h.changed_at_ms + ?3"
     "   WHERE h.shop = t.shop) THEN 1 ELSE 0 END AS waits"
     " FROM chat_channel_talks t LEFT JOIN chat_conversations c ON c.id = t.conversation"
     " WHERE t.conversation > ?1 ORDER BY t.conversation LIMIT ?2");
STMT(verify_going, "SELECT COUNT(*) AS n FROM chat_erasures WHERE done_at_ms = 0 AND kind = 1 AND subject = ?1");
static_assert(CHAT_BY_VISITOR == 1, "as the statement says");

/* What hangs on a conversation that was taken out goes a moment later. */
static const char *bad_orphan(struct tx *tx, int64_t conversation, bool *fault)
{
    struct query q = query(tx, &verify_going);
    bind_i64(&q, conversation);
    *fault = query_row(&q) != ROW_FOUND;
    if (*fault) return NULL;
    return col_i64(&q, "n") > 0 ? NULL : "a channel tells of a conversation that is not there";
}

static const char *bad_talk(struct tx *tx, const struct query *q, bool *fault)
{
    *fault = false;
    if (col_is_null(q, "last_number")) return bad_orphan(tx, col_i64(q, "conversation"), fault);
    if (col_i64(q, "account") != col_i64(q, "its_account") || col_i64(q, "shop") != col_i64(q, "its_shop"))
        return "a channel tells of another shop's conversation";
    int64_t told = col_i64(q, "told");
    if (told < 0 || told > col_i64(q, "last_number")) return "a channel has told what nobody said";
    return col_i64(q, "tries") < 0 ? "a channel's tries are counted wrong" : NULL;
}

bool channel_talks_piece(struct tx *tx, struct verify_piece *found)
{
    int64_t ids[PAGE];
    bool unworked[PAGE], fault;
    size_t count = 0;
    struct query q = query(tx, &verify_talks);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, PAGE), bind_i64(&q, OVERLAP_MS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "conversation");
        const char *what = bad_talk(tx, &q, &fault);
        if (fault) return false;
        if (what) verify_found(found, "conversation", found->cursor[0], what);
        else if (col_bool(&q, "waits") && !col_is_null(&q, "last_number")) ids[count++] = found->cursor[0];
    }
    if (row == ROW_FAULT || !jobs_unworked(tx, chat_channel_job.name, ids, count, unworked)) return false;
    for (size_t i = 0; i < count; i++)
        if (unworked[i])
            verify_found(found, "conversation", ids[i], "a message waits for its channel and nobody sends it");
    return true;
}

/* ---- customers ---- */

STMT(verify_customers,
     "SELECT k.id, CASE WHEN v.account = k.account AND v.shop = k.shop THEN 1 ELSE 0 END AS its_own,"
     " (SELECT COUNT(*) FROM chat_conversations c LEFT JOIN chat_channel_talks t ON t.conversation = c.id"
     "   WHERE c.visitor = k.visitor AND (t.customer IS NULL OR t.customer <> k.customer)) AS untold"
     " FROM chat_channel_customers k LEFT JOIN chat_visitors v ON v.id = k.visitor WHERE k.id > ?1 ORDER BY k.id"
     " LIMIT ?2");

bool channel_customers_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_customers);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, PAGE);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = NULL;
        if (!col_bool(&q, "its_own")) what = "a channel's customer is no visitor of its shop";
        else if (col_i64(&q, "untold") > 0) what = "what a channel's customer is told goes to nobody";
        if (what) verify_found(found, "customer", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}

/* ---- the last tries ---- */

STMT(verify_sends, "SELECT s.shop, s.slot, s.send, s.number, h.shop AS channel, c.shop AS its_shop, c.last_number"
                   " FROM chat_channel_sends s LEFT JOIN chat_channels h ON h.shop = s.shop"
                   " LEFT JOIN chat_conversations c ON c.id = s.conversation"
                   " WHERE (s.shop, s.slot) > (?1, ?2) ORDER BY s.shop, s.slot LIMIT ?3");

static const char *bad_send(const struct query *q)
{
    if (col_is_null(q, "channel")) return "a try is of no channel";
    if (col_i64(q, "send") < 1 || col_i64(q, "send") % CHANNEL_SENDS != col_i64(q, "slot"))
        return "a try stands in another's place";
    if (col_is_null(q, "last_number")) return NULL; /* it was taken out: its number alone stays */
    if (col_i64(q, "its_shop") != col_i64(q, "shop")) return "a try is of another shop's message";
    int64_t number = col_i64(q, "number");
    return number >= 1 && number <= col_i64(q, "last_number") ? NULL : "a try is of a message that is not there";
}

bool channel_sends_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_sends);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, found->cursor[1]), bind_i64(&q, PAGE);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "shop"), found->cursor[1] = col_i64(&q, "slot");
        const char *what = bad_send(&q);
        if (what) verify_found(found, "shop", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}
