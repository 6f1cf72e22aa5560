/* notices.c: what the house says in the thread: who came, who is waited for, when somebody will be there. Each is a
 * message with a number, in the visitor's language, written in the transaction of the hand-over that it tells; its own
 * id names what it says and the epoch, so that one hand-over is told once, and clients with words of their own (the
 * inbox, in the merchant's language) can say it themselves. What changes while it stands there is not in it: the place
 * in line is told by the conversation's state and its frames. */
#include "chat/hours.h"
#include "chat/models/local.h"
#include "chat/private.h"

#include "base/clock.h"
#include "knowledge/knowledge.h"

enum { NOTICE_BYTES = 2000 };

const char *const notice_names[] = { "joined", "waiting", "away", "assistant", "still_waiting", NULL };

struct words {
    const char *joined, *somebody, *waiting, *away, *leave_mail, *assistant, *still, *today, *tomorrow, *at, *unknown;
    const char *day[7];
};
/* clang-format off */
static const struct words all_words[LOCAL_LANGUAGES] = {
    [LOCAL_EN] = {
        .joined = "{name} is here.", .somebody = "A member of the team",
        .waiting = "A person has been asked to come.",
        .away = "Nobody is here at the moment. Somebody will be here {when}.",
        .leave_mail = "Leave your e-mail address, and you are answered there.",
        .assistant = "The assistant answers again.",
        .still = "Nobody has come yet. You can go on waiting, leave your e-mail address, or go back to the assistant.",
        .today = "today", .tomorrow = "tomorrow", .at = "{day} at {time} ({zone})", .unknown = "later",
        .day = { "on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday" } },
    [LOCAL_ZH] = {
        .joined = "{name} 已接入会话。", .somebody = "客服人员",
        .waiting = "已为您呼叫人工客服。",
        .away = "现在没有客服在线，{when}会有人为您服务。",
        .leave_mail = "您可以留下邮箱，我们会通过邮件回复您。",
        .assistant = "智能助手继续为您服务。",
        .still = "暂时还没有客服接入。您可以继续等待、留下邮箱，或返回智能助手。",
        .today = "今天", .tomorrow = "明天", .at = "{day} {time}（{zone}）", .unknown = "稍后",
        .day = { "周一", "周二", "周三", "周四", "周五", "周六", "周日" } },
    [LOCAL_ES] = {
        .joined = "{name} está aquí.", .somebody = "Una persona del equipo",
        .waiting = "Hemos avisado a una persona.",
        .away = "Ahora no hay nadie. Habrá alguien {when}.",
        .leave_mail = "Deje su correo electrónico y le responderemos allí.",
        .assistant = "El asistente vuelve a responder.",
        .still = "Todavía no ha venido nadie. Puede seguir esperando, dejar su correo o volver al asistente.",
        .today = "hoy", .tomorrow = "mañana", .at = "{day} a las {time} ({zone})", .unknown = "más tarde",
        .day = { "el lunes", "el martes", "el miércoles", "el jueves", "el viernes", "el sábado", "el domingo" } },
};
/* clang-format on */

/* The text with its {slots} filled. A value is put in as it is. */
static const char *filled(struct arena *a, const char *text, const struct slot *slots)
{
    struct buf b;
    buf_fixed(&b, arena_alloc(a, NOTICE_BYTES), NOTICE_BYTES);
    for (const char *p = text; *p; p++) {
        const struct slot *s = slots;
        for (; *p == '{' && s->name; s++) {
            size_t n = strlen(s->name);
            if (strncmp(p + 1, s->name, n) == 0 && p[n + 1] == '}') {
                buf_text(&b, s->value);
                p += n + 1;
                break;
            }
        }
        if (*p != '}') buf_char(&b, *p);
    }
    return buf_terminated(&b);
}
#define FILLED(a, text, ...) filled((a), (text), (const struct slot[]){ __VA_ARGS__, { NULL, NULL } })

static const char *when(struct arena *a, const struct words *w, const struct chat_shop_settings *s, int64_t now_ms,
                        int64_t opens_at_ms)
{
    if (opens_at_ms == 0) return w->unknown;
    struct hours_local now = hours_local_of(s->timezone, now_ms), then = hours_local_of(s->timezone, opens_at_ms);
    int64_t ahead = then.day_number - now.day_number;
    const char *day = ahead == 0 ? w->today : ahead == 1 ? w->tomorrow : w->day[then.weekday];
    if (ahead > 6) day = arena_printf(a, "%s %04d-%02d-%02d", day, then.year, then.month, then.day);
    const char *time = arena_printf(a, "%02d:%02d", then.minute / 60, then.minute % 60);
    return FILLED(a, w->at, { "day", day }, { "time", time }, { "zone", s->timezone[0] ? s->timezone : "UTC" });
}

/* What is said while nobody is there: the shop's own words first. */
static const char *away_text(struct arena *a, const struct words *w, const struct chat_shop_settings *s,
                             const struct visitor *v, int64_t now_ms, int64_t opens_at_ms)
{
    const struct chat_texts *own = chat_texts_for(s, v->language);
    const char *said = own && own->away ? own->away : "";
    const char *then = FILLED(a, w->away, { "when", when(a, w, s, now_ms, opens_at_ms) });
    const char *mail = v->email[0] ? "" : w->leave_mail;
    return arena_printf(a, "%s%s%s%s%s", said, said[0] ? "\n" : "", then, mail[0] ? "\n" : "", mail);
}

static const char *text_of(struct arena *a, enum notice *n, const struct chat_shop_settings *s, const struct visitor *v,
                           const struct conversation *c, int64_t now_ms)
{
    enum local_language l = local_language_named(v->language, LOCAL_EN);
    const struct words *w = &all_words[l];
    int64_t opens_at_ms = 0;
    switch (*n) {
    case NOTICE_JOINED: return FILLED(a, w->joined, { "name", c->person_name[0] ? c->person_name : w->somebody });
    case NOTICE_WAITING:
    case NOTICE_AWAY:
        if (!hours_open(s, now_ms, &opens_at_ms)) {
            *n = NOTICE_AWAY;
            return away_text(a, w, s, v, now_ms, opens_at_ms);
        }
        *n = NOTICE_WAITING;
        return w->waiting;
    case NOTICE_ASSISTANT: return w->assistant;
    case NOTICE_STILL_WAITING: return w->still;
    }
    return "";
}

/* In whichever language it was said. */
const char *notice_unnamed(struct arena *a, const char *text, const char *name)
{
    const struct words *said = &all_words[LOCAL_EN];
    for (size_t l = 0; l < LOCAL_LANGUAGES; l++)
        if (text_eq(FILLED(a, all_words[l].joined, { "name", name }), text)) said = &all_words[l];
    return FILLED(a, said->joined, { "name", said->somebody });
}

bool notice_put(struct tx *tx, enum notice n, int64_t now_ms, struct conversation *c)
{
    struct arena *a = tx_arena(tx);
    struct chat_shop_settings s;
    struct visitor v = { .language = "", .email = "" };
    struct message m;
    if (!chat_settings_read(tx, c->shop, a, &s) || visitor_get(tx, c->visitor, &v) == ROW_FAULT) return false;
    const char *text = text_of(a, &n, &s, &v, c, now_ms);
    const struct message_new in = { .conversation = c->id,
                                    .author = CHAT_BY_HOUSE,
                                    .author_name = n == NOTICE_JOINED ? c->person_name : "",
                                    .client_id = arena_printf(a, "%s:%lld", notice_names[n], (long long)c->epoch),
                                    .text = text,
                                    .now_ms = now_ms };
    enum message_put put = message_put(tx, &in, &m, c);
    return put == MESSAGE_NEW || put == MESSAGE_AGAIN;
}

bool notice_of_move(struct tx *tx, const struct conversation *before, const struct chat_act *act,
                    struct conversation *c)
{
    if (c->status != CHAT_OPEN) return true;
    if (c->owner == CHAT_PERSON) {
        if (before->owner == CHAT_PERSON && before->person == c->person) return true;
        return notice_put(tx, NOTICE_JOINED, act->now_ms, c);
    }
    if (before->owner == c->owner) return true;
    if (c->owner == CHAT_WAITING) return notice_put(tx, NOTICE_WAITING, act->now_ms, c);
    enum row told = knowledge_told(tx, c->account, c->shop);
    if (told != ROW_FOUND) return told == ROW_NONE; /* a shop that has told nothing has no assistant */
    return notice_put(tx, NOTICE_ASSISTANT, act->now_ms, c);
}
