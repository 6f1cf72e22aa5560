/* renewal_letters.c: what we write when a month cannot be paid: when it is noticed, once more when three days are
 * left, and when the chat has stopped. Each says what to do and until when. */
#include "tenants/private.h"

#include "base/clock.h"

enum { LETTER_MAX_BYTES = 2048, DATE_CHARS = 10 };

struct words { const char *subject, *text; };                /* text: {shop} {price} {date} {link} are filled in */
struct letter { const char *kind; struct words en, zh; };

static const struct letter first_letter = {
    "renewal_not_paid",
    { "Your chatbot will stop soon: not enough credits",
      "Hello,\n\nthe next month of the chatbot of {shop} costs {price} credits, and your balance does not cover it.\n\n"
      "Until {date} (UTC) the chat goes on. Top up before then, and it renews by itself:\n\n{link}\n" },
    { "智能客服即将停用：积分不足",
      "您好：\n\n店铺“{shop}”的智能客服下个月需要 {price} 积分，您的余额不足。\n\n"
      "在 {date}（UTC）之前客服仍可使用。请在此之前充值，系统会自动续费：\n\n{link}\n" },
};
static const struct letter last_letter = {
    "renewal_last_call",
    { "Your chatbot stops in a few days",
      "Hello,\n\nthe chatbot of {shop} has not been paid for yet. It stops on {date} (UTC). {price} credits keep it "
      "running:\n\n{link}\n" },
    { "智能客服将在几天后停用",
      "您好：\n\n店铺“{shop}”的智能客服尚未续费，将于 {date}（UTC）停用。充值 {price} 积分即可继续使用：\n\n{link}\n" },
};
static const struct letter stopped_letter = {
    "chatbot_stopped",
    { "Your chatbot has stopped",
      "Hello,\n\nthe chatbot of {shop} has stopped, because its month was not paid. Nothing is lost: top up and enable "
      "it again, and it comes back as it was:\n\n{link}\n" },
    { "智能客服已停用",
      "您好：\n\n由于未续费，店铺“{shop}”的智能客服已停用。数据仍保留：充值后重新启用即可恢复：\n\n{link}\n" },
};

struct values { const char *shop, *price, *date, *link; };

static const char *value_of(const struct values *v, struct str name)
{
    if (str_eq(name, STR("shop"))) return v->shop;
    if (str_eq(name, STR("price"))) return v->price;
    if (str_eq(name, STR("date"))) return v->date;
    assert(str_eq(name, STR("link")));
    return v->link;
}

static const char *filled(struct arena *a, const char *text, const struct values *v)
{
    struct buf b;
    buf_fixed(&b, arena_alloc(a, LETTER_MAX_BYTES), LETTER_MAX_BYTES);
    for (const char *open; (open = strchr(text, '{')) != NULL;) {
        const char *close = strchr(open, '}');
        assert(close != NULL);
        buf_add(&b, text, (size_t)(open - text));
        buf_text(&b, value_of(v, (struct str){ open + 1, (size_t)(close - open - 1) }));
        text = close + 1;
    }
    buf_text(&b, text);
    assert(!b.overflow);
    return buf_terminated(&b);
}

bool renewal_letter(struct tx *tx, const struct tenant *t, const struct subscription *s, int days_left, int64_t now)
{
    struct arena *a = tx_arena(tx);
    struct tenants_owner owner = { 0 };
    struct shop shop;
    char date[TIME_TEXT_SIZE];
    if (!tenants_settings.mail || !tenants_hooks.owner) return true;
    enum row row = tenants_hooks.owner(tx, t->account, &owner);
    if (row == ROW_FOUND) row = shops_get(tx, t->shop, &shop);
    if (row != ROW_FOUND) return row == ROW_NONE;
    const struct letter *l = days_left == 0                        ? &stopped_letter
                             : days_left <= RENEWAL_LAST_CALL_DAYS ? &last_letter
                                                                   : &first_letter;
    const struct words *w = text_eq(owner.lang, "en") ? &l->en : &l->zh;
    time_text(subscription_grace_end(s, now), date);
    date[DATE_CHARS] = '\0';
    struct values v = { .shop = shop.name, .date = date,
        .price = arena_printf(a, "%lld", (long long)credits_count(tenants_settings.renewal_price)),
        .link = arena_printf(a, days_left ? "%s/billing" : "%s/shops", tenants_settings.base_url) };
    const struct mail m = { .to = owner.email, .subject = w->subject, .text = filled(a, w->text, &v), .kind = l->kind,
                            .account = t->account };
    return mail_put(tx, tenants_settings.mail, &m);
}
