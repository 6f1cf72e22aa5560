/* team_routes.c: who works in an account: the list, invitations, roles, leaving; and what the holder of an invitation
 * may do with it. What the functions of members.c and invitations.c decide is translated into answers here.
 *
 * An invitation's mail is one that somebody else asks for: it is counted by the mailbox, over all accounts, and by the
 * account. Its token proves the mailbox, so who signs up with it confirms nothing else. */
#include "accounts/private.h"

static const struct problem problem_seats_full = {
    "seats_full", 409, "All seats are taken. Remove somebody, revoke an invitation, or choose a plan with more seats.",
    "席位已满，请移除成员、撤销邀请，或选择席位更多的套餐。"
};
static const struct problem problem_no_seat_left = { "no_seat_left", 409,
                                                     "All seats of this team are taken. Ask whoever invited you.",
                                                     "该团队席位已满，请联系邀请您的人。" };
static const struct problem problem_member_already = { "member_already", 409,
                                                       "This address belongs to the team already.",
                                                       "该邮箱已是团队成员。" };
static const struct problem problem_of_panel = { "account_of_panel", 409,
                                                 "Who works in this account is said by the panel that it belongs to.",
                                                 "该账户由其所属的管理面板决定成员。" };
static const struct problem problem_last_owner = { "last_owner", 409, "An account keeps at least one owner.",
                                                   "账号至少需要保留一位所有者。" };
static const struct problem problem_not_yours_to_give = { "role_not_yours", 403,
                                                          "Your role does not allow this change.",
                                                          "您的角色无权进行此更改。" };
static const struct problem problem_too_many_invitations = { "too_many_invitations", 429,
                                                             "Too many invitations were sent. Please try again later.",
                                                             "邀请发送过于频繁，请稍后再试。" };
static const struct problem problem_other_address = { "other_address", 403, "This invitation is for another address.",
                                                      "此邀请仅限另一个邮箱使用。" };
static const struct problem problem_address_known = { "address_known", 409,
                                                      "This address has an account. Please sign in with it.",
                                                      "该邮箱已注册，请直接登录。" };
static const struct problem problem_too_many_accounts = { "too_many_accounts", 409,
                                                          "You belong to too many accounts already.",
                                                          "您加入的账号数量已达上限。" };

/* clang-format off */
#define TEAM_PROBLEMS &problem_not_found, &problem_not_yours_to_give, &problem_last_owner, &problem_of_panel
/* clang-format on */

static enum answer refused(struct req *req, enum team t)
{
    switch (t) {
    case TEAM_FAULT:
    case TEAM_DONE: break;
    case TEAM_UNKNOWN: return reply_problem(req, &problem_not_found);
    case TEAM_FORBIDDEN: return reply_problem(req, &problem_not_yours_to_give);
    case TEAM_LAST_OWNER: return reply_problem(req, &problem_last_owner);
    case TEAM_MEMBER_ALREADY: return reply_problem(req, &problem_member_already);
    case TEAM_TOO_MANY: return reply_problem(req, &problem_seats_full);
    case TEAM_NO_SEAT: return reply_problem(req, &problem_no_seat_left);
    case TEAM_OF_PANEL: return reply_problem(req, &problem_of_panel);
    }
    return reply_fault(req);
}

static struct team_act act_of(const struct req *req)
{
    return (struct team_act){ .account = req->who.account,
                              .by = req->who.person,
                              .now_ms = req->now_ms,
                              .network = req->client_network,
                              .user_agent = req->user_agent };
}

/* ---- GET /api/team ---- */

/* clang-format off */
static const struct shape member_shape[] = {
    SHAPE_I64("person"), SHAPE_TEXT("email"), SHAPE_TEXT("name", .nullable = true),
    SHAPE_ENUM("role", member_role_names), SHAPE_BOOL("you"), SHAPE_TIME("joinedAt"),
    SHAPE_TIME("lastLoginAt", .nullable = true), SHAPE_END
};
static const struct shape invitation_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("email"), SHAPE_ENUM("role", member_role_names), SHAPE_TIME("createdAt"),
    SHAPE_TIME("expiresAt"), SHAPE_END
};
static const struct shape team_shape[] = {
    SHAPE_LIST("members", member_shape, .type_name = "TeamMember"),
    SHAPE_LIST("invitations", invitation_shape, .type_name = "Invitation", .doc = "Those that are open."),
    SHAPE_I64("seats", .doc = "How many members and open invitations there may be."), SHAPE_END
};
/* clang-format on */

enum { TEAM_SHOWN = 100 };
struct team_page {
    struct member member[TEAM_SHOWN];
    struct invitation invitation[INVITATIONS_MAX];
    size_t members, invitations;
    int64_t person;
    struct team_room room;
};

static void invitation_json(struct json *j, const void *arg)
{
    const struct invitation *i = arg;
    json_i64(j, "id", i->id);
    json_text(j, "email", i->email);
    json_text(j, "role", member_role_names[i->role - 1]);
    json_time(j, "createdAt", i->created_at_ms);
    json_time(j, "expiresAt", i->expires_at_ms);
}

static void team_json(struct json *j, const void *arg)
{
    const struct team_page *p = arg;
    json_array(j, "members");
    for (size_t i = 0; i < p->members; i++) {
        const struct member *m = &p->member[i];
        json_object(j, NULL);
        json_i64(j, "person", m->person);
        json_text(j, "email", m->email);
        json_text(j, "name", m->name[0] ? m->name : NULL);
        json_text(j, "role", member_role_names[m->role - 1]);
        json_bool(j, "you", m->person == p->person);
        json_time(j, "joinedAt", m->joined_at_ms);
        json_time(j, "lastLoginAt", m->last_login_at_ms);
        json_end(j);
    }
    json_end(j);
    json_array(j, "invitations");
    for (size_t i = 0; i < p->invitations; i++) {
        json_object(j, NULL);
        invitation_json(j, &p->invitation[i]);
        json_end(j);
    }
    json_end(j);
    json_i64(j, "seats", p->room.seats);
}

static bool team_read(struct req *req, struct team_page *p)
{
    p->person = req->who.person;
    if (!team_room(req->tx, req->who.account, req->now_ms, &p->room)) return false;
    return members_page(req->tx, req->who.account, 0, TEAM_SHOWN, p->member, &p->members) &&
           invitations_open(req->tx, req->who.account, req->now_ms, p->invitation, &p->invitations);
}

static enum answer run_team(struct req *req)
{
    struct team_page *p = ARENA_NEW(req->arena, struct team_page);
    return team_read(req, p) ? reply_json(req, 200, team_json, p) : reply_fault(req);
}

/* ---- POST /api/team/invitations ---- */

static const char *const given_roles[] = { "owner", "admin", "agent", "viewer", NULL };
static const struct field post_invitation_fields[] = {
    FIELD_TEXT(struct post_invitation, email, .max = 254, .form = TEXT_EMAIL),
    FIELD_ENUM(struct post_invitation, role, given_roles, .doc = "What the person will be."), FIELD_END
};

/* A seat is a member or an open invitation; inviting a mailbox again takes none. */
static bool has_seat(const struct team_page *p, const char *email)
{
    char key[EMAIL_KEY_SIZE], other[EMAIL_KEY_SIZE];
    int64_t taken = p->room.members;
    email_key(email, key);
    for (size_t i = 0; i < p->invitations; i++) {
        email_key(p->invitation[i].email, other);
        taken += strcmp(key, other) != 0;
    }
    return taken < p->room.seats;
}

static bool may_mail(struct req *req, const char *email, bool *allowed)
{
    char key[EMAIL_KEY_SIZE], mailbox[SHA256_HEX_SIZE], account[SHA256_HEX_SIZE];
    email_key(email, key);
    address_hash(key, mailbox);
    address_hash(arena_printf(req->arena, "account:%lld", (long long)req->who.account), account);
    const struct mail_asker of_account = { .address = account, .now_ms = req->now_ms };
    const struct mail_asker to_mailbox = { .address = mailbox, .account = req->who.account, .now_ms = req->now_ms };
    *allowed = false;
    if (!mail_budget_take(req->tx, &of_account, MAIL_INVITATION_OF_ACCOUNT, allowed)) return false;
    return !*allowed || mail_budget_take(req->tx, &to_mailbox, MAIL_INVITATION, allowed);
}

static enum answer run_invite(struct req *req)
{
    const struct post_invitation *in = req->body;
    struct team_page *p = ARENA_NEW(req->arena, struct team_page);
    const struct team_act act = act_of(req);
    struct invitation made = { .email = in->email, .role = (enum member_role)(in->role + 1) };
    char token[TOKEN_TEXT_SIZE];
    const char *merchant;
    bool disabled, allowed;
    int64_t panel;
    /* Locked before the seats are counted: of two that ask for the last one, one gets it. */
    enum row row = account_lock(req->tx, req->who.account, &disabled);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    if (!panels_account(req->tx, req->who.account, &panel, &merchant)) return reply_fault(req);
    if (panel > 0) return refused(req, TEAM_OF_PANEL);
    if (!team_read(req, p)) return reply_fault(req);
    char key[EMAIL_KEY_SIZE], other[EMAIL_KEY_SIZE];
    email_key(in->email, key);
    for (size_t i = 0; i < p->members; i++) {
        email_key(p->member[i].email, other);
        if (strcmp(key, other) == 0) return reply_problem(req, &problem_member_already);
    }
    if (!has_seat(p, in->email)) {
        reply_fact_i64(req, "seats", p->room.seats);
        reply_fact_i64(req, "used", p->room.members + p->room.invited);
        return reply_problem(req, &problem_seats_full);
    }
    if (!may_mail(req, in->email, &allowed)) return reply_fault(req);
    if (!allowed) return reply_problem(req, &problem_too_many_invitations);
    enum team t = invitation_make(req->tx, &act, &made, token);
    return t == TEAM_DONE ? reply_json(req, 201, invitation_json, &made) : refused(req, t);
}

/* ---- DELETE /api/team/invitations/:id, PATCH and DELETE /api/team/members/:id, POST /api/team/leave ---- */

static enum answer run_revoke(struct req *req)
{
    const struct team_act act = act_of(req);
    enum team t = invitation_revoke(req->tx, &act, ((const struct id_path *)req->path)->id);
    return t == TEAM_DONE ? reply_success(req, NULL) : refused(req, t);
}

static const struct field patch_member_fields[] = { FIELD_ENUM(struct patch_member, role, given_roles), FIELD_END };

static enum answer run_change(struct req *req)
{
    const struct team_act act = act_of(req);
    const struct patch_member *in = req->body;
    enum member_role role = (enum member_role)(in->role + 1);
    enum team t = member_change(req->tx, &act, ((const struct id_path *)req->path)->id, role);
    return t == TEAM_DONE ? reply_success(req, NULL) : refused(req, t);
}

static enum answer run_remove(struct req *req)
{
    const struct team_act act = act_of(req);
    enum team t = member_remove(req->tx, &act, ((const struct id_path *)req->path)->id);
    return t == TEAM_DONE ? reply_success(req, NULL) : refused(req, t);
}

static enum answer run_leave(struct req *req)
{
    const struct team_act act = act_of(req);
    if (act.account == 0) return reply_problem(req, &problem_not_found);
    enum team t = member_remove(req->tx, &act, act.by);
    return t == TEAM_DONE ? reply_success(req, NULL) : refused(req, t);
}

/* ---- POST /auth/invitation: what the holder of the token is invited to ---- */

#define TOKEN_FIELD(type) FIELD_TEXT(struct type, token, .max = 128, .form = TEXT_SECRET)
static const struct field post_token_fields[] = { TOKEN_FIELD(post_token), FIELD_END };
/* clang-format off */
static const struct shape seen_shape[] = {
    SHAPE_TEXT("account", .doc = "Its name."), SHAPE_TEXT("inviter"), SHAPE_TEXT("email", .doc = "Who is invited."),
    SHAPE_ENUM("role", member_role_names), SHAPE_TIME("expiresAt"), SHAPE_BOOL("expired"),
    SHAPE_BOOL("registered", .doc = "The address has an account: sign in with it, do not sign up."), SHAPE_END
};
/* clang-format on */

static void seen_json(struct json *j, const void *arg)
{
    const struct invitation_seen *s = arg;
    json_text(j, "account", s->account_name);
    json_text(j, "inviter", s->inviter);
    json_text(j, "email", s->email);
    json_text(j, "role", member_role_names[s->role - 1]);
    json_time(j, "expiresAt", s->expires_at_ms);
    json_bool(j, "expired", s->expired);
    json_bool(j, "registered", s->registered);
}

static enum answer run_look(struct req *req)
{
    struct invitation_seen s;
    switch (invitation_look(req->tx, ((const struct post_token *)req->body)->token, req->now_ms, &s)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_invalid_token);
    case ROW_FOUND: break;
    }
    return reply_json(req, 200, seen_json, &s);
}

/* ---- POST /auth/invitation/accept ---- */

/* From now on this browser acts in the account that was joined. */
static enum answer run_accept(struct req *req)
{
    const struct post_token *in = req->body;
    struct team_act act = act_of(req);
    struct invitation_seen s;
    struct person me;
    struct user_view v = { .success = true };
    enum row row = invitation_look(req->tx, in->token, req->now_ms, &s);
    if (row == ROW_FAULT || persons_get(req->tx, act.by, &me) != ROW_FOUND) return reply_fault(req);
    if (row == ROW_NONE || s.expired) return reply_problem(req, &problem_invalid_token);
    char mine[EMAIL_KEY_SIZE], its[EMAIL_KEY_SIZE];
    email_key(me.email, mine), email_key(s.email, its);
    if (strcmp(mine, its) != 0) return reply_problem(req, &problem_other_address);
    enum team t = invitation_accept(req->tx, &act, in->token);
    if (t == TEAM_UNKNOWN) return reply_problem(req, &problem_invalid_token);
    if (t == TEAM_TOO_MANY) return reply_problem(req, &problem_too_many_accounts);
    if (t != TEAM_DONE) return refused(req, t);
    if (!session_switch(req->tx, req->who.session, act.account) || !person_remember(req->tx, act.by, act.account))
        return reply_fault(req);
    req->who.account = act.account;
    return user_view_get(req, act.by, &v) ? reply_user(req, &v) : reply_fault(req);
}

/* ---- POST /auth/invitation/register ---- */

static const struct field post_joiner_fields[] = {
    TOKEN_FIELD(post_joiner),
    FIELD_TEXT(struct post_joiner, password, .min = PASSWORD_MIN_LENGTH, .max = PASSWORD_MAX_BYTES, .form = TEXT_SECRET,
               .doc = "At least 8 characters, any; not a common one, not the address."),
    FIELD_TEXT(struct post_joiner, name, .optional = true, .max = NAME_MAX_LENGTH, .form = TEXT_NAME), FIELD_END
};

struct joining {
    const char *token;
    int64_t now_ms;
    bool open;
    char email[EMAIL_KEY_SIZE], hash[PASSWORD_HASH_SIZE];
};

static bool joining_read(struct tx *tx, void *arg)
{
    struct joining *p = arg;
    struct invitation_seen s;
    enum row row = invitation_look(tx, p->token, p->now_ms, &s);
    p->open = row == ROW_FOUND && !s.expired && !s.registered;
    if (p->open) email_key(s.email, p->email);
    return row != ROW_FAULT;
}

/* Whoever has no token costs no hash. */
static enum answer joiner_prepare(struct req *req)
{
    const struct post_joiner *in = req->body;
    struct joining *p = req->prepared = ARENA_NEW(req->arena, struct joining);
    p->token = in->token, p->now_ms = req->now_ms;
    if (!read_now(req, joining_read, p)) return reply_fault(req);
    if (!p->open) return ANSWER_GO_ON;
    const char *fault = password_fault(str_of(in->password), p->email);
    if (fault) return reply_fields(req, "password", fault);
    return password_hash(str_of(in->password), p->hash) ? ANSWER_GO_ON : reply_later(req, &problem_busy, 1);
}

static enum row joiner_add(struct req *req, const struct invitation_seen *s, struct team_act *act)
{
    const struct post_joiner *in = req->body;
    const struct user_new u = { .email = s->email,
                                .name = in->name,
                                .lang = req_lang(req),
                                .password_hash = ((const struct joining *)req->prepared)->hash,
                                .role = ROLE_MERCHANT,
                                .now_ms = req->now_ms };
    return user_add(req->tx, &u, &act->by);
}

static enum answer run_join(struct req *req)
{
    const struct post_joiner *in = req->body;
    struct team_act act = act_of(req);
    struct invitation_seen s;
    struct user_view v = { .success = true };
    enum row row = invitation_look(req->tx, in->token, req->now_ms, &s);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || s.expired) return reply_problem(req, &problem_invalid_token);
    if (s.registered) return reply_problem(req, &problem_address_known);
    if (!((const struct joining *)req->prepared)->open) return reply_problem(req, &problem_invalid_token);
    row = joiner_add(req, &s, &act);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_address_known) : reply_fault(req);
    enum team t = invitation_accept(req->tx, &act, in->token);
    if (t == TEAM_UNKNOWN) return reply_problem(req, &problem_invalid_token);
    if (t != TEAM_DONE) return refused(req, t);
    if (!person_remember(req->tx, act.by, act.account) || !audit_self(req, AUDIT_user_register, act.by) ||
        !audit_self(req, AUDIT_email_verified, act.by) || !user_signed_in(req->tx, act.by, req->now_ms) ||
        !sign_in(req, act.by, ROLE_MERCHANT) || !user_view_get(req, act.by, &v))
        return reply_fault(req);
    device_remember_email(req, s.email);
    return reply_user(req, &v);
}

/* ---- the rows ---- */

static const struct field id_path_fields[] = { FIELD_ID(struct id_path, id), FIELD_END };
static const struct limit join_limit = { .name = "invitation", .burst = 10, .per_ms = MINUTE_MS };

ROUTE_TAG(team_tag, "Team", "Who works in the account, and invitations to it.");

/* clang-format off */
const struct route accounts_team_routes[] = {
    { .verb = VERB_GET, .path = "/api/team", .who = WHO_MANAGERS, .tx = TX_READ, .tag = "Team", .answer = team_shape,
      .run = run_team, .doc = "The account's members, and its open invitations." },
    { .verb = VERB_GET, .path = "/api/team/presence", .who = WHO_MANAGERS, .tx = TX_READ, .tag = "Team",
      .passive = true, .answer = team_presence_shape, .run = team_presence_run,
      .doc = "Which members are there now, and when the others last were." },
    { .verb = VERB_POST, .path = "/api/team/invitations", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Team",
      .idempotent = true, BODY_FIELDS(post_invitation), .answer = invitation_shape,
      .status = 201, .run = run_invite,
      PROBLEMS(&problem_seats_full, &problem_member_already, &problem_too_many_invitations, TEAM_PROBLEMS),
      .doc = "Invite a mailbox: mails a link that works for 7 days. Again: the link before ends." },
    { .verb = VERB_DELETE, .path = "/api/team/invitations/:id", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Team",
      PATH_FIELDS(id_path), .answer = success_shape, .run = run_revoke,
      PROBLEMS(TEAM_PROBLEMS), .doc = "Revoke an invitation." },
    { .verb = VERB_PATCH, .path = "/api/team/members/:id", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Team",
      PATH_FIELDS(id_path), BODY_FIELDS(patch_member), .answer = success_shape,
      .run = run_change, PROBLEMS(TEAM_PROBLEMS), .doc = "Give a member another role." },
    { .verb = VERB_DELETE, .path = "/api/team/members/:id", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Team",
      PATH_FIELDS(id_path), .answer = success_shape, .run = run_remove,
      PROBLEMS(TEAM_PROBLEMS), .doc = "Remove a member: acts in the account no more, at once." },
    { .verb = VERB_POST, .path = "/api/team/leave", .who = WHO_PERSON, .tx = TX_WRITE, .tag = "Team",
      .idempotent = true, .answer = success_shape, .run = run_leave,
      PROBLEMS(TEAM_PROBLEMS), .doc = "Leave the account that one acts in." },
    { .verb = VERB_POST, .path = "/auth/invitation", .who = WHO_ANYONE, .tx = TX_WRITE, .tag = "Team",
      .limit = &join_limit, .give_back_on_success = true, BODY_FIELDS(post_token), .answer = seen_shape,
      .run = run_look, PROBLEMS(&problem_invalid_token), .doc = "What the holder of a mailed token is invited to." },
    { .verb = VERB_POST, .path = "/auth/invitation/accept", .who = WHO_PERSON, .tx = TX_WRITE, .tag = "Team",
      .limit = &join_limit, .give_back_on_success = true, BODY_FIELDS(post_token), .answer = signed_in_shape,
      .run = run_accept,
      PROBLEMS(&problem_invalid_token, &problem_other_address, &problem_member_already, &problem_too_many_accounts,
               &problem_no_seat_left),
      .doc = "Join, as who is signed in; the session acts in that account from now on." },
    { .verb = VERB_POST, .path = "/auth/invitation/register", .who = WHO_ANYONE, .tx = TX_WRITE, .tag = "Team",
      .slow = true, .limit = &join_limit, .give_back_on_success = true, BODY_FIELDS(post_joiner),
      .answer = signed_in_shape, .prepare = joiner_prepare, .run = run_join,
      PROBLEMS(&problem_invalid_token, &problem_address_known, &problem_member_already, &problem_no_seat_left),
      .doc = "Sign up with the address that was invited, and join. The token proves the address." },
    ROUTE_END
};
/* clang-format on */
