/* try_routes.c: the merchant's test-drive. What is said is answered by the same code as a shopper is, with what it
 * stands on and how it was read. It reads one transaction, costs nothing and leaves nothing behind. */
#include "chat/agent.h"
#include "chat/chat.h"
#include "shops/shops.h"
#include "tenants/tenants.h"

enum { TURNS_MAX = 10, TURN_MAX = 4000, TRY_BODY_MAX = 48 << 10 };

struct path_try {
    int64_t id;
};
struct try_turn {
    const char *text;
};
struct post_try {
    struct field_list turns;
    const char *language;
};
struct tried {
    const struct model_reply *reply;
    size_t count;
};

/* clang-format off */
static const struct field path_try_fields[] = { FIELD_ID(struct path_try, id, .doc = "The shop's number."), FIELD_END };
static const struct field try_turn_field =
    FIELD_TEXT(struct try_turn, text, .min = 1, .max = TURN_MAX, .multiline = true);
static const struct field post_try_fields[] = {
    FIELD_LIST(struct post_try, turns, &try_turn_field, struct try_turn, .min = 1, .max = TURNS_MAX,
               .doc = "What a shopper says, each after the answer to the one before."),
    FIELD_TEXT(struct post_try, language, .optional = true, .max = 20,
               .doc = "Of the page, as in en or zh-CN: for words that tell no language."),
    FIELD_END
};

static const char *const action_names[] = { "nothing", "answer", "ask", "decline", "hand_off", NULL };
static const char *const cited_names[] = { "product", "variant", "faq", "document", "promotion", NULL };
static const struct shape cited_shape[] = {
    SHAPE_ENUM("kind", cited_names), SHAPE_TEXT("id"), SHAPE_TEXT("title"), SHAPE_TEXT("url", .nullable = true),
    SHAPE_END };
static const struct shape tried_shape[] = {
    SHAPE_TEXT("text"), SHAPE_TEXT("language"), SHAPE_ENUM("action", action_names),
    SHAPE_BOOL("asked", .doc = "hand_off: the words were taken as a wish for a person."),
    SHAPE_TEXT("why", .doc = "How the words were read, for the merchant."),
    SHAPE_LIST("sources", cited_shape, .type_name = "ReplySource"), SHAPE_END };
static const struct shape tries_shape[] = {
    SHAPE_LIST("replies", tried_shape, .type_name = "TriedReply", .doc = "One for each turn."), SHAPE_END };
/* clang-format on */

static void reply_json_of(struct json *j, const struct model_reply *r)
{
    json_object(j, NULL);
    json_text(j, "text", r->text ? r->text : "");
    json_text(j, "language", r->language);
    json_text(j, "action", model_action_name(r->action));
    json_bool(j, "asked", r->action == REPLY_HAND_OFF_ASKED);
    json_text(j, "why", r->why ? r->why : "");
    json_array(j, "sources");
    for (size_t i = 0; i < r->sources; i++) {
        json_object(j, NULL);
        json_text(j, "kind", model_cited_name(r->source[i].kind)), json_text(j, "id", r->source[i].id);
        json_text(j, "title", r->source[i].title), json_text(j, "url", r->source[i].url);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void tries_json(struct json *j, const void *arg)
{
    const struct tried *t = arg;
    json_array(j, "replies");
    for (size_t i = 0; i < t->count; i++) reply_json_of(j, &t->reply[i]);
    json_end(j);
}

static enum answer run_try(struct req *req)
{
    const struct post_try *in = req->body;
    const struct try_turn *said = in->turns.item;
    int64_t shop = ((const struct path_try *)req->path)->id;
    struct knowledge_source source;
    if (req->who.shop && req->who.shop != shop) return reply_problem(req, &problem_not_found);
    enum row row = knowledge_source_of(req->tx, req->who.account, shop, req->arena, &source);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    struct model_turn *turn = ARENA_ARRAY(req->arena, struct model_turn, TURNS_MAX * 2);
    struct model_reply *reply = ARENA_ARRAY(req->arena, struct model_reply, TURNS_MAX);
    struct chat_shop_settings settings;
    size_t turns = 0;
    int64_t failed = 0;
    if (!chat_settings_read(req->tx, shop, req->arena, &settings)) return reply_fault(req);
    for (size_t i = 0; i < in->turns.count; i++) {
        turn[turns++] = (struct model_turn){ .customer = true, .text = said[i].text };
        const struct model_ask ask = {
            .turn = turn, .turns = turns, .language = in->language, .source = &source, .arena = req->arena
        };
        struct agent_reply r;
        if (!agent_answer(&ask, &settings, failed, &r)) return reply_fault(req);
        reply[i] = r.reply;
        failed = r.reply.action >= REPLY_HAND_OFF ? 0 : r.failed;
        turn[turns++] = (struct model_turn){ .customer = false, .text = reply[i].text ? reply[i].text : "" };
    }
    return reply_json(req, 200, tries_json, &(struct tried){ reply, in->turns.count });
}

/* clang-format off */
ROUTE_TAG(chat_try_tag, "Answers", "What shoppers are answered, and why.");
const struct route chat_try_routes[] = {
    { .verb = VERB_POST, .path = "/api/shops/:id/chatbot/try", .who = WHO_STAFF | WHO_KEY,
      .scope = KEY_SCOPE_KNOWLEDGE, .tx = TX_READ, .reads = true, .tag = "Answers", .body_max = TRY_BODY_MAX,
      PATH_FIELDS(path_try), BODY_FIELDS(post_try), .answer = tries_shape, .run = run_try, PROBLEMS(&problem_not_found),
      .doc = "What a shopper would be answered. Costs nothing and leaves nothing." },
    ROUTE_END
};
/* clang-format on */
