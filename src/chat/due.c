/* due.c: what comes by itself. A person who has been silent for a while leaves the conversation to the assistant; the
 * team is told again of a visitor who waits; a visitor for whom nobody came is told so. The times stand in the
 * conversation's row, set by the rules (rules.c) from the shop's settings, so that a kill forgets none, and what has
 * happened meanwhile takes them away. Rejected: a job for each of them, put and moved with every word of a person. */
#include "chat/hours.h"
#include "chat/private.h"

#include "base/clock.h"
#include "knowledge/knowledge.h"

enum { DUE_BATCH = 15, ALERTED_MAX = 10 };

/* What is due longest, by account: each of them takes its inbox's counter, and whoever holds several takes them in this
 * order. A conversation is in one of the two lists alone: who waits has no person who could be silent. */
STMT(due, "SELECT id FROM (SELECT id, account FROM ("
          "SELECT id, account, at_ms FROM (SELECT id, account, back_at_ms AS at_ms FROM chat_conversations"
          " WHERE back_at_ms > 0 AND back_at_ms <= ?1 ORDER BY back_at_ms LIMIT ?2) AS back UNION ALL "
          "SELECT id, account, at_ms FROM (SELECT id, account, alert_at_ms AS at_ms FROM chat_conversations"
          " WHERE alert_at_ms > 0 AND alert_at_ms <= ?1 ORDER BY alert_at_ms LIMIT ?2) AS alert"
          ") AS listed ORDER BY at_ms LIMIT ?2) AS longest ORDER BY account, id");

STMT(alerted, "SELECT id FROM chat_conversations WHERE account = ?1 AND status = 1 AND owner = 2 AND alerts > 0"
              " AND id <> ?2 ORDER BY waiting_since_ms, id LIMIT 10");
static_assert(ALERTED_MAX == 10, "the statement says the same");

/* ---- when it is due ---- */

static int64_t read_due(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    struct query q = query(tx, &due);
    int64_t count = 0;
    enum row row;
    bind_i64(&q, job->now_ms), bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) out[count++] = col_i64(&q, "id");
    return row == ROW_FAULT ? -1 : count;
}

/* A team that was told of so many who still wait knows; a crowd of visitors is not to fill its mailboxes. */
static bool letters_about(struct tx *tx, const struct conversation *c, const struct chat_shop_settings *s,
                          int64_t now_ms)
{
    struct query q = query(tx, &alerted);
    size_t others = 0;
    enum row row;
    bind_i64(&q, c->account), bind_i64(&q, c->id);
    while ((row = query_next(&q)) == ROW_FOUND) others++;
    if (row == ROW_FAULT) return false;
    return others >= ALERTED_MAX || alert_letters(tx, c, s, now_ms);
}

/* The team is told, and once more later; then the visitor too. */
static bool still_waits(struct tx *tx, const struct conversation *before, int64_t now_ms)
{
    struct conversation c = *before;
    struct chat_shop_settings s;
    if (!chat_settings_read(tx, c.shop, tx_arena(tx), &s)) return false;
    bool again = c.alerts == 0 && s.alert_again_ms > 0;
    int64_t again_at_ms = c.waiting_since_ms + s.alert_again_ms;
    if (again && again_at_ms <= now_ms) again_at_ms = now_ms + s.alert_again_ms; /* the program was not there */
    c.alerts++;
    c.alert_at_ms = again ? again_at_ms : 0;
    if (!conversation_save(tx, before, &c, NULL)) return false;
    if (s.alert_mail && !letters_about(tx, &c, &s, now_ms)) return false;
    int64_t opens_at_ms;
    /* Who was told when somebody will be there has been told. */
    return again || !hours_open(&s, now_ms, &opens_at_ms) || notice_put(tx, NOTICE_STILL_WAITING, now_ms, &c);
}

/* Without waiting for who has it: that may be just the person who comes. */
static enum job_wish one_due(struct job *job, struct tx *tx, int64_t id)
{
    struct conversation c;
    enum chat_may may;
    enum row row = conversation_free(tx, id, &c);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_AGAIN : JOB_FAULT;
    if (c.alert_at_ms > 0 && c.alert_at_ms <= job->now_ms)
        return still_waits(tx, &c, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
    const struct chat_act back = { .kind = ACT_BACK, .now_ms = job->now_ms };
    return conversation_act(tx, id, &back, &c, &may) != ROW_FAULT ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish settle(struct job *job, struct tx *tx)
{
    return jobs_each(job, tx, &(struct job_list){ .read = read_due, .one = one_due, .max = DUE_BATCH });
}

const struct job_kind chat_due_job = {
    .name = "chat.due",
    .doc = "Lets the assistant answer again, and tells who waits and who is waited for.",
    .max_attempts = 3,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .every_ms = 10 * SECOND_MS,
    .settle = settle,
};
