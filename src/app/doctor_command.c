/* doctor_command.c: `chathub doctor`: looks at an installation and says line by line what is well, what to look at, and
 * what to do. It makes and changes nothing (APP_LOOK) and tells no secret. Run by the server when one runs on this data
 * directory, so that what the server sees is told; else here. What `verify` reads takes as long as the database is
 * large: it is named, not run. */
#include "app/app.h"
#include "app/chain_key.h"
#include "app/doctor.h"
#include "app/keys.h"
#include "base/clock.h"
#include "billing/paper.h"
#include "billing/provider.h"
#include "outbound/http_client.h"
#include "storage/migrate.h"
#include <errno.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    LINES_MAX = 20,
    DISK_LOW_MB = 64,
    DISK_SOON_MB = 1024,
    JOB_LATE_MS = 300000,
    REACH_MS = 5000,
    WHY_SIZE = 512,
    BACKENDS_SIZE = 4096
};

enum state { WELL, LOOK, BAD };
static const char *const state_names[] = { "well", "look", "bad" };
static const char *const state_marks[] = { "ok  ", "look", "BAD " };

struct report {
    struct arena *a;
    size_t count;
    struct line {
        const char *name, *says, *todo; /* todo "": nothing */
        enum state state;
    } line[LINES_MAX];
};

static void add(struct report *r, const char *name, enum state state, const char *says, const char *todo)
{
    assert(r->count < LINES_MAX);
    r->line[r->count++] = (struct line){ name, says, todo, state };
}

/* ---- what needs no database ---- */

static void look_at_settings(struct report *r, const struct config *c)
{
    if (c->production) add(r, "settings", WELL, "read, for production", "");
    else add(r, "settings", LOOK, "read, for development", "For shops that live, set CHATHUB_ENV=production.");
}

/* What is set of the backends that have something to set, by its own name. */
static void look_at_backends(struct report *r, const struct config *c)
{
    struct buf says;
    size_t at = 0;
    buf_fixed(&says, arena_alloc(r->a, BACKENDS_SIZE), BACKENDS_SIZE);
    for (const struct recipe *const *b = recipes; *b; b++)
        for (size_t i = 0; i < (*b)->settings; i++, at++) {
            const struct recipe_setting *s = &(*b)->setting[i];
            if (c->recipe[at])
                buf_printf(&says, "%s%s with %s %s", says.n > 0 ? ", " : "beside our own: ", (*b)->name, s->name,
                           s->secret ? "(set)" : c->recipe[at]);
        }
    add(r, "backends", WELL, says.n > 0 ? buf_terminated(&says) : "conversations are in this program", "");
}

static void look_at_folder(struct report *r, const struct config *c)
{
    struct stat st;
    struct statvfs v;
    if (stat(c->data_dir, &st) != 0 || access(c->data_dir, W_OK | X_OK) != 0) {
        add(r, "data folder", BAD, arena_printf(r->a, "%s: %s", c->data_dir, strerror(errno)),
            "Make it, and give it to the user that runs chathub.");
        return;
    }
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        add(r, "data folder", LOOK, arena_printf(r->a, "%s is open to other users", c->data_dir),
            arena_printf(r->a, "chmod 700 %s", c->data_dir));
    else add(r, "data folder", WELL, arena_printf(r->a, "%s, ours alone", c->data_dir), "");
    if (statvfs(c->data_dir, &v) != 0) return;
    long long free_mb = (long long)doctor_free_mb(&v);
    enum state state = free_mb < DISK_LOW_MB ? BAD : free_mb < DISK_SOON_MB ? LOOK : WELL;
    add(r, "disk", state, arena_printf(r->a, "%lld MB are free", free_mb),
        state == WELL ? "" : "Make room, or move the data folder to a larger disk.");
}

/* Papers are made without it too, with boxes for what no font has. */
static void look_at_fonts(struct report *r)
{
    const char *font = paper_han_font(r->a);
    if (font) add(r, "papers", WELL, arena_printf(r->a, "Chinese is set in %s", font), "");
    else
        add(r, "papers", LOOK, "no font here has Chinese: receipts and invoices show boxes in its place",
            "apt-get install fonts-noto-cjk");
}

static void look_at_mail(struct report *r, const struct config *c)
{
    if (!c->smtp_host) {
        add(r, "mail", LOOK, "no mail server is set: mails are kept, not sent", "Set SMTP_HOST.");
        return;
    }
    const char *where = arena_printf(r->a, "%s:%lld", c->smtp_host, (long long)c->smtp_port);
    const char *fault = doctor_reach(c->smtp_host, c->smtp_port, REACH_MS);
    if (!fault) add(r, "mail", WELL, arena_printf(r->a, "%s answers", where), "");
    else
        add(r, "mail", BAD, arena_printf(r->a, "%s: %s", where, fault),
            "Look at SMTP_HOST, SMTP_PORT and the firewall.");
}

static void look_at_address(struct report *r, const struct config *c)
{
    if (!c->base_url) {
        add(r, "address", LOOK, "CHATHUB_BASE_URL is not set", "Set it to the address that people type.");
        return;
    }
    struct outbound_answer answer;
    const struct outbound_request ask = { .method = "GET",
                                          .url = arena_printf(r->a, "%s/healthz", c->base_url),
                                          .connect_ms = REACH_MS,
                                          .total_ms = 2 * (int64_t)REACH_MS,
                                          .trusted_address = true,
                                          .log_as = "doctor" };
    outbound_call(r->a, &ask, &answer);
    if (answer.outcome == OUTCOME_OK) add(r, "address", WELL, arena_printf(r->a, "%s answers", c->base_url), "");
    else
        add(r, "address", BAD, arena_printf(r->a, "%s: %s", c->base_url, answer.error ? answer.error : "no answer"),
            "Is the service running, does its name lead here, and is its certificate good?");
    bool behind = str_starts(str_of(c->base_url), STR("https://"));
    if (behind && !config_proxies(c))
        add(r, "proxy", LOOK, "https ends before us, and nobody's X-Forwarded-For is believed",
            "Set CHATHUB_TRUSTED_PROXY, or all visitors count as one.");
}

static void look_at_contact(struct report *r, const struct config *c)
{
    if (c->support_contact) add(r, "contact", WELL, c->support_contact, "");
    else
        add(r, "contact", LOOK, "nobody is told how to reach you: pages, letters and the chat name no address",
            "Set CHATHUB_SUPPORT_CONTACT (mailto:ADDRESS, tel:NUMBER or an https:// address).");
}

/* A server has them open; else they are opened here, as it would. */
static void look_at_payments(struct report *r, const struct app *app, bool served)
{
    struct buf why;
    size_t set = 0;
    buf_fixed(&why, arena_alloc(r->a, WHY_SIZE), WHY_SIZE);
    if (!served && !app_open_providers(app, &why)) {
        add(r, "payments", BAD, buf_terminated(&why), "Nothing starts before this (docs/payments.md).");
        providers_close();
        return;
    }
    for (const struct provider *const *p = billing_providers; *p; p++) {
        const char *fault = NULL;
        if (!(*p)->ready() || text_eq((*p)->name, "sandbox")) continue;
        set++;
        bool good = (*p)->check(r->a, now_ms(), &fault);
        if (good) add(r, (*p)->name, WELL, arena_printf(r->a, "%s answers, and knows us", (*p)->name_en), "");
        else
            add(r, (*p)->name, BAD, arena_printf(r->a, "%s: %s", (*p)->name_en, fault ? fault : "no clear answer"),
                "Look at its keys and addresses (docs/payments.md).");
    }
    if (set == 0 && app->config->production)
        add(r, "payments", LOOK, "no provider of payments is set: nothing can be paid", "docs/payments.md");
    if (!served) providers_close();
}

/* ---- the database ---- */

static enum op_wish run_count(void *arg, struct tx *tx) { return jobs_count(tx, arg) ? OP_COMMIT : OP_REFUSE; }

static void look_at_jobs(struct report *r, struct app *app)
{
    struct job_counts n = { 0 };
    if (app_do(app, TX_READ, run_count, &n) != OP_COMMITTED) {
        add(r, "jobs", BAD, "they cannot be read", "Look at the database.");
        return;
    }
    if (n.oldest_age_ms >= JOB_LATE_MS)
        add(r, "jobs", BAD, arena_printf(r->a, "one has waited for %lld s", (long long)(n.oldest_age_ms / SECOND_MS)),
            "Is the service (or `serve --role worker`) running? `chathub jobs list --state ready`");
    else if (n.dead > 0 || n.strange > 0)
        add(r, "jobs", LOOK,
            arena_printf(r->a, "%lld were given up, %lld are of no known kind", (long long)n.dead,
                         (long long)n.strange),
            "`chathub jobs list --state dead`, then `chathub jobs retry ID`.");
    else add(r, "jobs", WELL, arena_printf(r->a, "%lld wait, none is late", (long long)n.ready), "");
}

static void look_at_keys(struct report *r, struct app *app)
{
    struct buf why;
    bool keys_new = false, chain_new = false;
    buf_fixed(&why, arena_alloc(r->a, WHY_SIZE), WHY_SIZE);
    if (!keys_look(app, &keys_new, &why) || !chain_key_look(app, &chain_new, &why))
        add(r, "keys", BAD, buf_terminated(&why), "Nothing starts before this.");
    else if (keys_new || chain_new)
        add(r, "keys", LOOK, "not all of them are written down in this database", "Start the service: it does that.");
    else add(r, "keys", WELL, "the master key and the chain key belong to this database", "");
}

static void look_at_database(struct report *r, struct app *app)
{
    int pending = 0;
    int at = migrate_status(app->db, &pending);
    const char *engine = db_engine_of(app->db) == DB_SQLITE ? "SQLite" : "PostgreSQL";
    if (at < 0) {
        add(r, "database", BAD, arena_printf(r->a, "%s does not answer", engine), "Look at CHATHUB_DATABASE_URL.");
        return;
    }
    if (!migrate_knows_all(app->db))
        add(r, "database", BAD, arena_printf(r->a, "%s answers; its schema is of a newer version", engine),
            "Run the version of chathub that it was last used with, or a newer one.");
    else if (pending > 0)
        add(r, "database", BAD, arena_printf(r->a, "%s answers; %d migrations are missing", engine, pending),
            "`chathub migrate up`");
    else add(r, "database", WELL, arena_printf(r->a, "%s answers, its schema is of this version", engine), "");
    if (pending > 0) return; /* tables that are asked below may be among what is missing */
    look_at_keys(r, app);
    look_at_jobs(r, app);
    add(r, "contents", WELL, "not read by this command", "`chathub verify` reads all of it; run it each week.");
}

static enum op_wish run_clock(void *arg, struct tx *tx) { return db_clock(tx, arg) ? OP_COMMIT : OP_REFUSE; }

/* Only a process that has run for a while can see that the clock stepped; the database's clock is seen at once. */
static void look_at_clock(struct report *r, struct app *app, bool served)
{
    struct clock_state clock;
    int64_t theirs_ms = 0;
    clock_state(&clock);
    bool asked = app_do(app, TX_READ, run_clock, &theirs_ms) == OP_COMMITTED && theirs_ms != 0;
    int64_t off_ms = asked ? now_ms() - theirs_ms : 0;
    const char *both = "Set the clocks of both machines (chrony, systemd-timesyncd).";
    if (clock.doubt == CLOCK_JUMPED)
        add(r, "clock", BAD, arena_printf(r->a, "in doubt, by %lld s", (long long)(clock.off_ms / SECOND_MS)),
            "Set the machine's clock (chrony, systemd-timesyncd).");
    else if (off_ms > CLOCK_WITNESS_MS)
        add(r, "clock", BAD, arena_printf(r->a, "%lld s ahead of the database's", (long long)(off_ms / SECOND_MS)),
            both);
    else if (off_ms < -CLOCK_WITNESS_MS)
        add(r, "clock", BAD, arena_printf(r->a, "%lld s behind the database's", (long long)(-off_ms / SECOND_MS)),
            both);
    else if (clock.doubt == CLOCK_DISPUTED) add(r, "clock", BAD, "in doubt: the database's went another way", both);
    else if (asked) add(r, "clock", WELL, "agrees with the database's", "");
    else if (served) add(r, "clock", WELL, "not in doubt", "");
    else add(r, "clock", LOOK, "not known: only a server that runs sees it step", "Ask again while the service runs.");
}

/* ---- the answer ---- */

static enum exit_code tell(struct command *cmd, const struct report *r)
{
    bool bad = false;
    struct json j;
    for (size_t i = 0; i < r->count; i++) bad |= r->line[i].state == BAD;
    if (!cmd->json) {
        for (size_t i = 0; i < r->count; i++) {
            const struct line *l = &r->line[i];
            buf_printf(&cmd->out, "%s  %-12s %s\n", state_marks[l->state], l->name, l->says);
            if (l->todo[0]) buf_printf(&cmd->out, "                    %s\n", l->todo);
        }
        return bad ? EXIT_FAILED : EXIT_OK;
    }
    json_begin(&j, &cmd->out);
    json_object(&j, NULL);
    json_bool(&j, "well", !bad);
    json_array(&j, "lines");
    for (size_t i = 0; i < r->count; i++) {
        json_object(&j, NULL);
        json_text(&j, "name", r->line[i].name);
        json_text(&j, "state", state_names[r->line[i].state]);
        json_text(&j, "says", r->line[i].says);
        json_text(&j, "do", r->line[i].todo);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    json_finish(&j);
    buf_char(&cmd->out, '\n');
    return bad ? EXIT_FAILED : EXIT_OK;
}

enum exit_code command_doctor(struct app *app, struct command *cmd)
{
    struct report r = { .a = arena_new(4 << 20) };
    look_at_settings(&r, app->config);
    look_at_backends(&r, app->config);
    look_at_folder(&r, app->config);
    look_at_database(&r, app);
    look_at_clock(&r, app, cmd->served);
    look_at_fonts(&r);
    look_at_mail(&r, app->config);
    look_at_address(&r, app->config);
    look_at_contact(&r, app->config);
    look_at_payments(&r, app, cmd->served);
    enum exit_code code = tell(cmd, &r);
    arena_free(r.a);
    return code;
}

enum exit_code command_doctor_without(const struct config *c, struct command *cmd, const char *why)
{
    struct report r = { .a = arena_new(4 << 20) };
    if (!c) add(&r, "settings", BAD, why, "Put it right in the environment or chathub.conf.");
    if (c) {
        look_at_settings(&r, c);
        look_at_backends(&r, c);
        look_at_folder(&r, c);
        add(&r, "database", BAD, why, "Nothing works before this.");
        look_at_fonts(&r);
        look_at_mail(&r, c);
        look_at_address(&r, c);
        look_at_contact(&r, c);
    }
    enum exit_code code = tell(cmd, &r);
    arena_free(r.a);
    return code;
}
