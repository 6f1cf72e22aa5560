/* chat.h: people talk. A visitor of a shop, a conversation, messages, and who speaks: the bot, nobody yet, a person.
 *
 * Order of row locks, in every transaction: the visitor, then the conversation, then the counters of events. Under the
 * conversation's lock plain reads of it and its messages are true until the commit.
 *
 * What follows is for the code that answers (the bot's) and for app; routes and sockets of people are this folder's
 * own. */
#ifndef CHATHUB_CHAT_CHAT_H
#define CHATHUB_CHAT_CHAT_H

#include "base/crypto.h"
#include "http/route.h"
#include "jobs/jobs.h"
#include "outbound/letters.h"
#include "storage/verify.h"

struct chat_settings {
    const struct keyring *keyring;    /* visitor tokens and addresses of replies are made under it */
    const char *base_url;             /* ours, public; no '/' at the end */
    struct lanes *lanes;              /* what a socket says is stored by them */
    bool development;                 /* pages of this machine may talk to every shop */
    const struct mail_settings *mail; /* NULL: no letters are written */
    const char *upload_dir;           /* pictures under way; of this folder alone */
    const char *image_dir;            /* where pictures are files; NULL: they are in the database */
    const char *reply_domain;         /* mail to it comes to /hooks/mail; NULL: letters cannot be answered */
    const char *mail_secret;          /* what signs that; set with reply_domain */
};
extern struct chat_settings chat_settings;
/* At the end of a server, when it has no sockets any more: until their teams were told, at most so long. */
void chat_farewells_end(int64_t most_ms);
/* Nothing that is signed for a visitor lasts longer: so long its key is kept when the master key is gone. */
#define CHAT_TOKENS_LIFE_MS (90 * DAY_MS)
#define CHAT_UPLOAD_FOLDER "chat" /* upload_dir, within the folder of all uploads */

struct sender;

/* ---- a conversation ---- */

/* All stored: append, never renumber. */
enum chat_status { CHAT_STATUS_NONE, CHAT_OPEN, CHAT_SNOOZED, CHAT_RESOLVED };
enum chat_owner { CHAT_OWNER_NONE, CHAT_BOT, CHAT_WAITING, CHAT_PERSON };
enum chat_author { CHAT_BY_NOBODY, CHAT_BY_VISITOR, CHAT_BY_BOT, CHAT_BY_PERSON, CHAT_BY_HOUSE };
struct conversation {
    int64_t id, account, shop, visitor;
    enum chat_status status;
    enum chat_owner owner;
    int64_t epoch;
    int64_t person;          /* who speaks; 0 unless owner is CHAT_PERSON */
    const char *person_name; /* as the visitor sees it; "" when there is none */
    const char *picture;     /* the person's, as its address ends; NULL: none. Of another table */
    int64_t assignee;        /* 0: nobody */
    int64_t last_number, last_note;
    int64_t visitor_read, visitor_unread, team_read, team_unread;
    int64_t waiting_since_ms, snoozed_until_ms, resolved_at_ms, created_at_ms, last_at_ms; /* 0: not */
    int64_t burst_at_ms;               /* the first word of the visitor that nobody has answered; 0: none */
    int64_t failed;                    /* answers in a row that found nothing */
    int64_t replies, replies_since_ms; /* the bot's, of at most an hour */
    int64_t back_at_ms;                /* when the bot may answer again by itself; 0: it may not */
    int64_t alert_at_ms, alerts;       /* when the team is told again that somebody waits; how often it was */
    int64_t score;                     /* of its visitor, after the end: 1 to 5; 0: none */
    const char *score_words;
    int64_t place; /* in the line of those who wait for a person; 0: it is not known. Not stored */
};
MUST_USE enum row conversation_get(struct tx *tx, int64_t id, struct conversation *out);
MUST_USE enum row conversation_locked(struct tx *tx, int64_t id, struct conversation *out);

/* What happens to a conversation. The rules of who speaks are one pure function of it (conversation_after): routes,
 * jobs and the simulator all go through it. */
enum chat_act_kind {
    ACT_VISITOR_WROTE,
    ACT_BOT_WROTE,
    ACT_PERSON_WROTE,
    ACT_TAKE,        /* `person` wants to speak */
    ACT_TO_BOT,      /* handed back */
    ACT_TO_TEAM,     /* handed to whoever comes */
    ACT_ASSIGN,      /* to `to`; 0: to nobody */
    ACT_WANT_PERSON, /* the visitor's wish, or the bot's own hand-off */
    ACT_WANT_BOT,    /* the visitor is tired of waiting */
    ACT_RESOLVE,
    ACT_REOPEN,
    ACT_SNOOZE, /* until until_ms */
    ACT_WAKE,   /* that time has come */
    ACT_BACK,   /* the person has been silent for so long that the bot may answer again */
    ACT_HOUSE_WROTE,
    ACT_LEFT, /* `to` can answer no more */
};
struct chat_act {
    enum chat_act_kind kind;
    int64_t person; /* who does it; 0: the visitor, the bot or the house */
    const char *person_name;
    int64_t to;
    const char *to_name;
    int64_t seen_epoch; /* what the caller's page showed: an older one has lost, unless `person` speaks; 0: any */
    int64_t until_ms, now_ms;
    bool asked;             /* with ACT_LEFT: the visitor's wish for a person stands */
    bool assignee_left;     /* who has the one that is opened again can answer no more */
    int64_t failed;         /* with ACT_BOT_WROTE: answers in a row that found nothing, with this one */
    int64_t back_after_ms;  /* the shop's: how long a person is silent before the bot may answer; 0: for ever */
    int64_t alert_after_ms; /* the shop's: how long somebody waits before the team is told; 0: for ever */
};
enum chat_may {
    CHAT_MAY,     /* *after is what it will be */
    CHAT_NOTHING, /* it is so already */
    CHAT_LOST,    /* somebody was quicker: `before` says who */
    CHAT_MAY_NOT,
};
enum chat_may conversation_after(const struct conversation *before, const struct chat_act *act,
                                 struct conversation *after);
/* Reads it under its lock, asks conversation_after, writes and tells, and says a hand-over in the thread (notices.c).
 * *c: what it is afterwards; with CHAT_LOST and
 * CHAT_MAY_NOT what stands against it. ROW_NONE: there is no such conversation. */
MUST_USE enum row conversation_act(struct tx *tx, int64_t id, const struct chat_act *act, struct conversation *c,
                                   enum chat_may *may);

/* ---- messages ---- */

enum { MESSAGE_MAX = 4000, CLIENT_ID_MAX = 64, AUTHOR_NAME_MAX = 80, MESSAGES_PAGE_MAX = 200 };
struct chat_image {
    int64_t id, bytes, width, height;
    int kind; /* enum image_kind */
};
struct message {
    int64_t conversation, number, person, at_ms;
    enum chat_author author;
    const char *author_name, *text, *client_id; /* client_id NULL: not the reader's own, or none */
    bool by_mail;                               /* the visitor's, as an answer to a letter */
    const char *notice;                         /* with CHAT_BY_HOUSE: what it says, as a name; else NULL */
    const struct chat_image *image;             /* NULL: words. Else `text` is its name */
    const char *cards;                          /* of a bot's reply: products beside its words, as JSON; NULL: none */
    const char *sources;                        /* the same: what it stands on; for the team alone */
    const char *picture;                        /* of who answers, today's, as its address ends; NULL: none */
};
struct message_new {
    int64_t conversation;
    enum chat_author author;
    int64_t person;          /* with CHAT_BY_PERSON */
    const char *author_name; /* as it is shown; "" of a visitor */
    int64_t epoch;           /* with CHAT_BY_BOT: the one that the reply was made for */
    int64_t failed;          /* with CHAT_BY_BOT: answers in a row that found nothing, with this one */
    int64_t seen_epoch;      /* with CHAT_BY_PERSON: what their page showed, as in struct chat_act; 0: any */
    const char *client_id;   /* the sender's own for this message: the same again is the same message. NULL: none */
    const char *text;
    int64_t now_ms;
    const struct chat_image *image; /* NULL: words */
    bool by_mail;                   /* with CHAT_BY_VISITOR */
    bool stays_unread;              /* with by_mail: something was said that no letter has told */
    const char *cards, *sources;    /* with CHAT_BY_BOT; NULL: none */
};
enum message_put {
    MESSAGE_FAULT = -1,
    MESSAGE_NEW,
    MESSAGE_AGAIN,   /* it was there: *out is it, nothing was written */
    MESSAGE_OTHER,   /* its id was used for other words */
    MESSAGE_STALE,   /* the bot's: it does not speak any more, or something was said since; a person's: another was
                        quicker, and *c says who */
    MESSAGE_NOWHERE, /* there is no such conversation */
};
/* The one way in. *c: the conversation afterwards. */
MUST_USE enum message_put message_put(struct tx *tx, const struct message_new *in, struct message *out,
                                      struct conversation *c);
/* Behind `after`, oldest first, at most `most`. */
MUST_USE bool messages_after(struct tx *tx, int64_t conversation, int64_t after, size_t most, struct message *out,
                             size_t *count);
/* Before `before`, the newest `most` of them, oldest first. */
MUST_USE bool messages_before(struct tx *tx, int64_t conversation, int64_t before, size_t most, struct message *out,
                              size_t *count);

/* Who said how much, of its first `most` messages. */
struct message_counts {
    int64_t visitor, bot, person;
};
MUST_USE bool messages_count(struct tx *tx, int64_t conversation, int64_t most, struct message_counts *out);

/* Before the messages of a conversation are removed: their pictures lose them, and go when nothing shows them. The
 * conversation is locked. */
MUST_USE bool chat_images_forget(struct tx *tx, int64_t conversation, int64_t now_ms);

extern const struct route chat_picture_routes[];
extern const struct sender chat_mail_sender; /* answers by mail */
extern const struct route chat_mail_routes[], chat_transcript_routes[];
extern const struct job_kind chat_named_job;  /* letters to colleagues who were named */
extern const struct job_kind chat_absent_job; /* cron: letters to visitors who have gone */
extern const struct job_kind chat_images_job; /* cron: pictures that nothing shows are removed */
extern const struct route chat_visitor_routes[], chat_inbox_routes[];
extern const struct job_kind chat_wake_job;   /* cron: snoozed conversations come back */
extern const struct job_kind chat_answer_job; /* the assistant's turn */
extern const struct job_kind chat_erase_job, chat_unused_job, chat_empty_job; /* cron: what is to be taken out */
extern const struct job_kind chat_ahead_job;                                  /* cron: times of a wrong clock */
extern const struct job_kind chat_keep_job;                                   /* cron: kept long enough */
extern const struct job_kind chat_tokens_job;                                 /* cron: statements that are over */
extern const struct route chat_identity_routes[], chat_customer_routes[];
extern const struct job_kind chat_due_job;  /* cron: persons who fell silent, visitors who wait */
extern const struct job_kind chat_line_job; /* tells those who wait their place */
extern const struct letter *const chat_letters[], chat_answered_letter, chat_answered_reply_letter;
extern const struct verify_check chat_checks[];
/* Hook for shops: all that was said to this shop goes. */
MUST_USE bool chat_shop_purged(struct tx *tx, int64_t account, int64_t shop, int64_t now_ms);
extern const struct route chat_plain_routes[], chat_channel_routes[];
extern const struct route chat_channel_test_routes[];
extern const struct job_kind chat_channel_test_job; /* sends a test to it */
extern const struct job_kind chat_channel_job;      /* sends replies to a shop's own server */
extern const struct route chat_try_routes[];        /* the merchant's test-drive */
extern const struct route chat_mention_routes[];
extern const struct route chat_label_routes[], chat_canned_routes[], chat_desk_routes[];
extern const struct job_kind chat_words_job;     /* cron: what was said can be found */
extern const struct job_kind chat_customers_job; /* cron: customers can be found by their words */
extern const struct route chat_customers_routes[];
extern const struct route chat_settings_routes[];
/* From the command line: the settings of a shop's chat into *out, as JSON. `members`: a JSON object of what is to be
 * another, laid over what holds; NULL: nothing. CHAT_SET_REFUSED: *why says what is wrong with it. */
enum chat_set { CHAT_SET_FAULT = -1, CHAT_SET_DONE, CHAT_SET_NO_SHOP, CHAT_SET_NO_CHAT, CHAT_SET_REFUSED };
MUST_USE enum chat_set chat_settings_command(struct tx *tx, int64_t shop, const char *members, int64_t now_ms,
                                             struct buf *out, const char **why);
extern const struct route chat_numbers_routes[], chat_gap_routes[], chat_score_routes[];
extern const struct route chat_home_routes[]; /* GET /api/home/figures */
extern const struct route chat_install_routes[];
extern const struct job_kind chat_install_job;                   /* looks at a shop's page */
MUST_USE bool chat_installs_forget(struct tx *tx, int64_t shop); /* when a shop is purged */
extern const struct route chat_face_routes[], chat_presence_routes[];
extern const struct route chat_faces_routes[]; /* pictures of who answers */
/* Hook for accounts: the address of a person's picture, of this server; NULL: none. */
MUST_USE bool chat_person_picture(struct tx *tx, int64_t person, const char **path);
/* Hook for accounts: a person's picture goes, and soon their name. */
MUST_USE bool chat_person_erased(struct tx *tx, int64_t person, int64_t now_ms);
extern const struct job_kind chat_gone_job; /* takes that name out */
/* Hook for accounts: somebody of the team can answer no more. Tells the account EVENT_SESSIONS_CHANGED. */
MUST_USE bool chat_member_left(struct tx *tx, int64_t account, int64_t person, int64_t now_ms);
extern const struct job_kind chat_left_job;     /* the rest of what they had */
extern const struct job_kind chat_presence_job; /* cron: who has left is forgotten */

#endif
