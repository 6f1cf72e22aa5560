/* faces_routes.c: the picture of a shop's bot, which its managers choose, and a person's own, which each chooses for
 * themselves: sent as the body of a request, cleaned as pictures in a conversation are, shown to everybody who knows
 * the address. It is on a shop's pages, so it is public and may be kept by whoever carries it; what it is not is a
 * page: it has the one type that was found in its content, and may run nothing.
 *
 * Rejected: PATCH with the picture in base64 (a third more, in memory, where an upload is streamed). */
#include "chat/faces.h"

#include "accounts/accounts.h"
#include "base/clock.h"
#include "http/events.h"
#include "shops/shops.h"
#include <stdio.h>

enum { PATH_BYTES = 1200 };

static const struct limit change_limit = { .name = "chat_faces", .burst = 20, .per_ms = 10 * MINUTE_MS };
/* Every page of every shop shows one: of these a carrier may have many behind one address. */
static const struct limit shown_limit = {
    .name = "chat_faces_shown", .burst = 3000, .per_ms = MINUTE_MS, .wider = { 4, 16 }
};

struct path_shop_face {
    int64_t id;
};
static const struct field path_shop_face_fields[] = { FIELD_ID(struct path_shop_face, id, .doc = "The shop's number."),
                                                      FIELD_END };
struct path_face {
    const char *name;
};
static const struct field path_face_fields[] = {
    FIELD_TEXT(struct path_face, name, .min = 1, .max = 100, .doc = "As `picture` has it."), FIELD_END
};

static const struct shape worn_shape[] = {
    SHAPE_TEXT("picture", .nullable = true, .doc = "Its address, at this server; another one for each picture."),
    SHAPE_END
};

static void worn_json(struct json *j, const void *arg) { json_text(j, "picture", arg); }

static void changed_json(struct json *j, const void *arg) { json_bool(j, "picture", *(const bool *)arg); }
static void event_json(struct json *j, const void *arg) { json_i64(j, "shop", *(const int64_t *)arg); }

/* ---- whose it is ---- */

static enum answer own_shop(struct req *req, bool locked, struct face_owner *of)
{
    struct shop s;
    struct tenant_chat place;
    int64_t id = ((const struct path_shop_face *)req->path)->id;
    enum row row =
        locked ? shops_owned_locked(req->tx, req->who.account, id, &s) : shops_owned(req->tx, req->who.account, id, &s);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    row = tenants_chat(req->tx, id, &place);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_chatbot_not_enabled) : reply_fault(req);
    *of = (struct face_owner){ .account = s.account, .shop = s.id };
    return ANSWER_GO_ON;
}

static enum answer admit_shop(struct req *req)
{
    struct face_owner of = { 0 };
    return own_shop(req, false, &of);
}

/* ---- changed ---- */

static enum answer prepare(struct req *req)
{
    char path[PATH_BYTES];
    struct picture_new *made = ARENA_NEW(req->arena, struct picture_new);
    int n = snprintf(path, sizeof path, "%s/%s", chat_settings.upload_dir, req->upload->name);
    if (n <= 0 || (size_t)n >= sizeof path) return reply_problem(req, &problem_storage);
    const struct problem *p = picture_prepare(req->arena, path, (size_t)req->upload->size, made);
    if (p != NULL) return reply_problem(req, p);
    /* Drawn small: more would cost each visitor's browser memory for nothing. */
    if (made->about.width > FACE_SIDE_MAX || made->about.height > FACE_SIDE_MAX)
        return reply_problem(req, &problem_image_pixels);
    req->prepared = made;
    return ANSWER_GO_ON;
}

/* In the trail, and to the account's open pages. */
static bool tell(struct req *req, const struct face_owner *of, bool has)
{
    const char *resource = of->shop ? "shop" : "person";
    int64_t id = of->shop ? of->shop : of->person;
    if (!audit_request(req, AUDIT_chat_picture_changed, req->who.account, resource, id, changed_json, &has))
        return false;
    return of->shop == 0 || events_put(req->tx, of->account, "shop.changed", event_json, &of->shop);
}

static enum answer put(struct req *req, const struct face_owner *of)
{
    const char *before, *name;
    if (!face_name(req->tx, of, &before) || !face_put(req->tx, of, req->prepared, req->now_ms, &name))
        return reply_fault(req);
    if (!text_eq(before, name) && !tell(req, of, true)) return reply_fault(req);
    return reply_json(req, 200, worn_json, face_path(req->arena, name));
}

static enum answer drop(struct req *req, const struct face_owner *of)
{
    enum row row = face_drop(req->tx, of, req->now_ms);
    if (row == ROW_FAULT || (row == ROW_FOUND && !tell(req, of, false))) return reply_fault(req);
    return reply_json(req, 200, worn_json, NULL);
}

static enum answer run_put_bot(struct req *req)
{
    struct face_owner of = { 0 };
    enum answer a = own_shop(req, true, &of);
    return a == ANSWER_GO_ON ? put(req, &of) : a;
}

static enum answer run_drop_bot(struct req *req)
{
    struct face_owner of = { 0 };
    enum answer a = own_shop(req, true, &of);
    return a == ANSWER_GO_ON ? drop(req, &of) : a;
}

/* Not to somebody whose sign-in was erased just now: nothing would take it away again. */
static enum answer run_put_own(struct req *req)
{
    enum row row = accounts_person_stays(req->tx, req->who.person);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_sign_in) : reply_fault(req);
    return put(req, &(struct face_owner){ .person = req->who.person });
}

static enum answer run_drop_own(struct req *req)
{
    return drop(req, &(struct face_owner){ .person = req->who.person });
}

/* ---- shown ---- */

static enum answer run_show(struct req *req)
{
    struct chat_image about;
    struct str content;
    enum row row = face_read(req->tx, ((const struct path_face *)req->path)->name, req->arena, &about, &content);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    return picture_reply(req, &about, content, "public, max-age=86400, immutable");
}

static const struct upload_rule bot_upload = { .max_bytes = FACE_BYTES_MAX,
                                               .folder = CHAT_UPLOAD_FOLDER,
                                               .admit = admit_shop };
static const struct upload_rule own_upload = { .max_bytes = FACE_BYTES_MAX, .folder = CHAT_UPLOAD_FOLDER };

#define REFUSED &problem_image_heic, &problem_image_unknown, &problem_image_broken, &problem_image_pixels

/* clang-format off */
const struct route chat_faces_routes[] = {
    { .verb = VERB_PUT, .path = "/api/shops/:id/chatbot/picture", .who = WHO_MANAGERS, .tag = "Chat settings",
      .tx = TX_WRITE, .account_limit = &change_limit, PATH_FIELDS(path_shop_face), .upload = &bot_upload,
      .prepare = prepare, .slow = true, .answer = worn_shape, .run = run_put_bot,
      PROBLEMS(REFUSED, &problem_not_found, &problem_chatbot_not_enabled),
      .doc = "The picture of a shop's bot: the body is the file, of at most 1 MiB and 2048 pixels a side." },
    { .verb = VERB_DELETE, .path = "/api/shops/:id/chatbot/picture", .who = WHO_MANAGERS, .tag = "Chat settings",
      .tx = TX_WRITE, PATH_FIELDS(path_shop_face), .answer = worn_shape, .run = run_drop_bot,
      PROBLEMS(&problem_not_found, &problem_chatbot_not_enabled), .doc = "The bot has no picture of its own." },
    { .verb = VERB_PUT, .path = "/api/user/picture", .who = WHO_PERSON, .tag = "Account", .tx = TX_WRITE,
      .account_limit = &change_limit, .upload = &own_upload, .prepare = prepare, .slow = true, .answer = worn_shape,
      .run = run_put_own, PROBLEMS(REFUSED),
      .doc = "The caller's own picture, seen by whom they answer: the body is the file, of at most 1 MiB and 2048"
             " pixels a side." },
    { .verb = VERB_DELETE, .path = "/api/user/picture", .who = WHO_PERSON, .tag = "Account", .tx = TX_WRITE,
      .answer = worn_shape, .run = run_drop_own, .doc = "The caller has no picture." },
    { .verb = VERB_GET, .path = "/chat-faces/:name", .who = WHO_ANYONE, .tag = "Chat", .origins = ORIGINS_ANY,
      .passive = true, PATH_FIELDS(path_face), .limit = &shown_limit, .tx = TX_READ, .run = run_show,
      .doc = "The picture of who answers, by the address that was told." },
    ROUTE_END
};
/* clang-format on */
