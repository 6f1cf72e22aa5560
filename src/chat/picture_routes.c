/* picture_routes.c: a picture is sent as the body of a request, by a visitor or by a person of the team, and becomes a
 * message. It is shown by an address that is signed and ends: whoever may read the conversation is told it with the
 * message, an <img> of a shop's page can use it, and it says nothing to anybody else.
 *
 * The address names the message, not the bytes: when the conversation is removed it leads nowhere, whoever else has
 * sent the same picture. The answer has the one type that was found in the content, and may run nothing, in any frame.
 *
 * Rejected: the visitor's token in the address (it could be handed on, and lasts longer); fetching with the token into
 * a blob (each policy of each shop would have to allow blob: pictures). */
#include "chat/pictures.h"

#include "base/clock.h"
#include "chat/desk.h"

enum { PATH_BYTES = 1200 };

/* A picture costs more than a word: so many of a visitor, a shop, a network and an account's team. */
static const struct limit network_limit = { .name = "chat_images_network", .burst = 120, .per_ms = 10 * MINUTE_MS };
static const struct limit visitor_limit = { .name = "chat_images_visitor", .burst = 20, .per_ms = 10 * MINUTE_MS };
static const struct limit shop_limit = { .name = "chat_images_shop", .burst = 600, .per_ms = 10 * MINUTE_MS };
/* Of all members of an account together: as often as a busy desk sends, and no more looks than the others can wait for.
 */
static const struct limit team_limit = { .name = "chat_images_team", .burst = 300, .per_ms = 10 * MINUTE_MS };
static const struct limit shown_limit = { .name = "chat_images_shown", .burst = 1200, .per_ms = MINUTE_MS };

/* ---- sent ---- */

struct post_image {
    const char *name, *clientId;
};
static const struct field post_image_fields[] = {
    FIELD_TEXT(struct post_image, name, .min = 1, .max = FIELD_FILE_NAME_MAX, .form = TEXT_FILE,
               .doc = "The file's name."),
    FIELD_TEXT(struct post_image, clientId, .min = 8, .max = CLIENT_ID_MAX,
               .doc = "Made by the sender for this message: sent again with it, it is the same message."),
    FIELD_END
};
/* By the team: it takes the conversation over, as a word does. */
struct post_team_image {
    const char *name, *clientId;
    int64_t epoch;
};
static const struct field post_team_image_fields[] = {
    FIELD_TEXT(struct post_team_image, name, .min = 1, .max = FIELD_FILE_NAME_MAX, .form = TEXT_FILE,
               .doc = "The file's name."),
    FIELD_TEXT(struct post_team_image, clientId, .min = 8, .max = CLIENT_ID_MAX,
               .doc = "Made by the sender for this message: sent again with it, it is the same message."),
    FIELD_I64(struct post_team_image, epoch, .optional = true, .min = 1, .max = CHAT_NUMBER_MAX,
              .doc = "As of a message."),
    FIELD_END
};
struct path_talk {
    int64_t id;
};
static const struct field path_talk_fields[] = { FIELD_ID(struct path_talk, id, .doc = "Of a conversation."),
                                                 FIELD_END };

struct sent_picture {
    struct visitor_call call; /* first: of a visitor's request, as visitor_call() wants it */
    struct picture_new picture;
};

static enum answer prepare(struct req *req, struct sent_picture *s)
{
    char path[PATH_BYTES];
    int n = snprintf(path, sizeof path, "%s/%s", chat_settings.upload_dir, req->upload->name);
    if (n <= 0 || (size_t)n >= sizeof path) return reply_problem(req, &problem_storage);
    const struct problem *p = picture_prepare(req->arena, path, (size_t)req->upload->size, &s->picture);
    req->prepared = s;
    return p == NULL ? ANSWER_GO_ON : reply_problem(req, p);
}

static enum answer visitor_picture_prepare(struct req *req)
{
    struct sent_picture *s = ARENA_NEW(req->arena, struct sent_picture);
    s->call = *visitor_call(req);
    return prepare(req, s);
}

static enum answer team_picture_prepare(struct req *req)
{
    return prepare(req, ARENA_NEW(req->arena, struct sent_picture));
}

/* Before the first byte: a visitor of this shop, who has not sent too many. */
static enum answer visitor_admit(struct req *req)
{
    struct visitor v;
    struct tenant_chat place;
    enum answer a = visitor_prepare(req);
    return a == ANSWER_GO_ON ? visitor_enter(req, false, &place, &v) : a;
}

static enum answer team_admit(struct req *req)
{
    struct conversation c;
    enum row row = conversation_get(req->tx, ((const struct path_talk *)req->path)->id, &c);
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_FOUND && c.account == req->who.account ? ANSWER_GO_ON : reply_problem(req, &problem_not_found);
}

struct sent {
    const struct message *m;
    const struct conversation *c;
};

static void sent_json(struct json *j, const void *arg)
{
    const struct sent *s = arg;
    json_object(j, "message");
    message_json(j, s->m);
    json_end(j);
    json_object(j, "conversation");
    state_json(j, s->c);
    json_end(j);
}

static const struct shape sent_shape[] = { SHAPE_OBJECT("message", chat_message_shape, .type_name = "ChatMessage"),
                                           SHAPE_OBJECT("conversation", chat_state_shape, .type_name = "ChatState"),
                                           SHAPE_END };

/* *by has who says it, the file's name and the sender's id; the rest is the picture's. */
static enum answer send_picture(struct req *req, const struct message_new *by, struct conversation *c)
{
    const struct sent_picture *s = req->prepared;
    struct message_new new = *by;
    struct chat_image image;
    struct message m;
    if (conversation_locked(req->tx, c->id, c) != ROW_FOUND) return reply_fault(req);
    if (!picture_keep(req->tx, c->account, c->shop, &s->picture, req->now_ms, &image)) return reply_fault(req);
    new.conversation = c->id, new.now_ms = req->now_ms;
    new.image = &image;
    enum message_put put = message_put(req->tx, &new, &m, c);
    if (put == MESSAGE_OTHER) return reply_problem(req, &problem_message_other);
    if (put == MESSAGE_STALE) return desk_moved(req, c);
    if (put != MESSAGE_NEW && put != MESSAGE_AGAIN) return reply_fault(req);
    if (put == MESSAGE_NEW && new.author == CHAT_BY_VISITOR && !chat_answer_later(req->tx, c, req->now_ms))
        return reply_fault(req);
    return reply_json(req, 201, sent_json, &(struct sent){ .m = &m, .c = c });
}

static enum answer run_visitor(struct req *req)
{
    struct visitor v;
    struct tenant_chat place;
    struct conversation c;
    enum answer a = visitor_enter(req, true, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    if (!visitor_conversation_or_new(req->tx, &v, req->now_ms, &c)) return reply_fault(req);
    const struct post_image *in = req->query;
    const struct message_new by = {
        .author = CHAT_BY_VISITOR, .author_name = v.name, .client_id = in->clientId, .text = in->name
    };
    return send_picture(req, &by, &c);
}

static enum answer run_team(struct req *req)
{
    struct conversation c;
    struct account_colleague who;
    enum row row = conversation_get(req->tx, ((const struct path_talk *)req->path)->id, &c);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || c.account != req->who.account) return reply_problem(req, &problem_not_found);
    enum answer a = desk_speaker(req, c.shop, &who);
    if (a != ANSWER_GO_ON) return a;
    const struct post_team_image *in = req->query;
    const struct message_new by = { .author = CHAT_BY_PERSON,
                                    .person = who.person,
                                    .author_name = who.name,
                                    .seen_epoch = in->epoch,
                                    .client_id = in->clientId,
                                    .text = in->name };
    return send_picture(req, &by, &c);
}

/* ---- shown ---- */

struct path_picture {
    const char *token;
};
static const struct field path_picture_fields[] = {
    FIELD_TEXT(struct path_picture, token, .min = 1, .max = 100, .doc = "As a message's image.url has it."), FIELD_END
};

enum answer picture_reply(struct req *req, const struct chat_image *about, struct str content, const char *cache)
{
    enum answer a = reply_text(req, 200, image_type((enum image_kind)about->kind), content);
    reply_header(req, "Content-Security-Policy", "default-src 'none'; sandbox");
    reply_header(req, "Content-Disposition", "inline");
    reply_header(req, "Cross-Origin-Resource-Policy", "cross-origin");
    reply_header(req, "Cache-Control", cache);
    return a;
}

static enum answer run_show(struct req *req)
{
    int64_t conversation, number;
    struct chat_image about;
    struct str content;
    struct str token = str_of(((const struct path_picture *)req->path)->token);
    if (!picture_token_read(token, req->now_ms, &conversation, &number)) return reply_problem(req, &problem_not_found);
    enum row row = picture_read(req->tx, conversation, number, req->arena, &about, &content);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    return picture_reply(req, &about, content, "private, max-age=86400, immutable");
}

static const struct upload_rule visitor_upload = { .max_bytes = IMAGE_BYTES_MAX,
                                                   .folder = CHAT_UPLOAD_FOLDER,
                                                   .admit = visitor_admit };
static const struct upload_rule team_upload = { .max_bytes = IMAGE_BYTES_MAX,
                                                .folder = CHAT_UPLOAD_FOLDER,
                                                .admit = team_admit };

#define REFUSED                                                                                                        \
    &problem_image_heic, &problem_image_unknown, &problem_image_broken, &problem_image_pixels, &problem_message_other

/* clang-format off */
const struct route chat_picture_routes[] = {
    { .verb = VERB_POST, .path = "/api/chat/:shop/images", .who = WHO_ANYONE, .tag = "Chat", .origins = ORIGINS_ASKED,
      .origin = visitor_origin, .prepare = visitor_picture_prepare, .slow = true, PATH_FIELDS(path_chat),
      .limit = &network_limit, .key_limit = { &visitor_limit, &shop_limit }, .tx = TX_WRITE,
      .upload = &visitor_upload, QUERY_FIELDS(post_image), .answer = sent_shape, .status = 201,
      PROBLEMS(REFUSED, &problem_not_found, &problem_chat_paused, &problem_chat_token, &problem_chat_blocked),
      .run = run_visitor, .doc = "Send a picture: the body is the file." },
    { .verb = VERB_POST, .path = "/api/inbox/:id/images", .who = WHO_STAFF, .tag = "Inbox", .idempotent = true,
      PATH_FIELDS(path_talk), .account_limit = &team_limit, .slow = true, .ask = team_admit,
      .prepare = team_picture_prepare, .tx = TX_WRITE, .upload = &team_upload,
      QUERY_FIELDS(post_team_image), .answer = sent_shape, .status = 201,
      PROBLEMS(REFUSED, &problem_moved, &problem_shop_suspended),
      .run = run_team, .doc = "Answer with a picture: the body is the file." },
    { .verb = VERB_GET, .path = "/chat-images/:token", .who = WHO_ANYONE, .tag = "Chat", .origins = ORIGINS_ANY,
      .passive = true, PATH_FIELDS(path_picture), .limit = &shown_limit, .tx = TX_READ, .run = run_show,
      .doc = "A picture, by the address that its message has." },
    ROUTE_END
};
/* clang-format on */
