/* operator_offers.c: what is sold, as operators see it: every version, those of one price with what stands at them, and
 * a new one. A price is never changed: orders keep the version that they were made from. */
#include "billing/private.h"

#include "audit/audit.h"
#include "http/events.h"

enum { OFFERS_PAGE = 50, OFFERS_PAGE_MAX = 100, DAYS_MAX = 3660, WEBSITES_MAX = 1000, CREDITS_MAX = 1000000 };
enum { PRICE_MAX = 1000000000 };

const struct problem problem_currency_unknown = { "currency_unknown", 422, "This currency is not known here.",
                                                  "未知的货币。" };
FIELD_CODE(not_of_kind, "This kind of offer needs another value here.", "该类型的商品不能使用此值。");

/* clang-format off */
#define VERSION_MEMBERS                                                                                                \
    SHAPE_I64("id"), SHAPE_TEXT("code"), SHAPE_I64("version"), SHAPE_ENUM("kind", offer_kind_names),                   \
    SHAPE_TEXT("nameEn"), SHAPE_TEXT("nameZh"), SHAPE_OBJECT("price", amount_shape, .type_name = "Money"),             \
    SHAPE_I64("days"),                                                                                                 \
    SHAPE_I64("seats"), SHAPE_OBJECT("seatPrice", amount_shape, .type_name = "Money"),                                 \
    SHAPE_I64("websites", .doc = "0: any number."), SHAPE_I64("credits"), SHAPE_BOOL("sold"), SHAPE_TIME("createdAt"), \
    SHAPE_TIME("replacedAt", .nullable = true)
static const struct shape version_shape[] = { VERSION_MEMBERS, SHAPE_END };
static const struct shape history_item_shape[] = {
    VERSION_MEMBERS, SHAPE_I64("actor", .nullable = true, .doc = "Who set it; null: the program, at its first start."),
    SHAPE_TEXT("actorEmail", .nullable = true, .doc = "null: nobody, or a person who is gone."),
    SHAPE_I64("orders", .doc = "That are open or paid and stand at it; 1001: more than 1000."), SHAPE_END };
static const struct shape history_shape[] = {
    SHAPE_LIST("versions", history_item_shape, .type_name = "OfferVersion"), SHAPE_END };
static const struct shape offers_shape[] = {
    SHAPE_LIST("offers", version_shape, .type_name = "OperatorOffer"), SHAPE_END
};
/* clang-format on */

static void version_json(struct json *j, const void *arg)
{
    const struct offer *o = arg;
    json_i64(j, "id", o->id);
    json_text(j, "code", o->code);
    json_i64(j, "version", o->version);
    json_text(j, "kind", offer_kind_names[o->kind - 1]);
    json_text(j, "nameEn", o->name_en);
    json_text(j, "nameZh", o->name_zh);
    amount_json(j, "price", o->price);
    json_i64(j, "days", o->days);
    json_i64(j, "seats", o->seats);
    amount_json(j, "seatPrice", o->seat_price);
    json_i64(j, "websites", o->websites);
    json_i64(j, "credits", o->credits);
    json_bool(j, "sold", o->replaced_at_ms == 0);
    json_time(j, "createdAt", o->created_at_ms);
    json_time(j, "replacedAt", o->replaced_at_ms);
}

struct get_versions {
    int64_t after, limit;
    bool sold;
};
static const struct field get_versions_fields[] = { FIELD_PAGE(struct get_versions, OFFERS_PAGE, OFFERS_PAGE_MAX),
                                                    FIELD_BOOL(struct get_versions, sold, .optional = true,
                                                               .doc = "true: all that is sold now, on one page."),
                                                    FIELD_END };

struct page {
    struct offer *offer;
    size_t count;
};

static void page_json(struct json *j, const void *arg)
{
    const struct page *p = arg;
    json_array(j, "offers");
    for (size_t i = 0; i < p->count; i++) {
        json_object(j, NULL);
        version_json(j, &p->offer[i]);
        json_end(j);
    }
    json_end(j);
}

static enum answer get_versions(struct req *req)
{
    const struct get_versions *in = req->query;
    struct page p = { .offer = ARENA_ARRAY(req->arena, struct offer, OFFERS_PAGE_MAX) };
    bool read = in->sold ? offers_list(req->tx, p.offer, OFFERS_MAX, &p.count)
                         : offers_versions(req->tx, in->after, p.offer, (size_t)in->limit, &p.count);
    if (!read) return reply_fault(req);
    return reply_json(req, 200, page_json, &p);
}

/* ---- the versions of one ---- */

struct get_history {
    const char *code, *currency;
    int64_t after, limit;
};
static const struct field get_history_fields[] = {
    FIELD_TEXT(struct get_history, code, .min = 1, .max = OFFER_CODE_MAX, .doc = "Of what is or was sold."),
    FIELD_TEXT(struct get_history, currency, .min = 3, .max = 3, .doc = "Three capital letters."),
    FIELD_PAGE(struct get_history, OFFERS_PAGE, OFFERS_PAGE_MAX), FIELD_END
};

struct history {
    struct offer_version *version;
    struct audit_person *actor;
    size_t count;
};

static void history_json(struct json *j, const void *arg)
{
    const struct history *h = arg;
    json_array(j, "versions");
    for (size_t i = 0; i < h->count; i++) {
        const struct offer_version *v = &h->version[i];
        json_object(j, NULL);
        version_json(j, &v->offer);
        operator_id_json(j, "actor", v->actor);
        json_text(j, "actorEmail", h->actor[i].email);
        json_i64(j, "orders", v->orders);
        json_end(j);
    }
    json_end(j);
}

static enum answer get_history(struct req *req)
{
    const struct get_history *in = req->query;
    enum currency c = currency_from_code(in->currency, strlen(in->currency));
    struct history h = { .version = ARENA_ARRAY(req->arena, struct offer_version, OFFERS_PAGE_MAX),
                         .actor = ARENA_ARRAY(req->arena, struct audit_person, OFFERS_PAGE_MAX) };
    int64_t person[OFFERS_PAGE_MAX];
    if (c == CURRENCY_NONE) return reply_problem(req, &problem_currency_unknown);
    if (!offers_history(req->tx, in->code, c, in->after, h.version, (size_t)in->limit, &h.count))
        return reply_fault(req);
    for (size_t i = 0; i < h.count; i++) person[i] = h.version[i].actor;
    if (!audit_people(req->tx, 0, person, h.count, h.actor)) return reply_fault(req);
    return reply_json(req, 200, history_json, &h);
}

/* ---- a new version ---- */

struct post_offer {
    const char *code, *name_en, *name_zh, *currency;
    int64_t price, days, seats, seat_price, websites, credits;
    int kind;
};
static const struct field post_offer_fields[] = {
    FIELD_TEXT(struct post_offer, code, .min = 1, .max = OFFER_CODE_MAX,
               .doc = "Lower case letters, digits and hyphens; of one that is sold: it is replaced."),
    FIELD_ENUM(struct post_offer, kind, offer_kind_names, .doc = "A code keeps its kind."),
    FIELD_TEXT(struct post_offer, name_en, .name = "nameEn", .form = TEXT_NAME, .min = 1, .max = OFFER_NAME_MAX,
               .doc = "What buyers read."),
    FIELD_TEXT(struct post_offer, name_zh, .name = "nameZh", .form = TEXT_NAME, .min = 1, .max = OFFER_NAME_MAX,
               .doc = "The same in Chinese."),
    FIELD_TEXT(struct post_offer, currency, .min = 3, .max = 3, .doc = "Three capital letters."),
    FIELD_I64(struct post_offer, price, .min = 1, .max = PRICE_MAX, .doc = "In the currency's minor unit."),
    FIELD_I64(struct post_offer, days, .optional = true, .min = 0, .max = DAYS_MAX, .doc = "Of a plan."),
    FIELD_I64(struct post_offer, seats, .optional = true, .min = 0, .max = OFFER_SEATS_MAX,
              .doc = "Of a plan, within its price."),
    FIELD_I64(struct post_offer, seat_price, .name = "seatPrice", .optional = true, .min = 0, .max = PRICE_MAX,
              .doc = "Of each further seat; 0: none can be had."),
    FIELD_I64(struct post_offer, websites, .optional = true, .min = 0, .max = WEBSITES_MAX,
              .doc = "Of a plan; 0: any number."),
    FIELD_I64(struct post_offer, credits, .optional = true, .min = 0, .max = CREDITS_MAX, .doc = "Of credits."),
    FIELD_END
};

static bool is_code(const char *code)
{
    for (const char *c = code; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || (*c == '-' && c != code))) return false;
    return true;
}

/* The name of the member that does not belong to this kind; NULL: all do. */
static const char *strange(const struct post_offer *in, enum offer_kind kind)
{
    if (kind == OFFER_PLAN)
        return in->days == 0 ? "days" : in->seats == 0 ? "seats" : in->credits > 0 ? "credits" : NULL;
    if (in->credits == 0) return "credits";
    if (in->days > 0) return "days";
    if (in->seats > 0) return "seats";
    return in->seat_price > 0 ? "seatPrice" : in->websites > 0 ? "websites" : NULL;
}

static enum answer post_offer(struct req *req)
{
    const struct post_offer *in = req->body;
    enum offer_kind kind = (enum offer_kind)(in->kind + 1);
    enum currency c = currency_from_code(in->currency, strlen(in->currency));
    struct offer old, made;
    int64_t id;
    if (!is_code(in->code)) return reply_fields(req, "code", "format");
    if (c == CURRENCY_NONE) return reply_problem(req, &problem_currency_unknown);
    const char *bad = strange(in, kind);
    if (bad) return reply_fields(req, bad, "not_of_kind");
    enum row row = offers_sold(req->tx, in->code, c, &old);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND && old.kind != kind) return reply_fields(req, "kind", "not_of_kind");
    const struct offer o = { .kind = kind,
                             .code = in->code,
                             .name_en = in->name_en,
                             .name_zh = in->name_zh,
                             .price = money_of(in->price, c),
                             .seat_price = money_of(in->seat_price, c),
                             .days = in->days,
                             .seats = in->seats,
                             .websites = in->websites,
                             .credits = in->credits };
    if (!offers_put(req->tx, &o, req->who.person, req->now_ms, &id)) return reply_fault(req);
    if (offers_get(req->tx, id, &made) != ROW_FOUND) return reply_fault(req);
    if (!audit_request(req, AUDIT_offer_changed, 0, "offer", id, version_json, &made)) return reply_fault(req);
    if (billing_settings.offers_changed && !billing_settings.offers_changed(req->tx, req->now_ms))
        return reply_fault(req);
    events_hint("money");
    return reply_json(req, 201, version_json, &made);
}

/* clang-format off */
const struct route billing_offer_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/offers", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_versions), .answer = offers_shape, .run = get_versions,
      .doc = "What is and was sold, every version, newest first." },
    { .verb = VERB_GET, .path = "/api/operator/offer-versions", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_history), .answer = history_shape, .run = get_history, PROBLEMS(&problem_currency_unknown),
      .doc = "The versions of one price, newest first: since when, by whom, and how many orders stand at each." },
    { .verb = VERB_POST, .path = "/api/operator/offers", .who = WHO_OPERATOR, .tx = TX_WRITE, .tag = "Operator",
      .idempotent = true, BODY_FIELDS(post_offer), .answer = version_shape, .status = 201, .run = post_offer,
      PROBLEMS(&problem_currency_unknown),
      .doc = "Sell something new, or at another price from now on. Orders keep the version they were made from." },
    ROUTE_END
};
/* clang-format on */
