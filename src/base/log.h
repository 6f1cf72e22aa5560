/* log.h: one JSON object a line on standard error. Values are escaped; a key whose name says it is secret (password,
 * token, secret, cookie, authorization, key) is written as "[redacted]" whatever its value. Thread-safe: a line is one
 * write(2). Rejected: printf-style messages (cannot be searched, leak by accident). */
#ifndef CHATHUB_BASE_LOG_H
#define CHATHUB_BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
struct log_field {
    const char *key;
    const char *text;
    int64_t number;
    bool is_number;
};
#define LOG_TEXT(k, v) ((struct log_field){ .key = (k), .text = (v) })
#define LOG_NUMBER(k, v) ((struct log_field){ .key = (k), .number = (int64_t)(v), .is_number = true })

void log_start(enum log_level least, int fd);
void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t count);
#define LOG(level, event, ...)                                                                                         \
    log_write((level), (event), (const struct log_field[]){ __VA_ARGS__ },                                             \
              sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field))

#endif
