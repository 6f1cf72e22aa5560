/* proxy.c: addresses in 16 bytes, so that IPv4 and IPv6 are compared by one function. */
#include "http/proxy.h"
#include <arpa/inet.h>
#include <stdio.h>

static const uint8_t v4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

bool address_is_v4(const uint8_t address[16]) { return memcmp(address, v4_prefix, sizeof v4_prefix) == 0; }

bool address_of(const struct sockaddr *sa, uint8_t out[16])
{
    if (sa->sa_family == AF_INET) {
        memcpy(out, v4_prefix, sizeof v4_prefix);
        memcpy(out + 12, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
        return true;
    }
    if (sa->sa_family != AF_INET6) return false;
    memcpy(out, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
    return true;
}

static bool parse_plain(struct str text, uint8_t out[16])
{
    char copy[INET6_ADDRSTRLEN];
    if (text.n == 0 || text.n >= sizeof copy) return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    if (strlen(copy) != text.n) return false;
    if (inet_pton(AF_INET, copy, out + 12) == 1) {
        memcpy(out, v4_prefix, sizeof v4_prefix);
        return true;
    }
    return inet_pton(AF_INET6, copy, out) == 1;
}

bool address_parse(struct str text, uint8_t out[16])
{
    text = str_trim(text);
    if (text.n > 0 && text.p[0] == '[') { /* [v6] or [v6]:port */
        const char *end = memchr(text.p, ']', text.n);
        return end != NULL && parse_plain((struct str){ text.p + 1, (size_t)(end - text.p) - 1 }, out);
    }
    if (parse_plain(text, out)) return true;
    const char *colon = text.n > 0 ? memchr(text.p, ':', text.n) : NULL; /* v4:port */
    return colon != NULL && parse_plain((struct str){ text.p, (size_t)(colon - text.p) }, out);
}

static bool parse_network(struct str text, struct network *out)
{
    text = str_trim(text);
    const char *slash = text.n > 0 ? memchr(text.p, '/', text.n) : NULL;
    struct str address = slash ? (struct str){ text.p, (size_t)(slash - text.p) } : text;
    if (!parse_plain(address, out->address)) return false;
    int64_t most = address_is_v4(out->address) ? 32 : 128, bits = most;
    if (slash != NULL) {
        struct str rest = { slash + 1, text.n - address.n - 1 };
        if (!str_to_i64(rest, &bits) || bits < 0 || bits > most) return false;
    }
    out->bits = (unsigned)(bits + 128 - most);
    return true;
}

bool proxy_list_parse(const char *text, struct proxy_list *out)
{
    *out = (struct proxy_list){ 0 };
    if (text == NULL || text[0] == '\0') return true;
    for (const char *p = text;;) {
        size_t n = strcspn(p, ",");
        if (out->count == PROXIES_MAX) return false;
        if (!parse_network((struct str){ p, n }, &out->network[out->count])) return false;
        out->count++;
        if (p[n] == '\0') return true;
        p += n + 1;
    }
}

static bool inside(const struct network *net, const uint8_t address[16])
{
    unsigned whole = net->bits / 8, rest = net->bits % 8;
    if (memcmp(net->address, address, whole) != 0) return false;
    if (rest == 0) return true;
    uint8_t mask = (uint8_t)(0xff << (8 - rest));
    return (net->address[whole] & mask) == (address[whole] & mask);
}

bool proxy_list_has(const struct proxy_list *list, const uint8_t address[16])
{
    for (size_t i = 0; i < list->count; i++)
        if (inside(&list->network[i], address)) return true;
    return false;
}

bool address_is_loopback(const uint8_t address[16])
{
    static const uint8_t v6_loopback[16] = { [15] = 1 };
    if (address_is_v4(address)) return address[12] == 127;
    return memcmp(address, v6_loopback, 16) == 0;
}

void address_text(const uint8_t address[16], char *out, size_t size)
{
    bool v4 = address_is_v4(address);
    if (inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? address + 12 : address, out, (socklen_t)size) == NULL)
        (void)snprintf(out, size, "unknown");
}

void network_text(const uint8_t address[16], char *out, size_t size)
{
    uint8_t masked[16];
    memcpy(masked, address, sizeof masked);
    bool v4 = address_is_v4(address);
    memset(masked + (v4 ? 15 : 8), 0, v4 ? 1 : 8);
    char text[INET6_ADDRSTRLEN];
    address_text(masked, text, sizeof text);
    int n = snprintf(out, size, "%s/%d", text, v4 ? 24 : 64);
    assert(n > 0 && (size_t)n < size);
    (void)n;
}

enum proxy_forwarded proxy_client(const struct proxy_list *trusted, struct str forwarded_for, uint8_t out[16])
{
    struct str rest = forwarded_for;
    if (rest.p == NULL || str_trim(rest).n == 0) return FORWARDED_NOT;
    for (int hops = 0; hops < PROXIES_MAX; hops++) {
        size_t start = rest.n;
        while (start > 0 && rest.p[start - 1] != ',') start--;
        uint8_t address[16];
        if (!address_parse((struct str){ rest.p + start, rest.n - start }, address)) return FORWARDED_UNREADABLE;
        memcpy(out, address, 16);
        if (!proxy_list_has(trusted, address)) return FORWARDED_BY_PROXY;
        if (start == 0) return FORWARDED_BY_PROXY; /* every hop is a proxy of ours: the first one asks */
        rest.n = start - 1;
    }
    return FORWARDED_UNREADABLE;
}
