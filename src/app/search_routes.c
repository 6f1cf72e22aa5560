/* search_routes.c: the search palette: whatever has a page and a name. A merchant finds the own account's shops, an
 * operator every shop and account. */
#include "accounts/accounts.h"
#include "app/app.h"
#include "shops/shops.h"

enum { FOUND_MAX = 10 };
struct search_query {
    const char *q;
};
static const struct field search_query_fields[] = {
    FIELD_SEARCH(struct search_query, q, 100,
                 "Part of a name or domain; for operators its begin. Nothing finds nothing."),
    FIELD_END
};
static const char *const kinds[] = { "shop", "account", NULL };
/* clang-format off */
static const struct shape found_shape[] = { SHAPE_ENUM("kind", kinds), SHAPE_I64("id"), SHAPE_TEXT("title"),
                                            SHAPE_TEXT("detail", .nullable = true),
                                            SHAPE_I64("account", .doc = "Whose it is."), SHAPE_END };
/* clang-format on */
static const struct shape search_shape[] = { SHAPE_LIST("results", found_shape, .type_name = "SearchResult"),
                                             SHAPE_END };

struct search {
    struct shop_found shop[FOUND_MAX];
    struct account account[FOUND_MAX];
    size_t shops, accounts;
};

static void result_json(struct json *j, const char *kind, int64_t id, const char *title, const char *detail,
                        int64_t account)
{
    json_object(j, NULL);
    json_text(j, "kind", kind);
    json_i64(j, "id", id);
    json_text(j, "title", title);
    json_text(j, "detail", detail);
    json_i64(j, "account", account);
    json_end(j);
}

static void search_json(struct json *j, const void *arg)
{
    const struct search *s = arg;
    json_array(j, "results");
    for (size_t i = 0; i < s->accounts; i++) {
        const struct account *a = &s->account[i];
        const char *name = a->name[0] ? a->name : a->owner.name;
        result_json(j, "account", a->id, name[0] ? name : a->owner.email, a->owner.email, a->id);
    }
    for (size_t i = 0; i < s->shops; i++)
        result_json(j, "shop", s->shop[i].id, s->shop[i].name, s->shop[i].domain, s->shop[i].account);
    json_end(j);
}

static enum answer get_search(struct req *req)
{
    const struct search_query *in = req->query;
    struct search *s = ARENA_NEW(req->arena, struct search);
    if (in->q == NULL) return reply_json(req, 200, search_json, s);
    bool everything = (req->who.roles & WHO_OPERATOR) != 0;
    if (everything && !accounts_search(req->tx, in->q, FOUND_MAX, s->account, &s->accounts)) return reply_fault(req);
    bool read = everything ? shops_search_all(req->tx, in->q, s->shop, FOUND_MAX, &s->shops)
                           : shops_search(req->tx, req->who.account, in->q, s->shop, FOUND_MAX, &s->shops);
    if (!read) return reply_fault(req);
    return reply_json(req, 200, search_json, s);
}

/* clang-format off */
const struct route search_routes[] = {
    { .verb = VERB_GET, .path = "/api/search", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Account",
      QUERY_FIELDS(search_query), .answer = search_shape, .run = get_search,
      .doc = "Pages by name: the account's shops; for operators every account and shop. At most 10 of each." },
    ROUTE_END
};
/* clang-format on */
