/* arena.h: memory by lifetime. A request, a job and a connection own one arena each; nothing taken from it is freed
 * alone. Rejected: malloc/free pairs in handlers (each early return is a leak or a double free waiting to be written).
 *
 * Allocation never returns NULL. When the system has no memory the process ends (abort): after `kill -9` a restart
 * repairs everything, so a crash is safer than a thousand untested out-of-memory paths. Sizes that come from outside
 * are bounded before they reach an arena; `max_bytes` is the backstop that makes a missing bound a crash in tests. */
#ifndef CHATHUB_BASE_ARENA_H
#define CHATHUB_BASE_ARENA_H

#include "base/compiler.h"

struct arena;
struct arena_mark {
    void *block;
    size_t used;
};

MUST_USE struct arena *arena_new(size_t max_bytes);
void arena_free(struct arena *a);  /* NULL is allowed */
void arena_reset(struct arena *a); /* everything goes, the first block stays for reuse */
struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct arena_mark m); /* back to the mark */

void *arena_alloc(struct arena *a, size_t bytes);          /* zeroed, aligned to 16 */
void *arena_array(struct arena *a, size_t size, size_t n); /* n items; a product that overflows ends the process */
void *arena_copy(struct arena *a, const void *p, size_t n);
char *arena_text(struct arena *a, const char *text);          /* copy of a C string; NULL gives NULL */
char *arena_text_n(struct arena *a, const char *p, size_t n); /* copy with a NUL behind it */
char *arena_printf(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_array((a), sizeof(type), (size_t)(n)))

#endif
