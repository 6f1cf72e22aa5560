/* test_connections.c: connections to PostgreSQL that a test has closed are kept for the next test of the same program.
 * A new one costs a process of the server, which reads its catalogs anew and ends again: 40 ms of a processor, more
 * than most tests. The linker puts these two in the place of libpq's (meson.build: test programs alone), so the product
 * knows nothing of it.
 *
 * What is kept is as good as new: at rest, without prepared statements, settings, locks and channels (DISCARD ALL); and
 * it goes by a name of its own meanwhile, so that a test which counts its connections counts those that are open. What
 * cannot be brought into that state is closed. */
#include "base/compiler.h"
#include <libpq-fe.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT_MAX = 16, OPEN_MAX = 512 };

PGconn *__real_PQconnectdbParams(const char *const *keys, const char *const *values, int expand);
void __real_PQfinish(PGconn *pg);
PGconn *__wrap_PQconnectdbParams(const char *const *keys, const char *const *values, int expand);
void __wrap_PQfinish(PGconn *pg);

struct known { /* a connection and what it was asked for by */
    PGconn *pg;
    char *url;
};
static struct {
    pthread_mutex_t lock;
    pid_t owner;
    struct known open[OPEN_MAX], kept[KEPT_MAX];
} all = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool tell(PGconn *pg, const char *sql)
{
    PGresult *r = PQexec(pg, sql);
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    return good;
}

static struct known *find(struct known *list, size_t count, const PGconn *pg)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].pg == pg) return &list[i];
    return NULL;
}

static void at_end(void)
{
    if (all.owner != getpid()) return;
    for (size_t i = 0; i < KEPT_MAX; i++) {
        if (all.kept[i].pg) __real_PQfinish(all.kept[i].pg);
        free(all.kept[i].url);
        all.kept[i] = (struct known){ 0 };
    }
    for (size_t i = 0; i < OPEN_MAX; i++) { /* what nobody has closed is a leak, and nothing here hides it */
        free(all.open[i].url);
        all.open[i] = (struct known){ 0 };
    }
}

/* One that was kept, for the same URL; NULL: none. */
static PGconn *take(const char *url)
{
    for (size_t i = 0; i < KEPT_MAX; i++) {
        struct known k = all.kept[i];
        if (!k.pg || strcmp(k.url, url) != 0) continue;
        all.kept[i] = (struct known){ 0 };
        free(k.url);
        if (tell(k.pg, "RESET application_name")) return k.pg;
        __real_PQfinish(k.pg); /* the server ended it meanwhile */
    }
    return NULL;
}

PGconn *__wrap_PQconnectdbParams(const char *const *keys, const char *const *values, int expand)
{
    (void)pthread_mutex_lock(&all.lock);
    if (all.owner == 0) {
        all.owner = getpid();
        if (atexit(at_end) != 0) abort();
    }
    bool ours = all.owner == getpid();
    PGconn *pg = ours ? take(values[0]) : NULL;
    (void)pthread_mutex_unlock(&all.lock);
    if (!pg) pg = __real_PQconnectdbParams(keys, values, expand);
    (void)pthread_mutex_lock(&all.lock);
    struct known *room = ours ? find(all.open, OPEN_MAX, NULL) : NULL;
    if (pg && room) *room = (struct known){ pg, strdup(values[0]) };
    (void)pthread_mutex_unlock(&all.lock);
    return pg;
}

void __wrap_PQfinish(PGconn *pg)
{
    if (!pg) return;
    (void)pthread_mutex_lock(&all.lock);
    struct known k = { 0 }, *open = all.owner == getpid() ? find(all.open, OPEN_MAX, pg) : NULL;
    if (open) {
        k = *open;
        *open = (struct known){ 0 };
    }
    (void)pthread_mutex_unlock(&all.lock);
    bool good = k.url && PQstatus(pg) == CONNECTION_OK && PQtransactionStatus(pg) == PQTRANS_IDLE &&
                (PQpipelineStatus(pg) == PQ_PIPELINE_OFF || PQexitPipelineMode(pg)) && PQsetnonblocking(pg, 0) == 0 &&
                tell(pg, "DISCARD ALL") && tell(pg, "SET application_name = 'kept'");
    (void)pthread_mutex_lock(&all.lock);
    struct known *room = good ? find(all.kept, KEPT_MAX, NULL) : NULL;
    if (room) *room = k;
    (void)pthread_mutex_unlock(&all.lock);
    if (room) return;
    __real_PQfinish(pg);
    free(k.url);
}
