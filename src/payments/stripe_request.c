/* stripe_request.c: what is sent to Stripe: forms, headers, and keys that make a repetition harmless. */
#include "payments/stripe.h"

enum { FORM_MAX = 65536, REFERENCE_MAX = 200, SHORTEST_S = 30 * 60, LONGEST_S = 24 * 60 * 60 };

void stripe_form_begin(struct stripe_form *f, struct buf *out) { *f = (struct stripe_form){ .out = out }; }

static void enter(struct stripe_form *f, struct str key, size_t index)
{
    assert(f->depth < STRIPE_PATH_MAX);
    f->path[f->depth].key = key;
    f->path[f->depth++].index = index;
}

void stripe_form_object(struct stripe_form *f, struct str key)
{
    assert(key.n > 0);
    enter(f, key, 0);
}

void stripe_form_item(struct stripe_form *f, size_t index)
{
    assert(f->depth > 0); /* a list has a name */
    enter(f, (struct str){ NULL, 0 }, index);
}

void stripe_form_end(struct stripe_form *f)
{
    assert(f->depth > 0);
    f->depth--;
}

/* The first part of a path stands as it is, each other one in brackets. */
static void add_part(struct stripe_form *f, size_t at, struct str key, size_t index)
{
    if (at > 0) buf_char(f->out, '[');
    if (key.p != NULL) percent_encode(f->out, key);
    else buf_i64(f->out, (int64_t)index);
    if (at > 0) buf_char(f->out, ']');
}

/* `key` p NULL: the value is the list's item itself. */
void stripe_form_text(struct stripe_form *f, struct str key, struct str value)
{
    assert(key.p != NULL || f->depth > 0);
    if (f->out->n > 0) buf_char(f->out, '&');
    for (size_t i = 0; i < f->depth; i++) add_part(f, i, f->path[i].key, f->path[i].index);
    if (key.p != NULL) add_part(f, f->depth, key, 0);
    buf_char(f->out, '=');
    percent_encode(f->out, value);
}

void stripe_form_i64(struct stripe_form *f, struct str key, int64_t value)
{
    char memory[24];
    struct buf number;
    buf_fixed(&number, memory, sizeof(memory));
    buf_i64(&number, value);
    stripe_form_text(f, key, buf_str(&number));
}

size_t stripe_headers(struct arena *a, const struct stripe_setup *s, struct str key,
                      struct stripe_header out[STRIPE_HEADERS_MAX])
{
    size_t count = 0;
    out[count++] = (struct stripe_header){ "Authorization",
                                           str_of(arena_printf(a, "Bearer %.*s", (int)s->api_key.n, s->api_key.p)) };
    out[count++] = (struct stripe_header){ "Content-Type", STR("application/x-www-form-urlencoded") };
    out[count++] = (struct stripe_header){ "Stripe-Version", s->version.n > 0 ? s->version : STR(STRIPE_VERSION) };
    if (key.n > 0) out[count++] = (struct stripe_header){ "Idempotency-Key", key };
    return count;
}

static struct str key_of(const char *text)
{
    struct str key = str_of(text);
    return key.n <= STRIPE_KEY_MAX ? key : (struct str){ NULL, 0 };
}

struct str stripe_checkout_key(struct arena *a, struct str order, int64_t round)
{
    return key_of(arena_printf(a, "order:%.*s:checkout:%lld", (int)order.n, order.p, (long long)round));
}

struct str stripe_expire_key(struct arena *a, struct str order)
{
    return key_of(arena_printf(a, "order:%.*s:expire", (int)order.n, order.p));
}

struct str stripe_refund_key(struct arena *a, struct str refund)
{
    return key_of(arena_printf(a, "refund:%.*s", (int)refund.n, refund.p));
}

bool stripe_amount(struct money m, int64_t *out)
{
    /* The króna and the shilling lost their hundredths, and still have to be sent with them. */
    bool whole = money_currency(m) == CURRENCY_ISK || money_currency(m) == CURRENCY_UGX;
    int64_t step = currency_digits(money_currency(m)) == 3 ? 10 : whole ? 100 : 1;
    if (money_is_negative(m) || money_minor(m) % step != 0) return false;
    *out = money_minor(m);
    return true;
}

struct str stripe_currency(struct arena *a, enum currency c)
{
    char *code = arena_text(a, currency_code(c));
    for (char *p = code; *p != '\0'; p++) *p = (char)(*p - 'A' + 'a');
    return str_of(code);
}

/* p NULL: not `good`, or grown too long. */
static struct str form_end(struct arena *a, struct buf *b, bool good)
{
    bool whole = good && !b->overflow;
    struct str out = { whole ? arena_text_n(a, b->p, b->n) : NULL, whole ? b->n : 0 };
    buf_free(b);
    return out;
}

static struct str target(struct arena *a, struct str session, const char *after)
{
    struct buf b;
    buf_init(&b, FORM_MAX);
    buf_text(&b, STRIPE_SESSIONS_TARGET "/");
    percent_encode(&b, session);
    buf_text(&b, after);
    return form_end(a, &b, session.n > 0);
}

struct str stripe_session_target(struct arena *a, struct str session) { return target(a, session, ""); }
struct str stripe_expire_target(struct arena *a, struct str session) { return target(a, session, "/expire"); }

struct str stripe_event_target(struct arena *a, struct str id)
{
    struct buf b;
    buf_init(&b, FORM_MAX);
    buf_text(&b, "/v1/events/");
    percent_encode(&b, id);
    return form_end(a, &b, id.n > 0);
}

struct str stripe_list_target(struct arena *a, enum stripe_list list, int64_t from_s, int64_t to_s, struct str after)
{
    static const char *const paths[] = { "/v1/charges", "/v1/refunds", "/v1/events" };
    static const char *const types[] = { "checkout.session.completed",
                                         "checkout.session.async_payment_succeeded",
                                         "checkout.session.async_payment_failed",
                                         "checkout.session.expired",
                                         "charge.refunded",
                                         "refund.failed",
                                         "charge.dispute.created" };
    struct buf b;
    buf_init(&b, FORM_MAX);
    buf_printf(&b, "%s?limit=100&created%%5Bgte%%5D=%lld&created%%5Blt%%5D=%lld", paths[list], (long long)from_s,
               (long long)to_s);
    if (list == STRIPE_UNDELIVERED) buf_text(&b, "&delivery_success=false");
    for (size_t i = 0; list == STRIPE_UNDELIVERED && i < ARRAY_LEN(types); i++)
        buf_printf(&b, "&types%%5B%%5D=%s", types[i]);
    if (after.n > 0) buf_text(&b, "&starting_after="), percent_encode(&b, after);
    return form_end(a, &b, true);
}

static bool add_line(struct arena *a, struct stripe_form *f, size_t i, const struct stripe_line *line)
{
    int64_t amount;
    if (line->quantity < 1 || line->name.n == 0 || !stripe_amount(line->price, &amount)) return false;
    stripe_form_item(f, i);
    stripe_form_i64(f, STR("quantity"), line->quantity);
    stripe_form_object(f, STR("price_data"));
    stripe_form_text(f, STR("currency"), stripe_currency(a, money_currency(line->price)));
    stripe_form_i64(f, STR("unit_amount"), amount);
    stripe_form_object(f, STR("product_data"));
    stripe_form_text(f, STR("name"), line->name);
    stripe_form_end(f);
    stripe_form_end(f);
    stripe_form_end(f);
    return true;
}

struct str stripe_session_body(struct arena *a, const struct stripe_session *s)
{
    int64_t lasts_s = s->expires_at_s - s->at_s;
    bool good = s->order.n > 0 && s->order.n <= REFERENCE_MAX && s->lines > 0 && s->lines <= STRIPE_LINES_MAX &&
                lasts_s >= SHORTEST_S && lasts_s <= LONGEST_S;
    struct buf b;
    struct stripe_form f;
    buf_init(&b, FORM_MAX);
    stripe_form_begin(&f, &b);
    stripe_form_text(&f, STR("mode"), STR("payment"));
    stripe_form_text(&f, STR("client_reference_id"), s->order);
    stripe_form_object(&f, STR("line_items"));
    for (size_t i = 0; good && i < s->lines; i++) good = add_line(a, &f, i, &s->line[i]);
    stripe_form_end(&f);
    stripe_form_text(&f, STR("success_url"), s->success_url);
    stripe_form_text(&f, STR("cancel_url"), s->cancel_url);
    stripe_form_i64(&f, STR("expires_at"), s->expires_at_s);
    stripe_form_object(&f, STR("metadata"));
    stripe_form_text(&f, STR("order_id"), s->order);
    stripe_form_end(&f);
    stripe_form_object(&f, STR("payment_intent_data"));
    stripe_form_object(&f, STR("metadata"));
    stripe_form_text(&f, STR("order_id"), s->order);
    return form_end(a, &b, good);
}

struct str stripe_refund_body(struct arena *a, struct str payment_intent, struct str refund, struct money amount)
{
    int64_t minor = 0;
    bool good = payment_intent.n > 0 && refund.n > 0 && money_is_positive(amount) && stripe_amount(amount, &minor);
    struct buf b;
    struct stripe_form f;
    buf_init(&b, FORM_MAX);
    stripe_form_begin(&f, &b);
    stripe_form_text(&f, STR("payment_intent"), payment_intent);
    stripe_form_i64(&f, STR("amount"), minor);
    stripe_form_text(&f, STR("reason"), STR("requested_by_customer"));
    stripe_form_object(&f, STR("metadata"));
    stripe_form_text(&f, STR("refund_id"), refund);
    return form_end(a, &b, good);
}
