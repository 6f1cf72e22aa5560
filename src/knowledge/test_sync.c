/* test_sync.c: what a shop's server delivers: whose it is, whether it counts, and that an older word changes nothing.
 * On both engines. */
#include "knowledge/test_deliver.h"

#include "base/jwt.h"

#define BODY(version, name)                                                                                            \
    "{\"version\":" version ",\"currency\":\"EUR\",\"products\":[{\"id\":\"p\",\"title\":\"" name "\",\"price\":5}]}"

TEST_EACH_ENGINE(d31_products_come_and_what_is_older_is_stale)
{
    const struct sender *s = &knowledge_products_sender;
    start(t);
    assert_string_equal(
        acted(t, s, &(struct sent){ .body = BODY("20", "Two \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9") }),
        "products: 1 changed, 0 stale");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_shops WHERE currency = 'EUR'"), 1);
    assert_string_equal(title(t, "p"), "Two \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9");
    assert_string_equal(acted(t, s, &(struct sent){ .body = BODY("10", "One") }), "products: 0 changed, 1 stale");
    assert_string_equal(acted(t, s, &(struct sent){ .body = "{\"version\":10,\"removed\":[\"p\"]}" }),
                        "products: 0 changed, 0 stale");
    assert_string_not_equal(title(t, "p"), "none");
    assert_string_equal(acted(t, s, &(struct sent){ .body = BODY("30", "Three"), .standard = true }),
                        "products: 1 changed, 0 stale");
    assert_string_equal(acted(t, s, &(struct sent){ .body = BODY("30", "Three"), .standard = true }),
                        "products: 0 changed, 0 stale");
    assert_string_equal(title(t, "p"), "Three");
    /* The same words, said anew later: what lies between is older than them. */
    (void)acted(t, s, &(struct sent){ .body = BODY("36", "Three") });
    assert_string_equal(acted(t, s, &(struct sent){ .body = BODY("35", "Between") }), "products: 0 changed, 1 stale");
    assert_string_equal(acted(t, s, &(struct sent){ .body = "{\"version\":40,\"removed\":[\"p\",\"q\",7]}" }),
                        "products: 1 changed, 0 stale");
    assert_string_equal(title(t, "p"), "none");
    assert_int_equal(test_number(t, "SELECT products FROM knowledge_shops"), 0);
}

TEST_EACH_ENGINE(without_a_version_the_time_of_the_signature_counts)
{
    static const char *const bodies[] = { "{\"currency\":\"EUR\",\"products\":[{\"id\":\"p\",\"title\":\"New\"}]}",
                                          "{\"currency\":\"EUR\",\"products\":[{\"id\":\"p\",\"title\":\"Old\"}]}" };
    start(t);
    (void)acted(t, &knowledge_products_sender, &(struct sent){ .body = bodies[0], .age_s = 10 });
    assert_string_equal(acted(t, &knowledge_products_sender, &(struct sent){ .body = bodies[1], .age_s = 20 }),
                        "products: 0 changed, 1 stale");
    assert_string_equal(title(t, "p"), "New");
}

TEST_EACH_ENGINE(orders_and_promotions_come_each_by_its_own_door)
{
    static const char body[] =
        "{\"currency\":\"EUR\",\"products\":[{\"id\":\"p\",\"title\":\"T\"}],\"orders\":[{\"number\":"
        "\"W1\",\"email\":\"a@b.example\",\"status\":\"shipped\",\"total\":5}],\"promotions\":["
        "{\"id\":\"m\",\"title\":\"May\",\"text\":\"10 % less\"}]}";
    start(t);
    assert_string_equal(acted(t, &knowledge_orders_sender, &(struct sent){ .body = body }),
                        "orders: 1 changed, 0 stale");
    assert_string_equal(title(t, "p"), "none");
    assert_string_equal(acted(t, &knowledge_promotions_sender, &(struct sent){ .body = body }),
                        "promotions: 1 changed, 0 stale");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_texts WHERE kind = 2"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_orders WHERE number = 'W1'"), 1);
}

TEST_EACH_ENGINE(what_cannot_be_used_is_told_and_changes_nothing)
{
    start(t);
    assert_string_equal(acted(t, &knowledge_products_sender,
                              &(struct sent){ .body = "{\"currency\":\"EUR\",\"products\":"
                                                      "[{\"id\":\"p\",\"title\":\"T\","
                                                      "\"price\":\"5\"}]}" }),
                        "refused: products[0].price type");
    assert_string_equal(acted(t, &knowledge_products_sender, &(struct sent){ .body = "hello" }), "refused:  format");
    assert_string_equal(title(t, "p"), "none");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_imports WHERE state = 2 AND source = 'sync'"), 2);
}

TEST_EACH_ENGINE(only_the_shops_own_signature_of_now_is_taken)
{
    const struct sender *s = &knowledge_orders_sender;
    start(t);
    int64_t theirs = fix_shop(t, account, "Other");
    struct webhook_secrets other = { 0 };
    assert_int_equal(fix_enable(t, account, theirs).status, 200);
    EXPECT(tenants_webhook_secrets(t->tx, theirs, kit_now(), t->arena, &other, &(int64_t){ 0 }) == ROW_FOUND);
    const struct sent bad[] = {
        { .body = "{}", .age_s = 301 },
        { .body = "{}", .age_s = -301 },
        { .body = "{}", .secret = other.secret[0] },
        { .body = "{}", .secret = other.secret[0], .standard = true },
        { .body = "{}", .age_s = 301, .standard = true },
        { .body = "{}", .address = "shop-999999" },
        { .body = "{}", .address = "x" },
        { .body = "{}", .address = arena_printf(t->arena, "shop-%lld", (long long)theirs) },
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct delivery d = delivery(t, s, &bad[i]);
        assert_int_equal(s->verify(&d, t->tx), INBOUND_REFUSED);
    }
    for (int standard = 0; standard < 2; standard++) {
        struct delivery d =
            delivery(t, s, &(struct sent){ .body = "{\"a\":\"\xc3\xb1\xe2\x80\xa8\"}", .standard = standard });
        assert_int_equal(s->verify(&d, t->tx), INBOUND_GOOD);
        d.body = STR("{\"a\":\"\xc3\xb1\xe2\x80\xa9\"}"); /* one byte */
        assert_int_equal(s->verify(&d, t->tx), INBOUND_REFUSED);
        d.headers = 0;
        assert_int_equal(s->verify(&d, t->tx), INBOUND_REFUSED);
    }
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", "{}").status, 200);
    struct delivery d = delivery(t, s, &(struct sent){ .body = "{}" });
    assert_int_equal(s->verify(&d, t->tx), INBOUND_REFUSED);
}

/* ---- names of panels ---- */

static int64_t panel_registers(struct test_db *t, const char *name, const char *merchant)
{
    struct kit_answer a = kit_call(
        t, &(struct kit_request){ .routes = tenants_routes,
                                  .verb = VERB_POST,
                                  .path = "/api/admin/tenants/register",
                                  .shared_secret = "panel-shared-secret",
                                  .body = arena_printf(t->arena,
                                                       "{\"shopId\":\"%s\",\"merchantId\":\"%s\",\"instanceUrl\":"
                                                       "\"a.example\",\"ssoSharedSecret\":\"one-secret-for-all-shops\","
                                                       "\"webhookSecret\":\"one-secret-for-all-shops\"}",
                                                       name, merchant) });
    int64_t number = 0;
    assert_int_equal(a.status, 200);
    EXPECT(tenants_of_panel(t->tx, name, &number) == ROW_FOUND && number > 0);
    return number;
}

/* "shop-1" is the panel's name for our 2, and "other" its name for our 1; it has one secret for both. */
TEST_EACH_ENGINE(a_panels_secret_means_what_the_panel_calls_so)
{
    const struct sender *s = &knowledge_products_sender;
    const struct str secret = STR("one-secret-for-all-shops");
    struct webhook_secrets own = { 0 };
    fix_start();
    tenants_settings.panel_secret = "panel-shared-secret";
    assert_int_equal(panel_registers(t, "other", "m-1"), 1);
    const struct sent at_name = { .address = "shop-1", .body = "{}", .secret = secret };
    struct delivery d = delivery(t, s, &at_name);
    assert_int_equal(s->verify(&d, t->tx), INBOUND_GOOD); /* nobody else is called so yet */
    assert_string_equal(d.address, "shop-1");
    assert_int_equal(panel_registers(t, "shop-1", "m-2"), 2);
    d = delivery(t, s, &at_name);
    assert_int_equal(s->verify(&d, t->tx), INBOUND_GOOD);
    assert_string_equal(d.address, "shop-2");
    assert_int_equal(d.account, test_number(t, "SELECT account FROM panel_tenants WHERE shop_id = 'shop-1'"));
    d = delivery(t, s, &(struct sent){ .address = "other", .body = "{}", .secret = secret });
    assert_int_equal(s->verify(&d, t->tx), INBOUND_GOOD);
    assert_string_equal(d.address, "shop-1");
    /* Our number is good with the secret that is the shop's own. */
    EXPECT(tenants_own_webhook_secrets(t->tx, 1, kit_now(), t->arena, &own, &(int64_t){ 0 }) == ROW_FOUND);
    assert_int_equal(own.count, 1);
    d = delivery(t, s, &(struct sent){ .address = "shop-1", .body = "{}", .secret = own.secret[0] });
    assert_int_equal(s->verify(&d, t->tx), INBOUND_GOOD);
    assert_string_equal(d.address, "shop-1");
    /* Also while the panel's chat is off, or gone for good. */
    int64_t theirs = test_number(t, "SELECT account FROM panel_tenants WHERE shop = 2");
    assert_int_equal(fix_call(t, theirs, VERB_POST, 2, "chatbot/disable", NULL).status, 200);
    d = delivery(t, s, &at_name);
    assert_int_equal(s->verify(&d, t->tx), INBOUND_REFUSED);
    EXPECT(panel_rows_blank(t->tx, 2, kit_now()));
    d = delivery(t, s, &at_name);
    assert_int_equal(s->verify(&d, t->tx), INBOUND_REFUSED);
}

/* ---- signed without a time ---- */

static bool takes_old;

static bool says_of_test(struct tx *tx, int64_t of, struct arena *a, struct knowledge_says *out)
{
    *out = (struct knowledge_says){ .old_signature = takes_old && of == shop };
    return tx != NULL && a != NULL;
}

static struct delivery bare(struct test_db *t, const char *body, struct str secret, const char *delivery_id)
{
    struct delivery d = { .sender = &knowledge_products_sender,
                          .arena = t->arena,
                          .body = str_of(body),
                          .address = arena_printf(t->arena, "shop-%lld", (long long)shop),
                          .at_ms = kit_now() };
    uint8_t mac[SHA256_SIZE];
    char *hex = arena_alloc(t->arena, SHA256_HEX_SIZE);
    hmac_sha256(secret, d.body, mac);
    hex_encode(mac, sizeof mac, hex);
    add_header(&d, "x-evershop-signature", hex);
    if (delivery_id != NULL) add_header(&d, "x-evershop-delivery", delivery_id);
    return d;
}

TEST_EACH_ENGINE(a_signature_without_a_time_counts_only_where_it_was_switched_on)
{
    const struct sender *s = &knowledge_products_sender;
    start(t);
    knowledge_hooks.shop_says = says_of_test, takes_old = false;
    struct delivery d = bare(t, BODY("20", "Cup"), secrets.secret[0], NULL);
    assert_int_equal(s->verify(&d, t->tx), INBOUND_REFUSED);
    assert_int_equal(d.account, 0);
    takes_old = true;
    assert_int_equal(s->verify(&d, t->tx), INBOUND_GOOD);
    assert_int_equal(d.account, account);
    /* Nothing but the bytes is signed, so they alone say whether it came before. */
    struct delivery again = bare(t, BODY("20", "Cup"), secrets.secret[0], "another-id");
    struct delivery other = bare(t, BODY("21", "Cup"), secrets.secret[0], "another-id");
    assert_int_equal(s->verify(&again, t->tx), INBOUND_GOOD);
    assert_int_equal(s->identify(&d, t->tx), INBOUND_GOOD);
    assert_int_equal(s->identify(&again, t->tx), INBOUND_GOOD);
    assert_int_equal(s->identify(&other, t->tx), INBOUND_GOOD);
    assert_string_equal(d.id, again.id);
    assert_string_not_equal(d.id, other.id);
    again.body = STR(BODY("20", "Cap")); /* one byte */
    assert_int_equal(s->verify(&again, t->tx), INBOUND_REFUSED);
    struct delivery forged = bare(t, BODY("20", "Cup"), STR("another secret"), NULL);
    assert_int_equal(s->verify(&forged, t->tx), INBOUND_REFUSED);
    /* The switch opens no other form wider. */
    struct delivery late = delivery(t, s, &(struct sent){ .body = "{}", .age_s = 301 });
    assert_int_equal(s->verify(&late, t->tx), INBOUND_REFUSED);
    takes_old = false;
    assert_int_equal(s->verify(&d, t->tx), INBOUND_REFUSED);
    knowledge_hooks.shop_says = NULL;
}

/* Signed without a time and acted on at `s`. */
static const char *bare_acted(struct test_db *t, const struct sender *s, const char *body, const char *header,
                              const char *value)
{
    struct delivery d = bare(t, body, secrets.secret[0], NULL);
    struct job job = { .arena = t->arena, .now_ms = kit_now() };
    struct buf outcome;
    d.sender = s;
    if (header) add_header(&d, header, value);
    assert_int_equal(s->verify(&d, t->tx), INBOUND_GOOD);
    assert_int_equal(s->identify(&d, t->tx), INBOUND_GOOD);
    buf_fixed(&outcome, arena_alloc(t->arena, DELIVERY_OUTCOME_MAX), DELIVERY_OUTCOME_MAX);
    assert_int_equal(s->act(&d, &job, t->tx, &outcome), JOB_FINISHED);
    return buf_terminated(&outcome);
}

#define CUP(name)                                                                                                      \
    "{\"topic\":\"product_updated\",\"data\":{\"product_id\":7,\"price\":5,\"currency\":\"EUR\",\"name\":\"" name "\"" \
    "}}"

TEST_EACH_ENGINE(of_a_body_signed_without_a_time_no_header_and_no_other_address_makes_more)
{
    const struct sender *products = &knowledge_products_sender, *orders = &knowledge_orders_sender;
    const struct sender *promotions = &knowledge_promotions_sender;
    start(t);
    knowledge_hooks.shop_says = says_of_test, takes_old = true;
    assert_string_equal(bare_acted(t, products, CUP("Cup"), "webhook-timestamp", "9999999999"),
                        "products: 1 changed, 0 stale");
    kit_set_now(kit_now() + MINUTE_MS);
    assert_string_equal(bare_acted(t, products, CUP("Mug"), NULL, NULL), "products: 1 changed, 0 stale");
    /* A copy at another address, whose bytes were not seen there. */
    kit_set_now(kit_now() + MINUTE_MS);
    assert_string_equal(bare_acted(t, orders, CUP("Cup"), NULL, NULL), "refused: topic other_address");
    assert_string_equal(bare_acted(t, promotions, CUP("Cup"), NULL, NULL), "refused: topic other_address");
    assert_string_equal(bare_acted(t, orders, BODY("20", "Cup"), NULL, NULL), "refused: products other_address");
    assert_string_equal(bare_acted(t, products, "{\"removed\":[\"7\"]}", NULL, NULL), "refused: products required");
    assert_string_equal(bare_acted(t, products, "{\"data\":{\"product_id\":7}}", "x-evershop-topic", "product_deleted"),
                        "refused: products required");
    assert_string_equal(title(t, "7"), "Mug");
    assert_string_equal(bare_acted(t, products, BODY("20", "Tin"), NULL, NULL), "products: 1 changed, 0 stale");
    assert_string_equal(title(t, "p"), "Tin");
    knowledge_hooks.shop_says = NULL;
}

static enum row no_such_owner(struct tx *tx, int64_t whose, struct tenants_owner *out)
{
    *out = (struct tenants_owner){ 0 };
    return tx && whose > 0 ? ROW_NONE : ROW_FAULT; /* as for an account that is disabled */
}

TEST_EACH_ENGINE(a_disabled_account_delivers_nothing_and_vouches_for_nobody)
{
    const struct sender *s = &knowledge_products_sender;
    struct jwt_keys keys;
    start(t);
    struct delivery d = delivery(t, s, &(struct sent){ .body = BODY("20", "Cup") });
    EXPECT(tenants_shop_token_keys(t->tx, shop, kit_now(), t->arena, &keys) == ROW_FOUND);
    tenants_hooks.owner = no_such_owner;
    enum inbound_verdict judged = s->verify(&d, t->tx);
    enum row vouches = tenants_shop_token_keys(t->tx, shop, kit_now(), t->arena, &keys);
    tenants_hooks.owner = fix_owner;
    assert_int_equal(judged, INBOUND_REFUSED);
    assert_int_equal(vouches, ROW_NONE);
    assert_int_equal(s->verify(&d, t->tx), INBOUND_GOOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(d31_products_come_and_what_is_older_is_stale),
        EACH_ENGINE(without_a_version_the_time_of_the_signature_counts),
        EACH_ENGINE(orders_and_promotions_come_each_by_its_own_door),
        EACH_ENGINE(what_cannot_be_used_is_told_and_changes_nothing),
        EACH_ENGINE(a_signature_without_a_time_counts_only_where_it_was_switched_on),
        EACH_ENGINE(of_a_body_signed_without_a_time_no_header_and_no_other_address_makes_more),
        EACH_ENGINE(only_the_shops_own_signature_of_now_is_taken),
        EACH_ENGINE(a_panels_secret_means_what_the_panel_calls_so),
        EACH_ENGINE(a_disabled_account_delivers_nothing_and_vouches_for_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
