/* install.h: is the chat on the shop's page? What was fetched is judged by functions without a database or a network:
 * install_scan reads a page as browsers do, as far as scripts and policies go; install_policies asks whether a
 * Content-Security-Policy lets the chat work; install_judge makes lines of it, each with what to do (the console has
 * the words). All of a page is a stranger's: bounded, never run, and what is shown of it is cut. */
#ifndef CHATHUB_CHAT_INSTALL_H
#define CHATHUB_CHAT_INSTALL_H

#include "chat/private.h"
#include "chat/settings.h"
#include "outbound/http_client.h"

/* clang-format off */
enum install_level { INSTALL_GOOD, INSTALL_WARN, INSTALL_BAD };
/* Stored by name. */
#define INSTALL_CODES(X) \
    X(chat_on, GOOD) X(chat_suspended, BAD) X(domain_missing, BAD) X(domain_fits, GOOD) X(domain_other, BAD) \
    X(page_reached, GOOD) X(page_redirected, GOOD) X(page_name, BAD) X(page_tls, BAD) X(page_unreachable, BAD) \
    X(page_refused, WARN) X(page_status, BAD) X(page_http, BAD) X(page_not_allowed, BAD) X(page_loops, BAD) \
    X(page_large, WARN) X(page_not_html, WARN) X(page_password, WARN) \
    X(script_found, GOOD) X(script_missing, BAD) X(script_comment, BAD) X(script_inert, BAD) X(script_by_code, WARN) \
    X(script_tag_manager, WARN) X(script_type, WARN) X(script_crossorigin, BAD) X(script_several, WARN) \
    X(script_two_shops, BAD) X(base_other, BAD) X(base_http, BAD) X(shop_right, GOOD) X(shop_other, BAD) \
    X(shop_missing, BAD) X(policy_none, GOOD) X(policy_fits, GOOD) X(policy_script, BAD) X(policy_nonce, BAD) \
    X(policy_connect, BAD) X(policy_socket, WARN) X(policy_pictures, WARN) X(policy_sandbox, BAD) \
    X(policy_trusted_types, WARN) X(policy_embedder, BAD)
#define INSTALL_ENUM(code, level) INSTALL_##code,
enum install_code { INSTALL_CODES(INSTALL_ENUM) INSTALL_CODE_COUNT };
/* clang-format on */
extern const char *const install_code_names[], *const install_level_names[]; /* NULL-ended */
enum install_level install_level_of(enum install_code code);

struct install_finding {
    enum install_code code;
    const char *detail; /* "" when there is nothing more to say: an address, a host, a directive */
};
enum { INSTALL_FINDINGS_MAX = 32, INSTALL_DETAIL_MAX = 300 };
struct install_findings {
    struct install_finding item[INSTALL_FINDINGS_MAX];
    size_t count;
};
/* A detail that is no text for people (controls, broken UTF-8) is left away, a long one is cut. */
void install_say(struct arena *a, struct install_findings *f, enum install_code code, const char *detail);

/* ---- install_scan.c ---- */
enum { INSTALL_TAGS_MAX = 16, INSTALL_POLICIES_MAX = 8 };
struct install_tag {                       /* a script element that may be the widget's */
    const char *src, *shop, *type, *nonce; /* NULL: not there */
    bool crossorigin;
    bool in_comment, inert; /* inert: inside of what browsers do not run */
};
struct install_seen {
    struct install_tag tag[INSTALL_TAGS_MAX];
    size_t tags;
    const char *policy[INSTALL_POLICIES_MAX]; /* of <meta> in the head */
    size_t policies;
    const char *base;          /* of <base href>; NULL: none */
    bool by_code, tag_manager; /* a script that names the widget; one that may bring others */
};
void install_scan(struct arena *a, struct str html, struct install_seen *out);
bool install_is_widget_path(struct str url); /* its last part is the name of our script */

/* ---- install_policy.c ---- */
struct install_use { /* what the chat needs, as whole addresses */
    const char *page, *script, *panel, *connect, *socket, *picture;
    const char *nonce; /* of the script's tag; NULL: none */
};
struct install_verdict {
    bool script, nonce, connect, socket, pictures, sandbox, trusted_types; /* true: it stands in the way */
};
/* One policy (no comma in it) more. */
void install_policy(struct str policy, bool of_meta, const struct install_use *use, struct install_verdict *v);
/* "https://host:port" of an address, in lower case, without the port that is usual anyway. */
const char *install_origin(struct arena *a, const char *url);

/* ---- install_judge.c ---- */
struct install_page {
    const char *url; /* where it was read at last */
    struct str html;
    const struct outbound_header *header; /* content-security-policy and cross-origin-embedder-policy count */
    size_t headers;
};
struct install_wish {
    const char *base, *shop, *domain; /* ours; "shop-7"; of the shop, NULL: none */
    struct chat_words more;           /* domains beside it */
};
extern const char *const install_headers[]; /* to ask for; NULL-ended */
void install_judge(struct arena *a, const struct install_wish *w, const struct install_page *page,
                   struct install_findings *f);

#endif
