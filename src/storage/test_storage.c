/* test_storage.c: queries and transactions, the same on both engines. */
#include "base/crypto.h"
#include "storage/test_db.h"
#include <stdio.h>

static const char table_sql[] =
    "CREATE TABLE t_values (id {id}, number {int}, text TEXT, bytes {blob}) {strict};"
    "CREATE TABLE t_names (name TEXT PRIMARY KEY, parent TEXT REFERENCES t_names (name)) {strict};";

STMT(put_value, "INSERT INTO t_values (number, text, bytes) VALUES (?1, ?2, ?3) RETURNING id");
STMT(get_value, "SELECT id, number, text, bytes FROM t_values WHERE id = ?1");
STMT(put_name, "INSERT INTO t_names (name, parent) VALUES (?1, ?2)");
STMT(all_names, "SELECT name FROM t_names ORDER BY name LIMIT ?1");
STMT(rename_all, "UPDATE t_names SET name = name || ?1");
STMT(some_names, "SELECT name FROM t_names WHERE name IN (SELECT value FROM json_each(?1)) ORDER BY name",
     .postgres = "SELECT name FROM t_names WHERE name = ANY(?1::text[]) ORDER BY name");
STMT(sum_numbers, "SELECT CAST(SUM(number) AS BIGINT) AS total, COUNT(*) AS rows FROM t_values");
STMT(quoted, "SELECT '?1' AS text, ?1 || 'x' AS more -- ?9 is no parameter\n"
             "FROM t_names WHERE name <> 'it''s ?2' /* ?3 */ LIMIT 1");

static int64_t value_put(struct test_db *t, int64_t number, struct str text, struct str bytes)
{
    struct query q = query(t->tx, &put_value);
    bind_i64(&q, number), bind_str(&q, text), bind_blob(&q, bytes.p, bytes.n);
    EXPECT(query_row(&q) == ROW_FOUND);
    return col_i64(&q, "id");
}

static bool name_put(struct tx *tx, const char *name)
{
    struct query q = query(tx, &put_name);
    bind_text(&q, name), bind_null(&q);
    return query_put(&q);
}

TEST_EACH_ENGINE(values_come_back_as_they_went)
{
    test_script(t, table_sql);
    static const int64_t numbers[] = { 0, 1, -1, INT64_MAX, INT64_MIN, INT64_C(1) << 53 };
    const struct {
        struct str text, bytes;
    } texts[] = {
        { STR(""), STR("") },
        { STR("客服 ☕ 𝄞"), STR("\0\1\0\xff") },
        { STR("it's \"quoted\" \\ ?1 $1"), STR("\\x00") },
        { { NULL, 0 }, { NULL, 0 } },
    };
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
            struct query q = query(t->tx, &get_value);
            bind_i64(&q, value_put(t, numbers[i], texts[k].text, texts[k].bytes));
            EXPECT(query_row(&q) == ROW_FOUND);
            EXPECT(col_i64(&q, "number") == numbers[i]);
            EXPECT(col_bool(&q, "number") == (numbers[i] != 0));
            struct str text = col_str(&q, "text"), bytes = col_str(&q, "bytes");
            EXPECT(text.n == texts[k].text.n && bytes.n == texts[k].bytes.n);
            EXPECT(col_is_null(&q, "text") == !texts[k].text.p);
            EXPECT(col_is_null(&q, "bytes") == !texts[k].bytes.p);
            EXPECT(!texts[k].text.p == !text.p && !texts[k].text.p == !col_text(&q, "text"));
            if (text.p) EXPECT(memcmp(text.p, texts[k].text.p, text.n) == 0 && text.p[text.n] == '\0');
            if (bytes.p) EXPECT(memcmp(bytes.p, texts[k].bytes.p, bytes.n) == 0);
        }
    }
}

TEST_EACH_ENGINE(null_reads_as_zero_and_sums_are_numbers)
{
    test_script(t, table_sql);
    struct query q = query(t->tx, &sum_numbers);
    EXPECT(query_row(&q) == ROW_FOUND);
    EXPECT(col_is_null(&q, "total") && col_i64(&q, "total") == 0 && col_i64(&q, "rows") == 0);
    value_put(t, 40, STR("a"), STR(""));
    value_put(t, 2, STR("b"), STR(""));
    q = query(t->tx, &sum_numbers);
    EXPECT(query_row(&q) == ROW_FOUND);
    EXPECT(col_i64(&q, "total") == 42 && col_i64(&q, "rows") == 2);
}

TEST_EACH_ENGINE(no_row_is_none)
{
    test_script(t, table_sql);
    struct query q = query(t->tx, &get_value);
    bind_i64(&q, 77);
    EXPECT(query_row(&q) == ROW_NONE);
    q = query(t->tx, &all_names);
    bind_i64(&q, 10);
    EXPECT(query_next(&q) == ROW_NONE);
    EXPECT(tx_fault_of(t->tx) == TX_SOUND);
}

TEST_EACH_ENGINE(many_rows_in_order_and_a_statement_inside_its_own_loop)
{
    test_script(t, table_sql);
    char name[16];
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof name, "n%03d", i);
        EXPECT(name_put(t->tx, arena_text(t->arena, name)));
    }
    struct query q = query(t->tx, &all_names);
    bind_i64(&q, 1000);
    int seen = 0;
    while (query_next(&q) == ROW_FOUND) {
        snprintf(name, sizeof name, "n%03d", seen++);
        assert_string_equal(col_text(&q, "name"), name);
        struct query inner = query(t->tx, &all_names);
        bind_i64(&inner, 1);
        EXPECT(query_row(&inner) == ROW_FOUND && strcmp(col_text(&inner, "name"), "n000") == 0);
    }
    assert_int_equal(seen, 500);
    q = query(t->tx, &all_names);
    bind_i64(&q, 1000);
    EXPECT(query_next(&q) == ROW_FOUND);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM t_names") == 500);
}

TEST_EACH_ENGINE(a_change_counts_its_rows)
{
    test_script(t, table_sql);
    struct query q = query(t->tx, &rename_all);
    bind_text(&q, "x");
    EXPECT(query_change(&q) == 0);
    EXPECT(name_put(t->tx, "a") && name_put(t->tx, "b"));
    q = query(t->tx, &rename_all);
    bind_text(&q, "x");
    EXPECT(query_change(&q) == 2);
}

TEST_EACH_ENGINE(lists_of_texts)
{
    test_script(t, table_sql);
    EXPECT(name_put(t->tx, "a1") && name_put(t->tx, "b2") && name_put(t->tx, "NULL"));
    static const char *const wanted[] = { "b2", "NULL", "zz" };
    for (size_t count = 0; count <= 3; count++) {
        struct query q = query(t->tx, &some_names);
        bind_text_list(&q, wanted, count);
        size_t seen = 0;
        while (query_next(&q) == ROW_FOUND) seen++;
        EXPECT(seen == (count < 2 ? count : 2));
    }
}

STMT(some_numbers,
     "SELECT number FROM t_values WHERE number IN (SELECT CAST(value AS INTEGER) FROM json_each(?1)) ORDER BY number",
     .postgres = "SELECT number FROM t_values WHERE number = ANY((?1::text[])::bigint[]) ORDER BY number");

TEST_EACH_ENGINE(lists_of_numbers)
{
    int64_t wanted[256] = { INT64_MAX, INT64_MIN, 2, 0 };
    test_script(t, table_sql);
    test_script(t, "INSERT INTO t_values (number) VALUES (2), (3), (9223372036854775807);");
    for (size_t count = 0; count <= 256; count += count < 4 ? 1 : 252) {
        struct query q = query(t->tx, &some_numbers);
        bind_i64_list(&q, wanted, count);
        enum row row = query_row(&q);
        EXPECT(count == 0 ? row == ROW_NONE : row == ROW_FOUND && col_i64(&q, "number") == (count < 3 ? INT64_MAX : 2));
    }
}

TEST_EACH_ENGINE(question_marks_in_quotes_and_comments_are_text)
{
    test_script(t, table_sql);
    EXPECT(name_put(t->tx, "a"));
    struct query q = query(t->tx, &quoted);
    bind_text(&q, "more ");
    EXPECT(query_row(&q) == ROW_FOUND);
    assert_string_equal(col_text(&q, "text"), "?1");
    assert_string_equal(col_text(&q, "more"), "more x");
}

TEST_EACH_ENGINE(results_outlive_their_transaction)
{
    test_script(t, table_sql);
    int64_t id = value_put(t, 5, STR("still here"), STR("b"));
    struct query q = query(t->tx, &get_value);
    bind_i64(&q, id);
    EXPECT(query_row(&q) == ROW_FOUND);
    test_close_tx(t);
    conn_close(t->conn);
    t->conn = NULL;
    assert_string_equal(col_text(&q, "text"), "still here");
    EXPECT(col_i64(&q, "number") == 5);
}

/* A put may be sent later (PostgreSQL): its fault shows at the latest when the transaction ends. */
TEST_EACH_ENGINE(a_unique_violation_is_a_conflict)
{
    test_script(t, table_sql);
    test_commit(t);
    EXPECT(name_put(t->tx, "twice"));
    (void)!name_put(t->tx, "twice");
    enum tx_end end = tx_commit(t->tx);
    EXPECT(end == TX_ROLLED_BACK);
    EXPECT(tx_fault_of(t->tx) == TX_CONFLICT);
    t->tx = NULL;
    test_open_tx(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM t_names") == 0);
}

TEST_EACH_ENGINE(a_fault_ends_all_later_queries_and_the_commit)
{
    test_script(t, table_sql);
    test_commit(t);
    EXPECT(name_put(t->tx, "a"));
    struct query q = query(t->tx, &put_name);
    bind_text(&q, "b"), bind_text(&q, "no such parent");
    EXPECT(query_change(&q) == -1);
    EXPECT(tx_fault_of(t->tx) == TX_BROKEN);
    q = query(t->tx, &all_names);
    bind_i64(&q, 1);
    EXPECT(query_row(&q) == ROW_FAULT);
    EXPECT(!name_put(t->tx, "c"));
    EXPECT(tx_commit(t->tx) == TX_ROLLED_BACK);
    t->tx = NULL;
    t->tx = NULL;
    test_open_tx(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM t_names") == 0);
}

TEST_EACH_ENGINE(text_with_a_nul_is_refused_on_both)
{
    test_script(t, table_sql);
    test_commit(t);
    struct query q = query(t->tx, &put_name);
    bind_str(&q, (struct str){ "a\0b", 3 }), bind_null(&q);
    EXPECT(query_change(&q) == -1);
    EXPECT(tx_fault_of(t->tx) == TX_BROKEN);
    test_reopen(t);
}

TEST_EACH_ENGINE(a_part_is_undone_alone)
{
    test_script(t, table_sql);
    EXPECT(name_put(t->tx, "kept before"));
    EXPECT(tx_part_begin(t->tx, t->arena));
    EXPECT(name_put(t->tx, "undone"));
    EXPECT(tx_part_undo(t->tx));
    EXPECT(tx_part_begin(t->tx, t->arena));
    EXPECT(name_put(t->tx, "kept"));
    EXPECT(tx_part_keep(t->tx));
    EXPECT(tx_part_begin(t->tx, t->arena));
    struct query q = query(t->tx, &put_name);
    bind_text(&q, "kept"), bind_null(&q);
    EXPECT(query_change(&q) == -1 && tx_fault_of(t->tx) == TX_CONFLICT);
    EXPECT(tx_part_undo(t->tx) && tx_fault_of(t->tx) == TX_SOUND);
    test_commit(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM t_names") == 2);
}

/* Who is told that all is lost cannot end a part any more: it goes with its transaction. */
TEST_EACH_ENGINE(a_part_of_a_lost_transaction_goes_with_it)
{
    test_script(t, table_sql);
    test_commit(t);
    EXPECT(name_put(t->tx, "before the part"));
    EXPECT(tx_part_begin(t->tx, t->arena));
    struct query q = query(t->tx, &put_name);
    bind_str(&q, (struct str){ "a\0b", 3 }), bind_null(&q);
    EXPECT(query_change(&q) == -1 && tx_fault_of(t->tx) == TX_BROKEN);
    EXPECT(tx_commit(t->tx) == TX_ROLLED_BACK);
    t->tx = NULL;
    test_open_tx(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM t_names") == 0);
}

TEST_EACH_ENGINE(a_rollback_leaves_nothing)
{
    test_script(t, table_sql);
    test_commit(t);
    EXPECT(name_put(t->tx, "a"));
    test_reopen(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM t_names") == 0);
}

TEST_EACH_ENGINE(a_reading_connection_cannot_write)
{
    test_script(t, table_sql);
    test_close_tx(t);
    char error[256];
    struct conn *c = conn_open(t->db, TX_READ, error, sizeof error);
    assert_non_null(c);
    struct tx *tx = tx_begin(c, TX_READ, t->arena);
    struct query q = query(tx, &put_value);
    bind_i64(&q, 1), bind_null(&q), bind_null(&q);
    EXPECT(query_row(&q) == ROW_FAULT && tx_fault_of(tx) == TX_BROKEN);
    tx_rollback(tx);
    conn_close(c);
}

TEST_EACH_ENGINE(every_statement_prepares)
{
    test_script(t, table_sql);
    test_commit(t);
    char error[512] = "";
    if (!conn_prepare_all(t->conn, error, sizeof error)) fail_msg("%s", error);
    EXPECT(stmt_count() > 8);
    for (size_t i = 0; i < stmt_count(); i++) EXPECT(stmt_at(i)->sql && stmt_at(i)->name && stmt_at(i)->file);
}

TEST_EACH_ENGINE(a_statement_that_does_not_prepare_is_named)
{
    char error[512] = ""; /* the tables of this test do not exist */
    EXPECT(!conn_prepare_all(t->conn, error, sizeof error));
    EXPECT(strstr(error, "test_storage.c: ") != NULL && strstr(error, "t_") != NULL);
}

static void bad_urls_are_refused(void **state)
{
    (void)state;
    static const char *const urls[] = { NULL,
                                        "",
                                        "sqlite:",
                                        "mysql://x",
                                        "test.db",
                                        "sqlite:/no/such/folder/x.db",
                                        "postgres://nobody@127.0.0.1:1/none",
                                        "postgres://%%%" };
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        char error[256] = "";
        assert_null(db_open(&(struct db_options){ .url = urls[i] }, error, sizeof error));
        assert_true(strlen(error) > 10);
    }
}

TEST_EACH_ENGINE(a_second_server_is_told_so)
{
    char error[256] = "";
    struct db_options o = { .url = t->url, .exclusive = true };
    struct db *first = db_open(&o, error, sizeof error);
    assert_non_null(first);
    struct db *second = db_open(&o, error, sizeof error);
    if (t->engine == DB_SQLITE) {
        assert_null(second);
        EXPECT(strstr(error, "another server is running") != NULL);
    } else {
        assert_non_null(second); /* any number of processes */
        db_close(second);
    }
    db_close(first);
    first = db_open(&o, error, sizeof error);
    assert_non_null(first);
    db_close(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(values_come_back_as_they_went),
        EACH_ENGINE(null_reads_as_zero_and_sums_are_numbers),
        EACH_ENGINE(no_row_is_none),
        EACH_ENGINE(many_rows_in_order_and_a_statement_inside_its_own_loop),
        EACH_ENGINE(a_change_counts_its_rows),
        EACH_ENGINE(lists_of_texts),
        EACH_ENGINE(lists_of_numbers),
        EACH_ENGINE(question_marks_in_quotes_and_comments_are_text),
        EACH_ENGINE(results_outlive_their_transaction),
        EACH_ENGINE(a_unique_violation_is_a_conflict),
        EACH_ENGINE(a_fault_ends_all_later_queries_and_the_commit),
        EACH_ENGINE(text_with_a_nul_is_refused_on_both),
        EACH_ENGINE(a_part_is_undone_alone),
        EACH_ENGINE(a_part_of_a_lost_transaction_goes_with_it),
        EACH_ENGINE(a_rollback_leaves_nothing),
        EACH_ENGINE(a_reading_connection_cannot_write),
        EACH_ENGINE(every_statement_prepares),
        EACH_ENGINE(a_statement_that_does_not_prepare_is_named),
        cmocka_unit_test(bad_urls_are_refused),
        EACH_ENGINE(a_second_server_is_told_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
