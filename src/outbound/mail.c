/* mail.c: the outbox. A row and its job are written in the transaction of whatever caused the mail, so a mail is sent
 * if and only if that was committed. Failed mails keep their sealed body until they are purged: an operator may mend
 * the settings and let the job run again. */
#include "outbound/mail.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/unicode.h"
#include "outbound/private.h"

#include <stdio.h>

enum {
    ADDRESS_MAX = 254,
    SUBJECT_MAX = 500,
    TEXT_MAX = 64 << 10,
    PURGE_CHUNK = 500,
    PURGE_ATTEMPTS = 50,
};
#define MAIL_KEEP_MS (30 * DAY_MS)
/* What may have been taken is sent once more, after the other side had time to deliver it, and then no more: two of the
 * same are a nuisance, none is a customer who cannot get in. */
#define UNKNOWN_AGAIN_MS (30 * MINUTE_MS)
enum { UNKNOWNS_MAX = 2 };

static const char *const state_names[] = { "queued", "sent", "failed" };

/* ---- putting ---- */

STMT(put, "INSERT INTO mail_outbox (account_id, kind, recipient, subject, message_id, body, state, at_ms, html,"
          " reply_to) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9) RETURNING id");

bool mail_address_is_sound(struct str s)
{
    if (s.n == 0 || s.n > ADDRESS_MAX || !utf8_valid(s) || text_has_controls(s)) return false;
    size_t ats = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (strchr(" <>,;\"()", s.p[i])) return false;
        ats += s.p[i] == '@';
    }
    return ats == 1 && s.p[0] != '@' && s.p[s.n - 1] != '@';
}

static bool is_sound(const struct mail *m)
{
    struct str subject = str_of(m->subject), text = str_of(m->text);
    return mail_address_is_sound(str_of(m->to)) && subject.n > 0 && subject.n <= SUBJECT_MAX && utf8_valid(subject) &&
           !text_has_controls(subject) && text.n > 0 && text.n <= TEXT_MAX && utf8_valid(text) &&
           (!m->html || (strlen(m->html) <= TEXT_MAX && utf8_valid(str_of(m->html)))) &&
           (!m->reply_to || mail_address_is_sound(str_of(m->reply_to))) && m->kind;
}

const char *mail_sender(struct arena *a, const char *from)
{
    struct str address = smtp_address(from);
    const char *at = utf8_valid(str_of(from)) && address.n > 0 ? memchr(address.p, '@', address.n) : NULL;
    struct host_name host;
    if (!at || text_has_controls(str_of(from))) return NULL;
    struct str local = { address.p, (size_t)(at - address.p) }, typed = { at + 1, address.n - local.n - 1 };
    /* The judge of addresses wants a dot in the host; a relay on this machine may do without. */
    if (!host_name_read(a, typed, &host) ||
        !email_read(a, str_of(arena_printf(a, "%.*s@host.example", (int)local.n, local.p))))
        return NULL;
    return arena_printf(a, "%.*s%.*s@%s%s", (int)(address.p - from), from, (int)local.n, local.p, host.ascii,
                        address.p + address.n);
}

struct str mail_seal_owner(struct arena *a, const char *message_id)
{
    return str_of(arena_printf(a, "mail:%s", message_id));
}

bool mail_put(struct tx *tx, const struct mail_settings *s, const struct mail *m)
{
    if (!is_sound(m)) {
        LOG(LOG_ERROR, "mail.refused", LOG_TEXT("kind", m->kind ? m->kind : ""),
            LOG_TEXT("reason", "bad header or text"));
        return false;
    }
    struct arena *a = tx_arena(tx);
    char token[TOKEN_TEXT_SIZE];
    random_token(token);
    struct str from = smtp_address(s->from ? s->from : "");
    const char *at = from.n > 0 ? memchr(from.p, '@', from.n) : NULL;
    const char *domain = at ? arena_text_n(a, at + 1, (size_t)(from.p + from.n - at) - 1) : "localhost";
    const char *message_id = arena_printf(a, "<%s@%s>", token, domain);
    struct sealed body = seal(s->keyring, a, mail_seal_owner(a, message_id), STR("body"), str_of(m->text));
    struct sealed html = { NULL, 0 }, reply_to = { NULL, 0 };
    if (m->html) html = seal(s->keyring, a, mail_seal_owner(a, message_id), STR("html"), str_of(m->html));
    if (m->reply_to)
        reply_to = seal(s->keyring, a, mail_seal_owner(a, message_id), STR("reply_to"), str_of(m->reply_to));

    struct query q = query(tx, &put);
    bind_i64(&q, m->account), bind_text(&q, m->kind), bind_text(&q, m->to), bind_text(&q, m->subject);
    bind_text(&q, message_id), bind_blob(&q, body.p, body.n), bind_i64(&q, now_ms());
    bind_blob(&q, html.p, html.n), bind_blob(&q, reply_to.p, reply_to.n);
    if (query_row(&q) != ROW_FOUND) return false;
    /* No key: the row is new, so there cannot be another job for it, and a key costs an index entry. */
    return jobs_put(tx,
                    &(struct job_new){ .kind = mail_send_job.name, .account = m->account, .ref = col_i64(&q, "id") },
                    NULL) > 0;
}

/* ---- the job ---- */

struct sending {
    struct smtp_mail mail;
    const char *kind;
    int64_t unknowns; /* how often it may have been taken already */
    enum smtp_outcome outcome;
    const char *error;
};

STMT(load_mail,
     "SELECT kind, recipient, subject, message_id, body, html, reply_to, state, at_ms, unknowns FROM mail_outbox"
     " WHERE id = ?1");

static const struct mail_settings *settings_of(const struct job *job)
{
    const struct mail_context *c = job->context;
    assert(c && c->mail);
    return c->mail;
}

/* False: it does not open. A column without a value gives {NULL, 0}. */
static bool open_sealed(const struct mail_settings *s, struct arena *a, const struct query *q, const char *column,
                        struct str *out)
{
    struct str sealed = col_str(q, column);
    *out = (struct str){ NULL, 0 };
    return !sealed.p || unseal(s->keyring, a, mail_seal_owner(a, col_text(q, "message_id")), str_of(column),
                               (struct sealed){ (uint8_t *)sealed.p, sealed.n }, out);
}

static enum job_wish load(struct job *job, struct tx *tx)
{
    struct query q = query(tx, &load_mail);
    bind_i64(&q, job->ref);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) return JOB_FAULT;
    /* Sent already (its settlement was lost and found), or purged: nothing to do. */
    if (row == ROW_NONE || col_i64(&q, "state") == MAIL_SENT || col_is_null(&q, "body")) return JOB_FINISHED;
    struct sending *s = ARENA_NEW(job->arena, struct sending);
    s->kind = arena_text(job->arena, col_text(&q, "kind"));
    s->unknowns = col_i64(&q, "unknowns");
    s->mail = (struct smtp_mail){ .to = arena_text(job->arena, col_text(&q, "recipient")),
                                  .subject = arena_text(job->arena, col_text(&q, "subject")),
                                  .message_id = arena_text(job->arena, col_text(&q, "message_id")),
                                  .at_ms = col_i64(&q, "at_ms") };
    struct str text, html, reply_to;
    if (!open_sealed(settings_of(job), job->arena, &q, "body", &text) ||
        !open_sealed(settings_of(job), job->arena, &q, "html", &html) ||
        !open_sealed(settings_of(job), job->arena, &q, "reply_to", &reply_to)) {
        job_error(job, "the sealed text does not open");
        return JOB_GIVE_UP;
    }
    s->mail.text = text.p, s->mail.html = html.p, s->mail.reply_to = reply_to.p; /* with a NUL behind them */
    job->state = s;
    return JOB_FINISHED;
}

/* Development without a mail server: whoever started the program reads the mail in its terminal. */
static void print_mail(const struct sending *s)
{
    printf("\n---- mail (%s) to %s: %s\n%s\n----\n", s->kind, s->mail.to, s->mail.subject, s->mail.text);
    fflush(stdout);
}

static void call(struct job *job)
{
    struct sending *s = job->state;
    if (!s) return;
    const struct mail_settings *settings = settings_of(job);
    if (!settings->host) print_mail(s);
    else s->outcome = smtp_send(job->arena, settings, &s->mail, &s->error);
}

STMT(mark_sent,
     "UPDATE mail_outbox SET state = 1, sent_at_ms = ?2, body = CASE WHEN CAST(?3 AS BIGINT) = 1 THEN body END,"
     " html = CASE WHEN CAST(?3 AS BIGINT) = 1 THEN html END,"
     " reply_to = CASE WHEN CAST(?3 AS BIGINT) = 1 THEN reply_to END WHERE id = ?1");
STMT(mark_failed, "UPDATE mail_outbox SET state = 2 WHERE id = ?1 AND state = 0");

STMT(mark_unknown, "UPDATE mail_outbox SET unknowns = unknowns + 1 WHERE id = ?1");

static enum job_wish not_known(struct job *job, struct tx *tx, const struct sending *s)
{
    struct query q = query(tx, &mark_unknown);
    bind_i64(&q, job->ref);
    if (query_change(&q) < 0) return JOB_FAULT;
    if (s->unknowns + 1 >= UNKNOWNS_MAX) return JOB_GIVE_UP;
    job_again_after(job, UNKNOWN_AGAIN_MS);
    return JOB_AGAIN;
}

static enum job_wish settle(struct job *job, struct tx *tx)
{
    const struct sending *s = job->state;
    if (!s) return JOB_FINISHED;
    if (s->outcome != SMTP_SENT) job_error(job, "%s", s->error);
    switch (s->outcome) {
    case SMTP_LATER: return JOB_AGAIN;
    case SMTP_REFUSED: return JOB_GIVE_UP;
    case SMTP_UNKNOWN: return not_known(job, tx, s);
    case SMTP_SENT: break;
    }
    struct query q = query(tx, &mark_sent);
    bind_i64(&q, job->ref), bind_i64(&q, job->now_ms), bind_bool(&q, settings_of(job)->keep);
    return query_change(&q) < 0 ? JOB_FAULT : JOB_FINISHED;
}

static enum job_wish dead(struct job *job, struct tx *tx, const char *error)
{
    (void)error;
    struct query q = query(tx, &mark_failed);
    bind_i64(&q, job->ref);
    return query_change(&q) < 0 ? JOB_FAULT : JOB_FINISHED;
}

/* clang-format off */
const struct job_kind mail_send_job = {
    .name = "mail.send", .doc = "Sends one mail of the outbox.", .max_attempts = 20, .backoff_first_ms = 10 * SECOND_MS,
    .backoff_max_ms = 2 * HOUR_MS, .give_up_after_ms = DAY_MS, .pool = JOB_POOL_MAIL,
    .load = load, .call = call, .settle = settle, .dead = dead,
};
/* clang-format on */

/* ---- purge ---- */

/* The oldest rows only: a bounded look, whatever is in them. Every mail ends within a day, so none blocks the way. */
/* A row that somebody holds is left for the next time: it keeps none of the others. */
STMT(purge,
     "DELETE FROM mail_outbox WHERE id IN (SELECT id FROM mail_outbox ORDER BY id LIMIT ?2)"
     " AND at_ms < ?1 AND state <> 0",
     .postgres = "DELETE FROM mail_outbox WHERE id = ANY(ARRAY(SELECT id FROM mail_outbox WHERE"
                 " id = ANY(ARRAY(SELECT id FROM mail_outbox ORDER BY id LIMIT ?2)) AND at_ms < ?1 AND state <> 0"
                 " FOR UPDATE SKIP LOCKED))");

/* Written by a clock that was ahead: such rows at the front would stop the purge until their time has come. */
#define DATE_BACK "UPDATE mail_outbox SET at_ms = ?1 WHERE at_ms > ?1 AND id "
#define OLDEST "(SELECT id FROM mail_outbox ORDER BY id LIMIT 500)"
STMT(date_back, DATE_BACK "IN " OLDEST, .postgres = DATE_BACK "= ANY(ARRAY" OLDEST ")");

static enum job_wish purge_settle(struct job *job, struct tx *tx)
{
    struct query q = query(tx, &purge);
    bind_i64(&q, job->now_ms - MAIL_KEEP_MS), bind_i64(&q, PURGE_CHUNK);
    int64_t rows = query_change(&q);
    if (rows < 0) return JOB_FAULT;
    if (rows == 0) {
        q = query(tx, &date_back);
        bind_i64(&q, job->now_ms);
        if (query_change(&q) < 0) return JOB_FAULT;
    }
    if (rows < PURGE_CHUNK || job->attempt >= PURGE_ATTEMPTS) return JOB_FINISHED;
    job_again_after(job, SECOND_MS);
    return JOB_AGAIN;
}

/* clang-format off */
const struct job_kind mail_purge_job = {
    .name = "mail.purge", .doc = "Removes mails that ended 30 days ago.", .max_attempts = PURGE_ATTEMPTS + 10,
    .backoff_first_ms = MINUTE_MS, .backoff_max_ms = 10 * MINUTE_MS, .every_ms = HOUR_MS, .careful = true,
    .settle = purge_settle,
};
/* clang-format on */

/* ---- listing ---- */

STMT(list, "SELECT id, kind, recipient, subject, message_id, body, html, reply_to, state, at_ms, sent_at_ms"
           " FROM mail_outbox WHERE CAST(?1 AS BIGINT) = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2");

enum row mail_list(struct tx *tx, const struct mail_settings *s, int64_t after_id, int64_t limit, struct mail_row *out,
                   size_t *count)
{
    assert(after_id >= 0 && limit > 0);
    struct arena *a = tx_arena(tx);
    *count = 0;
    struct query q = query(tx, &list);
    bind_i64(&q, after_id), bind_i64(&q, limit);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t state = col_state(&q, "state", MAIL_QUEUED, MAIL_FAILED);
        struct str text, html, reply_to;
        if (!open_sealed(s, a, &q, "body", &text)) text.p = NULL;
        if (!open_sealed(s, a, &q, "html", &html)) html.p = NULL;
        if (!open_sealed(s, a, &q, "reply_to", &reply_to)) reply_to.p = NULL;
        out[(*count)++] = (struct mail_row){ .id = col_i64(&q, "id"),
                                             .at_ms = col_i64(&q, "at_ms"),
                                             .sent_at_ms = col_i64(&q, "sent_at_ms"),
                                             .to = col_text(&q, "recipient"),
                                             .subject = col_text(&q, "subject"),
                                             .text = text.p,
                                             .html = html.p,
                                             .reply_to = reply_to.p,
                                             .kind = col_text(&q, "kind"),
                                             .state = state_names[state] };
    }
    return row == ROW_FAULT ? ROW_FAULT : *count > 0 ? ROW_FOUND : ROW_NONE;
}
