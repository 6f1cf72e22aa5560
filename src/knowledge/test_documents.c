/* test_documents.c: files of text: what of them is a passage, and what a shop's bot knows of them afterwards. On both
 * engines. */
#include "base/testing.h"

#include "base/clock.h"
#include "knowledge/intake.h"
#include "shops/test_kit.h"
#include <stdio.h>
#include <sys/stat.h>

/* ---- what is read ---- */

/* "id|title|text" of each passage, a line each; the format before. */
static const char *read_as(struct arena *a, const char *name, const char *bytes)
{
    struct know_file f;
    struct field_faults faults;
    const json_t *row;
    size_t i;
    const struct reader_wish wish = { .name = name };
    if (!know_file_read(a, str_of(bytes), &wish, &f, &faults)) return faults.fault[0].code;
    const char *out = arena_printf(a, "%s", reader_format_names[f.format]);
    json_array_foreach(json_object_get(f.root, "documents"), i, row) out =
        arena_printf(a, "%s\n%s|%s|%s", out, json_string_value(json_object_get(row, "id")),
                     json_string_value(json_object_get(row, "title")), json_string_value(json_object_get(row, "text")));
    json_decref(f.root);
    return out;
}

static void markdown_is_cut_at_its_headings(void **state)
{
    struct arena *a = arena_new(8 << 20);
    (void)state;
    assert_string_equal(read_as(a, "help/Returns.md",
                                "# Returns\n\nWithin **30 days**, see [the form](https://x.example/f).\n\n"
                                "## Who pays `postage`?\n* You do\n+ we_do for _damaged_ goods: 5 * 2\n\n"
                                "|Size|cm|\n|---|--|\n|S|90|\n\nAbroad\n======\n> Not \\*yet\\*.\n"),
                        "markdown\nReturns.md#0001|Returns|Within 30 days, see the form.\n"
                        "Returns.md#0002|Returns: Who pays postage?|- You do\n- we_do for damaged goods: 5 * 2\n\n"
                        "Size|cm\nS|90\n"
                        "Returns.md#0003|Returns: Abroad|Not *yet*.");
    assert_string_equal(read_as(a, "a.MARKDOWN",
                                "---\ntitle: \"The rules\"\nlang: en\n---\nOne <b>two</b>.\n"
                                "```\n# no heading\n```\n#### Small\n"),
                        "markdown\na.MARKDOWN#0001|The rules|One two.\n# no heading\nSmall");
    assert_string_equal(read_as(a, "a.md", "# Only a heading\n"), "no_text");
    assert_string_equal(read_as(a, "a.md", " \n"), "empty");
    arena_free(a);
}

static void a_page_and_a_plain_text_have_titles(void **state)
{
    struct arena *a = arena_new(8 << 20);
    (void)state;
    assert_string_equal(read_as(a, "care.html",
                                "<html><head><title>Care &amp; wash</title><script>x()</script></head><body>"
                                "<h1>Care</h1><p>Cold.</p><h2>Wool<br></h2><p>By hand.</p><h4>Silk</h4>dry</body>"),
                        "html\ncare.html#0001|Care & wash: Care|Cold.\ncare.html#0002|Care & wash: Wool|"
                        "By hand.\nSilk\ndry");
    assert_string_equal(read_as(a, "notes.txt", "House rules\r\n\r\nBe kind.\r\nBe quick.\r\n"),
                        "text\nnotes.txt#0001|House rules|Be kind.\nBe quick.");
    assert_string_equal(read_as(a, "C:\\x\\notes.txt", "Be kind, please.\nBe quick."),
                        "text\nnotes.txt#0001|notes|Be kind, please.\nBe quick.");
    assert_string_equal(read_as(a, "gb.txt", "\xcd\xcb\xbb\xf5\n\n\xc6\xdf\xcc\xec\xc4\xda"),
                        "text\ngb.txt#0001|退货|七天内");
    arena_free(a);
}

/* What was a table or a feed stays one, whatever it is called. */
static void a_table_is_no_document(void **state)
{
    struct arena *a = arena_new(8 << 20);
    (void)state;
    assert_string_equal(read_as(a, "goods.txt", "question,answer\nOpen?,Always.\n"), "csv");
    assert_string_equal(read_as(a, "goods.txt", "question\tanswer\nOpen?\tAlways.\n"), "csv");
    assert_string_equal(read_as(a, "shop.txt", "{\"faq\":[]}"), "json");
    assert_string_equal(read_as(a, NULL, "question,answer\nOpen?,Always.\n"), "csv");
    arena_free(a);
}

static void a_long_text_is_cut_between_its_paragraphs(void **state)
{
    struct arena *a = arena_new(8 << 20);
    struct buf b;
    struct know_file f;
    struct field_faults faults;
    size_t bytes = 0;
    const json_t *row;
    size_t i;
    (void)state;
    buf_init(&b, 1 << 20);
    buf_text(&b, "# Long\n");
    for (int k = 0; k < 60; k++) buf_printf(&b, "Paragraph %d says that water is wet, and again: %0200d.\n\n", k, k);
    for (int k = 0; k < 3000; k++) buf_text(&b, "水很湿。");
    const struct reader_wish wish = { .name = "long.md" };
    EXPECT(know_file_read(a, buf_str(&b), &wish, &f, &faults));
    json_array_foreach(json_object_get(f.root, "documents"), i, row)
    {
        size_t n = strlen(json_string_value(json_object_get(row, "text")));
        EXPECT(n > 0 && n <= 4001);
        bytes += n;
    }
    EXPECT(i == f.rows && i >= 12 && i <= 22 && bytes > 50000);
    json_decref(f.root);
    buf_free(&b);
    arena_free(a);
}

/* What a file may be made of, so that each sign is looked at by way of all that follow it. */
static void a_file_of_brackets_is_read_in_one_go(void **state)
{
    static const struct {
        const char *name, *piece;
    } bad[] = {
        { "a.md", "[" },  { "a.md", "[a](" },   { "a.md", "<a" },
        { "a.md", "![" }, { "a.html", "<h1>" }, { "a.html", "<title>" },
    };
    enum { BYTES = 2 << 20 };
    (void)state;
    char *text = malloc(BYTES);
    assert_non_null(text);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct arena *a = arena_new(512 << 20);
        struct know_file f = { 0 };
        struct field_faults faults;
        size_t piece = strlen(bad[i].piece), n = 0;
        for (; n + piece <= BYTES; n += piece) memcpy(text + n, bad[i].piece, piece);
        const struct reader_wish wish = { .name = bad[i].name };
        int64_t began_ms = monotonic_ms();
        if (know_file_read(a, (struct str){ text, n }, &wish, &f, &faults)) json_decref(f.root);
        int64_t took_ms = monotonic_ms() - began_ms;
        if (took_ms > 30 * SECOND_MS) fail_msg("%s: %lld ms", bad[i].piece, (long long)took_ms); /* else hours */
        arena_free(a);
    }
    free(text);
}

static void a_rule_at_the_top_is_no_front_matter(void **state)
{
    struct arena *a = arena_new(8 << 20);
    (void)state;
    assert_string_equal(read_as(a, "a.md", "---\nWe ship on Mondays\n---\nand Fridays.\n"),
                        "markdown\na.md#0001|We ship on Mondays|and Fridays."); /* underlined */
    arena_free(a);
}

/* ---- what is known ---- */

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
    (void)snprintf(dir, sizeof dir, "/tmp/know-documents-%d", (int)getpid());
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

static const char *word(const json_t *o, const char *name) { return json_string_value(json_object_get(o, name)); }
static int64_t number(const json_t *o, const char *name) { return json_integer_value(json_object_get(o, name)); }

static int64_t sent(struct test_db *t, const char *name, const char *bytes)
{
    struct kit_answer a =
        call(t, knowledge_file_routes, VERB_POST, arena_printf(t->arena, "/files?name=%s", name), bytes);
    assert_int_equal(a.status, 201);
    return number(a.json, "file");
}

static int64_t begun(struct test_db *t, const char *name, const char *bytes)
{
    const char *path = arena_printf(t->arena, "/files/%lld/import", (long long)sent(t, name, bytes));
    struct kit_answer a = call(t, knowledge_file_routes, VERB_POST, path, "{}");
    assert_int_equal(a.status, 202);
    return number(a.json, "intake");
}

static enum job_wish attempt(struct test_db *t, int64_t intake)
{
    return kit_job(t, &(struct kit_attempt){ .kind = &knowledge_take_job, .ref = intake, .account = account });
}

/* To the end; its status. */
static const char *ended(struct test_db *t, int64_t intake)
{
    enum job_wish wish;
    int rounds = 0;
    while ((wish = attempt(t, intake)) == JOB_NEXT && rounds++ < 100) {
    }
    assert_int_equal(wish, JOB_FINISHED);
    return word(
        call(t, knowledge_file_routes, VERB_GET, arena_printf(t->arena, "/intakes/%lld", (long long)intake), NULL).json,
        "status");
}

/* "name title passages " of each, as they are listed. */
static const char *files(struct test_db *t)
{
    struct kit_answer a = call(t, knowledge_document_routes, VERB_GET, "/document-files", NULL);
    const char *out = "";
    size_t i;
    json_t *row;
    assert_int_equal(a.status, 200);
    json_array_foreach(json_object_get(a.json, "files"), i, row) out = arena_printf(
        t->arena, "%s%s %s %lld ", out, word(row, "name"), word(row, "title"), (long long)number(row, "passages"));
    return out;
}

static int64_t first_file(struct test_db *t)
{
    struct kit_answer a = call(t, knowledge_document_routes, VERB_GET, "/document-files", NULL);
    return number(json_array_get(json_object_get(a.json, "files"), 0), "file");
}

static size_t found(struct test_db *t, const char *words)
{
    struct knowledge_source s;
    struct knowledge_text *x;
    size_t n;
    EXPECT(knowledge_source_of(t->tx, account, shop, t->arena, &s) == ROW_FOUND);
    EXPECT(s.search_texts(s.ctx, str_of(words), NULL, 10, t->arena, &x, &n));
    return n;
}

static int64_t texts(struct test_db *t) { return test_number(t, "SELECT texts FROM knowledge_shops"); }

TEST_EACH_ENGINE(a_file_of_text_is_looked_at_taken_replaced_and_removed)
{
    start(t);
    int64_t file = sent(t, "rules.md", "# Rules\nNo smoking.\n## Dogs\nOn a leash.\n");
    struct kit_answer a =
        call(t, knowledge_file_routes, VERB_POST, arena_printf(t->arena, "/files/%lld/preview", (long long)file), "{}");
    assert_int_equal(a.status, 200);
    assert_string_equal(word(a.json, "format"), "markdown");
    assert_int_equal(number(a.json, "documents"), 2);
    assert_string_equal(word(json_array_get(json_object_get(a.json, "samples"), 1), "title"), "Rules: Dogs");
    assert_string_equal(files(t), ""); /* a look takes nothing */
    assert_string_equal(ended(t, begun(t, "rules.md", "# Rules\nNo smoking.\n## Dogs\nOn a leash.\n")), "done");
    assert_string_equal(files(t), "rules.md Rules 2 ");
    assert_int_equal(found(t, "leash"), 1);
    assert_int_equal(texts(t), 2);
    const char *one = arena_printf(t->arena, "/document-files/%lld", (long long)first_file(t));
    a = call(t, knowledge_document_routes, VERB_GET, arena_printf(t->arena, "%s?limit=1", one), NULL);
    assert_string_equal(word(json_array_get(json_object_get(a.json, "passages"), 0), "text"), "No smoking.");
    assert_string_equal(word(a.json, "next"), "rules.md#0001");
    a = call(t, knowledge_document_routes, VERB_GET, arena_printf(t->arena, "%s?after=rules.md#0001", one), NULL);
    assert_string_equal(word(json_array_get(json_object_get(a.json, "passages"), 0), "text"), "On a leash.");
    assert_string_equal(ended(t, begun(t, "rules.md", "# New rules\nNo smoking, no fire.\n")), "done");
    assert_string_equal(files(t), "rules.md New rules 1 ");
    assert_int_equal(found(t, "leash"), 0);
    assert_int_equal(texts(t), 1);
    assert_string_equal(ended(t, begun(t, "other.txt", "Else")), "done");
    assert_int_equal(call(t, knowledge_document_routes, VERB_DELETE, one, NULL).status, 200);
    assert_int_equal(call(t, knowledge_document_routes, VERB_DELETE, one, NULL).status, 404);
    assert_int_equal(call(t, knowledge_document_routes, VERB_GET, one, NULL).status, 404);
    assert_string_equal(files(t), "other.txt other 1 ");
    assert_int_equal(found(t, "smoking"), 0);
    assert_int_equal(texts(t), 1);
}

/* What fails leaves what was there; a first one leaves nothing. */
TEST_EACH_ENGINE(a_file_that_is_refused_changes_nothing)
{
    start(t);
    assert_string_equal(ended(t, begun(t, "a.md", "# Nothing below\n")), "failed");
    assert_string_equal(files(t), "");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_documents"), 0);
    assert_string_equal(ended(t, begun(t, "a.md", "# One\nword")), "done");
    assert_string_equal(ended(t, begun(t, "a.md", "\xff\xff\xff")), "failed");
    assert_string_equal(files(t), "a.md One 1 ");
}

/* More than one transaction's worth of it. */
TEST_EACH_ENGINE(a_large_file_is_taken_in_slices)
{
    struct buf b;
    start(t);
    buf_init(&b, 2 << 20);
    for (int k = 0; k < 250; k++)
        buf_printf(&b, "# Part %d\nThe %dth word is %s. %03000d\n", k, k, k == 249 ? "zebu" : "cow", k);
    assert_in_range(b.n, 700 << 10, 1 << 20);
    assert_string_equal(ended(t, begun(t, "large.md", buf_terminated(&b))), "done");
    assert_string_equal(files(t), "large.md Part 0 250 ");
    assert_int_equal(found(t, "zebu"), 1);
    buf_free(&b);
}

/* Two tabs send the same new file; the one that fails does not take the other's with it. */
TEST_EACH_ENGINE(one_of_two_that_fails_leaves_the_other)
{
    struct intake in;
    start(t);
    int64_t one = begun(t, "a.md", "# One\nword");
    assert_int_equal(attempt(t, one), JOB_NEXT);
    int64_t two = begun(t, "a.md", "# Two\nwords");
    assert_int_equal(attempt(t, two), JOB_NEXT);
    EXPECT(know_intake_get(t->tx, two, &in) == ROW_FOUND && know_intake_stop(t->tx, t->arena, kit_now(), &in));
    assert_string_equal(ended(t, one), "done");
    assert_string_equal(files(t), "a.md One 1 ");
}

/* Removed while it is taken in again: it does not come back without its name. */
TEST_EACH_ENGINE(a_file_that_is_removed_meanwhile_stays_away)
{
    start(t);
    assert_string_equal(ended(t, begun(t, "a.md", "# One\nword")), "done");
    int64_t intake = begun(t, "a.md", "# Two\nwords");
    assert_int_equal(attempt(t, intake), JOB_NEXT);
    const char *one = arena_printf(t->arena, "/document-files/%lld", (long long)first_file(t));
    assert_int_equal(call(t, knowledge_document_routes, VERB_DELETE, one, NULL).status, 200);
    assert_string_equal(ended(t, intake), "failed");
    assert_int_equal(texts(t), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_texts"), 0);
    assert_string_equal(ended(t, begun(t, "a.md", "# Two\nwords")), "done");
    assert_int_equal(found(t, "words"), 1);
}

TEST_EACH_ENGINE(a_file_is_its_shops_alone_and_goes_with_it)
{
    start(t);
    assert_string_equal(ended(t, begun(t, "a.md", "# One\nword")), "done");
    const char *one = arena_printf(t->arena, "/api/shops/%lld/knowledge/document-files/%lld", (long long)shop,
                                   (long long)first_file(t));
    const struct kit_request theirs = {
        .routes = knowledge_document_routes, .verb = VERB_DELETE, .path = one, .account = kit_account(t, 0)
    };
    assert_int_equal(kit_call(t, &theirs).status, 404);
    EXPECT(knowledge_shop_purged(t->tx, shop));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_documents"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markdown_is_cut_at_its_headings),
        cmocka_unit_test(a_page_and_a_plain_text_have_titles),
        cmocka_unit_test(a_table_is_no_document),
        cmocka_unit_test(a_long_text_is_cut_between_its_paragraphs),
        cmocka_unit_test(a_file_of_brackets_is_read_in_one_go),
        cmocka_unit_test(a_rule_at_the_top_is_no_front_matter),
        EACH_ENGINE(a_file_of_text_is_looked_at_taken_replaced_and_removed),
        EACH_ENGINE(a_file_that_is_refused_changes_nothing),
        EACH_ENGINE(a_large_file_is_taken_in_slices),
        EACH_ENGINE(one_of_two_that_fails_leaves_the_other),
        EACH_ENGINE(a_file_that_is_removed_meanwhile_stays_away),
        EACH_ENGINE(a_file_is_its_shops_alone_and_goes_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
