/* app.h: the services of one process, made once at start. The only folder that knows every other. */
#ifndef CHATHUB_APP_APP_H
#define CHATHUB_APP_APP_H

#include "app/config.h"
#include "audit/audit.h"
#include "http/server.h"
#include "inbound/inbound.h"
#include "jobs/jobs.h"
#include "outbound/letters.h"

/* clang-format off */
#define APP_ACTIONS(X)                                                                                                 \
    X(job_retried) X(requests_refused) X(landing_shop_made)
/* clang-format on */
APP_ACTIONS(AUDIT_DECLARE)

struct app {
    struct mail_context mail_context; /* first: what mail_send_job expects of a job's context */
    const struct config *config;
    struct mail_settings mail;
    struct arena *arena; /* lives as long as the process */
    struct db *db;
    struct lanes *lanes;
    struct jobs *jobs;
    struct http *http;
    struct keyring *keyring;
    const char *base_url;
    int64_t started_at_ms;
};

/* Database, keys, hooks and lanes: what `serve` and the commands share. False with a sentence in `error`. */
enum app_use {
    APP_COMMAND,
    APP_SERVER,         /* takes the lock, more threads */
    APP_MIGRATION,      /* leaves the schema as it is */
    APP_MIGRATION_DOWN, /* takes the lock too: no server may begin meanwhile */
    APP_LOOK            /* makes nothing: no folder, key, file, schema or row; what is missing is an error */
};
MUST_USE bool app_open(struct app *app, const struct config *c, enum app_use use, struct buf *error);
void app_close(struct app *app);

/* Tables that app puts together; see wiring.c. */
extern const struct route *const app_route_tables[];
extern const struct job_kind *const app_job_kinds[];
extern const struct letter *const *const app_letter_tables[];
extern const struct sender *const app_senders[];
extern const struct sender app_developer_sender;            /* developer_routes.c */
extern const struct verify_check *const app_check_tables[]; /* verify_command.c */
void app_fill_hooks(struct app *app);
/* The keys of payment providers, as they are set. Once a process. False with a sentence in `error`. */
MUST_USE bool app_open_providers(const struct app *app, struct buf *error);
extern bool app_development; /* set by it: the rows that are for development alone exist */

/* Runs one operation in a transaction of its own, for commands, the demo and start-up. */
typedef enum op_wish app_work(void *arg, struct tx *tx);
enum op_outcome app_do(struct app *app, enum tx_mode mode, app_work *work, void *arg);

/* Handlers reach the services by this (req->app). */
static inline const struct app *app_of(const struct req *req) { return req->app; }

/* What was refused in a minute, into the trail: a hook of http. */
struct refusal_sum;
MUST_USE bool app_refusals(struct tx *tx, const struct refusal_sum *list, size_t count);
extern const struct route search_routes[];
extern const struct route app_shop_routes[];
extern const struct route system_routes[], known_routes[], operator_routes[], job_routes[], home_routes[];
extern const struct route developer_routes[];

/* ---- commands ---- */

/* What the documented exit codes mean; docs/operating.md. */
enum exit_code {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_CONFLICT = 3,
    EXIT_UNAVAILABLE = 4,
    EXIT_UNKNOWN = 5, /* the answer was lost: done or not, nobody knows */
    EXIT_LATER = 75   /* sysexits.h EX_TEMPFAIL: a mail server tries again */
};

enum command_id {
    COMMAND_SERVE,
    COMMAND_DEMO,
    COMMAND_USER_ADD,
    COMMAND_USER_UNLOCK,
    COMMAND_CREDITS_GRANT,
    COMMAND_CHAT_SETTINGS,
    COMMAND_LANDING,
    COMMAND_JOBS_LIST,
    COMMAND_JOBS_RETRY,
    COMMAND_MIGRATE_UP,
    COMMAND_MIGRATE_DOWN,
    COMMAND_MIGRATE_STATUS,
    COMMAND_VERIFY,
    COMMAND_DOCTOR,
    COMMAND_KEYS_STATUS,
    COMMAND_KEYS_ROTATE,
    COMMAND_MAIL_IN,
    COMMAND_OPENAPI,
    COMMAND_VERSION
};

enum { COMMAND_OPTIONS_MAX = 6, COMMAND_KEY_SIZE = 64 };
struct command_option_rule {
    const char *name;
    bool value, required;
    const char *among; /* "a|b": the values there are; NULL: any */
};
struct command_rule {
    enum command_id id;
    const char *words[2]; /* the second may be NULL */
    bool may_be_short;    /* the second may be left out */
    const char *operand;  /* what one word without an option is; NULL: none is taken */
    bool json;            /* takes --json */
    bool keyed;           /* repeated with the same --key it acts once; without one a key is made */
    enum app_use use;
    const char *unknown; /* what to do when the answer was lost; NULL: it changes nothing */
    struct command_option_rule option[COMMAND_OPTIONS_MAX];
};
extern const struct command_rule command_rules[]; /* ended by a row without words */

struct command { /* one call of the command line, here or through a server's socket */
    int argc;
    const char *const *argv; /* argv[0] is the first word behind the program's name */
    const char *input;       /* the first line of standard input when asked for, else NULL */
    bool served;             /* run by the server itself, through its socket */
    struct buf out, err;
    /* set by command_read */
    const struct command_rule *rule;
    bool json;
    const char *operand, *key;
    char own_key[COMMAND_KEY_SIZE];
};
/* Holds the words to their row. False: a sentence in c->err names the one that is wrong. */
MUST_USE bool command_read(struct command *c);
/* Of a command that was read: the option's value, its name when it takes none; NULL when it is not there. */
const char *command_option(const struct command *c, const char *name);
enum exit_code command_run(struct app *app, struct command *c);
/* mail_command.c; needs no database. Its codes are those of sysexits.h. */
enum exit_code command_mail_in(const struct config *c, struct arena *a, struct command *cmd);
enum exit_code command_chat_settings(struct app *app, struct command *c); /* chat_command.c */
enum exit_code command_doctor(struct app *app, struct command *c);        /* doctor_command.c */
/* The same where the settings (c NULL) or the database are not fit: `why` says it. */
enum exit_code command_doctor_without(const struct config *c, struct command *cmd, const char *why);
enum exit_code command_verify(struct app *app, struct command *c); /* verify_command.c */
/* Says that nobody knows whether it was done, and how to find out. */
enum exit_code command_unknown(struct command *c);
/* Sends the command, which was read, to the server that holds this database. False when none answers. */
MUST_USE bool admin_socket_call(const struct config *c, struct command *cmd, enum exit_code *code);
MUST_USE bool admin_socket_start(struct app *app, struct buf *error);
void admin_socket_stop(void);

/* On PostgreSQL the work can be split: web processes answer, worker processes run jobs (and answer /healthz, /metrics).
 */
enum serve_role { SERVE_ALL, SERVE_WEB, SERVE_WORKER };
int serve(const struct config *c, enum serve_role role, bool demo);
/* Development only: one merchant and one operator with random passwords kept in <data_dir>/demo.json, and
 * credits for the merchant. */
MUST_USE bool demo_prepare(struct app *app, struct buf *message, struct buf *error);

#endif
