/* test_kit.h: calls a route's handler without a server, as the dispatcher does: fields are read by the route's own
 * tables, .run works in a part of t->tx that a refusal undoes, then .refused runs. For tests of shops/ and the folders
 * after it.
 *
 *     int64_t rich = kit_account(t, 1000);
 *     struct kit_answer a = kit_call(t, &(struct kit_request){ .routes = tenants_routes, .verb = VERB_POST,
 *         .path = "/api/shops/1/chatbot/enable", .account = rich, .body = "{}" });
 *     assert_int_equal(a.status, 200);
 *
 * Answers live in the test's arena. After each call that was not refused the event and audit rows are real rows of
 * t->tx. */
#ifndef CHATHUB_SHOPS_TEST_KIT_H
#define CHATHUB_SHOPS_TEST_KIT_H

#include "http/route.h"
#include "jobs/jobs.h"
#include "storage/test_db.h"

#define KIT_START_MS INT64_C(1792022400000) /* 2026-10-15T00:00:00Z */

struct kit_request {
    const struct route *routes;
    enum verb verb;
    const char *path;                          /* with its query */
    int64_t account;                           /* 0: nobody */
    int64_t key_of_shop;                       /* called with the service key of this shop */
    const char *body;                          /* NULL: none */
    const char *upload_dir;                    /* of rows with .upload: `body` is put into a file there */
    size_t upload_size;                        /* of `body`; 0: it is a text */
    const char *authorization, *shared_secret; /* headers; NULL: not sent */
    int64_t at_ms;                             /* 0: t's time, see kit_now */
};
struct kit_answer {
    int status;
    const char *text;     /* the JSON, table or page as sent; "" for problems */
    size_t size;          /* of it: what is no text may have NULs */
    const char *error;    /* a problem's code, else "" */
    const char *fault;    /* the first field fault "name:code", else "" */
    const char *location; /* of a redirect, else NULL */
    const struct reply *reply;
    json_t *json; /* of `text` where it is JSON; freed by kit_forget, called by the next kit_call */
};
struct kit_answer kit_call(struct test_db *t, const struct kit_request *r);
int64_t kit_fact(const struct kit_answer *a, const char *name);
/* The time of calls and jobs; it stands still until it is set. */
int64_t kit_now(void);
void kit_set_now(int64_t at_ms);
/* An account with a ledger and so many credits. Ids are 1, 2, 3... in each test. */
int64_t kit_account(struct test_db *t, int64_t credits);
void kit_start(void); /* clock at KIT_START_MS, hooks of shops and settings left as they are */
/* One attempt of a job, as the worker makes it: load, call, settle, and dead when it gives up or `last`. */
struct kit_attempt {
    const struct job_kind *kind;
    int64_t id, ref, account, attempt;
    bool last;
    const char *note;
};
enum job_wish kit_job(struct test_db *t, const struct kit_attempt *a);
/* The same and what follows at once, up to its end: the next steps, and the undoing. Gives how it ended for those who
 * wait: what the first attempt said that did not just go on. */
enum job_wish kit_work(struct test_db *t, const struct kit_attempt *a);
/* An attempt up to its call. Never settled: its worker was killed. */
struct job *kit_begin(struct test_db *t, const struct kit_attempt *a);
enum job_wish kit_settle(struct test_db *t, struct job *job);
/* Claimed when it is too late for another try: given up unbegun, and what follows of that. */
void kit_expire(struct test_db *t, const struct kit_attempt *a);

/* For lanes: fills a request for a route without running it. False when the fields are refused. */
struct exchange;
struct exchange *kit_exchange(struct arena *a, const struct kit_request *r);

#endif
