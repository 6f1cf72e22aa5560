/* fuzz_image.c: a file that claims to be a picture. What is taken is a picture with bounds, and clean: cleaning it
 * again changes nothing, and it is never longer than what came but for one segment. */
#include "fuzz.h"
#include "chat/images.h"

enum { INPUT_MAX = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX) return 0;
    struct str in = { (const char *)data, size };
    struct buf out, again;
    struct image about, same;
    buf_init(&out, size + IMAGE_MORE_BYTES);
    if (image_clean(in, &out, &about) == IMAGE_GOOD) {
        must(about.kind != IMAGE_NONE && about.width > 0 && about.height > 0);
        must(about.width * about.height <= IMAGE_PIXELS_MAX && out.n <= size + IMAGE_MORE_BYTES);
        buf_init(&again, out.n + IMAGE_MORE_BYTES);
        must(image_clean(buf_str(&out), &again, &same) == IMAGE_GOOD && str_eq(buf_str(&out), buf_str(&again)));
        must(same.kind == about.kind && same.width == about.width && same.height == about.height);
        buf_free(&again);
    } else {
        must(out.n == 0 && about.kind == IMAGE_NONE);
    }
    buf_free(&out);
    return 0;
}
