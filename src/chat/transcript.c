/* transcript.c: a copy of the conversation by mail, to an address that the visitor types. Anybody's address can be
 * typed in, so what a stranger could be made to get is small: a conversation sends three copies a day, an address gets
 * three a day from an account's shops and twelve from all together, and there is a copy only where the shop has
 * answered. Links in it are words. Asked again before anything was added, the same copy is not sent twice.
 *
 * What visitors ask for and what the team sends is counted apart, and so is each account: a stranger who types an
 * address uses up neither the team's copies nor those of another shop.
 *
 * Both are counted by statements that count and judge in one, so that requests at once count one after the other. */
#include "chat/desk.h"
#include "chat/hours.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "shops/shops.h"

enum { A_DAY = 3, OF_ALL_A_DAY = 12, KEY_HEX = 40, WORDS_BYTES = 12000, LINE_CHARS = 2000 };

#define OVER "(chat_transcripts.began_ms <= ?3 OR chat_transcripts.began_ms > ?2)"
STMT(count_one, "INSERT INTO chat_transcripts (counted, began_ms, sent, number, address) VALUES (?1, ?2, 1, ?5, ?6)"
                " ON CONFLICT (counted) DO UPDATE SET"
                " sent = CASE WHEN " OVER " THEN 1 ELSE chat_transcripts.sent + 1 END,"
                " began_ms = CASE WHEN " OVER " THEN ?2 ELSE chat_transcripts.began_ms END,"
                " number = ?5, address = ?6 WHERE " OVER " OR chat_transcripts.sent < ?4");
STMT(last_one, "SELECT number, address FROM chat_transcripts WHERE counted = ?1");
STMT(forget,
     "DELETE FROM chat_transcripts WHERE began_ms < ?1 AND counted IN (SELECT counted FROM chat_transcripts"
     " WHERE began_ms < ?1 ORDER BY began_ms LIMIT ?2)",
     .postgres = "DELETE FROM chat_transcripts WHERE counted = ANY(ARRAY(SELECT counted FROM chat_transcripts"
                 " WHERE began_ms < ?1 ORDER BY began_ms LIMIT ?2 FOR UPDATE SKIP LOCKED))");

/* clang-format off */
const struct letter chat_transcript_letter = {
    .kind = "chat_transcript",
    .slot = { LETTER_SLOT_TEXT("shop", "Tea <b>& Co</b>"),
              LETTER_SLOT_LINES("words", "2026-11-28 10:00 Ann: Is it in stock?\n2026-11-28 10:01 Anna: It is."),
              LETTER_SLOT_LINK("link", "https://tea.example") },
    .en = { "Your conversation with {shop}",
            "Hello,\n\nthis is a copy of your conversation with {shop}:\n\n{words}\n\n[To the shop]{link}\n\n"
            "You get this letter because a copy was asked for in the chat of {shop}, with this address. If that was "
            "not you, nothing is to be done." },
    .zh = { "您与“{shop}”的聊天记录",
            "您好：\n\n以下是您与“{shop}”的聊天记录：\n\n{words}\n\n[前往店铺]{link}\n\n"
            "有人在“{shop}”的聊天中填写此邮箱并索取了聊天记录，因此您收到这封邮件。如果不是您本人，无需理会。" },
};
static const struct problem problem_nothing_said = {
    "transcript_empty", 409, "There is no conversation to send yet.", "还没有可以发送的聊天记录。"
};
static const struct problem problem_no_address = {
    "transcript_no_address", 409, "No address of this visitor is known.", "尚不知道这位访客的邮箱。"
};
static const struct problem problem_enough = {
    "transcript_limit", 429, "Enough copies were sent today. Please try again tomorrow.",
    "今天发送的聊天记录已达上限，请明天再试。"
};
/* clang-format on */

/* ---- its words ---- */

size_t letter_cost(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += strchr("<>&\"'", *text) ? 6 : *text == '\n' ? 5 : 1;
    return n;
}

static const char *speaker(const struct message *m, const char *visitor, const char *bot, bool english)
{
    if (m->author == CHAT_BY_VISITOR) return visitor[0] ? visitor : english ? "You" : "您";
    if (m->author == CHAT_BY_BOT) return bot[0] ? bot : english ? "Assistant" : "智能助手";
    return m->author_name[0] ? m->author_name : english ? "The team" : "客服";
}

struct copy {
    const struct conversation *c;
    const struct visitor *v;
    const char *email, *zone, *bot;
    bool english, by_team;
};

static const char *line_of(struct arena *a, const struct copy *w, const struct message *m)
{
    struct hours_local at = hours_local_of(w->zone, m->at_ms);
    struct str text = str_of(m->text);
    size_t n = unicode_cut(text, LINE_CHARS);
    const char *picture = !m->image ? "" : w->english ? "a picture, " : "图片，";
    return arena_printf(a, "%04d-%02d-%02d %02d:%02d %s%s%s%.*s%s", at.year, at.month, at.day, at.minute / 60,
                        at.minute % 60, speaker(m, w->v->name, w->bot, w->english), w->english ? ": " : "：", picture,
                        (int)n, text.p, n < text.n ? "…" : "");
}

/* The last that fit, oldest first; what the house said is known. *answered: somebody of the shop did. NULL: a fault. */
static const char *words_of(struct tx *tx, const struct copy *w, bool *answered)
{
    struct arena *a = tx_arena(tx);
    struct message *m = ARENA_ARRAY(a, struct message, MESSAGES_PAGE_MAX);
    const char *line[MESSAGES_PAGE_MAX];
    size_t count, bytes = 0, cost = 0, from;
    struct buf b;
    *answered = false;
    if (!messages_before(tx, w->c->id, w->c->last_number + 1, MESSAGES_PAGE_MAX, m, &count)) return NULL;
    for (size_t i = 0; i < count; i++) *answered |= m[i].author == CHAT_BY_BOT || m[i].author == CHAT_BY_PERSON;
    for (from = count; from > 0; from--) {
        const struct message *one = &m[from - 1];
        line[from - 1] = one->author == CHAT_BY_HOUSE ? NULL : line_of(a, w, one);
        if (!line[from - 1]) continue;
        bytes += strlen(line[from - 1]) + 1, cost += letter_cost(line[from - 1]) + 6;
        if (bytes > WORDS_BYTES || cost > LETTER_COST_MAX) break;
    }
    buf_fixed(&b, arena_alloc(a, WORDS_BYTES + 200), WORDS_BYTES + 200);
    if (from > 0 || w->c->last_number > (int64_t)count) buf_text(&b, w->english ? "…\n" : "……\n");
    for (size_t i = from; i < count; i++)
        if (line[i]) buf_text(&b, line[i]), buf_char(&b, '\n');
    if (b.n > 0) b.n--;
    return buf_terminated(&b);
}

/* ---- how often ---- */

static const char *address_key(struct arena *a, const char *email)
{
    uint8_t mac[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE], *lower = arena_text(a, email);
    for (char *p = lower; *p; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p - 'A' + 'a');
    /* ann+1@ and ann+2@ are one letter box. */
    char *plus = strchr(lower, '+'), *at = strrchr(lower, '@');
    if (plus && at && plus > lower && plus < at) memmove(plus, at, strlen(at) + 1);
    keyring_mac(chat_settings.keyring, STR("transcript address"), str_of(lower), mac);
    hex_encode(mac, sizeof mac, hex);
    return arena_printf(a, "a:%.*s", KEY_HEX, hex);
}

static enum row take_one(struct tx *tx, const char *key, int64_t most, int64_t now_ms, int64_t number,
                         const char *address)
{
    struct query q = query(tx, &count_one);
    bind_text(&q, key), bind_i64(&q, now_ms), bind_i64(&q, now_ms - DAY_MS), bind_i64(&q, most);
    bind_i64(&q, number), bind_text(&q, address);
    int64_t rows = query_change(&q);
    return rows < 0 ? ROW_FAULT : rows == 0 ? ROW_NONE : ROW_FOUND;
}

static const char *count_of(struct arena *a, const struct conversation *c, bool by_team)
{
    return arena_printf(a, "%s:%lld", by_team ? "ct" : "c", (long long)c->id);
}

/* This very copy is on its way, whoever of both asked for it. */
static bool sent_already(struct tx *tx, const struct conversation *c, const char *address, bool *sent)
{
    *sent = false;
    for (int by_team = 0; by_team < 2 && !*sent; by_team++) {
        struct query q = query(tx, &last_one);
        bind_text(&q, count_of(tx_arena(tx), c, by_team));
        enum row row = query_row(&q);
        if (row == ROW_FAULT) return false;
        *sent =
            row == ROW_FOUND && col_i64(&q, "number") == c->last_number && text_eq(col_text(&q, "address"), address);
    }
    return true;
}

/* ROW_NONE: enough of them. The narrowest count first everywhere: rows are locked in one order. */
static enum row take_all(struct req *req, const struct copy *w, const char *address)
{
    const char *lane = w->by_team ? "t" : "v", *conversation = count_of(req->arena, w->c, w->by_team);
    const char *of_account = arena_printf(req->arena, "%s:%lld:%s", lane, (long long)w->c->account, address);
    enum row row = take_one(req->tx, conversation, A_DAY, req->now_ms, w->c->last_number, address);
    if (row == ROW_FOUND) row = take_one(req->tx, of_account, A_DAY, req->now_ms, 0, "");
    if (row != ROW_FOUND) return row;
    return take_one(req->tx, arena_printf(req->arena, "%s:%s", lane, address), OF_ALL_A_DAY, req->now_ms, 0, "");
}

int64_t transcripts_forget(struct tx *tx, int64_t now_ms, int64_t most)
{
    struct query q = query(tx, &forget);
    bind_i64(&q, now_ms - 2 * DAY_MS), bind_i64(&q, most);
    return query_change(&q);
}

/* ---- the letter ---- */

static bool put_letter(struct tx *tx, const struct copy *w, const char *words)
{
    struct shop shop;
    enum row row = shops_get(tx, w->c->shop, &shop);
    if (row != ROW_FOUND) return row == ROW_NONE;
    const char *link = shop.domain ? arena_printf(tx_arena(tx), "https://%s", shop.domain) : chat_settings.base_url;
    const struct letter_value values[] = { LETTER_VALUE_TEXT("shop", shop.name), LETTER_VALUE_LINES("words", words),
                                           LETTER_VALUE_LINK("link", link), LETTER_END };
    const struct letter_to to = { .email = w->email, .lang = w->english ? "en" : "zh-CN", .account = w->c->account };
    return letter_put(tx, chat_settings.mail, &chat_transcript_letter, &to, values);
}

/* ANSWER_GO_ON: it is sent, or was: *fresh says which. */
static enum answer send_copy(struct req *req, struct copy *w, bool *fresh)
{
    struct chat_shop_settings s;
    bool answered, sent;
    const char *address = address_key(req->arena, w->email);
    if (!chat_settings_read(req->tx, w->c->shop, req->arena, &s)) return reply_fault(req);
    w->zone = s.timezone, w->bot = s.bot_name;
    const char *words = words_of(req->tx, w, &answered);
    if (!words || !sent_already(req->tx, w->c, address, &sent)) return reply_fault(req);
    *fresh = !sent;
    if (sent) return ANSWER_GO_ON;
    if (!answered) return reply_problem(req, &problem_nothing_said);
    enum row row = take_all(req, w, address);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE) return reply_later(req, &problem_enough, DAY_MS / SECOND_MS);
    return !chat_settings.mail || put_letter(req->tx, w, words) ? ANSWER_GO_ON : reply_fault(req);
}

struct post_transcript {
    const char *email;
};
/* clang-format off */
static const struct field post_transcript_fields[] = {
    FIELD_TEXT(struct post_transcript, email, .min = 1, .max = 254, .form = TEXT_EMAIL, .doc = "Where the copy goes."),
    FIELD_END
};
/* clang-format on */
static const struct shape transcript_shape[] = { SHAPE_TEXT("email", .doc = "Where it goes."), SHAPE_END };

static void sent_json(struct json *j, const void *arg)
{
    const struct post_transcript *in = arg;
    json_text(j, "email", in->email);
}

static enum answer run_transcript(struct req *req)
{
    const struct post_transcript *in = req->body;
    struct visitor v;
    struct tenant_chat place;
    struct conversation c;
    enum answer a = visitor_enter(req, true, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    enum row row = visitor_conversation(req->tx, &v, req->now_ms, &c);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE) return reply_problem(req, &problem_nothing_said);
    struct copy w = { .c = &c, .v = &v, .email = in->email, .english = strncmp(v.language, "zh", 2) != 0 };
    bool fresh = false;
    a = send_copy(req, &w, &fresh);
    return a == ANSWER_GO_ON ? reply_json(req, 200, sent_json, in) : a;
}

/* ---- by somebody of the team: to the address that is known, and nowhere else ---- */

struct path_talk {
    int64_t id;
};
/* clang-format off */
static const struct field path_talk_fields[] = {
    FIELD_ID(struct path_talk, id, .doc = "Of a conversation."), FIELD_END };
/* clang-format on */

/* The shop's word before the visitor's own. "": neither is known. */
static enum row address_of(struct tx *tx, const struct visitor *v, const char **email)
{
    struct identity who;
    enum row row = identity_get(tx, v->id, &who);
    *email = row == ROW_FOUND && who.email[0] ? who.email : v->email;
    return row;
}

/* A note says to all colleagues that a letter goes, and to where. */
static bool note_sent(struct req *req, const struct account_colleague *me, const char *email, struct conversation *c)
{
    bool english = text_eq(me->lang, "en");
    struct note n = {
        .conversation = c->id,
        .person = me->person,
        .person_name = me->name ? me->name : "",
        .text = arena_printf(req->arena,
                             english ? "A copy of the conversation was mailed to %s." : "对话记录已发送至 %s。", email),
        .at_ms = req->now_ms,
    };
    /* With the time: the same copy may go again, when another one went to another address between them. */
    const char *key = arena_printf(req->arena, "transcript:%lld:%s:%lld", (long long)c->last_number,
                                   address_key(req->arena, email), (long long)req->now_ms);
    enum message_put put = note_put(req->tx, &n, key, c);
    return put == MESSAGE_NEW || put == MESSAGE_AGAIN;
}

static enum answer run_team_transcript(struct req *req)
{
    struct conversation c;
    struct visitor v;
    struct account_colleague me;
    struct post_transcript out;
    enum row row = conversation_get(req->tx, ((const struct path_talk *)req->path)->id, &c);
    if (row == ROW_FOUND && c.account != req->who.account) row = ROW_NONE;
    if (row == ROW_FOUND) row = visitor_locked(req->tx, c.visitor, &v);
    /* As it is now: it may have been taken out while this waited for its visitor. */
    if (row == ROW_FOUND) row = conversation_locked(req->tx, c.id, &c);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    enum answer a = desk_me(req, &me);
    if (a != ANSWER_GO_ON) return a;
    if (address_of(req->tx, &v, &out.email) == ROW_FAULT) return reply_fault(req);
    if (!out.email[0]) return reply_problem(req, &problem_no_address);
    struct copy w = {
        .c = &c, .v = &v, .email = out.email, .english = strncmp(v.language, "zh", 2) != 0, .by_team = true
    };
    bool fresh = false;
    a = send_copy(req, &w, &fresh);
    if (a != ANSWER_GO_ON) return a;
    if (fresh && !note_sent(req, &me, out.email, &c)) return reply_fault(req);
    return reply_json(req, 200, sent_json, &out);
}

static const struct limit network_limit = { .name = "chat_transcripts", .burst = 20, .per_ms = HOUR_MS };
/* clang-format off */
const struct route chat_transcript_routes[] = {
    { .verb = VERB_POST, .path = "/api/chat/:shop/transcript", .who = WHO_ANYONE, .tag = "Chat",
      .origins = ORIGINS_ASKED, .origin = visitor_origin, .prepare = visitor_prepare, PATH_FIELDS(path_chat),
      .passive = true, .limit = &network_limit, .key_limit = { &chat_visitor_limit, &chat_shop_limit }, .tx = TX_WRITE,
      BODY_FIELDS(post_transcript), .answer = transcript_shape,
      PROBLEMS(&problem_not_found, &problem_chat_paused, &problem_chat_token, &problem_chat_blocked,
               &problem_nothing_said, &problem_enough),
      .run = run_transcript, .doc = "A copy of the conversation by mail." },
    { .verb = VERB_POST, .path = "/api/inbox/:id/transcript", .who = WHO_STAFF, .tx = TX_WRITE, .tag = "Inbox",
      .idempotent = true, PATH_FIELDS(path_talk), .answer = transcript_shape,
      PROBLEMS(&problem_not_found, &problem_nothing_said, &problem_no_address, &problem_enough),
      .run = run_team_transcript, .doc = "Mail a copy of the conversation to its visitor's address; a note says so." },
    ROUTE_END
};
/* clang-format on */
