/* twin.c: what twins remember where the product asks rows. */
#include "tests/simulate/sim.h"
#include "tests/simulate/twin.h"

#include <stdio.h>

enum { KEPT_MAX = 256 };

static struct kept {
    int process; /* -1: forgotten */
    bool committed;
    char key[48];
    int64_t number;
} kept[KEPT_MAX];
static int kept_n, process_now;
static int64_t cursor;

void twin_process(int process) { process_now = process; }

void twin_start(void)
{
    kept_n = 0;
    cursor = 0;
}

void twin_kept(bool committed)
{
    for (int i = 0; i < kept_n; i++) {
        if (kept[i].committed) continue;
        if (committed) kept[i].committed = true;
        else kept[i].process = -1;
    }
}

void twin_forget(int process)
{
    for (int i = 0; i < kept_n; i++)
        if (kept[i].process == process) kept[i].process = -1;
}

bool twin_remembers(const struct message_new *in, const char *key, struct message *out)
{
    for (int i = 0; key && i < kept_n; i++) {
        if (kept[i].process != process_now || strcmp(kept[i].key, key) != 0) continue;
        *out = (struct message){ .conversation = in->conversation, .number = kept[i].number, .text = in->text };
        return true;
    }
    return false;
}

void twin_notes(const char *key, const struct message *m)
{
    if (!key || kept_n == KEPT_MAX) return;
    struct kept *k = &kept[kept_n++];
    *k = (struct kept){ .process = process_now, .number = m->number };
    text_copy(k->key, sizeof k->key, key);
}

void twin_cursor(int64_t conversation, struct message *m, size_t *count)
{
    size_t n = 0;
    int64_t newest = cursor;
    (void)conversation;
    for (size_t i = 0; i < *count; i++) {
        if (m[i].number > newest) newest = m[i].number;
        if (m[i].author != CHAT_BY_VISITOR || m[i].number > cursor) m[n++] = m[i];
    }
    *count = n;
    cursor = newest;
}
