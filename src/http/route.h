/* route.h: routes are data. A row says verb, path, who may call, limits, fields, transaction and documentation; the
 * server refuses to start when a row leaves .who, .tx, .doc or a limit unset, so "restrict it later" cannot be said.
 *
 * Order of work for a request: the general limit → method and path → (.own_host) → origin (CSRF) → the route's
 * limit → content type and size → fields → (.ask) → .prepare (no transaction, and without .ask req->who is still empty:
 * argon2, decoding; on a pool of threads when .slow) → a storage lane: authentication, role and idempotency, then .run
 * in the same transaction → commit → reply. .run may be run again from the start, with an empty reply and what .prepare
 * has left. Only the dispatcher opens, commits and repeats a transaction. A refusal rolls back and then commits what
 * .refused writes. The reply leaves after the commit. */
#ifndef CHATHUB_HTTP_ROUTE_H
#define CHATHUB_HTTP_ROUTE_H

#include "base/arena.h"
#include "base/crypto.h"
#include "base/json_write.h"
#include "http/fields.h"
#include "storage/db_lanes.h"

enum verb { VERB_UNSET, VERB_GET, VERB_POST, VERB_PUT, VERB_PATCH, VERB_DELETE };

/* Roles, and the sets of roles that rows name. A caller may call a row when one of its roles is in the row's set; else
 * it gets 401 (it shows nothing that counts), 404 (the row is for operators alone: it does not exist for others) or 403
 * `role_not_allowed`. callers.c is the only judge; the API description says the same sets. */
enum who {
    WHO_UNSET = 0,
    /* What a person is in the account that the session names. */
    WHO_OWNER = 1,
    WHO_ADMIN = 2,
    WHO_AGENT = 4,
    WHO_VIEWER = 8,
    WHO_OPERATOR = 16, /* what a person is for the whole service */
    WHO_PERSON = 32,   /* who signed in, also without a role anywhere: for what is a person's own */
    WHO_KEY = 64,      /* the service key of a shop (Authorization: Bearer chsk_...) that has the row's
                          .scope; the handler compares req->who.shop, when not 0, with the path */
    WHO_NOBODY = 128,  /* who shows nothing */
    WHO_SYSTEM = 256,  /* nobody is asked: liveness, metrics, static files, developer pages */
    /* Sets with a name. */
    WHO_MANAGERS = WHO_OWNER | WHO_ADMIN,
    WHO_STAFF = WHO_MANAGERS | WHO_AGENT,
    WHO_BOOKS = WHO_MANAGERS | WHO_VIEWER, /* who sees money, settings and the trail; an agent sees customers */
    WHO_MEMBERS = WHO_STAFF | WHO_VIEWER,  /* any role in the account; not operators, nor who has no role there */
    WHO_SHOP = WHO_MEMBERS | WHO_KEY,
    WHO_ANYONE = WHO_NOBODY | WHO_PERSON, /* a session is still recognised when there is one: req->who */
};
enum lang { LANG_EN, LANG_ZH };

struct caller {
    int64_t person;            /* who does it; 0: nobody, or a service key */
    int64_t account;           /* whose rows these are: the one that the session names, or the key's; 0: none */
    unsigned roles;            /* set of enum who; 0: nobody. The rest counts only when there is one */
    int64_t session;           /* 0: by a service key */
    int64_t shop;              /* service key: the only shop it may speak for */
    const char *const *scopes; /* service key: what it may be used for, NULL-ended */
    int64_t signed_in_at_ms;   /* of this session: routes marked .fresh want ≤ 5 min */
    const char *email;
};

/* A refusal: one row for each, with its status and both texts. `%` is not special: facts stand beside the text. */
struct problem {
    const char *code;
    int status;
    const char *en, *zh;
};

struct cookie { /* max_age_s 0: delete */
    const char *name, *value;
    int64_t max_age_s;
    bool strict;
};
enum { BODY_RAW_MAX = 8 << 20 }; /* of a body that is held in memory; more is an upload */
enum { REPLY_COOKIES_MAX = 4, REPLY_FACTS_MAX = 6, REPLY_HEADERS_MAX = 6 };
struct problem_fact {
    const char *name;
    int64_t number;
    const char *text;
};
/* Made by reply_*. A handler reads .problem in .refused, sets .shows_secret, and leaves the rest alone. */
struct reply {
    int status; /* 0: none yet */
    const char *content_type;
    struct buf body;
    struct cookie cookie[REPLY_COOKIES_MAX];
    size_t cookies;
    struct {
        const char *name, *value;
    } header[REPLY_HEADERS_MAX];
    size_t headers;
    const struct problem *problem; /* the body is written from it, in the caller's language */
    struct problem_fact fact[REPLY_FACTS_MAX];
    size_t facts;
    int64_t retry_after_s;
    const struct field_faults *faults;
    bool shows_secret;           /* an idempotent replay answers 409 already_shown */
    int64_t wait_job;            /* after the commit wait for this job, then .resume */
    const char *frame_ancestors; /* with FRAMING_ASKED; NULL: none */
    const char *policy;          /* reply_policy; NULL: the house's */
};

/* A handler sets .prepared, and reads all but `raw`. */
struct req {
    const struct route *route;
    struct arena *arena;
    struct tx *tx; /* NULL in .prepare and with TX_NONE */
    struct caller who;
    const void *path, *query, *body; /* structs of the route's field tables; NULL only for rows without such a table */
    const char *idempotency_key;     /* NULL: none given. At most 128 visible ASCII characters */
    enum lang lang;                  /* lang cookie, else Accept-Language, else zh */
    const char *client_ip;           /* text; of the socket, or the last hop of a trusted proxy */
    const char *client_network;      /* /24 or /64 of it, text: what limits count by */
    const char *request_id, *user_agent;
    int64_t now_ms;     /* one time for the whole request */
    void *prepared;     /* what .prepare leaves for .run */
    int64_t stands_for; /* whose stream or socket it will be, where a row wants no caller (a visitor): counted as an
                           account's is; 0: the account's */
    int64_t stands_in;  /* and the larger whole that it is one of (a shop): all streams and sockets of it together
                           have a share of the connections (http_options.group_max); 0: none */
    struct reply reply;
    const struct upload_file *upload; /* rows with .upload */
    bool upload_kept;                 /* by req_keep_upload */
    int64_t job;                      /* for .resume: the job that .run asked to wait for; 0 else */
    const struct app *app;            /* configuration and services; opaque here, defined in http/server.h */
    const void *raw;                  /* the parsed head: see req_header */
};

enum answer {
    ANSWER_FAULT = -1, /* roll back; 503 or 500, see reply_fault */
    ANSWER_SENT,       /* the reply is made: commit */
    ANSWER_REFUSED,    /* the reply is made: roll back, then .refused */
    ANSWER_GO_ON,      /* .prepare, and steps that handlers share: nothing stands against it */
    ANSWER_WAIT,       /* .resume: the job has not ended */
};

/* A body that is streamed to disk: whole, hashed and synced before .run. Send it as it is, with any Content-Type. Who
 * may is asked before it is read. It is removed unless .run calls req_keep_upload and commits; its name is 32 hex
 * digits in http_options.upload_dir, for a row of the domain to remember. A process that dies may leave files that no
 * row names: the domain removes those that are older than a day. */
enum { UPLOAD_NAME_SIZE = 33 };
struct upload_rule {
    int64_t max_bytes;
    const char *folder; /* of upload_dir, for this domain alone: made at the start; NULL: upload_dir itself */
    enum answer (*admit)(struct req *req); /* says who may, in a reading transaction before the first byte: rows that
                                              anybody may call must have it. ANSWER_GO_ON, or the refusal */
};
struct upload_file {
    const char *name;
    int64_t size;
    uint8_t sha256[SHA256_SIZE];
};

/* Which pages may send a request, by Sec-Fetch-Site, Origin or Referer. What comes with a bearer key and no cookie is
 * from no page. */
enum origins {
    ORIGINS_OWN,       /* changes: our own pages. Other pages may read no answer */
    ORIGINS_UNCHECKED, /* servers call it, with a proof of their own. Other pages may read no answer */
    ORIGINS_ANY,       /* public, without cookies: every page may read the answer */
    ORIGINS_ASKED,     /* the row's .origin says so: the domains of a shop */
};
enum route_framing {
    FRAMING_NONE,
    FRAMING_OWN,   /* our own pages */
    FRAMING_ASKED, /* those that the handler names: reply_frame_ancestors */
};

struct route {
    enum verb verb;
    const char *path;  /* "/api/shops/:id/status"; at most 4 parts with ':' */
    enum who who;      /* a set: which roles it admits */
    const char *scope; /* with WHO_KEY: what a service key must be good for */
    enum tx_mode tx; /* TX_NONE: .run has no transaction; where nobody is asked who calls it is on a loop, and must not
                        block */
    const char *doc; /* one sentence for the API reference */
    const char *tag; /* group in the API reference */
    const struct field *path_fields, *query_fields, *body_fields;
    size_t path_size, query_size, body_size;
    bool body_optional;                /* no body at all is as {} */
    bool ignore_unknown;               /* routes whose contract others wrote */
    size_t body_max;                   /* bytes; 0: 16 KiB; at most BODY_RAW_MAX */
    const struct limit *limit;         /* extra limit by client network; NULL: the general one alone */
    const struct limit *account_limit; /* by account, for who is signed in; NULL: the general ones */
    const struct limit *key_limit[3];  /* by what .prepare names in req_count: a visitor, a shop, a network at it */
    bool give_back_on_success;         /* both of them: only what fails counts */
    bool give_back_to_known;           /* .limit, to who has shown in .run who it is (req_known): key_limit counts it */
    bool idempotent;                   /* takes Idempotency-Key (every POST but /auth) */
    bool fresh;                        /* wants a sign-in of the last 5 minutes: else 403 sign_in_again */
    enum origins origins;              /* which pages may call it */
    enum row (*origin)(struct req *req, struct str origin); /* with ORIGINS_ASKED, in the transaction: ROW_FOUND: it
                                                               may; ROW_NONE: it may not */
    bool cors_credentials;                                  /* such pages send their cookies; never with ORIGINS_ANY */
    enum route_framing framing;                             /* which pages may show the answer in a frame */
    bool any_query;                   /* a query is passed over: monitors add some against caches */
    bool passive;                     /* an open page asks by itself: it keeps no session from idling out */
    bool slow;                        /* .prepare runs on a pool of threads, never on a loop */
    bool reads;                       /* a POST that changes nothing: a question too long for an address */
    bool own_host;                    /* only under our own names: what a foreign name that leads here must not read */
    bool hidden;                      /* not in the API reference (developer pages) */
    bool (*exists)(void);             /* asked at start; false: as if the row were not there. NULL: it is */
    int wait_ms;                      /* with reply_wait */
    const struct upload_rule *upload; /* the body is a file: req->upload. No body_fields beside it */
    const struct socket_kind *socket; /* becomes a WebSocket: http/socket.h. Its origin is asked though it is a GET */
    const struct shape *answer;       /* of 200/201/202; NULL: no JSON body */
    int status;                       /* usual success; 0: 200 */
    int unfit_status;                 /* the same answer comes with this one too (503 of /readyz); 0: none */
    const struct problem *const *problems;   /* NULL-ended; general ones (400, 401, 422, 429...) are implied */
    enum answer (*ask)(struct req *req);     /* with .slow, or NULL. In a reading transaction before .prepare, so that
                                                nobody is worked for who may not: the caller is known and was counted.
                                                ANSWER_GO_ON, or the refusal. .run asks again */
    enum answer (*prepare)(struct req *req); /* may be NULL; ANSWER_GO_ON, else the answer */
    enum answer (*run)(struct req *req);     /* never NULL: SENT, REFUSED or FAULT */
    enum answer (*resume)(struct req *req);  /* never NULL with wait_ms: reads; the job has ended, or
                                                ANSWER_WAIT */
    bool (*refused)(struct req *req);        /* rows to keep when .run refused; may be NULL. False:
                                                they could not be written; none of them stays and
                                                the answer is a fault */
};
/* What was read may be written back: members of this answer that a PUT cannot set are passed over. NULL: none are. */
static inline const struct shape *route_told_back(const struct route *r)
{
    return r->verb == VERB_PUT && !r->ignore_unknown ? r->answer : NULL;
}
#define PATH_FIELDS(type) .path_fields = type##_fields, .path_size = sizeof(struct type)
#define QUERY_FIELDS(type) .query_fields = type##_fields, .query_size = sizeof(struct type)
#define BODY_FIELDS(type) .body_fields = type##_fields, .body_size = sizeof(struct type)
#define PROBLEMS(...)                                                                                                  \
    .problems = (const struct problem *const[]) { __VA_ARGS__, NULL }
/* clang-format off */
#define ROUTE_END { .verb = VERB_UNSET }
/* clang-format on */
/* What a .tag means, said once, beside the rows that have it. */
struct route_tag {
    const char *name, *doc;
};
#define ROUTE_TAG(ident, text, meaning)                                                                                \
    static const struct route_tag ident __attribute__((section("route_tags"), used, aligned(8))) = { (text), (meaning) }
const char *route_tag_doc(const char *tag); /* NULL: nobody said it */

/* Token buckets in memory, per process: `burst` requests per `per_ms`. By network: of one address (an IPv6 /64); the
 * networks around it have `wider` times the room (0: 8 and 64 times for /24 and /16 of IPv4, 4 and 16 times for /56 and
 * /48). The setting CHATHUB_LIMITS changes the numbers by name. */
struct limit {
    const char *name;
    int burst;
    int64_t per_ms;
    int wider[2];
};

/* ---- what a handler may do ----
 *
 * What makes an answer returns what the handler returns: ANSWER_SENT, of reply_problem, _fields and _later
 * ANSWER_REFUSED. The last one counts; cookies, headers, facts and Retry-After of before stay. Bodies, cookies and a
 * redirect's address are copied; names, facts and values of headers are not and live in req->arena or for ever. More
 * cookies, facts or headers than there is room for end the process, as does a cookie's value that no header line may
 * hold. */
enum answer reply_json(struct req *req, int status, json_writer *write, const void *arg);
enum answer reply_problem(struct req *req, const struct problem *p); /* facts may be added before or after */
void reply_fact_i64(struct req *req, const char *name, int64_t v);
void reply_fact_text(struct req *req, const char *name, const char *text);
enum answer reply_fields(struct req *req, const char *field, const char *code); /* 422 invalid_fields, one field */
enum answer reply_later(struct req *req, const struct problem *p, int64_t retry_after_s); /* 429, 503 */
enum answer reply_redirect(struct req *req, int status, const char *location);
enum answer reply_text(struct req *req, int status, const char *content_type, struct str body);
/* Nothing is written. Storage failed in a way that passes: 503, try again. Else it is a fault of ours, and the same
 * again would fail again: 500. */
enum answer reply_fault(struct req *req);
void reply_cookie(struct req *req, struct cookie c);
/* A value that no header line may hold (a control in it) is logged, and there is no such line. */
void reply_header(struct req *req, const char *name, const char *value);
/* Space between origins: "https://shop.example https://www.shop.example". The row says FRAMING_ASKED. */
void reply_frame_ancestors(struct req *req, const char *origins);
/* Of a page with a Content-Security-Policy of its own, whole, in the place of the house's: two would both count, and
 * the house's lets no script in by its hash. Made by us alone, nothing of a request. It may be framed by nobody. */
void reply_policy(struct req *req, const char *policy);
/* A body that lives for ever, with a strong tag without quotes: 304 when the client has it. */
enum answer reply_fixed(struct req *req, const char *content_type, struct str body, const char *etag);
/* A whole page that may be kept and asked for again: with a tag made of its bytes (304 when the client has it), packed
 * for who takes gzip. `keep` is its Cache-Control; `vary` says what it depends on beside the coding, NULL: nothing. */
enum answer reply_packed(struct req *req, const char *content_type, struct str body, const char *keep,
                         const char *vary);
/* The console's page, at an address that is not always the console's. Only while a server answers. */
enum answer reply_console(struct req *req);
/* After the commit wait up to route->wait_ms for this job's end; the reply made so far (a 202) is the late one. */
void reply_wait(struct req *req, int64_t job);
struct str req_header(const struct req *req, const char *lower_case_name); /* p NULL when absent */
bool req_has_query(const struct req *req); /* a question mark, whatever follows: for rows with .any_query */
struct str req_cookie(const struct req *req, const char *name);
/* The token of "Authorization: Bearer TOKEN"; the scheme in any case, any number of spaces. p NULL: none such. */
struct str req_bearer(const struct req *req);
/* From this machine, and no proxy has forwarded it: what a scraper beside the server may read. */
bool req_is_local(const struct req *req);
/* For rows that anybody may call and that find out in .run whose rows they change (a password, a token of their own):
 * one more change of this account. ANSWER_GO_ON, or the refusal was made: too many. Not in .prepare. Once a request:
 * only the first counts, and none where the row's caller was counted already. */
enum limit_counted {
    COUNTED_ACCOUNT = 'a',
    COUNTED_PERSON = 'p',
    COUNTED_SHOP = 'k',
    COUNTED_GUEST = 'g', /* a shop of an outside panel */
};
MUST_USE enum answer req_count_change(struct req *req, enum limit_counted kind, int64_t id);
/* In .prepare, or in .run, which may run again and then takes nothing more: takes a token of key_limit[i] of the row,
 * for `who`. False: there is none, and the reply says so. */
MUST_USE bool req_count(struct req *req, size_t i, struct str who);
/* In .run, with .give_back_to_known: who this is has been shown, though the row wants no caller (a visitor). */
void req_known(struct req *req);
void req_keep_upload(struct req *req); /* in .run: the file stays when this commits */
/* The body as received, for routes without body_fields (signed webhooks). Empty when there was none. */
struct str req_raw_body(const struct req *req);

/* ---- problems that every route can meet; texts in problems.c ---- */
extern const struct problem problem_not_found, problem_sign_in, problem_sign_in_again, problem_role_not_allowed,
    problem_scope_missing, problem_invalid_fields, problem_invalid_json, problem_unsupported_media_type,
    problem_too_large, problem_cross_site, problem_wrong_host, problem_too_many_requests, problem_busy,
    problem_in_progress, problem_key_reused, problem_already_shown, problem_method_not_allowed, problem_invalid_path,
    problem_invalid_query, problem_storage, problem_uncertain, problem_internal;

#endif
