/* test_held.c: somebody holds a row (another process, an operator's shell) for as long as they like. What works off a
 * list of all shops passes it over and does the others; nothing waits, and nothing of the others is undone. PostgreSQL
 * alone: SQLite has one writer. */
#include "app/app.h"
#include "base/clock.h"
#include "chat/chat.h"
#include "inbound/inbound.h"
#include "knowledge/knowledge.h"
#include "shops/test_kit.h"

/* Rows that are due, of which the first is held. `left`: those that wait, and shall be one. */
static const struct {
    const struct job_kind *kind;
    const char *rows, *hold, *left;
} lists[] = {
    { &inbound_purge_job,
      "INSERT INTO deliveries (id, sender, address, sender_id, account, state, body_hash, same_hash, size, copies,"
      " changes, job, received_at_ms, last_at_ms, acted_at_ms) SELECT i, 'x', 'a', 'r' || i, 0, 1, 'f', 'f', 1, 0, 0, "
      "0,"
      " 1000, 1000, 1000 FROM generate_series(1, 5) AS i",
      "SELECT id FROM deliveries WHERE id = 1 FOR UPDATE", "SELECT COUNT(*) FROM deliveries" },
    { &chat_presence_job,
      "INSERT INTO chat_presence (id, account, shop, visit, visitor, invited, page, referrer, language, since_ms,"
      " page_since_ms, seen_at_ms) SELECT i, 5, 7, 'v' || i, 0, 0, '', '', '', 1, 1, 1000"
      " FROM generate_series(1, 5) AS i",
      "SELECT id FROM chat_presence WHERE id = 1 FOR UPDATE", "SELECT COUNT(*) FROM chat_presence" },
    { &chat_tokens_job,
      "INSERT INTO chat_order_tries (shop, network, drained_at_ms) SELECT 7, i, 1000 FROM generate_series(1, 5) AS i",
      "SELECT network FROM chat_order_tries WHERE network = 1 FOR UPDATE", "SELECT COUNT(*) FROM chat_order_tries" },
    { &chat_tokens_job,
      "INSERT INTO chat_transcripts (counted, began_ms, sent, number, address) SELECT 'c:' || i, 1000, 1, 1, ''"
      " FROM generate_series(1, 5) AS i",
      "SELECT 1 FROM chat_transcripts WHERE counted = 'c:1' FOR UPDATE", "SELECT COUNT(*) FROM chat_transcripts" },
};

TEST_EACH_ENGINE(a_row_that_somebody_holds_stops_no_purge)
{
    char error[200];
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        test_script(t, lists[i].rows);
        test_commit(t);
        struct conn *theirs = conn_open(t->db, TX_WRITE, error, sizeof error);
        EXPECT(theirs != NULL);
        struct tx *held = tx_begin(theirs, TX_WRITE, t->arena);
        struct test_db other = { .engine = t->engine, .db = t->db, .conn = theirs, .arena = t->arena, .tx = held };
        (void)test_number(&other, lists[i].hold);
        kit_set_now(KIT_START_MS);
        int64_t began_ms = monotonic_ms();
        EXPECT(kit_job(t, &(struct kit_attempt){ .kind = lists[i].kind, .id = 1 }) == JOB_FINISHED);
        EXPECT(monotonic_ms() - began_ms < 4000);
        assert_int_equal(test_number(t, lists[i].left), 1);
        tx_rollback(held);
        EXPECT(kit_job(t, &(struct kit_attempt){ .kind = lists[i].kind, .id = 1 }) == JOB_FINISHED);
        assert_int_equal(test_number(t, lists[i].left), 0);
        conn_close(theirs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONLY_POSTGRES(a_row_that_somebody_holds_stops_no_purge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
