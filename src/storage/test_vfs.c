/* test_vfs.c: see test_vfs.h. A layer above the system's own VFS: locks, shared memory and temporary files are passed
 * through; for databases and their logs each block that was written since the last sync is kept here, per path (all
 * connections of the process see the same, as they would through the kernel's cache), and written out by xSync. */
#include "storage/test_vfs.h"
#include <assert.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096, BUCKETS = 4096, FILES_MAX = 256 };

struct block {
    struct block *next;
    int64_t number;
    unsigned char bytes[BLOCK];
};

/* What this process knows of a path beyond what is on the disk. Never freed: a path comes back. */
struct contents {
    char *path;
    int64_t size; /* as everyone here sees it */
    int64_t cut;  /* bytes of the disk from here on were truncated away, not yet synced */
    bool dirty;
    struct block *bucket[BUCKETS];
};

struct forgetful {
    sqlite3_file base;
    struct contents *contents; /* NULL: passed through */
    sqlite3_file *real;        /* behind this struct */
};

static sqlite3_vfs *under;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all contents */
static struct contents *all[FILES_MAX];
static _Atomic int64_t limit_bytes = -1;
static _Atomic int failing_syncs;

void forgetful_vfs_limit_bytes(int64_t file_bytes) { atomic_store(&limit_bytes, file_bytes); }

static atomic_bool fill_then;

void forgetful_vfs_fail_syncs(int count)
{
    if (count == 0) atomic_store(&fill_then, false);
    atomic_store(&failing_syncs, count);
}

void forgetful_vfs_fail_sync_and_fill(void)
{
    atomic_store(&fill_then, true);
    forgetful_vfs_fail_syncs(1);
}

static struct forgetful *mine(sqlite3_file *f) { return (struct forgetful *)f; }

static sqlite3_file *real(sqlite3_file *f) { return mine(f)->real; }

/* ---- blocks; the lock is held ---- */

static struct block *block_find(struct contents *c, int64_t number)
{
    struct block *b = c->bucket[number % BUCKETS];
    while (b && b->number != number) b = b->next;
    return b;
}

/* `p` holds `amount` bytes of the disk from `offset`: those from `end` on are gone for everyone here. */
static void zero_behind(void *p, int64_t offset, int64_t amount, int64_t end)
{
    int64_t keep = end > offset ? end - offset : 0;
    if (keep < amount) memset((char *)p + keep, 0, (size_t)(amount - keep));
}

/* For writing: with what the disk has, when it is new here. NULL: the disk cannot be read. */
static struct block *block_touch(struct forgetful *f, int64_t number)
{
    struct contents *c = f->contents;
    struct block *b = block_find(c, number);
    if (b) return b;
    b = calloc(1, sizeof *b);
    if (!b) abort();
    int code = f->real->pMethods->xRead(f->real, b->bytes, BLOCK, number * BLOCK);
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) {
        free(b);
        return NULL;
    }
    zero_behind(b->bytes, number * BLOCK, BLOCK, c->cut);
    b->number = number;
    b->next = c->bucket[number % BUCKETS];
    c->bucket[number % BUCKETS] = b;
    c->dirty = true;
    return b;
}

static void blocks_drop(struct contents *c, int64_t from_number)
{
    for (int i = 0; i < BUCKETS; i++) {
        for (struct block **at = &c->bucket[i]; *at;) {
            struct block *b = *at;
            if (b->number < from_number) {
                at = &b->next;
                continue;
            }
            *at = b->next;
            free(b);
        }
    }
}

static struct contents *contents_of(const char *path)
{
    for (int i = 0; i < FILES_MAX; i++) {
        if (all[i] && strcmp(all[i]->path, path) == 0) return all[i];
        if (all[i]) continue;
        all[i] = calloc(1, sizeof *all[i]);
        if (!all[i] || !(all[i]->path = strdup(path))) abort();
        all[i]->cut = INT64_MAX;
        return all[i];
    }
    abort(); /* more files than any test opens */
}

/* ---- the methods of a file ---- */

static int file_close(sqlite3_file *f) { return real(f)->pMethods ? real(f)->pMethods->xClose(real(f)) : SQLITE_OK; }

static int file_read(sqlite3_file *f, void *out, int amount, sqlite3_int64 offset)
{
    struct contents *c = mine(f)->contents;
    if (!c) return real(f)->pMethods->xRead(real(f), out, amount, offset);
    pthread_mutex_lock(&lock);
    int code = real(f)->pMethods->xRead(real(f), out, amount, offset);
    if (code == SQLITE_IOERR_SHORT_READ) code = SQLITE_OK; /* it has filled the rest with zeros */
    zero_behind(out, offset, amount, c->cut);
    for (int64_t number = offset / BLOCK; number * BLOCK < offset + amount; number++) {
        const struct block *b = block_find(c, number);
        if (!b) continue;
        int64_t from = number * BLOCK > offset ? number * BLOCK : offset;
        int64_t to = (number + 1) * BLOCK < offset + amount ? (number + 1) * BLOCK : offset + amount;
        memcpy((char *)out + (from - offset), b->bytes + (from - number * BLOCK), (size_t)(to - from));
    }
    if (code == SQLITE_OK && offset + amount > c->size) {
        zero_behind(out, offset, amount, c->size);
        code = SQLITE_IOERR_SHORT_READ;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

static int file_write(sqlite3_file *f, const void *in, int amount, sqlite3_int64 offset)
{
    struct contents *c = mine(f)->contents;
    if (!c) return real(f)->pMethods->xWrite(real(f), in, amount, offset);
    int64_t limit = atomic_load(&limit_bytes);
    if (limit >= 0 && offset + amount > limit) return SQLITE_FULL;
    int code = SQLITE_OK;
    pthread_mutex_lock(&lock);
    for (int64_t number = offset / BLOCK; code == SQLITE_OK && number * BLOCK < offset + amount; number++) {
        struct block *b = block_touch(mine(f), number);
        int64_t from = number * BLOCK > offset ? number * BLOCK : offset;
        int64_t to = (number + 1) * BLOCK < offset + amount ? (number + 1) * BLOCK : offset + amount;
        if (!b) {
            code = SQLITE_IOERR_WRITE;
        } else {
            memcpy(b->bytes + (from - number * BLOCK), (const char *)in + (from - offset), (size_t)(to - from));
        }
    }
    if (code == SQLITE_OK && offset + amount > c->size) c->size = offset + amount;
    pthread_mutex_unlock(&lock);
    return code;
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    struct contents *c = mine(f)->contents;
    if (!c) return real(f)->pMethods->xTruncate(real(f), size);
    pthread_mutex_lock(&lock);
    if (size < c->cut) c->cut = size;
    blocks_drop(c, (size + BLOCK - 1) / BLOCK);
    struct block *last = size % BLOCK ? block_find(c, size / BLOCK) : NULL;
    if (last) zero_behind(last->bytes, size - size % BLOCK, BLOCK, size);
    c->size = size;
    c->dirty = true;
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

/* The one place where bytes reach the disk. */
static int file_sync(sqlite3_file *f, int flags)
{
    struct contents *c = mine(f)->contents;
    sqlite3_file *r = real(f);
    if (!c) return r->pMethods->xSync(r, flags);
    /* The head of an empty log is synced by itself: whether it is empty depends on how long the writer was idle. */
    enum { LOG_HEAD_BYTES = 32 };
    int left = c->size > LOG_HEAD_BYTES ? atomic_load(&failing_syncs) : 0;
    while (left > 0 && !atomic_compare_exchange_weak(&failing_syncs, &left, left - 1)) continue;
    if (left > 0) {
        if (atomic_exchange(&fill_then, false)) atomic_store(&limit_bytes, 0);
        return SQLITE_IOERR_FSYNC;
    }
    int code = SQLITE_OK;
    pthread_mutex_lock(&lock);
    if (c->cut != INT64_MAX) code = r->pMethods->xTruncate(r, c->cut);
    for (int i = 0; i < BUCKETS && c->dirty; i++) {
        for (struct block *b = c->bucket[i]; b && code == SQLITE_OK; b = b->next) {
            int64_t n = c->size - b->number * BLOCK;
            if (n > 0) code = r->pMethods->xWrite(r, b->bytes, n < BLOCK ? (int)n : BLOCK, b->number * BLOCK);
        }
    }
    sqlite3_int64 on_disk = 0;
    if (code == SQLITE_OK && c->dirty) code = r->pMethods->xFileSize(r, &on_disk);
    if (code == SQLITE_OK && c->dirty && on_disk != c->size) code = r->pMethods->xTruncate(r, c->size);
    if (code == SQLITE_OK) code = r->pMethods->xSync(r, flags);
    if (code == SQLITE_OK) {
        blocks_drop(c, 0);
        c->dirty = false;
        c->cut = INT64_MAX;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

static int file_size(sqlite3_file *f, sqlite3_int64 *size)
{
    if (!mine(f)->contents) return real(f)->pMethods->xFileSize(real(f), size);
    pthread_mutex_lock(&lock);
    *size = mine(f)->contents->size;
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static int file_control(sqlite3_file *f, int op, void *arg)
{
    /* A hint would grow the real file behind our back. */
    if (mine(f)->contents && (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE)) return SQLITE_OK;
    return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int file_lock(sqlite3_file *f, int level) { return real(f)->pMethods->xLock(real(f), level); }

static int file_unlock(sqlite3_file *f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }

static int file_reserved(sqlite3_file *f, int *out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); }

static int file_sector(sqlite3_file *f) { return real(f)->pMethods->xSectorSize(real(f)); }

static int file_character(sqlite3_file *f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }

static int shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}

static int shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

static void shm_barrier(sqlite3_file *f) { real(f)->pMethods->xShmBarrier(real(f)); }

static int shm_unmap(sqlite3_file *f, int delete_it) { return real(f)->pMethods->xShmUnmap(real(f), delete_it); }

static sqlite3_io_methods methods = {
    .iVersion = 2, /* no xFetch: a mapping would show the disk's bytes */
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_character,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

/* ---- the methods of the VFS ---- */

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *out_flags)
{
    (void)vfs;
    struct forgetful *m = mine(f);
    m->real = (sqlite3_file *)(m + 1);
    m->contents = NULL;
    m->base.pMethods = NULL;
    int code = under->xOpen(under, path, m->real, flags, out_flags);
    if (code != SQLITE_OK) return code;
    m->base.pMethods = &methods;
    if (!path || !(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL))) return SQLITE_OK;
    pthread_mutex_lock(&lock);
    m->contents = contents_of(path);
    sqlite3_int64 size = 0;
    if (!m->contents->dirty) {
        code = m->real->pMethods->xFileSize(m->real, &size);
        m->contents->size = size;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    (void)vfs;
    pthread_mutex_lock(&lock);
    struct contents *c = contents_of(path);
    blocks_drop(c, 0);
    c->size = 0;
    c->dirty = false;
    c->cut = INT64_MAX;
    int code = under->xDelete(under, path, sync_folder);
    pthread_mutex_unlock(&lock);
    return code;
}

int forgetful_vfs_register(void)
{
    static sqlite3_vfs forgetful;
    if (under) return SQLITE_OK;
    under = sqlite3_vfs_find(NULL);
    if (!under) return SQLITE_ERROR;
    forgetful = *under; /* time, randomness, access, full paths: the system's */
    forgetful.zName = "forgetful";
    forgetful.pNext = NULL;
    forgetful.szOsFile = (int)sizeof(struct forgetful) + under->szOsFile;
    forgetful.xOpen = vfs_open;
    forgetful.xDelete = vfs_delete;
    return sqlite3_vfs_register(&forgetful, 0);
}
