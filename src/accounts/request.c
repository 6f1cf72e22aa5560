/* request.c: what the handlers of accounts share: reading before a transaction, opening a session in a browser, and the
 * answers that several give. */
#include "accounts/private.h"
#include "http/events.h"

/* ---- reading in .prepare ---- */

struct reading {
    struct op op;
    bool (*fn)(struct tx *tx, void *arg);
    void *arg;
};

static enum op_wish reading_run(struct op *op, struct tx *tx)
{
    struct reading *r = OWNER_OF(op, struct reading, op);
    return r->fn(tx, r->arg) ? OP_COMMIT : OP_REFUSE;
}

/* The arena is the request's and holds its body: what a lost attempt left there stays until the request ends. */
static void reading_again(struct op *op) { assert(op->run == reading_run); }

bool read_now(struct req *req, bool (*fn)(struct tx *tx, void *arg), void *arg)
{
    struct reading r = { .op = { .mode = TX_READ, .arena = req->arena, .run = reading_run, .again = reading_again },
                         .fn = fn,
                         .arg = arg };
    return lanes_run(accounts_settings.lanes, &r.op) == OP_COMMITTED;
}

/* ---- the browser ---- */

const char *session_cookie_name(void) { return accounts_settings.secure_cookies ? "__Host-sid" : "sid"; }

const char *login_cookie_name(void) { return accounts_settings.secure_cookies ? "__Host-login" : "login"; }

const char *req_lang(const struct req *req) { return req->lang == LANG_EN ? "en" : "zh-CN"; }

enum person_role caller_role(const struct req *req)
{
    return req->who.roles & WHO_OPERATOR ? ROLE_OPERATOR : ROLE_MERCHANT;
}

bool sessions_changed(struct req *req, int64_t person) { return person_told(req->tx, person); }

bool account_of_person(struct req *req, int64_t person, int64_t *account)
{
    *account = req->who.account;
    if (req->who.person == person && *account > 0) return true;
    return person_home(req->tx, person, account) != ROW_FAULT;
}

bool sign_in_until(struct req *req, const struct sign_in *in)
{
    char token[TOKEN_TEXT_SIZE];
    int64_t id, account;
    /* The old session of this browser dies, whoever's it was: an id known before the sign-in is worth nothing. */
    const char *old = http_session_key(req);
    if (old && !session_end_by_key(req->tx, old)) return false;
    if (!account_of_person(req, in->person, &account)) return false;
    const struct session_new s = { .person = in->person,
                                   .account = account,
                                   .network = req->client_network,
                                   .user_agent = req->user_agent,
                                   .now_ms = req->now_ms,
                                   .ends_at_ms = in->ends ? req->now_ms + in->lifetime_ms : 0 };
    if (!session_open(req->tx, &s, token, &id)) return false;
    reply_cookie(req, (struct cookie){
                          .name = session_cookie_name(), .value = token, .max_age_s = in->lifetime_ms / SECOND_MS });
    return sessions_changed(req, in->person);
}

bool sign_in(struct req *req, int64_t person, enum person_role role)
{
    return sign_in_until(req, &(struct sign_in){ .person = person, .lifetime_ms = session_lifetime_ms(role) });
}

bool audit_self(struct req *req, struct audit_action action, int64_t person)
{
    int64_t account;
    if (!account_of_person(req, person, &account)) return false;
    return audit_put(req->tx, &(struct audit_entry){ .action = action,
                                                     .account = account,
                                                     .actor = person,
                                                     .actor_account = account,
                                                     .resource = "account",
                                                     .resource_id = account,
                                                     .network = req->client_network,
                                                     .user_agent = req->user_agent,
                                                     .at_ms = req->now_ms });
}

/* ---- answers ---- */

const struct shape success_shape[] = { SHAPE_BOOL("success"), SHAPE_END };
const struct shape message_shape[] = { SHAPE_BOOL("success"), SHAPE_TEXT("message"), SHAPE_END };

static void success_json(struct json *j, const void *arg)
{
    const char *message = arg;
    json_bool(j, "success", true);
    if (message) json_text(j, "message", message);
}

enum answer reply_success(struct req *req, const struct message *m)
{
    return reply_json(req, 200, success_json, !m ? NULL : req->lang == LANG_EN ? m->en : m->zh);
}

static const char *const role_names[] = { "merchant", "operator", NULL };
static const struct shape membership_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("name", .doc = "Or the address of its owner, when it has no name."),
    SHAPE_ENUM("role", member_role_names), SHAPE_BOOL("disabled"), SHAPE_END
};
static const char *const lang_names[] = { "zh-CN", "en", NULL };
/* Column by column, never a row: hashes and tokens cannot slip in (defect D-21 of the replaced panel). */
/* clang-format off */
static const struct shape user_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("email"), SHAPE_TEXT("name", .nullable = true),
    SHAPE_TEXT("avatar_url", .nullable = true), SHAPE_BOOL("email_verified"), SHAPE_ENUM("role", role_names),
    SHAPE_I64("credits", .doc = "0 for a role that does not see money."), SHAPE_BOOL("first_shop_redeemed"),
    SHAPE_ENUM("lang", lang_names), SHAPE_TIME("created_at"),
    SHAPE_TIME("last_login_at", .nullable = true),
    SHAPE_TEXT("timezone", .nullable = true,
               .doc = "In which the account's days are told: of its first shop with chat settings, else UTC; null for a"
                      " role that does not see money."),
    SHAPE_BOOL("by_panel", .doc = "An outside panel lets this person in: no mailbox, no password; `email` is a name."),
    SHAPE_OBJECT("account", membership_shape, .type_name = "Membership", .nullable = true,
                 .doc = "The one that the session acts in: credits and shops are its."),
    SHAPE_LIST("accounts", membership_shape, .type_name = "Membership", .doc = "All that the person belongs to."),
    SHAPE_END
};
const struct shape user_answer_shape[] = {
    SHAPE_OBJECT("user", user_shape, .nullable = true, .type_name = "User"), SHAPE_END
};
const struct shape signed_in_shape[] = {
    SHAPE_BOOL("success"), SHAPE_OBJECT("user", user_shape, .type_name = "User"), SHAPE_END
};
/* clang-format on */

bool user_view_get(struct req *req, int64_t person, struct user_view *out)
{
    enum row r = persons_get(req->tx, person, &out->person);
    out->known = r == ROW_FOUND;
    if (r != ROW_FOUND) return r == ROW_NONE;
    int64_t account;
    if (accounts_hooks.person_picture && !accounts_hooks.person_picture(req->tx, person, &out->picture)) return false;
    out->membership = ARENA_ARRAY(req->arena, struct membership, MEMBERSHIPS_MAX);
    if (!account_of_person(req, person, &account) || !memberships(req->tx, person, out->membership, &out->memberships))
        return false;
    if (account == 0) return true;
    if (accounts_get(req->tx, account, &out->account) != ROW_FOUND) return false;
    bool sees_money = false;
    for (size_t i = 0; i < out->memberships; i++)
        if (out->membership[i].account == account)
            sees_money = (member_roles(out->membership[i].role) & WHO_BOOKS) != 0;
    if (!sees_money) return true;
    out->zone = "UTC";
    if (accounts_hooks.account_zone) {
        const char *zone = "";
        if (!accounts_hooks.account_zone(req->tx, account, req->arena, &zone)) return false;
        if (zone[0]) out->zone = zone;
    }
    return accounts_hooks.account_credits(req->tx, account, &out->credits);
}

static void membership_members(struct json *j, const struct membership *m)
{
    json_i64(j, "id", m->account);
    json_text(j, "name", m->name);
    json_text(j, "role", member_role_names[m->role - 1]);
    json_bool(j, "disabled", m->disabled);
}

static void user_accounts(struct json *j, const struct user_view *v)
{
    const struct membership *acting = NULL;
    for (size_t i = 0; i < v->memberships; i++)
        if (v->membership[i].account == v->account.id) acting = &v->membership[i];
    if (acting) {
        json_object(j, "account");
        membership_members(j, acting);
        json_end(j);
    } else {
        json_null(j, "account");
    }
    json_array(j, "accounts");
    for (size_t i = 0; i < v->memberships; i++) {
        json_object(j, NULL);
        membership_members(j, &v->membership[i]);
        json_end(j);
    }
    json_end(j);
}

static void user_json(struct json *j, const void *arg)
{
    const struct user_view *v = arg;
    const struct person *p = &v->person;
    if (v->success) json_bool(j, "success", true);
    if (!v->known) {
        json_null(j, "user");
        return;
    }
    bool by_panel = str_starts(str_of(p->email), STR(MAIL_NOBODY));
    json_object(j, "user");
    json_i64(j, "id", p->id);
    json_text(j, "email", p->email);
    json_text(j, "name", p->name[0] ? p->name : NULL);
    json_text(j, "avatar_url", v->picture);
    json_bool(j, "email_verified", !by_panel); /* there is no account of ours without a proven mailbox */
    json_text(j, "role", p->role == ROLE_OPERATOR ? "operator" : "merchant");
    json_credits(j, "credits", v->credits);
    json_bool(j, "first_shop_redeemed", v->account.first_shop_redeemed);
    json_text(j, "lang", p->lang);
    json_time(j, "created_at", p->created_at_ms);
    json_time(j, "last_login_at", p->last_login_at_ms);
    json_text(j, "timezone", v->zone);
    json_bool(j, "by_panel", by_panel);
    user_accounts(j, v);
    json_end(j);
}

enum answer reply_user(struct req *req, const struct user_view *v) { return reply_json(req, 200, user_json, v); }
