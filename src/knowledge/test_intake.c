/* test_intake.c: a file is looked at and then taken whole or not at all, beside the live rows, and goes on after a
 * kill. On both engines. */
#include "base/testing.h"
#include "knowledge/intake.h"
#include "shops/test_kit.h"
#include <stdio.h>
#include <sys/stat.h>

static int64_t account, shop;
static char dir[64];

static void start(struct test_db *t)
{
    struct shop s;
    kit_start();
    account = kit_account(t, 0);
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Shop", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    shop = s.id;
    (void)snprintf(dir, sizeof dir, "/tmp/know-intake-%d", (int)getpid());
    (void)mkdir(dir, 0700);
    knowledge_settings.upload_dir = dir;
}

static struct kit_answer call(struct test_db *t, const struct route *routes, enum verb verb, const char *rest,
                              const char *body)
{
    return kit_call(
        t, &(struct kit_request){ .routes = routes,
                                  .verb = verb,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/knowledge%s", (long long)shop, rest),
                                  .account = account,
                                  .upload_dir = dir,
                                  .body = body });
}

static int64_t number(const struct kit_answer *a, const char *name)
{
    return json_integer_value(json_object_get(a->json, name));
}
static const char *word(const json_t *o, const char *name) { return json_string_value(json_object_get(o, name)); }

static int64_t send_file(struct test_db *t, const char *body)
{
    struct kit_answer a = call(t, knowledge_file_routes, VERB_POST, "/files?name=mine.csv", body);
    assert_int_equal(a.status, 201);
    assert_string_equal(word(a.json, "name"), "mine.csv");
    return number(&a, "file");
}

static struct kit_answer look(struct test_db *t, int64_t file, const char *wish)
{
    return call(t, knowledge_file_routes, VERB_POST, arena_printf(t->arena, "/files/%lld/preview", (long long)file),
                wish);
}

/* One attempt of the taking. */
static enum job_wish attempt(struct test_db *t, int64_t intake)
{
    return kit_job(t, &(struct kit_attempt){ .kind = &knowledge_take_job, .ref = intake, .account = account });
}

static int64_t take(struct test_db *t, int64_t file, const char *wish)
{
    struct kit_answer a =
        call(t, knowledge_file_routes, VERB_POST, arena_printf(t->arena, "/files/%lld/import", (long long)file), wish);
    assert_int_equal(a.status, 202);
    assert_string_equal(word(a.json, "status"), "reading");
    return number(&a, "intake");
}

static struct kit_answer state(struct test_db *t, int64_t intake)
{
    return call(t, knowledge_file_routes, VERB_GET, arena_printf(t->arena, "/intakes/%lld", (long long)intake), NULL);
}

static const char *to_the_end(struct test_db *t, int64_t intake)
{
    enum job_wish wish;
    int rounds = 0;
    while ((wish = attempt(t, intake)) == JOB_NEXT && rounds++ < 1000) {
    }
    assert_int_equal(wish, JOB_FINISHED);
    return word(state(t, intake).json, "status");
}

static int64_t products(struct test_db *t) { return test_number(t, "SELECT COUNT(*) FROM knowledge_products"); }

static int64_t found(struct test_db *t, const char *words)
{
    struct knowledge_source s;
    struct knowledge_product *p;
    size_t n;
    EXPECT(knowledge_source_of(t->tx, account, shop, t->arena, &s) == ROW_FOUND);
    EXPECT(s.search_products(s.ctx, str_of(words), 10, t->arena, &p, &n));
    return (int64_t)n;
}

static int64_t left_over(struct test_db *t)
{
    return test_number(t, "SELECT (SELECT COUNT(*) FROM knowledge_parts) +"
                          " (SELECT COUNT(*) FROM knowledge_staged_products) +"
                          " (SELECT COUNT(*) FROM knowledge_staged_texts)");
}

TEST_EACH_ENGINE(a_file_is_looked_at_and_then_taken)
{
    start(t);
    int64_t file = send_file(t, "id,name,price\n1,Kettle,39.00\n2,Lamp,5\n");
    struct kit_answer a = look(t, file, "{}");
    assert_int_equal(a.status, 200);
    assert_string_equal(word(json_array_get(json_object_get(a.json, "refused"), 0), "code"), "currency_missing");
    assert_string_equal(word(json_array_get(json_object_get(a.json, "refused"), 0), "field"), "rows[2].price");
    a = look(t, file, "{\"currency\":\"USD\"}");
    assert_int_equal(json_array_size(json_object_get(a.json, "refused")), 0);
    assert_int_equal(number(&a, "products"), 2);
    assert_string_equal(word(a.json, "format"), "csv");
    assert_string_equal(word(json_array_get(json_object_get(a.json, "columns"), 1), "field"), "title");
    assert_int_equal(
        json_integer_value(json_object_get(json_array_get(json_object_get(a.json, "samples"), 0), "price")), 3900);
    assert_int_equal(products(t), 0);
    a = look(t, file, "{\"currency\":\"USD\",\"fields\":[\"title\",\"id\",\"none\"]}");
    assert_string_equal(word(json_array_get(json_object_get(a.json, "samples"), 0), "title"), "1");
    int64_t intake = take(t, file, "{\"currency\":\"USD\"}");
    assert_int_equal(products(t), 0);
    assert_string_equal(to_the_end(t, intake), "done");
    assert_int_equal(products(t), 2);
    assert_int_equal(found(t, "kettle"), 1);
    a = state(t, intake);
    assert_int_equal(number(&a, "changed"), 2);
    a = call(t, knowledge_routes, VERB_GET, "", NULL);
    assert_string_equal(word(json_array_get(json_object_get(a.json, "imports"), 0), "name"), "mine.csv");
    assert_int_equal(left_over(t), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'knowledge_imported'"), 1);
    assert_int_equal(test_number(t, "SELECT intakes FROM knowledge_shops"), 0);
    /* It was taken: there is nothing to look at any more. */
    assert_int_equal(look(t, file, "{}").status, 404);
}

TEST_EACH_ENGINE(what_is_missing_in_a_row_is_told_and_is_a_text_all_the_same)
{
    start(t);
    struct kit_answer a = look(t, send_file(t, "id,name,price\n1,,5\n"), "{\"currency\":\"USD\"}");
    assert_string_equal(word(json_array_get(json_object_get(a.json, "refused"), 0), "field"), "rows[2].title");
    assert_string_equal(word(json_array_get(json_object_get(a.json, "samples"), 0), "title"), "");
    a = look(t, send_file(t, "question,answer\nReturns?,\n"), "{}");
    assert_int_equal(a.status, 200);
    assert_string_equal(word(json_array_get(json_object_get(a.json, "samples"), 0), "text"), "");
}

TEST_EACH_ENGINE(one_fault_anywhere_and_nothing_is_taken)
{
    start(t);
    int64_t file = send_file(t, "id,name,price\n1,Kettle,39.00\n2,Lamp,-5\n");
    int64_t intake = take(t, file, "{\"currency\":\"USD\"}");
    assert_string_equal(to_the_end(t, intake), "failed");
    struct kit_answer a = state(t, intake);
    assert_string_equal(word(json_array_get(json_object_get(a.json, "refused"), 0), "field"), "rows[3].price");
    assert_int_equal(products(t), 0);
    assert_int_equal(left_over(t), 0);
    a = call(t, knowledge_routes, VERB_GET, "", NULL);
    const json_t *line = json_array_get(json_object_get(a.json, "imports"), 0);
    assert_string_equal(word(line, "status"), "failed");
    assert_string_equal(word(line, "source"), "file");
}

static const char *many(struct test_db *t, int n, const char *title)
{
    struct buf b;
    buf_init(&b, 4 << 20);
    buf_text(&b, "id,name,price,currency\n");
    for (int i = 0; i < n; i++) buf_printf(&b, "p%d,%s %d,%d,USD\n", i, title, i, i + 1);
    const char *text = arena_text_n(t->arena, b.p, b.n);
    buf_free(&b);
    return text;
}

TEST_EACH_ENGINE(a_large_file_is_seen_at_once_and_what_came_meanwhile_stays)
{
    start(t);
    int64_t intake = take(t, send_file(t, many(t, 450, "Teapot")), "{}");
    assert_int_equal(attempt(t, intake), JOB_NEXT); /* read */
    assert_int_equal(attempt(t, intake), JOB_NEXT); /* a part is written */
    assert_int_equal(attempt(t, intake), JOB_NEXT);
    assert_int_equal(products(t), 0);
    assert_int_equal(found(t, "teapot"), 0);
    /* A delivery, or a person, meanwhile. */
    kit_set_now(kit_now() + 1);
    assert_int_equal(call(t, knowledge_routes, VERB_POST, "/import",
                          "{\"currency\":\"USD\",\"products\":[{\"id\":\"p7\",\"title\":\"By hand\",\"price\":1},"
                          "{\"id\":\"p449\",\"title\":\"By hand too\",\"price\":1}]}")
                         .status,
                     200);
    assert_string_equal(to_the_end(t, intake), "done");
    assert_int_equal(products(t), 450);
    assert_int_equal(test_number(t, "SELECT products FROM knowledge_shops"), 450);
    assert_int_equal(found(t, "teapot"), 10);
    assert_int_equal(found(t, "hand"), 2);
    assert_int_equal(left_over(t), 0);
    /* The same again changes nothing. */
    intake = take(t, send_file(t, many(t, 450, "Teapot")), "{}");
    assert_string_equal(to_the_end(t, intake), "done");
    struct kit_answer a = state(t, intake);
    assert_int_equal(number(&a, "changed"), 2);
}

/* As `attempt`, and what it took of the test's memory is given back. */
static enum job_wish attempt_lightly(struct test_db *t, int64_t intake)
{
    struct arena_mark m = arena_mark(t->arena);
    enum job_wish wish = attempt(t, intake);
    arena_release(t->arena, m);
    return wish;
}

/* The switch is one transaction, and on SQLite nobody else writes meanwhile: what it leaves behind goes afterwards,
 * some at a time. */
TEST_EACH_ENGINE(what_a_switch_leaves_behind_goes_some_at_a_time)
{
    enum { ROWS = 3000, PARTS = ROWS / 100, AT_ONCE = 2500 };
    start(t);
    int64_t intake = take(t, send_file(t, many(t, ROWS, "Teapot")), "{}");
    while (products(t) == 0) assert_int_equal(attempt_lightly(t, intake), JOB_NEXT);
    assert_string_equal(word(state(t, intake).json, "status"), "done");
    assert_int_equal(products(t), ROWS);
    assert_int_equal(left_over(t), ROWS + PARTS);
    for (int64_t left = ROWS + PARTS; left > 0; left = left_over(t)) {
        enum job_wish wish = attempt_lightly(t, intake);
        assert_int_equal(wish, left_over(t) > 0 ? JOB_NEXT : JOB_FINISHED);
        assert_in_range(left - left_over(t), 1, AT_ONCE + PARTS);
    }
    /* Without a worker that ends it: nothing stays when its job is given up. */
    intake = take(t, send_file(t, many(t, ROWS, "Cup")), "{}");
    while (test_number(t, "SELECT COUNT(*) FROM knowledge_products WHERE title LIKE 'Cup%'") == 0)
        assert_int_equal(attempt_lightly(t, intake), JOB_NEXT);
    kit_expire(t, &(struct kit_attempt){ .kind = &knowledge_take_job, .ref = intake, .account = account });
    assert_string_equal(word(state(t, intake).json, "status"), "done");
    assert_int_equal(left_over(t), 0);
}

TEST_EACH_ENGINE(a_reading_that_was_lost_is_read_again)
{
    start(t);
    int64_t intake = take(t, send_file(t, many(t, 450, "Teapot")), "{}");
    struct kit_attempt first = { .kind = &knowledge_take_job, .ref = intake, .account = account };
    (void)kit_begin(t, &first); /* its worker was killed */
    struct know_parts parts;
    bool last;
    EXPECT(!know_readings_slice(intake, 0, t->arena, &parts, &last)); /* and with it what it had read */
    assert_string_equal(to_the_end(t, intake), "done");
    assert_int_equal(products(t), 450);
}

TEST_EACH_ENGINE(a_large_import_waits_for_its_job)
{
    start(t);
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_text(&b, "{\"currency\":\"USD\",\"name\":\"Harbor\",\"products\":[");
    for (int i = 0; i < 500; i++) buf_printf(&b, "%s{\"id\":\"p%d\",\"title\":\"Cup %d\"}", i ? "," : "", i, i);
    buf_text(&b, "],\"orders\":[{\"number\":\"#1\",\"email\":\"a@b.example\",\"status\":\"shipped\",\"total\":1}]}");
    struct kit_answer a = call(t, knowledge_routes, VERB_POST, "/import", arena_text_n(t->arena, b.p, b.n));
    buf_free(&b);
    assert_int_equal(a.status, 202);
    assert_string_equal(word(a.json, "status"), "writing");
    assert_int_equal(products(t), 0);
    int64_t intake = test_number(t, "SELECT MAX(id) FROM knowledge_intakes");
    assert_string_equal(word(a.json, "statusUrl"), arena_printf(t->arena, "/api/shops/%lld/knowledge/intakes/%lld",
                                                                (long long)shop, (long long)intake));
    assert_string_equal(to_the_end(t, intake), "done");
    assert_int_equal(products(t), 500);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_orders"), 1);
    a = state(t, intake);
    assert_int_equal(number(&a, "changed"), 501);
}

/* Orders are live once they are written: when what stands beside them is refused, the end and the trail still tell. */
TEST_EACH_ENGINE(orders_that_stay_are_told_whatever_they_came_with)
{
    start(t);
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_text(&b, "{\"currency\":\"USD\",\"name\":\"Harbor\",\"products\":[");
    for (int i = 0; i < 500; i++) buf_printf(&b, "%s{\"id\":\"p%d\",\"title\":\"Cup %d\"}", i ? "," : "", i, i);
    buf_text(&b, "],\"orders\":[{\"number\":\"#1\",\"email\":\"a@b.example\",\"status\":\"shipped\",\"total\":1}]}");
    struct kit_answer a = call(t, knowledge_routes, VERB_POST, "/import", arena_text_n(t->arena, b.p, b.n));
    buf_free(&b);
    assert_int_equal(a.status, 202);
    int64_t intake = test_number(t, "SELECT MAX(id) FROM knowledge_intakes");
    /* Meanwhile the shop has been filled to its brim. */
    test_script(t, arena_printf(t->arena, "UPDATE knowledge_shops SET products = %d", KNOWLEDGE_PRODUCTS_MAX));
    assert_string_equal(to_the_end(t, intake), "failed");
    a = state(t, intake);
    assert_string_equal(word(json_array_get(json_object_get(a.json, "refused"), 0), "code"), "too_many");
    assert_int_equal(products(t), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_orders"), 1);
    assert_int_equal(number(&a, "changed"), 1);
    assert_int_equal(test_number(t, "SELECT changed FROM knowledge_imports"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'knowledge_imported'"), 1);
}

TEST_EACH_ENGINE(a_file_is_its_shops_and_is_forgotten)
{
    start(t);
    int64_t file = send_file(t, "id,name\n1,A\n"), stranger = kit_account(t, 0);
    struct kit_answer a =
        kit_call(t, &(struct kit_request){ .routes = knowledge_file_routes,
                                           .verb = VERB_POST,
                                           .path = arena_printf(t->arena,
                                                                "/api/shops/%lld/knowledge/files/%lld/"
                                                                "preview",
                                                                (long long)shop, (long long)file),
                                           .account = stranger,
                                           .body = "{}" });
    assert_int_equal(a.status, 404);
    assert_string_equal(look(t, file, "{\"currency\":\"QQQ\"}").fault, "currency:not_one_of");
    assert_int_equal(look(t, file, "{\"fields\":[\"nonsense\"]}").status, 422);
    assert_int_equal(look(t, file + 1, "{}").status, 404);
    kit_set_now(kit_now() + DAY_MS);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &knowledge_due_job }), JOB_FINISHED);
    assert_int_equal(look(t, file, "{}").status, 404);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_files"), 0);
    file = send_file(t, "id,name\n1,A\n");
    a = call(t, knowledge_file_routes, VERB_DELETE, arena_printf(t->arena, "/files/%lld", (long long)file), NULL);
    assert_int_equal(a.status, 200);
    assert_int_equal(look(t, file, "{}").status, 404);
}

TEST_EACH_ENGINE(files_that_nobody_took_make_room_for_another)
{
    enum { WAITING = 20 };
    start(t);
    int64_t first = send_file(t, "id,name\n1,A\n"), second = send_file(t, "id,name\n2,B\n"), last = 0;
    int64_t intake = take(t, first, "{\"currency\":\"USD\"}");
    /* One looked at and refused, as most that are left lying were. */
    assert_int_equal(look(t, second, "{\"fields\":[\"none\",\"none\"]}").status, 200);
    for (int i = 2; i < WAITING; i++) last = send_file(t, "id,name\n3,C\n");
    assert_int_equal(look(t, first, "{}").status, 200);
    last = send_file(t, "id,name\n4,D\n");
    assert_int_equal(look(t, first, "{}").status, 404);
    assert_int_equal(look(t, second, "{}").status, 200);
    assert_int_equal(look(t, last, "{}").status, 200);
    /* What was being taken is: the file stays for that, whatever housekeeping does. */
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &knowledge_due_job }), JOB_FINISHED);
    assert_string_equal(to_the_end(t, intake), "done");
    assert_int_equal(products(t), 1);
    (void)send_file(t, "id,name\n5,E\n");
    assert_int_equal(look(t, second, "{}").status, 404);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_files WHERE at_ms > 0"), WAITING);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &knowledge_due_job }), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_files"), WAITING);
}

TEST_EACH_ENGINE(a_purged_shop_leaves_nothing_of_what_was_being_taken)
{
    start(t);
    int64_t intake = take(t, send_file(t, many(t, 450, "Teapot")), "{}");
    assert_int_equal(attempt(t, intake), JOB_NEXT);
    assert_int_equal(attempt(t, intake), JOB_NEXT);
    assert_true(knowledge_shop_purged(t->tx, shop));
    assert_int_equal(left_over(t), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes"), 0);
    assert_int_equal(attempt(t, intake), JOB_FINISHED);
}

static void expect_full(const struct kit_answer *a)
{
    assert_int_equal(a->status, 429);
    assert_string_equal(a->error, "too_many_intakes");
}

/* However a shop has something taken in: what is under way has a bound, and another shop has its own. */
TEST_EACH_ENGINE(a_shop_takes_in_so_much_at_a_time)
{
    struct shop s;
    struct buf many;
    start(t);
    knowledge_settings.development = true; /* any address may be read */
    int64_t file = send_file(t, "id,name,price,currency\n1,Kettle,39.00,USD\n"), first = take(t, file, "{}");
    const char *again = arena_printf(t->arena, "/files/%lld/import", (long long)file);
    struct kit_answer a = call(t, knowledge_feed_routes, VERB_POST, "/feeds",
                               "{\"kind\":\"feed\",\"url\":\"https://tea.example/a.csv\"}");
    assert_int_equal(a.status, 201);
    const char *read = arena_printf(t->arena, "/feeds/%lld/read", (long long)number(&a, "id"));
    for (int i = 2; i < INTAKES_LIVE_MAX; i++) take(t, file, "{}");
    a = call(t, knowledge_file_routes, VERB_POST, again, "{}");
    expect_full(&a);
    a = call(t, knowledge_feed_routes, VERB_POST, "/feeds",
             "{\"kind\":\"feed\",\"url\":\"https://tea.example/b.csv\"}");
    expect_full(&a);
    a = call(t, knowledge_feed_routes, VERB_POST, read, NULL);
    expect_full(&a);
    a = call(t, knowledge_store_routes, VERB_POST, "/store",
             "{\"scope\":\"products\",\"url\":\"https://tea.example\"}");
    expect_full(&a);
    buf_init(&many, 1 << 20);
    for (int i = 0; i < 500; i++)
        buf_printf(&many, "%s{\"id\":\"p%d\",\"title\":\"Cup %d\",\"price\":100}", i ? "," : "", i, i);
    a = call(t, knowledge_routes, VERB_POST, "/import",
             arena_printf(t->arena, "{\"currency\":\"USD\",\"products\":[%s]}", buf_terminated(&many)));
    expect_full(&a);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM knowledge_imports") == 0); /* no line for what was not looked at */
    a = call(t, knowledge_routes, VERB_POST, "/import",
             "{\"currency\":\"USD\",\"products\":[{\"id\":\"q\",\"title\":\"Pot\",\"price\":5}]}");
    assert_int_equal(a.status, 200); /* taken in the request's own transaction: it waits for nothing */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes") == INTAKES_LIVE_MAX);
    /* Another shop of the same account. */
    int64_t full = shop;
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Other", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    shop = s.id;
    take(t, send_file(t, "id,name,price,currency\n1,Kettle,39.00,USD\n"), "{}");
    shop = full;
    assert_string_equal(to_the_end(t, first), "done");
    file = send_file(t, "id,name,price,currency\n2,Cup,9.00,USD\n");
    take(t, file, "{}");
    a = call(t, knowledge_file_routes, VERB_POST, arena_printf(t->arena, "/files/%lld/import", (long long)file), "{}");
    expect_full(&a);
    buf_free(&many);
}

/* Its daily reading is put off, not given up. */
TEST_EACH_ENGINE(an_address_that_is_due_waits_for_room)
{
    start(t);
    knowledge_settings.development = true;
    struct kit_answer a = call(t, knowledge_feed_routes, VERB_POST, "/feeds",
                               "{\"kind\":\"feed\",\"url\":\"https://tea.example/a.csv\"}");
    int64_t feed = number(&a, "id"), intake = test_number(t, "SELECT MAX(id) FROM knowledge_intakes");
    assert_int_equal(a.status, 201);
    test_script(
        t, arena_printf(t->arena, "UPDATE knowledge_intakes SET ended_at_ms = %lld, state = 3", (long long)kit_now()));
    test_script(t, "UPDATE knowledge_feeds SET next_at_ms = 1, state = 3");
    int64_t file = send_file(t, "id,name,price,currency\n1,Kettle,39.00,USD\n"), last = 0;
    for (int i = 0; i < INTAKES_LIVE_MAX; i++) last = take(t, file, "{}");
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &knowledge_due_job }) == JOB_FINISHED);
    int64_t next_ms = test_number(t, "SELECT next_at_ms FROM knowledge_feeds");
    EXPECT(next_ms > kit_now() && next_ms <= kit_now() + HOUR_MS);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes WHERE feed > 0") == 1);
    test_script(t, arena_printf(t->arena, "UPDATE knowledge_intakes SET ended_at_ms = %lld, state = 3 WHERE id = %lld",
                                (long long)kit_now(), (long long)last));
    kit_set_now(next_ms);
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &knowledge_due_job }) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes WHERE feed > 0") == 2);
    EXPECT(test_number(t, arena_printf(t->arena, "SELECT intake FROM knowledge_feeds WHERE id = %lld",
                                       (long long)feed)) > intake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_file_is_looked_at_and_then_taken),
        EACH_ENGINE(what_is_missing_in_a_row_is_told_and_is_a_text_all_the_same),
        EACH_ENGINE(one_fault_anywhere_and_nothing_is_taken),
        EACH_ENGINE(a_large_file_is_seen_at_once_and_what_came_meanwhile_stays),
        EACH_ENGINE(what_a_switch_leaves_behind_goes_some_at_a_time),
        EACH_ENGINE(a_reading_that_was_lost_is_read_again),
        EACH_ENGINE(a_large_import_waits_for_its_job),
        EACH_ENGINE(orders_that_stay_are_told_whatever_they_came_with),
        EACH_ENGINE(a_file_is_its_shops_and_is_forgotten),
        EACH_ENGINE(files_that_nobody_took_make_room_for_another),
        EACH_ENGINE(a_purged_shop_leaves_nothing_of_what_was_being_taken),
        EACH_ENGINE(a_shop_takes_in_so_much_at_a_time),
        EACH_ENGINE(an_address_that_is_due_waits_for_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
