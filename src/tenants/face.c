/* face.c: what a shop's bot is called, its picture and what is synchronised. Two doors lead here, an outside panel's
 * (panel.c) and the merchant's settings of the chat (chat/): one row, one trail, and one way to tell who is outside. */
#include "tenants/private.h"

STMT(face_of, "SELECT bot_name, logo_url FROM tenants WHERE shop = ?1");

enum row tenants_face(struct tx *tx, int64_t shop, struct tenant_face *out)
{
    struct query q = query(tx, &face_of);
    bind_i64(&q, shop);
    enum row row = query_row(&q);
    if (row == ROW_FOUND)
        *out = (struct tenant_face){ .bot_name = col_text(&q, "bot_name"), .logo_url = col_text(&q, "logo_url") };
    return row;
}

static void config_details(struct json *j, const void *arg)
{
    const struct tenant *t = arg;
    json_text(j, "name", t->bot_name);
    json_text(j, "syncScopes", t->sync_scopes);
}

/* `req` NULL: by the command line. */
static bool keep(struct tx *tx, struct req *req, struct tenant *t, int64_t now_ms)
{
    if (tenant_is_known_outside(t) && !tenants_must_hear(tx, t, 0)) return false;
    if (!tenants_keep(tx, t, now_ms)) return false;
    return tenants_tell(tx, req, AUDIT_chatbot_config_changed, t, config_details, t, now_ms);
}

bool tenants_config_keep(struct req *req, struct tenant *t) { return keep(req->tx, req, t, req->now_ms); }

static enum row change(struct tx *tx, struct req *req, int64_t shop, const struct tenant_face *face, int64_t now_ms)
{
    struct tenant t;
    enum row row = tenants_of_shop(tx, shop, &t);
    if (row != ROW_FOUND) return row;
    if (text_eq(t.bot_name, face->bot_name) && text_eq(t.logo_url, face->logo_url)) return ROW_FOUND;
    t.bot_name = face->bot_name;
    t.logo_url = face->logo_url;
    return keep(tx, req, &t, now_ms) ? ROW_FOUND : ROW_FAULT;
}

enum row tenants_face_change(struct req *req, int64_t shop, const struct tenant_face *face)
{
    return change(req->tx, req, shop, face, req->now_ms);
}

enum row tenants_face_set(struct tx *tx, int64_t shop, const struct tenant_face *face, int64_t now_ms)
{
    return change(tx, NULL, shop, face, now_ms);
}
