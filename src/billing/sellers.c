/* sellers.c: who sells, as it is printed on papers: the operator says it once, and again when it changes. The numbers
 * of papers are a seller's, and a seller is a tax number: with another one a new series begins. */
#include "billing/papers.h"
#include "billing/papers_fields.h"

STMT(seller_last, "SELECT id, name, abroad, tax_number, address, phone, bank, bank_account, email, updated_at_ms"
                  " FROM sellers WHERE id = (SELECT MAX(id) FROM sellers)");
STMT(seller_put,
     "INSERT INTO sellers (id, name, abroad, tax_number, address, phone, bank, bank_account, email, actor,"
     " updated_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (id) DO UPDATE SET"
     " name = excluded.name, abroad = excluded.abroad, tax_number = excluded.tax_number, address = excluded.address,"
     " phone = excluded.phone, bank = excluded.bank, bank_account = excluded.bank_account, email = excluded.email,"
     " actor = excluded.actor, updated_at_ms = excluded.updated_at_ms");

enum row seller_now(struct tx *tx, struct seller *out)
{
    struct query q = query(tx, &seller_last);
    *out = (struct seller){ .id = 1, .party = { "Chathub", "", "", "", "", "", "" } };
    enum row row = query_row(&q);
    if (row == ROW_FOUND)
        *out = (struct seller){ .id = col_i64(&q, "id"),
                                .abroad = col_bool(&q, "abroad"),
                                .updated_at_ms = col_i64(&q, "updated_at_ms"),
                                .party = { .name = col_text(&q, "name"),
                                           .tax_number = col_text(&q, "tax_number"),
                                           .address = col_text(&q, "address"),
                                           .phone = col_text(&q, "phone"),
                                           .bank = col_text(&q, "bank"),
                                           .bank_account = col_text(&q, "bank_account"),
                                           .email = col_text(&q, "email") } };
    return row;
}

/* ---- what buyers and sellers have in common ---- */

void paper_contact_json(struct json *j, const struct paper_party *p)
{
    json_text(j, "taxNumber", p->tax_number);
    json_text(j, "address", p->address);
    json_text(j, "phone", p->phone);
    json_text(j, "bank", p->bank);
    json_text(j, "bankAccount", p->bank_account);
    json_text(j, "email", p->email);
}

static const char *or_none(const char *text) { return text ? text : ""; }

void paper_contact_read(struct arena *a, const struct paper_contact *from, bool chinese, struct paper_party *to)
{
    const char *number = or_none(from->tax_number);
    *to = (struct paper_party){ .name = "",
                                .tax_number = chinese ? tax_number_read(a, number) : number,
                                .address = or_none(from->address),
                                .phone = or_none(from->phone),
                                .bank = or_none(from->bank),
                                .bank_account = or_none(from->bank_account),
                                .email = or_none(from->email) };
}

/* ---- the operator's routes ---- */

struct put_seller {
    const char *name;
    bool abroad;
    struct paper_contact contact;
};
/* clang-format off */
static const struct field put_seller_fields[] = {
    FIELD_TEXT(struct put_seller, name, .min = 1, .max = PARTY_NAME_MAX, .form = TEXT_NAME,
               .doc = "As it is registered."),
    FIELD_BOOL(struct put_seller, abroad, .optional = true, .doc = "The tax number is not one of China."),
    PAPER_CONTACT_FIELDS(struct put_seller, contact),
    FIELD_END
};
static const struct shape seller_shape[] = {
    SHAPE_TEXT("name"), SHAPE_BOOL("abroad"), PAPER_CONTACT_SHAPES,
    SHAPE_I64("series", .doc = "Of the numbers of papers: another tax number begins another one."),
    SHAPE_TIME("updatedAt", .nullable = true, .doc = "null: it was not said yet, and no invoice can be made."),
    SHAPE_END
};
/* clang-format on */

static void seller_json(struct json *j, const void *arg)
{
    const struct seller *s = arg;
    json_text(j, "name", s->party.name);
    json_bool(j, "abroad", s->abroad);
    paper_contact_json(j, &s->party);
    json_i64(j, "series", s->id);
    json_time(j, "updatedAt", s->updated_at_ms);
}

static enum answer run_get(struct req *req)
{
    struct seller s;
    return seller_now(req->tx, &s) == ROW_FAULT ? reply_fault(req) : reply_json(req, 200, seller_json, &s);
}

static bool write_seller(struct req *req, const struct seller *s)
{
    struct query q = query(req->tx, &seller_put);
    bind_i64(&q, s->id), bind_text(&q, s->party.name), bind_bool(&q, s->abroad), bind_text(&q, s->party.tax_number);
    bind_text(&q, s->party.address), bind_text(&q, s->party.phone), bind_text(&q, s->party.bank);
    bind_text(&q, s->party.bank_account), bind_text(&q, s->party.email), bind_i64(&q, req->who.person);
    bind_i64(&q, s->updated_at_ms);
    return query_change(&q) == 1;
}

static enum answer run_put(struct req *req)
{
    const struct put_seller *in = req->body;
    struct seller before, s = { .abroad = in->abroad, .updated_at_ms = req->now_ms };
    paper_contact_read(req->arena, &in->contact, !in->abroad, &s.party);
    s.party.name = in->name;
    const char *number = s.party.tax_number;
    const char *fault = number[0] && !in->abroad ? tax_number_fault(number) : NULL;
    if (fault) return reply_fields(req, "taxNumber", fault);
    if (seller_now(req->tx, &before) == ROW_FAULT) return reply_fault(req);
    /* One that had no number yet is the same, with it. */
    bool other = before.party.tax_number[0] && !text_eq(before.party.tax_number, number);
    s.id = other ? before.id + 1 : before.id;
    if (!write_seller(req, &s) || !audit_request(req, AUDIT_seller_changed, 0, "seller", s.id, seller_json, &s))
        return reply_fault(req);
    return reply_json(req, 200, seller_json, &s);
}

/* clang-format off */
const struct route billing_seller_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/seller", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Papers",
      .answer = seller_shape, .run = run_get, .doc = "Who sells, as papers say it." },
    { .verb = VERB_PUT, .path = "/api/operator/seller", .who = WHO_OPERATOR, .tx = TX_WRITE, .tag = "Papers",
      .fresh = true, BODY_FIELDS(put_seller), .answer = seller_shape, .run = run_put,
      .doc = "Say who sells from now on. Papers that were made stay as they are." },
    ROUTE_END
};
/* clang-format on */
