/* random.h: the one source of randomness: the kernel's, or a seeded stream in tests so that a failing run can be
 * repeated. The seeded stream is refused when CHATHUB_ENV=production. */
#ifndef CHATHUB_BASE_RANDOM_H
#define CHATHUB_BASE_RANDOM_H

#include "base/compiler.h"

void random_bytes(void *out, size_t n); /* thread-safe; ends the process when the kernel refuses */
uint64_t random_below(uint64_t limit);  /* uniform in [0, limit) */
void random_seed_for_tests(uint64_t seed);

enum { TOKEN_BYTES = 32, TOKEN_TEXT_SIZE = 44 }; /* 43 characters base64url and NUL */
void random_token(char out[TOKEN_TEXT_SIZE]);    /* 256 random bits */

#endif
