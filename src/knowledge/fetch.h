/* fetch.h: reading a merchant's address. Blocking: in .call of jobs alone. */
#ifndef CHATHUB_KNOWLEDGE_FETCH_H
#define CHATHUB_KNOWLEDGE_FETCH_H

#include "knowledge/knowledge.h"
#include "outbound/http_client.h"

struct know_fetch {
    const char *url, *etag, *modified, *accept, *bearer, *log_as; /* the middle four NULL: not said */
    size_t max;
    int64_t total_ms;
    bool (*allowed)(void *ctx, const char *url); /* where a redirect may lead; NULL: anywhere outside the house */
    void *ctx;
};
void know_fetch(struct arena *a, const struct know_fetch *f, struct outbound_answer *out);
/* NULL: it is there. Else a code for the merchant, and whether the same again may do. */
const char *know_fetch_error(const struct outbound_answer *out, bool *later);

#endif
