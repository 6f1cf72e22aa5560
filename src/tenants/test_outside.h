/* test_outside.h: an outside chatbot server for one test program: a thread on a loopback socket that answers, refuses,
 * breaks or stays away as `out` says, and keeps what it was sent. */
#ifndef CHATHUB_TENANTS_TEST_OUTSIDE_H
#define CHATHUB_TENANTS_TEST_OUTSIDE_H

#include "outbound/http_client.h"
#include "tenants/test_fix.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>

enum act {
    ACT_OK,
    ACT_NO_BOT,
    ACT_REFUSE,
    ACT_BREAK /* reads, may have done it, says nothing */,
    ACT_ERROR,
    ACT_LATER,
    ACT_GARBAGE,
    ACT_UNKNOWN_SHOP,
    ACT_WRONG_SHOP,
    ACT_EMPTY,
    ACT_ERROR_BUT_200,
    ACT_NO_SUCCESS,
    ACT_OTHERS_TENANT,
    ACT_NUMBER_FOR_ID,
    ACT_LAST
};

static struct outside_peer {
    int fd, port;
    pthread_t thread;
    enum act on_register, on_config;
    int registers, configs;
    char body[8192], head[8192], token[8192];
} out;

static const char *answer_to(bool config)
{
    static const char *const config_ok =
        "{\"id\":1,\"shopId\":\"shop-1\",\"name\":\"x\",\"botId\":\"bot-7\",\"syncScopes\":[]}";
    switch (config ? out.on_config : out.on_register) {
    case ACT_OK:
        return config ? config_ok
                      : "{\"tenant\":{\"id\":1,\"status\":\"active\"},\"config\":{\"shopId\":\"shop-1\",\"botId\":"
                        "\"bot-7\"}}";
    case ACT_NO_BOT: return "{\"tenant\":{\"id\":1},\"config\":{\"shopId\":\"shop-1\",\"botId\":null}}";
    case ACT_REFUSE: return "401 {\"error\":\"bad shared secret\"}";
    case ACT_ERROR: return "500 {\"error\":\"boom\"}";
    case ACT_LATER: return "503 {}";
    case ACT_GARBAGE: return "<html>a proxy's page</html>";
    case ACT_UNKNOWN_SHOP: return "404 {\"error\":\"no tenant\"}";
    case ACT_WRONG_SHOP: return "{\"shopId\":\"shop-99\",\"botId\":\"theirs\"}";
    case ACT_EMPTY: return "{}";
    case ACT_ERROR_BUT_200: return "{\"error\":\"quota exceeded\",\"config\":{\"shopId\":\"shop-1\"}}";
    case ACT_NO_SUCCESS: return "{\"success\":false,\"config\":{\"shopId\":\"shop-1\",\"botId\":\"bot-7\"}}";
    case ACT_OTHERS_TENANT:
        return "{\"tenant\":{\"shopId\":\"shop-10\"},\"config\":{\"shopId\":\"shop-1\",\"botId\":\"bot-7\"}}";
    case ACT_NUMBER_FOR_ID: return "{\"config\":{\"shopId\":1,\"botId\":\"bot-7\"}}";
    case ACT_LAST:
    case ACT_BREAK: break;
    }
    return NULL;
}

static void serve(int fd)
{
    char in[8192];
    size_t n = 0;
    char *end = NULL;
    long want = 0;
    for (;;) { /* the head, then as much as Content-Length says */
        ssize_t got = recv(fd, in + n, sizeof in - 1 - n, 0);
        if (got <= 0) return;
        n += (size_t)got;
        in[n] = '\0';
        if (!end && (end = strstr(in, "\r\n\r\n")) != NULL) {
            char *length = strcasestr(in, "content-length:");
            want = length && length < end ? strtol(length + 15, NULL, 10) : 0;
        }
        if (end && (long)(n - (size_t)(end + 4 - in)) >= want) break;
    }
    bool config = strncmp(in, "GET ", 4) == 0;
    if (config) out.configs++;
    else out.registers++;
    if (config) {
        memcpy(out.token, in, n + 1);
    } else {
        strcpy(out.body, end + 4);
        *end = '\0';
        strcpy(out.head, in);
    }
    const char *text = answer_to(config);
    if (!text) return;
    int status = text[0] >= '4' && text[0] <= '5' ? atoi(text) : 200;
    const char *body = status == 200 ? text : text + 4;
    char reply[1024];
    int size = snprintf(reply, sizeof reply, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n%sConnection: close\r\n\r\n%s",
                        status, strlen(body), status == 503 ? "Retry-After: 1\r\n" : "", body);
    if (send(fd, reply, (size_t)size, MSG_NOSIGNAL) != size) return;
}

static void *accept_loop(void *arg)
{
    for (int fd; (fd = accept(out.fd, NULL, NULL)) >= 0; close(fd)) serve(fd);
    return NULL;
}

static void outside_start(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof a;
    out.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(out.fd >= 0 && bind(out.fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(out.fd, 16) == 0);
    assert_int_equal(getsockname(out.fd, (struct sockaddr *)&a, &size), 0);
    out.port = ntohs(a.sin_port);
    assert_int_equal(pthread_create(&out.thread, NULL, accept_loop, NULL), 0);
}

/* ---- a shop that is being enabled ---- */

static int64_t account, shop;

static inline void begin(struct test_db *t)
{
    static char url[64];
    fix_start();
    if (!out.port) outside_start();
    snprintf(url, sizeof url, "http://127.0.0.1:%d", out.port);
    fix_setting("CHATBOT_BASE_URL", url);
    tenants_settings.panel_secret = "shared-secret-of-both";
    out.on_register = ACT_OK, out.on_config = ACT_UNKNOWN_SHOP;
    out.registers = out.configs = 0;
    account = kit_account(t, 100);
    shop = fix_shop(t, account, "Tea");
}

static inline void ask(struct test_db *t)
{
    struct kit_answer a = fix_enable(t, account, shop);
    assert_int_equal(a.status, 202);
    assert_string_equal(a.text,
                        "{\"success\":true,\"status\":\"provisioning\",\"statusUrl\":\"/api/shops/1/chatbot\"}");
    assert_int_equal(a.reply->wait_job, test_number(t, "SELECT job FROM tenants"));
}

static inline struct kit_attempt registering(struct test_db *t, int64_t number)
{
    return (struct kit_attempt){ .kind = &tenants_register_job,
                                 .id = test_number(t, "SELECT MAX(id) FROM jobs"),
                                 .ref = shop,
                                 .account = account,
                                 .attempt = number };
}

static inline enum job_wish attempt(struct test_db *t, int64_t number, bool last)
{
    struct kit_attempt a = registering(t, number);
    a.last = last;
    return kit_work(t, &a);
}

static inline int64_t held(struct test_db *t)
{
    struct credit_balance b;
    EXPECT(credits_balance(t->tx, account, &b) == ROW_FOUND);
    return credits_count(b.held);
}

static inline const char *state(struct test_db *t)
{
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    return fix_text(&a, "state");
}

/* What the waiting request of the newest try, or one of that job, is answered with. */
static inline struct reply resumed_of(struct test_db *t, int64_t job)
{
    const struct route *r = tenants_routes;
    while (r->verb != VERB_POST || !strstr(r->path, "chatbot/enable")) r++;
    struct path_shop in = { .id = shop };
    struct req req = { .route = r,
                       .arena = t->arena,
                       .tx = t->tx,
                       .path = &in,
                       .who = { .account = account },
                       .now_ms = kit_now(),
                       .job = job };
    (void)r->resume(&req);
    buf_free(&req.reply.body);
    return req.reply;
}

static inline struct reply resumed(struct test_db *t)
{
    return resumed_of(t, test_number(t, "SELECT MAX(id) FROM jobs WHERE kind = 'tenants.register'"));
}

#endif
