/* channel_routes.c: the channel of a shop's own server: where replies go, and what its customers say. The server is
 * known by the shop's service key; a customer by the server's own id, and a message by it too: the same again is the
 * same message. */
#include "chat/channel.h"

#include "base/clock.h"
#include "outbound/http_client.h"

enum { CUSTOMER_ID_MAX = 100, OWN_ID_MAX = CLIENT_ID_MAX, CHANNEL_URL_MAX = 500 };

STMT(customer_of, "SELECT visitor FROM chat_channel_customers WHERE shop = ?1 AND customer = ?2 AND account = ?3");
STMT(add_customer, "INSERT INTO chat_channel_customers (account, shop, customer, visitor) VALUES (?1, ?2, ?3, 0)"
                   " ON CONFLICT (shop, customer) DO NOTHING");
STMT(set_visitor, "UPDATE chat_channel_customers SET visitor = ?3 WHERE shop = ?1 AND customer = ?2");

const struct problem problem_channel_missing = { "channel_missing", 409,
                                                 "Say first where replies are sent (PUT …/channel).",
                                                 "请先设置接收回复的地址（PUT …/channel）。" };

struct path_channel {
    int64_t id;
};
struct put_channel {
    const char *url;
};
struct post_said {
    const char *customerId, *name, *language, *text, *id;
};
/* clang-format off */
static const struct field path_channel_fields[] = {
    FIELD_ID(struct path_channel, id, .doc = "The shop's number."), FIELD_END
};
static const struct field put_channel_fields[] = {
    FIELD_TEXT(struct put_channel, url, .optional = true, .max = CHANNEL_URL_MAX, .form = TEXT_URL,
               .doc = "https alone, a public address: where signed webhooks are sent. null as long as there is none."),
    FIELD_END
};
static const struct field post_said_fields[] = {
    FIELD_TEXT(struct post_said, customerId, .min = 1, .max = CUSTOMER_ID_MAX, .form = TEXT_EXACT,
               .doc = "The server's own id of the customer."),
    FIELD_TEXT(struct post_said, name, .optional = true, .max = VISITOR_NAME_MAX, .form = TEXT_NAME,
               .doc = "What the customer is called."),
    FIELD_TEXT(struct post_said, language, .optional = true, .max = LANGUAGE_MAX, .form = TEXT_NAME,
               .doc = "en, zh-CN…"),
    FIELD_TEXT(struct post_said, text, .min = 1, .max = MESSAGE_MAX, .form = TEXT_EXACT, .multiline = true,
               .doc = "Kept to the byte."),
    FIELD_TEXT(struct post_said, id, .min = 1, .max = OWN_ID_MAX, .form = TEXT_EXACT,
               .doc = "The server's own id of this message: sent again with it, it is the same message."),
    FIELD_END
};
static const struct shape send_shape[] = {
    SHAPE_I64("conversation"), SHAPE_I64("number", .doc = "Of the message within its conversation."),
    SHAPE_BOOL("sent"), SHAPE_BOOL("givenUp", .doc = "It is not tried again."),
    SHAPE_TEXT("error", .doc = "Why it was not sent; empty: it was."), SHAPE_TIME("at"), SHAPE_END };
static const struct shape channel_shape[] = {
    SHAPE_TEXT("url", .nullable = true, .doc = "null: there is no channel."),
    SHAPE_TEXT("error", .doc = "Why the last try to send failed; empty: it did not."),
    SHAPE_I64("skipped", .doc = "Messages that were given up after a day of tries."),
    SHAPE_LIST("sends", send_shape, .type_name = "ChannelSend", .doc = "The last twenty tries, newest first."),
    SHAPE_TIME("changedAt", .nullable = true), SHAPE_END };
static const struct shape said_shape[] = {
    SHAPE_OBJECT("message", chat_message_shape, .type_name = "ChatMessage"),
    SHAPE_OBJECT("conversation", chat_state_shape, .type_name = "ChatState"), SHAPE_END };
/* clang-format on */

struct shown {
    struct channel c;
    struct channel_send send[CHANNEL_SENDS];
    size_t sends;
};

static void channel_json(struct json *j, const void *arg)
{
    const struct shown *s = arg;
    json_text(j, "url", s->c.url);
    json_text(j, "error", s->c.error ? s->c.error : "");
    json_i64(j, "skipped", s->c.skipped);
    json_array(j, "sends");
    for (size_t i = 0; i < s->sends; i++) {
        json_object(j, NULL);
        json_i64(j, "conversation", s->send[i].conversation);
        json_i64(j, "number", s->send[i].number);
        json_bool(j, "sent", s->send[i].sent);
        json_bool(j, "givenUp", s->send[i].over);
        json_text(j, "error", s->send[i].error);
        json_time(j, "at", s->send[i].at_ms);
        json_end(j);
    }
    json_end(j);
    json_time(j, "changedAt", s->c.changed_at_ms);
}

/* As it stands in its rows. */
static enum answer tell(struct req *req, int64_t shop)
{
    struct shown *s = ARENA_NEW(req->arena, struct shown);
    if (channel_get(req->tx, shop, &s->c) == ROW_FAULT || !channel_sends(req->tx, shop, s->send, &s->sends))
        return reply_fault(req);
    if (text_eq(s->c.error, CHANNEL_OFF)) { /* its next look, which says so, may be minutes away */
        struct tenant_chat place;
        enum row row = tenants_chat(req->tx, shop, &place);
        if (row == ROW_FAULT) return reply_fault(req);
        if (row == ROW_FOUND && place.active) s->c.error = "";
    }
    return reply_json(req, 200, channel_json, s);
}

/* ---- whose shop ---- */

enum answer channel_shop(struct req *req, int64_t id, bool locked, struct shop *s)
{
    if (req->who.shop && req->who.shop != id) return reply_problem(req, &problem_not_found);
    enum row row =
        locked ? shops_owned_locked(req->tx, req->who.account, id, s) : shops_owned(req->tx, req->who.account, id, s);
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_FOUND ? ANSWER_GO_ON : reply_problem(req, &problem_not_found);
}

enum answer channel_in_use(struct req *req, int64_t shop)
{
    struct tenant_chat place;
    struct channel channel;
    enum row row = tenants_chat(req->tx, shop, &place);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || !place.active) return reply_problem(req, &problem_chat_paused);
    row = channel_get(req->tx, shop, &channel);
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_FOUND ? ANSWER_GO_ON : reply_problem(req, &problem_channel_missing);
}

static enum answer shop_of(struct req *req, bool locked, struct shop *s)
{
    return channel_shop(req, ((const struct path_channel *)req->path)->id, locked, s);
}

static enum answer run_get(struct req *req)
{
    struct shop s = { .id = 0 };
    enum answer a = shop_of(req, false, &s);
    return a == ANSWER_GO_ON ? tell(req, s.id) : a;
}

/* NULL: replies may be sent there. The address itself is judged again at each call. */
static const char *judge(struct arena *a, const char *url)
{
    const char *host = url_host(a, url);
    if (!host) return "format";
    if (chat_settings.development) return NULL;
    if (!str_starts(str_of(url), STR("https://"))) return "https";
    if (!address_host_is_public(str_of(host))) return "address_not_allowed";
    return url_port_is_called(url) ? NULL : "port_not_allowed";
}

static void details_json(struct json *j, const void *arg) { json_text(j, "url", arg); }

static bool changed(struct req *req, const struct shop *s, const char *url)
{
    return audit_request(req, AUDIT_chat_channel_changed, req->who.account, "shop", s->id, details_json, url);
}

static enum answer run_put(struct req *req)
{
    const struct put_channel *in = req->body;
    struct shop s = { .id = 0 };
    struct channel before = { .url = NULL };
    enum answer a = shop_of(req, true, &s);
    if (a != ANSWER_GO_ON) return a;
    if (channel_get(req->tx, s.id, &before) == ROW_FAULT) return reply_fault(req);
    if (!in->url) return before.url ? reply_fields(req, "url", "required") : tell(req, s.id);
    const char *code = judge(req->arena, in->url);
    if (code) return reply_fields(req, "url", code);
    if (text_eq(before.url, in->url)) return tell(req, s.id); /* as it is: no change */
    const struct channel c = { .shop = s.id, .account = s.account, .url = in->url, .changed_at_ms = req->now_ms };
    if (!channel_set(req->tx, &c) || !changed(req, &s, in->url)) return reply_fault(req);
    return tell(req, s.id);
}

static enum answer run_delete(struct req *req)
{
    struct shop s = { .id = 0 };
    struct channel c = { .url = NULL };
    enum answer a = shop_of(req, true, &s);
    if (a != ANSWER_GO_ON) return a;
    enum row row = channel_get(req->tx, s.id, &c);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (!channel_drop(req->tx, s.id) || !changed(req, &s, NULL)) return reply_fault(req);
    return tell(req, s.id);
}

/* ---- what a customer says ---- */

static void said_json(struct json *j, const void *arg)
{
    const struct chat_news *n = arg;
    json_object(j, "message");
    message_json(j, n->message);
    json_end(j);
    json_object(j, "conversation");
    state_json(j, n->after);
    json_end(j);
}

static enum row customer(struct tx *tx, const struct shop *s, const char *id, int64_t *visitor)
{
    struct query q = query(tx, &customer_of);
    bind_i64(&q, s->id), bind_text(&q, id), bind_i64(&q, s->account);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *visitor = col_i64(&q, "visitor");
    return row;
}

/* The visitor that this customer is, locked. Of two first words one makes it: the other waits for its row and then
 * finds it. */
static bool visitor_for(struct tx *tx, const struct shop *s, const struct post_said *in, int64_t now_ms,
                        struct visitor *v)
{
    int64_t id = 0;
    enum row row = customer(tx, s, in->customerId, &id);
    if (row == ROW_FOUND) row = visitor_locked(tx, id, v);
    if (row != ROW_NONE) return row == ROW_FOUND;
    struct query q = query(tx, &add_customer);
    bind_i64(&q, s->account), bind_i64(&q, s->id), bind_text(&q, in->customerId);
    int64_t added = query_change(&q);
    if (added < 0) return false;
    if (added == 0) return customer(tx, s, in->customerId, &id) == ROW_FOUND && visitor_locked(tx, id, v) == ROW_FOUND;
    *v = (struct visitor){ .account = s->account,
                           .shop = s->id,
                           .name = in->name ? in->name : "",
                           .language = in->language ? in->language : "",
                           .page = "",
                           .email = "" };
    if (!visitor_add(tx, v, now_ms)) return false;
    struct query set = query(tx, &set_visitor);
    bind_i64(&set, s->id), bind_text(&set, in->customerId), bind_i64(&set, v->id);
    return query_change(&set) == 1;
}

static enum answer run_said(struct req *req)
{
    const struct post_said *in = req->body;
    const struct post_message said = { .text = in->text, .clientId = in->id };
    struct shop s = { .id = 0 };
    struct visitor v;
    struct message m;
    struct conversation c;
    enum answer a = shop_of(req, false, &s);
    if (a == ANSWER_GO_ON) a = channel_in_use(req, s.id);
    if (a != ANSWER_GO_ON) return a;
    if (!visitor_for(req->tx, &s, in, req->now_ms, &v)) return reply_fault(req);
    if (v.blocked_at_ms) return reply_problem(req, &problem_chat_blocked);
    const struct visitor now = { .name = in->name, .language = in->language };
    if (!visitor_seen(req->tx, &v, &now, req->now_ms) || !visitor_conversation_or_new(req->tx, &v, req->now_ms, &c) ||
        !channel_talk_begin(req->tx, &c, in->customerId))
        return reply_fault(req);
    enum message_put put = visitor_says(req->tx, &v, &said, req->now_ms, &m, &c);
    if (put == MESSAGE_OTHER) return reply_problem(req, &problem_message_other);
    if (put != MESSAGE_NEW && put != MESSAGE_AGAIN) return reply_fault(req);
    return reply_json(req, 201, said_json, &(struct chat_news){ .message = &m, .after = &c });
}

ROUTE_TAG(channel_tag, "Channel", "A shop's own server as a channel of the chat.");

/* clang-format off */
#define CHANNEL .tag = "Channel", PATH_FIELDS(path_channel)
const struct route chat_channel_routes[] = {
    { .verb = VERB_GET, .path = "/api/shops/:id/channel", .who = WHO_MEMBERS | WHO_KEY, .scope = KEY_SCOPE_CHAT,
      .tx = TX_READ, CHANNEL, .answer = channel_shape, .run = run_get, PROBLEMS(&problem_not_found),
      .doc = "Where replies to customers of the shop's own server are sent, and whether that works." },
    { .verb = VERB_PUT, .path = "/api/shops/:id/channel", .who = WHO_MANAGERS, .tx = TX_WRITE, CHANNEL,
      BODY_FIELDS(put_channel), .answer = channel_shape, .run = run_put, PROBLEMS(&problem_not_found),
      .doc = "Open the channel, or send replies elsewhere from now on." },
    { .verb = VERB_DELETE, .path = "/api/shops/:id/channel", .who = WHO_MANAGERS, .tx = TX_WRITE, CHANNEL,
      .answer = channel_shape, .run = run_delete, PROBLEMS(&problem_not_found),
      .doc = "Close the channel: nothing is sent, and nothing is taken. What was said stays." },
    { .verb = VERB_POST, .path = "/api/shops/:id/channel/messages", .who = WHO_MANAGERS | WHO_KEY,
      .scope = KEY_SCOPE_CHAT, .tx = TX_WRITE, CHANNEL, .idempotent = true, .body_max = CHAT_BODY_MAX,
      BODY_FIELDS(post_said), .answer = said_shape, .status = 201, .run = run_said,
      PROBLEMS(&problem_not_found, &problem_channel_missing, &problem_chat_paused, &problem_chat_blocked,
               &problem_message_other),
      .doc = "A customer of the shop's own server said something. The same `id` again is the same message." },
    ROUTE_END
};
/* clang-format on */
