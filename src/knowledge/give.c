/* give.c: what a program tells about itself, given to a shop again and again: it follows the program, but what a person
 * changed, removed, or had written under the same id before stays as it is.
 *
 * Which is which is known by what was given the last time: a number for each entry, made of its words. A row that is no
 * longer what was given was changed by somebody, one that is gone was removed. Products are no person's to change here:
 * they are made of what is sold, and follow it.
 *
 * Rejected: a column for it in every row of every shop; the time of the last change (a file that a merchant imports
 * twice changes it too). */
#include "knowledge/private.h"

#include "base/log.h"
#include "http/events.h"

#include <stdlib.h>

enum { GIFT_BYTES = 1 << 20 };

struct giving {
    struct tx *tx;
    struct arena *a;
    struct knowledge_head h;
    json_t *before, *after; /* "faq:prices": the number of what was given */
    int64_t removed;
};

static const char *key_of(struct arena *a, const struct knowledge_text *t)
{
    return arena_printf(a, "%s:%s", knowledge_kind_name(t->kind), t->id);
}

static int64_t number_of(const struct knowledge_text *t)
{
    struct buf b;
    buf_init(&b, GIFT_BYTES);
    know_content_part(&b, t->title), know_content_part(&b, t->text);
    know_content_part(&b, t->url), know_content_part(&b, t->product);
    int64_t number = know_content_hash(&b);
    buf_free(&b);
    return number;
}

static void remember(struct giving *g, const char *key, int64_t number)
{
    if (json_object_set_new(g->after, key, json_integer(number)) != 0) abort();
}

/* May this be written? ROW_FOUND: yes. ROW_NONE: what stands there, or that nothing does, is a person's doing. */
static enum row may_write(struct giving *g, const struct knowledge_text *t)
{
    int64_t given = 0;
    struct knowledge_text there;
    const char *key = key_of(g->a, t);
    bool before = json_get_i64(g->before, key, &given);
    enum row row = know_texts_get(g->tx, g->h.shop, t->kind, t->id, g->a, &there);
    if (row == ROW_FAULT) return ROW_FAULT;
    bool ours = before ? row == ROW_FOUND && number_of(&there) == given : row == ROW_NONE;
    if (ours) remember(g, key, number_of(t));
    else if (before) remember(g, key, given);
    return ours ? ROW_FOUND : ROW_NONE;
}

static bool give_texts(struct giving *g, const struct knowledge_import *in, struct know_write *w)
{
    struct knowledge_text *wanted = ARENA_ARRAY(g->a, struct knowledge_text, in->texts + 1);
    size_t n = 0;
    for (size_t i = 0; i < in->texts; i++) {
        enum row row = may_write(g, &in->text[i]);
        if (row == ROW_FAULT) return false;
        if (row == ROW_FOUND) wanted[n++] = in->text[i];
    }
    return know_texts_save(g->tx, &g->h, wanted, n, w);
}

/* ---- what is told no more ---- */

/* "faq:prices" names a text; its number is what was given. Not one of ours any more: it stays. */
static bool take_text(struct giving *g, enum knowledge_kind kind, const char *id, int64_t given)
{
    struct knowledge_text there;
    enum row row = know_texts_get(g->tx, g->h.shop, kind, id, g->a, &there);
    if (row == ROW_NONE) remember(g, arena_printf(g->a, "%s:%s", knowledge_kind_name(kind), id), given);
    if (row != ROW_FOUND || number_of(&there) != given) return row != ROW_FAULT;
    g->removed++;
    return know_texts_remove(g->tx, &g->h, kind, id) == ROW_FOUND;
}

static bool take_product(struct giving *g, const char *id, const struct know_write *w)
{
    struct know_write now = { .now_ms = w->now_ms };
    enum row row = know_products_remove(g->tx, &g->h, id, &now);
    g->removed += row == ROW_FOUND;
    return row != ROW_FAULT;
}

#define PRODUCT_KEY "product:"

static bool take_what_is_told_no_more(struct giving *g, const struct know_write *w)
{
    const char *key;
    json_t *value;
    json_object_foreach(g->before, key, value)
    {
        if (json_object_get(g->after, key)) continue;
        if (str_starts(str_of(key), STR(PRODUCT_KEY)) && !take_product(g, key + strlen(PRODUCT_KEY), w)) return false;
        for (int kind = KNOWLEDGE_FAQ; kind < KNOWLEDGE_KIND_COUNT; kind++) {
            struct str name = str_of(knowledge_kind_name((enum knowledge_kind)kind));
            bool of_kind = str_starts(str_of(key), name) && key[name.n] == ':';
            if (of_kind && !take_text(g, (enum knowledge_kind)kind, key + name.n + 1, json_integer_value(value)))
                return false;
        }
    }
    return true;
}

/* ---- products ---- */

/* A shop has one currency. Where ours is another one now than that of what somebody else has put there, none is given.
 */
static bool currency_fits(struct giving *g, const struct knowledge_import *in)
{
    const char *code;
    if (in->currency == CURRENCY_NONE) return in->products == 0;
    int64_t ours = 0;
    const char *key;
    json_t *value;
    json_object_foreach(g->before, key, value) ours += str_starts(str_of(key), STR(PRODUCT_KEY));
    if (know_import_misfit(&g->h, in, &code) && g->h.products > ours) return false;
    g->h.currency = in->currency;
    return true;
}

static bool give_products(struct giving *g, const struct knowledge_import *in, struct know_write *w)
{
    struct knowledge_product *wanted = ARENA_ARRAY(g->a, struct knowledge_product, in->products + 1);
    size_t n = 0;
    if (!currency_fits(g, in)) return true;
    for (size_t i = 0; i < in->products; i++) {
        struct knowledge_product there;
        const char *key = arena_printf(g->a, PRODUCT_KEY "%s", in->product[i].id);
        enum row row = ROW_NONE;
        if (!json_object_get(g->before, key)) row = know_products_get(g->tx, &g->h, in->product[i].id, g->a, &there);
        if (row == ROW_FAULT) return false;
        if (row == ROW_FOUND) continue; /* somebody's own */
        remember(g, key, 1);
        wanted[n++] = in->product[i];
    }
    return know_products_save(g->tx, &g->h, wanted, n, w);
}

/* ---- all of it ---- */

static void event_json(struct json *j, const void *arg) { json_i64(j, "shop", *(const int64_t *)arg); }

static void details_json(struct json *j, const void *arg)
{
    const struct knowledge_imported *in = arg;
    json_i64(j, "import", in->id);
    json_i64(j, "changed", in->changed);
}

static bool tell(struct giving *g, const struct knowledge_gift *gift, const struct knowledge_import *in,
                 int64_t changed)
{
    static const struct field_faults none = { .count = 0 };
    struct knowledge_imported line = { .changed = changed };
    const struct know_report r = { .source = "program", .in = in, .faults = &none, .changed = changed };
    if (!know_import_remember(g->tx, gift->shop, &r, gift->now_ms, &line.id)) return false;
    const struct audit_entry e = { .action = AUDIT_knowledge_imported,
                                   .account = gift->shop->account,
                                   .resource = "shop",
                                   .resource_id = gift->shop->id,
                                   .details = details_json,
                                   .arg = &line,
                                   .at_ms = gift->now_ms };
    if (!audit_put(g->tx, &e)) return false;
    return events_put(g->tx, gift->shop->account, "shop.changed", event_json, &gift->shop->id);
}

static bool give(struct giving *g, const struct knowledge_gift *gift, const struct knowledge_import *in)
{
    struct know_write w = { .now_ms = gift->now_ms };
    if (know_head_get(g->tx, gift->shop->id, gift->shop->account, &g->h) == ROW_FAULT) return false;
    if (in->language) g->h.language = in->language;
    if (in->name) g->h.name = in->name;
    if (in->url) g->h.url = in->url;
    if (!give_products(g, in, &w) || !give_texts(g, in, &w) || !take_what_is_told_no_more(g, &w)) return false;
    if (!know_head_keep(g->tx, &g->h, gift->now_ms)) return false;
    int64_t changed = w.changed + g->removed;
    return changed == 0 || tell(g, gift, in, changed);
}

bool knowledge_give(struct tx *tx, const struct knowledge_gift *gift, const char **given)
{
    struct giving g = { .tx = tx, .a = tx_arena(tx), .after = json_read(STR("{}"), JSON_READ_MAX_BYTES, NULL) };
    struct knowledge_import in = { .currency = CURRENCY_NONE };
    struct field_faults faults = { .count = 0 };
    json_t *told = json_read(gift->told, JSON_READ_MAX_BYTES, NULL);
    g.before = json_read(str_of(gift->given), JSON_READ_MAX_BYTES, NULL);
    bool sound = g.after && g.before && told && know_import_read(g.a, told, &in, &faults);
    if (!sound) LOG(LOG_ERROR, "gift_unreadable", LOG_TEXT("field", faults.count > 0 ? faults.fault[0].field : ""));
    bool good = sound && give(&g, gift, &in);
    char *text = good ? json_dumps(g.after, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    if (text) *given = arena_text(g.a, text);
    free(text);
    json_decref(told), json_decref(g.before), json_decref(g.after);
    return good && text;
}
