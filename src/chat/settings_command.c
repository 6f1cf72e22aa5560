/* settings_command.c: the chat settings of any shop, from the command line. What is given is laid over what holds, and
 * then judged, kept and told as what a merchant sends (settings_routes.c); a member that is null becomes its default.
 */
#include "chat/settings_fields.h"

#include "base/json_read.h"
#include "http/events.h"
#include "shops/shops.h"

struct setting {
    struct shop shop;
    struct settings_row stored;
    struct tenant_face face;
    struct settings_doc in;
};

static void document_json(struct json *j, const struct setting *s)
{
    json_object(j, NULL);
    json_i64(j, "shop", s->shop.id);
    json_i64(j, "revision", s->stored.revision);
    json_text(j, "botName", s->face.bot_name), json_text(j, "avatarUrl", s->face.logo_url);
    settings_members(j, &s->in);
    json_end(j);
}

static enum chat_set read_all(struct tx *tx, int64_t shop, struct setting *s)
{
    struct tenant_chat place;
    enum row row = shops_get(tx, shop, &s->shop);
    if (row != ROW_FOUND) return row == ROW_NONE ? CHAT_SET_NO_SHOP : CHAT_SET_FAULT;
    row = tenants_chat(tx, shop, &place);
    if (row == ROW_FOUND) row = tenants_face(tx, shop, &s->face);
    if (row != ROW_FOUND) return row == ROW_NONE ? CHAT_SET_NO_CHAT : CHAT_SET_FAULT;
    if (settings_get(tx, shop, tx_arena(tx), &s->stored) == ROW_FAULT) return CHAT_SET_FAULT;
    s->in = s->stored.set;
    return CHAT_SET_DONE;
}

/* What holds with the given members over it, as the body of a request. */
static enum chat_set lay_over(struct arena *a, struct setting *s, json_t *given, const char **why)
{
    struct field_faults faults = { .count = 0 };
    const char *key, *field = NULL, *code = NULL;
    json_t *value, *all = json_read(settings_text(a, &s->stored.set), JSON_READ_MAX_BYTES, NULL);
    json_object_foreach(given, key, value)
    {
        if (json_is_null(value) && !text_eq(key, "avatarUrl")) (void)json_object_del(all, key);
        else if (json_object_set(all, key, value) != 0) abort();
    }
    s->in = (struct settings_doc){ .revision = 0 };
    bool read = all && fields_from_json(a, settings_doc_fields, all, false, &s->in, &faults);
    json_decref(all);
    if (!read) field = faults.fault[0].field, code = faults.fault[0].code;
    else code = settings_judge(a, &s->in, &field);
    if (!code) code = settings_judge_written(a, &s->in, &field);
    if (code) *why = arena_printf(a, "%s: %s", field, code);
    else settings_complete(a, &s->in);
    return code ? CHAT_SET_REFUSED : CHAT_SET_DONE;
}

static void event_json(struct json *j, const void *arg) { json_i64(j, "shop", *(const int64_t *)arg); }

static bool keep(struct tx *tx, struct setting *s, int64_t now_ms)
{
    struct arena *a = tx_arena(tx);
    const struct tenant_face was = s->face;
    if (s->in.botName) s->face.bot_name = s->in.botName;
    if (s->in.has_avatar_url) s->face.logo_url = s->in.avatarUrl;
    if (tenants_face_set(tx, s->shop.id, &s->face, now_ms) != ROW_FOUND) return false;
    const char *before = settings_text(a, &s->stored.set).p, *after = settings_text(a, &s->in).p;
    if (text_eq(before, after) && settings_face_same(&was, &s->face)) return true;
    if (settings_put(tx, s->shop.account, s->shop.id, s->stored.revision, after, now_ms) != ROW_FOUND) return false;
    s->stored.revision++;
    const struct settings_changes c = settings_changes_of(before, after, &was, &s->face);
    const struct audit_entry e = { .action = AUDIT_chat_settings_changed,
                                   .account = s->shop.account,
                                   .resource = "shop",
                                   .resource_id = s->shop.id,
                                   .details = settings_changed_json,
                                   .arg = &c,
                                   .at_ms = now_ms };
    bool told = audit_put(tx, &e);
    json_decref(c.before), json_decref(c.after);
    return told && events_put(tx, s->shop.account, "shop.changed", event_json, &s->shop.id);
}

enum chat_set chat_settings_command(struct tx *tx, int64_t shop, const char *members, int64_t now_ms, struct buf *out,
                                    const char **why)
{
    struct setting *s = ARENA_NEW(tx_arena(tx), struct setting);
    struct shop locked;
    struct json j;
    *s = (struct setting){ .stored.revision = 0 };
    buf_clear(out);
    if (members && shops_locked(tx, shop, &locked) == ROW_FAULT) return CHAT_SET_FAULT;
    enum chat_set set = read_all(tx, shop, s);
    if (set != CHAT_SET_DONE) return set;
    if (members) {
        json_t *given = json_read(str_of(members), JSON_READ_MAX_BYTES, NULL);
        *why = "it is no JSON object";
        set = json_is_object(given) ? lay_over(tx_arena(tx), s, given, why) : CHAT_SET_REFUSED;
        if (set == CHAT_SET_DONE && !keep(tx, s, now_ms)) set = CHAT_SET_FAULT;
        json_decref(given);
    }
    if (set != CHAT_SET_DONE) return set;
    json_begin(&j, out);
    document_json(&j, s);
    json_finish(&j);
    return CHAT_SET_DONE;
}
