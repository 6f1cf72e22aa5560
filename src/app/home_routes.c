/* home_routes.c: the onboarding checklist, computed from what is true, not from what was clicked. */
#include "accounts/accounts.h"
#include "app/app.h"
#include "credits/credits.h"
#include "shops/shops.h"
#include "tenants/tenants.h"

static const char *const step_names[] = { "account", "credits", "shop", "chatbot", "keys", NULL };
enum { STEP_ACCOUNT, STEP_CREDITS, STEP_SHOP, STEP_CHATBOT, STEP_KEYS, STEP_COUNT };
struct onboarding {
    bool done[STEP_COUNT];
};

static const struct shape step_shape[] = { SHAPE_ENUM("id", step_names), SHAPE_BOOL("done"), SHAPE_END };
static const struct shape onboarding_shape[] = { SHAPE_LIST("steps", step_shape, .type_name = "OnboardingStep"),
                                                 SHAPE_I64("done"), SHAPE_I64("total"), SHAPE_END };

static void onboarding_json(struct json *j, const void *arg)
{
    const struct onboarding *o = arg;
    int64_t done = 0;
    json_array(j, "steps");
    for (int i = 0; i < STEP_COUNT; i++) {
        done += o->done[i];
        json_object(j, NULL);
        json_text(j, "id", step_names[i]);
        json_bool(j, "done", o->done[i]);
        json_end(j);
    }
    json_end(j);
    json_i64(j, "done", done);
    json_i64(j, "total", STEP_COUNT);
}

static enum answer get_onboarding(struct req *req)
{
    struct credit_balance balance;
    struct tenant_progress progress;
    int64_t shop[SHOPS_PER_ACCOUNT_MAX];
    size_t shops = 0;
    if (credits_balance(req->tx, req->who.account, &balance) != ROW_FOUND ||
        !shops_ids(req->tx, req->who.account, shop, &shops) || !tenants_progress(req->tx, shop, shops, &progress))
        return reply_fault(req);
    struct onboarding o = { { [STEP_ACCOUNT] = true,
                              [STEP_SHOP] = shops > 0,
                              [STEP_CHATBOT] = progress.enabled,
                              [STEP_KEYS] = progress.keys_shown,
                              [STEP_CREDITS] = credits_is_positive(balance.available) || progress.enabled } };
    return reply_json(req, 200, onboarding_json, &o);
}

const struct route home_routes[] = { { .verb = VERB_GET,
                                       .path = "/api/onboarding",
                                       .who = WHO_BOOKS,
                                       .tx = TX_READ,
                                       .tag = "Account",
                                       .answer = onboarding_shape,
                                       .run = get_onboarding,
                                       .doc = "The steps to a working chatbot and which are done." },
                                     ROUTE_END };
