/* paper_json.c: what is kept of a paper: all that is printed, in both languages, so that a reprint is the same whatever
 * has become of the order, the offer, the profile and the seller since. `form` is the version of this: a later one is
 * read by later code, and this one stays readable. Sums are minor units of the paper's one currency. */
#include "billing/paper.h"

enum { FORM = 1 };

static void party_json(struct json *j, const char *key, const struct paper_party *p)
{
    json_object(j, key);
    json_text(j, "name", p->name);
    json_text(j, "taxNumber", p->tax_number);
    json_text(j, "address", p->address);
    json_text(j, "phone", p->phone);
    json_text(j, "bank", p->bank);
    json_text(j, "bankAccount", p->bank_account);
    json_text(j, "email", p->email);
    json_end(j);
}

static void line_json(struct json *j, const struct paper_line *l)
{
    json_object(j, NULL);
    json_text(j, "what", l->what);
    json_text(j, "nameEn", l->name_en);
    json_text(j, "nameZh", l->name_zh);
    json_i64(j, "quantity", l->quantity);
    json_i64(j, "fromMs", l->from_ms);
    json_i64(j, "toMs", l->to_ms);
    json_i64(j, "price", money_minor(l->price));
    json_i64(j, "amount", money_minor(l->amount));
    json_end(j);
}

void paper_json(struct json *j, const void *paper)
{
    const struct paper *p = paper;
    json_i64(j, "form", FORM);
    json_text(j, "kind", paper_kind_names[p->kind - 1]);
    json_text(j, "number", p->number);
    json_text(j, "order", p->order);
    json_text(j, "refund", p->refund);
    json_text(j, "reason", p->reason);
    json_text(j, "corrects", p->corrects);
    json_i64(j, "issuedMs", p->issued_at_ms);
    json_i64(j, "paidMs", p->paid_at_ms);
    party_json(j, "seller", &p->seller);
    party_json(j, "buyer", &p->buyer);
    json_text(j, "currency", currency_code(money_currency(p->amount)));
    json_i64(j, "amount", money_minor(p->amount));
    json_i64(j, "refunded", money_minor(p->refunded));
    json_text(j, "providerEn", p->provider_en);
    json_text(j, "providerZh", p->provider_zh);
    json_text(j, "trade", p->trade);
    json_array(j, "lines");
    for (size_t i = 0; i < p->lines; i++) line_json(j, &p->line[i]);
    json_end(j);
}

/* ---- read again ---- */

struct reading {
    struct arena *a;
    const json_t *from;
    enum currency currency;
    bool good;
};

static const char *text_of(struct reading *r, const char *key)
{
    struct str s;
    if (json_get_str(r->from, key, &s)) return arena_text_n(r->a, s.p, s.n);
    r->good = false;
    return "";
}

static int64_t number_of(struct reading *r, const char *key)
{
    int64_t n = 0;
    r->good = json_get_i64(r->from, key, &n) && r->good;
    return n;
}

static struct money money_in(struct reading *r, const char *key)
{
    int64_t minor = number_of(r, key);
    if (minor < -MONEY_LIMIT || minor > MONEY_LIMIT || r->currency == CURRENCY_NONE) r->good = false;
    return r->good ? money_of(minor, r->currency) : money_of(0, CURRENCY_CNY);
}

static struct paper_party party_of(struct reading *whole, const char *key)
{
    struct reading r = { .a = whole->a, .from = json_object_get(whole->from, key), .good = true };
    const struct paper_party p = { .name = text_of(&r, "name"),
                                   .tax_number = text_of(&r, "taxNumber"),
                                   .address = text_of(&r, "address"),
                                   .phone = text_of(&r, "phone"),
                                   .bank = text_of(&r, "bank"),
                                   .bank_account = text_of(&r, "bankAccount"),
                                   .email = text_of(&r, "email") };
    whole->good = whole->good && r.good;
    return p;
}

static void lines_of(struct reading *whole, struct paper *out)
{
    const json_t *list = json_object_get(whole->from, "lines");
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n > PAPER_LINES_MAX) whole->good = false;
    if (!whole->good) return;
    struct paper_line *line = ARENA_ARRAY(whole->a, struct paper_line, n);
    for (size_t i = 0; i < n; i++) {
        struct reading r = { whole->a, json_array_get(list, i), whole->currency, true };
        line[i] = (struct paper_line){ .what = text_of(&r, "what"),
                                       .name_en = text_of(&r, "nameEn"),
                                       .name_zh = text_of(&r, "nameZh"),
                                       .quantity = number_of(&r, "quantity"),
                                       .from_ms = number_of(&r, "fromMs"),
                                       .to_ms = number_of(&r, "toMs"),
                                       .price = money_in(&r, "price"),
                                       .amount = money_in(&r, "amount") };
        whole->good = whole->good && r.good;
    }
    out->line = line, out->lines = n;
}

static enum paper_kind kind_of(const char *name)
{
    for (int i = 0; paper_kind_names[i]; i++)
        if (text_eq(paper_kind_names[i], name)) return (enum paper_kind)(i + 1);
    return PAPER_NONE;
}

bool paper_read(struct arena *a, struct str json, struct paper *out)
{
    json_t *read = json_read(json, JSON_READ_MAX_BYTES, NULL);
    struct reading r = { .a = a, .from = read, .good = read != NULL };
    if (!r.good) return false;
    const char *code = text_of(&r, "currency");
    r.currency = currency_from_code(code, strlen(code));
    *out = (struct paper){ .kind = kind_of(text_of(&r, "kind")),
                           .number = text_of(&r, "number"),
                           .order = text_of(&r, "order"),
                           .refund = text_of(&r, "refund"),
                           .reason = text_of(&r, "reason"),
                           .corrects = text_of(&r, "corrects"),
                           .issued_at_ms = number_of(&r, "issuedMs"),
                           .paid_at_ms = number_of(&r, "paidMs"),
                           .seller = party_of(&r, "seller"),
                           .buyer = party_of(&r, "buyer"),
                           .amount = money_in(&r, "amount"),
                           .refunded = money_in(&r, "refunded"),
                           .provider_en = text_of(&r, "providerEn"),
                           .provider_zh = text_of(&r, "providerZh"),
                           .trade = text_of(&r, "trade") };
    lines_of(&r, out);
    bool good = r.good && number_of(&r, "form") == FORM && out->kind != PAPER_NONE;
    json_decref(read);
    return good && r.good;
}
