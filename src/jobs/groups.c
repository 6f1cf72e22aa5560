/* groups.c: what travels together: a group of claimed jobs with its arena, from its first moment in flight to its last,
 * and the attempt of each as its row says. */
#include "jobs/private.h"

#include "base/clock.h"

#include <stdio.h>

enum { CLOCK_PAUSE_MS = 5000 };

/* ---- arenas ---- */

static struct arena *arena_take(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    struct arena *a = j->spare_arenas_n > 0 ? j->spare_arenas[--j->spare_arenas_n] : NULL;
    pthread_mutex_unlock(&j->lock);
    return a ? a : arena_new(JOB_ARENA_BYTES);
}

static void arena_give(struct jobs *j, struct arena *a)
{
    arena_reset(a);
    pthread_mutex_lock(&j->lock);
    bool kept = j->spare_arenas_n < ARRAY_LEN(j->spare_arenas) && !j->stopping;
    if (kept) j->spare_arenas[j->spare_arenas_n++] = a;
    pthread_mutex_unlock(&j->lock);
    if (!kept) arena_free(a);
}

/* ---- groups ---- */

struct group *group_new(struct jobs *j, size_t count, const struct job_kind *k)
{
    assert(count >= 1 && count <= GROUP_MAX);
    struct arena *a = arena_take(j);
    struct group *g = arena_alloc(a, sizeof(*g) + count * sizeof(struct run));
    g->jobs = j, g->arena = a, g->count = count, g->direct = kind_is_direct(k), g->pool = kind_pool(k);
    g->claimed_at_ms = monotonic_ms(), g->renew_at_ms = g->claimed_at_ms + JOB_LEASE_MS / 3;
    pthread_mutex_lock(&j->lock);
    g->next = j->flights;
    if (g->next) g->next->prev = g;
    j->flights = g;
    j->flights_n++;
    if (g->direct) j->pool[g->pool].direct_n += count;
    pthread_mutex_unlock(&j->lock);
    return g;
}

void group_leave(struct group *g)
{
    struct jobs *j = g->jobs;
    pthread_mutex_lock(&j->lock);
    if (g->prev) g->prev->next = g->next;
    else j->flights = g->next;
    if (g->next) g->next->prev = g->prev;
    assert(j->flights_n > 0);
    j->flights_n--;
    bool room_again = pool_facts(g->pool)->share > 0; /* perhaps for its account alone */
    if (g->direct) {
        struct flights *f = &j->pool[g->pool];
        room_again |= f->direct_n >= pool_facts(g->pool)->direct;
        assert(f->direct_n >= g->count);
        f->direct_n -= g->count;
    }
    if (room_again) {
        j->rung = true;
        pthread_cond_signal(&j->wake_claimer);
    }
    if (j->stopping) pthread_cond_signal(&j->wake_stop);
    pthread_mutex_unlock(&j->lock);
    arena_give(j, g->arena); /* the group itself lives in it */
}

/* ---- attempts ---- */

void run_error(struct run *r, const char *text) { snprintf(r->error, sizeof(r->error), "%s", text); }

int64_t run_counted(const struct run *r) { return r->job.attempt - r->spared; }

/* It was not begun: another time, and this one does not count. */
static void put_off(struct run *r, int64_t delay_ms, const char *why)
{
    r->wish = JOB_AGAIN, r->spare = true, r->again_after_ms = delay_ms;
    run_error(r, why);
}

void group_set(struct group *g, size_t i, const struct job_kind *k, const struct claimed *c)
{
    struct run *r = &g->run[i];
    assert(i < g->count);
    r->kind = k;
    r->spared = c->spared, r->begun_at_ms = c->begun_at_ms, r->live = c->live;
    r->wish = JOB_FINISHED;
    r->job = (struct job){
        .id = c->id,
        .account = c->account,
        .ref = c->ref,
        .attempt = c->attempt,
        .put_at_ms = c->put_at_ms,
        .deadline_ms = c->deadline_ms,
        .kind = k->name,
        .key = arena_text(g->arena, c->key),
        .note = arena_text(g->arena, c->note),
        .arena = g->arena,
        .context = g->jobs->options.context,
        .now_ms = now_ms(),
    };
    if (!r->job.deadline_ms && k->give_up_after_ms && r->begun_at_ms)
        r->job.deadline_ms = r->begun_at_ms + k->give_up_after_ms;
    /* An attempt that was taken from a dead worker may be one too many. */
    if (run_counted(r) > k->max_attempts)
        r->wish = JOB_GIVE_UP, run_error(r, "no attempt left: the last one never ended");
    else if (r->job.deadline_ms && r->job.now_ms >= r->job.deadline_ms)
        r->wish = JOB_GIVE_UP, run_error(r, "deadline passed");
    else if (k->careful && !clock_is_sound()) put_off(r, CLOCK_PAUSE_MS, "the clock is in doubt");
    g->mark = arena_mark(g->arena);
}
