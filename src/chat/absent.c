/* absent.c: a visitor who left an address and has gone is told by mail what a person answered. One letter for what was
 * said in a row: it waits until nothing was added for a while, holds what nobody has read since the last one, and goes
 * out in the transaction that remembers how far it went. What the assistant said is not mailed: it answered while they
 * were there. The address is the shop's own vouching, else what the visitor typed.
 *
 * The link leads to the shop's own domain, never to a page that the visitor named: an address and a page may be typed
 * by somebody who wants to write to others under our name. */
#include "chat/mail_in.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "shops/shops.h"

enum { WORDS = 20, WORD_CHARS = 600, WORDS_BYTES = 12000, BATCH = 50 };
#define QUIET_MS (5 * MINUTE_MS)

STMT(due, "SELECT id FROM chat_conversations WHERE visitor_unread > 0 AND mailed_number < last_number"
          " AND last_at_ms <= ?1 ORDER BY last_at_ms, id LIMIT ?2");
STMT(mailed, "SELECT mailed_number FROM chat_conversations WHERE id = ?1");
STMT(mark, "UPDATE chat_conversations SET mailed_number = ?2 WHERE id = ?1");

/* clang-format off */
const struct letter chat_answered_letter = {
    .kind = "chat_answered",
    .slot = { LETTER_SLOT_TEXT("shop", "Tea <b>& Co</b>"),
              LETTER_SLOT_LINES("words", "Anna: It is in stock.\nAnna: Bye!"),
              LETTER_SLOT_LINK("link", "https://tea.example") },
    .en = { "{shop} has answered you",
            "Hello,\n\nwhile you were away, {shop} has answered in the chat:\n\n{words}\n\n[To the shop]{link}\n\n"
            "You get this letter because this address was left in the chat of {shop}." },
    .zh = { "“{shop}”回复了您",
            "您好：\n\n您离开后，“{shop}”在聊天中回复了您：\n\n{words}\n\n[前往店铺]{link}\n\n"
            "您在“{shop}”的聊天中留下了此邮箱，因此收到这封邮件。" },
};
/* The line above its words is where a quoted letter begins again (mail_words.c). */
const struct letter chat_answered_reply_letter = {
    .kind = "chat_answered_reply",
    .slot = { LETTER_SLOT_TEXT("shop", "Tea <b>& Co</b>"),
              LETTER_SLOT_LINES("words", "Anna: It is in stock.\nAnna: Bye!"),
              LETTER_SLOT_LINK("link", "https://tea.example") },
    .en = { "{shop} has answered you",
            "----- " MAIL_MARK_EN " -----\n\nHello,\n\nwhile you were away, {shop} has answered in the chat:\n\n"
            "{words}\n\n"
            "You can answer this mail: your words come to the chat.\n\n[To the shop]{link}\n\n"
            "You get this letter because this address was left in the chat of {shop}." },
    .zh = { "“{shop}”回复了您",
            "—— " MAIL_MARK_ZH " ——\n\n您好：\n\n您离开后，“{shop}”在聊天中回复了您：\n\n{words}\n\n"
            "您可以直接回复这封邮件，内容会发送到聊天中。\n\n[前往店铺]{link}\n\n"
            "您在“{shop}”的聊天中留下了此邮箱，因此收到这封邮件。" },
};
/* clang-format on */

static int64_t read_due(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    struct query q = query(tx, &due);
    int64_t count = 0;
    enum row row;
    bind_i64(&q, job->now_ms - QUIET_MS), bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) out[count++] = col_i64(&q, "id");
    return row == ROW_FAULT ? -1 : count;
}

/* What people have said behind a number; of a picture its name. NULL: nothing. *count: as many as a letter holds. */
static const char *words_of(struct arena *a, const struct message *m, size_t *count, bool english)
{
    struct buf b;
    buf_fixed(&b, arena_alloc(a, WORDS_BYTES + 1), WORDS_BYTES + 1);
    for (size_t i = 0; i < *count; i++) {
        if (m[i].author != CHAT_BY_PERSON) continue;
        struct str text = str_of(m[i].text);
        size_t n = unicode_cut(text, WORD_CHARS), before = b.n;
        if (b.n > 0) buf_char(&b, '\n');
        buf_printf(&b, "%s%s", m[i].author_name, english ? ": " : "：");
        if (m[i].image) buf_text(&b, english ? "a picture, " : "图片，");
        buf_add(&b, text.p, n);
        if (n < text.n) buf_text(&b, "…");
        if (!b.overflow && letter_cost(buf_terminated(&b)) <= LETTER_COST_MAX) continue;
        b.n = before, b.overflow = false;
        *count = i;
    }
    return b.n > 0 ? buf_terminated(&b) : NULL;
}

/* "" when there is none, or nothing may be written to them. */
static bool address_of(struct tx *tx, const struct conversation *c, const char **email, bool *english)
{
    struct visitor v;
    struct identity who;
    *email = "";
    enum row row = visitor_get(tx, c->visitor, &v);
    if (row != ROW_FOUND) return row == ROW_NONE;
    *english = strncmp(v.language, "zh", 2) != 0;
    if (v.blocked_at_ms) return true;
    *email = v.email;
    row = identity_get(tx, v.id, &who);
    if (row == ROW_FOUND && who.email[0]) *email = who.email;
    return row != ROW_FAULT;
}

/* *told: the last number that is in a letter now, or need not be. */
static bool write_letter(struct tx *tx, const struct conversation *c, int64_t behind, int64_t now_ms, int64_t *told)
{
    struct message m[WORDS];
    struct shop shop;
    size_t count, all;
    const char *email;
    bool english = true;
    *told = c->last_number;
    if (!chat_settings.mail || !messages_after(tx, c->id, behind, WORDS, m, &count)) return !chat_settings.mail;
    if (!address_of(tx, c, &email, &english)) return false;
    all = count;
    const char *words = words_of(tx_arena(tx), m, &count, english);
    if (count > 0 && m[count - 1].number < c->last_number && (count < all || all == WORDS))
        *told = m[count - 1].number; /* the rest is the next letter's */
    if (!email[0] || !words) return true;
    enum row row = shops_get(tx, c->shop, &shop);
    if (row != ROW_FOUND) return row == ROW_NONE;
    if (shop.suspended_at_ms > 0) return true; /* its chat rests, and nothing goes out in its name; nor later */
    const char *link = shop.domain ? arena_printf(tx_arena(tx), "https://%s", shop.domain) : chat_settings.base_url;
    const struct letter_value values[] = { LETTER_VALUE_TEXT("shop", shop.name), LETTER_VALUE_LINES("words", words),
                                           LETTER_VALUE_LINK("link", link), LETTER_END };
    struct letter_to to = { .email = email, .lang = english ? "en" : "zh-CN", .account = c->account };
    bool answers = chat_settings.reply_domain != NULL;
    if (answers) to.reply_to = reply_token_address(tx_arena(tx), c, now_ms);
    return letter_put(tx, chat_settings.mail, answers ? &chat_answered_reply_letter : &chat_answered_letter, &to,
                      values);
}

static enum job_wish absent_one(struct job *job, struct tx *tx, int64_t id)
{
    struct conversation c;
    enum row row = conversation_free(tx, id, &c);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_AGAIN : JOB_FAULT;
    if (c.visitor_unread == 0 || c.last_at_ms > job->now_ms - QUIET_MS) return JOB_FINISHED;
    struct query q = query(tx, &mailed);
    bind_i64(&q, id);
    if (query_row(&q) != ROW_FOUND) return JOB_FAULT;
    int64_t before = col_i64(&q, "mailed_number"), told;
    if (!write_letter(tx, &c, before > c.visitor_read ? before : c.visitor_read, job->now_ms, &told)) return JOB_FAULT;
    q = query(tx, &mark);
    bind_i64(&q, id), bind_i64(&q, told);
    return query_change(&q) == 1 ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish absent_settle(struct job *job, struct tx *tx)
{
    return jobs_each(job, tx, &(struct job_list){ .read = read_due, .one = absent_one, .max = BATCH });
}

const struct job_kind chat_absent_job = {
    .name = "chat.absent",
    .doc = "Mails to visitors who have gone what a person answered.",
    .max_attempts = 3,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .every_ms = MINUTE_MS,
    .settle = absent_settle,
};
