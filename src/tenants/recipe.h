/* recipe.h: where a tenant's conversations live, one recipe a backend: a file in recipes/ and its name in the list
 * below are all there is to a new one. Everything that differs between backends goes through its row, settings too;
 * nothing outside recipes/ asks which backend it is or names what it is set with, and lint holds it to that.
 *
 * A recipe translates words: it knows no SQL, no credits and no state of ours. What it is told is struct
 * recipe_shop, what it found out is struct recipe_answer. Calls are made by jobs with no transaction open, must be
 * bounded by their own time-outs, and may come again at any time: each must be repeatable for the same shop. */
#ifndef CHATHUB_TENANTS_RECIPE_H
#define CHATHUB_TENANTS_RECIPE_H

#include "base/arena.h"
#include "base/str.h"
#include "outbound/http_client.h"
#include "tenants/tenants.h"

enum { RECIPE_BOT_ID_MAX = 100, RECIPE_STEPS_MAX = 8, RECIPE_SETTINGS_MAX = 32 };
enum recipe_bot_state { BOT_NONE, BOT_PENDING, BOT_READY, BOT_ERROR }; /* stored: append, never renumber */
enum sso_role { SSO_ADMIN, SSO_VIEWER };                               /* stored */

struct recipe_shop { /* secrets opened in memory alone */
    int64_t shop, account;
    const char *instance_url, *bot_name, *embed_id;
    const char *logo_url, *bot_id; /* NULL: none (yet) */
    struct str sso_secret, webhook_secret;
    int64_t sso_generation, now_ms;
    int64_t word;                       /* grows with whatever is told of this shop */
    const char *made[RECIPE_STEPS_MAX]; /* in a step: the ids of those before it, by place */
    const char *id, *key;               /* in a step: its own as far as known; the same in each try */
};
struct recipe_answer { /* a call is given it as UNKNOWN and empty: silence is no yes */
    enum outcome outcome;
    bool known;        /* of `find`: it has this, with these secrets */
    const char *id;    /* in `a`: a step's own, else the bot's; NULL: not said */
    const char *error; /* for people, without secrets or addresses */
};
struct recipe_bot {
    const char *id;
    enum recipe_bot_state state;
};
struct recipe_door { /* how a browser gets into the chat's own pages: a form that it posts */
    const char *action;
    bool takes_code; /* a one-time code of ours; else the token itself, in the body */
};
typedef void recipe_call(struct arena *a, const struct recipe_shop *s, struct recipe_answer *out);

/* One of the things that registering makes outside, each stored before the next begins (jobs/steps.h). */
struct recipe_step {
    const char *name; /* stored: never rename; unique in its recipe */
    const char *doc;
    /* OUTCOME_OK only when the answer names what was asked for. Repeatable when there is no `find`. */
    recipe_call *make;
    /* After an attempt of unknown end: does it have this? OUTCOME_OK: `known` says; OUTCOME_UNKNOWN: it could not be
     * found out. */
    recipe_call *find;
    recipe_call *undo; /* gone already is OUTCOME_OK. NULL: it stays; the next enable finds it */
    bool replaces;     /* `make` again brings other words, and makes nothing twice */
    bool is_bot;       /* its id is the bot's */
};

/* What one backend alone is set with: read from the environment or chathub.conf as any other setting (app/config.c),
 * and refused by name when it is not as its row says. */
struct recipe_setting {
    const char *name, *alias; /* "CHATBOT_BASE_URL"; alias: an older name for the same, NULL: none */
    const char **value;       /* where its recipe reads it; NULL: not set */
    bool secret;              /* shown as "(set)", never as it is */
    int64_t length_min;       /* in bytes */
    const char *needs;        /* the name of another setting, which must be set when this one is; NULL: none */
    bool is_url;              /* http(s), without a slash at the end */
    /* With is_url: in production plain http leads to this machine alone, but when CHATHUB_ACCEPT_RISKS has this word.
     */
    const char *risk;
};

struct recipe {
    int64_t number;          /* in tenants.backend; append, never renumber; 0 is none */
    const char *name;        /* on the wire */
    bool (*is_chosen)(void); /* by configuration, for shops that are enabled now */
    bool here;               /* its conversations are in this program (chat/) */
    bool shows_panel_secret; /* to its server, which could register with it here */
    const struct recipe_setting *setting;
    size_t settings;

    /* ---- registering: `at_once`, or by steps ---- */
    /* In the caller's transaction. `had`: the bot of an earlier time on this backend; its id is NULL when there was
     * none. */
    void (*at_once)(struct arena *a, struct recipe_bot had, struct recipe_bot *made);
    const struct recipe_step *step; /* in this order, by a job, while the credits are held */
    size_t steps;

    /* ---- afterwards; NULL: nothing has to be done outside ---- */
    recipe_call *tell;             /* of another secret, domain, name */
    recipe_call *suspend, *resume; /* unpaid, off or deleted; and back */
    recipe_call *remove;           /* purged for good */
    recipe_call *look;             /* what it says of the bot now; for bots that were not made at once */
    int64_t doubt_ms;              /* so long after it was sent, a call that nobody answered may still act;
                                      more than 0 with suspend or resume */

    /* ---- what pages and browsers need; no call ---- */
    const char *(*script_base)(void);                       /* in front of /widget/chatbot-widget.js */
    bool (*door)(struct arena *a, struct recipe_door *out); /* false: there is none now */
};

/* The list: the file recipes/NAME.c defines recipe_NAME. The last that is chosen wins, and the first always is. */
#define RECIPES(X) X(builtin) X(chatbot)
#define RECIPE_DECLARE(name) extern const struct recipe recipe_##name;
RECIPES(RECIPE_DECLARE)

/* All of them, NULL-ended. A test puts one of its own at the end. */
extern const struct recipe *const *recipes;
extern const char *const recipe_names[];        /* NULL-ended, for the API reference */
const struct recipe *recipe_of(int64_t number); /* an unknown number: the first of the list */
const struct recipe *recipe_chosen(void);
bool recipes_show_panel_secret(void);   /* one that is set does */
const struct recipe *recipe_here(void); /* whose conversations are in this program, whatever is chosen */
/* The settings of all of them, those of each together: how many. At most RECIPE_SETTINGS_MAX, or the process ends. */
size_t recipe_settings(const struct recipe_setting *out[RECIPE_SETTINGS_MAX]);
/* What they are set to, in that order; NULL: not set. Once, before anything asks a recipe; the texts stay where they
 * are. */
void recipes_set(const char *const value[RECIPE_SETTINGS_MAX]);

/* ---- words that recipes share ---- */
extern const char *const sso_role_names[];
struct sso_claims {
    int64_t shop, now_ms, ttl_s, secret_generation; /* the last 0: the key has no name */
    enum sso_role role;
    const char *subject;
    const char *shop_id; /* what the shop is called there; NULL: as here */
};
/* A signed panel SSO token, in `a`. */
struct str sso_token(struct arena *a, const struct sso_claims *c, struct str secret);

#endif
