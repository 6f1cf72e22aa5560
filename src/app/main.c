/* main.c: the command line. `serve` runs the service; every other word is an administrator's command, run through the
 * socket of the server when one runs on this data directory, else here on the database itself. */
#include "app/app.h"
#include "base/log.h"
#include "outbound/http_client.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char usage[] =
    "Usage: chathub COMMAND [--json]\n"
    "  serve [--demo] [--role web|worker]       run the service (--demo: with sample accounts, development only)\n"
    "  serve --print-config                     show the settings without secrets\n"
    "  demo                                     make the sample accounts and print how to sign in\n"
    "  user add --email E --role merchant|operator [--name N] --password-stdin\n"
    "  user unlock EMAIL                        forget what strangers tried with this address\n"
    "  credits grant --email E --amount N --reason R [--key K]\n"
    "  chat settings SHOP [--set NAME=VALUE]    what a shop's chat is set to (--set: a JSON object sets several)\n"
    "  landing [--email E]                      a chat on the landing page that answers about this service, in the\n"
    "                                           inbox of the account E, which is made when there is none (again: its\n"
    "                                           answers follow this version)\n"
    "  jobs [list] [--state ready|running|done|dead] [--scheduled] | jobs retry ID\n"
    "                                           look at background work (--scheduled: what was done each minute too)\n"
    "  migrate up | status                      database schema\n"
    "  migrate down [--to N]                    undo the last migration, or all after N; no server may run\n"
    "    [--drop-data]                           also when rows go with it\n"
    "  verify                                   check the invariants on the live database\n"
    "  doctor                                   look at the installation, and say what to do\n"
    "  keys [status]                            which master keys values are sealed with\n"
    "  keys rotate [--end-tokens]               seal all values anew with the first key, retire the others\n"
    "                                           (--end-tokens: one leaked; what they have signed ends too)\n"
    "  mail-in [--url U]                        hand a mail from standard input to the service (for a mail server's "
    "pipe)\n"
    "  openapi                                  print the API description\n"
    "  version\n"
    "Exit: 0 done, 1 failed or not sound, 2 wrong call, 3 refused (exists, unknown), 4 database not available,\n"
    "5 not known whether it was done.\n"
    "Settings come from the environment or chathub.conf; `chathub serve --print-config` shows them.\n";

static bool has(int argc, const char *const *argv, const char *word)
{
    for (int i = 0; i < argc; i++)
        if (text_eq(argv[i], word)) return true;
    return false;
}

/* One line of standard input without its end, for passwords; NULL when there is none. */
static const char *read_line(struct arena *a)
{
    char line[1024];
    if (!fgets(line, sizeof line, stdin)) return NULL;
    line[strcspn(line, "\r\n")] = '\0';
    const char *copy = arena_text(a, line);
    wipe(line, sizeof line);
    return copy;
}

static int run_here(const struct config *c, struct command *cmd)
{
    struct app app = { 0 };
    enum exit_code code = EXIT_UNAVAILABLE;
    if (app_open(&app, c, cmd->rule->use, &cmd->err)) code = command_run(&app, cmd);
    else if (cmd->rule->id == COMMAND_DOCTOR) {
        code = command_doctor_without(c, cmd, buf_terminated(&cmd->err));
        buf_clear(&cmd->err);
    }
    app_close(&app);
    return code;
}

static void print(FILE *to, const struct buf *b)
{
    if (b->n) (void)fwrite(b->p, 1, b->n, to);
}

static int administrate(const struct config *c, struct arena *a, struct command *cmd)
{
    if (cmd->rule->id == COMMAND_USER_ADD) cmd->input = read_line(a);
    enum exit_code code = EXIT_FAILED;
    if (!admin_socket_call(c, cmd, &code)) code = (enum exit_code)run_here(c, cmd);
    return code;
}

static int run_serve(const struct config *c, const struct command *cmd)
{
    if (cmd->json) {
        (void)fputs("chathub: serve takes --json with --print-config only.\n", stderr);
        return EXIT_USAGE;
    }
    const char *name = command_option(cmd, "--role");
    enum serve_role role = text_eq(name, "web") ? SERVE_WEB : text_eq(name, "worker") ? SERVE_WORKER : SERVE_ALL;
    return serve(c, role, command_option(cmd, "--demo") != NULL);
}

static int run(const struct config *c, struct arena *a, struct command *cmd)
{
    if (cmd->rule->id == COMMAND_SERVE && command_option(cmd, "--print-config")) {
        config_print(c, cmd->json, &cmd->out);
        return EXIT_OK;
    }
    if (cmd->rule->id == COMMAND_SERVE) return run_serve(c, cmd);
    if (cmd->rule->id == COMMAND_OPENAPI) { /* needs no database */
        openapi_print(&cmd->out, app_route_tables, CHATHUB_VERSION);
        buf_char(&cmd->out, '\n');
        return EXIT_OK;
    }
    outbound_start();
    if (cmd->rule->id == COMMAND_MAIL_IN) return (int)command_mail_in(c, a, cmd); /* nor this */
    return administrate(c, a, cmd);
}

/* Results to standard output, sentences to standard error. */
static int tell(struct command *cmd, int code)
{
    print(stdout, &cmd->out);
    /* A look whose result did not arrive has failed; a change stays done. */
    if (fflush(stdout) != 0 && code == EXIT_OK && !cmd->rule->unknown) code = EXIT_FAILED;
    if (cmd->err.n) {
        print(stderr, &cmd->err);
        (void)fputc('\n', stderr);
    }
    buf_free(&cmd->out);
    buf_free(&cmd->err);
    return code;
}

/* A request's memory is given back when it is answered, and the next one wants as much: a few MB of each of malloc's
 * heaps stay with the process, until an idle time. Else glibc gives each freed end of a heap to the kernel, and the
 * page faults of taking it again were a tenth of what a batch of renewals cost. */
static void keep_memory(void)
{
    enum { KEPT_BYTES = 2 << 20, MAPPED_BYTES = 1 << 20 };
    /* Also said because the first switches off what glibc would learn of it. */
    bool heard = mallopt(M_TRIM_THRESHOLD, KEPT_BYTES) == 1 && mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES) == 1;
    if (!heard) LOG(LOG_DEBUG, "memory_not_kept");
}

int main(int argc, char **argv)
{
    const char *const *words = (const char *const *)argv + 1;
    int count = argc - 1;
    if (count == 0 || has(count, words, "--help") || text_eq(words[0], "-h")) { /* "-h" may be a value */
        (void)fputs(usage, count ? stdout : stderr);
        return count ? EXIT_OK : EXIT_USAGE;
    }
    struct command cmd = { .argc = count, .argv = words };
    buf_init(&cmd.out, 16 << 20);
    buf_init(&cmd.err, 65536);
    /* For a mail server every code that it does not know is a mail that goes back to who wrote it. */
    bool of_mail = strcmp(words[0], "mail-in") == 0;
    int code = of_mail ? EXIT_LATER : EXIT_USAGE;
    if (!command_read(&cmd)) return tell(&cmd, code); /* before a setting is looked at */
    if (cmd.rule->id == COMMAND_VERSION) {
        buf_text(&cmd.out, CHATHUB_VERSION "\n");
        return tell(&cmd, EXIT_OK);
    }
    struct arena *a = arena_new(16 << 20);
    struct config config;
    struct buf error;
    buf_init(&error, 4096);
    if (config_load(a, &config, &error)) {
        bool serves = cmd.rule->id == COMMAND_SERVE;
        log_start(config.verbose ? LOG_DEBUG : serves ? LOG_INFO : LOG_WARN, STDERR_FILENO);
        if (serves) keep_memory();
        code = run(&config, a, &cmd);
    } else if (cmd.rule->id == COMMAND_DOCTOR) {
        code = command_doctor_without(NULL, &cmd, buf_terminated(&error));
    } else {
        buf_printf(&cmd.err, "chathub: %s", buf_terminated(&error));
    }
    buf_free(&error);
    code = tell(&cmd, code);
    arena_free(a);
    return code;
}
