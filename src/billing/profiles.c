/* profiles.c: what a merchant wants on invoices (发票抬头): title, tax number, address, telephone, bank. Judged when it
 * is typed, since a wrong number makes a paper that the buyer cannot book. A profile without a title is none. What was
 * printed keeps what it was printed with (papers.c). */
#include "billing/papers.h"
#include "billing/papers_fields.h"

#include "base/clock.h"

STMT(profile_read, "SELECT kind, title, tax_number, address, phone, bank, bank_account, email, updated_at_ms"
                   " FROM billing_profiles WHERE account = ?1");
STMT(profile_put,
     "INSERT INTO billing_profiles (account, kind, title, tax_number, address, phone, bank, bank_account, email,"
     " updated_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (account) DO UPDATE SET"
     " kind = excluded.kind, title = excluded.title, tax_number = excluded.tax_number, address = excluded.address,"
     " phone = excluded.phone, bank = excluded.bank, bank_account = excluded.bank_account, email = excluded.email,"
     " updated_at_ms = excluded.updated_at_ms");
STMT(profile_remove, "DELETE FROM billing_profiles WHERE account = ?1");

static const char *const kind_names[] = { "company", "person", "abroad", NULL };
static_assert(PROFILE_COMPANY == 1 && PROFILE_PERSON == 2 && PROFILE_ABROAD == 3, "kind_names, and stored");

FIELD_CODE(tax_number_wanted, "A company in China has a tax number.", "企业抬头需填写纳税人识别号。");
FIELD_CODE(no_tax_number, "A person has no tax number: leave it empty.", "个人抬头无需填写纳税人识别号，请留空。");

bool billing_forget(struct tx *tx, int64_t account)
{
    struct query q = query(tx, &profile_remove);
    bind_i64(&q, account);
    return query_change(&q) >= 0;
}

enum row profile_get(struct tx *tx, int64_t account, struct profile *out)
{
    struct query q = query(tx, &profile_read);
    bind_i64(&q, account);
    enum row row = query_row(&q);
    if (row == ROW_FOUND)
        *out = (struct profile){
            .kind = (enum profile_kind)col_state(&q, "kind", PROFILE_COMPANY, PROFILE_KIND_COUNT - 1),
            .party = { .name = col_text(&q, "title"),
                       .tax_number = col_text(&q, "tax_number"),
                       .address = col_text(&q, "address"),
                       .phone = col_text(&q, "phone"),
                       .bank = col_text(&q, "bank"),
                       .bank_account = col_text(&q, "bank_account"),
                       .email = col_text(&q, "email") },
            .updated_at_ms = col_i64(&q, "updated_at_ms"),
        };
    return row;
}

/* ---- told and taken ---- */

struct put_profile {
    int kind;
    const char *title;
    struct paper_contact contact;
};
/* clang-format off */
static const struct field put_profile_fields[] = {
    FIELD_ENUM(struct put_profile, kind, kind_names, .optional = true, .fallback = PROFILE_COMPANY - 1,
               .doc = "abroad: a tax number in any form, or none."),
    FIELD_TEXT(struct put_profile, title, .optional = true, .max = PARTY_NAME_MAX, .form = TEXT_NAME,
               .doc = "Who the invoice is made out to (发票抬头). Empty: nothing of this is kept."),
    PAPER_CONTACT_FIELDS(struct put_profile, contact),
    FIELD_END
};
static const struct shape profile_shape[] = {
    SHAPE_ENUM("kind", kind_names), SHAPE_TEXT("title"), PAPER_CONTACT_SHAPES,
    SHAPE_TIME("updatedAt", .nullable = true, .doc = "null: nothing was filled in yet."), SHAPE_END
};
/* clang-format on */

static void profile_json(struct json *j, const void *arg)
{
    const struct profile *p = arg;
    json_text(j, "kind", kind_names[p->kind - 1]);
    json_text(j, "title", p->party.name);
    paper_contact_json(j, &p->party);
    json_time(j, "updatedAt", p->updated_at_ms);
}

static enum answer tell(struct req *req)
{
    struct profile p;
    enum row row = profile_get(req->tx, req->who.account, &p);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE) p = (struct profile){ PROFILE_COMPANY, { "", "", "", "", "", "", "" }, 0 };
    return reply_json(req, 200, profile_json, &p);
}

/* NULL, or why not. */
static const char *tax_fault(enum profile_kind kind, const char *number)
{
    if (kind == PROFILE_ABROAD) return NULL;
    if (kind == PROFILE_PERSON) return number[0] ? "no_tax_number" : NULL;
    return number[0] ? tax_number_fault(number) : "tax_number_wanted";
}

static void change_json(struct json *j, const void *arg)
{
    const struct profile *p = arg;
    json_text(j, "kind", kind_names[p->kind - 1]);
    json_text(j, "title", p->party.name);
}

static enum answer keep(struct req *req, const struct profile *p)
{
    struct query q = query(req->tx, p->party.name[0] ? &profile_put : &profile_remove);
    bind_i64(&q, req->who.account);
    if (p->party.name[0]) {
        bind_i64(&q, p->kind), bind_text(&q, p->party.name), bind_text(&q, p->party.tax_number);
        bind_text(&q, p->party.address), bind_text(&q, p->party.phone), bind_text(&q, p->party.bank);
        bind_text(&q, p->party.bank_account), bind_text(&q, p->party.email), bind_i64(&q, req->now_ms);
    }
    if (query_change(&q) < 0 || !audit_request(req, AUDIT_invoice_details_changed, req->who.account, "account",
                                               req->who.account, change_json, p))
        return reply_fault(req);
    return tell(req);
}

static enum answer run_get(struct req *req) { return tell(req); }

static enum answer run_put(struct req *req)
{
    const struct put_profile *in = req->body;
    struct profile p = { .kind = (enum profile_kind)(in->kind + 1), .updated_at_ms = req->now_ms };
    paper_contact_read(req->arena, &in->contact, p.kind != PROFILE_ABROAD, &p.party);
    p.party.name = in->title ? in->title : "";
    const char *fault = p.party.name[0] ? tax_fault(p.kind, p.party.tax_number) : NULL;
    return fault ? reply_fields(req, "taxNumber", fault) : keep(req, &p);
}

/* clang-format off */
const struct route billing_profile_routes[] = {
    { .verb = VERB_GET, .path = "/api/billing/profile", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Papers",
      .answer = profile_shape, .run = run_get, .doc = "What stands on the account's invoices." },
    { .verb = VERB_PUT, .path = "/api/billing/profile", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Papers",
      BODY_FIELDS(put_profile), .answer = profile_shape, .run = run_put,
      .doc = "Say what stands on invoices from now on; what was made stays as it is." },
    ROUTE_END
};
/* clang-format on */
