/* pg_listen.c: see postgres.c. */
#include "storage/lanes_private.h"

struct pg_listen *pg_listen_open(struct db *db, char *error, size_t n) { (void)db, (void)error, (void)n; return NULL; }
void pg_listen_close(struct pg_listen *p) { (void)p; }
bool pg_listen_to(struct pg_listen *p, const char *channel) { (void)p, (void)channel; return false; }
bool pg_listen_tell(struct pg_listen *p, const char *channel) { (void)p, (void)channel; return false; }
bool pg_listen_wait(struct pg_listen *p, int wake_fd, int timeout_ms, void (*heard)(void *arg, const char *channel), void *arg)
{
    (void)p, (void)wake_fd, (void)timeout_ms, (void)heard, (void)arg;
    return false;
}
