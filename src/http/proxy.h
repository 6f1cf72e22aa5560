/* proxy.h: who the client is. Forwarding headers count only when the socket's other end is a proxy that the
 * configuration names; then the last hop that is not itself such a proxy is the client. */
#ifndef CHATHUB_HTTP_PROXY_H
#define CHATHUB_HTTP_PROXY_H

#include "base/str.h"
#include <netinet/in.h>

enum { PROXIES_MAX = 32 };
struct network { /* IPv4 as ::ffff:a.b.c.d */
    uint8_t address[16];
    unsigned bits;
};
struct proxy_list {
    size_t count;
    struct network network[PROXIES_MAX];
};

/* "10.0.0.1, 192.168.0.0/16, ::1". NULL or empty: nobody. False when it is not such a list. */
MUST_USE bool proxy_list_parse(const char *text, struct proxy_list *out);
MUST_USE bool proxy_list_has(const struct proxy_list *list, const uint8_t address[16]);

/* The address of a socket in 16 bytes. False for other families. */
MUST_USE bool address_of(const struct sockaddr *sa, uint8_t out[16]);
MUST_USE bool address_parse(struct str text, uint8_t out[16]); /* brackets and a port are allowed */
bool address_is_loopback(const uint8_t address[16]);
bool address_is_v4(const uint8_t address[16]);                        /* ::ffff:a.b.c.d */
void address_text(const uint8_t address[16], char *out, size_t size); /* ≥ 46 */
/* What people are shown and rows keep: "203.0.113.0/24", "2001:db8:1:2::/64". `size` ≥ 50. */
void network_text(const uint8_t address[16], char *out, size_t size);
/* The client behind X-Forwarded-For: the last hop that is no proxy of ours. UNREADABLE: what our own proxy wrote is no
 * address; nobody may be taken for the client then, and least of all the proxy. */
enum proxy_forwarded { FORWARDED_NOT, FORWARDED_BY_PROXY, FORWARDED_UNREADABLE };
MUST_USE enum proxy_forwarded proxy_client(const struct proxy_list *trusted, struct str forwarded_for, uint8_t out[16]);

#endif
