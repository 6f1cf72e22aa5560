/* desk.c: lists of ids, as statements of both engines take them. */
#include "chat/desk.h"

const char *desk_ids(struct arena *a, const int64_t *ids, size_t count)
{
    struct buf out;
    size_t size = count * 21 + 3;
    buf_fixed(&out, arena_alloc(a, size), size);
    buf_char(&out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0) buf_char(&out, ',');
        buf_i64(&out, ids[i]);
    }
    buf_char(&out, ']');
    return buf_terminated(&out);
}
