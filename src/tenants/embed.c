/* embed.c: the script tag that is pasted into a shop's pages, by its merchant or by the panel that registered it. What
 * came from outside is escaped: it goes into those pages. */
#include "tenants/private.h"

#include "base/random.h"

const char *tenants_embed_id(struct arena *a)
{
    uint8_t random[12];
    char text[20];
    random_bytes(random, sizeof random);
    base64url_encode(random, sizeof random, text);
    return arena_printf(a, "emb_%s", text);
}

const char *tenants_embed_code(struct arena *a, const struct tenant *t)
{
    enum { EMBED_MAX_BYTES = 2048 };
    char shop[SHOP_PUBLIC_ID_SIZE];
    const char *base = recipe_of(t->backend)->script_base();
    struct buf b;
    buf_fixed(&b, arena_alloc(a, EMBED_MAX_BYTES), EMBED_MAX_BYTES);
    shop_public_id(t->shop, shop);
    buf_text(&b, "<script src=\"");
    html_escape(&b, str_of(base ? base : tenants_settings.base_url));
    buf_printf(&b, "/widget/chatbot-widget.js\" data-shop-id=\"%s\" data-bot-id=\"", shop);
    html_escape(&b, str_of(t->bot_id ? t->bot_id : ""));
    buf_text(&b, "\" data-embed-id=\"");
    html_escape(&b, str_of(t->embed_id));
    buf_text(&b, "\" async></script>");
    return b.overflow ? NULL : buf_terminated(&b);
}
