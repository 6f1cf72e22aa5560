/* random.c: getrandom(2), or in tests a ChaCha20 stream under a seed. Each call of the seeded stream takes the next
 * nonce, so a run repeats when its calls come in the same order.
 *
 * Small draws come out of a block that each thread keeps: enabling a shop draws seven times, and seven calls of the
 * kernel were one part in twenty of its writer's time. A byte is handed out once and wiped where it lay; a child of
 * fork(2) begins with a new block. */
#include "base/random.h"
#include "base/crypto.h"
#include "base/str.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static atomic_bool is_seeded;
static struct {
    pthread_mutex_t lock;
    uint8_t key[crypto_stream_chacha20_KEYBYTES];
    uint64_t calls;
} stream = { .lock = PTHREAD_MUTEX_INITIALIZER };

static_assert(crypto_stream_chacha20_NONCEBYTES == sizeof(stream.calls), "the nonce is the number of the call");

static void lock_stream(void)
{
    int failed = pthread_mutex_lock(&stream.lock);
    assert(failed == 0);
    (void)failed;
}

static void unlock_stream(void)
{
    int failed = pthread_mutex_unlock(&stream.lock);
    assert(failed == 0);
    (void)failed;
}

static void seeded_bytes(uint8_t *out, size_t n)
{
    lock_stream();
    uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];
    memcpy(nonce, &stream.calls, sizeof(nonce));
    stream.calls++;
    int failed = crypto_stream_chacha20(out, n, nonce, stream.key);
    unlock_stream();
    assert(failed == 0);
    (void)failed;
}

static void kernel_bytes(void *out, size_t n)
{
    for (size_t got = 0; got < n;) {
        ssize_t step = getrandom((char *)out + got, n - got, 0);
        if (step < 0 && errno == EINTR) continue;
        if (step <= 0) {
            /* A guessable token is worse than a crash. */
            fputs("random: the kernel gives no random bytes\n", stderr);
            abort();
        }
        got += (size_t)step;
    }
}

/* ---- small draws ---- */

enum { BLOCK_BYTES = 512, SMALL_DRAW_BYTES = 64 };
static _Thread_local struct {
    uint8_t bytes[BLOCK_BYTES];
    size_t left;    /* at the front */
    unsigned forks; /* how many when it was filled */
} block;
static atomic_uint forks;
static pthread_once_t forks_once = PTHREAD_ONCE_INIT;

static void forked(void) { atomic_fetch_add(&forks, 1); }

static void watch_forks(void)
{
    if (pthread_atfork(NULL, NULL, forked) != 0) abort();
}

static void small_draw(void *out, size_t n)
{
    if (pthread_once(&forks_once, watch_forks) != 0) abort();
    unsigned now = atomic_load(&forks);
    if (block.left < n || block.forks != now) {
        kernel_bytes(block.bytes, sizeof(block.bytes));
        block.left = sizeof(block.bytes);
        block.forks = now;
    }
    block.left -= n;
    memcpy(out, block.bytes + block.left, n);
    wipe(block.bytes + block.left, n);
}

void random_bytes(void *out, size_t n)
{
    if (n == 0) return;
    if (atomic_load_explicit(&is_seeded, memory_order_acquire)) seeded_bytes(out, n);
    else if (n <= SMALL_DRAW_BYTES) small_draw(out, n);
    else kernel_bytes(out, n);
}

uint64_t random_below(uint64_t limit)
{
    assert(limit > 0);
    /* Values below 2^64 mod limit would make the low results more likely: draw again (less than once on average). */
    uint64_t skip = -limit % limit, v;
    do random_bytes(&v, sizeof(v));
    while (v < skip);
    return v % limit;
}

void random_seed_for_tests(uint64_t seed)
{
    if (text_eq(getenv("CHATHUB_ENV"), "production")) {
        fputs("random: a seed is refused in production\n", stderr);
        abort();
    }
    int failed = sodium_init() < 0;
    assert(!failed);
    (void)failed;
    lock_stream();
    sha256(&seed, sizeof(seed), stream.key);
    stream.calls = 0;
    unlock_stream();
    atomic_store_explicit(&is_seeded, true, memory_order_release);
}

void random_token(char out[TOKEN_TEXT_SIZE])
{
    uint8_t bytes[TOKEN_BYTES];
    random_bytes(bytes, sizeof(bytes));
    assert(base64url_size(sizeof(bytes)) + 1 == TOKEN_TEXT_SIZE);
    base64url_encode(bytes, sizeof(bytes), out);
    wipe(bytes, sizeof(bytes));
}
