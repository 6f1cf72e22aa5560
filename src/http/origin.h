/* origin.h: does a state-changing request come from our own pages? (CSRF; contracts of identity, section 6.) */
#ifndef CHATHUB_HTTP_ORIGIN_H
#define CHATHUB_HTTP_ORIGIN_H

#include "http/reader.h"

/* `origin` is ours: scheme://host[:port]. `loopback_names`: 127.0.0.1, [::1] and localhost count as one host. */
MUST_USE bool origin_ok(const struct head *h, const char *origin, bool loopback_names);
/* In development, where a page shows every mail: was the request sent to loopback, or to `origin`? Another site can
 * have its own name resolve to 127.0.0.1 and then reads what it likes; the name gives it away (DNS rebinding). What
 * comes without Host does not come from a browser. */
MUST_USE bool origin_host_ok(const struct head *h, const char *origin);

#endif
