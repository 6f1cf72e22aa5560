/* cookies.h: the request's cookies and the names of ours. */
#ifndef CHATHUB_HTTP_COOKIES_H
#define CHATHUB_HTTP_COOKIES_H

#include "http/reader.h"
#include "http/route.h"

/* The value of the first cookie with this name in any Cookie header; p NULL when there is none. Quotes are taken
 * off. */
struct str cookies_find(const struct head *h, const char *name);
/* The same over the text of one Cookie header (pure; fuzzed). */
struct str cookies_find_in(struct str header, const char *name);
/* "Set-Cookie: ...\r\n". Secure for "__Host-" names, HttpOnly for all but "lang", which the console reads. */
void cookies_print(struct buf *out, const struct cookie *c);
/* Only characters that RFC 6265 allows in a value, so that a cookie can never end the header line. */
MUST_USE bool cookie_value_ok(const char *value);

#endif
