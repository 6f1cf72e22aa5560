/* shop_routes.c: the shops of all accounts, as operators see them: a list, and all about one. Here because it puts
 * together what four folders know.
 *
 * Lists begin behind a key of their own order, which the cursor carries. A search takes what begins so, at most
 * FOUND_MAX shops, and sorts those here; a state is an order of the chatbots', so there the age is all one can sort by,
 * and what is paid until when is an order of the chatbots that are on.
 * Rejected: one statement for all of it (a table is read by its own folder alone, and no index serves every mixture).
 */
#include "accounts/accounts.h"
#include "app/app.h"
#include "http/csv.h"
#include "shops/shops.h"
#include "tenants/tenants.h"

#include <stdlib.h>

enum { HOUSE_PAGE = 50, HOUSE_PAGE_MAX = 100, FOUND_MAX = 500, COUNT_MAX = 10000, CURSOR_MAX = 700 };

static const char *const sort_names[] = { "newest", "oldest", "name", "nameDown", "ending", NULL };
static_assert(SHOPS_NEWEST == 0 && SHOPS_OLDEST == 1 && SHOPS_BY_NAME == 2 && SHOPS_BY_NAME_DOWN == 3, "in this order");
enum { SORT_ENDING = SHOPS_BY_NAME_DOWN + 1 };
static const char *const wanted_states[] = { "provisioning", "active", "suspended", "disabled", "failed",
                                             "pastDue",      "paused", "deleted",   "all",      NULL };
/* Those before are tenants_state_names. */
enum { WANT_ACTIVE = 1, WANT_PAST_DUE = 5, WANT_PAUSED = 6, WANT_DELETED = 7, WANT_ALL = 8 };
static const enum shops_which which_of[] = {
    [WANT_PAUSED] = SHOPS_PAUSED, [WANT_DELETED] = SHOPS_GONE, [WANT_ALL] = SHOPS_LIVING
};

struct get_house {
    const char *search, *after;
    int64_t limit;
    int state, sort, format;
};
/* clang-format off */
static const struct field get_house_fields[] = {
    FIELD_SEARCH(struct get_house, search, 100,
                 "What a name, a domain or an owner's address begins with, or a number; at most 500 are found."),
    FIELD_ENUM(struct get_house, state, wanted_states, .optional = true, .fallback = WANT_ALL,
               .doc = "Only chatbots in this state, those that are on and not paid, or shops that an operator has "
                      "suspended (`paused`), or deleted ones; then the age is all one can sort by."),
    FIELD_ENUM(struct get_house, sort, sort_names, .optional = true, .fallback = SHOPS_NEWEST,
               .doc = "In this order; `ending`: the chatbots that are on, by what they are paid until, not searched."),
    FIELD_TEXT(struct get_house, after, .optional = true, .max = CURSOR_MAX, .doc = "`next` of the page before."),
    FIELD_I64(struct get_house, limit, .optional = true, .min = 1, .max = HOUSE_PAGE_MAX, .fallback = HOUSE_PAGE,
              .doc = "How many."),
    FIELD_FORMAT(struct get_house),
    FIELD_END
};
#define LISTED_SHAPES                                                                                                  \
    SHAPE_I64("id"), SHAPE_I64("account"), SHAPE_TEXT("email", .nullable = true, .doc = "Of the account's owner."),    \
    SHAPE_TEXT("shop_name"), SHAPE_TEXT("domain", .nullable = true), SHAPE_TEXT("status"),                             \
    SHAPE_TEXT("chatbot_state"), SHAPE_TIME("createdAt"),                                                              \
    SHAPE_TIME("suspendedAt", .nullable = true, .doc = "By an operator."),                                             \
    SHAPE_TEXT("suspendedReason", .nullable = true), SHAPE_TIME("deletedAt", .nullable = true),                        \
    SHAPE_TIME("purgeAt", .nullable = true, .doc = "Of a deleted one: until when it can be restored.")
static const struct shape listed_shape[] = {
    LISTED_SHAPES,
    SHAPE_TIME("expiresAt", .nullable = true, .doc = "Until when it is paid; null: nothing pays for it."),
    SHAPE_BOOL("pastDue", .doc = "It is on, and not paid."), SHAPE_BOOL("renews", .doc = "By itself, at that end."),
    SHAPE_END
};
static const struct shape house_shape[] = {
    SHAPE_LIST("shops", listed_shape, .type_name = "ListedShop"),
    SHAPE_I64("total", .doc = "How many there are in all, of those asked for."),
    SHAPE_BOOL("more", .doc = "There are more than `total`: it was not counted further."),
    SHAPE_TEXT("next", .nullable = true, .doc = "For `after`; null: this was the last page."),
    SHAPE_END
};
/* clang-format on */

struct house {
    struct shop_listed shop[FOUND_MAX + 1];
    const char *state[FOUND_MAX + 1], *email[HOUSE_PAGE_MAX];
    struct tenant_end end[FOUND_MAX + 1];
    size_t count;
    int64_t total;
    bool more;
    const char *next;
    /* What was asked for. */
    struct shops_wanted wanted;
    int in_state;
    bool by_end;
    int64_t after_ms;             /* by end: that of the last one seen */
    char key[CURSOR_MAX / 2 + 1]; /* by name: wanted.after_key */
    const char *search;
};

static void listed_json(struct json *j, const struct shop_listed *s, const char *state, const char *email)
{
    json_i64(j, "id", s->id);
    json_i64(j, "account", s->account);
    json_text(j, "email", email);
    json_text(j, "shop_name", s->name);
    json_text(j, "domain", s->domain);
    json_text(j, "status", shop_status_name(s->status));
    json_text(j, "chatbot_state", state);
    json_time(j, "createdAt", s->created_at_ms);
    json_time(j, "suspendedAt", s->suspended_at_ms);
    json_text(j, "suspendedReason", s->suspended_at_ms ? s->suspended_why : NULL);
    json_time(j, "deletedAt", s->deleted_at_ms);
    json_time(j, "purgeAt", s->purge_at_ms);
}

static void house_json(struct json *j, const void *arg)
{
    const struct house *h = arg;
    json_array(j, "shops");
    for (size_t i = 0; i < h->count; i++) {
        json_object(j, NULL);
        listed_json(j, &h->shop[i], h->state[i], h->email[i]);
        json_time(j, "expiresAt", h->end[i].at_ms);
        json_bool(j, "pastDue", h->end[i].past_due);
        json_bool(j, "renews", h->end[i].renews);
        json_end(j);
    }
    json_end(j);
    json_i64(j, "total", h->total);
    json_bool(j, "more", h->more);
    json_text(j, "next", h->next);
}

/* ---- the cursor: the number of the last shop; behind it that name in hex, or that end ---- */

static const char *cursor_of(struct arena *a, const struct house *h, size_t last)
{
    const struct shop_listed *s = &h->shop[last];
    if (h->by_end) return arena_printf(a, "%lld-%lld", (long long)s->id, (long long)h->end[last].at_ms);
    bool by_name = h->wanted.sort == SHOPS_BY_NAME || h->wanted.sort == SHOPS_BY_NAME_DOWN;
    if (!by_name) return arena_printf(a, "%lld", (long long)s->id);
    size_t n = strlen(s->name_key);
    char *hex = arena_alloc(a, 2 * n + 1);
    hex_encode(s->name_key, n, hex);
    return arena_printf(a, "%lld-%s", (long long)s->id, hex);
}

static bool cursor_read(const char *text, struct house *h)
{
    struct shops_wanted *w = &h->wanted;
    bool by_name = w->sort == SHOPS_BY_NAME || w->sort == SHOPS_BY_NAME_DOWN;
    const char *dash = strchrnul(text, '-');
    if (!str_to_i64((struct str){ text, (size_t)(dash - text) }, &w->after) || w->after <= 0) return false;
    if ((by_name || h->by_end) != (*dash == '-')) return false;
    if (h->by_end) return str_to_i64(str_of(dash + 1), &h->after_ms) && h->after_ms > 0;
    if (!by_name) return true;
    struct str hex = str_of(dash + 1);
    size_t n = hex.n / 2;
    if (n >= sizeof h->key || !hex_decode(hex, (uint8_t *)h->key, n)) return false;
    h->key[n] = '\0';
    w->after_key = h->key;
    return utf8_valid((struct str){ h->key, n }) && strlen(h->key) == n;
}

/* ---- a search: found by its begin, sorted here ---- */

static int by_age(const void *a, const void *b)
{
    const struct shop_listed *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int by_name(const void *a, const void *b)
{
    const struct shop_listed *x = a, *y = b;
    int order = strcmp(x->name_key, y->name_key);
    return order != 0 ? order : by_age(a, b);
}

static int by_age_down(const void *a, const void *b) { return by_age(b, a); }

static int by_name_down(const void *a, const void *b) { return by_name(b, a); }

static int (*const order_of[])(const void *, const void *) = { by_age_down, by_age, by_name, by_name_down };

/* "7" and "shop-7" are a shop's number as well. */
static void add_number(const char *text, int64_t *ids, size_t *count)
{
    int64_t id = shop_of_public_id(str_of(text));
    if (id == 0 && !(str_to_i64(str_of(text), &id) && id > 0)) return;
    for (size_t i = 0; i < *count; i++)
        if (ids[i] == id) return;
    if (*count < FOUND_MAX) ids[(*count)++] = id;
}

static bool find_ids(struct tx *tx, const char *text, int64_t *ids, size_t *count)
{
    enum { OWNERS = 10 };
    struct account owner[OWNERS];
    int64_t account[OWNERS];
    size_t owners;
    if (!accounts_search(tx, text, OWNERS, owner, &owners)) return false;
    for (size_t i = 0; i < owners; i++) account[i] = owner[i].id;
    if (!shops_find(tx, text, account, owners, ids, FOUND_MAX, count)) return false;
    add_number(text, ids, count);
    return true;
}

static bool states_read(struct tx *tx, struct house *h)
{
    int64_t *ids = ARENA_ARRAY(tx_arena(tx), int64_t, h->count + 1);
    for (size_t i = 0; i < h->count; i++) ids[i] = h->shop[i].id;
    return tenants_states(tx, ids, h->count, h->state) && tenants_ends(tx, ids, h->count, h->end);
}

static bool is_which(enum shop_status is, enum shops_which which)
{
    if (which == SHOPS_LIVING) return is < SHOP_DELETED;
    return is == (which == SHOPS_PAUSED ? SHOP_SUSPENDED : SHOP_DELETED);
}

/* Keeps what is in the state that is wanted; purged shops have no name left and are in none. */
static void keep_wanted(struct house *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->count; i++) {
        bool wanted = is_which(h->shop[i].status, h->wanted.which);
        if (h->in_state < WANT_PAST_DUE && !text_eq(h->state[i], tenants_state_names[h->in_state])) wanted = false;
        if (h->in_state == WANT_PAST_DUE && !h->end[i].past_due) wanted = false;
        if (wanted) h->shop[kept++] = h->shop[i];
    }
    h->count = kept;
}

static bool search(struct tx *tx, struct house *h)
{
    int64_t ids[FOUND_MAX];
    size_t found;
    if (!find_ids(tx, h->search, ids, &found) || !shops_some(tx, ids, found, h->shop, &h->count)) return false;
    if (!states_read(tx, h)) return false;
    keep_wanted(h);
    h->total = (int64_t)h->count;
    h->more = found == FOUND_MAX;
    int (*order)(const void *, const void *) = order_of[h->wanted.sort];
    qsort(h->shop, h->count, sizeof h->shop[0], order);
    const struct shop_listed last = { .id = h->wanted.after, .name_key = h->wanted.after_key };
    size_t first = 0;
    while (h->wanted.after > 0 && first < h->count && order(&h->shop[first], &last) <= 0) first++;
    h->count -= first;
    memmove(h->shop, h->shop + first, h->count * sizeof h->shop[0]);
    return true;
}

/* ---- without one ---- */

static bool of_state(struct tx *tx, struct house *h)
{
    int64_t ids[HOUSE_PAGE_MAX + 1];
    size_t found;
    bool past_due = h->in_state == WANT_PAST_DUE;
    const struct tenants_wanted w = {
        .state = h->in_state, .down = h->wanted.sort == SHOPS_NEWEST, .after = h->wanted.after, .limit = h->wanted.limit
    };
    if (!(past_due ? tenants_past_due(tx, &w, ids, &found) : tenants_in_state(tx, &w, ids, &found))) return false;
    if (!(past_due ? tenants_count_past_due(tx, COUNT_MAX + 1, &h->total)
                   : tenants_count_in_state(tx, h->in_state, COUNT_MAX + 1, &h->total)))
        return false;
    if (!shops_some(tx, ids, found, h->shop, &h->count)) return false;
    qsort(h->shop, h->count, sizeof h->shop[0], order_of[h->wanted.sort]);
    return true;
}

/* The shops come in any order and are put into the one of their ends. */
static bool of_ends(struct tx *tx, struct house *h)
{
    int64_t ids[HOUSE_PAGE_MAX + 1];
    struct shop_listed some[HOUSE_PAGE_MAX + 1];
    size_t found, known;
    if (!tenants_ending(tx, h->after_ms, h->wanted.after, h->wanted.limit, ids, &found) ||
        !shops_some(tx, ids, found, some, &known) || !tenants_count_ending(tx, COUNT_MAX + 1, &h->total))
        return false;
    h->count = 0;
    for (size_t i = 0; i < found; i++)
        for (size_t k = 0; k < known; k++)
            if (some[k].id == ids[i]) h->shop[h->count++] = some[k];
    return true;
}

static bool in_order(struct tx *tx, struct house *h)
{
    return shops_page(tx, &h->wanted, h->shop, &h->count) &&
           shops_count_some(tx, h->wanted.which, COUNT_MAX + 1, &h->total);
}

/* One row more than a page, to know whether there is another. */
static bool page_read(struct tx *tx, struct house *h, int64_t limit)
{
    h->wanted.limit = limit + 1;
    h->more = false;
    bool of_one_state = h->in_state < WANT_PAUSED;
    if (!(h->search ? search : h->by_end ? of_ends : of_one_state ? of_state : in_order)(tx, h)) return false;
    if (!h->search && h->total > COUNT_MAX) h->total = COUNT_MAX, h->more = true;
    bool another = h->count > (size_t)limit;
    if (another) h->count = (size_t)limit;
    int64_t account[HOUSE_PAGE_MAX];
    for (size_t i = 0; i < h->count; i++) account[i] = h->shop[i].account;
    if (!states_read(tx, h) || !accounts_emails(tx, account, h->count, h->email)) return false;
    h->next = another ? cursor_of(tx_arena(tx), h, h->count - 1) : NULL;
    return true;
}

static void listed_csv(struct csv *c, const struct house *h, size_t i)
{
    const struct shop_listed *s = &h->shop[i];
    const struct tenant_end *end = &h->end[i];
    csv_i64(c, s->id), csv_text(c, s->name), csv_text(c, s->domain), csv_i64(c, s->account), csv_text(c, h->email[i]);
    csv_text(c, shop_status_name(s->status)), csv_text(c, h->state[i]), csv_time(c, s->created_at_ms);
    csv_time(c, end->at_ms), csv_text(c, end->past_due ? "yes" : "no"), csv_text(c, end->renews ? "yes" : "no");
    csv_time(c, s->suspended_at_ms), csv_text(c, s->suspended_at_ms ? s->suspended_why : "");
    csv_time(c, s->deleted_at_ms);
    csv_end_row(c);
}

static bool house_csv_page(struct req *req, struct csv *c, void *arg)
{
    struct house *h = arg;
    if (!page_read(req->tx, h, HOUSE_PAGE_MAX)) return false;
    for (size_t i = 0; i < h->count; i++) listed_csv(c, h, i);
    if (!h->next) return true;
    csv_more_text(c, h->next);
    return cursor_read(h->next, h);
}

static enum answer house_csv(struct req *req, struct house *h)
{
    /* clang-format off */
    static const char *const names[] = { "id", "shop_name", "domain", "account", "email", "status", "chatbot_state",
                                         "createdAt", "expiresAt", "pastDue", "renews", "suspendedAt",
                                         "suspendedReason", "deletedAt", NULL };
    /* clang-format on */
    return reply_csv(req, &(struct csv_list){ "shops", names, h->wanted.after == 0, house_csv_page, h });
}

static enum answer get_house(struct req *req)
{
    const struct get_house *in = req->query;
    struct house *h = ARENA_NEW(req->arena, struct house);
    bool by_end = in->sort == SORT_ENDING, by_age = in->sort == SHOPS_NEWEST || in->sort == SHOPS_OLDEST;
    bool mixes = in->state == WANT_ALL || (in->search && !by_end) || (in->state == WANT_ACTIVE && by_end);
    *h = (struct house){ .wanted = { .sort = by_end ? SHOPS_OLDEST : (enum shops_sort)in->sort,
                                     .which = which_of[in->state] },
                         .in_state = in->state,
                         .by_end = by_end,
                         .search = in->search };
    if (by_end && in->search) return reply_fields(req, "sort", "not_with_search");
    if (!mixes && !by_age) return reply_fields(req, "sort", "not_with_state");
    if (in->after && !cursor_read(in->after, h)) return reply_fields(req, "after", "format");
    if (csv_is_wanted(req, in->format)) return house_csv(req, h);
    return page_read(req->tx, h, in->limit) ? reply_json(req, 200, house_json, h) : reply_fault(req);
}

/* ---- one ---- */

struct path_house {
    int64_t id;
};
/* clang-format off */
static const struct field path_house_fields[] = { FIELD_ID(struct path_house, id, .doc = "Shop."), FIELD_END };
static const struct shape subscribed_shape[] = {
    SHAPE_TEXT("status"), SHAPE_TEXT("source", .doc = "What paid for it."), SHAPE_BOOL("renews"),
    SHAPE_TIME("startedAt"), SHAPE_TIME("expiresAt"), SHAPE_TIME("pastDueAt", .nullable = true), SHAPE_END
};
static const struct shape one_shape[] = {
    LISTED_SHAPES, SHAPE_TEXT("backend", .nullable = true), SHAPE_TEXT("botId", .nullable = true),
    SHAPE_TEXT("botName", .nullable = true), SHAPE_TEXT("error", .nullable = true, .doc = "Of the last attempt."),
    SHAPE_I64("job", .nullable = true, .doc = "Of the last attempt."), SHAPE_TIME("enabledAt", .nullable = true),
    SHAPE_OBJECT("subscription", subscribed_shape, .type_name = "ShopSubscription", .nullable = true), SHAPE_END
};
/* clang-format on */

struct one {
    struct shop_listed shop;
    struct tenant_facts tenant;
    const char *email;
};

static void subscribed_json(struct json *j, const struct tenant_facts *f)
{
    if (!f->subscription) {
        json_null(j, "subscription");
        return;
    }
    json_object(j, "subscription");
    json_text(j, "status", f->subscription);
    json_text(j, "source", f->source);
    json_bool(j, "renews", f->renews);
    json_time(j, "startedAt", f->started_at_ms);
    json_time(j, "expiresAt", f->expires_at_ms);
    json_time(j, "pastDueAt", f->past_due_at_ms);
    json_end(j);
}

static void one_json(struct json *j, const void *arg)
{
    const struct one *o = arg;
    const struct tenant_facts *f = &o->tenant;
    listed_json(j, &o->shop, f->state, o->email);
    json_text(j, "backend", f->backend);
    json_text(j, "botId", f->bot_id);
    json_text(j, "botName", f->bot_name);
    json_text(j, "error", f->error);
    if (f->job > 0) json_i64(j, "job", f->job);
    else json_null(j, "job");
    json_time(j, "enabledAt", f->enabled_at_ms);
    subscribed_json(j, f);
}

static enum answer get_one(struct req *req)
{
    int64_t id = ((const struct path_house *)req->path)->id;
    struct one *o = ARENA_NEW(req->arena, struct one);
    size_t count;
    if (!shops_some(req->tx, &id, 1, &o->shop, &count)) return reply_fault(req);
    if (count == 0) return reply_problem(req, &problem_not_found);
    if (tenants_facts(req->tx, id, &o->tenant) == ROW_FAULT ||
        !accounts_emails(req->tx, &o->shop.account, 1, &o->email))
        return reply_fault(req);
    return reply_json(req, 200, one_json, o);
}

/* clang-format off */
const struct route app_shop_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/shops", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_house), .answer = house_shape, .run = get_house, .doc = "The shops of all accounts." },
    { .verb = VERB_GET, .path = "/api/operator/shops/:id", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      PATH_FIELDS(path_house), .answer = one_shape, .run = get_one, PROBLEMS(&problem_not_found),
      .doc = "All about one shop, deleted or not: whose it is, its chatbot and its subscription." },
    ROUTE_END
};
/* clang-format on */
