/* hints.c: what operators' pages may want to read again: "jobs", "accounts". A hint is no event: it is in no row, it
 * says nothing but the name of its kind, and who misses one reads a page that is a moment older. Counted is in the
 * whole process; each loop remembers how far its streams were told. */
#include "http/events.h"
#include "http/private.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *kinds[HINT_KINDS_MAX];
static uint64_t counts[HINT_KINDS_MAX];

void events_hint(const char *kind)
{
    (void)pthread_mutex_lock(&lock);
    size_t i = 0;
    while (i < HINT_KINDS_MAX && kinds[i] != NULL && !text_eq(kinds[i], kind)) i++;
    assert(i < HINT_KINDS_MAX);
    kinds[i] = kind;
    counts[i]++;
    (void)pthread_mutex_unlock(&lock);
}

void hints_see(struct hints_seen *s)
{
    (void)pthread_mutex_lock(&lock);
    memcpy(s->count, counts, sizeof counts);
    (void)pthread_mutex_unlock(&lock);
}

void hints_print(struct hints_seen *s, struct buf *out)
{
    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < HINT_KINDS_MAX && kinds[i] != NULL; i++) {
        if (s->count[i] == counts[i]) continue;
        s->count[i] = counts[i];
        buf_printf(out, "event: hint\ndata: {\"kind\":\"%s\"}\n\n", kinds[i]);
    }
    (void)pthread_mutex_unlock(&lock);
}
