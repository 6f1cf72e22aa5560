/* main.c: the command line. `serve` runs the service; every other word is an administrator's command, run through the
 * socket of the server when one runs on this data directory, else here on the database itself. */
#include "app/app.h"
#include "base/log.h"
#include "outbound/http_client.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char usage[] =
    "Usage: chathub COMMAND [--json]\n"
    "  serve [--demo] [--role web|worker]       run the service (--demo: with sample accounts, development only)\n"
    "  serve --print-config                     show the settings without secrets\n"
    "  demo                                     make the sample accounts and print how to sign in\n"
    "  user add --email E --role merchant|operator [--name N] --password-stdin\n"
    "  credits grant --email E --amount N --reason R [--key K]\n"
    "  jobs list [--state S] | jobs retry ID    look at background work\n"
    "  migrate up | down [--to N] | status      database schema\n"
    "  verify                                   check the invariants on the live database\n"
    "  openapi                                  print the API description\n"
    "  version\n"
    "Exit: 0 done, 1 failed or not sound, 2 wrong call, 3 refused (exists, unknown), 4 database not available.\n"
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
    if (app_open(&app, c, text_eq(cmd->argv[0], "migrate") ? APP_MIGRATION : APP_COMMAND, &cmd->err))
        code = command_run(&app, cmd);
    app_close(&app);
    return code;
}

static void print(FILE *to, const struct buf *b)
{
    if (b->n) (void)fwrite(b->p, 1, b->n, to);
}

static int administrate(const struct config *c, struct arena *a, int argc, const char *const *argv)
{
    struct command cmd = { .argc = argc, .argv = argv, .json = has(argc, argv, "--json") };
    buf_init(&cmd.out, 16 << 20);
    buf_init(&cmd.err, 65536);
    if (command_needs_input(argc, argv)) cmd.input = read_line(a);
    enum exit_code code = EXIT_FAILED;
    if (!admin_socket_call(c, &cmd, &code)) code = (enum exit_code)run_here(c, &cmd);
    print(stdout, &cmd.out);
    if (cmd.err.n) {
        print(stderr, &cmd.err);
        (void)fputc('\n', stderr);
    }
    buf_free(&cmd.out);
    buf_free(&cmd.err);
    return code;
}

static int run_serve(const struct config *c, int argc, const char *const *argv)
{
    enum serve_role role = SERVE_ALL;
    for (int i = 1; i < argc; i++) {
        if (text_eq(argv[i], "--demo")) continue;
        const char *name = text_eq(argv[i], "--role") && i + 1 < argc ? argv[++i] : NULL;
        if (text_eq(name, "web"))
            role = SERVE_WEB;
        else if (text_eq(name, "worker"))
            role = SERVE_WORKER;
        else
            return (void)fputs("chathub: serve takes --demo, --role web|worker or --print-config.\n", stderr),
                   EXIT_USAGE;
    }
    return serve(c, role, has(argc, argv, "--demo"));
}

int main(int argc, char **argv)
{
    const char *const *words = (const char *const *)argv + 1;
    int count = argc - 1;
    if (count == 0 || has(count, words, "--help") || has(count, words, "-h")) {
        (void)fputs(usage, count ? stdout : stderr);
        return count ? EXIT_OK : EXIT_USAGE;
    }
    if (text_eq(words[0], "version")) return puts(CHATHUB_VERSION) < 0 ? EXIT_FAILED : EXIT_OK;

    struct arena *a = arena_new(4 << 20);
    struct config config;
    struct buf error;
    buf_init(&error, 4096);
    if (!config_load(a, &config, &error)) {
        (void)fprintf(stderr, "chathub: %s\n", buf_terminated(&error));
        return EXIT_USAGE;
    }
    buf_free(&error);
    log_start(config.verbose ? LOG_DEBUG : text_eq(words[0], "serve") ? LOG_INFO : LOG_WARN, STDERR_FILENO);
    int code;
    if (text_eq(words[0], "serve") && has(count, words, "--print-config")) {
        struct buf out;
        buf_init(&out, 65536);
        config_print(&config, has(count, words, "--json"), &out);
        print(stdout, &out);
        buf_free(&out);
        code = EXIT_OK;
    } else if (text_eq(words[0], "serve")) {
        code = run_serve(&config, count, words);
    } else if (text_eq(words[0], "openapi")) { /* needs no database */
        struct buf out;
        buf_init(&out, 4 << 20);
        openapi_print(&out, app_route_tables, CHATHUB_VERSION);
        print(stdout, &out);
        code = puts("") < 0 ? EXIT_FAILED : EXIT_OK;
        buf_free(&out);
    } else {
        outbound_start();
        code = administrate(&config, a, count, words);
    }
    arena_free(a);
    return code;
}
