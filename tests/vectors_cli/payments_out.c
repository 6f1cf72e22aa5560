/* payments_out.c: the judges of what we send to payment providers (contracts: payment providers): texts to sign,
 * signatures, headers and forms. */
#include "payments/alipay.h"
#include "payments/certs.h"
#include "payments/stripe.h"
#include "payments/wechat.h"
#include "tests/vectors_cli/vectors.h"

#include <stdlib.h>

enum { FORM_MAX = 65536, PAIRS_MAX = 200, PARTS_MAX = 8 };

/* ---- Alipay ---- */

static struct alipay_keys *alipay_open(const json_t *file)
{
    const char *why;
    const struct alipay_setup setup = { .app_id = member_text(json_object_get(file, "config"), "app_id"),
                                        .app_key = member_text(json_object_get(file, "keys"), "app_private_pem") };
    return alipay_keys_open(&setup, &why);
}

static struct str behind_question(struct str url)
{
    const char *query = memchr(url.p, '?', url.n);
    return query ? (struct str){ query + 1, url.n - (size_t)(query - url.p) - 1 } : (struct str){ "", 0 };
}

/* The package's address and ours hold the same pairs, whatever their order and spelling. */
static bool same_address(struct arena *a, struct str theirs, struct str ours)
{
    struct str x, y;
    return alipay_signed_pairs(a, behind_question(theirs), &x) && alipay_signed_pairs(a, behind_question(ours), &y) &&
           str_eq(x, y);
}

static const char *make_alipay(struct arena *a, const json_t *file, const json_t *one)
{
    struct alipay_param params[ALIPAY_PARAMS_MAX];
    size_t count = 0;
    bool empty = false; /* then the package's address may say more than ours */
    const char *name, *why = NULL;
    json_t *value;
    json_object_foreach(json_object_get(one, "params"), name, value)
    {
        if (count == ALIPAY_PARAMS_MAX || !json_is_string(value)) return "a parameter is no text";
        empty |= json_string_length(value) == 0;
        params[count++] = (struct alipay_param){ str_of(name), str_of(json_string_value(value)) };
    }
    struct alipay_keys *k = alipay_open(file);
    if (!k || !alipay_keys_sign(k)) return "no key to sign with";
    struct str gateway = member_text(json_object_get(file, "config"), "gateway"), theirs = member_text(one, "sdk_url");
    if (!str_eq(alipay_string_to_sign(a, params, count), member_text(one, "string_to_sign"))) why = "another text";
    else if (!str_eq(alipay_sign(a, k, params, count), member_text(one, "sign"))) why = "another signature";
    else if (theirs.p && gateway.p && !empty && !same_address(a, theirs, alipay_url(a, k, gateway, params, count)))
        why = "another address";
    alipay_keys_close(k);
    return why;
}

static int serial_line(struct arena *a, const json_t *expect, const char *name, bool read, struct str got)
{
    bool fits = read && str_eq(got, member_text(expect, name));
    return verdict_line(arena_printf(a, "certificates %s", name), fits ? NULL : "another serial");
}

static int alipay_serials(struct arena *a, const json_t *file, int *checked)
{
    const json_t *certificates = json_object_get(file, "certificates"),
                 *expect = json_object_get(certificates, "expect");
    static const char *const pem[] = { "app_cert_pem", "alipay_cert_pem", "alipay_root_pem" };
    static const char *const serial[] = { "app_cert_sn", "alipay_cert_sn", "alipay_root_cert_sn" };
    int bad = 0;
    for (size_t i = 0; i < ARRAY_LEN(pem); i++) {
        struct str text = member_text(certificates, pem[i]), got = { NULL, 0 };
        if (!text.p || !member_text(expect, serial[i]).p) continue;
        bool is_root = i == ARRAY_LEN(pem) - 1;
        bool read = is_root ? cert_alipay_root_serial(a, text, &got) : cert_alipay_serial(a, text, &got);
        ++*checked;
        bad += serial_line(a, expect, serial[i], read, got);
    }
    return bad;
}

const struct judge alipay_request_judge = { .topic = "alipay/request", .make = make_alipay, .beside = alipay_serials };

/* ---- WeChat Pay ---- */

static struct wechat_keys *wechat_open_file(const json_t *file)
{
    const json_t *config = json_object_get(file, "config");
    const char *why;
    const struct wechat_setup setup = { .mchid = member_text(config, "mchid"),
                                        .appid = member_text(config, "appid"),
                                        .merchant_serial = member_text(config, "merchant_serial"),
                                        .merchant_key =
                                            member_text(json_object_get(file, "keys"), "merchant_private_pem") };
    return wechat_keys_open(&setup, &why);
}

static size_t split(struct str text, char by, struct str out[], size_t max)
{
    size_t count = 0;
    while (count < max) {
        const char *end = text.n > 0 ? memchr(text.p, by, text.n) : NULL;
        out[count++] = (struct str){ text.p, end ? (size_t)(end - text.p) : text.n };
        if (!end) break;
        text = (struct str){ end + 1, text.n - out[count - 1].n - 1 };
    }
    return count;
}

/* The five parts may stand in any order. */
static bool same_authorization(struct str x, struct str y)
{
    static const struct str scheme = { "WECHATPAY2-SHA256-RSA2048 ", 26 };
    struct str of_x[PARTS_MAX], of_y[PARTS_MAX];
    if (!str_starts(x, scheme) || !str_starts(y, scheme)) return false;
    size_t n = split((struct str){ x.p + scheme.n, x.n - scheme.n }, ',', of_x, PARTS_MAX);
    size_t m = split((struct str){ y.p + scheme.n, y.n - scheme.n }, ',', of_y, PARTS_MAX), found = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) found += str_eq(of_x[i], of_y[j]) ? 1 : 0;
    return n == m && found == n;
}

/* As the product makes them; it would not sign with another. */
static bool is_nonce(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        bool letter = (s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'z';
        if (!letter && (s.p[i] < '0' || s.p[i] > '9')) return false;
    }
    return s.n > 0 && s.n <= WECHAT_NONCE_MAX;
}

/* Files write it as text or as a number. */
static bool take_time(const json_t *object, const char *key, int64_t *out)
{
    return json_get_i64(object, key, out) || str_to_i64(member_text(object, key), out);
}

static const char *make_wechat(struct arena *a, const json_t *file, const json_t *one)
{
    struct wechat_call c = { .method = member_text(one, "method"),
                             .target = member_text(one, "target"),
                             .body = member_text(one, "body"),
                             .nonce = member_text(one, "nonce_str") };
    const char *why = NULL;
    if (!take_time(one, "timestamp", &c.at_s)) return "no timestamp";
    if (!is_nonce(c.nonce)) return "no nonce of 1 to 32 letters and digits";
    struct wechat_keys *k = wechat_open_file(file);
    if (!k || !wechat_keys_sign(k)) return "no key to sign with";
    struct str authorization = wechat_authorization(a, k, &c), signature = member_text(one, "signature");
    if (!str_eq(wechat_string_to_sign(a, &c), member_text(one, "string_to_sign"))) why = "another text";
    else if (!memmem(authorization.p, authorization.n, signature.p, signature.n)) why = "another signature";
    else if (!same_authorization(authorization, member_text(one, "authorization"))) why = "another header";
    wechat_keys_close(k);
    return why;
}

static const char *bridge(struct arena *a, const struct wechat_keys *k, const json_t *wanted)
{
    const json_t *params = json_object_get(wanted, "params");
    struct str package = member_text(params, "package"), prefix = STR("prepay_id=");
    struct str nonce = member_text(params, "nonceStr");
    int64_t at_s;
    if (!str_starts(package, prefix) || !str_to_i64(member_text(params, "timeStamp"), &at_s) || !is_nonce(nonce))
        return "no package, time or nonce";
    struct str prepay = { package.p + prefix.n, package.n - prefix.n };
    if (!str_eq(wechat_bridge_to_sign(a, k, prepay, at_s, nonce), member_text(wanted, "string_to_sign")))
        return "another text";
    json_t *got = json_read(wechat_bridge(a, k, prepay, at_s, nonce), FORM_MAX, NULL);
    bool equal = json_equal(got, params) == 1;
    json_decref(got);
    return equal ? NULL : "other parameters";
}

static int wechat_bridge_case(struct arena *a, const json_t *file, int *checked)
{
    const json_t *wanted = json_object_get(file, "jsapi_bridge");
    if (!wanted) return 0;
    struct wechat_keys *k = wechat_open_file(file);
    ++*checked;
    const char *why = k && wechat_keys_sign(k) ? bridge(a, k, wanted) : "no key to sign with";
    wechat_keys_close(k);
    return verdict_line("jsapi_bridge", why);
}

const struct judge wechat_request_judge = { .topic = "wechatpay/request",
                                            .make = make_wechat,
                                            .beside = wechat_bridge_case };

/* ---- Stripe ---- */

static void write_form(struct stripe_form *f, struct str key, size_t index, const json_t *value)
{
    const char *name;
    json_t *member;
    size_t i;
    if (json_is_string(value)) stripe_form_text(f, key, str_of(json_string_value(value)));
    else if (json_is_integer(value)) stripe_form_i64(f, key, json_integer_value(value));
    else if (json_is_boolean(value)) stripe_form_text(f, key, json_is_true(value) ? STR("true") : STR("false"));
    else {
        if (key.p) stripe_form_object(f, key);
        else if (f->depth > 0) stripe_form_item(f, index);
        bool entered = key.p || f->depth > 0;
        json_object_foreach((json_t *)value, name, member) write_form(f, str_of(name), 0, member);
        json_array_foreach(value, i, member)
        {
            if (json_is_object(member) || json_is_array(member)) {
                write_form(f, (struct str){ NULL, 0 }, i, member);
                continue;
            }
            stripe_form_item(f, i);
            write_form(f, (struct str){ NULL, 0 }, i, member);
            stripe_form_end(f);
        }
        if (entered) stripe_form_end(f);
    }
}

static int by_bytes(const void *a, const void *b)
{
    const struct str *x = a, *y = b;
    int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return order ? order : (x->n > y->n) - (x->n < y->n);
}

/* The pairs of a form, decoded, in one order. 0: it is empty or broken. */
static size_t pairs_of(struct arena *a, struct str form, struct str out[PAIRS_MAX])
{
    size_t count = form.n > 0 ? split(form, '&', out, PAIRS_MAX) : 0;
    for (size_t i = 0; i < count; i++) {
        char *p = arena_alloc(a, out[i].n + 1);
        size_t n;
        if (!percent_decode(out[i], true, p, out[i].n + 1, &n)) return 0;
        out[i] = (struct str){ p, n };
    }
    if (count > 0) qsort(out, count, sizeof(*out), by_bytes);
    return count;
}

static bool same_form(struct arena *a, struct str x, struct str y)
{
    struct str of_x[PAIRS_MAX], of_y[PAIRS_MAX];
    size_t n = pairs_of(a, x, of_x), m = pairs_of(a, y, of_y);
    if (n != m || (n == 0 && (x.n > 0 || y.n > 0))) return false;
    for (size_t i = 0; i < n; i++)
        if (!str_eq(of_x[i], of_y[i])) return false;
    return true;
}

/* The key as the product derives it from the record that the file's key names; of another record it is the file's. */
static struct str derived_key(struct arena *a, struct str wanted)
{
    struct str part[PARTS_MAX];
    int64_t round;
    size_t n = split(wanted, ':', part, PARTS_MAX);
    if (n == 2 && str_eq(part[0], STR("refund"))) return stripe_refund_key(a, part[1]);
    bool of_order = n >= 3 && str_eq(part[0], STR("order"));
    if (of_order && n == 3 && str_eq(part[2], STR("expire"))) return stripe_expire_key(a, part[1]);
    bool is_checkout = of_order && n == 4 && str_eq(part[2], STR("checkout")) && str_to_i64(part[3], &round);
    if (is_checkout) return stripe_checkout_key(a, part[1], round);
    return wanted.n <= STRIPE_KEY_MAX ? wanted : (struct str){ NULL, 0 };
}

/* "https://api.stripe.com/v1/events?limit=1" → "/v1/events?limit=1" */
static struct str target_of(struct str url)
{
    const char *host = url.n > 0 ? memmem(url.p, url.n, "://", 3) : NULL;
    const char *path = host ? memchr(host + 3, '/', url.n - (size_t)(host + 3 - url.p)) : NULL;
    return path ? (struct str){ path, url.n - (size_t)(path - url.p) } : (struct str){ "", 0 };
}

/* The part of `path` behind `before`, up to the next slash. */
static struct str part_behind(struct str path, struct str before)
{
    struct str part[PARTS_MAX];
    if (!str_starts(path, before)) return (struct str){ "", 0 };
    (void)split((struct str){ path.p + before.n, path.n - before.n }, '/', part, PARTS_MAX);
    return part[0];
}

/* Whether the product names a session as the file does; what else may be called is told by its headers and its form. */
static bool is_target(struct arena *a, struct str path, bool is_get)
{
    struct str session = part_behind(path, STR(STRIPE_SESSIONS_TARGET "/"));
    if (session.n == 0) return path.n > 0;
    return str_eq(path, is_get ? stripe_session_target(a, session) : stripe_expire_target(a, session));
}

static const char *make_stripe(struct arena *a, const json_t *file, const json_t *one)
{
    const json_t *config = json_object_get(file, "config");
    const struct stripe_setup setup = { .api_key = member_text(config, "api_key"),
                                        .version = member_text(config, "api_version") };
    struct str wanted = header_of(one, "idempotency-key");
    bool is_get = str_eq(member_text(one, "method"), STR("GET"));
    struct str key = is_get || !wanted.p ? (struct str){ "", 0 } : derived_key(a, wanted);
    struct stripe_header header[STRIPE_HEADERS_MAX];
    struct stripe_form f;
    struct buf b;
    if (!is_get && key.n == 0) return "a call without a key";
    size_t count = stripe_headers(a, &setup, key, header);
    if (count != json_object_size(json_object_get(one, "headers"))) return "other headers";
    for (size_t i = 0; i < count; i++)
        if (!str_eq(header_of(one, header[i].name), header[i].value))
            return arena_printf(a, "another %s", header[i].name);
    /* Of a question the parameters are the query. */
    struct str target = target_of(member_text(one, "url")), query = behind_question(target);
    struct str path = { target.p, target.n - query.n - (memchr(target.p, '?', target.n) ? 1 : 0) };
    struct str body = member_text(one, "body");
    if (!is_target(a, path, is_get)) return "another address";
    if (is_get && body.n > 0) return "a body of a question";
    buf_init(&b, FORM_MAX);
    stripe_form_begin(&f, &b);
    write_form(&f, (struct str){ NULL, 0 }, 0, json_object_get(one, "params"));
    bool equal = !b.overflow && same_form(a, b.n > 0 ? buf_str(&b) : STR(""), is_get ? query : body);
    buf_free(&b);
    return equal ? NULL : "another body";
}

const struct judge stripe_request_judge = { .topic = "stripe/request", .make = make_stripe };
