/* doctor.h: what `doctor` measures, apart from how it tells it. */
#ifndef CHATHUB_APP_DOCTOR_H
#define CHATHUB_APP_DOCTOR_H

#include "base/str.h"

struct statvfs;
int64_t doctor_free_mb(const struct statvfs *v);
/* NULL: something answers there; else why not. It takes no longer than limit_ms, its name's look-up included. */
const char *doctor_reach(const char *host, int64_t port, int64_t limit_ms);

#endif
