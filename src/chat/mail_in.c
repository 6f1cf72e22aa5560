/* mail_in.c: what comes to an address of a conversation by mail. The mail server posts the mail as it is, signed over
 * its bytes; the bytes are their own id, so the same mail is stored once, and there is no time in the signature to go
 * stale while a queue waits.
 *
 * The words become the visitor's when the address holds, and the mail says that it is from where the letter went. From
 * elsewhere (it was passed on, or they write from another address) they are a note for the team, which decides: whoever
 * holds a mail that was passed on must not speak as the visitor. What a program sent is nobody's word, and nothing here
 * is ever answered by mail: so two programs cannot write to each other.
 *
 * An answer by mail is for a person: what the assistant says is not mailed, so it would answer nobody. */
#include "chat/mail_in.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "outbound/webhook.h"

enum {
    PIECES_MAX = 5, /* of a long mail, as messages */
    PIECE_CUT_MIN = 3000,
    TALK_HOURLY = 20,                                                    /* mails that one conversation takes */
    TALK_LOOK_BACK = 2 * TALK_HOURLY * (PIECES_MAX + MAIL_PICTURES_MAX), /* what they make, and what is said between */
    NOTE_TEXT_MAX = 4000,
    MAILS_A_MINUTE = 1200,
    HEAD_MAX = 128 << 10,
    NAMED_MAX = 20, /* addresses in a head that are looked at */
};

/* Mails: of one there may be many messages, whose keys are "m:", its own forty signs, and which of them it is. */
STMT(recent,
     "SELECT (SELECT COUNT(DISTINCT substr(client_key, 3, 40)) FROM chat_messages WHERE conversation = ?1 AND number > "
     "?2 AND at_ms > ?4 AND at_ms <= ?5"
     " AND substr(client_key, 1, 2) = 'm:')"
     " + (SELECT COUNT(*) FROM chat_notes WHERE conversation = ?1 AND number > ?3 AND at_ms > ?4 AND at_ms <= ?5"
     " AND substr(client_key, 1, 8) = 'p0:mail-') AS mails");
STMT(mailed, "SELECT mailed_number FROM chat_conversations WHERE id = ?1");

static bool is_set(void) { return chat_settings.reply_domain != NULL; }

static enum inbound_verdict mail_verify(struct delivery *d, struct tx *tx)
{
    const struct webhook_secrets secrets = { .count = 1, .secret = { str_of(chat_settings.mail_secret) } };
    (void)tx;
    if (webhook_verify_x_signature(&secrets, inbound_header(d, "x-signature"), d->body) == WEBHOOK_OK)
        return INBOUND_GOOD;
    d->reason = "its signature is not right";
    return INBOUND_REFUSED;
}

/* Up to the line that is empty; more than this no mail server takes for a head. */
static struct str head_of(struct str mail)
{
    struct str head = { mail.p, mail.n < HEAD_MAX ? mail.n : HEAD_MAX };
    for (const char *p = head.p, *end = head.p + head.n; head.n > 0 && (p = memchr(p, '\n', (size_t)(end - p))); p++) {
        const char *next = p + 1 < end && p[1] == '\r' ? p + 2 : p + 1;
        if (next < end && *next == '\n') return (struct str){ head.p, (size_t)(p - head.p) };
    }
    return head;
}

/* The conversation of the first address in it that holds. */
static enum row find_named(struct tx *tx, struct str head, struct conversation *c)
{
    struct reply_token token;
    for (int tries = 0; head.n > 0 && tries < NAMED_MAX;) {
        const char *end = memchr(head.p, '\n', head.n);
        struct str line = { head.p, end ? (size_t)(end - head.p) : head.n };
        head.p += line.n + (end != NULL), head.n -= line.n + (end != NULL);
        if (!reply_token_find(line, &token)) continue;
        enum row row = conversation_get(tx, token.conversation, c);
        if (row == ROW_FAULT || (row == ROW_FOUND && reply_token_is_of(&token, c))) return row;
        tries++;
    }
    return ROW_NONE;
}

/* Anybody can write to the domain. Only what names an address that was given out is kept, and counts as its account's;
 * all else is taken, so that nobody's mail server sends it back or tries again, and forgotten. */
static const struct inbound_words too_much = { 413, "text/plain", "too much beside its files" };

static enum inbound_verdict mail_identify(struct delivery *d, struct tx *tx)
{
    char hex[SHA256_HEX_SIZE];
    struct conversation c;
    d->answer = d->sender->ack;
    enum row row = find_named(tx, head_of(d->body), &c);
    if (row != ROW_FOUND) return row == ROW_NONE ? INBOUND_ASKED : INBOUND_FAULT;
    if (mail_in_is_too_much(
            d->body)) { /* said at once, so that its writer gets it back and does not wait for an answer */
        d->answer = too_much;
        return INBOUND_ASKED;
    }
    d->account = c.account;
    sha256_hex(d->body, hex);
    d->id = arena_text(d->arena, hex);
    return INBOUND_GOOD;
}

/* ---- what it is for ---- */

struct mail_talk {
    const struct mail_in *mail;
    const struct mail_in_made *made; /* NULL: its pictures stay outside */
    struct conversation c;
    struct visitor v;
    const char *email; /* where the letters go */
    int64_t now_ms;
    bool english; /* for the visitor */
};

/* The visitor is locked before its conversation is. *no: why not; NULL: it may. */
static enum row find_talk(struct tx *tx, struct mail_talk *t, bool lock, const char **no)
{
    struct reply_token token;
    struct tenant_chat place;
    struct identity who;
    *no = "nothing: no address of a conversation";
    if (!reply_token_find(str_of(t->mail->to), &token)) return ROW_FOUND;
    enum row row = conversation_get(tx, token.conversation, &t->c);
    *no = "refused: the address is of no conversation";
    if (row != ROW_FOUND) return row == ROW_NONE ? ROW_FOUND : row;
    if (!reply_token_is_of(&token, &t->c)) return ROW_FOUND;
    *no = "refused: the address is over";
    if (token.ends_ms <= t->now_ms || token.ends_ms > time_latest_end(t->now_ms, REPLY_TOKEN_LIFE_MS)) return ROW_FOUND;
    row = lock ? visitor_locked(tx, t->c.visitor, &t->v) : visitor_get(tx, t->c.visitor, &t->v);
    if (row == ROW_FOUND && lock) row = conversation_locked(tx, t->c.id, &t->c);
    *no = "nothing: the conversation was removed";
    if (row != ROW_FOUND) return row == ROW_NONE ? ROW_FOUND : row;
    *no = "refused: the visitor is blocked";
    if (t->v.blocked_at_ms) return ROW_FOUND;
    enum chat_door door = chat_enter(tx, t->c.shop, NULL, false, &place, &t->v);
    if (door == DOOR_FAULT) return ROW_FAULT;
    *no = "refused: the chat of the shop is off";
    if (door != DOOR_NO_TOKEN) return ROW_FOUND;
    row = identity_get(tx, t->v.id, &who);
    if (row == ROW_FAULT) return row;
    t->email = row == ROW_FOUND && who.email[0] ? who.email : t->v.email;
    t->english = strncmp(t->v.language, "zh", 2) != 0;
    *no = NULL;
    return ROW_FOUND;
}

static bool too_many(struct tx *tx, const struct mail_talk *t, bool *many)
{
    struct query q = query(tx, &recent);
    bind_i64(&q, t->c.id), bind_i64(&q, t->c.last_number - TALK_LOOK_BACK);
    bind_i64(&q, t->c.last_note - TALK_LOOK_BACK), bind_i64(&q, t->now_ms - HOUR_MS);
    bind_i64(&q, time_latest_end(t->now_ms, 0));
    if (query_row(&q) != ROW_FOUND) return false;
    *many = col_i64(&q, "mails") >= TALK_HOURLY;
    return true;
}

/* ---- its words ---- */

/* How much of it is one message: to the end of a line, where one is near. */
static size_t piece_of(struct str s)
{
    size_t n = unicode_cut(s, MESSAGE_MAX);
    if (n == s.n) return n;
    for (size_t at = n, least = unicode_cut(s, PIECE_CUT_MIN); at > least; at--)
        if (s.p[at - 1] == '\n') return at;
    return n;
}

static const char *whole_text(struct arena *a, const struct mail_in *m, bool english)
{
    const char *files = mail_in_files_lines(a, m, english);
    if (!files[0]) return m->text;
    return arena_printf(a, "%s%s%s", m->text, m->text[0] ? "\n\n" : "", files);
}

/* As it was read before, unless all that was said to them has been mailed. */
static bool letters_read(struct tx *tx, const struct conversation *c, bool *all)
{
    struct query q = query(tx, &mailed);
    bind_i64(&q, c->id);
    if (query_row(&q) != ROW_FOUND) return false;
    *all = col_i64(&q, "mailed_number") >= c->last_number;
    return true;
}

static enum message_put show(struct tx *tx, struct mail_talk *t, bool all)
{
    enum message_put put = MESSAGE_NEW;
    for (size_t i = 0; i < t->made->pictures; i++) {
        const struct mail_in_picture *p = &t->made->picture[i];
        struct chat_image image;
        struct message m;
        if (!picture_keep(tx, t->c.account, t->c.shop, &p->picture, t->now_ms, &image)) return MESSAGE_FAULT;
        const struct message_new new = { .conversation = t->c.id,
                                         .author = CHAT_BY_VISITOR,
                                         .author_name = t->v.name,
                                         .client_id = arena_printf(tx_arena(tx), "%s-p%zu", t->mail->id, i),
                                         .text = p->name,
                                         .by_mail = true,
                                         .stays_unread = !all,
                                         .image = &image,
                                         .now_ms = t->now_ms };
        put = message_put(tx, &new, &m, &t->c);
        if (put != MESSAGE_NEW) return put;
    }
    return put;
}

static enum message_put say(struct tx *tx, struct mail_talk *t, size_t *pieces)
{
    struct arena *a = tx_arena(tx);
    struct str rest = str_of(whole_text(a, t->mail, t->english));
    struct message m;
    bool all;
    enum message_put put = MESSAGE_NEW;
    if (!letters_read(tx, &t->c, &all)) return MESSAGE_FAULT;
    for (*pieces = 0; rest.n > 0 && *pieces < PIECES_MAX; ++*pieces) {
        size_t n = piece_of(rest);
        struct str text = { rest.p, n };
        rest.p += n, rest.n -= n;
        bool last = *pieces + 1 == PIECES_MAX && rest.n > 0;
        if (last) text.n = unicode_cut(text, MESSAGE_MAX - 2);
        if (!unicode_has_ink(text)) continue;
        const struct message_new new = { .conversation = t->c.id,
                                         .author = CHAT_BY_VISITOR,
                                         .author_name = t->v.name,
                                         .client_id = arena_printf(a, "%s-%zu", t->mail->id, *pieces),
                                         .text = arena_printf(a, "%.*s%s", (int)text.n, text.p, last ? " …" : ""),
                                         .by_mail = true,
                                         .stays_unread = !all,
                                         .now_ms = t->now_ms };
        put = message_put(tx, &new, &m, &t->c);
        if (put != MESSAGE_NEW) return put;
    }
    return t->made ? show(tx, t, all) : put;
}

/* A person answers mails. */
static bool call_person(struct tx *tx, struct mail_talk *t)
{
    const struct chat_act act = { .kind = ACT_WANT_PERSON, .now_ms = t->now_ms };
    enum chat_may may;
    if (t->c.owner != CHAT_BOT) return true;
    return conversation_act(tx, t->c.id, &act, &t->c, &may) == ROW_FOUND;
}

static enum message_put note_down(struct tx *tx, struct mail_talk *t)
{
    struct arena *a = tx_arena(tx);
    struct tenants_owner owner = { 0 };
    if (tenants_hooks.owner && tenants_hooks.owner(tx, t->c.account, &owner) == ROW_FAULT) return MESSAGE_FAULT;
    bool english = owner.lang && strncmp(owner.lang, "en", 2) == 0;
    struct str from = str_of(t->mail->from ? t->mail->from : "?");
    const char *name = arena_text_n(a, from.p, unicode_cut(from, AUTHOR_NAME_MAX));
    const char *head = english ? "This came by mail, from another address than the visitor's:"
                               : "这封邮件发到了此对话，但发件地址不是访客的邮箱：";
    struct str text = str_of(whole_text(a, t->mail, english));
    const char *all = arena_printf(a, "%s\n\n%.*s", head, (int)unicode_cut(text, NOTE_TEXT_MAX - 500), text.p);
    struct note n = { .conversation = t->c.id, .person_name = name, .text = all, .at_ms = t->now_ms };
    return note_put(tx, &n, arena_printf(a, "mail-%s", t->mail->id), &t->c);
}

static enum job_wish put_words(struct tx *tx, struct mail_talk *t, struct buf *outcome)
{
    bool theirs = mail_in_is_from(t->mail, t->email);
    size_t pieces = 0;
    enum message_put put = theirs ? say(tx, t, &pieces) : note_down(tx, t);
    if (put == MESSAGE_FAULT) return JOB_FAULT;
    if (put != MESSAGE_NEW) buf_text(outcome, "nothing: this mail was there already");
    else if (theirs) buf_printf(outcome, "message %lld in %lld", (long long)t->c.last_number, (long long)t->c.id);
    else buf_printf(outcome, "from another address: note %lld in %lld", (long long)t->c.last_note, (long long)t->c.id);
    /* Also for a note: who answers from a second address is not to be overlooked. */
    return put != MESSAGE_NEW || call_person(tx, t) ? JOB_FINISHED : JOB_FAULT;
}

/* Whose pictures would be kept, by the head alone: a mail of 8 MB is taken apart in mail_in_make, off the lanes on
 * which everybody reads. Nothing is locked; when that has changed until the mail is acted on, what was kept is swept
 * away. */
static bool mail_look(struct delivery *d, struct job *job, struct tx *tx)
{
    struct mail_in_made *made = ARENA_NEW(d->arena, struct mail_in_made);
    struct str head = head_of(d->body);
    struct mail_in named = { .to = arena_text_n(d->arena, head.p, head.n) };
    struct mail_talk t = { .mail = &named, .now_ms = job->now_ms };
    const char *no;
    bool many;
    d->made = made;
    if (!chat_settings.reply_domain) return true;
    if (find_talk(tx, &t, false, &no) != ROW_FOUND || (!no && !too_many(tx, &t, &many))) return false;
    if (!no && !many) made->email = arena_text(d->arena, t.email);
    return true;
}

static enum job_wish mail_act(const struct delivery *d, struct job *job, struct tx *tx, struct buf *outcome)
{
    const struct mail_in_made *made = d->made; /* NULL: of a job that was put before there were pictures in mails */
    struct mail_in *m = ARENA_NEW(job->arena, struct mail_in);
    struct mail_talk t = { .mail = m, .made = made, .now_ms = job->now_ms };
    const char *no = NULL;
    bool many = false, readable = made ? made->readable : mail_read(job->arena, d->body, m);
    if (made && made->unwritten) {
        job_error(job, "its pictures could not be kept");
        return JOB_AGAIN;
    }
    if (made) *m = made->mail;
    if (!readable) no = "nothing: no mail that can be read";
    else if (m->kind == MAIL_BOUNCE) no = "nothing: a mail that came back";
    else if (m->kind == MAIL_AUTOMATIC) no = "nothing: a program wrote it";
    else if (!chat_settings.reply_domain) no = "nothing: answers by mail are switched off";
    else if (find_talk(tx, &t, true, &no) != ROW_FOUND) return JOB_FAULT;
    bool pictures = made && made->pictures > 0;
    if (!no && !unicode_has_ink(str_of(m->text)) && m->files == 0 && !pictures)
        no = "nothing: it has no words of its own";
    if (!no && !too_many(tx, &t, &many)) return JOB_FAULT;
    if (!no && many) no = "refused: too many mails in an hour";
    if (!no) return put_words(tx, &t, outcome);
    buf_text(outcome, no);
    return JOB_FINISHED;
}

static const char *const mail_headers[] = { "x-signature", NULL };
const struct sender chat_mail_sender = {
    .name = "mail",
    .doc = "Answers by mail to letters of the chat.",
    .path = "/hooks/mail",
    .headers = mail_headers,
    .ack = { 200, "text/plain", "taken" },
    .nack = { 400, "text/plain", "no" },
    .identify = mail_identify,
    .verify = mail_verify,
    .look = mail_look,
    .make = mail_in_make,
    .act = mail_act,
};

static const struct limit mail_limit = { .name = "mail_in", .burst = MAILS_A_MINUTE, .per_ms = MINUTE_MS };
/* clang-format off */
const struct route chat_mail_routes[] = {
    SENDER_ROUTE("/hooks/mail", MAIL_BYTES_MAX, &mail_limit, .exists = is_set,
                 .doc = "A mail that came to an address of a conversation, as it is."),
    ROUTE_END
};
/* clang-format on */
