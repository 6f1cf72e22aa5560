/* gcm.h: AES-256-GCM as others seal with it, under a key that both sides know. What we seal ourselves is crypto.h's
 * `seal`; this only opens. */
#ifndef CHATHUB_BASE_GCM_H
#define CHATHUB_BASE_GCM_H

#include "base/arena.h"
#include "base/str.h"

enum { GCM_KEY_SIZE = 32, GCM_NONCE_SIZE = 12, GCM_TAG_SIZE = 16 };
/* `sealed` is the ciphertext with the tag at its end. False when the tag is not right, a size is wrong or nothing is
 * there; *plain is untouched then, and no byte of a plaintext whose tag was not checked leaves this function. The
 * result lives in `a` and has a NUL behind it. */
MUST_USE bool gcm_open(struct arena *a, struct str key, struct str nonce, struct str associated, struct str sealed,
                       struct str *plain);
#endif
