/* fetch.c: what a merchant's address holds, asked for with care: each hop of a redirect is judged as the first address
 * was, the answer is bounded in bytes and time, and a server that says "as before" is believed. */
#include "knowledge/fetch.h"

enum { HOPS_MAX = 5, CONNECT_MS = 10000, NEXT_BYTES = 2048 };

void know_fetch(struct arena *a, const struct know_fetch *f, struct outbound_answer *out)
{
    const char *url = f->url;
    char next[NEXT_BYTES];
    for (int hop = 0; hop <= HOPS_MAX; hop++) {
        struct arena_mark before = arena_mark(a);
        struct outbound_request r = { .method = "GET",
                                      .url = url,
                                      .connect_ms = CONNECT_MS,
                                      .total_ms = f->total_ms,
                                      .answer_max = f->max,
                                      .trusted_address = knowledge_settings.development,
                                      .log_as = f->log_as };
        r.header[r.headers++] = (struct outbound_header){ "Accept", f->accept ? f->accept : "*/*" };
        if (f->etag && f->etag[0]) r.header[r.headers++] = (struct outbound_header){ "If-None-Match", f->etag };
        if (f->modified && f->modified[0])
            r.header[r.headers++] = (struct outbound_header){ "If-Modified-Since", f->modified };
        if (f->bearer) r.header[r.headers++] = (struct outbound_header){ "Authorization", f->bearer };
        outbound_call(a, &r, out);
        bool moved =
            out->status == 301 || out->status == 302 || out->status == 303 || out->status == 307 || out->status == 308;
        /* What proves us goes nowhere else. */
        if (!moved || !out->location || f->bearer || hop == HOPS_MAX) return;
        const char *to = url_resolve(a, url, out->location);
        if (!to || strlen(to) >= sizeof next || (f->allowed && !f->allowed(f->ctx, to))) return;
        text_copy(next, sizeof next, to);
        url = next;
        arena_release(a, before); /* the body of a redirect is nobody's */
    }
}

const char *know_fetch_error(const struct outbound_answer *out, bool *later)
{
    *later = out->outcome == OUTCOME_LATER || out->outcome == OUTCOME_UNKNOWN;
    if (out->outcome == OUTCOME_OK) return NULL;
    if (text_eq(out->error, "answer too large")) {
        *later = false;
        return "too_large";
    }
    if (out->status == 0) {
        bool address = text_eq(out->error, "address not allowed") || text_eq(out->error, "port not allowed") ||
                       text_eq(out->error, "bad url") || text_eq(out->error, "url too long");
        return address ? "address_not_allowed" : "cannot_reach";
    }
    if (out->status < 300) return "cannot_reach"; /* it began, and broke off */
    return out->status >= 300 && out->status < 400 ? "redirects" : "answered";
}
