/* activate.c: the end of every successful enable, whatever backend it was for. */
#include "tenants/private.h"

const char *enable_key(struct arena *a, const struct tenant *t)
{
    return arena_printf(a, "chatbot:shop-%lld:%lld", (long long)t->shop, (long long)t->generation);
}

void credits_details(struct json *j, const void *arg)
{
    const struct charge *c = arg;
    json_credits(j, "credits", c->credits);
    json_text(j, "backend", c->backend);
    json_text(j, "source", subscription_source_name(c->source));
}

bool tenants_activate(struct tx *tx, struct req *req, struct tenant *t, const struct activation *a, int64_t now_ms)
{
    struct subscription s;
    bool first = t->id == 0;
    t->bot_id = a->bot_id;
    t->bot_state = a->bot_state;
    t->enabled_at_ms = now_ms;
    t->error_code = NULL;
    t->maybe_registered = false;
    if (a->begins) {
        s = subscription_first(t, &a->given, a->begin_ms);
    } else {
        if (first || subscriptions_get(tx, t->id, t->subscription, &s) != ROW_FOUND) return false;
        s.status = SUBSCRIPTION_ACTIVE; /* what was paid goes on */
        s.expires_at_ms = s.due_at_ms = a->end_ms;
    }
    if (tenants_move(tx, t, TENANT_ACTIVE, a->begins ? "enabled" : "enabled_again", a->actor, now_ms) != ROW_FOUND)
        return false;
    s.tenant = t->id;
    if (!(a->begins ? subscription_insert(tx, &s, now_ms) : subscription_save(tx, &s, now_ms))) return false;
    struct charge charge = { .credits = a->charged, .backend = recipe_of(t->backend)->name, .source = s.source };
    return tenants_tell(tx, req, AUDIT_chatbot_enabled, t, credits_details, &charge, now_ms);
}
