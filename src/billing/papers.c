/* papers.c: receipts, invoices and credit notes are made, and never changed.
 *
 * A paper is made in the transaction of what it tells of, with all that is printed frozen in it, and with the next
 * number of its seller and year. Numbers are without a gap, as books want them: so they come from a row that each such
 * transaction locks until its commit, behind all other rows but those of events. An undone transaction gives its number
 * back by being undone.
 *
 * An order has one receipt, and at most one invoice that holds. What is wrong in an invoice is put right by a credit
 * note that takes all of it back and a new one; what goes back to the buyer, by a credit note of its sum against the
 * invoice that holds, or the receipt.
 *
 * Rejected: a sequence (it leaves gaps); numbers given by a job afterwards (a buyer who has paid would see no paper,
 * and the job would need the same lock); rows that are read again for a reprint (an offer's name or an address of today
 * would stand on a paper of last year). */
#include "billing/papers.h"

#include "accounts/accounts.h"
#include "base/crypto.h"
#include "billing/paper_text.h"

enum { CONTENT_MAX = 256 * 1024, NUMBER_DIGITS = 6 };

static const char *const number_heads[PAPER_KIND_COUNT] = {
    [PAPER_INVOICE] = "IN", [PAPER_RECEIPT] = "RC", [PAPER_CREDIT_NOTE] = "CN"
};
static_assert(PAPER_CREDIT_NOTE == 3, "invoices.kind is stored: append, never renumber");

#define PAPER_COLUMNS                                                                                                  \
    "i.id, i.number, i.seller, i.year, i.seq, i.kind, i.account, i.order_id, i.order_number, i.payment, i.refund,"     \
    " i.corrects, i.round, i.currency, i.amount, i.refunded, i.title, i.actor, i.issued_at_ms,"                        \
    " COALESCE(c.number, '') AS corrected"
#define PAPER_FROM " FROM invoices i LEFT JOIN invoices c ON c.id = i.corrects "
STMT(number_next, "INSERT INTO invoice_numbers (seller, year, last) VALUES (?1, ?2, 1) ON CONFLICT (seller, year)"
                  " DO UPDATE SET last = invoice_numbers.last + 1 RETURNING last");
STMT(
    paper_insert,
    "INSERT INTO invoices (number, seller, year, seq, kind, account, order_id, order_number, payment, refund, corrects,"
    " round, currency, amount, refunded, title, content, hash, actor, issued_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
    " ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20) RETURNING id");
STMT(papers_all, "SELECT " PAPER_COLUMNS PAPER_FROM "WHERE i.id < ?1 ORDER BY i.id DESC LIMIT ?2");
STMT(papers_account,
     "SELECT " PAPER_COLUMNS PAPER_FROM "WHERE i.account = ?1 AND i.id < ?2 ORDER BY i.id DESC LIMIT ?3");
STMT(papers_order, "SELECT " PAPER_COLUMNS PAPER_FROM "WHERE i.order_id = ?1 ORDER BY i.id LIMIT ?2");
STMT(papers_order_page, "SELECT " PAPER_COLUMNS PAPER_FROM "WHERE i.order_id = ?1 AND i.account = ?2 AND i.id < ?3"
                        " ORDER BY i.order_id DESC, i.id DESC LIMIT ?4");
STMT(paper_number, "SELECT i.content, " PAPER_COLUMNS PAPER_FROM "WHERE i.number = ?1");
STMT(paper_content, "SELECT content FROM invoices WHERE id = ?1");

/* ---- rows ---- */

static struct paper_row row_of(const struct query *q)
{
    return (struct paper_row){ .id = col_i64(q, "id"),
                               .number = col_text(q, "number"),
                               .seller = col_i64(q, "seller"),
                               .year = col_i64(q, "year"),
                               .seq = col_i64(q, "seq"),
                               .kind = (enum paper_kind)col_state(q, "kind", PAPER_INVOICE, PAPER_KIND_COUNT - 1),
                               .account = col_i64(q, "account"),
                               .order = col_i64(q, "order_id"),
                               .order_number = col_text(q, "order_number"),
                               .payment = col_i64(q, "payment"),
                               .refund = col_i64(q, "refund"),
                               .corrects = col_i64(q, "corrects"),
                               .round = col_i64(q, "round"),
                               .amount = col_money(q, "amount"),
                               .refunded = col_money(q, "refunded"),
                               .title = col_text(q, "title"),
                               .actor = col_i64(q, "actor"),
                               .issued_at_ms = col_i64(q, "issued_at_ms"),
                               .corrected = col_text(q, "corrected") };
}

bool papers_page(struct tx *tx, int64_t account, int64_t after, int64_t limit, struct paper_row *out, size_t *count)
{
    struct query q = query(tx, account == 0 ? &papers_all : &papers_account);
    enum row row;
    *count = 0;
    if (account != 0) bind_i64(&q, account);
    bind_i64(&q, after), bind_i64(&q, limit);
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = row_of(&q);
    return row == ROW_NONE;
}

enum row papers_by_number(struct tx *tx, const char *number, int64_t account, struct paper_row *out)
{
    struct query q = query(tx, &paper_number);
    bind_text(&q, number);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    *out = row_of(&q);
    out->content = col_text(&q, "content");
    return account == 0 || out->account == account ? ROW_FOUND : ROW_NONE;
}

bool papers_of_order(struct tx *tx, const struct order *o, int64_t after, int64_t limit, struct paper_row *out,
                     size_t *count)
{
    struct query q = query(tx, &papers_order_page);
    enum row row;
    *count = 0;
    bind_i64(&q, o->id), bind_i64(&q, o->account), bind_i64(&q, after), bind_i64(&q, limit);
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = row_of(&q);
    return row == ROW_NONE;
}

/* Oldest first. */
static bool papers_of(struct tx *tx, int64_t order, struct paper_row *out, size_t *count)
{
    struct query q = query(tx, &papers_order);
    enum row row;
    *count = 0;
    bind_i64(&q, order), bind_i64(&q, PAPERS_OF_ORDER_MAX);
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = row_of(&q);
    return row == ROW_NONE;
}

/* ---- what is printed ---- */

/* As people call it; one that is none of ours any more by its own name. */
static void name_payment(const struct payment *p, struct paper *out)
{
    out->provider_en = out->provider_zh = p->provider;
    for (const struct provider *const *w = billing_providers; *w; w++)
        if (text_eq((*w)->name, p->provider)) out->provider_en = (*w)->name_en, out->provider_zh = (*w)->name_zh;
    out->trade = p->trade;
    out->paid_at_ms = p->paid_at_ms;
}

static bool read_lines(struct tx *tx, const struct order *o, struct paper *out)
{
    struct order_line *from = ARENA_ARRAY(tx_arena(tx), struct order_line, ORDER_LINES_MAX);
    struct paper_line *line = ARENA_ARRAY(tx_arena(tx), struct paper_line, ORDER_LINES_MAX);
    struct offer offer;
    if (offers_get(tx, o->offer, &offer) != ROW_FOUND || !orders_lines(tx, o->id, from, &out->lines)) return false;
    for (size_t i = 0; i < out->lines; i++)
        line[i] = (struct paper_line){ .what = from[i].what,
                                       .name_en = offer.name_en,
                                       .name_zh = offer.name_zh,
                                       .quantity = from[i].quantity,
                                       .from_ms = from[i].from_ms,
                                       .to_ms = from[i].to_ms,
                                       .price = from[i].price,
                                       .amount = from[i].amount };
    out->line = line;
    return true;
}

/* Of a credit note: one line with what goes back. `of`: the paper that it takes from. */
static void one_line(struct tx *tx, const char *what, const struct paper_row *of, struct paper *out)
{
    struct paper_line *line = ARENA_NEW(tx_arena(tx), struct paper_line);
    *line = (struct paper_line){ .what = what,
                                 .name_en = of->number,
                                 .name_zh = of->number,
                                 .quantity = 1,
                                 .price = out->amount,
                                 .amount = out->amount };
    out->line = line, out->lines = 1;
}

static const struct paper_party nobody = { "", "", "", "", "", "", "" };

/* The profile; without one the account's owner by the address. */
static bool read_buyer(struct tx *tx, int64_t account, struct paper_party *out)
{
    struct profile profile;
    struct account a;
    enum row row = profile_get(tx, account, &profile);
    if (row == ROW_FOUND) *out = profile.party;
    if (row != ROW_NONE) return row == ROW_FOUND;
    *out = nobody;
    row = accounts_get(tx, account, &a);
    if (row == ROW_FOUND && a.owner.email) out->name = a.name && a.name[0] ? a.name : a.owner.email;
    if (row == ROW_FOUND && a.owner.email) out->email = a.owner.email;
    return row != ROW_FAULT;
}

/* ---- a number and a row ---- */

static const char *number_of(struct arena *a, const struct paper_row *r)
{
    const char *head = number_heads[r->kind];
    if (r->seller == 1)
        return arena_printf(a, "%s-%lld-%0*lld", head, (long long)r->year, NUMBER_DIGITS, (long long)r->seq);
    return arena_printf(a, "%s-%lld-%lld-%0*lld", head, (long long)r->year, (long long)r->seller, NUMBER_DIGITS,
                        (long long)r->seq);
}

static bool insert(struct tx *tx, struct paper_row *r, const uint8_t hash[SHA256_SIZE])
{
    struct query q = query(tx, &paper_insert);
    bind_text(&q, r->number), bind_i64(&q, r->seller), bind_i64(&q, r->year), bind_i64(&q, r->seq);
    bind_i64(&q, r->kind), bind_i64(&q, r->account), bind_i64(&q, r->order), bind_text(&q, r->order_number);
    bind_i64(&q, r->payment), bind_i64(&q, r->refund), bind_i64(&q, r->corrects), bind_i64(&q, r->round);
    bind_text(&q, currency_code(money_currency(r->amount))), bind_i64(&q, money_minor(r->amount));
    bind_i64(&q, money_minor(r->refunded)), bind_text(&q, r->title), bind_text(&q, r->content);
    bind_blob(&q, hash, SHA256_SIZE), bind_i64(&q, r->actor), bind_i64(&q, r->issued_at_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    r->id = col_i64(&q, "id");
    return true;
}

/* Seller, number, year and title of *r, and its row. p->number is set. The last thing that a paper's maker does. */
static bool keep(struct tx *tx, struct paper_row *r, struct paper *p)
{
    struct seller seller;
    struct buf b;
    struct json j;
    uint8_t hash[SHA256_SIZE];
    if (seller_now(tx, &seller) == ROW_FAULT) return false;
    p->seller = seller.party, p->kind = r->kind, p->order = r->order_number, p->corrects = r->corrected;
    p->issued_at_ms = r->issued_at_ms, p->amount = r->amount, p->refunded = r->refunded;
    r->seller = seller.id, r->year = paper_year(r->issued_at_ms), r->title = p->buyer.name;
    struct query q = query(tx, &number_next);
    bind_i64(&q, r->seller), bind_i64(&q, r->year);
    if (query_row(&q) != ROW_FOUND) return false;
    r->seq = col_i64(&q, "last");
    r->number = p->number = number_of(tx_arena(tx), r);
    buf_init(&b, CONTENT_MAX);
    json_begin(&j, &b);
    json_object(&j, NULL);
    paper_json(&j, p);
    json_end(&j);
    json_finish(&j);
    bool fits = !b.overflow;
    if (fits) r->content = arena_text_n(tx_arena(tx), b.p, b.n);
    buf_free(&b);
    assert(fits);
    if (!fits) return false;
    sha256(r->content, strlen(r->content), hash);
    return insert(tx, r, hash);
}

static struct paper_row row_for(enum paper_kind kind, const struct order *o, const struct payment *p, int64_t now_ms)
{
    return (struct paper_row){ .kind = kind,
                               .account = o->account,
                               .order = o->id,
                               .order_number = o->number,
                               .payment = p->id,
                               .corrected = "",
                               .amount = p->amount,
                               .refunded = money_of(0, money_currency(p->amount)),
                               .issued_at_ms = now_ms };
}

/* ---- which of an order's papers holds ---- */

struct held {
    struct paper_row *paper;
    size_t count;
    const struct paper_row *receipt, *invoice; /* NULL: none; an invoice that was taken back holds no more */
    struct money left;                         /* what credit notes have not taken from `invoice` yet */
    struct money back;                         /* what credit notes say that was given back, of the whole order */
    int64_t rounds;                            /* invoices that there ever were */
};

static bool take(struct held *h, const struct paper_row *note)
{
    if (note->refund > 0 && !money_add(h->back, note->amount, &h->back)) return false;
    if (!h->invoice || note->corrects != h->invoice->id) return true;
    if (note->refund == 0) h->invoice = NULL;
    return !h->invoice || money_subtract(h->left, note->amount, &h->left);
}

static bool read_held(struct tx *tx, int64_t order, enum currency currency, struct held *h)
{
    *h = (struct held){ .paper = ARENA_ARRAY(tx_arena(tx), struct paper_row, PAPERS_OF_ORDER_MAX),
                        .back = money_of(0, currency) };
    if (!papers_of(tx, order, h->paper, &h->count)) return false;
    for (size_t i = 0; i < h->count; i++) {
        const struct paper_row *p = &h->paper[i];
        if (p->kind == PAPER_RECEIPT) h->receipt = p;
        if (p->kind == PAPER_INVOICE) h->invoice = p, h->rounds++;
        if (p->kind == PAPER_INVOICE && !money_subtract(p->amount, p->refunded, &h->left)) return false;
        if (p->kind == PAPER_CREDIT_NOTE && !take(h, p)) return false;
    }
    return true;
}

static bool read_content(struct tx *tx, const struct paper_row *r, struct paper *out)
{
    struct query q = query(tx, &paper_content);
    bind_i64(&q, r->id);
    return query_row(&q) == ROW_FOUND && paper_read(tx_arena(tx), str_of(col_text(&q, "content")), out);
}

/* ---- receipts ---- */

bool papers_receipt(struct tx *tx, const struct order *o, const struct payment *p, int64_t now_ms)
{
    struct held h;
    struct paper_row r = row_for(PAPER_RECEIPT, o, p, now_ms);
    struct paper paper = { .refund = "", .reason = "" };
    if (!read_held(tx, o->id, money_currency(o->amount), &h)) return false;
    if (h.receipt) return true;
    if (!read_buyer(tx, o->account, &paper.buyer) || !read_lines(tx, o, &paper)) return false;
    name_payment(p, &paper);
    return keep(tx, &r, &paper);
}

/* ---- credit notes ---- */

/* Takes `amount` from a paper that was made, to whose buyer it goes. r->refund 0: all that is left of an invoice. */
static bool put_note(struct tx *tx, struct paper_row *r, const struct paper_row *of, struct paper *p)
{
    struct paper first;
    if (!read_content(tx, of, &first)) return false;
    r->corrects = of->id, r->corrected = of->number;
    p->buyer = first.buyer, p->provider_en = first.provider_en, p->provider_zh = first.provider_zh;
    p->trade = first.trade, p->paid_at_ms = first.paid_at_ms, p->amount = r->amount;
    one_line(tx, r->refund ? "refund" : "cancelled", of, p);
    return keep(tx, r, p);
}

bool papers_credit_note(struct tx *tx, const struct payment *p, const struct refund *refund, int64_t now_ms)
{
    struct order o;
    struct held h;
    struct paper paper = { .refund = refund->number, .reason = refund->reason };
    if (!p->counts) return true; /* no paper told of this payment */
    if (orders_get(tx, p->order, false, &o) != ROW_FOUND) return false;
    if (!read_held(tx, o.id, money_currency(o.amount), &h)) return false;
    for (size_t i = 0; i < h.count; i++)
        if (h.paper[i].refund == refund->id) return true;
    const struct paper_row *of = h.invoice ? h.invoice : h.receipt;
    if (!of) return true; /* delivered before there were papers */
    struct paper_row r = row_for(PAPER_CREDIT_NOTE, &o, p, now_ms);
    r.amount = refund->amount, r.refund = refund->id;
    return put_note(tx, &r, of, &paper);
}

/* ---- invoices ---- */

static bool same_party(const struct paper_party *a, const struct paper_party *b)
{
    return text_eq(a->name, b->name) && text_eq(a->tax_number, b->tax_number) && text_eq(a->address, b->address) &&
           text_eq(a->phone, b->phone) && text_eq(a->bank, b->bank) && text_eq(a->bank_account, b->bank_account) &&
           text_eq(a->email, b->email);
}

static bool take_back(struct tx *tx, const struct papers_wish *w, const struct held *h)
{
    struct paper_row r = row_for(PAPER_CREDIT_NOTE, w->order, w->paid, w->now_ms);
    struct paper paper = { .refund = "", .reason = "" };
    r.amount = h->left, r.actor = w->actor;
    return put_note(tx, &r, h->invoice, &paper);
}

enum papers_invoiced papers_invoice(struct tx *tx, const struct papers_wish *w, struct paper_row *out)
{
    struct held h;
    struct paper before, paper = { .refund = "", .reason = "", .buyer = *w->buyer };
    int more;
    assert(w->order->state == ORDER_DELIVERED && w->order->paid_by == w->paid->id && w->buyer->name[0] != '\0');
    if (!read_held(tx, w->order->id, money_currency(w->order->amount), &h)) return PAPERS_FAULT;
    if (!money_compare(w->paid->amount, w->paid->refunded, &more)) return PAPERS_FAULT;
    if (more <= 0) return PAPERS_NOTHING;
    struct paper_row r = row_for(PAPER_INVOICE, w->order, w->paid, w->now_ms);
    r.actor = w->actor, r.round = h.rounds;
    r.refunded = h.back; /* not the provider's total: what is under way has its credit note when it is done */
    if (h.invoice) {
        *out = *h.invoice;
        if (!read_content(tx, h.invoice, &before)) return PAPERS_FAULT;
        if (same_party(&before.buyer, w->buyer)) return PAPERS_SAME;
        if (!w->replace) return PAPERS_OTHER;
        if (h.rounds >= PAPER_ROUNDS_MAX || h.count + 2 > PAPERS_OF_ORDER_MAX) return PAPERS_TOO_MANY;
        r.corrects = h.invoice->id, r.corrected = h.invoice->number;
        if (!take_back(tx, w, &h)) return PAPERS_FAULT;
    }
    if (!read_lines(tx, w->order, &paper)) return PAPERS_FAULT;
    name_payment(w->paid, &paper);
    if (!keep(tx, &r, &paper)) return PAPERS_FAULT;
    *out = r;
    return PAPERS_MADE;
}
