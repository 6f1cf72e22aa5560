/* settings_fields.c: what a shop's chat settings may be: one table, which judges what a request brings and what a row
 * holds, and writes both. What is left out has its default; what is not known is refused. */
#include "chat/settings_fields.h"

#include "base/clock.h"
#include "chat/models/sayings.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
    TEXT_MAX = 500,
    PROACTIVE_MAX = 300,
    WORDS_MAX = 50,
    WORD_MAX = 60,
    HOLIDAYS_MAX = 100,
    PAGES_MAX = 20,
    DOMAINS_MAX = 100,
    PATH_MAX_CHARS = 200,
    ZONE_MAX = 64,
    KEEP_DAYS_MAX = 3650,
    PROACTIVE_USUAL_S = 30,
    BACK_AFTER_USUAL = 15,
    ALERT_FIRST_USUAL = 2,
    ALERT_AGAIN_USUAL = 10
};
#define COLOUR_USUAL "#1d4ed8"
#define ZONES "/usr/share/zoneinfo/"

const char *const chat_avatar_names[] = { "chat", "spark", "robot", "smile", "bag", "leaf", NULL };
const char *const chat_position_names[] = { "right", "left", NULL };
const char *const chat_alert_names[] = { "everybody", "managers", "owner", NULL };
const char *const chat_day_names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL };

/* clang-format off */
FIELD_CODE(hole_missing,
           "A word in braces of the built-in sentence is missing: what is filled in there would not be told.",
           "缺少内置语句中的花括号占位，相应内容将无法显示。");
FIELD_CODE(hole_unknown, "This sentence has other words in braces than the built-in one, or an open brace.",
           "花括号占位与内置语句不一致，或花括号未闭合。");
FIELD_CODE(names_facts, "A sentence of the assistant names no amount of money and no web address.",
           "助手语句中不能出现金额或网址，请写入店铺资料。");

static const struct field quick_field =
    FIELD_TEXT(struct settings_word, text, .min = 1, .max = QUICK_REPLY_MAX, .form = TEXT_NAME);
static const struct field word_field =
    FIELD_TEXT(struct settings_word, text, .min = 1, .max = WORD_MAX, .form = TEXT_NAME);
static const struct field holiday_field = FIELD_TEXT(struct settings_word, text, .min = 10, .max = 10);
static const struct field page_field = FIELD_TEXT(struct settings_word, text, .min = 1, .max = PATH_MAX_CHARS);
static const struct field domain_field =
    FIELD_TEXT(struct settings_word, text, .min = 1, .max = 253, .form = TEXT_DOMAINS);
static const struct field span_fields[] = {
    FIELD_ENUM(struct settings_span, day, chat_day_names, .doc = "Of the shop's time zone."),
    FIELD_I64(struct settings_span, from, .min = 0, .max = DAY_MINUTES - 1, .doc = "Minute of the day."),
    FIELD_I64(struct settings_span, to, .min = 1, .max = DAY_MINUTES, .doc = "Minute of the day; 1440: midnight."),
    FIELD_END
};
static const struct field span_field = FIELD_OBJECT(struct settings_span_item, span, span_fields, struct settings_span);
#define QUICK(member, meaning)                                                                                         \
    FIELD_LIST(struct settings_texts, member, &quick_field, struct settings_word, .optional = true,                    \
               .max = QUICK_REPLIES_MAX,                                                                               \
               .doc = meaning)
static const struct field texts_fields[] = {
    FIELD_TEXT(struct settings_texts, language, .min = 2, .max = LANGUAGE_MAX, .doc = "A tag, as in zh-CN."),
    FIELD_TEXT(struct settings_texts, greeting, .optional = true, .max = TEXT_MAX, .multiline = true,
               .doc = "The first words in the chat; none: the built-in ones."),
    FIELD_TEXT(struct settings_texts, away, .optional = true, .max = TEXT_MAX, .multiline = true,
               .doc = "Said outside the hours, when somebody is wished for."),
    FIELD_TEXT(struct settings_texts, proactive, .optional = true, .max = PROACTIVE_MAX, .multiline = true,
               .doc = "The greeting that comes by itself."),
    QUICK(opening, "Chips beside the greeting."), QUICK(after, "Chips after an answer of the bot."),
    QUICK(handOff, "Chips while a person is waited for."),
    FIELD_END
};
static const struct field text_field =
    FIELD_OBJECT(struct settings_texts_item, texts, texts_fields, struct settings_texts);

static const struct field saying_fields[] = {
    FIELD_ENUM(struct settings_saying, language, say_language_names, .doc = "Whose sentence."),
    FIELD_ENUM(struct settings_saying, key, say_names, .doc = "Which sentence."),
    FIELD_TEXT(struct settings_saying, text, .min = 1, .max = TEXT_MAX, .multiline = true,
               .doc = "With all the {holes} of the built-in one."),
    FIELD_END
};
static const struct field saying_field =
    FIELD_OBJECT(struct settings_saying_item, saying, saying_fields, struct settings_saying);

#define WORDS(member, meaning)                                                                                         \
    FIELD_LIST(struct settings_doc, member, &word_field, struct settings_word, .optional = true, .max = WORDS_MAX,     \
               .doc = meaning)
#define NUMBER(member, least, most, usual, meaning)                                                                    \
    FIELD_I64(struct settings_doc, member, .optional = true, .min = (least), .max = (most), .fallback = (usual),       \
              .doc = meaning)
const struct field settings_doc_fields[] = {
    FIELD_I64(struct settings_doc, revision, .optional = true, .min = 0, .max = CHAT_NUMBER_MAX,
              .doc = "The revision that these were made from; 0: none was stored."),
    FIELD_TEXT(struct settings_doc, botName, .optional = true, .min = 1, .max = TENANT_BOT_NAME_MAX, .form = TEXT_NAME,
               .doc = "What the bot calls itself; left out: as before."),
    FIELD_TEXT(struct settings_doc, avatarUrl, .optional = true, .form = TEXT_URL, .min = 1, .max = 2048,
               .present_offset = offsetof(struct settings_doc, has_avatar_url),
               .doc = "The bot's picture; null: a drawn one; left out: as before."),
    FIELD_ENUM(struct settings_doc, avatar, chat_avatar_names, .optional = true, .doc = "The drawn picture."),
    FIELD_ENUM(struct settings_doc, position, chat_position_names, .optional = true, .doc = "The corner of the page."),
    FIELD_TEXT(struct settings_doc, colour, .optional = true, .max = 7, .doc = "As in #1d4ed8."),
    FIELD_LIST(struct settings_doc, texts, &text_field, struct settings_texts_item, .optional = true,
               .max = CHAT_LANGUAGES_MAX, .doc = "The shop's own words, once for each language."),
    FIELD_TEXT(struct settings_doc, timezone, .optional = true, .max = ZONE_MAX,
               .doc = "As in Europe/Berlin; none: UTC."),
    FIELD_BOOL(struct settings_doc, hoursOn, .optional = true, .doc = "Persons come within these hours only."),
    FIELD_LIST(struct settings_doc, hours, &span_field, struct settings_span_item, .optional = true,
               .max = 7 * HOURS_SPANS,
               .doc = "Up to three spans a day, which do not overlap."),
    FIELD_LIST(struct settings_doc, holidays, &holiday_field, struct settings_word, .optional = true,
               .max = HOLIDAYS_MAX,
               .doc = "Days without hours, as in 2026-12-25."),
    FIELD_BOOL(struct settings_doc, disclosure, .optional = true,
               .present_offset = offsetof(struct settings_doc, has_disclosure),
               .doc = "Visitors are told that the assistant is a program. Left out: true."),
    FIELD_BOOL(struct settings_doc, askScore, .optional = true,
               .present_offset = offsetof(struct settings_doc, has_ask_score),
               .doc = "Visitors are asked once, after the end, how it was. Left out: true."),
    NUMBER(backAfterMinutes, 0, DAY_MINUTES, BACK_AFTER_USUAL,
           "After a person's last word the bot answers again; 0: only when it is handed back."),
    WORDS(personWords, "These mean: a person, please."), WORDS(notPersonWords, "These do not."),
    FIELD_BOOL(struct settings_doc, alertMail, .optional = true,
               .present_offset = offsetof(struct settings_doc, has_alert_mail),
               .doc = "A mail when somebody waits for a person. Left out: true."),
    FIELD_ENUM(struct settings_doc, alertTo, chat_alert_names, .optional = true, .doc = "Who gets that mail."),
    NUMBER(alertFirstMinutes, 1, DAY_MINUTES, ALERT_FIRST_USUAL, "From the wish until the first mail."),
    FIELD_I64(struct settings_doc, alertAgainMinutes, .optional = true, .min = 0, .max = DAY_MINUTES,
              .fallback = ALERT_AGAIN_USUAL, .present_offset = offsetof(struct settings_doc, has_alert_again),
              .doc = "From the wish until the second one, later than the first; 0: none. Left out: 10, and none where"
                     " that is not later."),
    NUMBER(keepDays, 0, KEEP_DAYS_MAX, 0, "Conversations are removed so long after their last word; 0: never."),
    FIELD_BOOL(struct settings_doc, proactive, .optional = true, .doc = "A greeting by itself, once a visit."),
    NUMBER(proactiveAfterSeconds, 1, 3600, PROACTIVE_USUAL_S, "Of time on a page."),
    FIELD_LIST(struct settings_doc, proactivePages, &page_field, struct settings_word, .optional = true,
               .max = PAGES_MAX,
               .doc = "Beginnings of paths, as in /cart; none: every page."),
    FIELD_LIST(struct settings_doc, domains, &domain_field, struct settings_word, .optional = true, .max = DOMAINS_MAX,
               .doc = "Beside the shop's own: the chat opens on their pages too. *.shop.example: also below it."),
    FIELD_LIST(struct settings_doc, sayings, &saying_field, struct settings_saying_item, .optional = true,
               .max = LOCAL_LANGUAGES * SAY_COUNT,
               .doc = "Sentences of the assistant that it says otherwise; the others are the built-in ones."),
    FIELD_BOOL(struct settings_doc, oldSignature, .optional = true,
               .doc = "Deliveries of a store are taken that are signed without a time: x-evershop-signature holds"
                      " nothing but the HMAC-SHA256 of the body, in hex."),
    FIELD_END
};
const struct shape chat_span_shape[] = {
    SHAPE_ENUM("day", chat_day_names), SHAPE_I64("from"), SHAPE_I64("to"), SHAPE_END };
const struct shape chat_texts_shape[] = {
    SHAPE_TEXT("language"), SHAPE_TEXT("greeting"), SHAPE_TEXT("away"), SHAPE_TEXT("proactive"),
    SHAPE_TEXT_LIST("opening"), SHAPE_TEXT_LIST("after"), SHAPE_TEXT_LIST("handOff"), SHAPE_END };
const struct shape chat_saying_shape[] = {
    SHAPE_ENUM("language", say_language_names), SHAPE_ENUM("key", say_names), SHAPE_TEXT("text"), SHAPE_END };
/* clang-format on */

/* ---- what the table cannot say ---- */

static bool is_colour(const char *text)
{
    return text[0] == '#' && strlen(text) == 7 && strspn(text + 1, "0123456789abcdefABCDEF") == 6;
}

static bool is_tag(const char *text)
{
    size_t part = strcspn(text, "-");
    if (part < 2 || part > 3) return false;
    for (const char *p = text; *p; p++)
        if (*p != '-' && !((*p | 32) >= 'a' && (*p | 32) <= 'z') && !(p > text + part && *p >= '0' && *p <= '9'))
            return false;
    for (const char *p = strchr(text, '-'); p; p = strchr(p + 1, '-')) {
        part = strcspn(p + 1, "-");
        if (part < 1 || part > 8) return false;
    }
    return true;
}

/* A day that is in the calendar. */
static bool is_day(const char *text)
{
    int64_t at_ms;
    char whole[24], again[TIME_TEXT_SIZE];
    if (strlen(text) != 10) return false;
    (void)snprintf(whole, sizeof whole, "%sT00:00:00Z", text);
    if (!time_parse(str_of(whole), &at_ms)) return false;
    time_text(at_ms, again);
    return strncmp(again, text, 10) == 0;
}

/* One that the machine knows: names of areas and cities, each beginning with a letter. */
static bool is_zone(struct arena *a, const char *text)
{
    struct stat st;
    if (text_eq(text, "UTC")) return true;
    for (const char *p = text; *p; p++) {
        bool letter = ((*p | 32) >= 'a' && (*p | 32) <= 'z');
        if ((p == text || p[-1] == '/') && !(*p >= 'A' && *p <= 'Z')) return false;
        if (!letter && !(*p >= '0' && *p <= '9') && !strchr("/_+-", *p)) return false;
    }
    return stat(arena_printf(a, ZONES "%s", text), &st) == 0 && S_ISREG(st.st_mode);
}

static const char *judge_spans(const struct field_list *hours)
{
    const struct settings_span_item *item = hours->item;
    for (size_t i = 0; i < hours->count; i++) {
        const struct settings_span *one = item[i].span;
        size_t same_day = 0;
        if (one->from >= one->to) return "order";
        for (size_t k = 0; k < hours->count; k++) {
            const struct settings_span *other = item[k].span;
            if (other->day != one->day) continue;
            same_day++;
            if (k != i && other->from < one->to && one->from < other->to) return "overlap";
        }
        if (same_day > HOURS_SPANS) return "too_many";
    }
    return NULL;
}

static const char *judge_texts(const struct field_list *texts)
{
    const struct settings_texts_item *t = texts->item;
    for (size_t i = 0; i < texts->count; i++) {
        if (!is_tag(t[i].texts->language)) return "format";
        for (size_t k = 0; k < i; k++)
            if (str_eq_nocase(str_of(t[k].texts->language), str_of(t[i].texts->language))) return "duplicate";
    }
    return NULL;
}

const char *settings_judge(struct arena *a, const struct settings_doc *in, const char **field)
{
    const struct settings_word *day = in->holidays.item, *page = in->proactivePages.item;
    const char *code;
    *field = "colour";
    if (in->colour && !is_colour(in->colour)) return "format";
    *field = "timezone";
    if (in->timezone && in->timezone[0] && !is_zone(a, in->timezone)) return "format";
    *field = "texts";
    if ((code = judge_texts(&in->texts))) return code;
    *field = "hours";
    if ((code = judge_spans(&in->hours))) return code;
    for (size_t i = 0; i < in->holidays.count; i++) {
        *field = arena_printf(a, "holidays[%zu]", i);
        if (!is_day(day[i].text)) return "format";
    }
    for (size_t i = 0; i < in->proactivePages.count; i++) {
        *field = arena_printf(a, "proactivePages[%zu]", i);
        if (page[i].text[0] != '/') return "format";
    }
    const struct settings_saying_item *item = in->sayings.item;
    for (size_t i = 0; i < in->sayings.count; i++) {
        *field = arena_printf(a, "sayings[%zu]", i);
        for (size_t k = 0; k < i; k++)
            if (item[i].saying->language == item[k].saying->language && item[i].saying->key == item[k].saying->key)
                return "duplicate";
    }
    const struct settings_word *domain = in->domains.item;
    for (size_t i = 0; i < in->domains.count; i++) {
        *field = arena_printf(a, "domains[%zu]", i);
        for (size_t k = 0; k < i; k++)
            if (text_eq(domain[i].text, domain[k].text)) return "duplicate";
    }
    return NULL;
}

static const char *judged(const struct settings_saying *s)
{
    return say_judge((enum local_language)s->language, (enum say)s->key, s->text);
}

const char *settings_judge_written(struct arena *a, const struct settings_doc *in, const char **field)
{
    const struct settings_saying_item *item = in->sayings.item;
    /* Both count from the wish; rows from before this was asked are read as they are. */
    bool mails = in->alertMail || !in->has_alert_mail;
    *field = "alertAgainMinutes";
    if (mails && in->has_alert_again && in->alertAgainMinutes > 0 && in->alertAgainMinutes <= in->alertFirstMinutes)
        return "order";
    for (size_t i = 0; i < in->sayings.count; i++) {
        const char *code = judged(item[i].saying);
        *field = arena_printf(a, "sayings[%zu].text", i);
        if (code) return code;
    }
    return NULL;
}

/* ---- from here to there ---- */

static int by_beginning(const void *one, const void *other)
{
    const struct settings_span *a = ((const struct settings_span_item *)one)->span;
    const struct settings_span *b = ((const struct settings_span_item *)other)->span;
    if (a->day != b->day) return a->day - b->day;
    return a->from < b->from ? -1 : a->from > b->from;
}

void settings_complete(struct arena *a, struct settings_doc *in)
{
    if (!in->colour) in->colour = COLOUR_USUAL;
    if (!in->timezone) in->timezone = "";
    if (!in->has_disclosure) in->disclosure = true;
    if (!in->has_ask_score) in->askScore = true;
    if (!in->has_alert_mail) in->alertMail = true;
    if (!in->has_alert_again && in->alertAgainMinutes <= in->alertFirstMinutes) in->alertAgainMinutes = 0;
    if (in->hours.count > 1) {
        struct settings_span_item *sorted = ARENA_ARRAY(a, struct settings_span_item, in->hours.count);
        memcpy(sorted, in->hours.item, in->hours.count * sizeof *sorted);
        qsort(sorted, in->hours.count, sizeof *sorted, by_beginning);
        in->hours.item = sorted;
    }
}

static void words_json(struct json *j, const char *key, const struct field_list *l)
{
    const struct settings_word *w = l->item;
    json_array(j, key);
    for (size_t i = 0; i < l->count; i++) json_text(j, NULL, w[i].text);
    json_end(j);
}

static const char *or_empty(const char *text) { return text ? text : ""; }

static void texts_json(struct json *j, const struct field_list *l)
{
    const struct settings_texts_item *item = l->item;
    json_array(j, "texts");
    for (size_t i = 0; i < l->count; i++) {
        const struct settings_texts *t = item[i].texts;
        json_object(j, NULL);
        json_text(j, "language", t->language);
        json_text(j, "greeting", or_empty(t->greeting));
        json_text(j, "away", or_empty(t->away));
        json_text(j, "proactive", or_empty(t->proactive));
        words_json(j, "opening", &t->opening);
        words_json(j, "after", &t->after);
        words_json(j, "handOff", &t->handOff);
        json_end(j);
    }
    json_end(j);
}

static void sayings_json(struct json *j, const struct field_list *l)
{
    const struct settings_saying_item *item = l->item;
    json_array(j, "sayings");
    for (size_t i = 0; i < l->count; i++) {
        json_object(j, NULL);
        json_text(j, "language", say_language_names[item[i].saying->language]);
        json_text(j, "key", say_names[item[i].saying->key]), json_text(j, "text", item[i].saying->text);
        json_end(j);
    }
    json_end(j);
}

void settings_members(struct json *j, const void *arg)
{
    const struct settings_doc *in = arg;
    const struct settings_span_item *span = in->hours.item;
    json_text(j, "avatar", chat_avatar_names[in->avatar]);
    json_text(j, "position", chat_position_names[in->position]);
    json_text(j, "colour", in->colour);
    texts_json(j, &in->texts);
    json_text(j, "timezone", in->timezone);
    json_bool(j, "hoursOn", in->hoursOn);
    json_array(j, "hours");
    for (size_t i = 0; i < in->hours.count; i++) {
        json_object(j, NULL);
        json_text(j, "day", chat_day_names[span[i].span->day]);
        json_i64(j, "from", span[i].span->from), json_i64(j, "to", span[i].span->to);
        json_end(j);
    }
    json_end(j);
    words_json(j, "holidays", &in->holidays);
    json_bool(j, "disclosure", in->disclosure);
    json_bool(j, "askScore", in->askScore);
    json_i64(j, "backAfterMinutes", in->backAfterMinutes);
    words_json(j, "personWords", &in->personWords);
    words_json(j, "notPersonWords", &in->notPersonWords);
    json_bool(j, "alertMail", in->alertMail);
    json_text(j, "alertTo", chat_alert_names[in->alertTo]);
    json_i64(j, "alertFirstMinutes", in->alertFirstMinutes);
    json_i64(j, "alertAgainMinutes", in->alertAgainMinutes);
    json_i64(j, "keepDays", in->keepDays);
    json_bool(j, "proactive", in->proactive);
    json_i64(j, "proactiveAfterSeconds", in->proactiveAfterSeconds);
    words_json(j, "proactivePages", &in->proactivePages);
    words_json(j, "domains", &in->domains);
    sayings_json(j, &in->sayings);
    json_bool(j, "oldSignature", in->oldSignature);
}

struct str settings_text(struct arena *a, const struct settings_doc *in)
{
    struct buf b;
    struct json j;
    buf_init(&b, JSON_READ_MAX_BYTES);
    json_begin(&j, &b);
    json_object(&j, NULL);
    settings_members(&j, in);
    json_end(&j);
    json_finish(&j);
    assert(!b.overflow);
    struct str text = { arena_text_n(a, b.p, b.n), b.n };
    buf_free(&b);
    return text;
}

bool settings_parse(struct arena *a, struct str text, struct settings_doc *out)
{
    struct field_faults faults;
    const char *field;
    json_t *root = json_read(text, JSON_READ_MAX_BYTES, NULL);
    *out = (struct settings_doc){ 0 };
    if (!root) return false;
    bool sound = fields_from_json(a, settings_doc_fields, root, false, out, &faults);
    json_decref(root);
    if (!sound || settings_judge(a, out, &field)) return false;
    settings_complete(a, out);
    return true;
}

static struct chat_words words_of(struct arena *a, const struct field_list *l)
{
    const struct settings_word *w = l->item;
    const char **text = ARENA_ARRAY(a, const char *, l->count + 1);
    for (size_t i = 0; i < l->count; i++) text[i] = w[i].text;
    return (struct chat_words){ text, l->count };
}

void settings_doors(struct arena *a, const struct settings_doc *in, struct chat_doors *out)
{
    *out = (struct chat_doors){ words_of(a, &in->domains), in->oldSignature };
}

static void fill_hours(const struct field_list *hours, struct chat_shop_settings *out)
{
    const struct settings_span_item *item = hours->item;
    size_t used[7] = { 0 };
    for (size_t i = 0; i < hours->count; i++) {
        const struct settings_span *span = item[i].span;
        out->day[span->day][used[span->day]++] = (struct chat_hours_span){ (int)span->from, (int)span->to };
    }
}

static const struct sayings *sayings_of(struct arena *a, const struct field_list *l)
{
    const struct settings_saying_item *item = l->item;
    if (l->count == 0) return NULL;
    struct sayings *own = ARENA_NEW(a, struct sayings);
    *own = (struct sayings){ 0 };
    for (size_t i = 0; i < l->count; i++)
        if (!judged(item[i].saying)) own->text[item[i].saying->language][item[i].saying->key] = item[i].saying->text;
    return own;
}

void settings_fill(struct arena *a, const struct settings_doc *in, struct chat_shop_settings *out)
{
    const struct settings_texts_item *item = in->texts.item;
    *out = (struct chat_shop_settings){ .avatar = chat_avatar_names[in->avatar],
                                        .colour = in->colour,
                                        .position = (enum chat_position)in->position,
                                        .timezone = in->timezone,
                                        .hours_on = in->hoursOn,
                                        .holidays = words_of(a, &in->holidays),
                                        .disclosure = in->disclosure,
                                        .ask_score = in->askScore,
                                        .back_after_ms = in->backAfterMinutes * MINUTE_MS,
                                        .person_words = words_of(a, &in->personWords),
                                        .not_person_words = words_of(a, &in->notPersonWords),
                                        .alert_mail = in->alertMail,
                                        .alert_to = (enum chat_alert_to)in->alertTo,
                                        .alert_first_ms = in->alertFirstMinutes * MINUTE_MS,
                                        .alert_again_ms = in->alertAgainMinutes * MINUTE_MS,
                                        .keep_days = in->keepDays,
                                        .proactive = in->proactive,
                                        .proactive_after_ms = in->proactiveAfterSeconds * SECOND_MS,
                                        .proactive_pages = words_of(a, &in->proactivePages),
                                        .texts = in->texts.count,
                                        .sayings = sayings_of(a, &in->sayings) };
    fill_hours(&in->hours, out);
    for (size_t i = 0; i < out->texts; i++) {
        const struct settings_texts *t = item[i].texts;
        out->text[i] = (struct chat_texts){ .language = t->language,
                                            .greeting = or_empty(t->greeting),
                                            .away = or_empty(t->away),
                                            .proactive = or_empty(t->proactive),
                                            .opening = words_of(a, &t->opening),
                                            .after = words_of(a, &t->after),
                                            .hand_off = words_of(a, &t->handOff) };
    }
}

/* ---- which language is near ---- */

/* Who speaks another Chinese writes and reads the one. */
static struct str first_of(const char *tag)
{
    static const char *const chinese[] = { "cmn", "yue", "wuu", "nan", "hak", "gan" };
    struct str first = { tag, strcspn(tag, "-_") };
    for (size_t i = 0; i < ARRAY_LEN(chinese); i++)
        if (str_eq_nocase(first, str_of(chinese[i]))) return STR("zh");
    return first;
}

/* Of Chinese, by the script that a tag names or its region writes. */
static bool is_traditional(const char *tag)
{
    struct str tags[] = { STR("hant"), STR("tw"), STR("hk"), STR("mo") };
    for (const char *p = strpbrk(tag, "-_"); p; p = strpbrk(p + 1, "-_")) {
        struct str part = { p + 1, strcspn(p + 1, "-_") };
        if (str_eq_nocase(part, STR("hans"))) return false;
        for (size_t i = 0; i < ARRAY_LEN(tags); i++)
            if (str_eq_nocase(part, tags[i])) return true;
    }
    return false;
}

const struct chat_texts *chat_texts_for(const struct chat_shop_settings *s, const char *language)
{
    const struct chat_texts *near = NULL;
    int best = 0;
    if (!language || !language[0]) return NULL;
    for (size_t i = 0; i < s->texts; i++) {
        const char *tag = s->text[i].language;
        int how = !str_eq_nocase(first_of(tag), first_of(language)) ? 0
                  : str_eq_nocase(str_of(tag), str_of(language))    ? 3
                  : is_traditional(tag) == is_traditional(language) ? 2
                                                                    : 1;
        if (how > best) best = how, near = &s->text[i];
    }
    return near;
}
