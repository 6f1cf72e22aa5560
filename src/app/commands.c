/* commands.c: the administrator's commands. They use the same functions as the routes, so the rules are the same. */
#include "accounts/accounts.h"
#include "app/app.h"
#include "app/house.h"
#include "app/keys.h"
#include "audit/audit.h"
#include "base/clock.h"
#include "credits/credits.h"
#include "http/events.h"
#include "http/fields.h"
#include "shops/shops.h"
#include "storage/migrate.h"
#include "tenants/tenants.h"
#include <stdlib.h>

enum { COMMAND_LIST_MAX = 100, GRANT_KEY_MAX = 128 };

static enum exit_code say(struct command *c, enum exit_code code, const char *text)
{
    buf_text(&c->err, text);
    return code;
}

/* Of a change that was not committed, for which no sentence of its own is known. */
static enum exit_code not_committed(struct command *c, enum op_outcome outcome)
{
    if (outcome == OP_UNCERTAIN) return command_unknown(c);
    return say(c, EXIT_UNAVAILABLE, "The database did not take it; nothing was changed.");
}

/* Every answer is an object in --json and a line otherwise. */
static void answer_open(struct command *c, struct json *j)
{
    json_begin(j, &c->out);
    json_object(j, NULL);
}

static void answer_close(struct command *c, struct json *j)
{
    json_end(j);
    json_finish(j);
    buf_char(&c->out, '\n');
}

/* ---- user add ---- */

enum {
    EMAIL_TEXT_SIZE = 256,
    NAME_TEXT_SIZE = 4 * NAME_MAX_LENGTH + 1,
    REASON_MAX_LENGTH = 200,
    REASON_TEXT_SIZE = 4 * REASON_MAX_LENGTH + 1,
    TYPED_MAX_BYTES = 4096,
};

/* Words of the command line are judged and spelled as the same words of a request are. */
static const struct field an_email = { .kind = FIELD_KIND_TEXT, .form = TEXT_EMAIL, .max = EMAIL_MAX_LENGTH };
static const struct field a_name = { .kind = FIELD_KIND_TEXT, .form = TEXT_NAME, .max = NAME_MAX_LENGTH };
static const struct field a_reason = { .kind = FIELD_KIND_TEXT, .min = 1, .max = REASON_MAX_LENGTH };

static bool taken(const char *typed, const struct field *f, char *out, size_t size)
{
    const char *text = NULL;
    int64_t limit;
    struct str s = str_of(typed);
    if (s.n == 0 || s.n > TYPED_MAX_BYTES) return false;
    struct arena *a = arena_new(256 << 10);
    bool good = !fields_text_judge(a, f, s, &text, &limit) && text && strlen(text) < size;
    if (good) text_copy(out, size, text);
    arena_free(a);
    return good;
}

static bool email_taken(const char *text, char out[EMAIL_TEXT_SIZE])
{
    return taken(text, &an_email, out, EMAIL_TEXT_SIZE);
}

/* Absent: "". */
static bool name_taken(const char *text, char out[NAME_TEXT_SIZE])
{
    out[0] = '\0';
    return !text || taken(text, &a_name, out, NAME_TEXT_SIZE);
}

struct user_add {
    const char *email, *name, *hash;
    enum person_role role;
    enum account_add result;
    int64_t id;
};

static enum op_wish run_user_add(void *arg, struct tx *tx)
{
    struct user_add *u = arg;
    int64_t at_ms = now_ms();
    u->result = accounts_add(tx, u->email, u->name, u->role, u->hash, at_ms, &u->id);
    return u->result == ACCOUNT_ADDED ? OP_COMMIT : OP_REFUSE;
}

static enum exit_code user_add(struct app *app, struct command *c)
{
    char email[EMAIL_TEXT_SIZE], name[NAME_TEXT_SIZE];
    const char *role = command_option(c, "--role");
    if (!c->input) return say(c, EXIT_USAGE, "The password is missing on standard input.");
    struct user_add u = { .email = email,
                          .name = name,
                          .role = text_eq(role, "operator") ? ROLE_OPERATOR : ROLE_MERCHANT };
    if (!email_taken(command_option(c, "--email"), email))
        return say(c, EXIT_USAGE, "--email is not an e-mail address.");
    if (!name_taken(command_option(c, "--name"), name)) return say(c, EXIT_USAGE, "--name shows nothing, or too much.");
    const char *fault = password_fault(str_of(c->input), email);
    if (fault) {
        buf_printf(&c->err, "The password was refused: %s.", fault);
        return EXIT_USAGE;
    }
    char hash[PASSWORD_HASH_SIZE];
    if (!password_hash(str_of(c->input), hash)) return say(c, EXIT_FAILED, "The password could not be hashed.");
    u.hash = hash;
    enum op_outcome outcome = app_do(app, TX_WRITE, run_user_add, &u);
    if (outcome == OP_REFUSED && u.result == ACCOUNT_EXISTS)
        return say(c, EXIT_CONFLICT, "An account has this address already.");
    if (outcome != OP_COMMITTED) return not_committed(c, outcome);
    if (!c->json) {
        buf_printf(&c->out, "account %lld added: %s (%s)\n", (long long)u.id, email, role);
        return EXIT_OK;
    }
    struct json j;
    answer_open(c, &j);
    json_i64(&j, "id", u.id);
    json_text(&j, "email", email);
    json_text(&j, "role", role);
    answer_close(c, &j);
    return EXIT_OK;
}

/* ---- user unlock ---- */

struct user_unlock {
    const char *email;
    enum row found;
};

static enum op_wish run_user_unlock(void *arg, struct tx *tx)
{
    struct user_unlock *u = arg;
    u->found = accounts_unlock(tx, u->email, now_ms());
    return u->found == ROW_FOUND ? OP_COMMIT : OP_REFUSE;
}

static enum exit_code user_unlock(struct app *app, struct command *c)
{
    char email[EMAIL_TEXT_SIZE];
    struct user_unlock u = { .email = email };
    if (!email_taken(c->operand, email)) return say(c, EXIT_USAGE, "user unlock needs an e-mail address.");
    enum op_outcome outcome = app_do(app, TX_WRITE, run_user_unlock, &u);
    if (outcome == OP_REFUSED && u.found == ROW_NONE) return say(c, EXIT_CONFLICT, "No account has this address.");
    if (outcome != OP_COMMITTED) return not_committed(c, outcome);
    if (!c->json) {
        buf_printf(&c->out, "%s can be signed in to, and gets mail, at once\n", email);
        return EXIT_OK;
    }
    struct json j;
    answer_open(c, &j);
    json_text(&j, "unlocked", email);
    answer_close(c, &j);
    return EXIT_OK;
}

/* ---- credits grant ---- */

struct grant {
    const char *email, *reason, *key;
    struct credits amount;
    enum row found;
    enum debit result;
    struct credit_balance balance;
};

static void grant_details(struct json *j, const void *arg)
{
    const struct grant *g = arg;
    json_credits(j, "amount", g->amount);
    json_text(j, "reason", g->reason);
}

static enum op_wish run_grant(void *arg, struct tx *tx)
{
    struct grant *g = arg;
    struct account account;
    struct credit_entry entry;
    int64_t at_ms = now_ms();
    g->found = accounts_by_email(tx, g->email, &account);
    if (g->found != ROW_FOUND) return OP_REFUSE;
    g->result = credits_grant(tx,
                              &(struct credit_change){ .account = account.id,
                                                       .amount = g->amount,
                                                       .reason = REASON_grant,
                                                       .note = g->reason,
                                                       .key = g->key,
                                                       .at_ms = at_ms },
                              &entry);
    if (g->result != DEBIT_DONE && g->result != DEBIT_REPLAYED) return OP_REFUSE;
    if (!credits_tell(tx, account.id, &g->balance)) return OP_REFUSE;
    if (g->result == DEBIT_REPLAYED) return OP_COMMIT;
    struct audit_entry e = { .action = AUDIT_credits_granted,
                             .account = account.id,
                             .resource = "account",
                             .resource_id = account.id,
                             .details = grant_details,
                             .arg = g,
                             .at_ms = at_ms };
    return audit_put(tx, &e) ? OP_COMMIT : OP_REFUSE;
}

static enum exit_code credits_grant_command(struct app *app, struct command *c)
{
    int64_t amount = 0;
    char key_text[sizeof "grant:0:" + GRANT_KEY_MAX], email[EMAIL_TEXT_SIZE], reason[REASON_TEXT_SIZE];
    struct grant g = { .email = email, .reason = reason, .key = key_text };
    if (!email_taken(command_option(c, "--email"), email))
        return say(c, EXIT_USAGE, "--email is not an e-mail address.");
    if (!str_to_i64(str_of(command_option(c, "--amount")), &amount) || amount < 1 || amount > 1000000)
        return say(c, EXIT_USAGE, "--amount must be a whole number from 1 to 1000000.");
    if (!taken(command_option(c, "--reason"), &a_reason, reason, sizeof reason))
        return say(c, EXIT_USAGE, "--reason must be one line of at most 200 characters.");
    struct str key = str_of(c->key);
    if (key.n > GRANT_KEY_MAX || !utf8_valid(key) || text_has_controls(key))
        return say(c, EXIT_USAGE, "--key must be one line of at most 128 bytes.");
    g.amount = credits_of(amount);
    (void)snprintf(key_text, sizeof key_text, "grant:0:%s", c->key);
    enum op_outcome outcome = app_do(app, TX_WRITE, run_grant, &g);
    if (outcome == OP_REFUSED && g.found == ROW_NONE) return say(c, EXIT_CONFLICT, "No account has this address.");
    if (outcome == OP_REFUSED && g.result == DEBIT_TOO_MANY)
        return say(c, EXIT_CONFLICT, "The balance would grow past its limit.");
    if (outcome == OP_REFUSED && g.result == DEBIT_KEY_REUSED)
        return say(c, EXIT_CONFLICT, "This --key was used for another grant.");
    if (outcome != OP_COMMITTED) return not_committed(c, outcome);
    if (!c->json) {
        buf_printf(&c->out, "%s has %lld credits now\n", g.email, (long long)credits_count(g.balance.available));
        return EXIT_OK;
    }
    struct json j;
    answer_open(c, &j);
    json_text(&j, "email", g.email);
    json_credits(&j, "creditsRemaining", g.balance.available);
    json_text(&j, "key", c->key);
    answer_close(c, &j);
    return EXIT_OK;
}

/* ---- jobs ---- */

struct jobs_page {
    struct jobs_wanted wanted;
    size_t count;
    struct job_row row[COMMAND_LIST_MAX];
    int64_t id;
    enum row found;
    struct arena *arena;
};

static enum op_wish run_jobs_list(void *arg, struct tx *tx)
{
    struct jobs_page *p = arg;
    p->count = 0;
    if (jobs_list(tx, &p->wanted, p->row, &p->count) == ROW_FAULT) return OP_REFUSE;
    for (size_t i = 0; i < p->count; i++) { /* past the transaction's arena */
        p->row[i].kind = arena_text(p->arena, p->row[i].kind);
        p->row[i].error = arena_text(p->arena, p->row[i].error);
        p->row[i].state = arena_text(p->arena, p->row[i].state);
    }
    return OP_COMMIT;
}

static enum exit_code jobs_list_command(struct app *app, struct command *c)
{
    struct arena *a = arena_new(4 << 20);
    struct jobs_page *p = ARENA_NEW(a, struct jobs_page);
    p->wanted = (struct jobs_wanted){ .state = command_option(c, "--state"),
                                      .cron = command_option(c, "--scheduled") != NULL,
                                      .limit = COMMAND_LIST_MAX };
    p->arena = a;
    enum exit_code code = EXIT_OK;
    if (app_do(app, TX_READ, run_jobs_list, p) != OP_COMMITTED) {
        code = say(c, EXIT_UNAVAILABLE, "The database could not be read.");
    } else if (c->json) {
        struct json j;
        answer_open(c, &j);
        json_array(&j, "jobs");
        for (size_t i = 0; i < p->count; i++) {
            const struct job_row *r = &p->row[i];
            json_object(&j, NULL);
            json_i64(&j, "id", r->id), json_text(&j, "kind", r->kind), json_text(&j, "state", r->state);
            json_i64(&j, "attempts", r->attempts), json_i64(&j, "ref", r->ref), json_text(&j, "error", r->error);
            json_time(&j, "runAt", r->run_at_ms), json_time(&j, "endedAt", r->ended_at_ms);
            json_end(&j);
        }
        json_end(&j);
        answer_close(c, &j);
    } else {
        for (size_t i = 0; i < p->count; i++)
            buf_printf(&c->out, "%lld\t%s\t%s\tattempts %lld\t%s\n", (long long)p->row[i].id, p->row[i].kind,
                       p->row[i].state, (long long)p->row[i].attempts, p->row[i].error ? p->row[i].error : "");
    }
    arena_free(a);
    return code;
}

static void retry_details(struct json *j, const void *arg) { json_i64(j, "job", ((const struct jobs_page *)arg)->id); }

static enum op_wish run_jobs_retry(void *arg, struct tx *tx)
{
    struct jobs_page *p = arg;
    p->found = jobs_retry(tx, p->id);
    if (p->found != ROW_FOUND) return OP_REFUSE;
    struct audit_entry e = { .action = AUDIT_job_retried,
                             .resource = "job",
                             .resource_id = p->id,
                             .details = retry_details,
                             .arg = p,
                             .at_ms = now_ms() };
    return audit_put(tx, &e) ? OP_COMMIT : OP_REFUSE;
}

static enum exit_code jobs_retry_command(struct app *app, struct command *c)
{
    struct jobs_page *p = calloc(1, sizeof *p);
    if (!p) return say(c, EXIT_FAILED, "No memory.");
    enum exit_code code = EXIT_OK;
    if (!str_to_i64(str_of(c->operand), &p->id) || p->id < 1) {
        code = say(c, EXIT_USAGE, "jobs retry needs the number of a job.");
    } else {
        enum op_outcome outcome = app_do(app, TX_WRITE, run_jobs_retry, p);
        if (outcome == OP_REFUSED && p->found == ROW_NONE)
            code = say(c, EXIT_CONFLICT, "There is no dead job with this number.");
        else if (outcome != OP_COMMITTED) code = not_committed(c, outcome);
        else if (c->json) buf_printf(&c->out, "{\"retried\":%lld}\n", (long long)p->id);
        else buf_printf(&c->out, "job %lld will run again\n", (long long)p->id);
    }
    free(p);
    return code;
}

/* ---- migrate ---- */

/* A number that no migration has is a slip (33 for 330), and going down cannot be undone. */
static bool is_migration(int64_t number)
{
    for (const struct migration *m = migrations; m->number != 0; m++)
        if (m->number == number) return true;
    return false;
}

static enum exit_code down_refused(struct command *c, int steps, int64_t to, struct str plan)
{
    switch (steps) {
    case MIGRATE_IN_USE: return say(c, EXIT_CONFLICT, "A server runs on this database: stop every server first.");
    case MIGRATE_NOT_APPLIED:
        buf_printf(&c->err, "Migration %lld is not applied here, so there is no way back to it.\n", (long long)to);
        return EXIT_CONFLICT;
    case MIGRATE_LOSES:
        buf_add(&c->err, plan.p, plan.n);
        return say(c, EXIT_CONFLICT, "Nothing was done: this would lose data. Add --drop-data if that is meant.");
    case 0: return say(c, EXIT_CONFLICT, "Nothing was applied after that: the schema stays as it is.");
    default: return EXIT_OK;
    }
}

static enum exit_code migrate_down_command(struct app *app, struct command *c, int *steps)
{
    int64_t to = 0;
    char text[32 << 10];
    struct buf plan;
    const char *wanted = command_option(c, "--to");
    if (wanted && (!str_to_i64(str_of(wanted), &to) || (to != 0 && !is_migration(to)))) {
        buf_printf(&c->err, "--to must be the number of a migration, or 0 to undo all; %s is none.", wanted);
        return EXIT_USAGE;
    }
    /* Its requests and jobs would go on over tables that are gone. */
    if (c->served) return say(c, EXIT_CONFLICT, "A server runs on this database: stop the server first.");
    if (!wanted) to = migrate_before_last(app->db);
    if (to < 0) return say(c, EXIT_UNAVAILABLE, "The schema version could not be read.");
    buf_fixed(&plan, text, sizeof text);
    enum migrate_down_mode mode = command_option(c, "--drop-data") ? DOWN_DROP_DATA : DOWN_LOSE_NOTHING;
    *steps = migrate_down(app->db, (int)to, mode, &plan);
    enum exit_code code = down_refused(c, *steps, to, buf_str(&plan));
    if (code == EXIT_OK && *steps > 0 && !c->json) buf_add(&c->out, plan.p, plan.n);
    return code;
}

static enum exit_code migrate(struct app *app, struct command *c)
{
    int steps = 0, pending = 0;
    enum exit_code code = EXIT_OK;
    if (c->rule->id == COMMAND_MIGRATE_UP) steps = migrate_up(app->db);
    if (c->rule->id == COMMAND_MIGRATE_DOWN) code = migrate_down_command(app, c, &steps);
    if (code != EXIT_OK) return code;
    if (steps == MIGRATE_IN_USE)
        return say(c, EXIT_CONFLICT,
                   "A server runs on this database, maybe of an older version: stop every server first.");
    if (steps < 0)
        return say(c, EXIT_FAILED,
                   "A migration failed. The log above says which, `migrate status` where the schema is.");
    int at = migrate_status(app->db, &pending);
    if (at < 0) return say(c, EXIT_UNAVAILABLE, "The schema version could not be read.");
    if (c->json) buf_printf(&c->out, "{\"at\":%d,\"pending\":%d,\"steps\":%d}\n", at, pending, steps);
    else buf_printf(&c->out, "schema at %04d, %d pending, %d steps taken\n", at, pending, steps);
    return EXIT_OK;
}

enum exit_code command_run(struct app *app, struct command *c)
{
    if (!c->rule && !command_read(c)) return EXIT_USAGE;
    switch (c->rule->id) {
    case COMMAND_USER_ADD: return user_add(app, c);
    case COMMAND_USER_UNLOCK: return user_unlock(app, c);
    case COMMAND_CREDITS_GRANT: return credits_grant_command(app, c);
    case COMMAND_CHAT_SETTINGS: return command_chat_settings(app, c);
    case COMMAND_LANDING: return command_landing(app, c);
    case COMMAND_DOCTOR: return command_doctor(app, c);
    case COMMAND_VERIFY: return command_verify(app, c);
    case COMMAND_KEYS_STATUS: return command_keys_status(app, c);
    case COMMAND_KEYS_ROTATE: return command_keys_rotate(app, c);
    case COMMAND_JOBS_LIST: return jobs_list_command(app, c);
    case COMMAND_JOBS_RETRY: return jobs_retry_command(app, c);
    case COMMAND_MIGRATE_UP:
    case COMMAND_MIGRATE_DOWN:
    case COMMAND_MIGRATE_STATUS: return migrate(app, c);
    case COMMAND_DEMO:
        if (app->config->production) return say(c, EXIT_CONFLICT, "The demo is not allowed in production.");
        return demo_prepare(app, &c->out, &c->err) ? EXIT_OK : EXIT_UNAVAILABLE;
    case COMMAND_SERVE:
    case COMMAND_MAIL_IN:
    case COMMAND_OPENAPI:
    case COMMAND_VERSION: break; /* main.c: they need no database */
    }
    return say(c, EXIT_USAGE, "This command does not run in a server.");
}
