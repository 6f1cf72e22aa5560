/* test_sender.h: a sender with a webhook's signature, on the server of http's tests, and workers that act. */
#ifndef CHATHUB_INBOUND_TEST_SENDER_H
#define CHATHUB_INBOUND_TEST_SENDER_H

#include "http/test_http.h"
#include "inbound/private.h"
#include "jobs/jobs.h"

enum { INBOUND_TEST_MOST = 4 }; /* deliveries of one account, in a test */
struct test_inbound {
    struct test_http s;
    struct jobs *jobs;
};
/* What the sender is made to do. */
extern _Atomic int act_fails; /* so many times .act says again */
extern _Atomic bool act_gives_up, other_secret, act_breaks;
extern _Atomic bool act_refuses; /* .act of the one that is acted on at once: what .verify could not see yet */
extern _Atomic int acts, deaths;

void inbound_start(struct test_inbound *in, struct test_db *t);
/* Ends workers and server; t->tx is open again. */
void inbound_stop(struct test_inbound *in, struct test_db *t);
struct test_delivery {
    const char *id, *body;
    int64_t age_s;         /* signed so long ago */
    const char *signature; /* instead of the right one; "" none */
    const char *path;      /* NULL: "/hooks/test" */
};
/* Whole header lines for it, in the arena. */
const char *inbound_headers(struct arena *a, const struct test_delivery *d);
struct test_answer deliver(struct test_inbound *in, struct arena *a, const struct test_delivery *d);
void expect_delivered(struct test_inbound *in, struct arena *a, const struct test_delivery *d, int status,
                      const char *words);
/* Waits till the newest delivery has this state. */
void expect_state(struct test_inbound *in, int64_t id, const char *state);
json_t *look_at(struct test_inbound *in, int64_t id);

#endif
