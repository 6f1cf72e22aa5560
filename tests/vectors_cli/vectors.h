/* vectors.h: what the judges of one topic share with the program around them. */
#ifndef CHATHUB_TESTS_VECTORS_H
#define CHATHUB_TESTS_VECTORS_H

#include "base/arena.h"
#include "base/json_read.h"
#include "base/str.h"

enum { SEEN_MAX = 64, EFFECTS_MAX = 8 };

/* The store of one case: ids that were handled. Fresh for each case; `after` fills it. */
struct store {
    struct str seen[SEEN_MAX];
    size_t count;
};

struct outcome {
    bool accepted;
    const char *effect;
}; /* effect NULL: none */

struct judge {
    const char *topic;
    /* Delivers one case to the product's code and the store. */
    struct outcome (*deliver)(struct arena *a, const json_t *file, const json_t *one, struct store *store);
    /* Checks beside the cases (such as signing); returns the number of mismatches, adds to *checked. May be NULL. */
    int (*beside)(struct arena *a, const json_t *file, int *checked);
};
extern const struct judge jwt_judge, webhook_judge;

/* True when `id` was not there yet; it is now. */
bool store_first(struct store *s, struct str id);
struct str member_text(const json_t *object, const char *key); /* p NULL: absent or no text */
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
