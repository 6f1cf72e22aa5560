/* origin.h: does a state-changing request come from our own pages? (CSRF; contracts of identity, section 6.) */
#ifndef CHATHUB_HTTP_ORIGIN_H
#define CHATHUB_HTTP_ORIGIN_H

#include "http/reader.h"

/* `origin` is ours: scheme://host[:port]. `loopback_names`: 127.0.0.1, [::1] and localhost count as one host. */
MUST_USE bool origin_ok(const struct head *h, const char *origin, bool loopback_names);

#endif
