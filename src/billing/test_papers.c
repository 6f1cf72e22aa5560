/* test_papers.c: who gets which paper, once, with which number; what is printed stays; and what verify finds. */
#include "billing/papers.h"
#include "billing/test_money.h"

#define CREDIT_CODE "91350100M000100Y43"
#define CARD_CODE "11010519491231002X"
#define NEW_YEAR_MS INT64_C(1798732800000) /* 2027-01-01T00:00:00 in China */

static struct kit_answer call(struct test_db *t, int64_t account, enum verb verb, const char *path, const char *body)
{
    const struct route *routes = strstr(path, "/profile")  ? billing_profile_routes
                                 : strstr(path, "/seller") ? billing_seller_routes
                                                           : billing_paper_routes;
    return kit_call(
        t, &(struct kit_request){ .routes = routes, .verb = verb, .path = path, .account = account, .body = body });
}

static struct kit_answer invoice(struct test_db *t, int64_t account, const struct order *o, const char *body)
{
    return call(t, account, VERB_POST, arena_printf(t->arena, "/api/billing/orders/%s/invoice", o->number), body);
}

static int64_t papers(struct test_db *t, const char *where)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM invoices WHERE %s", where));
}

static const char *of_invoice(const struct kit_answer *a, const char *name)
{
    return json_string_value(json_object_get(json_object_get(a->json, "invoice"), name));
}

/* Paid by a notice, so many packs of CNY 100.00. */
static struct order bought(struct test_db *t, int64_t account, int64_t packs)
{
    struct order o = money_order(t, account, packs);
    struct payment p = money_payment(t, &o);
    (void)money_paid(t, &p, arena_printf(t->arena, "T-%s", o.number));
    o = money_order_now(t, o.id);
    EXPECT(o.state == ORDER_DELIVERED);
    return o;
}

static void give_back(struct test_db *t, int64_t order, int64_t fen)
{
    struct order o = money_order_now(t, order);
    struct payment p = money_payment_now(t, o.paid_by);
    struct refund r;
    const struct refund_wish w = {
        .amount = CNY(fen), .cause = "operator", .reason = "Not wanted", .now_ms = kit_now()
    };
    const struct move m = { .why = "notice", .at_ms = kit_now() };
    EXPECT(refund_put(t->tx, &o, &p, &w, &r) == REFUND_PUT);
    EXPECT(refund_done(t->tx, &o, &p, &r, &m));
    EXPECT(refund_done(t->tx, &o, &p, &r, &m)); /* told twice */
}

static void fill(struct test_db *t, int64_t account, const char *title, const char *number)
{
    struct kit_answer a = call(t, account, VERB_PUT, "/api/billing/profile",
                               arena_printf(t->arena, "{\"title\":\"%s\",\"taxNumber\":\"%s\"}", title, number));
    EXPECT(a.status == 200);
}

static void sells(struct test_db *t, const char *name, const char *number)
{
    struct kit_answer a = call(t, 1, VERB_PUT, "/api/operator/seller",
                               arena_printf(t->arena, "{\"name\":\"%s\",\"taxNumber\":\"%s\"}", name, number));
    EXPECT(a.status == 200);
}

static int64_t begin(struct test_db *t)
{
    money_start(t);
    return kit_account(t, 0);
}

#define EXPECT_PAPERS_TRUE(t)                                                                                          \
    do {                                                                                                               \
        test_expect_sound((t), billing_paper_checks);                                                                  \
        test_expect_sound((t), billing_checks);                                                                        \
    } while (0)

/* ---- receipts and numbers ---- */

TEST_EACH_ENGINE(who_has_paid_has_one_receipt)
{
    int64_t account = begin(t);
    struct order open = money_order(t, account, 1);
    struct payment p = money_payment(t, &open);
    EXPECT(papers(t, "1 = 1") == 0);
    (void)money_paid(t, &p, "T1");
    (void)money_paid(t, &p, "T1");
    struct kit_answer a = call(t, account, VERB_GET, "/api/billing/invoices", NULL);
    const json_t *row = json_array_get(json_object_get(a.json, "invoices"), 0);
    EXPECT(json_array_size(json_object_get(a.json, "invoices")) == 1);
    assert_string_equal(json_string_value(json_object_get(row, "number")), "RC-2026-000001");
    assert_string_equal(json_string_value(json_object_get(row, "kind")), "receipt");
    assert_string_equal(json_string_value(json_object_get(row, "order")), open.number);
    assert_string_equal(json_string_value(json_object_get(row, "url")), "/api/billing/invoices/RC-2026-000001.pdf");
    EXPECT(papers(t, "kind = 2 AND amount = 10000 AND refunded = 0 AND seq = 1 AND title = ''") == 1);
    struct order o = money_order_now(t, open.id);
    p = money_payment_now(t, p.id);
    EXPECT(papers_receipt(t->tx, &o, &p, kit_now()) && papers(t, "1 = 1") == 1);
    EXPECT_PAPERS_TRUE(t);
}

TEST_EACH_ENGINE(money_that_does_not_count_has_no_paper)
{
    int64_t account = begin(t);
    struct order o = money_order(t, account, 1);
    struct payment first = money_payment(t, &o), second = money_payment(t, &o);
    struct refund r;
    size_t count;
    (void)money_paid(t, &first, "T1");
    (void)money_paid(t, &second, "T2");
    second = money_payment_now(t, second.id);
    EXPECT(!second.counts && refunds_of(t->tx, second.id, &r, 1, &count) && count == 1);
    o = money_order_now(t, o.id);
    EXPECT(refund_done(t->tx, &o, &second, &r, &(struct move){ .why = "notice", .at_ms = kit_now() }));
    EXPECT(papers(t, "1 = 1") == 1);
    EXPECT_PAPERS_TRUE(t);
}

TEST_EACH_ENGINE(numbers_have_no_gap_and_begin_anew_each_year)
{
    int64_t account = begin(t);
    (void)bought(t, account, 1);
    EXPECT(tx_part_begin(t->tx, t->arena));
    (void)bought(t, account, 1);
    EXPECT(papers(t, "seq = 2") == 1 && tx_part_undo(t->tx));
    struct order o = bought(t, account, 1);
    EXPECT(papers(t, "seq = 2") == 1 && papers(t, "seq > 2") == 0);
    kit_set_now(NEW_YEAR_MS - 1);
    (void)bought(t, account, 1);
    kit_set_now(NEW_YEAR_MS);
    (void)bought(t, account, 1);
    EXPECT(papers(t, "number = 'RC-2026-000003'") == 1 && papers(t, "number = 'RC-2027-000001'") == 1);
    fill(t, account, "Tea Ltd.", CREDIT_CODE);
    sells(t, "Seller Ltd.", "");
    EXPECT(invoice(t, account, &o, "{}").status == 201);
    sells(t, "Seller Ltd.", CREDIT_CODE); /* now the number is known */
    (void)bought(t, account, 1);
    EXPECT(papers(t, "number = 'IN-2027-000002'") == 1 && papers(t, "number = 'RC-2027-000003'") == 1);
    sells(t, "Other Ltd.", CARD_CODE);
    (void)bought(t, account, 1);
    sells(t, "Other Ltd. (renamed)", CARD_CODE);
    (void)bought(t, account, 1);
    EXPECT(papers(t, "number = 'RC-2027-2-000001'") == 1 && papers(t, "number = 'RC-2027-2-000002'") == 1);
    EXPECT_PAPERS_TRUE(t);
}

/* ---- what a merchant says of himself ---- */

TEST_EACH_ENGINE(a_profile_is_judged_kept_and_taken_back)
{
    static const struct {
        const char *body, *fault;
    } cases[] = {
        { "{\"title\":\"Tea\"}", "taxNumber:tax_number_wanted" },
        { "{\"title\":\"Tea\",\"taxNumber\":\"9135\"}", "taxNumber:tax_number_length" },
        { "{\"title\":\"Tea\",\"taxNumber\":\"91350100M000100Y34\"}", "taxNumber:tax_number_check" },
        { "{\"title\":\"Tea\",\"taxNumber\":\"9135O100M000100Y43\"}", "taxNumber:tax_number_alphabet" },
        { "{\"title\":\"Tea\",\"taxNumber\":\"91350100M000100Y４3\"}", "taxNumber:tax_number_signs" },
        { "{\"title\":\"Tea\",\"kind\":\"person\",\"taxNumber\":\"91350100M000100Y43\"}", "taxNumber:no_tax_number" },
        { "{\"title\":\"Tea\",\"kind\":\"club\"}", "kind:not_one_of" },
        { "{\"title\":\"\\u3164\"}", "title:invisible" },
        { "{\"email\":\"nobody\"}", "email:format" },
        { "{\"bank\":\"a\\nb\"}", "bank:control_characters" },
    };
    int64_t mine = begin(t), theirs = kit_account(t, 0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct kit_answer a = call(t, mine, VERB_PUT, "/api/billing/profile", cases[i].body);
        if (a.status < 400 || !text_eq(a.fault, cases[i].fault))
            fail_msg("%s: %d %s", cases[i].body, a.status, a.fault);
    }
    struct kit_answer a = call(t, mine, VERB_GET, "/api/billing/profile", NULL);
    assert_string_equal(fix_text(&a, "title"), "");
    EXPECT(json_is_null(json_object_get(a.json, "updatedAt")) &&
           test_number(t, "SELECT COUNT(*) FROM billing_profiles") == 0);
    a = call(t, mine, VERB_PUT, "/api/billing/profile",
             "{\"title\":\" 上海茶壶有限公司 \",\"taxNumber\":\"9135 0100 m000 100y "
             "43\",\"bank\":\"Bank\",\"phone\":\"021\"}");
    assert_string_equal(fix_text(&a, "title"), "上海茶壶有限公司");
    assert_string_equal(fix_text(&a, "taxNumber"), CREDIT_CODE);
    a = call(t, mine, VERB_PUT, "/api/billing/profile",
             "{\"title\":\"Zed BV\",\"kind\":\"abroad\",\"taxNumber\":\"NL 12.B\"}");
    assert_string_equal(fix_text(&a, "taxNumber"), "NL 12.B");
    assert_string_equal(fix_text(&a, "bank"), "");
    a = call(t, theirs, VERB_GET, "/api/billing/profile", NULL);
    assert_string_equal(fix_text(&a, "title"), "");
    EXPECT(fix_audits(t, "invoice_details_changed") == 2);
    a = call(t, mine, VERB_PUT, "/api/billing/profile", "{}");
    EXPECT(a.status == 200 && test_number(t, "SELECT COUNT(*) FROM billing_profiles") == 0);
}

/* ---- invoices ---- */

TEST_EACH_ENGINE(an_invoice_is_asked_for_once_and_replaced_by_a_credit_note)
{
    int64_t account = begin(t), other = kit_account(t, 0);
    struct order open = money_order(t, account, 1);
    assert_string_equal(invoice(t, account, &open, "{}").error, "order_not_paid");
    struct payment p = money_payment(t, &open);
    (void)money_paid(t, &p, "T1");
    assert_string_equal(invoice(t, account, &open, "{}").error, "invoice_details_missing");
    fill(t, account, "Tea Ltd.", CREDIT_CODE);
    assert_string_equal(invoice(t, account, &open, "{}").error, "seller_missing");
    sells(t, "Seller Ltd.", CREDIT_CODE);
    assert_string_equal(invoice(t, other, &open, "{}").error, "not_found");
    struct kit_answer a = invoice(t, account, &open, "{}");
    EXPECT(a.status == 201);
    assert_string_equal(of_invoice(&a, "number"), "IN-2026-000002");
    assert_string_equal(of_invoice(&a, "title"), "Tea Ltd.");
    a = invoice(t, account, &open, "{\"replace\":true}");
    EXPECT(a.status == 201 && papers(t, "1 = 1") == 2); /* nothing is other than it was */
    fill(t, account, "Kettle Ltd.", CREDIT_CODE);
    a = invoice(t, account, &open, "{}");
    assert_string_equal(a.error, "invoice_exists");
    assert_string_equal(a.reply->fact[0].text, "IN-2026-000002");
    a = invoice(t, account, &open, "{\"replace\":true}");
    EXPECT(a.status == 201);
    assert_string_equal(of_invoice(&a, "number"), "IN-2026-000004");
    assert_string_equal(of_invoice(&a, "corrects"), "IN-2026-000002");
    EXPECT(papers(t, "number = 'CN-2026-000003' AND amount = 10000 AND refund = 0 AND title = 'Tea Ltd.'") == 1);
    EXPECT(fix_audits(t, "invoice_made") == 2 && papers(t, "1 = 1") == 4);
    EXPECT_PAPERS_TRUE(t);
}

TEST_EACH_ENGINE(invoices_are_not_replaced_for_ever)
{
    int64_t account = begin(t);
    struct order o = bought(t, account, 1);
    sells(t, "Seller Ltd.", CREDIT_CODE);
    for (int i = 0; i < PAPER_ROUNDS_MAX; i++) {
        fill(t, account, arena_printf(t->arena, "Tea %d", i), CREDIT_CODE);
        EXPECT(invoice(t, account, &o, "{\"replace\":true}").status == 201);
    }
    fill(t, account, "Tea again", CREDIT_CODE);
    assert_string_equal(invoice(t, account, &o, "{\"replace\":true}").error, "invoice_too_often");
    EXPECT_PAPERS_TRUE(t);
}

TEST_EACH_ENGINE(what_goes_back_has_a_credit_note)
{
    int64_t account = begin(t);
    struct order o = bought(t, account, 2);
    fill(t, account, "Tea Ltd.", CREDIT_CODE);
    sells(t, "Seller Ltd.", CREDIT_CODE);
    give_back(t, o.id, 3000);
    EXPECT(
        papers(t,
               "number = 'CN-2026-000002' AND amount = 3000 AND corrects = (SELECT id FROM invoices WHERE kind = 2)") ==
        1);
    EXPECT(invoice(t, account, &o, "{}").status == 201);
    EXPECT(papers(t, "kind = 1 AND amount = 20000 AND refunded = 3000") == 1);
    give_back(t, o.id, 5000);
    EXPECT(papers(t, "amount = 5000 AND corrects = (SELECT id FROM invoices WHERE kind = 1)") == 1);
    fill(t, account, "Kettle Ltd.", CREDIT_CODE);
    EXPECT(invoice(t, account, &o, "{\"replace\":true}").status == 201);
    EXPECT(papers(t, "kind = 3 AND refund = 0 AND amount = 12000") == 1); /* what was left of the first */
    EXPECT(papers(t, "kind = 1 AND refunded = 8000 AND round = 1") == 1);
    give_back(t, o.id, 12000);
    EXPECT(money_order_now(t, o.id).state == ORDER_GIVEN_BACK);
    assert_string_equal(invoice(t, account, &o, "{}").error, "order_refunded");
    EXPECT(papers(t, "kind = 3") == 4 && papers(t, "1 = 1") == 7);
    EXPECT_PAPERS_TRUE(t);
}

/* ---- printed ---- */

static const char *header(const struct kit_answer *a, const char *name)
{
    for (size_t i = 0; i < a->reply->headers; i++)
        if (text_eq(a->reply->header[i].name, name)) return a->reply->header[i].value;
    return "";
}

static struct str printed(struct test_db *t, int64_t account, const char *path)
{
    struct kit_answer a = call(t, account, VERB_GET, path, NULL);
    EXPECT(a.status == 200);
    assert_string_equal(a.reply->content_type, "application/pdf");
    assert_string_equal(header(&a, "Content-Disposition"), "attachment; filename=\"RC-2026-000001.pdf\"");
    const struct str pdf = { a.text, a.size };
    assert_memory_equal(pdf.p, "%PDF-", 5);
    return pdf;
}

TEST_EACH_ENGINE(a_paper_is_printed_for_its_account_and_always_the_same)
{
    static const char own[] = "/api/billing/invoices/RC-2026-000001.pdf",
                      any[] = "/api/operator/invoices/RC-2026-000001.pdf";
    int64_t account = begin(t), other = kit_account(t, 0);
    fill(t, account, "上海茶壶", CREDIT_CODE);
    (void)bought(t, account, 1);
    struct str zh = printed(t, account, arena_printf(t->arena, "%s?lang=zh", own));
    struct str en = printed(t, account, arena_printf(t->arena, "%s?lang=en", own));
    EXPECT(!str_eq(zh, en));
    fill(t, account, "Kettle Ltd.", CREDIT_CODE);
    sells(t, "Seller Ltd.", CREDIT_CODE);
    test_script(t, "UPDATE offers SET name_zh = '别的', name_en = 'Other'");
    kit_set_now(NEW_YEAR_MS);
    EXPECT(str_eq(zh, printed(t, account, arena_printf(t->arena, "%s?lang=zh", own))));
    EXPECT(str_eq(zh, printed(t, other, arena_printf(t->arena, "%s?lang=zh", any))));
    EXPECT(call(t, other, VERB_GET, own, NULL).status == 404);
    EXPECT(call(t, account, VERB_GET, "/api/billing/invoices/RC-2026-000001", NULL).status == 404);
    EXPECT(call(t, account, VERB_GET, "/api/billing/invoices/RC-2026-000002.pdf", NULL).status == 404);
    EXPECT(call(t, account, VERB_GET, "/api/billing/invoices/.pdf", NULL).status == 404);
    assert_string_equal(call(t, account, VERB_GET, arena_printf(t->arena, "%s?lang=fr", own), NULL).fault,
                        "lang:not_one_of");
}

/* ---- lists ---- */

TEST_EACH_ENGINE(lists_are_paged_and_are_a_table_for_operators)
{
    int64_t mine = begin(t), theirs = kit_account(t, 0);
    for (int i = 0; i < 3; i++) (void)bought(t, mine, 1);
    struct order o = bought(t, theirs, 1);
    fill(t, theirs, "=Tea, \\\"Ltd.\\\"", CREDIT_CODE);
    sells(t, "Seller Ltd.", CREDIT_CODE);
    EXPECT(invoice(t, theirs, &o, "{}").status == 201);
    give_back(t, o.id, 100);
    struct kit_answer a = call(t, mine, VERB_GET, "/api/billing/invoices?limit=2", NULL);
    const json_t *list = json_object_get(a.json, "invoices");
    EXPECT(json_array_size(list) == 2);
    int64_t last = json_integer_value(json_object_get(json_array_get(list, 1), "id"));
    a = call(t, mine, VERB_GET, arena_printf(t->arena, "/api/billing/invoices?after=%lld", (long long)last), NULL);
    EXPECT(json_array_size(json_object_get(a.json, "invoices")) == 1);
    a = call(t, 1, VERB_GET, "/api/operator/invoices", NULL);
    EXPECT(json_array_size(json_object_get(a.json, "invoices")) == 6);
    a = call(t, 1, VERB_GET, arena_printf(t->arena, "/api/operator/invoices?account=%lld", (long long)theirs), NULL);
    EXPECT(json_array_size(json_object_get(a.json, "invoices")) == 3);
    a = call(t, 1, VERB_GET, "/api/operator/invoices?format=csv", NULL);
    EXPECT(strstr(a.text, "CN-2026-000006,credit_note,") && strstr(a.text, ",CNY,1.00,0.00"));
    EXPECT(strstr(a.text, "\"'=Tea, \"\"Ltd.\"\"\"") && strstr(a.text, "RC-2026-000001,receipt,"));
    EXPECT_PAPERS_TRUE(t);
}

TEST_EACH_ENGINE(what_the_operator_says_of_the_seller_is_judged)
{
    (void)begin(t);
    struct kit_answer a = call(t, 1, VERB_GET, "/api/operator/seller", NULL);
    assert_string_equal(fix_text(&a, "name"), "Chathub");
    EXPECT(json_is_null(json_object_get(a.json, "updatedAt")));
    a = call(t, 1, VERB_PUT, "/api/operator/seller", "{\"name\":\"S\",\"taxNumber\":\"91350100M000100Y34\"}");
    assert_string_equal(a.fault, "taxNumber:tax_number_check");
    a = call(t, 1, VERB_PUT, "/api/operator/seller", "{\"taxNumber\":\"91350100M000100Y43\"}");
    assert_string_equal(a.fault, "name:required");
    a = call(t, 1, VERB_PUT, "/api/operator/seller", "{\"name\":\"S\",\"abroad\":true,\"taxNumber\":\"GB 12\"}");
    EXPECT(a.status == 200 && json_integer_value(json_object_get(a.json, "series")) == 1);
    EXPECT(fix_audits(t, "seller_changed") == 1);
}

/* ---- what verify finds ---- */

TEST_EACH_ENGINE(what_was_done_to_papers_is_found)
{
    static const struct test_harm harms[] = {
        { "DELETE FROM invoices WHERE seq = 2", "a number before it is missing" },
        { "DELETE FROM invoices WHERE seq = 4", "at the end of a year's numbers" },
        { "UPDATE invoice_numbers SET last = last + 1", "at the end of a year's numbers" },
        { "UPDATE invoices SET amount = amount + 1 WHERE seq = 1", "its row says something else" },
        { "UPDATE invoices SET title = 'x' WHERE seq = 3", "its row says something else" },
        { "UPDATE invoices SET content = '{}' WHERE seq = 3", "it was changed after it was made" },
        { "UPDATE orders SET amount = amount + 1, list_amount = list_amount + 1", "its total is not the order's" },
        { "UPDATE orders SET currency = 'USD'", "its currency is not the order's" },
        { "UPDATE refunds SET amount = amount + 1", "its sum is not the refund's" },
        { "UPDATE refunds SET state = 2", "it is of a refund that was not done" },
        { "UPDATE invoices SET order_id = 99 WHERE seq = 1", "it is of an order that is not there" },
        { "UPDATE invoices SET kind = 3, refund = 0 WHERE kind = 2", "its row says something else" },
    };
    int64_t account = begin(t);
    struct order o = bought(t, account, 1);
    fill(t, account, "Tea Ltd.", CREDIT_CODE);
    sells(t, "Seller Ltd.", CREDIT_CODE);
    EXPECT(invoice(t, account, &o, "{}").status == 201);
    give_back(t, o.id, 100);
    (void)bought(t, account, 1);
    test_expect_found(t, billing_paper_checks, harms, ARRAY_LEN(harms));
    test_script(t, "DELETE FROM invoices");
    test_script(t, "DELETE FROM invoice_numbers");
    assert_string_equal(test_verify(t, billing_paper_checks).what, "it was paid and has no receipt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(who_has_paid_has_one_receipt),
        EACH_ENGINE(money_that_does_not_count_has_no_paper),
        EACH_ENGINE(numbers_have_no_gap_and_begin_anew_each_year),
        EACH_ENGINE(a_profile_is_judged_kept_and_taken_back),
        EACH_ENGINE(an_invoice_is_asked_for_once_and_replaced_by_a_credit_note),
        EACH_ENGINE(invoices_are_not_replaced_for_ever),
        EACH_ENGINE(what_goes_back_has_a_credit_note),
        EACH_ENGINE(a_paper_is_printed_for_its_account_and_always_the_same),
        EACH_ENGINE(lists_are_paged_and_are_a_table_for_operators),
        EACH_ENGINE(what_the_operator_says_of_the_seller_is_judged),
        EACH_ENGINE(what_was_done_to_papers_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
