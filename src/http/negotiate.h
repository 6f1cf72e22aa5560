/* negotiate.h: what a client would rather have (RFC 9110 12.5): lists such as "zh-CN,zh;q=0.9,en;q=0.8". */
#ifndef CHATHUB_HTTP_NEGOTIATE_H
#define CHATHUB_HTTP_NEGOTIATE_H

#include "base/str.h"

/* The weight of `name` in thousandths, 0 when it is refused; -1 when neither it nor "*" is in the list. With `prefix`
 * "zh" is also meant by "zh-CN", and the best of them counts. */
MUST_USE int accept_weight(struct str list, struct str name, bool prefix);

#endif
