/* qr.c: what a phone scans, as a picture that needs no script: an SVG of one path, black on white in the light and in
 * the dark (cameras want it so), with the quiet border of four modules. The code is libqrencode's (decision 109). */
#include "billing/private.h"

#include <qrencode.h>

enum { QUIET = 4, QR_TEXT_MAX = 1000, SVG_MAX = 512 << 10 };

/* A run of dark modules is one rectangle. */
static void draw_row(struct buf *b, const unsigned char *row, int width, int y)
{
    for (int x = 0; x < width;) {
        int end = x;
        while (end < width && (row[end] & 1)) end++;
        if (end > x) buf_printf(b, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, end - x, end - x);
        x = end > x ? end : x + 1;
    }
}

const char *qr_svg(struct arena *a, struct str text)
{
    if (text.n == 0 || text.n > QR_TEXT_MAX) return NULL;
    QRcode *code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
    if (!code) return NULL;
    struct buf b;
    int side = code->width + 2 * QUIET;
    buf_init(&b, SVG_MAX);
    buf_printf(&b,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
               "<path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/><path fill=\"#000\" d=\"",
               side, side, side, side, side);
    for (int y = 0; y < code->width; y++) draw_row(&b, code->data + (size_t)y * (size_t)code->width, code->width, y);
    buf_text(&b, "\"/></svg>");
    QRcode_free(code);
    const char *svg = b.overflow ? NULL : arena_text_n(a, b.p, b.n);
    buf_free(&b);
    return svg;
}
