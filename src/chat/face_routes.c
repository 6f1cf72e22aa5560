/* face_routes.c: what a page of the shop asks for before anybody has said a word: how the chat looks and what it says
 * by itself, in the reader's language; and the same with a word that somebody is here (presence.c). */
#include "chat/faces.h"
#include "chat/presence.h"
#include "chat/settings.h"

#include "base/clock.h"

/* Whoever only looks at the shop's pages shows nothing, and says twice a minute that they are there: of these a carrier
 * may have many behind one address. */
static const struct limit face_limit = { .name = "chat_face", .burst = 3000, .per_ms = MINUTE_MS, .wider = { 4, 16 } };
static const struct limit face_visitor_limit = { .name = "chat_face_visitor", .burst = 60, .per_ms = MINUTE_MS };
static const struct limit face_shop_limit = { .name = "chat_face_shop", .burst = 3000, .per_ms = 10 * SECOND_MS };

struct get_face {
    const char *language;
};
struct post_here {
    const char *visit, *page, *referrer, *language;
};
/* clang-format off */
static const struct field get_face_fields[] = {
    FIELD_TEXT(struct get_face, language, .optional = true, .max = LANGUAGE_MAX, .doc = "The reader's, as a tag."),
    FIELD_END
};
static const struct field post_here_fields[] = {
    FIELD_TEXT(struct post_here, visit, .min = VISIT_NAME_MIN, .max = VISIT_NAME_MAX, .form = TEXT_SECRET,
               .doc = "A random name that the browser has made for this visit, and tells nobody else."),
    FIELD_TEXT(struct post_here, page, .optional = true, .max = PAGE_MAX, .form = TEXT_URL,
               .doc = "Without what stands behind ? and #."),
    FIELD_TEXT(struct post_here, referrer, .optional = true, .max = PAGE_MAX, .form = TEXT_URL,
               .doc = "Where the visit came from."),
    FIELD_TEXT(struct post_here, language, .optional = true, .max = LANGUAGE_MAX, .doc = "The reader's, as a tag."),
    FIELD_END
};
static const struct shape proactive_shape[] = {
    SHAPE_TEXT("text"), SHAPE_I64("afterSeconds", .doc = "Of time on a page."),
    SHAPE_TEXT_LIST("pages", .doc = "Beginnings of paths; none: every page."), SHAPE_END };
#define FACE_SHAPES                                                                                                    \
    SHAPE_TEXT("botName"), SHAPE_TEXT("avatar", .doc = "A drawn picture, by name."),                                   \
    SHAPE_TEXT("avatarUrl", .nullable = true, .doc = "The shop's own picture, instead of the drawn one."),             \
    SHAPE_TEXT("colour"), SHAPE_TEXT("position", .doc = "right or left."),                                             \
    SHAPE_BOOL("disclosure", .doc = "It is said that the assistant is a program."),                                    \
    SHAPE_BOOL("askScore", .doc = "After the end it is asked how the conversation was."),                              \
    SHAPE_TEXT("greeting", .doc = "Empty: the client's own words. So are lists without an item."),                     \
    SHAPE_TEXT_LIST("opening", .doc = "Chips beside the greeting."),                                                   \
    SHAPE_TEXT_LIST("after", .doc = "After an answer of the bot."),                                                    \
    SHAPE_TEXT_LIST("handOff", .doc = "While a person is waited for."),                                                \
    SHAPE_OBJECT("proactive", proactive_shape, .nullable = true, .type_name = "ChatProactive",                         \
                 .doc = "A greeting by itself, at most once a visit.")
static const struct shape face_shape[] = { FACE_SHAPES, SHAPE_END };
static const struct shape here_shape[] = {
    FACE_SHAPES,
    SHAPE_TEXT("token", .nullable = true, .doc = "Somebody of the team has begun a conversation: its visitor is you."),
    SHAPE_END };
/* clang-format on */

struct face {
    struct chat_shop_settings s;
    const struct chat_texts *texts;
    bool with_token;
    const char *token;
};

static void words_json(struct json *j, const char *key, const struct chat_words *w)
{
    json_array(j, key);
    for (size_t i = 0; w && i < w->count; i++) json_text(j, NULL, w->text[i]);
    json_end(j);
}

static void face_json(struct json *j, const void *arg)
{
    const struct face *f = arg;
    const struct chat_texts *t = f->texts;
    json_text(j, "botName", f->s.bot_name);
    json_text(j, "avatar", f->s.avatar);
    json_text(j, "avatarUrl", f->s.avatar_url);
    json_text(j, "colour", f->s.colour);
    json_text(j, "position", f->s.position == POSITION_LEFT ? "left" : "right");
    json_bool(j, "disclosure", f->s.disclosure);
    json_bool(j, "askScore", f->s.ask_score);
    json_text(j, "greeting", t ? t->greeting : "");
    words_json(j, "opening", t ? &t->opening : NULL);
    words_json(j, "after", t ? &t->after : NULL);
    words_json(j, "handOff", t ? &t->hand_off : NULL);
    if (f->s.proactive && t && t->proactive[0]) {
        json_object(j, "proactive");
        json_text(j, "text", t->proactive);
        json_i64(j, "afterSeconds", f->s.proactive_after_ms / SECOND_MS);
        words_json(j, "pages", &f->s.proactive_pages);
        json_end(j);
    } else {
        json_null(j, "proactive");
    }
    if (f->with_token) json_text(j, "token", f->token);
}

static bool face_of(struct req *req, int64_t shop, const char *language, struct face *f)
{
    *f = (struct face){ 0 };
    const char *name;
    if (!chat_settings_read(req->tx, shop, req->arena, &f->s)) return false;
    if (!face_name(req->tx, &(struct face_owner){ .shop = shop }, &name)) return false;
    /* One that was uploaded comes before one that lies elsewhere. A page of the shop needs all of its address. */
    if (name) f->s.avatar_url = arena_printf(req->arena, "%s%s", chat_settings.base_url, face_path(req->arena, name));
    f->texts = chat_texts_for(&f->s, language);
    if (!f->texts) f->texts = chat_texts_for(&f->s, "en"); /* as the words of the client itself */
    return true;
}

/* Whether the shop has a chat now; a token that does not count is as none. */
static enum answer enter(struct req *req, struct tenant_chat *place, struct visitor *v)
{
    const struct visitor_call *call = visitor_call(req);
    *v = (struct visitor){ 0 };
    enum chat_door door = chat_enter(req->tx, call->shop, call->shown ? &call->token : NULL, false, place, v);
    if (door == DOOR_NO_TOKEN) v->id = 0;
    if (door == DOOR_OPEN) req_known(req);
    if (door == DOOR_OPEN || door == DOOR_NO_TOKEN) return ANSWER_GO_ON;
    return door == DOOR_FAULT ? reply_fault(req) : reply_problem(req, door_problem(door));
}

static enum answer run_face(struct req *req)
{
    const struct get_face *in = req->query;
    struct tenant_chat place;
    struct visitor v;
    struct face *f = ARENA_NEW(req->arena, struct face);
    enum answer a = enter(req, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    if (!face_of(req, visitor_call(req)->shop, in->language, f)) return reply_fault(req);
    return reply_json(req, 200, face_json, f);
}

/* Only whoever knows the visit's name gets here, and only until the token was shown. */
static bool take_token(struct req *req, const struct presence *p, struct face *f)
{
    struct visitor invited;
    struct visitor_token made;
    if (p->invited == 0) return true;
    enum row row = visitor_get(req->tx, p->invited, &invited);
    if (row != ROW_FOUND) return row == ROW_NONE;
    char *token = arena_alloc(req->arena, VISITOR_TOKEN_SIZE);
    visitor_token_new(&invited, req->now_ms, &made, token);
    f->token = token;
    return true;
}

static enum answer run_here(struct req *req)
{
    const struct post_here *in = req->body;
    struct tenant_chat place;
    struct visitor v;
    struct face *f = ARENA_NEW(req->arena, struct face);
    enum answer a = enter(req, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    struct presence p = { .account = place.account,
                          .shop = visitor_call(req)->shop,
                          .visitor = v.id,
                          .page = in->page ? in->page : "",
                          .referrer = in->referrer ? in->referrer : "",
                          .language = in->language ? in->language : "" };
    if (!presence_beat(req->tx, in->visit, &p, req->now_ms)) return reply_fault(req);
    if (v.id && !presence_settle(req->tx, &p, req->now_ms)) return reply_fault(req);
    if (!face_of(req, p.shop, in->language, f) || !take_token(req, &p, f)) return reply_fault(req);
    f->with_token = true;
    return reply_json(req, 200, face_json, f);
}

#define VISITOR                                                                                                        \
    .who = WHO_ANYONE, .tag = "Chat", .origins = ORIGINS_ASKED, .origin = visitor_origin, .prepare = visitor_prepare,  \
    PATH_FIELDS(path_chat), .passive = true, .limit = &face_limit,                                                     \
    .key_limit = { &face_visitor_limit, &face_shop_limit, &chat_shop_network_limit }, .give_back_to_known = true

/* clang-format off */
const struct route chat_face_routes[] = {
    { .verb = VERB_GET, .path = "/api/chat/:shop/face", VISITOR, .tx = TX_READ, QUERY_FIELDS(get_face),
      .answer = face_shape, PROBLEMS(&problem_not_found, &problem_chat_paused, &problem_chat_blocked),
      .run = run_face, .doc = "How the chat looks, and what it says by itself in the reader's language." },
    { .verb = VERB_POST, .path = "/api/chat/:shop/here", VISITOR, .tx = TX_WRITE, BODY_FIELDS(post_here),
      .answer = here_shape, PROBLEMS(&problem_not_found, &problem_chat_paused, &problem_chat_blocked),
      .run = run_here, .doc = "Somebody is on this page; said each half minute while it is looked at." },
    ROUTE_END
};
/* clang-format on */
