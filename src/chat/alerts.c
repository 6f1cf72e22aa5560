/* alerts.c: the letter to the team that a visitor waits for a person, with the last words of the conversation, so that
 * who reads it on the way knows whether it can wait. To whom is the shop's setting; viewers cannot answer and get
 * none. */
#include "accounts/accounts.h"
#include "chat/desk.h"
#include "chat/hours.h"
#include "chat/private.h"
#include "shops/shops.h"

#include "base/clock.h"
#include "base/unicode.h"

enum { WORDS = 8, WORD_CHARS = 300, WORDS_BYTES = 6000, TEAM_MAX = 50 };

/* clang-format off */
const struct letter chat_waiting_letter = {
    .kind = "chat_waiting",
    .slot = { LETTER_SLOT_TEXT("shop", "Tea <b>& Co</b>"), LETTER_SLOT_TEXT("visitor", "Ann"),
              LETTER_SLOT_NUMBER("minutes", 2), LETTER_SLOT_LINES("words", "Ann: Hello?\nAssistant: Hello!"),
              LETTER_SLOT_LINK("link", "https://chat.example/inbox/1") },
    .en = { "{visitor} waits for a person at {shop}",
            "Hello,\n\n{visitor} has asked for a person and waits for {minutes} minutes now. The last words:\n\n"
            "{words}\n\n[Answer]{link}" },
    .zh = { "等待人工客服：{visitor}（{shop}）",
            "您好：\n\n正在等待人工客服：{visitor}，已等待 {minutes} 分钟。最近的对话：\n\n{words}\n\n[去回复]{link}" },
};
/* clang-format on */
static const char *speaker(struct arena *a, const struct message *m, const char *visitor, bool english)
{
    if (m->author == CHAT_BY_VISITOR) return visitor;
    if (m->author == CHAT_BY_BOT) return english ? "Assistant" : "智能助手";
    return arena_text(a, m->author_name);
}

/* A line each; what the house said is known. */
static const char *last_words(struct arena *a, const struct message *m, size_t count, const char *visitor, bool english)
{
    struct buf b;
    buf_fixed(&b, arena_alloc(a, WORDS_BYTES + 1), WORDS_BYTES + 1);
    for (size_t i = 0; i < count; i++) {
        struct str text = str_of(m[i].text);
        size_t n = unicode_cut(text, WORD_CHARS), before = b.n;
        if (n > WORDS_BYTES / WORDS - 200) n = unicode_cut_bytes(text, WORDS_BYTES / WORDS - 200);
        if (m[i].author == CHAT_BY_HOUSE) continue;
        if (b.n > 0) buf_char(&b, '\n');
        buf_printf(&b, "%s%s", speaker(a, &m[i], visitor, english), english ? ": " : "：");
        for (size_t k = 0; text.p && k < n; k++) buf_char(&b, text.p[k] == '\n' ? ' ' : text.p[k]);
        if (n < text.n) buf_text(&b, "…");
        if (b.overflow) b.n = before, b.overflow = false;
    }
    return b.n > 0 ? buf_terminated(&b) : "…";
}

static bool is_told(const struct chat_shop_settings *s, const struct account_colleague *who)
{
    if (s->alert_to == ALERT_OWNER) return (who->roles & WHO_OWNER) != 0;
    return (who->roles & (s->alert_to == ALERT_MANAGERS ? WHO_MANAGERS : WHO_STAFF)) != 0;
}

bool alert_letters(struct tx *tx, const struct conversation *c, const struct chat_shop_settings *s, int64_t now_ms)
{
    struct arena *a = tx_arena(tx);
    struct account_colleague team[TEAM_MAX];
    struct message m[WORDS];
    struct visitor v = { .name = "" };
    struct shop shop;
    size_t people, words;
    if (!chat_settings.mail) return true;
    enum row row = shops_get(tx, c->shop, &shop);
    if (row == ROW_FOUND) row = visitor_get(tx, c->visitor, &v);
    if (row != ROW_FOUND) return row == ROW_NONE;
    if (!messages_before(tx, c->id, INT64_MAX, WORDS, m, &words) ||
        !accounts_colleagues(tx, c->account, TEAM_MAX, team, &people))
        return false;
    const char *link = arena_printf(a, "%s/inbox/%lld", chat_settings.base_url, (long long)c->id);
    for (size_t i = 0; i < people; i++) {
        bool english = text_eq(team[i].lang, "en");
        const char *name = v.name[0] ? v.name : english ? "A visitor" : "一位访客";
        if (!is_told(s, &team[i])) continue;
        const struct letter_value values[] = { LETTER_VALUE_TEXT("shop", shop.name),
                                               LETTER_VALUE_TEXT("visitor", name),
                                               LETTER_VALUE_NUMBER("minutes",
                                                                   (now_ms - c->waiting_since_ms) / MINUTE_MS),
                                               LETTER_VALUE_LINES("words", last_words(a, m, words, name, english)),
                                               LETTER_VALUE_LINK("link", link),
                                               LETTER_END };
        const struct letter_to to = { .email = team[i].email, .lang = team[i].lang, .account = c->account };
        if (!letter_put(tx, chat_settings.mail, &chat_waiting_letter, &to, values)) return false;
    }
    return true;
}
