/* urls.c: addresses that pages and servers name, taken apart by libcurl, so that what is judged is what is asked. */
#include "outbound/http_client.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>

enum { URL_KEPT_MAX = 2000 };

static const char *part(struct arena *a, const char *url, CURLUPart what)
{
    CURLU *u = curl_url();
    char *text = NULL;
    const char *out = NULL;
    if (!u) abort();
    if (curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK && curl_url_get(u, what, &text, 0) == CURLUE_OK)
        out = arena_text(a, text);
    curl_free(text);
    curl_url_cleanup(u);
    return out;
}

const char *url_resolve(struct arena *a, const char *base, const char *reference)
{
    CURLU *u = curl_url();
    char *text = NULL, *scheme = NULL, *user = NULL;
    const char *out = NULL;
    if (!u) abort();
    bool set = (!base || curl_url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK) &&
               curl_url_set(u, CURLUPART_URL, reference, 0) == CURLUE_OK &&
               curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
               curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK;
    if (set && curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
        (text_eq(scheme, "https") || text_eq(scheme, "http")) &&
        curl_url_get(u, CURLUPART_URL, &text, 0) == CURLUE_OK && strlen(text) <= URL_KEPT_MAX &&
        utf8_valid(str_of(text)) && !text_has_controls(str_of(text)) && !strpbrk(text, " <>\"\\"))
        out = arena_text(a, text);
    curl_free(text), curl_free(scheme), curl_free(user);
    curl_url_cleanup(u);
    return out;
}

const char *url_host(struct arena *a, const char *url)
{
    const char *host = part(a, url, CURLUPART_HOST);
    if (!host) return NULL;
    char *lower = arena_text(a, host);
    for (char *p = lower; *p; p++) *p = (char)tolower((unsigned char)*p);
    return lower;
}

const char *url_path(struct arena *a, const char *url)
{
    const char *path = part(a, url, CURLUPART_PATH), *query = part(a, url, CURLUPART_QUERY);
    if (!path || !path[0]) path = "/";
    return query ? arena_printf(a, "%s?%s", path, query) : path;
}

bool url_port_is_called(const char *url)
{
    CURLU *u = curl_url();
    char *port = NULL;
    if (!u) abort();
    bool called = curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
                  curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                  (text_eq(port, "443") || text_eq(port, "8443"));
    curl_free(port);
    curl_url_cleanup(u);
    return called;
}
