/* settings_fields.h: the document of a shop's chat settings, between its judge, its row and its routes. */
#ifndef CHATHUB_CHAT_SETTINGS_FIELDS_H
#define CHATHUB_CHAT_SETTINGS_FIELDS_H

#include "chat/private.h"
#include "chat/settings.h"

struct settings_word {
    const char *text;
};
struct settings_span {
    int day;
    int64_t from, to;
};
struct settings_texts {
    const char *language, *greeting, *away, *proactive;
    struct field_list opening, after, handOff;
};
struct settings_saying {
    int language, key; /* of say_language_names, of say_names */
    const char *text;
};
struct settings_saying_item {
    const struct settings_saying *saying;
};
struct settings_span_item { /* of a list */
    const struct settings_span *span;
};
struct settings_texts_item {
    const struct settings_texts *texts;
};
struct settings_doc { /* the body of a request, and what is stored of it */
    int64_t revision;
    const char *botName, *avatarUrl; /* the tenant's: not in the stored document */
    bool has_avatar_url, has_disclosure, has_alert_mail, has_alert_again, has_ask_score, oldSignature;
    int avatar, position, alertTo;
    const char *colour, *timezone;
    struct field_list texts, hours, holidays, personWords, notPersonWords, proactivePages, domains, sayings;
    bool hoursOn, disclosure, alertMail, proactive, askScore;
    int64_t backAfterMinutes, alertFirstMinutes, alertAgainMinutes, keepDays, proactiveAfterSeconds;
};
enum { SETTINGS_BODY_MAX = 56 << 10 };
extern const struct field settings_doc_fields[];
extern const struct shape chat_texts_shape[], chat_span_shape[], chat_saying_shape[];
extern const char *const chat_avatar_names[], *const chat_position_names[], *const chat_alert_names[];
extern const char *const chat_day_names[];

/* What the table cannot say: days and zones that exist, spans that do not overlap. NULL: fine; else the code, and the
 * member in *field. */
const char *settings_judge(struct arena *a, const struct settings_doc *in, const char **field);
/* Sentences that lost a hole, or name what only a source may; a second mail before the first; as settings_judge. Asked
 * when they are written, and not when they are read: a later version may have other sentences, and what does not fit
 * them is then passed over. */
const char *settings_judge_written(struct arena *a, const struct settings_doc *in, const char **field);
/* What is left out becomes its default, and languages stand in one spelling. After the judge. */
void settings_complete(struct arena *a, struct settings_doc *in);
/* "changed": which members became others, by name. `arg`: struct settings_changes. */
struct settings_changes {
    json_t *before, *after;
};
void settings_changed_json(struct json *j, const void *arg);
/* Of two documents as texts, with what the tenant's row has of them. Its owner lets go of both. */
struct settings_changes settings_changes_of(const char *before, const char *after, const struct tenant_face *was,
                                            const struct tenant_face *is);
bool settings_face_same(const struct tenant_face *one, const struct tenant_face *other);
/* The members of the document, without those of the tenant. `arg`: struct settings_doc. */
void settings_members(struct json *j, const void *arg);
struct str settings_text(struct arena *a, const struct settings_doc *in);
/* A stored document, judged as a request is. False: it is none. */
MUST_USE bool settings_parse(struct arena *a, struct str text, struct settings_doc *out);
void settings_doors(struct arena *a, const struct settings_doc *in, struct chat_doors *out);
void settings_fill(struct arena *a, const struct settings_doc *in, struct chat_shop_settings *out);

/* ROW_NONE: no row yet, and *out has every default. */
struct settings_row {
    int64_t revision, changed_at_ms;
    struct settings_doc set;
    const char *document;
};
MUST_USE enum row settings_get(struct tx *tx, int64_t shop, struct arena *a, struct settings_row *out);
/* Over the revision that the writer has seen (0: there is none). ROW_NONE: somebody was quicker. */
MUST_USE bool chat_keep_set(struct tx *tx, int64_t shop, int64_t days);
MUST_USE enum row settings_put(struct tx *tx, int64_t account, int64_t shop, int64_t seen, const char *document,
                               int64_t now_ms);

#endif
