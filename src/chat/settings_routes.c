/* settings_routes.c: a merchant reads and changes the chat settings of a shop: the whole document, over the revision
 * that was seen. The bot's name and picture are the tenant's and go to its row in the same transaction, so what an
 * outside panel changed is seen here and the other way round. */
#include "chat/faces.h"
#include "chat/settings_fields.h"

#include "billing/billing.h"
#include "chat/models/sayings.h"
#include "http/events.h"
#include "shops/shops.h"

struct path_settings {
    int64_t id;
};
/* clang-format off */
static const struct field path_settings_fields[] = {
    FIELD_ID(struct path_settings, id, .doc = "The shop's number."), FIELD_END };
static const struct shape settings_shape[] = {
    SHAPE_I64("revision", .doc = "Sent back with a change."),
    SHAPE_TEXT("botName"), SHAPE_TEXT("avatarUrl", .nullable = true),
    SHAPE_TEXT("picture", .maybe = true, .doc = "The bot's, at this server: shown instead of the one at avatarUrl."),
    SHAPE_TEXT("domain", .nullable = true,
               .doc = "Whose pages open the chat, beside `domains`; the shop's own settings change it."),
    SHAPE_TIME("changedAt", .nullable = true),
    SHAPE_ENUM("avatar", chat_avatar_names), SHAPE_ENUM("position", chat_position_names), SHAPE_TEXT("colour"),
    SHAPE_LIST("texts", chat_texts_shape, .type_name = "ChatTexts"),
    SHAPE_TEXT("timezone"), SHAPE_BOOL("hoursOn"), SHAPE_LIST("hours", chat_span_shape, .type_name = "ChatHours"),
    SHAPE_TEXT_LIST("holidays"), SHAPE_BOOL("disclosure"), SHAPE_BOOL("askScore"),
    SHAPE_I64("backAfterMinutes"),
    SHAPE_TEXT_LIST("personWords"), SHAPE_TEXT_LIST("notPersonWords"), SHAPE_BOOL("alertMail"),
    SHAPE_ENUM("alertTo", chat_alert_names), SHAPE_I64("alertFirstMinutes"), SHAPE_I64("alertAgainMinutes"),
    SHAPE_I64("keepDays"), SHAPE_BOOL("proactive"), SHAPE_I64("proactiveAfterSeconds"),
    SHAPE_TEXT_LIST("proactivePages"), SHAPE_TEXT_LIST("domains"),
    SHAPE_I64("domainsInPlan", .maybe = true,
              .doc = "So many of `domains`, from the first on, the shop's plan has room for; the others open no chat. "
                     "Absent: all of them do."),
    SHAPE_LIST("sayings", chat_saying_shape, .type_name = "ChatSaying"), SHAPE_BOOL("oldSignature"), SHAPE_END };
static const struct shape built_in_shape[] = {
    SHAPE_ENUM("language", say_language_names), SHAPE_ENUM("key", say_names), SHAPE_TEXT("text"),
    SHAPE_TEXT_LIST("holes", .doc = "What is filled in: a sentence that stands for it has all of them."), SHAPE_END };
static const struct shape built_ins_shape[] = {
    SHAPE_LIST("sayings", built_in_shape, .type_name = "BuiltInSaying"), SHAPE_END };

static const struct problem problem_settings_moved = {
    "settings_changed", 409, "Somebody else changed these settings in the meantime. Load them again.",
    "这些设置刚刚被其他人修改，请重新加载后再保存。"
};
static const struct problem problem_websites_full = {
    "websites_full", 409, "The plan of this shop has no room for another website. Remove one, or choose a larger plan.",
    "该店铺的套餐可用网站数已满，请移除一个网站或选择更大的套餐。"
};
/* clang-format on */

struct shown {
    const struct settings_row *row;
    const struct tenant_face *face;
    const char *domain, *picture;
    int64_t in_plan; /* websites beside the shop's own; -1: any number */
};

static void settings_json(struct json *j, const void *arg)
{
    const struct shown *s = arg;
    json_i64(j, "revision", s->row->revision);
    json_text(j, "botName", s->face->bot_name);
    json_text(j, "avatarUrl", s->face->logo_url);
    face_member(j, s->picture);
    json_text(j, "domain", s->domain);
    json_time(j, "changedAt", s->row->changed_at_ms);
    settings_members(j, &s->row->set);
    if (s->in_plan >= 0) json_i64(j, "domainsInPlan", s->in_plan);
}

/* The shop is the caller's and has a chat here: ANSWER_GO_ON. */
static enum answer read_all(struct req *req, bool locked, int64_t shop, struct settings_row *stored,
                            struct tenant_face *face, struct shop *s)
{
    struct tenant_chat place;
    enum row row = locked ? shops_owned_locked(req->tx, req->who.account, shop, s)
                          : shops_owned(req->tx, req->who.account, shop, s);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    row = tenants_chat(req->tx, shop, &place);
    if (row == ROW_FOUND) row = tenants_face(req->tx, shop, face);
    if (row == ROW_NONE) return reply_problem(req, &problem_chatbot_not_enabled);
    if (row == ROW_FAULT || settings_get(req->tx, shop, req->arena, stored) == ROW_FAULT) return reply_fault(req);
    return ANSWER_GO_ON;
}

static enum answer reply_settings(struct req *req, const struct settings_row *stored, const struct tenant_face *face,
                                  const struct shop *s)
{
    struct shown shown = { .row = stored, .face = face, .domain = s->domain };
    if (!face_name(req->tx, &(struct face_owner){ .shop = s->id }, &shown.picture)) return reply_fault(req);
    if (!billing_websites(req->tx, s->account, s->id, req->now_ms, &shown.in_plan)) return reply_fault(req);
    return reply_json(req, 200, settings_json, &shown);
}

static enum answer run_read_settings(struct req *req)
{
    struct settings_row stored = { .revision = 0 };
    struct tenant_face face;
    struct shop s;
    enum answer a = read_all(req, false, ((const struct path_settings *)req->path)->id, &stored, &face, &s);
    if (a != ANSWER_GO_ON) return a;
    return reply_settings(req, &stored, &face, &s);
}

void settings_changed_json(struct json *j, const void *arg)
{
    const struct settings_changes *c = arg;
    const char *key;
    json_t *value;
    json_array(j, "changed");
    json_object_foreach(c->after, key, value)
    {
        if (!json_equal(value, json_object_get(c->before, key))) json_text(j, NULL, key);
    }
    json_end(j);
}

static void event_json(struct json *j, const void *arg) { json_i64(j, "shop", *(const int64_t *)arg); }

static json_t *with_face(const char *document, const struct tenant_face *face)
{
    json_t *whole = json_read(str_of(document), JSON_READ_MAX_BYTES, NULL);
    json_object_set_new(whole, "botName", json_string(face->bot_name));
    json_object_set_new(whole, "avatarUrl", json_string(face->logo_url ? face->logo_url : ""));
    return whole;
}

struct settings_changes settings_changes_of(const char *before, const char *after, const struct tenant_face *was,
                                            const struct tenant_face *is)
{
    return (struct settings_changes){ with_face(before, was), with_face(after, is) };
}

bool settings_face_same(const struct tenant_face *one, const struct tenant_face *other)
{
    return text_eq(one->bot_name, other->bot_name) && text_eq(one->logo_url, other->logo_url);
}

static bool tell_changed(struct req *req, int64_t shop, const struct settings_changes *c)
{
    bool told =
        audit_request(req, AUDIT_chat_settings_changed, req->who.account, "shop", shop, settings_changed_json, c) &&
        events_put(req->tx, req->who.account, "shop.changed", event_json, &shop);
    json_decref(c->before), json_decref(c->after);
    return told;
}

static bool names(const struct field_list *domains, const char *domain)
{
    const struct settings_word *word = domains->item;
    for (size_t i = 0; i < domains->count; i++)
        if (text_eq(word[i].text, domain)) return true;
    return false;
}

/* As many websites as the shop's plan has; the shop's own is one of them. What is there already stays in the list, also
 * when there was once room for more; the first ones of it open the chat (chat_domains_in_plan). */
static enum answer judge_websites(struct req *req, const struct shop *s, const struct settings_doc *before,
                                  const struct settings_doc *in)
{
    const struct settings_word *word = in->domains.item;
    int64_t more;
    bool further = false;
    if (!billing_websites(req->tx, s->account, s->id, req->now_ms, &more)) return reply_fault(req);
    for (size_t i = 0; i < in->domains.count; i++) further = further || !names(&before->domains, word[i].text);
    if (!further || more < 0 || (int64_t)in->domains.count <= more) return ANSWER_GO_ON;
    reply_fact_i64(req, "websites", more + 1);
    reply_fact_i64(req, "used", (int64_t)before->domains.count + 1);
    return reply_problem(req, &problem_websites_full);
}

static enum answer run_write_settings(struct req *req)
{
    struct settings_doc in = *(const struct settings_doc *)req->body;
    int64_t shop = ((const struct path_settings *)req->path)->id;
    struct settings_row stored = { .revision = 0 };
    struct tenant_face face = { .bot_name = "" }, was;
    struct shop s;
    const char *field;
    const char *code = settings_judge(req->arena, &in, &field);
    if (!code) code = settings_judge_written(req->arena, &in, &field);
    if (code) return reply_fields(req, field, code);
    enum answer a = read_all(req, true, shop, &stored, &face, &s);
    if (a != ANSWER_GO_ON) return a;
    if (in.revision != stored.revision) return reply_problem(req, &problem_settings_moved);
    a = judge_websites(req, &s, &stored.set, &in);
    if (a != ANSWER_GO_ON) return a;
    settings_complete(req->arena, &in);
    was = face;
    if (in.botName) face.bot_name = in.botName;
    if (in.has_avatar_url) face.logo_url = in.avatarUrl;
    if (tenants_face_change(req, shop, &face) != ROW_FOUND) return reply_fault(req);
    const char *before = settings_text(req->arena, &stored.set).p, *after = settings_text(req->arena, &in).p;
    /* The name and the picture stand in the tenant's row, and are of what was seen all the same. */
    if (!text_eq(before, after) || !settings_face_same(&was, &face)) {
        enum row row = settings_put(req->tx, s.account, shop, stored.revision, after, req->now_ms);
        if (row == ROW_NONE) return reply_problem(req, &problem_settings_moved);
        if (row == ROW_FAULT) return reply_fault(req);
        const struct settings_changes c = settings_changes_of(before, after, &was, &face);
        if (!tell_changed(req, shop, &c)) return reply_fault(req);
        stored.revision++;
        stored.changed_at_ms = req->now_ms;
    }
    stored.set = in;
    return reply_settings(req, &stored, &face, &s);
}

/* ---- what the assistant says of its own ---- */

static void built_ins_json(struct json *j, const void *arg)
{
    struct str hole[SAYING_HOLES];
    (void)arg;
    json_array(j, "sayings");
    for (int l = 0; l < LOCAL_LANGUAGES; l++)
        for (int s = 0; s < SAY_COUNT; s++) {
            struct str text = say_built_in((enum local_language)l, (enum say)s);
            size_t n = say_holes(text, hole);
            json_object(j, NULL);
            json_text(j, "language", say_language_names[l]), json_text(j, "key", say_names[s]);
            json_str(j, "text", text);
            json_array(j, "holes");
            for (size_t i = 0; i < n; i++) json_str(j, NULL, hole[i]);
            json_end(j);
            json_end(j);
        }
    json_end(j);
}

static enum answer run_built_ins(struct req *req)
{
    struct shop s;
    enum row row = shops_owned(req->tx, req->who.account, ((const struct path_settings *)req->path)->id, &s);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    return reply_json(req, 200, built_ins_json, NULL);
}

ROUTE_TAG(chat_settings_tag, "Chat settings",
          "How a shop's chat looks, what it says by itself, and when persons come.");

/* clang-format off */
const struct route chat_settings_routes[] = {
    { .verb = VERB_GET, .path = "/api/shops/:id/chatbot/settings", .who = WHO_MEMBERS, .tx = TX_READ,
      .tag = "Chat settings", PATH_FIELDS(path_settings), .answer = settings_shape, .run = run_read_settings,
      PROBLEMS(&problem_not_found, &problem_chatbot_not_enabled), .doc = "The settings of a shop's chat." },
    { .verb = VERB_PUT, .path = "/api/shops/:id/chatbot/settings", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Chat settings", PATH_FIELDS(path_settings), BODY_FIELDS(settings_doc), .body_max = SETTINGS_BODY_MAX,
      .answer = settings_shape, .run = run_write_settings,
      PROBLEMS(&problem_not_found, &problem_chatbot_not_enabled, &problem_settings_moved, &problem_websites_full),
      .doc = "Change them: the whole document. What is left out becomes its default." },
    { .verb = VERB_GET, .path = "/api/shops/:id/chatbot/sayings", .who = WHO_MEMBERS, .tx = TX_READ,
      .tag = "Chat settings", PATH_FIELDS(path_settings), .answer = built_ins_shape, .run = run_built_ins,
      PROBLEMS(&problem_not_found), .doc = "What the assistant says of its own, in each language." },
    ROUTE_END
};
/* clang-format on */
