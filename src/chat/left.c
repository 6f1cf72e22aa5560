/* left.c: somebody of a team can answer no more: they were removed, have left, may only look from now on, or had their
 * sign-in erased. What was theirs and is not finished goes back in the transaction that says so: nobody's, and waiting
 * for a person where its visitor has an answer to come or had asked for one; else the assistant's. A visitor would wait
 * for ever otherwise, and the team would never hear of it: who speaks is asked nothing, and no list but theirs shows
 * it.
 *
 * Somebody may have hundreds. Those in which they speak come first, and a batch of them in that transaction; the others
 * by a job. The job comes once more a minute later, for who was just handing something to them in another transaction.
 * What is resolved stays as it was; they do not have it again when it is opened (due_times.c). */
#include "chat/private.h"

#include "base/clock.h"
#include "http/events.h"

enum { LEFT_BATCH = 50, TALK_MS = 60 * 60 * 1000 };

#define USED " AND (last_number > 0 OR owner <> 1)" /* as the inbox's indexes say */
#define THEIRS(condition)                                                                                              \
    "SELECT id, CASE WHEN person = ?2 THEN 0 ELSE 1 END AS later FROM chat_conversations WHERE account = ?1"           \
    " AND " condition USED
/* clang-format off */
STMT(theirs, "SELECT id FROM (SELECT id FROM (" THEIRS("status = 1 AND owner = 3 AND person = ?2")
             " UNION " THEIRS("status = 1 AND assignee = ?2")
             " UNION " THEIRS("status = 2 AND (assignee = ?2 OR person = ?2)")
             ") AS found ORDER BY later, id LIMIT ?3) AS first ORDER BY id");
/* clang-format on */
/* Since when it waited for a person, after the assistant had it last: by the visitor's wish, the assistant's own or a
 * colleague's; and when one last said something. */
STMT(wished, "SELECT COALESCE((SELECT MAX(w.at_ms) FROM chat_moves w WHERE w.conversation = ?1 AND w.owner = 2"
             " AND w.epoch > (SELECT COALESCE(MAX(b.epoch), 0) FROM chat_moves b"
             " WHERE b.conversation = ?1 AND b.owner = 1)), 0) AS wished_at_ms,"
             " COALESCE((SELECT m.at_ms FROM chat_messages m WHERE m.conversation = ?1 AND m.author = 3"
             " ORDER BY m.number DESC LIMIT 1), 0) AS said_at_ms");

/* A wish that no person has answered with a word stands. One that somebody has begun to answer stands for as long as
 * they talk: nobody says of a talk that it is over, and weeks later it is. */
static bool still_asks(struct tx *tx, const struct conversation *c, int64_t now_ms, bool *asks)
{
    struct query q = query(tx, &wished);
    bind_i64(&q, c->id);
    if (query_row(&q) != ROW_FOUND) return false;
    int64_t wished_at_ms = col_i64(&q, "wished_at_ms"), said_at_ms = col_i64(&q, "said_at_ms");
    *asks = wished_at_ms > 0 && (said_at_ms <= wished_at_ms || c->last_at_ms > now_ms - TALK_MS);
    return true;
}

enum row conversation_left(struct tx *tx, int64_t id, int64_t person, int64_t now_ms, struct conversation *c,
                           enum chat_may *may)
{
    struct chat_act left = { .kind = ACT_LEFT, .to = person, .now_ms = now_ms };
    enum row row = conversation_locked(tx, id, c);
    if (row != ROW_FOUND) return row;
    if (!still_asks(tx, c, now_ms, &left.asked)) return ROW_FAULT;
    return conversation_act(tx, id, &left, c, may);
}

/* Their conversations, at most a batch, locked in the order of their ids before any counter of events is: whoever has
 * one of them may want the inbox's next. -1: storage fault. */
static int64_t lock_theirs(struct tx *tx, int64_t account, int64_t person, int64_t id[LEFT_BATCH])
{
    struct query q = query(tx, &theirs);
    struct conversation c;
    int64_t count = 0;
    enum row row;
    bind_i64(&q, account), bind_i64(&q, person), bind_i64(&q, LEFT_BATCH);
    while ((row = query_next(&q)) == ROW_FOUND) id[count++] = col_i64(&q, "id");
    for (int64_t i = 0; i < count && row != ROW_FAULT; i++) row = conversation_locked(tx, id[i], &c);
    return row == ROW_FAULT ? -1 : count;
}

static bool give_back(struct tx *tx, int64_t person, const int64_t *id, int64_t count, int64_t now_ms)
{
    struct conversation c;
    enum chat_may may;
    for (int64_t i = 0; i < count; i++)
        if (conversation_left(tx, id[i], person, now_ms, &c, &may) == ROW_FAULT) return false;
    return true;
}

/* The account's event first: its topic comes before those of conversations. */
bool chat_member_left(struct tx *tx, int64_t account, int64_t person, int64_t now_ms)
{
    struct job_new job = { .kind = chat_left_job.name, .account = account, .ref = person };
    int64_t id[LEFT_BATCH], count = lock_theirs(tx, account, person, id);
    if (count < 0 || !events_put(tx, account, EVENT_SESSIONS_CHANGED, NULL, NULL)) return false;
    if (!give_back(tx, person, id, count, now_ms)) return false;
    if (count == LEFT_BATCH && jobs_put(tx, &job, NULL) < 0) return false;
    job.run_at_ms = now_ms + MINUTE_MS;
    return jobs_put(tx, &job, NULL) >= 0;
}

/* Who may answer again by now keeps what they have. */
static enum job_wish settle(struct job *job, struct tx *tx)
{
    int64_t id[LEFT_BATCH];
    bool can;
    if (!chat_can_answer(tx, job->account, job->ref, &can)) return JOB_FAULT;
    if (can) return JOB_FINISHED;
    int64_t count = lock_theirs(tx, job->account, job->ref, id);
    if (count < 0 || !give_back(tx, job->ref, id, count, job->now_ms)) return JOB_FAULT;
    return count == LEFT_BATCH ? JOB_NEXT : JOB_FINISHED;
}

const struct job_kind chat_left_job = {
    .name = "chat.left",
    .doc = "Gives back what a colleague had who can answer no more.",
    .max_attempts = 20,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = 10 * MINUTE_MS,
    .settle = settle,
};
