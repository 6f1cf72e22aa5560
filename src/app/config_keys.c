/* config_keys.c: the master keys, from the settings or from the file that development makes for itself. */
#include "app/private.h"
#include "base/random.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* 32 random bytes have 16 different ones or fewer once in 10^20 keys; typed, repeated and empty ones nearly always. */
enum { KEY_DISTINCT_BYTES_MIN = 17 };

static bool refuse(struct buf *error, const char *text)
{
    buf_text(error, text);
    return false;
}

static bool looks_random(const uint8_t key[MASTER_KEY_SIZE])
{
    bool seen[256] = { false };
    int distinct = 0, steps = 0;
    for (size_t i = 0; i < MASTER_KEY_SIZE; i++) {
        distinct += !seen[key[i]];
        seen[key[i]] = true;
        /* 0, 1, 2, 3… has 32 different bytes and is a typed key all the same. */
        if (i > 1) steps += (uint8_t)(key[i] - key[i - 1]) == (uint8_t)(key[i - 1] - key[i - 2]);
    }
    return distinct >= KEY_DISTINCT_BYTES_MIN && steps < MASTER_KEY_SIZE / 4;
}

/* "BASE64" (key 1) or "ID:BASE64,ID:BASE64"; NULL when it is neither. *weak: one of them was not drawn at random. */
static struct keyring *keyring_of(const char *list, bool *weak)
{
    char text[KEY_LIST_SIZE];
    *weak = false;
    if ((size_t)snprintf(text, sizeof text, "%s", list) >= sizeof text) return NULL;
    uint8_t keys[KEYRING_MAX_KEYS][MASTER_KEY_SIZE], ids[KEYRING_MAX_KEYS];
    size_t count = 0;
    char *save = NULL;
    bool sound = true;
    for (char *part = strtok_r(text, ",", &save); part && sound; part = strtok_r(NULL, ",", &save)) {
        int64_t id = 1;
        char *colon = strchr(part, ':');
        struct str value = str_of(colon ? colon + 1 : part);
        size_t n = MASTER_KEY_SIZE;
        if (colon) sound = str_to_i64((struct str){ part, (size_t)(colon - part) }, &id) && id >= 1 && id <= 255;
        sound = sound && count < KEYRING_MAX_KEYS && base64_decode(value, keys[count], &n) && n == MASTER_KEY_SIZE;
        if (sound && !looks_random(keys[count])) *weak = true;
        if (sound) ids[count++] = (uint8_t)id;
    }
    struct keyring *ring = NULL;
    if (sound && count) ring = keyring_new((const uint8_t(*)[MASTER_KEY_SIZE])keys, ids, count);
    wipe(keys, sizeof keys), wipe(text, sizeof text);
    return ring;
}

bool config_keys_check(const struct config *c, struct buf *error)
{
    if (!c->master_key) return true;
    bool weak;
    struct keyring *ring = keyring_of(c->master_key, &weak);
    if (!ring) return refuse(error, "CHATHUB_MASTER_KEY: " KEY_LIST_IS);
    keyring_free(ring);
    if (weak && c->production)
        return refuse(error, "CHATHUB_MASTER_KEY holds a key that was not drawn at random (openssl rand -base64 32). "
                             "A key that sealed values already goes behind a new one: 2:NEW,1:OLD, then keys rotate.");
    return true;
}

/* Makes master.key when it is missing. Synced before use: a sealed row must never outlive its key. */
static bool key_file_make(const char *path, struct buf *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) return true;
    if (fd < 0) {
        buf_printf(error, "%s cannot be made: %s.", path, strerror(errno));
        return false;
    }
    uint8_t key[MASTER_KEY_SIZE];
    char line[64];
    random_bytes(key, sizeof key);
    base64_encode(key, sizeof key, line);
    size_t n = strlen(line);
    line[n++] = '\n';
    bool written = write(fd, line, n) == (ssize_t)n && fsync(fd) == 0;
    close(fd);
    wipe(key, sizeof key), wipe(line, sizeof line);
    if (written) return true;
    (void)unlink(path);
    return refuse(error, "The master key could not be written into CHATHUB_DATA_DIR.");
}

static bool key_file(const struct config *c, char *text, size_t size, struct buf *error)
{
    char path[4096];
    struct stat st;
    if (snprintf(path, sizeof path, "%s/master.key", c->data_dir) >= (int)sizeof path)
        return refuse(error, "CHATHUB_DATA_DIR is too long.");
    if (!key_file_make(path, error)) return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool known = fd >= 0 && fstat(fd, &st) == 0;
    ssize_t got = known ? read(fd, text, size - 1) : -1;
    if (fd >= 0) close(fd);
    if (got <= 0) return refuse(error, "master.key in CHATHUB_DATA_DIR cannot be read.");
    if (!owner_is_trusted(&st, path, error)) return false;
    if (st.st_mode & 077) return refuse(error, "master.key must be readable by its owner only (chmod 600).");
    text[got] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    return true;
}

struct keyring *config_keyring(const struct config *c, struct buf *error)
{
    char text[KEY_LIST_SIZE];
    bool weak;
    if (c->master_key) (void)snprintf(text, sizeof text, "%s", c->master_key); /* fits: config_keys_check has read it */
    else if (!key_file(c, text, sizeof text, error)) return NULL;
    struct keyring *ring = keyring_of(text, &weak);
    if (!ring) buf_text(error, KEY_LIST_IS);
    wipe(text, sizeof text);
    return ring;
}
