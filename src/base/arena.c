/* arena.c: bump allocation in chained blocks. The newest block is the head; a mark is a block and its fill, so going
 * back to it frees every newer block.
 *
 * The first block shares one malloc with the arena itself and survives arena_reset, so a connection that serves small
 * requests never calls malloc again. Later blocks double up to BLOCK_MAX; what is larger gets a block of its own size.
 * Rejected: keeping later blocks over a reset (ten thousand idle connections would each hold their worst request). */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Free space is poisoned under AddressSanitizer, and each allocation is followed by a gap that stays poisoned, so
 * overruns inside a block are found like those on the heap. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONED 1
#endif
#endif
#ifdef ARENA_POISONED
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#define POISON(p, n) __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
enum { GAP = 0 };
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { ALIGNMENT = 16, BLOCK_FIRST = 4096, BLOCK_MAX = 64 * 1024, PRINTF_FIRST_TRY = 256 };

struct block {
    struct block *older;
    size_t used, size;
    _Alignas(ALIGNMENT) char bytes[];
};

struct arena {
    struct block *head;
    size_t max_bytes;    /* of one allocation; and of all, before rounding and gaps */
    size_t taken, limit; /* handed out now, over all blocks, with rounding and gaps; and what that may be */
    _Alignas(ALIGNMENT) struct block first;
};

static_assert(offsetof(struct block, bytes) % ALIGNMENT == 0, "block data must keep the alignment of malloc");
static_assert(sizeof(struct arena) < BLOCK_FIRST, "the first block holds the arena too");

static NORETURN void die(const char *why)
{
    /* No stdio: this runs when there is no memory. Nothing is left to do when this write fails as well. */
    ssize_t written = write(STDERR_FILENO, why, strlen(why));
    (void)written;
    abort();
}

struct arena *arena_new(size_t max_bytes)
{
    assert(max_bytes > 0 && max_bytes < SIZE_MAX / 4);
    struct arena *a = aligned_alloc(ALIGNMENT, BLOCK_FIRST);
    if (a == NULL) die("arena: out of memory\n");
    a->head = &a->first;
    a->taken = 0;
    a->max_bytes = max_bytes;
    /* The gaps of a sanitizer build at most double what is taken; they must not break a bound that holds without. */
    a->limit = max_bytes * (GAP > 0 ? 2 : 1) + ALIGNMENT + GAP;
    a->first.older = NULL;
    a->first.used = 0;
    a->first.size = BLOCK_FIRST - offsetof(struct arena, first) - offsetof(struct block, bytes);
    POISON(a->first.bytes, a->first.size);
    return a;
}

/* Frees blocks from the newest down to `keep`. */
static void drop_newer(struct arena *a, const struct block *keep)
{
    while (a->head != keep) {
        struct block *gone = a->head;
        assert(gone != &a->first); /* the mark belongs to another arena, or was released already */
        a->taken -= gone->used;
        a->head = gone->older;
        UNPOISON(gone->bytes, gone->size);
        free(gone);
    }
}

void arena_free(struct arena *a)
{
    if (a == NULL) return;
    drop_newer(a, &a->first);
    UNPOISON(a->first.bytes, a->first.size);
    free(a);
}

void arena_reset(struct arena *a)
{
    drop_newer(a, &a->first);
    a->first.used = 0;
    a->taken = 0;
    POISON(a->first.bytes, a->first.size);
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){ .block = a->head, .used = a->head->used };
}

void arena_release(struct arena *a, struct arena_mark m)
{
    drop_newer(a, m.block);
    assert(m.used <= a->head->used);
    a->taken -= a->head->used - m.used;
    a->head->used = m.used;
    POISON(a->head->bytes + m.used, a->head->size - m.used);
}

static void add_block(struct arena *a, size_t need)
{
    size_t size = a->head == &a->first ? BLOCK_FIRST * 2 : a->head->size * 2;
    if (size > BLOCK_MAX) size = BLOCK_MAX;
    if (size < need) size = need;
    struct block *b = aligned_alloc(ALIGNMENT, offsetof(struct block, bytes) + size);
    if (b == NULL) die("arena: out of memory\n");
    b->older = a->head;
    b->used = 0;
    b->size = size;
    POISON(b->bytes, b->size);
    a->head = b;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    if (bytes > a->max_bytes) die("arena: one allocation above the limit\n");
    /* Zero bytes still get an address of their own. */
    size_t need = ((bytes + ALIGNMENT - 1 + (bytes == 0)) & ~(size_t)(ALIGNMENT - 1)) + GAP;
    if (need > a->limit - a->taken) die("arena: above the limit\n");
    if (need > a->head->size - a->head->used) add_block(a, need);
    struct block *b = a->head;
    char *p = b->bytes + b->used;
    b->used += need;
    a->taken += need;
    UNPOISON(p, bytes);
    return memset(p, 0, bytes);
}

void *arena_array(struct arena *a, size_t size, size_t n)
{
    size_t bytes;
    if (__builtin_mul_overflow(size, n, &bytes)) die("arena: array size overflows\n");
    return arena_alloc(a, bytes);
}

void *arena_copy(struct arena *a, const void *p, size_t n)
{
    void *copy = arena_alloc(a, n);
    if (n > 0) memcpy(copy, p, n);
    return copy;
}

char *arena_text_n(struct arena *a, const char *p, size_t n)
{
    assert(n < SIZE_MAX);
    char *copy = arena_alloc(a, n + 1);
    if (n > 0) memcpy(copy, p, n);
    return copy;
}

char *arena_text(struct arena *a, const char *text)
{
    return text == NULL ? NULL : arena_text_n(a, text, strlen(text));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    char first_try[PRINTF_FIRST_TRY];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(first_try, sizeof(first_try), format, args);
    va_end(args);
    if (n < 0) die("arena: bad format\n");
    char *text = NULL;
    if ((size_t)n < sizeof(first_try)) {
        text = arena_text_n(a, first_try, (size_t)n);
    } else {
        text = arena_alloc(a, (size_t)n + 1);
        int second = vsnprintf(text, (size_t)n + 1, format, again);
        if (second != n) die("arena: text changed while printing\n");
    }
    va_end(again);
    return text;
}
