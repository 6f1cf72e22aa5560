/* test_panel.h: what the tests of panels' shops share: registering one, its tokens, and the way in. */
#ifndef CHATHUB_TENANTS_TEST_PANEL_H
#define CHATHUB_TENANTS_TEST_PANEL_H

#include "base/jwt.h"
#include "tenants/test_fix.h"

static const char sso[] = "sso-secret-of-the-panel-0001", other_sso[] = "sso-secret-of-the-panel-0002";
static const char webhook[] = "webhook-secret-of-the-panel";

static inline void begin(void)
{
    fix_start();
    tenants_settings.panel_secret = "panel-shared-secret";
}

struct registration {
    const char *shop, *merchant, *name, *secret, *url, *logo;
};

static inline struct kit_answer registers(struct test_db *t, struct registration r)
{
    const char *logo = r.logo ? arena_printf(t->arena, ",\"logoUrl\":\"%s\"", r.logo) : "";
    const char *name = r.name ? arena_printf(t->arena, ",\"botName\":\"%s\"", r.name) : "";
    const char *body = arena_printf(t->arena,
                                    "{\"shopId\":\"%s\",\"merchantId\":\"%s\",\"instanceUrl\":\"%s\","
                                    "\"ssoSharedSecret\":\"%s\",\"webhookSecret\":\"%s\"%s%s}",
                                    r.shop, r.merchant ? r.merchant : "m-1", r.url ? r.url : "https://acme.example/",
                                    r.secret ? r.secret : sso, webhook, name, logo);
    return kit_call(t, &(struct kit_request){ .routes = tenants_routes,
                                              .verb = VERB_POST,
                                              .path = "/api/admin/tenants/register",
                                              .shared_secret = "panel-shared-secret",
                                              .body = body });
}

static inline const char *bearer(struct test_db *t, const char *secret, const char *shop, const char *role)
{
    int64_t now_s = kit_now() / 1000;
    const char *payload = arena_printf(t->arena,
                                       "{\"shopId\":\"%s\",\"role\":\"%s\",\"iat\":%lld,\"exp\":%lld,"
                                       "\"aud\":\"chatbot-node\",\"iss\":\"shopsaas\"}",
                                       shop, role, (long long)now_s, (long long)now_s + 3600);
    struct str s = jwt_sign_hs256(t->arena, STR("{\"alg\":\"HS256\"}"), str_of(payload), str_of(secret));
    return arena_printf(t->arena, "Bearer %.*s", (int)s.n, s.p);
}

static inline struct kit_answer panel(struct test_db *t, enum verb verb, const char *shop, const char *what,
                                      const char *authorization, const char *body)
{
    return kit_call(t, &(struct kit_request){ .routes = tenants_routes,
                                              .verb = verb,
                                              .authorization = authorization,
                                              .body = body,
                                              .path = arena_printf(t->arena, "/api/admin/tenants/%s/%s", shop, what) });
}

static inline struct kit_answer admin_form(struct test_db *t, const char *form)
{
    return kit_call(
        t, &(struct kit_request){ .routes = tenants_routes, .verb = VERB_POST, .path = "/admin", .body = form });
}

static inline const char *code_for(struct test_db *t, const char *shop, const char *role)
{
    struct kit_answer a = panel(t, VERB_POST, shop, "launch", bearer(t, sso, shop, role), NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "action"), "https://chathub.example/admin");
    assert_int_equal(json_integer_value(json_object_get(a.json, "expiresIn")), 60);
    assert_true(a.reply->shows_secret);
    const char *code = json_string_value(json_object_get(json_object_get(a.json, "fields"), "code"));
    return arena_printf(t->arena, "code=%s", code);
}

#endif
