/* named_job.c: a colleague who was named in a note and has not looked for a while is told by mail: one letter for what
 * was noted in a conversation meanwhile. The job is put with the naming, so nothing has to be looked for; who has
 * looked when it comes gets none. */
#include "accounts/accounts.h"
#include "chat/desk.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "shops/shops.h"

enum { NOTES = 5, NOTE_CHARS = 600, WORDS_BYTES = 6000 };
#define LATER_MS (5 * MINUTE_MS)

STMT(told, "SELECT note FROM chat_mentions_told WHERE conversation = ?1 AND person = ?2");
STMT(set_told, "INSERT INTO chat_mentions_told (conversation, person, note) VALUES (?1, ?2, ?3)"
               " ON CONFLICT (conversation, person) DO UPDATE SET note = excluded.note");
/* A letter has told of those up to ?5: none tells of a naming twice. */
STMT(unseen,
     "SELECT n.number, n.person_name, n.text FROM chat_mentions m JOIN chat_notes n ON n.conversation = m.conversation"
     " AND n.number = m.note WHERE m.account = ?1 AND m.person = ?2 AND m.conversation = ?3"
     " AND m.seen_at_ms = 0 AND m.note > ?5 ORDER BY m.note DESC LIMIT ?4");

/* clang-format off */
const struct letter chat_named_letter = {
    .kind = "chat_named",
    .slot = { LETTER_SLOT_TEXT("shop", "Tea <b>& Co</b>"), LETTER_SLOT_TEXT("name", "Ann"),
              LETTER_SLOT_LINES("words", "Ann: @Bob is the blue one back?"),
              LETTER_SLOT_LINK("link", "https://chat.example/inbox/1") },
    .en = { "{name} has named you in a note ({shop})",
            "Hello,\n\n{name} has named you in a note to a conversation of {shop}:\n\n{words}\n\n"
            "[The conversation]{link}" },
    .zh = { "{name} 在备注中提到了您（{shop}）",
            "您好：\n\n{name} 在“{shop}”的一个会话备注中提到了您：\n\n{words}\n\n[查看会话]{link}" },
};
/* clang-format on */

bool mention_mail_later(struct tx *tx, const struct conversation *c, const struct note *n, int64_t person)
{
    struct arena *a = tx_arena(tx);
    if (n->person == person) return true; /* a note to oneself */
    const struct job_new job = { .kind = chat_named_job.name,
                                 .key = arena_printf(a, "%lld:%lld", (long long)c->id, (long long)person),
                                 .coalesce = true,
                                 .account = c->account,
                                 .ref = c->id,
                                 .note = arena_printf(a, "%lld", (long long)person),
                                 .run_at_ms = n->at_ms + LATER_MS };
    return jobs_put(tx, &job, NULL) >= 0;
}

static enum row told_up_to(struct tx *tx, int64_t conversation, int64_t person, int64_t *note)
{
    struct query q = query(tx, &told);
    bind_i64(&q, conversation), bind_i64(&q, person);
    enum row row = query_row(&q);
    *note = row == ROW_FOUND ? col_i64(&q, "note") : 0;
    return row;
}

static bool tell_up_to(struct tx *tx, int64_t conversation, int64_t person, int64_t note)
{
    struct query q = query(tx, &set_told);
    bind_i64(&q, conversation), bind_i64(&q, person), bind_i64(&q, note);
    return query_put(&q);
}

/* Behind *note, newest first. *name: who wrote the newest, *note: its number. NULL: a fault; "": they have looked. */
static const char *words_of(struct tx *tx, const struct conversation *c, int64_t person, bool english,
                            const char **name, int64_t *note)
{
    struct query q = query(tx, &unseen);
    struct buf b;
    enum row row;
    buf_fixed(&b, arena_alloc(tx_arena(tx), WORDS_BYTES + 1), WORDS_BYTES + 1);
    bind_i64(&q, c->account), bind_i64(&q, person), bind_i64(&q, c->id), bind_i64(&q, NOTES), bind_i64(&q, *note);
    while ((row = query_next(&q)) == ROW_FOUND) {
        const char *by = col_text(&q, "person_name");
        struct str text = col_str(&q, "text");
        size_t n = unicode_cut(text, NOTE_CHARS), before = b.n;
        if (!*name) *note = col_i64(&q, "number");
        if (!*name) *name = by[0] ? arena_text(tx_arena(tx), by) : english ? "A colleague" : "一位同事";
        if (b.n > 0) buf_char(&b, '\n');
        buf_printf(&b, "%s%s%.*s%s", by[0] ? by : *name, english ? ": " : "：", (int)n, text.p, n < text.n ? "…" : "");
        if (b.overflow) b.n = before, b.overflow = false;
    }
    return row == ROW_FAULT ? NULL : buf_terminated(&b);
}

static bool write_letter(struct tx *tx, const struct conversation *c, const struct account_colleague *who)
{
    struct shop shop;
    bool english = text_eq(who->lang, "en");
    int64_t note;
    if (told_up_to(tx, c->id, who->person, &note) == ROW_FAULT) return false;
    const char *name = NULL, *words = words_of(tx, c, who->person, english, &name, &note);
    if (!words || !words[0] || !chat_settings.mail) return words != NULL;
    enum row row = shops_get(tx, c->shop, &shop);
    if (row != ROW_FOUND) return row == ROW_NONE;
    const char *link = arena_printf(tx_arena(tx), "%s/inbox/%lld", chat_settings.base_url, (long long)c->id);
    const struct letter_value values[] = { LETTER_VALUE_TEXT("shop", shop.name), LETTER_VALUE_TEXT("name", name),
                                           LETTER_VALUE_LINES("words", words), LETTER_VALUE_LINK("link", link),
                                           LETTER_END };
    const struct letter_to to = { .email = who->email, .lang = who->lang, .account = c->account };
    return letter_put(tx, chat_settings.mail, &chat_named_letter, &to, values) &&
           tell_up_to(tx, c->id, who->person, note);
}

static enum job_wish settle(struct job *job, struct tx *tx)
{
    struct conversation c;
    struct account_colleague who;
    int64_t person;
    if (!job->note || !str_to_i64(str_of(job->note), &person)) return JOB_FINISHED;
    enum row row = conversation_get(tx, job->ref, &c);
    if (row == ROW_FOUND) row = accounts_colleague(tx, c.account, person, &who);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_FINISHED : JOB_FAULT;
    return write_letter(tx, &c, &who) ? JOB_FINISHED : JOB_FAULT;
}

const struct job_kind chat_named_job = {
    .name = "chat.named",
    .doc = "Mails to a colleague who was named in a note and has not looked.",
    .max_attempts = 5,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .settle = settle,
};
