/* test_verify.c: what is wrong with what a shop knows is found, by the name of its check, and what the service itself
 * leaves on its way is not. On both engines. */
#include "storage/test_verify.h"
#include "base/testing.h"
#include "knowledge/intake.h"
#include "shops/test_kit.h"
#include <stdio.h>
#include <sys/stat.h>

static int64_t account, shop;
static char dir[64];

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

static int64_t add_shop(struct test_db *t)
{
    struct shop s;
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Shop", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    return s.id;
}

static void start(struct test_db *t)
{
    kit_start();
    account = kit_account(t, 0), shop = add_shop(t);
    (void)snprintf(dir, sizeof dir, "/tmp/know-verify-%d", (int)getpid());
    (void)mkdir(dir, 0700);
    knowledge_settings.upload_dir = dir;
    knowledge_settings.development = true;
}

static void import(struct test_db *t)
{
    assert_int_equal(
        call(t, knowledge_routes, VERB_POST, "/import",
             "{\"currency\":\"USD\",\"products\":[{\"id\":\"p1\",\"title\":\"Kettle\",\"price\":1},{\"id\":\"-\","
             "\"title\":\"Lamp\",\"price\":2}],\"faq\":[{\"id\":\"f1\",\"question\":\"Do you "
             "ship?\",\"answer\":\"Yes\"}],"
             "\"orders\":[{\"number\":\"#1\",\"email\":\"a@b.example\",\"status\":\"shipped\",\"total\":1}]}")
            .status,
        200);
}

/* A file that is too large to be taken at once: read already, and written by a job. */
static int64_t import_many(struct test_db *t)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_text(&b, "{\"currency\":\"USD\",\"products\":[");
    for (int i = 0; i < 500; i++) buf_printf(&b, "%s{\"id\":\"c%d\",\"title\":\"Cup %d\"}", i ? "," : "", i, i);
    buf_text(&b, "]}");
    assert_int_equal(call(t, knowledge_routes, VERB_POST, "/import", arena_text_n(t->arena, b.p, b.n)).status, 202);
    buf_free(&b);
    return test_number(t, "SELECT MAX(id) FROM knowledge_intakes");
}

static void add_feed(struct test_db *t)
{
    assert_int_equal(
        call(t, knowledge_feed_routes, VERB_POST, "/feeds", "{\"kind\":\"feed\",\"url\":\"http://127.0.0.1:9/x.csv\"}")
            .status,
        201);
}

static enum job_wish attempt(struct test_db *t, int64_t intake)
{
    return kit_job(t, &(struct kit_attempt){ .kind = &knowledge_take_job, .ref = intake, .account = account });
}

#define WRITING "(SELECT MAX(id) FROM knowledge_intakes WHERE feed = 0)"
/* Each with the check that finds it. */
static const struct {
    const char *sql, *check, *says;
} harms[] = {
    { "UPDATE knowledge_shops SET products = products + 1", "knowledge.shops", "its products are counted wrong" },
    { "DELETE FROM knowledge_texts", "knowledge.shops", "its texts are counted wrong" },
    { "DELETE FROM knowledge_orders", "knowledge.shops", "its orders are counted wrong" },
    { "UPDATE knowledge_shops SET intakes = 0", "knowledge.shops", "its intakes that write are counted wrong" },
    { "UPDATE knowledge_shops SET next_product = 1", "knowledge.shops", "given out twice" },
    { "UPDATE knowledge_shops SET next_text = 0", "knowledge.shops", "given out twice" },
    { "UPDATE knowledge_shops SET stale_texts = -1", "knowledge.shops", "fewer numbers" },
    { "UPDATE knowledge_shops SET account = account + 1", "knowledge.shops", "another account's" },
    { "DELETE FROM knowledge_shops", "knowledge.shops", "has no head" },
    { "DELETE FROM knowledge_shops; DELETE FROM knowledge_products; DELETE FROM knowledge_texts;"
      " DELETE FROM knowledge_orders",
      "knowledge.shops", "has no head" },
    { "INSERT INTO knowledge_files (account, shop, file, title, bytes, at_ms) VALUES (1, 99, 'f', 't', 1, 1)",
      "knowledge.shops", "a shop that is gone" },
    { "UPDATE shops SET status = 6", "knowledge.shops", "a shop that is gone" },
    { "DELETE FROM jobs WHERE kind = 'knowledge.take' AND ref = " WRITING, "knowledge.intakes", "nobody works on it" },
    { "UPDATE jobs SET state = 3 WHERE kind = 'knowledge.take'", "knowledge.intakes", "nobody works on it" },
    { "DELETE FROM knowledge_parts WHERE part = 3", "knowledge.intakes", "a part is missing" },
    { "UPDATE knowledge_intakes SET state = 7 WHERE feed > 0", "knowledge.intakes", "in no state" },
    { "UPDATE knowledge_intakes SET state = 2 WHERE feed > 0", "knowledge.intakes", "ended at no time" },
    { "UPDATE knowledge_intakes SET ended_at_ms = 5 WHERE feed = 0", "knowledge.intakes", "behind its end" },
    { "UPDATE knowledge_intakes SET written = parts + 1 WHERE feed = 0", "knowledge.intakes", "more than it read" },
    { "INSERT INTO knowledge_parts (intake, part, body) VALUES (999, 0, '{}')", "knowledge.left", "of no intake" },
    { "DELETE FROM knowledge_intakes WHERE feed = 0; UPDATE knowledge_shops SET intakes = 0", "knowledge.left",
      "of no intake" },
    { "UPDATE knowledge_intakes SET state = 3, ended_at_ms = 5 WHERE feed = 0; UPDATE knowledge_shops SET intakes = 0;"
      " DELETE FROM jobs WHERE ref = " WRITING,
      "knowledge.left", "removed by nobody" },
    { "UPDATE knowledge_feeds SET intake = 0", "knowledge.feeds", "nobody reads it" },
    { "UPDATE knowledge_feeds SET intake = " WRITING, "knowledge.feeds", "nobody reads it" },
    { "UPDATE knowledge_intakes SET state = 2, ended_at_ms = 5 WHERE feed > 0", "knowledge.feeds", "nobody reads it" },
    { "DELETE FROM knowledge_intakes WHERE feed > 0", "knowledge.feeds", "nobody reads it" },
    { "UPDATE knowledge_feeds SET state = 2", "knowledge.feeds", "at rest" },
    { "UPDATE knowledge_feeds SET state = 9", "knowledge.feeds", "in no state" },
    { "UPDATE knowledge_postings SET n = n + 1 WHERE token = 'kettle'", "knowledge.postings", "counted wrong" },
    { "UPDATE knowledge_postings SET docs = '' WHERE token = 'kettle'", "knowledge.postings", "counted wrong" },
    { "UPDATE knowledge_postings SET block = 7 WHERE token = '~ett'", "knowledge.postings", "never given out" },
    { "UPDATE knowledge_postings SET kind = 7 WHERE token = '~ett'", "knowledge.postings", "nothing that there is" },
    { "UPDATE knowledge_postings SET token = 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
      "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
      "z"
      "zzzzzzzzzzzzzzz' WHERE token = '~ett'",
      "knowledge.postings", "nobody cuts" },
    { "DELETE FROM knowledge_postings WHERE token = '#p1'", "knowledge.products", "no search finds it" },
    { "DELETE FROM knowledge_postings WHERE kind = 0 AND token = 'lamp'", "knowledge.products", "no search finds it" },
    { "UPDATE knowledge_products SET doc = doc + 2 WHERE product = '-'; UPDATE knowledge_shops SET next_product = 9",
      "knowledge.products", "no search finds it" },
    { "DELETE FROM knowledge_postings WHERE kind = 1", "knowledge.texts", "no search finds it" },
};

static const struct verify_check *named(const char *name)
{
    for (const struct verify_check *c = knowledge_checks; c->name; c++)
        if (text_eq(c->name, name)) return c;
    fail_msg("%s", name);
    return NULL;
}

TEST_EACH_ENGINE(what_is_wrong_is_found_by_its_check)
{
    start(t);
    import(t);
    add_feed(t);
    (void)import_many(t);
    test_expect_sound(t, knowledge_checks);
    test_commit(t);
    for (size_t i = 0; i < ARRAY_LEN(harms); i++) {
        struct verify_result r;
        test_script(t, harms[i].sql);
        EXPECT(verify_in(t->tx, named(harms[i].check), &r));
        bool said = false;
        for (size_t k = 0; k < r.kept; k++) said |= strstr(r.finding[k].what, harms[i].says) != NULL;
        if (!said) fail_msg("%s: %s", harms[i].sql, r.kept > 0 ? r.finding[0].what : "not found");
        test_reopen(t);
    }
    test_expect_sound(t, knowledge_checks);
}

TEST_EACH_ENGINE(what_is_on_its_way_is_sound_at_each_step)
{
    start(t);
    import(t);
    int64_t intake = import_many(t);
    for (enum job_wish wish = JOB_NEXT; wish == JOB_NEXT;) {
        test_expect_sound(t, knowledge_checks);
        wish = attempt(t, intake);
    }
    test_script(t, "DELETE FROM jobs");
    test_expect_sound(t, knowledge_checks);
    assert_int_equal(test_number(t, "SELECT products FROM knowledge_shops"), 502);
    /* One that is stopped while it writes, and a feed that cannot be read. */
    intake = import_many(t);
    assert_int_equal(attempt(t, intake), JOB_NEXT);
    kit_expire(t, &(struct kit_attempt){ .kind = &knowledge_take_job, .ref = intake, .account = account });
    test_script(t, "DELETE FROM jobs");
    test_expect_sound(t, knowledge_checks);
    add_feed(t);
    intake = test_number(t, "SELECT MAX(id) FROM knowledge_intakes");
    test_expect_sound(t, knowledge_checks);
    kit_expire(t, &(struct kit_attempt){ .kind = &knowledge_take_job, .ref = intake, .account = account });
    test_script(t, "DELETE FROM jobs");
    test_expect_sound(t, knowledge_checks);
}

/* More shops, and more rows, than a piece looks at. */
TEST_EACH_ENGINE(every_row_is_come_to)
{
    enum { SHOPS = 20 };
    struct verify_result r;
    start(t);
    for (int i = 0; i < SHOPS; i++) {
        shop = add_shop(t);
        import(t);
    }
    (void)import_many(t);
    while (attempt(t, test_number(t, "SELECT MAX(id) FROM knowledge_intakes")) == JOB_NEXT) {
    }
    EXPECT(verify_in(t->tx, named("knowledge.shops"), &r) && r.unsound == 0);
    assert_int_equal(r.looked, SHOPS);
    assert_int_equal(r.rows, SHOPS * 4 + 500);
    EXPECT(verify_in(t->tx, named("knowledge.products"), &r) && r.unsound == 0);
    assert_int_equal(r.looked, SHOPS * 2 + 500);
    EXPECT(verify_in(t->tx, named("knowledge.postings"), &r) && r.unsound == 0);
    assert_int_equal(r.looked, test_number(t, "SELECT COUNT(*) FROM knowledge_postings"));
    test_script(t, "UPDATE knowledge_shops SET orders = 2");
    EXPECT(verify_in(t->tx, named("knowledge.shops"), &r));
    assert_int_equal(r.unsound, SHOPS);
}

/* A purge meets whatever a shop has, however much it is, and what began beside it. */
TEST_EACH_ENGINE(nothing_is_known_of_a_purged_shop)
{
    start(t);
    import(t);
    for (int i = 0; i < 300; i++)
        test_script(t,
                    arena_printf(t->arena,
                                 "INSERT INTO knowledge_intakes (account, shop, feed, file, source, state, wish, todo,"
                                 " place, whole, parts, written, cut, currency, products, texts, orders, changed,"
                                 " refusals, import, began_at_ms, ended_at_ms) VALUES (%lld, %lld, 0, 0, 'file', 2,"
                                 " '', '', 0, 0, 0, 0, 1, '', 0, 0, 0, 0, '[]', 0, 1, 1)",
                                 (long long)account, (long long)shop));
    (void)import_many(t);
    EXPECT(knowledge_shop_purged(t->tx, shop));
    test_script(t, "UPDATE shops SET status = 6; DELETE FROM jobs");
    test_expect_sound(t, knowledge_checks);
    struct intake late = { .account = account, .shop = shop, .source = "feed", .began_at_ms = kit_now() };
    int64_t job;
    EXPECT(know_intake_begin(t->tx, &late, &job));
    assert_int_equal(attempt(t, late.id), JOB_FINISHED);
    test_expect_sound(t, knowledge_checks);
    EXPECT(know_intake_begin(t->tx, &late, &job));
    kit_expire(t, &(struct kit_attempt){ .kind = &knowledge_take_job, .ref = late.id, .account = account });
    test_expect_sound(t, knowledge_checks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_is_wrong_is_found_by_its_check),
        EACH_ENGINE(what_is_on_its_way_is_sound_at_each_step),
        EACH_ENGINE(every_row_is_come_to),
        EACH_ENGINE(nothing_is_known_of_a_purged_shop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
