/* gone.c: somebody of a team has had their sign-in erased. Their picture goes at once. Their name stands in what they
 * have said, noted and taken over, in as many rows as that was, so it is taken out in batches by a job: who reads these
 * from then on sees that a colleague wrote them. Notices that say who came are said anew without the name, and their
 * conversations' words are gathered again, or the search would still find it. They are found by the hand-overs of the
 * person, so many a step: each step is a job of its own, whose note says behind which hand-over it begins. It waits
 * while much is to be gathered already, so that the search finds what is said meanwhile.
 *
 * It is done a second time a minute later: who was still at work in another transaction may have left their name behind
 * the first.
 *
 * Words that people wrote themselves stay as they are, also where they name the colleague. Events of the last day,
 * letters as they were sent and backups hold the name until they end. */
#include "chat/faces.h"
#include "chat/words.h"

#include "accounts/accounts.h"
#include "base/clock.h"
#include "jobs/jobs.h"

enum { NAMES_BATCH = 500, MOVES_BATCH = 100, BEHIND_MAX = 100 };

#define UNNAME(table, name, key)                                                                                       \
    "UPDATE " table " SET " name " = '' WHERE (" key ") IN (SELECT " key " FROM " table                                \
    " WHERE person = ?1 AND person > 0 AND " name " <> '' ORDER BY " key " LIMIT ?2)"
STMT(said, UNNAME("chat_messages", "author_name", "conversation, number"));
STMT(noted, UNNAME("chat_notes", "person_name", "conversation, number"));
STMT(holds, UNNAME("chat_conversations", "person_name", "id"));
/* By the notice's own id: "joined" and the epoch that began. A hand-over without one, or whose notice is done, is a row
 * as well: it is looked at once. */
STMT(came,
     "SELECT v.conversation, v.epoch, m.number, m.author_name, m.text FROM (SELECT conversation, epoch FROM chat_moves"
     " WHERE person = ?1 AND person > 0 AND (conversation, epoch) > (?2, ?3)"
     " ORDER BY conversation, epoch LIMIT ?4) v LEFT JOIN chat_messages m ON m.conversation = v.conversation"
     " AND m.client_key = 'h:joined:' || v.epoch AND m.author = 4 AND m.author_name <> ''"
     " ORDER BY v.conversation, v.epoch");
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

/* Behind which hand-over it goes on; as a job's note "CONVERSATION EPOCH". NULL, or no such text: from the first. */
struct place {
    int64_t conversation, epoch;
};

static struct place place_of(const char *note)
{
    struct place p = { 0 };
    const char *space = note ? strchr(note, ' ') : NULL;
    if (!space || !str_to_i64((struct str){ note, (size_t)(space - note) }, &p.conversation) ||
        !str_to_i64(str_of(space + 1), &p.epoch))
        return (struct place){ 0 };
    return p;
}

/* How many hand-overs were looked at, up to the last of them; -1: storage fault. Conversations are locked in the order
 * of their ids. */
static int64_t unname_notices(struct tx *tx, int64_t person, struct place *at)
{
    struct notice_row some[MOVES_BATCH];
    size_t n = 0;
    int64_t looked = 0;
    enum row row;
    struct query q = query(tx, &came);
    bind_i64(&q, person), bind_i64(&q, at->conversation), bind_i64(&q, at->epoch), bind_i64(&q, MOVES_BATCH);
    for (; (row = query_next(&q)) == ROW_FOUND; looked++) {
        *at = (struct place){ col_i64(&q, "conversation"), col_i64(&q, "epoch") };
        if (col_is_null(&q, "number")) continue;
        assert(n < MOVES_BATCH);
        some[n++] = (struct notice_row){ at->conversation, col_i64(&q, "number"), col_text(&q, "author_name"),
                                         col_text(&q, "text") };
    }
    if (row == ROW_FAULT) return -1;
    for (size_t i = 0; i < n; i++)
        if (!say_without(tx, &some[i])) return -1;
    return looked;
}

static bool next_step(struct job *job, struct tx *tx, struct place at)
{
    const char *note = arena_printf(tx_arena(tx), "%lld %lld", (long long)at.conversation, (long long)at.epoch);
    return jobs_put(tx, &(struct job_new){ .kind = job->kind, .ref = job->ref, .note = note }, NULL) >= 0;
}

static enum job_wish settle(struct job *job, struct tx *tx)
{
    struct place at = place_of(job->note);
    size_t behind;
    int64_t held = unname(tx, &holds, job->ref), spoken = held < 0 ? -1 : unname(tx, &said, job->ref);
    int64_t written = spoken < 0 ? -1 : unname(tx, &noted, job->ref);
    if (written < 0) return JOB_FAULT;
    if (held == NAMES_BATCH || spoken == NAMES_BATCH || written == NAMES_BATCH) return JOB_NEXT;
    if (!words_behind(tx, BEHIND_MAX + 1, &behind)) return JOB_FAULT;
    if (behind > BEHIND_MAX) {
        job_again_after(job, 5 * SECOND_MS);
        return JOB_NEXT;
    }
    int64_t looked = unname_notices(tx, job->ref, &at);
    if (looked < 0 || (looked == MOVES_BATCH && !next_step(job, tx, at))) return JOB_FAULT;
    return JOB_FINISHED;
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
    struct job_new job = { .kind = chat_gone_job.name, .ref = person };
    if (face_drop(tx, &of, now_ms) == ROW_FAULT || jobs_put(tx, &job, NULL) < 0) return false;
    job.run_at_ms = now_ms + MINUTE_MS;
    return jobs_put(tx, &job, NULL) >= 0;
}

/* ---- verify ---- */

enum { VERIFY_PAGE = 200 }; /* of jobs_unworked */

STMT(verify_gone, "SELECT CASE WHEN EXISTS (SELECT 1 FROM chat_faces WHERE person = ?1 AND shop = 0) THEN 1 ELSE 0 END"
                  " AS worn, CASE WHEN"
                  " EXISTS (SELECT 1 FROM chat_messages WHERE person = ?1 AND person > 0 AND author_name <> '') OR"
                  " EXISTS (SELECT 1 FROM chat_notes WHERE person = ?1 AND person > 0 AND person_name <> '') OR"
                  " EXISTS (SELECT 1 FROM chat_conversations WHERE person = ?1 AND person > 0 AND person_name <> '') OR"
                  " EXISTS (SELECT 1 FROM chat_moves v JOIN chat_messages m ON m.conversation = v.conversation"
                  "  AND m.client_key = 'h:joined:' || v.epoch AND m.author = 4 AND m.author_name <> ''"
                  "  WHERE v.person = ?1 AND v.person > 0) THEN 1 ELSE 0 END AS named");

bool chat_gone_piece(struct tx *tx, struct verify_piece *found)
{
    int64_t person[VERIFY_PAGE];
    bool unworked[VERIFY_PAGE];
    size_t count;
    if (!accounts_erased(tx, found->cursor[0], VERIFY_PAGE, person, &count)) return false;
    if (!jobs_unworked(tx, chat_gone_job.name, person, count, unworked)) return false;
    for (size_t i = 0; i < count; i++) {
        struct query q = query(tx, &verify_gone);
        bind_i64(&q, person[i]);
        if (query_row(&q) != ROW_FOUND) return false;
        if (col_i64(&q, "worn") != 0) verify_found(found, "person", person[i], "somebody who was erased has a picture");
        if (col_i64(&q, "named") != 0 && unworked[i])
            verify_found(found, "person", person[i], "the name of somebody who was erased stays in conversations");
        found->cursor[0] = person[i];
    }
    found->looked += (int64_t)count;
    found->more = count == VERIFY_PAGE;
    return true;
}
