/* log.c: lines are built on the stack with the JSON writer, so logging allocates nothing and works when memory is
 * short. A line is at most LINE_MAX_BYTES (a pipe takes it in one piece up to 4 KiB, a file always); values are cut,
 * then whole fields are left out and "cut":true says so.
 *
 * Rejected: a writer thread with a queue (the last lines before a crash are the ones that matter). */
#include "base/log.h"
#include "base/clock.h"
#include "base/json_write.h"

#include <errno.h>
#include <stdatomic.h>
#include <strings.h>
#include <unistd.h>

enum {
    LINE_MAX_BYTES = 8192,
    VALUE_MAX_BYTES = 1024,
    KEY_MAX_BYTES = 64,
    ESCAPED_MAX = 6,     /* bytes that one byte of text can become */
    FIELD_OVERHEAD = 32, /* comma, quotes, colon, a number, an ellipsis */
    LINE_END = 32,       /* ,"cut":true} and the line feed */
};

static _Atomic int least_level = LOG_INFO;
static _Atomic int log_fd = STDERR_FILENO;

void log_start(enum log_level least, int fd)
{
    assert(fd >= 0);
    atomic_store(&least_level, (int)least);
    atomic_store(&log_fd, fd);
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_DEBUG: return "debug";
    case LOG_INFO: return "info";
    case LOG_WARN: return "warn";
    case LOG_ERROR: return "error";
    }
    assert(!"a level that does not exist");
    return "";
}

/* By a part of the name, in any case: too much is redacted rather than too little ("key_id" is, call it "kid"). */
static bool names_secret(const char *key)
{
    static const char *const words[] = { "password", "token", "secret", "cookie", "authorization", "key" };
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcasestr(key, words[i]) != NULL) return true;
    return false;
}

static void text_field(struct json *j, const char *key, const char *text, size_t max)
{
    size_t n = strnlen(text, max + 1); /* never reads a long text to its end */
    if (n <= max) {
        json_str(j, key, (struct str){ text, n });
        return;
    }
    static const char ellipsis[] = "\xE2\x80\xA6";
    char cut[VALUE_MAX_BYTES + sizeof(ellipsis)];
    assert(max <= VALUE_MAX_BYTES);
    n = utf8_cut((struct str){ text, n }, max);
    memcpy(cut, text, n);
    memcpy(cut + n, ellipsis, sizeof(ellipsis) - 1);
    json_str(j, key, (struct str){ cut, n + sizeof(ellipsis) - 1 });
}

/* False when the line has no room for it. */
static bool add_field(struct json *j, const struct log_field *f)
{
    size_t key_n = strlen(f->key);
    assert(key_n <= KEY_MAX_BYTES); /* keys are literals of ours */
    size_t used = j->out->n + key_n + FIELD_OVERHEAD + LINE_END;
    if (used > LINE_MAX_BYTES) return false;
    if (names_secret(f->key)) {
        json_text(j, f->key, "[redacted]");
    } else if (f->is_number) {
        json_i64(j, f->key, f->number);
    } else if (f->text == NULL) {
        json_null(j, f->key);
    } else {
        /* Counted as if every byte had to be escaped, so that the end of the line always fits. */
        size_t max = (LINE_MAX_BYTES - used) / ESCAPED_MAX;
        text_field(j, f->key, f->text, max < VALUE_MAX_BYTES ? max : VALUE_MAX_BYTES);
    }
    return true;
}

static void write_line(const char *p, size_t n)
{
    int fd = atomic_load_explicit(&log_fd, memory_order_relaxed);
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR) continue;
        /* There is nowhere left to say that the log itself fails, and the service is worth more than its log. */
        if (done <= 0) return;
        p += done;
        n -= (size_t)done;
    }
}

void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t count)
{
    if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed)) return;
    int kept_errno = errno; /* a caller may log first and look at errno then */
    char memory[LINE_MAX_BYTES + 1], at[TIME_TEXT_SIZE];
    struct buf line;
    struct json j;
    buf_fixed(&line, memory, sizeof(memory));
    json_begin(&j, &line);
    json_object(&j, NULL);
    time_text(now_ms(), at);
    json_text(&j, "time", at);
    json_text(&j, "level", level_name(level));
    text_field(&j, "event", event, VALUE_MAX_BYTES);
    bool cut = false;
    for (size_t i = 0; i < count; i++) cut |= !add_field(&j, &fields[i]);
    if (cut) json_bool(&j, "cut", true);
    json_end(&j);
    json_finish(&j);
    buf_char(&line, '\n');
    assert(!line.overflow);
    write_line(line.p, line.n);
    errno = kept_errno;
}
