/* webhook.h: signatures of webhooks, both ways (contracts: Standard Webhooks 1.0.0; X-Signature of older shops; the
 * `t=,v1=` form of EverShop). Pure functions. Against replay they look at a time where the form has one; the caller
 * also keeps a unique row for each message, and for X-Signature, which has no time, that is all there is. */
#ifndef CHATHUB_OUTBOUND_WEBHOOK_H
#define CHATHUB_OUTBOUND_WEBHOOK_H

#include "base/arena.h"
#include "base/str.h"

enum { WEBHOOK_TOLERANCE_S = 300, WEBHOOK_SECRETS_MAX = 4 };
enum webhook_verdict { WEBHOOK_OK, WEBHOOK_MISSING_HEADER, WEBHOOK_MALFORMED, WEBHOOK_TIMESTAMP, WEBHOOK_SIGNATURE };
struct webhook_secrets {
    size_t count;
    struct str secret[WEBHOOK_SECRETS_MAX];
};

/* secret: "whsec_" + base64 of 24..64 bytes. id: ours, without '.'. Result "v1,BASE64" in the arena; p NULL when the
 * secret is malformed. */
struct str webhook_sign(struct arena *a, struct str secret, struct str id, int64_t timestamp_s, struct str body);
/* Headers as received (absent or empty: MISSING_HEADER). Good when one of the secrets signed it; a secret that is unset
 * or malformed signs nothing. */
MUST_USE enum webhook_verdict webhook_verify(const struct webhook_secrets *s, struct str id, struct str timestamp,
                                             struct str signature, struct str body, int64_t now_s);
/* "sha256=<hex>" over the raw body, key = the secret's text. */
MUST_USE enum webhook_verdict webhook_verify_x_signature(const struct webhook_secrets *s, struct str header,
                                                         struct str body);
/* EverShop: "t=<s>,v1=<hex>" over "<t>.<body>", key = the secret's text. */
MUST_USE enum webhook_verdict webhook_verify_evershop(const struct webhook_secrets *s, struct str header,
                                                      struct str body, int64_t now_s);
/* The same header of its older senders: "<hex>" over the body, without a time. False for any other form. */
bool webhook_is_bare(struct str header);
MUST_USE enum webhook_verdict webhook_verify_bare(const struct webhook_secrets *s, struct str header, struct str body);
#endif
