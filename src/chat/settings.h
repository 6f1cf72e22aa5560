/* settings.h: what a merchant set for the chat of one shop. Everything has a default; a shop without a row has them
 * all. The bot's name and picture are the tenant's, because an outside panel may change them too. */
#ifndef CHATHUB_CHAT_SETTINGS_H
#define CHATHUB_CHAT_SETTINGS_H

#include "http/fields.h"
#include "storage/db_lanes.h"

enum { HOURS_SPANS = 3, DAY_MINUTES = 24 * 60, QUICK_REPLIES_MAX = 6, QUICK_REPLY_MAX = 60, CHAT_LANGUAGES_MAX = 8 };
struct chat_hours_span { /* minutes of the local day; from == to: none. to may be DAY_MINUTES: midnight */
    int from_min, to_min;
};
enum chat_alert_to { ALERT_EVERYBODY, ALERT_MANAGERS, ALERT_OWNER };
enum chat_position { POSITION_RIGHT, POSITION_LEFT };
struct chat_words {
    const char *const *text;
    size_t count;
};
struct chat_texts { /* of one language; "" and none: the built-in ones */
    const char *language, *greeting, *away, *proactive;
    struct chat_words opening, after, hand_off; /* quick replies */
};

struct sayings;
struct chat_shop_settings {
    int64_t revision;                  /* 0: never changed */
    const char *bot_name, *avatar_url; /* "" and NULL: none */
    const char *avatar, *colour;       /* a drawn picture by name; "#rrggbb" */
    enum chat_position position;
    const char *timezone;                             /* IANA zone; "" is UTC */
    bool hours_on;                                    /* false: somebody may come at any time */
    struct chat_hours_span day[7][HOURS_SPANS];       /* Monday first, by their beginning */
    struct chat_words holidays;                       /* YYYY-MM-DD, closed all day */
    bool disclosure;                                  /* that the assistant is a program is said */
    int64_t back_after_ms;                            /* 0: the bot answers again only when handed back */
    struct chat_words person_words, not_person_words; /* added to the built-in ones */
    bool ask_score;                                   /* how it was, once after the end */
    bool alert_mail;
    enum chat_alert_to alert_to;
    int64_t alert_first_ms, alert_again_ms;
    int64_t keep_days;                 /* of conversations; 0: kept */
    bool proactive;                    /* a greeting by itself, at most once a visit */
    int64_t proactive_after_ms;        /* of time on a page */
    struct chat_words proactive_pages; /* beginnings of paths; none: every page */
    struct chat_texts text[CHAT_LANGUAGES_MAX];
    size_t texts;
    const struct sayings *sayings; /* the assistant's own sentences said otherwise; NULL: none */
};

/* False: storage fault. What it points to lives in `a`. */
MUST_USE bool chat_settings_read(struct tx *tx, int64_t shop, struct arena *a, struct chat_shop_settings *out);
/* The texts for a reader of `language` (a tag, or NULL): the same tag, then the same language and script, then the same
 * language; NULL: none is near. */
const struct chat_texts *chat_texts_for(const struct chat_shop_settings *s, const char *language);
/* Who is let in beside the shop's own pages and signatures, alone. False: storage fault. */
struct chat_doors {
    struct chat_words domains; /* "*.shop.example": those below it too */
    bool old_signature;        /* deliveries may be signed without a time */
};
MUST_USE bool chat_doors_read(struct tx *tx, int64_t shop, struct arena *a, struct chat_doors *out);
/* As many of these domains, from the first on, as the shop's plan has room for: the others open no chat. */
MUST_USE bool chat_domains_in_plan(struct tx *tx, int64_t account, int64_t shop, int64_t now_ms,
                                   struct chat_words *domains);
/* When a shop is purged. */
MUST_USE bool chat_settings_forget(struct tx *tx, int64_t shop);

#endif
