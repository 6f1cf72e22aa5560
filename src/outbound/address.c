/* address.c: which addresses a merchant's url must not reach. IPv4 is a list of refusals (the special-purpose registry,
 * RFC 6890 and later). IPv6 is the other way round: only global unicast 2000::/3 is open, less the parts of it that are
 * not plain internet. So every form that carries an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) is refused
 * whole, whatever address is inside. */
#include "outbound/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

struct range4 {
    uint32_t base;
    unsigned bits;
};
/* clang-format off */
static const struct range4 internal4[] = {
    { 0x00000000, 8 },      /* 0.0.0.0/8 "this network"; Linux connects 0.0.0.0 to itself */
    { 0x0a000000, 8 },      /* 10.0.0.0/8 private */
    { 0x64400000, 10 },     /* 100.64.0.0/10 carrier NAT; some clouds serve metadata there */
    { 0x7f000000, 8 },      /* 127.0.0.0/8 loopback */
    { 0xa9fe0000, 16 },     /* 169.254.0.0/16 link-local, cloud metadata */
    { 0xac100000, 12 },     /* 172.16.0.0/12 private */
    { 0xc0000000, 24 },     /* 192.0.0.0/24 protocol assignments */
    { 0xc0000200, 24 },     /* 192.0.2.0/24 documentation */
    { 0xc0586300, 24 },     /* 192.88.99.0/24 6to4 relays */
    { 0xc0a80000, 16 },     /* 192.168.0.0/16 private */
    { 0xc6120000, 15 },     /* 198.18.0.0/15 benchmarks */
    { 0xc6336400, 24 },     /* 198.51.100.0/24 documentation */
    { 0xcb007100, 24 },     /* 203.0.113.0/24 documentation */
    { 0xe0000000, 4 },      /* 224.0.0.0/4 multicast */
    { 0xf0000000, 4 },      /* 240.0.0.0/4 reserved, broadcast */
};

struct range6 { uint8_t base[4]; unsigned bits; };
static const struct range6 closed6[] = {
    { { 0x20, 0x01, 0x00, 0x00 }, 23 },      /* 2001::/23 protocol assignments: Teredo, ORCHID, benchmarks */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32 },      /* 2001:db8::/32 documentation */
    { { 0x20, 0x02, 0x00, 0x00 }, 16 },      /* 2002::/16 6to4 */
    { { 0x3f, 0xff, 0x00, 0x00 }, 20 },      /* 3fff::/20 documentation */
};
/* clang-format on */

static bool in_range(uint32_t address, uint32_t base, unsigned bits)
{
    assert(bits >= 1 && bits <= 32);
    uint32_t mask = UINT32_MAX << (32 - bits);
    return (address & mask) == (base & mask);
}

static uint32_t first_word(const uint8_t b[4])
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool internal_v4(uint32_t address)
{
    for (size_t i = 0; i < ARRAY_LEN(internal4); i++)
        if (in_range(address, internal4[i].base, internal4[i].bits)) return true;
    return false;
}

static bool internal_v6(const uint8_t address[16])
{
    uint32_t word = first_word(address);
    if (!in_range(word, 0x20000000, 3)) return true;
    for (size_t i = 0; i < ARRAY_LEN(closed6); i++)
        if (in_range(word, first_word(closed6[i].base), closed6[i].bits)) return true;
    return false;
}

bool address_is_internal(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof(in));
        return internal_v4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof(in));
        return internal_v6(in.sin6_addr.s6_addr);
    }
    return true; /* a unix socket or anything else is not the internet */
}

/* Names that lead nowhere in public, or to the machine itself: RFC 6761, 6762, 8375, and what house networks use. Those
 * for documentation and tests (example, test) lead nowhere either, but harm nobody. */
/* clang-format off */
static const char *const private_ends[] = { "localhost", "local", "localdomain", "internal", "intranet", "private",
    "lan", "home", "corp", "home.arpa", "onion", "invalid" };
/* clang-format on */

/* By the rule of browsers and libcurl: a host whose last label is a number, in decimal, octal or hex, is an address. */
static bool is_number(struct str label)
{
    bool hex = label.n >= 2 && label.p[0] == '0' && (label.p[1] == 'x' || label.p[1] == 'X');
    for (size_t i = hex ? 2 : 0; i < label.n; i++)
        if (!strchr(hex ? "0123456789abcdefABCDEF" : "0123456789", label.p[i])) return false;
    return true;
}

bool address_host_is_public(struct str host)
{
    const char *colon = host.n > 0 ? memchr(host.p, ':', host.n) : NULL;
    if (colon && memchr(colon + 1, ':', host.n - (size_t)(colon + 1 - host.p))) return false; /* IPv6 */
    if (colon) host.n = (size_t)(colon - host.p);
    if (host.n > 0 && host.p[host.n - 1] == '.') host.n--;
    const char *dot = host.n > 0 ? memrchr(host.p, '.', host.n) : NULL;
    if (!dot || is_number((struct str){ dot + 1, (size_t)(host.p + host.n - dot - 1) })) return false;
    for (size_t i = 0; i < ARRAY_LEN(private_ends); i++) {
        struct str end = str_of(private_ends[i]);
        if (host.n < end.n || strncasecmp(host.p + host.n - end.n, end.p, end.n) != 0) continue;
        if (host.n == end.n || host.p[host.n - end.n - 1] == '.') return false;
    }
    return true;
}
