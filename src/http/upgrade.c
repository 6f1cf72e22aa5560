/* upgrade.c: whether a request asks for a WebSocket as it should (RFC 6455 4.2.1). What happens then is websocket.c's.
 */
#include "http/private.h"

enum { KEY_BYTES = 16 };

/* clang-format off */
static const struct problem problem_upgrade = {
    "upgrade_required", 426, "This address is for WebSockets of version 13.", "此地址仅支持 WebSocket 版本 13。"
};
static const struct problem problem_bad_upgrade = {
    "bad_upgrade", 400, "This is not a proper request for a WebSocket.", "WebSocket 握手请求不正确。"
};
static const struct problem problem_subprotocol = {
    "subprotocol", 400, "The protocol of this address is not among those offered.", "所提供的子协议中没有此地址支持的协议。"
};
/* clang-format on */

static size_t count_field(const struct head *h, struct str name)
{
    size_t n = 0;
    for (size_t i = 0; i < h->fields; i++) n += str_eq_nocase(h->field[i].name, name);
    return n;
}

/* Whether a header that is a list (perhaps over several lines) has the word. */
static bool list_has(const struct head *h, struct str name, struct str word, bool any_case)
{
    for (size_t i = 0; i < h->fields; i++) {
        struct str rest = h->field[i].value;
        if (!str_eq_nocase(h->field[i].name, name)) continue;
        while (rest.n > 0) {
            const char *comma = memchr(rest.p, ',', rest.n);
            size_t n = comma != NULL ? (size_t)(comma - rest.p) : rest.n;
            struct str one = str_trim((struct str){ rest.p, n });
            if (any_case ? str_eq_nocase(one, word) : str_eq(one, word)) return true;
            rest.p += n + (comma != NULL), rest.n -= n + (comma != NULL);
        }
    }
    return false;
}

static bool key_ok(const struct head *h)
{
    uint8_t key[KEY_BYTES];
    size_t n = sizeof key;
    return count_field(h, STR("sec-websocket-key")) == 1 && base64_decode(head_get(h, "sec-websocket-key"), key, &n) &&
           n == KEY_BYTES;
}

bool socket_upgrade_ok(struct exchange *x)
{
    const struct head *h = &x->head;
    const struct socket_kind *kind = x->req.route->socket;
    bool asks = h->upgrade && str_eq(h->method, STR("GET")) && list_has(h, STR("upgrade"), STR("websocket"), true);
    const struct problem *p = NULL;
    if (!asks || count_field(h, STR("sec-websocket-version")) != 1 ||
        !str_eq(head_get(h, "sec-websocket-version"), STR("13"))) {
        p = &problem_upgrade;
    } else if (!key_ok(h) || h->chunked || h->content_length > 0) {
        p = &problem_bad_upgrade;
    } else if (kind->subprotocol != NULL &&
               !list_has(h, STR("sec-websocket-protocol"), str_of(kind->subprotocol), false)) {
        p = &problem_subprotocol;
    }
    if (p == NULL) return true;
    exchange_refuse(x, p);
    if (p != &problem_upgrade) return false;
    reply_header(&x->req, "Upgrade", "websocket"); /* 426 names what it wants (RFC 9110 15.5.22) */
    reply_header(&x->req, "Connection", "Upgrade");
    reply_header(&x->req, "Sec-WebSocket-Version", "13");
    return false;
}
