/* acts.c: what happens to a conversation: the one mover of who speaks. What may happen is decided in rules.c; here it
 * is read under the row's lock, written, told, and said in the thread; and where the assistant speaks from then on, it
 * is called (answer_job.c) to what was left unanswered. */
#include "chat/private.h"

#include "base/clock.h"
#include "knowledge/knowledge.h"

/* By account: see due.c. */
STMT(due, "SELECT id FROM (SELECT id, account FROM chat_conversations WHERE status = 2 AND snoozed_until_ms <= ?1"
          " ORDER BY snoozed_until_ms LIMIT ?2) AS longest ORDER BY account, id");

enum row conversation_act(struct tx *tx, int64_t id, const struct chat_act *act, struct conversation *c,
                          enum chat_may *may)
{
    struct conversation before;
    enum row row = conversation_locked(tx, id, &before);
    if (row != ROW_FOUND) return row;
    struct chat_act with = *act;
    if (!chat_due_times(tx, &before, &with)) return ROW_FAULT;
    *may = conversation_after(&before, &with, c);
    if (*may != CHAT_MAY) return ROW_FOUND;
    const struct chat_news news = { .before = &before, .after = c };
    if (!conversation_picture(tx, &before, c) || !conversation_save(tx, &before, c, act) ||
        !line_moved(tx, &before, c, act->now_ms) || !chat_tell(tx, &news) || !notice_of_move(tx, &before, act, c))
        return ROW_FAULT;
    /* The assistant's from here on: it begins with what was left unanswered. */
    bool was = before.owner == CHAT_BOT && before.status == CHAT_OPEN;
    return was || chat_answer_later(tx, c, act->now_ms) ? ROW_FOUND : ROW_FAULT;
}

/* ---- the assistant is called ---- */

/* Nothing was taught, so no assistant will answer: what is unanswered waits for a person, and the team is called. */
static bool wait_for_a_person(struct tx *tx, struct conversation *c, int64_t now_ms)
{
    const struct chat_act want = { .kind = ACT_WANT_PERSON, .now_ms = now_ms };
    enum chat_may may;
    return c->burst_at_ms == 0 || conversation_act(tx, c->id, &want, c, &may) == ROW_FOUND;
}

bool chat_answer_later(struct tx *tx, struct conversation *c, int64_t now_ms)
{
    if (c->owner != CHAT_BOT || c->status != CHAT_OPEN) return true;
    enum row told = knowledge_told(tx, c->account, c->shop);
    if (told == ROW_NONE) return wait_for_a_person(tx, c, now_ms);
    return told == ROW_FOUND && chat_answer_put(tx, c, now_ms) >= 0;
}

int64_t chat_answer_put(struct tx *tx, const struct conversation *c, int64_t now_ms)
{
    const struct job_new job = { .kind = chat_answer_job.name,
                                 .key = arena_printf(tx_arena(tx), "%lld", (long long)c->id),
                                 .coalesce = true,
                                 .account = c->account,
                                 .ref = c->id,
                                 .run_at_ms = now_ms + ANSWER_AFTER_MS };
    return jobs_put(tx, &job, NULL);
}

/* ---- snoozed ones come back ---- */

enum { WAKE_BATCH = 50 };

static int64_t read_due(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    struct query q = query(tx, &due);
    int64_t count = 0;
    enum row row;
    bind_i64(&q, job->now_ms), bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) out[count++] = col_i64(&q, "id");
    return row == ROW_FAULT ? -1 : count;
}

/* Without waiting: what was woken before in this transaction holds its inbox's counter, and who has this conversation
 * may want just that. */
static enum job_wish wake_one(struct job *job, struct tx *tx, int64_t id)
{
    struct conversation c;
    enum row row = conversation_free(tx, id, &c);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_AGAIN : JOB_FAULT;
    enum chat_may may;
    const struct chat_act wake = { .kind = ACT_WAKE, .now_ms = job->now_ms };
    return conversation_act(tx, id, &wake, &c, &may) != ROW_FAULT ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish wake_settle(struct job *job, struct tx *tx)
{
    return jobs_each(job, tx, &(struct job_list){ .read = read_due, .one = wake_one, .max = WAKE_BATCH });
}

const struct job_kind chat_wake_job = {
    .name = "chat.wake",
    .doc = "Brings snoozed conversations back.",
    .max_attempts = 3,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .every_ms = 15 * SECOND_MS,
    .settle = wake_settle,
};
