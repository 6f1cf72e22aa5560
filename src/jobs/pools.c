/* pools.c: who works for whom. Each pool has threads and room of its own, so what is slow holds up only its like: a
 * silent mail server delays mail, a chatbot server that hangs delays calls, and neither delays renewals or seals. A new
 * pool is a line here and a number in jobs.h. */
#include "jobs/private.h"

#include <stdatomic.h>

/* clang-format off */
static const struct pool_facts facts[JOB_POOLS] = {
    /*                     name     threads  direct jobs in flight, share of an account */
    [JOB_POOL_CALLS]   = { "calls",   JOB_WORKERS, 64, 0 },  /* calls to others for which a person may wait */
    [JOB_POOL_MAIL]    = { "mail",    6,           64, 0 },
    [JOB_POOL_MONEY]   = { "money",   2,           64, 0 },  /* renewals, settlements */
    [JOB_POOL_HOUSE]   = { "house",   2,           128, 0 }, /* seals, purges, counts */
    [JOB_POOL_INBOUND] = { "inbound", 2,           64, 0 },  /* what others delivered */
    [JOB_POOL_SHOPS]   = { "shops",   12,          64, 4 },  /* calls to merchants' machines: one account's never all */
    [JOB_POOL_FILES]   = { "files",   2,           64, 1 },  /* mails with pictures: no answer waits behind them */
};
/* clang-format on */

const struct pool_facts *pool_facts(enum job_pool p)
{
    assert(p > JOB_POOL_UNSET && p < JOB_POOLS);
    return &facts[p];
}

const char *job_pool_name(enum job_pool p) { return pool_facts(p)->name; }

enum job_pool kind_pool(const struct job_kind *k)
{
    return k->pool != JOB_POOL_UNSET ? k->pool : k->call ? JOB_POOL_CALLS : JOB_POOL_HOUSE;
}

bool kind_is_direct(const struct job_kind *k) { return !k->load && !k->call; }

const struct job_kind *kind_named(const struct job_kind *const *kinds, const char *name)
{
    for (size_t i = 0; kinds[i]; i++)
        if (text_eq(kinds[i]->name, name)) return kinds[i];
    return NULL;
}

static const struct job_kind *const *_Atomic known;

void jobs_know(const struct job_kind *const *kinds) { atomic_store(&known, kinds); }

bool jobs_known(void) { return atomic_load(&known) != NULL; }

const struct job_kind *kind_known(const char *name)
{
    const struct job_kind *const *kinds = atomic_load(&known);
    return kinds ? kind_named(kinds, name) : NULL;
}
