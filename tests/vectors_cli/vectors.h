/* vectors.h: what the judges of one topic share with the program around them. */
#ifndef CHATHUB_TESTS_VECTORS_H
#define CHATHUB_TESTS_VECTORS_H

#include "base/arena.h"
#include "base/json_read.h"
#include "base/str.h"
#include "payments/payments.h"

enum { SEEN_MAX = 64, EFFECTS_MAX = 8 };

/* The store of one case: ids that were handled, and orders. Fresh for each case; `after` fills it. */
struct store {
    struct str seen[SEEN_MAX];
    size_t count;
    struct payment_order *order; /* NULL: not read yet */
    size_t orders;
};

struct outcome {
    bool accepted;
    size_t effects;
    const char *effect[EFFECTS_MAX], *why; /* why: something on the way is not as the file says; NULL: all is */
};

struct judge {
    const char *topic;
    /* Delivers one case to the product's code and the store. NULL when the cases are things to make. */
    struct outcome (*deliver)(struct arena *a, const json_t *file, const json_t *one, struct store *store);
    /* Makes what a case describes; NULL: as the file says, else what is not. */
    const char *(*make)(struct arena *a, const json_t *file, const json_t *one);
    /* Checks beside the cases (such as signing); returns the number of mismatches, adds to *checked. May be NULL. */
    int (*beside)(struct arena *a, const json_t *file, int *checked);
};
extern const struct judge jwt_judge, webhook_judge;
extern const struct judge alipay_request_judge, alipay_response_judge, alipay_notify_judge; /* payments_*.c */
extern const struct judge wechat_request_judge, wechat_response_judge, wechat_notify_judge;
extern const struct judge stripe_request_judge, stripe_webhook_judge;

/* True when `id` was not there yet; it is now. */
bool store_first(struct store *s, struct str id);
struct str member_text(const json_t *object, const char *key); /* p NULL: absent or no text */
struct str header_of(const json_t *message, const char *name); /* in any case; p NULL: absent */
/* "ok NAME" or "MISMATCH NAME: WHY"; returns the number of mismatches, 0 or 1. */
int verdict_line(const char *name, const char *why);

/* httpprobe-1: raw bytes against a server on 127.0.0.1:port. Returns the mismatches, adds to *checked. */
int judge_probes(const json_t *file, int port, int *checked);

/* A server of our own for the probes, on a free port with an empty data directory. */
struct own_server {
    int pid, port;
    char dir[64];
};
bool own_server_start(struct own_server *s, const char *program);
void own_server_stop(struct own_server *s);

#endif
