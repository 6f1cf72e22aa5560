/* bill_stripe.c: pages of Stripe's lists: charges, refunds, and events that it could not deliver. */
#include "payments/bill.h"

enum { CURRENCY_CHARS = 3, ID_MAX = 255 };

static bool is_text(const json_t *object, const char *member, const char *wanted)
{
    struct str text;
    return json_get_str(object, member, &text) && str_eq(text, str_of(wanted));
}

static bool read_amount(const json_t *object, struct money *out)
{
    struct str text;
    char code[CURRENCY_CHARS];
    if (!json_get_str(object, "currency", &text) || text.n != CURRENCY_CHARS) return false;
    for (size_t i = 0; i < CURRENCY_CHARS; i++) {
        if (text.p[i] < 'a' || text.p[i] > 'z') return false;
        code[i] = (char)(text.p[i] - 'a' + 'A');
    }
    enum currency c = currency_from_code(code, CURRENCY_CHARS);
    return c != CURRENCY_NONE && payment_money(object, "amount", c, out);
}

/* A text, or nothing; false: longer than a number may be. */
static bool take(struct arena *a, const json_t *object, const char *member, struct str *out)
{
    if (!payment_text(a, object, member, out)) *out = (struct str){ "", 0 };
    return out->n <= BILL_NUMBER_MAX;
}

static const char *read_row(struct arena *a, bool livemode, const json_t *one, struct bill *out)
{
    bool is_charge = is_text(one, "object", "charge"), live;
    const json_t *own = json_object_get(one, "metadata");
    struct bill_row b = { .is_refund = is_text(one, "object", "refund") };
    if (!is_charge && !b.is_refund) return "a row is neither a charge nor a refund";
    if (is_charge && (!json_get_bool(one, "livemode", &live) || live != livemode))
        return "it is of the other mode (live or test)";
    bool pending = is_text(one, "status", "pending");
    bool counts =
        is_text(one, "status", "succeeded") || pending || (b.is_refund && is_text(one, "status", "requires_action"));
    b.waits = is_charge && pending;
    if (!take(a, one, "payment_intent", &b.trade) || !take(a, own, "order_id", &b.order) ||
        !take(a, own, "refund_id", &b.refund))
        return "a number is too long";
    if (b.is_refund) b.order = (struct str){ "", 0 };
    else b.refund = (struct str){ "", 0 };
    /* What other uses of the same account have charged. */
    if (!counts || b.trade.n == 0 || (is_charge && b.order.n == 0)) {
        out->other++;
        return NULL;
    }
    if (!read_amount(one, &b.amount) || !money_is_positive(b.amount)) return "an amount cannot be read";
    if (out->count == BILL_ROWS_MAX) return "there are too many rows";
    out->row[out->count++] = b;
    return NULL;
}

/* The list of a page, and whether there are more behind it. NULL: it is none. */
static const json_t *list_of(const json_t *page, bool *more)
{
    const json_t *data = json_object_get(page, "data");
    bool good = is_text(page, "object", "list") && json_is_array(data) && json_get_bool(page, "has_more", more);
    return good && (!*more || json_array_size(data) > 0) ? data : NULL;
}

static bool id_of(struct arena *a, const json_t *one, struct str *out)
{
    return payment_text(a, one, "id", out) && out->n > 0 && out->n <= ID_MAX;
}

const char *bill_read_stripe(struct arena *a, bool livemode, struct str text, struct bill *out, struct str *last)
{
    const char *why = NULL;
    bool more = false;
    json_t *page = json_read_grown(text, BILL_FILE_MAX, NULL);
    const json_t *data = list_of(page, &more);
    *last = (struct str){ NULL, 0 };
    if (!data) why = "the answer is no list";
    for (size_t i = 0; !why && i < json_array_size(data); i++)
        why = read_row(a, livemode, json_array_get(data, i), out);
    if (!why && more && !id_of(a, json_array_get(data, json_array_size(data) - 1), last)) why = "a row has no id";
    json_decref(page);
    return why;
}

bool bill_read_events(struct arena *a, struct str text, struct str out[BILL_EVENTS_MAX], size_t *count,
                      struct str *last)
{
    bool more = false, good;
    json_t *page = json_read_grown(text, BILL_FILE_MAX, NULL);
    const json_t *data = list_of(page, &more);
    *count = 0, *last = (struct str){ NULL, 0 };
    good = data != NULL && json_array_size(data) <= BILL_EVENTS_MAX;
    for (size_t i = 0; good && i < json_array_size(data); i++) {
        const json_t *one = json_array_get(data, i);
        good = is_text(one, "object", "event") && id_of(a, one, &out[*count]) && out[*count].n <= BILL_NUMBER_MAX;
        *count += good;
    }
    if (good && more) *last = out[*count - 1];
    json_decref(page);
    return good;
}
