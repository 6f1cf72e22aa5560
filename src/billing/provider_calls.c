/* provider_calls.c: what calls to all providers have in common: their times, and how an answer that says nothing
 * counts. Base addresses come from the settings, so that tests (and a proxy of the house's own) can stand in between.
 */
#include "billing/provider_parts.h"

enum { SAID_MAX = 160 };

struct str provider_text(const char *setting)
{
    return setting && setting[0] ? str_of(setting) : (struct str){ NULL, 0 };
}

const char *provider_missing(struct arena *a, const struct provider_need *n, size_t count)
{
    const char *missing = NULL, *there = NULL;
    for (size_t i = 0; i < count; i++) {
        bool set = provider_text(n[i].value).n > 0;
        if (set && !there) there = n[i].name;
        if (!set && !missing) missing = n[i].name;
    }
    return missing && there ? arena_printf(a, "%s is set, so %s must be set too.", there, missing) : NULL;
}

void provider_ask(struct arena *a, struct outbound_request *r, struct outbound_answer *out)
{
    r->connect_ms = PROVIDER_CONNECT_MS;
    if (r->total_ms == 0) r->total_ms = PROVIDER_TOTAL_MS;
    if (r->answer_max == 0) r->answer_max = PAYMENT_BODY_MAX;
    r->trusted_address = true; /* the operator's setting */
    outbound_call(a, r, out);
}

/* Scheme, host and port are those of `base`, whatever their paths. */
static bool is_of(struct arena *a, struct str base, const char *url)
{
    const char *root = url_resolve(a, arena_text_n(a, base.p, base.n), "/");
    const char *own = url_resolve(a, url, "/");
    return root && own && text_eq(root, own);
}

void provider_download(struct arena *a, struct str base, struct str url, const char *log_as,
                       struct outbound_answer *out)
{
    static const struct str plain = { "http://", 7 };
    const char *address = arena_text_n(a, url.p, url.n);
    bool near = is_of(a, base, address);
    if (!near && str_starts(url, plain)) address = arena_printf(a, "https://%s", address + plain.n);
    const struct outbound_request r = { .method = "GET",
                                        .url = address,
                                        .connect_ms = PROVIDER_CONNECT_MS,
                                        .total_ms = PROVIDER_TOTAL_MS,
                                        .answer_max = BILL_FILE_MAX,
                                        .trusted_address = near,
                                        .log_as = log_as };
    outbound_call(a, &r, out);
}

struct str provider_got(const struct outbound_answer *answer, const char *lower_case_name)
{
    for (size_t i = 0; i < answer->got_count; i++)
        if (text_eq(answer->got[i].name, lower_case_name)) return str_of(answer->got[i].value);
    return (struct str){ NULL, 0 };
}

enum payment_outcome provider_unanswered(const struct outbound_answer *answer)
{
    if (answer->status != 0) return PAYMENT_OUTCOME_UNKNOWN;
    if (answer->outcome == OUTCOME_REFUSED) return PAYMENT_OUTCOME_OURS; /* an address that cannot be called */
    return answer->outcome == OUTCOME_LATER ? PAYMENT_OUTCOME_LATER : PAYMENT_OUTCOME_UNKNOWN;
}

const char *provider_said(struct arena *a, const char *call, struct str code, struct str words)
{
    char *text =
        arena_printf(a, "%s: %.*s%s%.*s", call, (int)utf8_cut(code, SAID_MAX), code.p ? code.p : "",
                     code.n > 0 && words.n > 0 ? " " : "", (int)utf8_cut(words, SAID_MAX), words.p ? words.p : "");
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f) *p = ' ';
    return text;
}

void provider_refund_notice(struct provider_call *c, bool done)
{
    c->has_notice = true;
    c->notice = (struct payment_notice){ .about_order = true,
                                         .said = done ? PAYMENT_SAYS_REFUNDED : PAYMENT_SAYS_REFUND_FAILED,
                                         .type = done ? STR("refunded") : STR("refund failed"),
                                         .order = c->order.number,
                                         .trade = c->order.trade,
                                         .amount = c->order.amount,
                                         .no_amount = true,
                                         .refund = c->refund,
                                         .refund_amount = c->refund_amount };
}
