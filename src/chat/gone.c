/* gone.c: somebody of a team has had their sign-in erased. Their picture goes at once. Their name stands in what they
 * have said, noted and taken over, in as many rows as that was, so it is taken out in batches by a job: who reads these
 * from then on sees that a colleague wrote them. Notices that say who came are said anew without the name, and their
 * conversations' words are gathered again, or the search would still find it.
 *
 * Words that people wrote themselves stay as they are, also where they name the colleague. Events of the last day,
 * letters as they were sent and backups hold the name until they end. */
#include "chat/faces.h"

#include "base/clock.h"
#include "jobs/jobs.h"

#include <stdlib.h>

enum { NAMES_BATCH = 500, NOTICES_BATCH = 20 };

#define UNNAME(table, name, key)                                                                                       \
    "UPDATE " table " SET " name " = '' WHERE (" key ") IN (SELECT " key " FROM " table                                \
    " WHERE person = ?1 AND person > 0 AND " name " <> '' ORDER BY " key " LIMIT ?2)"
STMT(said, UNNAME("chat_messages", "author_name", "conversation, number"));
STMT(noted, UNNAME("chat_notes", "person_name", "conversation, number"));
STMT(holds, UNNAME("chat_conversations", "person_name", "id"));
/* By the notice's own id: "joined" and the epoch that began. */
STMT(came, "SELECT m.conversation, m.number, m.author_name, m.text FROM chat_moves v JOIN chat_messages m"
           " ON m.conversation = v.conversation AND m.client_key = 'h:joined:' || v.epoch"
           " WHERE v.person = ?1 AND v.person > 0 AND m.author = 4 AND m.author_name <> ''"
           " ORDER BY v.conversation, v.epoch LIMIT ?2");
STMT(say_anew, "UPDATE chat_messages SET author_name = '', text = ?3 WHERE conversation = ?1 AND number = ?2");
STMT(drop_words, "DELETE FROM chat_words WHERE conversation = ?1");
STMT(gather_anew, "UPDATE chat_conversations SET indexed_number = 0, indexed_note = 0 WHERE id = ?1");

/* How many; -1: storage fault. */
static int64_t unname(struct tx *tx, const struct stmt *s, int64_t person)
{
    struct query q = query(tx, s);
    bind_i64(&q, person), bind_i64(&q, NAMES_BATCH);
    return query_change(&q);
}

struct notice_row {
    int64_t conversation, number;
    const char *name, *text;
};

static bool say_without(struct tx *tx, const struct notice_row *n)
{
    struct conversation c;
    enum row row = conversation_locked(tx, n->conversation, &c);
    if (row != ROW_FOUND) return row == ROW_NONE; /* it was taken out meanwhile */
    struct query say = query(tx, &say_anew), words = query(tx, &drop_words), anew = query(tx, &gather_anew);
    bind_i64(&say, n->conversation), bind_i64(&say, n->number);
    bind_text(&say, notice_unnamed(tx_arena(tx), n->text, n->name));
    bind_i64(&words, n->conversation);
    bind_i64(&anew, n->conversation);
    if (query_change(&say) < 0 || query_change(&words) < 0) return false;
    return query_change(&anew) >= 0;
}

static int by_conversation(const void *a, const void *b)
{
    const struct notice_row *x = a, *y = b;
    return (x->conversation > y->conversation) - (x->conversation < y->conversation);
}

static int64_t unname_notices(struct tx *tx, int64_t person)
{
    struct notice_row some[NOTICES_BATCH];
    size_t n = 0;
    enum row row;
    struct query q = query(tx, &came);
    bind_i64(&q, person), bind_i64(&q, NOTICES_BATCH);
    while ((row = query_next(&q)) == ROW_FOUND)
        some[n++] = (struct notice_row){ col_i64(&q, "conversation"), col_i64(&q, "number"),
                                         arena_text(tx_arena(tx), col_text(&q, "author_name")),
                                         arena_text(tx_arena(tx), col_text(&q, "text")) };
    if (row == ROW_FAULT) return -1;
    qsort(some, n, sizeof some[0], by_conversation); /* rows are locked in this order */
    for (size_t i = 0; i < n; i++)
        if (!say_without(tx, &some[i])) return -1;
    return (int64_t)n;
}

static enum job_wish settle(struct job *job, struct tx *tx)
{
    int64_t told = unname_notices(tx, job->ref), held = told < 0 ? -1 : unname(tx, &holds, job->ref);
    int64_t spoken = held < 0 ? -1 : unname(tx, &said, job->ref);
    int64_t written = spoken < 0 ? -1 : unname(tx, &noted, job->ref);
    if (written < 0) return JOB_FAULT;
    bool more = told == NOTICES_BATCH || held == NAMES_BATCH || spoken == NAMES_BATCH || written == NAMES_BATCH;
    return more ? JOB_NEXT : JOB_FINISHED;
}

const struct job_kind chat_gone_job = {
    .name = "chat.gone",
    .doc = "Takes the name of a colleague who was erased out of what they said.",
    .max_attempts = 20,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = 10 * MINUTE_MS,
    .settle = settle,
};

bool chat_person_erased(struct tx *tx, int64_t person, int64_t now_ms)
{
    const struct face_owner of = { .person = person };
    const struct job_new job = { .kind = chat_gone_job.name, .ref = person };
    if (face_drop(tx, &of, now_ms) == ROW_FAULT) return false;
    return jobs_put(tx, &job, NULL) >= 0;
}
