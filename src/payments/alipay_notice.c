/* alipay_notice.c: what Alipay and a returning browser tell. Empty values are kept in what is verified here, and
 * dropped in what we sign: the two halves of Alipay's own rules. A name that comes twice is refused, because libraries
 * differ in which one counts. Nothing is ever refused for its age: the last repetition comes a day late. */
#include "payments/private.h"

const struct payment_words alipay_ack = { .status = 200, .content_type = "text/plain", .body = "success" };
const struct payment_words alipay_nack = { .status = 400, .content_type = "text/plain", .body = "fail" };

/* ---- the head ---- */

static struct str trimmed(struct str s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) s = (struct str){ s.p + 1, s.n - 1 };
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t')) s.n--;
    return s;
}

/* The text up to the next ';', which is cut off *rest. False: nothing is left. */
static bool next_part(struct str *rest, struct str *part)
{
    if (rest->p == NULL) return false;
    const char *end = rest->n > 0 ? memchr(rest->p, ';', rest->n) : NULL;
    size_t n = end != NULL ? (size_t)(end - rest->p) : rest->n;
    *part = trimmed((struct str){ rest->p, n });
    *rest = end != NULL ? (struct str){ end + 1, rest->n - n - 1 } : (struct str){ NULL, 0 };
    return true;
}

static bool is_utf8(struct str charset)
{
    bool quoted = charset.n >= 2 && charset.p[0] == '"' && charset.p[charset.n - 1] == '"';
    if (quoted) charset = (struct str){ charset.p + 1, charset.n - 2 };
    return str_eq_nocase(charset, STR("utf-8"));
}

enum payment_reason alipay_check_type(struct str content_type)
{
    static const struct str charset = { "charset=", 8 };
    struct str rest = content_type, part;
    if (!next_part(&rest, &part) || !str_eq_nocase(part, STR("application/x-www-form-urlencoded")))
        return PAYMENT_MALFORMED;
    while (next_part(&rest, &part)) {
        struct str head = { part.p, part.n < charset.n ? part.n : charset.n };
        if (!str_eq_nocase(head, charset)) continue;
        if (!is_utf8((struct str){ part.p + charset.n, part.n - charset.n })) return PAYMENT_CHARSET;
    }
    return PAYMENT_ACCEPTED;
}

/* ---- pairs ---- */

struct pairs {
    size_t count;
    struct alipay_param *pair; /* by name; each once */
};

static bool decoded(struct arena *a, struct str in, struct str *out)
{
    char *p = arena_alloc(a, in.n + 1);
    size_t n;
    if (!percent_decode(in, true, p, in.n + 1, &n)) return false;
    *out = (struct str){ p, n };
    return utf8_valid(*out);
}

static bool pairs_read(struct arena *a, struct str in, struct pairs *out)
{
    out->count = 0;
    out->pair = ARENA_ARRAY(a, struct alipay_param, ALIPAY_PARAMS_MAX);
    if (in.n == 0 || in.n > PAYMENT_BODY_MAX) return false;
    for (bool more = true; more;) {
        const char *end = memchr(in.p, '&', in.n);
        struct str one = { in.p, end != NULL ? (size_t)(end - in.p) : in.n };
        const char *equals = one.n > 0 ? memchr(one.p, '=', one.n) : NULL;
        if (equals == NULL || equals == one.p || out->count == ALIPAY_PARAMS_MAX) return false;
        struct str name = { one.p, (size_t)(equals - one.p) }, value = { equals + 1, one.n - name.n - 1 };
        struct alipay_param *pair = &out->pair[out->count++];
        if (!decoded(a, name, &pair->name) || !decoded(a, value, &pair->value)) return false;
        more = end != NULL;
        if (more) in = (struct str){ end + 1, in.n - one.n - 1 };
        if (more && in.n == 0) return false;
    }
    alipay_sort(out->pair, out->count);
    for (size_t i = 1; i < out->count; i++)
        if (str_eq(out->pair[i - 1].name, out->pair[i].name)) return false;
    return true;
}

/* p NULL: absent. */
static struct str value_of(const struct pairs *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(p->pair[i].name, str_of(name))) return p->pair[i].value;
    return (struct str){ NULL, 0 };
}

/* All but `sign` and `sign_type`, empty ones too. */
static struct str signed_text(struct arena *a, const struct pairs *p)
{
    struct alipay_param *of = ARENA_ARRAY(a, struct alipay_param, p->count + 1);
    size_t n = 0, bytes = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (str_eq(p->pair[i].name, STR("sign")) || str_eq(p->pair[i].name, STR("sign_type"))) continue;
        bytes += p->pair[i].name.n + p->pair[i].value.n + 2;
        of[n++] = p->pair[i];
    }
    enum { SPARE = 2 }; /* a buffer that holds nothing has room for something still */
    char *memory = arena_alloc(a, bytes + SPARE);
    struct buf b;
    buf_fixed(&b, memory, bytes + SPARE);
    alipay_join(&b, of, n);
    assert(!b.overflow);
    return buf_str(&b);
}

bool alipay_signed_pairs(struct arena *a, struct str pairs, struct str *out)
{
    struct pairs p;
    if (!pairs_read(a, pairs, &p)) return false;
    *out = signed_text(a, &p);
    return true;
}

/* ---- what they say ---- */

bool alipay_money(struct str text, struct money *out)
{
    const char *dot = text.n > 0 ? memchr(text.p, '.', text.n) : NULL;
    size_t whole = dot != NULL ? (size_t)(dot - text.p) : text.n, decimals = dot != NULL ? text.n - whole - 1 : 0;
    int64_t minor = 0;
    if (whole == 0 || (dot != NULL && decimals == 0) || decimals > 2) return false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (i == whole) continue;
        if (c < '0' || c > '9' || minor > MONEY_LIMIT / 10) return false;
        minor = minor * 10 + (c - '0');
    }
    for (size_t i = decimals; i < 2; i++) {
        if (minor > MONEY_LIMIT / 10) return false;
        minor *= 10;
    }
    if (minor > MONEY_LIMIT) return false;
    *out = money_of(minor, CURRENCY_CNY);
    return true;
}

enum payment_said alipay_said(struct str status, bool refunded)
{
    if (str_eq(status, STR("TRADE_SUCCESS")) || str_eq(status, STR("TRADE_FINISHED"))) return PAYMENT_SAYS_PAID;
    if (!str_eq(status, STR("TRADE_CLOSED"))) return PAYMENT_SAYS_NOTHING;
    return refunded ? PAYMENT_SAYS_PAID : PAYMENT_SAYS_CLOSED;
}

static enum payment_reason check_signature(struct arena *a, const struct alipay_keys *k, struct str in, struct pairs *p)
{
    if (!pairs_read(a, in, p)) return PAYMENT_MALFORMED;
    if (!str_eq(value_of(p, "sign_type"), STR("RSA2"))) return PAYMENT_ALGORITHM;
    if (!str_eq_nocase(value_of(p, "charset"), STR("utf-8"))) return PAYMENT_CHARSET;
    return alipay_verify(k, value_of(p, "alipay_cert_sn"), signed_text(a, p), value_of(p, "sign"));
}

static bool is_ours(struct str value, struct str ours) { return ours.n > 0 && str_eq(value, ours); }

/* Whose it is, and which order at what price. */
static enum payment_reason identify(const struct alipay_keys *k, const struct pairs *p, struct payment_notice *out)
{
    if (!is_ours(value_of(p, "seller_id"), k->seller_id)) return PAYMENT_MERCHANT;
    out->about_order = true;
    out->order = value_of(p, "out_trade_no");
    out->trade = value_of(p, "trade_no");
    if (out->order.n == 0) return PAYMENT_UNKNOWN_ORDER;
    return alipay_money(value_of(p, "total_amount"), &out->amount) ? PAYMENT_ACCEPTED : PAYMENT_AMOUNT;
}

static enum payment_reason read_refund(const struct pairs *p, bool refunded, struct payment_notice *out)
{
    struct str fee = value_of(p, "refund_fee");
    struct money total = out->amount;
    int order;
    if (fee.n > 0 && (!alipay_money(fee, &total) || !money_compare(total, out->amount, &order) || order > 0))
        return PAYMENT_AMOUNT;
    bool is_whole = str_eq(out->type, STR("TRADE_CLOSED")), is_part = str_eq(out->type, STR("TRADE_SUCCESS"));
    /* A trade that a refund closed was refunded whole, said or not. */
    out->has_total = refunded && (is_whole || (is_part && fee.n > 0));
    out->refund_total = total;
    return PAYMENT_ACCEPTED;
}

static enum payment_reason read_trade(const struct alipay_keys *k, const struct pairs *p, struct payment_notice *out)
{
    bool refunded = value_of(p, "gmt_refund").n > 0;
    out->type = value_of(p, "trade_status");
    out->said = alipay_said(out->type, refunded);
    enum payment_reason reason = identify(k, p, out);
    if (reason == PAYMENT_ACCEPTED && out->said == PAYMENT_SAYS_PAID && out->trade.n == 0) reason = PAYMENT_MALFORMED;
    return reason == PAYMENT_ACCEPTED ? read_refund(p, refunded, out) : reason;
}

enum payment_reason alipay_notice(struct arena *a, const struct alipay_keys *k, struct str body,
                                  struct payment_notice *out)
{
    struct pairs p;
    *out = (struct payment_notice){ 0 };
    enum payment_reason reason = check_signature(a, k, body, &p);
    if (reason != PAYMENT_ACCEPTED) return reason;
    out->event = value_of(&p, "notify_id");
    out->type = value_of(&p, "notify_type");
    if (out->event.n == 0) return PAYMENT_MALFORMED;
    if (!is_ours(value_of(&p, "app_id"), k->app_id)) return PAYMENT_APP;
    if (str_eq(out->type, STR("trade_status_sync"))) return read_trade(k, &p, out);
    /* Not about a trade: nothing follows from it, and it need not name a seller. */
    struct str seller = value_of(&p, "seller_id");
    return seller.p == NULL || is_ours(seller, k->seller_id) ? PAYMENT_ACCEPTED : PAYMENT_MERCHANT;
}

enum payment_reason alipay_return(struct arena *a, const struct alipay_keys *k, struct str target,
                                  struct payment_notice *out)
{
    struct pairs p;
    *out = (struct payment_notice){ 0 };
    const char *query = target.n > 0 ? memchr(target.p, '?', target.n) : NULL;
    if (query == NULL) return PAYMENT_MALFORMED;
    struct str pairs = { query + 1, target.n - (size_t)(query - target.p) - 1 };
    enum payment_reason reason = check_signature(a, k, pairs, &p);
    if (reason != PAYMENT_ACCEPTED) return reason;
    out->type = STR("return");
    if (!is_ours(value_of(&p, "app_id"), k->app_id)) return PAYMENT_APP;
    return identify(k, &p, out);
}
