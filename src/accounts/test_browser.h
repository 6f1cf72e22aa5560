/* test_browser.h: a browser without a network. A request takes the way of the dispatcher: .prepare outside a
 * transaction, then authentication and .run on a lane, then .refused; cookies are kept as a browser keeps them. */
#ifndef CHATHUB_ACCOUNTS_TEST_BROWSER_H
#define CHATHUB_ACCOUNTS_TEST_BROWSER_H

#include "storage/test_db.h"
#include "accounts/private.h"
#include "base/json_read.h"

#define AT INT64_C(1800000000000)
extern int64_t test_now; /* the time of every request; begins at AT */

struct browser {
    char sid[64], login[64], device[128];
    enum lang lang;
    const char *bearer, *network;
};
struct response {
    int status;
    const char *code, *body, *field; /* code: of a problem, else NULL; field: "name code" of the first fault */
    int64_t retry_after_s;
    size_t facts; /* of a problem */
    struct problem_fact fact[REPLY_FACTS_MAX];
    bool set_sid, set_login;
    struct caller who;
};
/* Hooks, settings, lanes. t->tx is closed: use test_open_tx and test_close_tx around statements of the test. */
void world_start(struct test_db *t);
/* `arena` NULL: t->arena. `what` is "POST /auth/logout". */
struct response ask_in(struct test_db *t, struct arena *arena, struct browser *b, const char *what, const void *body,
                       const void *path, const void *query);
#define ask(t, b, what, body) ask_in((t), NULL, (b), (what), (body), NULL, NULL)
int64_t world_number(struct test_db *t, const char *sql);
void world_script(struct test_db *t, const char *sql);
/* Runs the job of each mail that was asked for. ask() does it behind the routes that put them, unless asks_wait. */
void world_answer_asks(struct test_db *t);
extern bool asks_wait;
/* The newest mail of this kind; NULL: none. Its token, out of the link. */
const char *mail_text(struct test_db *t, const char *kind);
const char *mail_token(struct test_db *t, const char *kind);
int64_t world_account(struct test_db *t, const char *email, const char *password, enum person_role role);
struct response world_login(struct test_db *t, struct browser *b, const char *email, const char *password);
#define GOOD "correct horse battery" /* acceptable passwords */
#define OTHER "another fine passphrase"
extern int64_t hook_key_account; /* whose service key "chsk_good" is */
extern int64_t hook_created;     /* how often account_created was called and its transaction went on */
#endif
