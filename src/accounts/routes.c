/* routes.c: the rows of accounts. Paths and field names of /auth and /api/user are those of the replaced panel. */
#include "accounts/private.h"

/* By client network; what is counted by address is in tries.c. A right password or token costs nothing. What answers
 * the same for every address (register, forgot) cannot give back; there a whole office must find room. */
static const struct limit login_limit = { .name = "login", .burst = 30, .per_ms = 5 * MINUTE_MS };
static const struct limit register_limit = { .name = "register", .burst = 30, .per_ms = HOUR_MS };
static const struct limit mail_limit = { .name = "account_mail", .burst = 30, .per_ms = HOUR_MS };
static const struct limit logout_limit = { .name = "logout", .burst = 120, .per_ms = MINUTE_MS };
static const struct limit token_limit = { .name = "account_token", .burst = 10, .per_ms = MINUTE_MS };
/* Who is signed in and enters the password again is counted by account. */
static const struct limit password_limit = { .name = "password", .burst = 30, .per_ms = 5 * MINUTE_MS };

#define EMAIL(type) FIELD_TEXT(struct type, email, .max = EMAIL_MAX_LENGTH, .form = TEXT_EMAIL)
/* The password that is checked: no minimum, so that an old one never locks anybody out of changing it. */
#define OLD_PASSWORD(type, member, ...)                                                                                \
    FIELD_TEXT(struct type, member, .max = PASSWORD_MAX_BYTES, .form = TEXT_SECRET, ##__VA_ARGS__)
#define NEW_PASSWORD(type, member)                                                                                     \
    FIELD_TEXT(struct type, member, .min = PASSWORD_MIN_LENGTH, .max = PASSWORD_MAX_BYTES, .form = TEXT_SECRET,        \
               .doc = "At least 8 characters, any; not a common one, not the address.")
#define TOKEN(type) FIELD_TEXT(struct type, token, .max = 128, .form = TEXT_SECRET)

static const struct field post_register_fields[] = {
    EMAIL(post_register), NEW_PASSWORD(post_register, password),
    FIELD_TEXT(struct post_register, name, .optional = true, .max = NAME_MAX_LENGTH, .form = TEXT_NAME), FIELD_END
};
/* clang-format off */
static const struct field post_verify_fields[] = {
    TOKEN(post_verify),
    OLD_PASSWORD(post_verify, password, .optional = true, .doc = "In another browser: the one chosen before."),
    FIELD_END
};
static const struct field post_email_fields[] = { EMAIL(post_email), FIELD_END };
static const struct field post_login_fields[] = { EMAIL(post_login), OLD_PASSWORD(post_login, password), FIELD_END };
static const struct field post_reset_fields[] = { TOKEN(post_reset), NEW_PASSWORD(post_reset, password), FIELD_END };
static const struct field post_change_fields[] = {
    OLD_PASSWORD(post_change, currentPassword), NEW_PASSWORD(post_change, newPassword), FIELD_END
};
/* clang-format on */
static const struct field post_reauthenticate_fields[] = { OLD_PASSWORD(post_reauthenticate, password), FIELD_END };
static const char *const langs[] = { "zh-CN", "en", NULL };
static const struct field patch_user_fields[] = {
    FIELD_TEXT(struct patch_user, name, .optional = true, .max = NAME_MAX_LENGTH, .form = TEXT_NAME),
    FIELD_ENUM(struct patch_user, lang, langs, .optional = true, .fallback = -1), FIELD_END
};
/* As far as numbers in JSON are exact everywhere. */
static const struct field post_switch_fields[] = {
    FIELD_I64(struct post_switch, account, .min = 1, .max = (INT64_C(1) << 53) - 1), FIELD_END
};
static const struct field patch_account_fields[] = {
    FIELD_TEXT(struct patch_account, name, .min = 1, .max = NAME_MAX_LENGTH, .form = TEXT_NAME), FIELD_END
};
static const struct field id_path_fields[] = { FIELD_ID(struct id_path, id), FIELD_END };
static const struct field post_reason_fields[] = { FIELD_TEXT(struct post_reason, reason, .max = 500), FIELD_END };
/* clang-format off */
static const struct field accounts_query_fields[] = {
    FIELD_SEARCH(struct accounts_query, search, 100,
                 "Begin of the address or the name; then the newest come first, and nothing is counted."),
    FIELD_ENUM(struct accounts_query, sort, accounts_sort_names, .optional = true, .fallback = ACCOUNTS_NEWEST,
               .doc = "In this order."),
    FIELD_ENUM(struct accounts_query, state, accounts_state_names, .optional = true, .fallback = ACCOUNTS_ALL,
               .doc = "disabled: these alone; then the age is all one can sort by."),
    FIELD_RANGE(struct accounts_query),
    FIELD_I64(struct accounts_query, after, .optional = true, .min = 0, .max = INT64_MAX,
              .doc = "The last id of the page before."),
    FIELD_I64(struct accounts_query, limit, .optional = true, .min = 1, .max = ACCOUNTS_PAGE_MAX,
              .fallback = ACCOUNTS_PAGE_DEFAULT),
    FIELD_FORMAT(struct accounts_query),
    FIELD_END
};

#define AUTH .tag = "Account", .tx = TX_WRITE
ROUTE_TAG(account_tag, "Account", "Registration, sign-in, sessions, and the person who is signed in.");

const struct route accounts_routes[] = {
    { .verb = VERB_POST, .path = "/auth/password/register", .who = WHO_ANYONE, AUTH, .limit = &register_limit,
      .slow = true, .doc = "Register. Mails a link to confirm the address; one answer for all addresses.",
      BODY_FIELDS(post_register), .answer = message_shape, .prepare = register_prepare, .run = register_run },
    { .verb = VERB_POST, .path = "/auth/verify-email", .who = WHO_ANYONE, AUTH, .limit = &token_limit,
      .give_back_on_success = true, .slow = true,
      .doc = "Confirm the address: makes the account and signs in. Another browser needs the password chosen before.",
      BODY_FIELDS(post_verify), .answer = signed_in_shape, PROBLEMS(&problem_invalid_token, &problem_password_needed),
      .prepare = verify_prepare, .run = verify_run },
    { .verb = VERB_POST, .path = "/auth/resend-verification", .who = WHO_ANYONE, AUTH, .limit = &mail_limit,
      .doc = "Mail the link to confirm again; the one before ends.", BODY_FIELDS(post_email), .answer = message_shape,
      .run = resend_run },
    { .verb = VERB_POST, .path = "/auth/password/login", .who = WHO_ANYONE, AUTH, .limit = &login_limit,
      .give_back_on_success = true, .slow = true,
      .doc = "Sign in. Sets the session cookie.", BODY_FIELDS(post_login), .answer = signed_in_shape,
      PROBLEMS(&problem_invalid_credentials, &problem_too_many_tries), .prepare = login_prepare, .run = login_run,
      .refused = login_refused },
    { .verb = VERB_POST, .path = "/auth/password/forgot", .who = WHO_ANYONE, AUTH, .limit = &mail_limit,
      .doc = "Mail a link to choose a new password, if the address is known. One answer for all addresses.",
      BODY_FIELDS(post_email), .answer = message_shape, .run = forgot_run },
    { .verb = VERB_POST, .path = "/auth/password/reset", .who = WHO_ANYONE, AUTH, .limit = &token_limit,
      .give_back_on_success = true, .slow = true,
      .doc = "Set a new password with the mailed token. Ends all sessions; does not sign in.", BODY_FIELDS(post_reset),
      .answer = message_shape, PROBLEMS(&problem_invalid_token), .prepare = reset_prepare, .run = reset_run },
    { .verb = VERB_POST, .path = "/auth/password/change", .who = WHO_PERSON, AUTH, .account_limit = &password_limit,
      .give_back_on_success = true, .slow = true,
      .doc = "Change the password. Ends all other sessions; this one gets a new cookie.",
      BODY_FIELDS(post_change), .answer = message_shape, PROBLEMS(&problem_wrong_password, &problem_too_many_tries),
      .prepare = change_prepare, .run = change_run, .refused = password_refused },
    { .verb = VERB_POST, .path = "/auth/reauthenticate", .who = WHO_PERSON, AUTH, .account_limit = &password_limit,
      .give_back_on_success = true, .slow = true,
      .doc = "Enter the password again, for what wants a sign-in of the last 5 minutes. Sets a new cookie.",
      BODY_FIELDS(post_reauthenticate), .answer = success_shape,
      PROBLEMS(&problem_wrong_password, &problem_too_many_tries), .prepare = reauthenticate_prepare,
      .run = reauthenticate_run, .refused = password_refused },
    { .verb = VERB_POST, .path = "/auth/erase", .who = WHO_PERSON, AUTH, .account_limit = &password_limit,
      .give_back_on_success = true, .slow = true,
      .doc = "Erase the caller's sign-in: name, address, picture, password, sessions and memberships. It cannot be had"
             " back. What they did keeps their number.",
      BODY_FIELDS(post_reauthenticate), .answer = success_shape,
      PROBLEMS(&problem_wrong_password, &problem_too_many_tries, &problem_only_owner, &problem_last_operator),
      .prepare = reauthenticate_prepare, .run = erase_run, .refused = password_refused },
    { .verb = VERB_POST, .path = "/auth/logout", .who = WHO_ANYONE, AUTH, .limit = &logout_limit,
      .doc = "Sign out. Ends the session on the server.", .answer = success_shape, .run = logout_run },
    { .verb = VERB_GET, .path = "/auth/sessions", .who = WHO_PERSON, .tag = "Account", .tx = TX_READ,
      .doc = "Where the caller is signed in, newest first; at most 100.", .answer = sessions_shape,
      .run = sessions_run },
    { .verb = VERB_DELETE, .path = "/auth/sessions/:id", .who = WHO_PERSON, AUTH,
      .doc = "End one of the caller's sessions.", PATH_FIELDS(id_path), .answer = success_shape,
      .run = session_end_run },
    { .verb = VERB_POST, .path = "/auth/sessions/end-others", .who = WHO_PERSON, AUTH,
      .doc = "End all of the caller's sessions but this one.", .answer = sessions_ended_shape,
      .run = sessions_end_run },
    { .verb = VERB_GET, .path = "/api/user", .who = WHO_ANYONE, .tag = "Account", .tx = TX_READ,
      .doc = "Who is signed in; user is null for nobody.", .answer = user_answer_shape, .run = user_run },
    { .verb = VERB_PATCH, .path = "/api/user", .who = WHO_PERSON, AUTH,
      .doc = "Change the caller's name or language.", BODY_FIELDS(patch_user), .answer = user_answer_shape,
      .run = user_patch_run },
    { .verb = VERB_POST, .path = "/api/account/switch", .who = WHO_PERSON, AUTH, .idempotent = true,
      .doc = "Act in another account of the caller's: for this session, and where the next sign-in begins.",
      BODY_FIELDS(post_switch), .answer = user_answer_shape, PROBLEMS(&problem_not_found), .run = switch_run },
    { .verb = VERB_PATCH, .path = "/api/account", .who = WHO_MANAGERS, AUTH,
      .doc = "Name the account that the caller acts in.", BODY_FIELDS(patch_account), .answer = user_answer_shape,
      .run = account_patch_run },
    { .verb = VERB_GET, .path = "/api/operator/accounts", .who = WHO_OPERATOR, .tag = "Operator", .tx = TX_READ,
      .doc = "Accounts, newest first.", QUERY_FIELDS(accounts_query), .answer = operator_accounts_shape,
      .run = operator_accounts_run },
    { .verb = VERB_GET, .path = "/api/operator/accounts/:id", .who = WHO_OPERATOR, .tag = "Operator", .tx = TX_READ,
      .doc = "One account with its shops and members.", PATH_FIELDS(id_path), .answer = operator_account_shape,
      .run = operator_account_run },
    { .verb = VERB_POST, .path = "/api/operator/accounts/:id/disable", .who = WHO_OPERATOR, .tag = "Operator",
      .tx = TX_WRITE, .doc = "Disable an account: sessions in it end, nobody acts in it.", .idempotent = true,
      PATH_FIELDS(id_path), BODY_FIELDS(post_reason), .answer = success_shape, PROBLEMS(&problem_not_yourself),
      .run = operator_disable_run },
    { .verb = VERB_POST, .path = "/api/operator/accounts/:id/enable", .who = WHO_OPERATOR, .tag = "Operator",
      .tx = TX_WRITE, .doc = "Let a disabled account act again.", .idempotent = true, PATH_FIELDS(id_path),
      BODY_FIELDS(post_reason), .answer = success_shape, PROBLEMS(&problem_account_closed),
      .run = operator_enable_run },
    { .verb = VERB_POST, .path = "/api/operator/persons/:id/end-sessions", .who = WHO_OPERATOR, .tag = "Operator",
      .tx = TX_WRITE, .doc = "Sign a person out everywhere, at once.", .idempotent = true, PATH_FIELDS(id_path),
      BODY_FIELDS(post_reason), .answer = sessions_ended_shape, .run = operator_sessions_end_run },
    ROUTE_END
};
/* clang-format on */
