/* assets.h: the console, from memory. The build packs its files into one table (tools/embed_assets.py): compressed
 * once, at the highest level, named by path, with a strong ETag made of the content. */
#ifndef CHATHUB_HTTP_ASSETS_H
#define CHATHUB_HTTP_ASSETS_H

#include "base/compiler.h"

struct asset {
    const char *path; /* "/assets/index-3f2a.js" */
    const char *type; /* Content-Type */
    const char *etag; /* without quotes */
    const char *body;
    size_t n, plain_n; /* as stored; as the browser sees it */
    bool gzip;         /* body is compressed */
    bool immutable;    /* the name changes when the content does */
};
extern const struct asset assets[]; /* generated; sorted by path; holds "/index.html" */
extern const size_t asset_count;
/* Addresses of the console's pages, which all are index.html: the page itself looks at its address. ":x" is any one
 * segment. NULL-ended; generated from the console's router. Anything else that is no file answers 404 with the same
 * page. */
extern const char *const assets_pages[];
bool assets_has_page(const char *path, size_t n);

/* A file whose name changes with its content, by the name that it has in the sources: asset_named("/site/",
 * "style.css") is "/site/style-0a1b2c3d.css". NULL: there is none. Lives for ever. */
const char *asset_named(const char *folder, const char *name);

#endif
