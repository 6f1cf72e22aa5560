/* wiring.c: the tables that put the house together. To add a route table or a kind of job: one line here. Earlier
 * folders reach later ones only through the hooks filled at the end. */
#include "accounts/accounts.h"
#include "app/app.h"
#include "app/house.h"
#include "http/server.h"
#include "app/overview.h"
#include "audit/audit.h"
#include "base/clock.h"
#include "billing/billing.h"
#include "billing/provider.h"
#include "chat/chat.h"
#include "chat/hours.h"
#include "chat/numbers.h"
#include "chat/settings.h"
#include "credits/credits.h"
#include "credits/settings.h"
#include "http/events.h"
#include "http/idempotency.h"
#include "knowledge/knowledge.h"
#include "shops/shops.h"
#include "site/site.h"
#include "tenants/tenants.h"

/* A line each, as the recipes in HACKING.md add them. */
/* clang-format off */
const struct route *const app_route_tables[] = {
    system_routes,
    accounts_routes,
    accounts_note_routes,
    accounts_team_routes,
    home_routes,
    shops_routes,
    shops_house_routes,
    tenants_routes,
    credits_routes,
    credits_grant_routes,
    credits_receipt_routes,
    tenants_renewal_routes,
    billing_plan_routes,
    billing_renewal_letter_routes,
    billing_refund_routes,
    billing_mismatch_routes,
    billing_bill_routes,
    billing_operator_routes,
    billing_hand_routes,
    billing_offer_routes,
    billing_coupon_routes,
    billing_money_routes,
    billing_numbers_money_routes,
    billing_numbers_postings_routes,
    billing_numbers_plans_routes,
    billing_numbers_failed_routes,
    billing_owed_routes,
    billing_plan_end_routes,
    billing_spending_routes,
    billing_spent_routes,
    billing_routes,
    billing_pay_routes,
    billing_hook_routes,
    billing_sandbox_routes,
    billing_paper_routes,
    billing_profile_routes,
    billing_seller_routes,
    audit_routes,
    events_routes,
    operator_routes,
    job_routes,
    developer_routes,
    known_routes,
    search_routes,
    app_shop_routes,
    chat_visitor_routes,
    chat_plain_routes,
    chat_channel_routes,
    chat_identity_routes,
    chat_customer_routes,
    chat_customers_routes,
    chat_picture_routes,
    chat_faces_routes,
    chat_inbox_routes,
    chat_label_routes,
    chat_mention_routes,
    chat_channel_test_routes,
    chat_canned_routes,
    chat_numbers_routes,
    chat_home_routes,
    chat_gap_routes,
    chat_score_routes,
    chat_desk_routes,
    inbound_routes,
    site_routes,
    site_page_routes,
    knowledge_routes,
    knowledge_text_routes,
    knowledge_sync_routes,
    knowledge_file_routes,
    knowledge_document_routes,
    knowledge_feed_routes,
    knowledge_store_routes,
    chat_try_routes,
    chat_settings_routes,
    chat_install_routes,
    chat_face_routes,
    chat_presence_routes,
    chat_mail_routes,
    chat_transcript_routes,
    NULL,
};
/* clang-format on */

/* ---- housekeeping of http's tables, which has no jobs of its own ---- */

enum { PURGE_ROUNDS = 8 }; /* batches in one run, so that it never holds the writer long */

static enum job_wish purge_http(struct job *job, struct tx *tx)
{
    (void)job;
    int64_t answers = HTTP_PURGE_BATCH, events = HTTP_PURGE_BATCH;
    for (int i = 0; i < PURGE_ROUNDS && (answers == HTTP_PURGE_BATCH || events == HTTP_PURGE_BATCH); i++) {
        answers = idempotency_purge(tx);
        events = events_purge(tx);
        if (answers < 0 || events < 0) return JOB_FAULT;
    }
    return JOB_FINISHED;
}

static const struct job_kind http_purge_job = { .name = "http.purge",
                                                .doc = "Forgets answers and events older than a day.",
                                                .max_attempts = 3,
                                                .backoff_first_ms = 5 * SECOND_MS,
                                                .backoff_max_ms = MINUTE_MS,
                                                .every_ms = 10 * SECOND_MS,
                                                .careful = true,
                                                .settle = purge_http };

/* clang-format off */
const struct job_kind *const app_job_kinds[] = {
    &mail_send_job,
    &mail_purge_job,
    &audit_seal_job,
    &accounts_ask_job,
    &accounts_purge_job,
    &shops_purge_job,
    &tenants_register_job,
    &tenants_renew_job,
    &tenants_secrets_job,
    &tenants_tell_job,
    &billing_plans_job,
    &billing_switch_on_job,
    &billing_refund_job,
    &chat_answer_job,
    &chat_install_job,
    &chat_absent_job,
    &chat_named_job,
    &chat_gone_job,
    &chat_left_job,
    &chat_images_job,
    &chat_wake_job,
    &chat_erase_job,
    &chat_empty_job,
    &chat_unused_job,
    &chat_tokens_job,
    &chat_due_job,
    &chat_line_job,
    &chat_channel_job,
    &chat_channel_test_job,
    &chat_words_job,
    &chat_customers_job,
    &chat_presence_job,
    &chat_ahead_job,
    &chat_keep_job,
    &knowledge_take_job,
    &knowledge_due_job,
    &billing_start_job,
    &billing_look_job,
    &billing_close_job,
    &billing_sweep_job,
    &billing_bills_job,
    &billing_bill_job,
    &billing_event_job,
    &overview_job,
    &http_purge_job,
    &inbound_act_job,
    &inbound_make_job,
    &inbound_money_job,
    &inbound_purge_job,
    NULL,
};
/* clang-format on */

/* clang-format off */
const struct sender *const app_senders[] = {
    &app_developer_sender,
    &knowledge_products_sender,
    &knowledge_orders_sender,
    &knowledge_promotions_sender,
    &chat_mail_sender,
    &billing_alipay_sender,
    &billing_wechat_sender,
    &billing_stripe_sender,
    &billing_sandbox_sender,
    NULL,
};
/* clang-format on */

/* clang-format off */
const struct letter *const *const app_letter_tables[] = {
    accounts_letters,
    tenants_letters,
    billing_plan_letters,
    billing_renewal_letters,
    billing_letters,
    billing_refund_letters,
    chat_letters,
    NULL,
};
/* clang-format on */

/* ---- refusals of a minute: one row a kind, in nobody's trail ---- */

static void refusal_json(struct json *j, const void *arg)
{
    const struct refusal_sum *r = arg;
    json_text(j, "kind", refusal_name(r->kind));
    json_i64(j, "count", r->count);
    json_text(j, "path", r->path);
    if (r->account > 0) json_i64(j, "account", r->account);
}

bool app_refusals(struct tx *tx, const struct refusal_sum *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct audit_entry e = { .action = AUDIT_requests_refused,
                                       .resource = "http",
                                       .details = refusal_json,
                                       .arg = &list[i],
                                       .network = list[i].network,
                                       .at_ms = now_ms() };
        if (!audit_put(tx, &e)) return false;
    }
    return true;
}

/* ---- hooks: from an earlier folder to a later one, in the caller's transaction ---- */

static bool account_created(struct tx *tx, int64_t account, int64_t now_ms)
{
    bool had;
    if (!credits_open(tx, account) || !accounts_trial_was_had(tx, account, &had)) return false;
    return had || credits_give_trial(tx, account, now_ms);
}

/* The panel pays for what it has here. */
static bool merchant_opened(struct tx *tx, int64_t account) { return credits_open(tx, account); }

static enum row account_by_email(struct tx *tx, const char *email, int64_t *account)
{
    struct account a;
    enum row row = accounts_by_email(tx, email, &a);
    if (row == ROW_FOUND) *account = a.id;
    return row;
}

static enum row first_shop_redeemed(struct tx *tx, int64_t account, bool *out)
{
    struct account a;
    enum row row = accounts_get(tx, account, &a);
    if (row == ROW_FOUND) *out = a.first_shop_redeemed;
    return row;
}

static enum row account_known(struct tx *tx, int64_t account)
{
    struct account a;
    return accounts_get(tx, account, &a);
}

static bool has_credits(struct tx *tx, int64_t account, bool *has)
{
    struct credit_balance b;
    enum row row = credits_balance(tx, account, &b);
    *has = row == ROW_FOUND;
    return row != ROW_FAULT;
}

static bool account_credits(struct tx *tx, int64_t account, struct credits *available)
{
    struct credit_balance b;
    if (credits_balance(tx, account, &b) != ROW_FOUND) return false;
    *available = b.available;
    return true;
}

static enum row tenant_owner(struct tx *tx, int64_t account, struct tenants_owner *out)
{
    struct account a;
    enum row row = accounts_get(tx, account, &a);
    if (row == ROW_FOUND && a.disabled) return ROW_NONE;
    if (row == ROW_FOUND) *out = (struct tenants_owner){ .email = a.owner.email, .lang = a.owner.lang };
    return row;
}

static bool operator_facts(struct tx *tx, const int64_t *ids, size_t count, struct account_facts *out)
{
    struct credits available[CREDITS_PAGE_MAX];
    int64_t shops[SHOPS_COUNT_EACH_MAX];
    if (!credits_available_each(tx, ids, count, available) || !shops_count_each(tx, ids, count, shops)) return false;
    for (size_t i = 0; i < count; i++) out[i] = (struct account_facts){ .credits = available[i], .shops = shops[i] };
    return true;
}

/* Chats first, which waited longer: a plan is renewed a day before it ends. */
static bool credits_came(struct tx *tx, int64_t account, int64_t now_ms)
{
    if (!tenants_credits_came(tx, account, now_ms)) return false;
    return billing_credits_came(tx, account, now_ms);
}

/* The plan first: what it renews needs no letter that it is not paid for. */
static bool shop_resumed(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms)
{
    if (!billing_shop_resumed(tx, s, now_ms)) return false;
    return tenants_shop_resumed(tx, req, s, now_ms);
}

static bool shop_purged(struct tx *tx, const struct shop *s, int64_t now_ms)
{
    if (!billing_shop_purged(tx, s, now_ms)) return false;
    if (!tenants_shop_purged(tx, s, now_ms) || !knowledge_shop_purged(tx, s->id)) return false;
    if (!chat_settings_forget(tx, s->id) || !chat_installs_forget(tx, s->id)) return false;
    return chat_shop_purged(tx, s->account, s->id, now_ms);
}

static bool shop_says(struct tx *tx, int64_t shop, struct arena *a, struct knowledge_says *out)
{
    struct chat_doors doors;
    if (!chat_doors_read(tx, shop, a, &doors)) return false;
    *out = (struct knowledge_says){ doors.domains.text, doors.domains.count, doors.old_signature };
    return true;
}

bool app_development;

static void fill_site(const struct app *app)
{
    const struct config *c = app->config;
    site_settings = (struct site_settings){ .base_url = app->base_url,
                                            .company = c->company,
                                            .icp_number = c->icp_number,
                                            .support_contact = c->support_contact,
                                            .support_hours = c->support_hours,
                                            .status_url = c->status_url,
                                            .shop = c->landing_shop,
                                            .enable_credits = credits_count(c->chatbot_price),
                                            .renewal_credits = credits_count(c->renewal_price) };
    site_hooks =
        (struct site_hooks){ .offers = billing_on_sale, .trial_days = billing_trial_days(), .ways = house_ways };
}

static bool account_zone(struct tx *tx, int64_t account, struct arena *a, const char **out)
{
    return numbers_zone(tx, account, 0, a, out);
}

static int64_t zone_day(const char *zone, int64_t at_ms) { return hours_local_of(zone, at_ms).day_number; }

static void fill_billing(struct app *app)
{
    const struct config *c = app->config;
    billing_settings.base_url = app->base_url;
    billing_settings.mail = &app->mail;
    billing_settings.production = c->production;
    billing_settings.pack_price = c->price_cny * 100; /* fen */
    billing_settings.approve_above = c->refund_approve_above;
    billing_settings.trial_was_had = accounts_trial_was_had;
    billing_settings.offers_changed = house_refresh;
    billing_settings.calendar = (struct billing_calendar){ account_zone, hours_day_begins, zone_day };
    letters_calendar = (struct letters_calendar){ account_zone, zone_day };
    letters_contact = c->support_contact;
}

void app_fill_hooks(struct app *app)
{
    const struct config *c = app->config;
    app_development = !c->production;
    knowledge_settings.development = app_development;
    accounts_settings.mail = &app->mail;
    accounts_settings.base_url = app->base_url;
    accounts_settings.secure_cookies = app->base_url && str_starts(str_of(app->base_url), STR("https://"));
    accounts_settings.lanes = app->lanes;
    accounts_settings.seats = c->seats_without_plan;
    accounts_hooks = (struct accounts_hooks){ .account_created = account_created,
                                              .merchant_opened = merchant_opened,
                                              .shop_key = tenants_shop_key,
                                              .shop_key_scopes = tenants_key_scopes,
                                              .account_credits = account_credits,
                                              .account_zone = account_zone,
                                              .operator_facts = operator_facts,
                                              .account_shops_json = shops_account_json,
                                              .seats = billing_seats,
                                              .has_credits = has_credits,
                                              .account_disabled = tenants_account_disabled,
                                              .account_closed = billing_forget,
                                              .person_picture = chat_person_picture,
                                              .person_erased = chat_person_erased,
                                              .member_left = chat_member_left };
    audit_hooks.people = persons_told;
    fill_site(app);
    inbound_settings = (struct inbound_settings){ .senders = app_senders, .keyring = app->keyring };
    credits_hooks.account_by_email = account_by_email;
    credits_hooks.first_shop_redeemed = first_shop_redeemed;
    credits_hooks.granted = credits_came;
    credits_hooks.price = billing_credit_price;
    credits_hooks.shop_served = tenants_shop_served;
    credits_hooks.account_known = account_known;
    credits_settings = (struct credits_settings){ .shop_price = c->shop_price,
                                                  .chatbot_price = c->chatbot_price,
                                                  .renewal_price = c->renewal_price,
                                                  .price_cny = c->price_cny,
                                                  .trial = c->trial_credits,
                                                  .confirm_above = c->grant_confirm_above };
    shops_hooks = (struct shops_hooks){ .deleted = tenants_shop_deleted,
                                        .restored = tenants_shop_restored,
                                        .suspended = tenants_shop_suspended,
                                        .resumed = shop_resumed,
                                        .purged = shop_purged,
                                        .domain_changed = tenants_domain_changed,
                                        .chatbots = tenants_chatbots,
                                        .account_known = account_known };
    tenants_settings = (struct tenants_settings){ .feature_enabled = c->chatbot_enabled,
                                                  .panel_secret = c->panel_secret,
                                                  .base_url = app->base_url,
                                                  .enable_price = c->chatbot_price,
                                                  .renewal_price = c->renewal_price,
                                                  .keyring = app->keyring,
                                                  .mail = &app->mail };
    recipes_set(c->recipe);
    fill_billing(app);
    tenants_hooks.owner = tenant_owner;
    tenants_hooks.disabled = accounts_disabled;
    tenants_hooks.entitlements = house_entitlements;
    knowledge_hooks.shop_says = shop_says;
    chat_settings = (struct chat_settings){
        .keyring = app->keyring, .base_url = app->base_url, .lanes = app->lanes, .development = app_development
    };
    chat_settings.mail = &app->mail;
    chat_settings.reply_domain = c->reply_domain;
    chat_settings.mail_secret = c->mail_secret;
}
