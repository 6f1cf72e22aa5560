/* chain.c: MACs under the chain key. Each thread keeps a context that has taken the key in already, so a MAC costs its
 * bytes and no key schedule: it stands on the way of every debit. */
#include "base/chain.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static uint8_t *the_key;       /* in guarded memory: locked, left out of core dumps */
static atomic_uint generation; /* 0: no key yet */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_end;
static EVP_MAC *hmac;
static __thread EVP_MAC_CTX *mine;
static __thread unsigned mine_of;

static void must(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "chain: %s failed\n", what);
    abort();
}

static void free_context(void *context) { EVP_MAC_CTX_free(context); }

static void prepare(void)
{
    must(sodium_init() >= 0, "sodium_init");
    the_key = sodium_malloc(CHAIN_KEY_SIZE);
    hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    must(the_key != NULL && hmac != NULL, "fetching HMAC");
    must(pthread_key_create(&thread_end, free_context) == 0, "pthread_key_create");
}

void chain_use(const uint8_t key[CHAIN_KEY_SIZE])
{
    must(pthread_once(&once, prepare) == 0, "pthread_once");
    must(sodium_mprotect_readwrite(the_key) == 0, "sodium_mprotect_readwrite");
    memcpy(the_key, key, CHAIN_KEY_SIZE);
    must(sodium_mprotect_readonly(the_key) == 0, "sodium_mprotect_readonly");
    atomic_fetch_add(&generation, 1);
}

bool chain_ready(void) { return atomic_load(&generation) > 0; }

static EVP_MAC_CTX *context(void)
{
    unsigned now = atomic_load_explicit(&generation, memory_order_acquire);
    must(now > 0, "a link without a key");
    if (mine_of == now) {
        must(EVP_MAC_init(mine, NULL, 0, NULL) == 1, "starting HMAC"); /* with the key that it has */
        return mine;
    }
    if (mine == NULL) mine = EVP_MAC_CTX_new(hmac);
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                  OSSL_PARAM_construct_end() };
    must(mine != NULL && pthread_setspecific(thread_end, mine) == 0, "making a context");
    must(EVP_MAC_init(mine, the_key, CHAIN_KEY_SIZE, params) == 1, "taking the key");
    mine_of = now;
    return mine;
}

void chain_mac(const char *what, const void *p, size_t n, uint8_t out[CHAIN_MAC_SIZE])
{
    EVP_MAC_CTX *ctx = context();
    size_t written = 0;
    must(EVP_MAC_update(ctx, (const unsigned char *)what, strlen(what) + 1) == 1 && EVP_MAC_update(ctx, p, n) == 1 &&
             EVP_MAC_final(ctx, out, &written, CHAIN_MAC_SIZE) == 1 && written == CHAIN_MAC_SIZE,
         "HMAC");
}
