/* letters.h: what we write to people, as templates in two languages. A folder has a table of its letters, as it has of
 * its routes; app puts the tables together, and a test renders every letter of every table and looks at both parts.
 *
 * A body is paragraphs with an empty line between. `{name}` is a value; a paragraph `[Label]{name}` is a link to press.
 * Templates hold no HTML: the HTML part is made from the same words, and escapes all of them, values and template. */
#ifndef CHATHUB_OUTBOUND_LETTERS_H
#define CHATHUB_OUTBOUND_LETTERS_H

#include "outbound/mail.h"

/* The kind of a slot. A day is the end of something, in ms, and written as the last day that is in it, as screens do:
 * in the time zone of the account that the letter is for (letters_calendar), else in UTC. A link begins with http.
 * Lines are words of others, and keep their line ends; not in a subject. */
enum letter_kind { LETTER_NONE, LETTER_TEXT, LETTER_LINK, LETTER_NUMBER, LETTER_DAY, LETTER_LINES };
enum { LETTER_SLOTS_MAX = 8 };
/* sample, number: what previews show. */
struct letter_slot {
    const char *name;
    enum letter_kind kind;
    const char *sample;
    int64_t number;
};
#define LETTER_SLOT_TEXT(n, s)                                                                                         \
    {                                                                                                                  \
        .name = (n), .kind = LETTER_TEXT, .sample = (s)                                                                \
    }
#define LETTER_SLOT_LINES(n, s)                                                                                        \
    {                                                                                                                  \
        .name = (n), .kind = LETTER_LINES, .sample = (s)                                                               \
    }
#define LETTER_SLOT_LINK(n, s)                                                                                         \
    {                                                                                                                  \
        .name = (n), .kind = LETTER_LINK, .sample = (s)                                                                \
    }
#define LETTER_SLOT_NUMBER(n, v)                                                                                       \
    {                                                                                                                  \
        .name = (n), .kind = LETTER_NUMBER, .number = (v)                                                              \
    }
#define LETTER_SLOT_DAY(n, v)                                                                                          \
    {                                                                                                                  \
        .name = (n), .kind = LETTER_DAY, .number = (v)                                                                 \
    }

struct letter_words {
    const char *subject, *body;
};
struct letter {
    const char *kind; /* stored with the mail: never rename */
    struct letter_slot slot[LETTER_SLOTS_MAX];
    struct letter_words en, zh;
};

/* One value for each slot, of its kind, in any order; ends with LETTER_END. */
struct letter_value {
    const char *name;
    enum letter_kind kind;
    const char *text;
    int64_t number;
};
#define LETTER_VALUE_TEXT(n, v)                                                                                        \
    {                                                                                                                  \
        .name = (n), .kind = LETTER_TEXT, .text = (v)                                                                  \
    }
#define LETTER_VALUE_LINES(n, v)                                                                                       \
    {                                                                                                                  \
        .name = (n), .kind = LETTER_LINES, .text = (v)                                                                 \
    }
#define LETTER_VALUE_LINK(n, v)                                                                                        \
    {                                                                                                                  \
        .name = (n), .kind = LETTER_LINK, .text = (v)                                                                  \
    }
#define LETTER_VALUE_NUMBER(n, v)                                                                                      \
    {                                                                                                                  \
        .name = (n), .kind = LETTER_NUMBER, .number = (v)                                                              \
    }
#define LETTER_VALUE_DAY(n, v)                                                                                         \
    {                                                                                                                  \
        .name = (n), .kind = LETTER_DAY, .number = (v)                                                                 \
    }
/* clang-format off */
#define LETTER_END { .kind = LETTER_NONE }
/* clang-format on */

struct letter_text {
    const char *subject, *plain, *html;
};
/* Who knows the time zones of accounts; filled by app. NULL: days are those of UTC. A day is told by its number since
 * 1970. */
struct letters_calendar {
    bool (*zone)(struct tx *tx, int64_t account, struct arena *a, const char **out);
    int64_t (*day_of)(const char *zone, int64_t at_ms);
};
extern struct letters_calendar letters_calendar;
/* How the house is reached, as its settings say (mailto:ADDRESS, tel:NUMBER or an address); NULL: they do not say. */
extern const char *letters_contact;
/* "If …, write to us: help@shop.example." in the language of the letter, as a value of it; "" where nobody is named, so
 * that no letter sends people to an address that is not there. */
const char *letter_appeal(struct arena *a, const char *lang, const char *en, const char *zh);
/* lang "en", else Chinese (also NULL). Line ends and other controls in values become spaces; in the subject long texts
 * are cut. False: a value is missing, too many or of another kind, or the text would be too long. */
MUST_USE bool letter_render(struct arena *a, const struct letter *l, const char *lang,
                            const struct letter_value *values, struct letter_text *out);
/* Into the outbox, in the transaction of its cause; as mail_put. What cannot be rendered is such a bug too. To nobody
 * (MAIL_NOBODY): true, and nothing is written. */
struct letter_to {
    const char *email, *lang;
    int64_t account;
    const char *reply_to; /* NULL: to the sender */
};
MUST_USE bool letter_put(struct tx *tx, const struct mail_settings *s, const struct letter *l,
                         const struct letter_to *to, const struct letter_value *values);
/* For tests and previews: the samples of a letter as values; [LETTER_SLOTS_MAX + 1]. */
void letter_samples(const struct letter *l, struct letter_value *out);
/* Whether every letter of the NULL-ended table can be rendered in both languages from its samples, and from names of 80
 * characters where it has text, and uses all its slots. */
MUST_USE bool letters_check(const struct letter *const *table, struct buf *complaints);
#endif
