/* clerk.c: takes commands of the command line at a socket, on PostgreSQL too, where a server has none: a suite makes
 * its accounts there, hundreds, without a process and three connections for each. Settings come from the environment,
 * as the program's do. It says "ready" and serves until its standard input ends. */
#include "app/app.h"
#include "base/log.h"
#include "outbound/http_client.h"
#include <stdio.h>
#include <unistd.h>

enum { ARENA_BYTES = 16 << 20, ERROR_BYTES = 4096 };

static bool serve_until_input_ends(struct app *app, struct buf *error)
{
    if (!admin_socket_start(app, error)) return false;
    bool told = puts("ready") >= 0 && fflush(stdout) == 0;
    char byte;
    while (told && read(STDIN_FILENO, &byte, 1) > 0) {
    }
    admin_socket_stop();
    return told;
}

int main(void)
{
    struct arena *a = arena_new(ARENA_BYTES);
    struct config config;
    struct app app = { 0 };
    struct buf error;
    buf_init(&error, ERROR_BYTES);
    bool good = config_load(a, &config, &error);
    if (good) {
        log_start(LOG_WARN, STDERR_FILENO);
        outbound_start();
        good = app_open(&app, &config, APP_COMMAND, &error) && serve_until_input_ends(&app, &error);
        app_close(&app);
    }
    if (!good) (void)fprintf(stderr, "clerk: %s\n", buf_terminated(&error));
    buf_free(&error);
    arena_free(a);
    return good ? 0 : 1;
}
