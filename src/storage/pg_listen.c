/* pg_listen.c: the connection of the notifier's thread: LISTEN and NOTIFY, plain and blocking. */
#include "storage/private.h"
#include "storage/pg_wire.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

struct pg_listen {
    PGconn *pg;
};

static bool did(PGresult *r)
{
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
    PQclear(r);
    return good;
}

struct pg_listen *pg_listen_open(struct db *db, char *error, size_t error_size)
{
    char generation[PG_GENERATION_SIZE];
    PGconn *pg = pg_connect(db, TX_WRITE, generation, error, error_size);
    if (!pg) return NULL;
    /* A server shares these locks as long as it is connected; migrate_down (migrate.c) wants the first alone, and
     * the second says which key it seals with (reseal_key_of_others). */
    char key[160];
    snprintf(key, sizeof key, "SELECT pg_advisory_lock_shared(" KEY_LOCK_SPACE " + %u, hashtext(current_schema()))",
             (unsigned)db->announced_key);
    if (db->announce &&
        (!did(PQexec(pg, "SELECT pg_advisory_lock_shared(" SERVER_LOCK_SPACE ", hashtext(current_schema()))")) ||
         !did(PQexec(pg, key)))) {
        snprintf(error, error_size, "a migration goes down");
        PQfinish(pg);
        return NULL;
    }
    struct pg_listen *p = calloc(1, sizeof *p);
    if (!p) abort();
    p->pg = pg;
    return p;
}

void pg_listen_close(struct pg_listen *p)
{
    PQfinish(p->pg);
    free(p);
}

bool pg_listen_to(struct pg_listen *p, const char *channel)
{
    char *name = PQescapeIdentifier(p->pg, channel, strlen(channel));
    if (!name) return false;
    char sql[3 * CHANNEL_SIZE];
    snprintf(sql, sizeof sql, "LISTEN %s", name);
    PQfreemem(name);
    return did(PQexec(p->pg, sql));
}

bool pg_listen_tell(struct pg_listen *p, const char *channel)
{
    return did(
        PQexecParams(p->pg, "SELECT pg_notify($1, '')", 1, NULL, (const char *const[]){ channel }, NULL, NULL, 0));
}

bool pg_listen_wait(struct pg_listen *p, int wake_fd, int timeout_ms,
                    void (*heard)(void *arg, const char *channel, bool ours), void *arg)
{
    struct pollfd fds[] = { { .fd = PQsocket(p->pg), .events = POLLIN }, { .fd = wake_fd, .events = POLLIN } };
    PGnotify *one = PQnotifies(p->pg); /* may have come with an earlier answer */
    if (!one && poll(fds, 2, timeout_ms) < 0 && errno != EINTR) return false;
    if (!PQconsumeInput(p->pg)) return false;
    for (; one || (one = PQnotifies(p->pg)); one = NULL) {
        heard(arg, one->relname, one->be_pid == PQbackendPID(p->pg));
        PQfreemem(one);
    }
    return true;
}
