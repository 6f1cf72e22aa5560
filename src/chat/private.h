/* private.h: private to chat/. */
#ifndef CHATHUB_CHAT_PRIVATE_H
#define CHATHUB_CHAT_PRIVATE_H

#include "audit/audit.h"
#include "chat/chat.h"
#include "http/socket.h"
#include "tenants/tenants.h"

/* clang-format off */
#define CHAT_ACTIONS(X) X(chat_visitor_blocked) X(chat_visitor_unblocked) X(chat_settings_changed) \
    X(chat_customer_exported) X(chat_customer_erased) X(chat_channel_changed) X(chat_picture_changed)
/* clang-format on */
CHAT_ACTIONS(AUDIT_DECLARE)

/* ---- visitor_token.c ---- */
/* What a browser shows to be its visitor: signed, of one shop, with an end. `generation` is the row's: raised, all
 * tokens of before are void. */
struct visitor_token {
    int64_t shop, visitor, generation, expires_at_ms;
};
enum { VISITOR_TOKEN_SIZE = 4 + 86 + 1 }; /* "chv_", 64 bytes as base64url, NUL */
#define VISITOR_TOKEN_LIFE_MS CHAT_TOKENS_LIFE_MS
void visitor_token_write(const struct visitor_token *t, char out[VISITOR_TOKEN_SIZE]);
/* False: not ours, changed, over, or of another shop. The row has the last word: see visitor_of_token. */
MUST_USE bool visitor_token_read(struct str text, int64_t shop, int64_t now_ms, struct visitor_token *out);

/* ---- visitors.c ---- */
enum { VISITOR_NAME_MAX = 80, LANGUAGE_MAX = 35, PAGE_MAX = 500 };
struct visitor {
    int64_t id, account, shop, generation, conversation; /* conversation 0: none yet */
    const char *name, *language, *page, *email;          /* "" when not known */
    int64_t blocked_at_ms, seen_at_ms, order_misses;
    int64_t network; /* visitor_network; 0: not known */
};
MUST_USE enum row visitor_get(struct tx *tx, int64_t id, struct visitor *out);
/* ROW_NONE: removed, or its tokens were ended. Locked: before anything of its conversation is. */
MUST_USE enum row visitor_of_token(struct tx *tx, const struct visitor_token *token, bool lock, struct visitor *out);
/* Before anything of its conversations is. visitor_free: ROW_NONE also when somebody holds it. */
MUST_USE enum row visitor_locked(struct tx *tx, int64_t id, struct visitor *out);
MUST_USE enum row visitor_free(struct tx *tx, int64_t id, struct visitor *out);
/* *v has account, shop, name, language, page and network. */
MUST_USE bool visitor_add(struct tx *tx, struct visitor *v, int64_t now_ms);
#define VISITOR_SEEN_MS (5 * MINUTE_MS) /* seen_at_ms says no more than within how long */
/* It is there now. name, language, page of `said` NULL, network 0: as before. */
MUST_USE bool visitor_seen(struct tx *tx, struct visitor *v, const struct visitor *said, int64_t now_ms);
/* It named an order and an address that do not belong together. */
MUST_USE bool visitor_missed_order(struct tx *tx, int64_t id);
/* Its tokens open nothing any more, and what they have opened is closed. */
MUST_USE bool visitor_end_tokens(struct tx *tx, struct visitor *v);
/* It left an address to be answered at. */
MUST_USE bool visitor_set_email(struct tx *tx, struct visitor *v, const char *email);
MUST_USE bool visitor_block(struct tx *tx, int64_t id, bool blocked, int64_t now_ms);
void visitor_token_new(const struct visitor *v, int64_t now_ms, struct visitor_token *token,
                       char out[VISITOR_TOKEN_SIZE]);
/* The one that its next word goes to. ROW_NONE: a new one will begin. */
MUST_USE enum row visitor_conversation(struct tx *tx, const struct visitor *v, int64_t now_ms, struct conversation *c);
/* The same, begun when there is none. The visitor is locked. */
MUST_USE bool visitor_conversation_or_new(struct tx *tx, struct visitor *v, int64_t now_ms, struct conversation *c);

/* ---- door.c ---- */
enum chat_door { DOOR_FAULT = -1, DOOR_OPEN, DOOR_NO_SHOP, DOOR_PAUSED, DOOR_NO_TOKEN, DOOR_BLOCKED };
/* `token` NULL: none was shown. *place is filled unless there is no such shop; *v when the door is open, locked with
 * `lock`. chat_enter_at: *place was filled in this transaction. */
MUST_USE enum chat_door chat_enter(struct tx *tx, int64_t shop, const struct visitor_token *token, bool lock,
                                   struct tenant_chat *place, struct visitor *v);
MUST_USE enum chat_door chat_enter_at(struct tx *tx, const struct tenant_chat *place, const struct visitor_token *token,
                                      bool lock, struct visitor *v);
const struct problem *door_problem(enum chat_door door); /* NULL: open, or a storage fault */
struct chat_words;
/* door_origin.c. `more`: domains beside the shop's own; NULL: none. */
bool door_admits_origin(struct arena *a, const char *domain, const struct chat_words *more, struct str origin);
/* Of a visitor's route: what .prepare has found out, the row's .prepare and .origin, and the first step of .run:
 * ANSWER_GO_ON, or the answer. */
struct path_chat {
    const char *shop;
};
struct visitor_call {
    int64_t shop; /* 0: no name of a shop */
    bool shown;   /* `token` was, and reads */
    struct visitor_token token;
    int64_t said;              /* the number of the message that an answer is waited for; 0: none */
    struct tenant_chat *place; /* of the shop, when the page's origin was judged by it: of this transaction */
};
struct visitor_call *visitor_call(struct req *req);
enum answer visitor_prepare(struct req *req);
enum row visitor_origin(struct req *req, struct str origin);
enum answer visitor_enter(struct req *req, bool lock, struct tenant_chat *place, struct visitor *v);

/* ---- problems.c ---- */
extern const struct problem problem_chat_paused, problem_chat_token, problem_chat_blocked, problem_message_other,
    problem_person_answers, problem_moved;

/* ---- visitor_routes.c, visitor_says.c: what the socket says too ---- */
struct post_nothing {
    bool typing;
};
extern const struct field post_nothing_fields[];
extern const struct limit chat_visitor_limit, chat_shop_limit, chat_shop_network_limit;
extern const struct shape chat_session_shape[];
/* The answer to who is this visitor from now on: a new token. */
enum answer visitor_session(struct req *req, const struct tenant_chat *place, const struct visitor *v);
struct post_message {
    const char *text, *clientId;
};
struct post_read {
    int64_t number;
};
enum { CHAT_BODY_MAX = 48 << 10 }; /* MESSAGE_MAX code points, each as an escaped pair, and the rest */
#define CHAT_NUMBER_MAX INT64_C(1000000000000)
extern const struct field path_chat_fields[], post_message_fields[], post_read_fields[];
extern const struct shape chat_message_shape[], chat_state_shape[];
/* The visitor is locked. MESSAGE_NEW, _AGAIN, _OTHER, or a fault. */
MUST_USE enum message_put visitor_says(struct tx *tx, struct visitor *v, const struct post_message *in, int64_t now_ms,
                                       struct message *m, struct conversation *c);
MUST_USE enum row visitor_wants(struct tx *tx, struct visitor *v, enum chat_act_kind kind, int64_t now_ms,
                                struct conversation *c, enum chat_may *may);

/* ---- block.c ---- */
struct block {
    bool blocked;   /* false: let in again */
    int64_t person; /* who does it; 0: nobody */
    int64_t now_ms;
};
/* A visitor, or every browser of the customer whom the shop vouches for; who is cut off is told, and what was open with
 * them is finished. What is so already is no change. */
MUST_USE bool customer_block(struct tx *tx, int64_t visitor, const struct block *how);
/* The same of one browser, of which it turned out that it is a blocked customer's. */
MUST_USE bool visitor_cut_off(struct tx *tx, int64_t visitor, int64_t now_ms);
struct identity;
/* Some browser of this customer is blocked. Of *who: shop, subject, email. */
MUST_USE bool customer_is_blocked(struct tx *tx, const struct identity *who, bool *blocked);

/* ---- socket.c ---- */
extern const struct socket_kind chat_socket_kind;
enum answer chat_socket_run(struct req *req);

/* ---- scores.c ---- */
enum score_put { SCORE_FAULT = -1, SCORE_PUT, SCORE_TOO_EARLY, SCORE_OTHER };
/* The visitor is locked. SCORE_PUT also when the same stands there already; SCORE_OTHER: another does, and stays. */
MUST_USE enum score_put visitor_scores(struct tx *tx, const struct visitor *v, int64_t score, const char *words,
                                       int64_t now_ms, struct conversation *c);

/* ---- identity.c ---- */
/* Whom the shop vouches for; "": it said no address, no name. */
struct identity {
    int64_t visitor, account, shop;
    const char *subject, *email, *name;
};
MUST_USE enum row identity_get(struct tx *tx, int64_t visitor, struct identity *out);
/* The visitors that are this customer, by their ids. */
MUST_USE bool identity_visitors(struct tx *tx, const struct identity *who, int64_t after, int64_t *out, size_t most,
                                size_t *count);

/* Those but this one, the newest first. */
MUST_USE bool identity_others(struct tx *tx, const struct identity *who, int64_t visitor, int64_t *out, size_t most,
                              size_t *count);

/* ---- customers.c ---- */
/* It is known who this visitor is. `anew`: something of it is another now, and the words will be written again. */
MUST_USE bool customer_known(struct tx *tx, int64_t visitor, bool anew);

/* ---- transcript.c ---- */
extern const struct letter chat_transcript_letter;
enum { LETTER_COST_MAX = 36000 };     /* of words in a letter; more may not fit */
size_t letter_cost(const char *text); /* bytes of it in the HTML part, at most */
MUST_USE int64_t transcripts_forget(struct tx *tx, int64_t now_ms, int64_t most); /* as order_tries_forget */

/* ---- order_tries.c ---- */
int64_t visitor_network(const struct req *req); /* where this request comes from, as it is kept */
/* Whether the visitors of its network have guessed so often that no order is told there for a while. */
MUST_USE bool order_tries_spent(struct tx *tx, const struct visitor *v, int64_t now_ms, bool *spent);
MUST_USE bool order_tries_count(struct tx *tx, const struct visitor *v, int64_t now_ms);
MUST_USE int64_t order_tries_forget(struct tx *tx, int64_t now_ms, int64_t most); /* how many; -1: storage fault */

/* ---- erase.c ---- */
struct erasure {
    int64_t account, shop, person, at_ms; /* person: who asked; 0: nobody */
    const char *why;                      /* "asked", "kept", "purged": stored */
};
/* These visitors (by their ids) and all their conversations: gone at once, what hangs on them soon. None such: true. */
MUST_USE bool chat_erase_visitors(struct tx *tx, const struct erasure *e, const int64_t *visitor, size_t count);
/* One that was kept long enough. JOB_AGAIN: somebody holds it. */
MUST_USE enum job_wish chat_erase_conversation(struct tx *tx, const struct erasure *e, const struct conversation *c);

/* ---- pictures.c, picture_token.c (more in pictures.h) ---- */
/* In the transaction that put the message: it shows this picture. */
MUST_USE bool chat_image_used(struct tx *tx, int64_t conversation, int64_t number, int64_t image);
extern const struct shape chat_image_shape[];
void chat_image_json(struct json *j, const struct message *m); /* the member "image" */

/* ---- conversations.c ---- */
/* ROW_NONE also when somebody holds it. */
MUST_USE enum row conversation_free(struct tx *tx, int64_t id, struct conversation *out);
MUST_USE bool conversation_add(struct tx *tx, struct conversation *c, int64_t now_ms);
/* Over the row that was read as *before, under its lock. `act` NULL: nothing of who speaks or of the status changed. */
MUST_USE bool conversation_save(struct tx *tx, const struct conversation *before, const struct conversation *c,
                                const struct chat_act *act);
/* Whoever speaks now has the picture that is told. */
MUST_USE bool conversation_picture(struct tx *tx, const struct conversation *before, struct conversation *c);
/* One of: an owner (of open ones), an assignee (of open ones; 0: nobody), a status. Newest word first, behind the place
 * (before_ms, before_id). */
struct inbox_page {
    int64_t account, shop; /* shop 0: all */
    enum chat_status status;
    enum chat_owner owner;
    bool by_assignee;
    int64_t assignee, before_ms, before_id, limit;
};
struct inbox_row {
    struct conversation c;
    const char *visitor_name, *last_text; /* NULL: it is gone; there is none */
};
MUST_USE bool conversations_page(struct tx *tx, const struct inbox_page *in, struct inbox_row *out, size_t *count);
/* Those of `*count` ids, the newest first; *count is afterwards how many there are. */
MUST_USE bool conversations_listed(struct tx *tx, int64_t account, const int64_t *ids, struct inbox_row *out,
                                   size_t *count);
/* What a list of a visitor's conversations tells of one: id, status, times and its last number, by their columns. */
struct conversation conversation_brief(const struct query *q);

/* ---- rules.c ---- */
bool conversation_moved(const struct conversation *before, const struct conversation *after);

/* ---- messages.c ---- */
enum chat_side { SIDE_NONE, SIDE_VISITOR, SIDE_TEAM };
/* That side has read up to `number`; less than before is nothing new. */
MUST_USE enum row conversation_read(struct tx *tx, int64_t id, enum chat_side side, int64_t number,
                                    struct conversation *c);

/* ---- notes.c ---- */
struct note {
    int64_t conversation, number, behind, person, at_ms;
    const char *person_name, *text;
};
/* *n has conversation, person, person_name, text, at_ms. */
MUST_USE enum message_put note_put(struct tx *tx, struct note *n, const char *client_id, struct conversation *c);
/* Newest first. */
MUST_USE bool notes_before(struct tx *tx, int64_t conversation, int64_t before, size_t most, struct note *out,
                           size_t *count);
/* Oldest first. */
MUST_USE bool notes_after(struct tx *tx, int64_t conversation, int64_t after, size_t most, struct note *out,
                          size_t *count);

/* ---- line.c: who waits for a person, in the order in which they began to ---- */
enum { LINE_MAX = 100, LINE_TOLD_MAX = 50 };
/* Fills c->place when it waits. */
MUST_USE bool line_place(struct tx *tx, struct conversation *c);
/* After a change: its own place; who stood behind it is told a moment later. */
MUST_USE bool line_moved(struct tx *tx, const struct conversation *before, struct conversation *c, int64_t now_ms);

/* ---- alerts.c ---- */
extern const struct letter chat_waiting_letter;
struct chat_shop_settings;
/* To the team, that somebody waits. */
MUST_USE bool alert_letters(struct tx *tx, const struct conversation *c, const struct chat_shop_settings *s,
                            int64_t now_ms);

/* ---- due_times.c ---- */
/* Of the account's team, and not only to look. */
MUST_USE bool chat_can_answer(struct tx *tx, int64_t account, int64_t person, bool *can);
/* How long this shop lets a person be silent and a visitor wait: into *act, for acts that want it. */
MUST_USE bool chat_due_times(struct tx *tx, const struct conversation *before, struct chat_act *act);

/* ---- notices.c: what the house says in the thread ---- */
enum notice { NOTICE_JOINED, NOTICE_WAITING, NOTICE_AWAY, NOTICE_ASSISTANT, NOTICE_STILL_WAITING };
extern const char *const notice_names[];
/* A hand-over is one message of its own. A person's first word is that already, and what a visitor did not see (who is
 * assigned, snoozed, resolved) is none. *c: the conversation afterwards. */
MUST_USE bool notice_of_move(struct tx *tx, const struct conversation *before, const struct chat_act *act,
                             struct conversation *c);
MUST_USE bool notice_put(struct tx *tx, enum notice n, int64_t now_ms, struct conversation *c);
MUST_USE bool chat_gone_piece(struct tx *tx, struct verify_piece *found); /* gone.c: of chat_checks */
/* What says that `name` has come, said of somebody of the team. */
const char *notice_unnamed(struct arena *a, const char *text, const char *name);

/* ---- acts.c ---- */
enum { ANSWER_AFTER_MS = 700 };
/* The assistant will look at it in a moment, when it is the one who speaks. In a shop that taught nothing there is
 * none: what is unanswered waits for a person, and *c is the conversation after that. False: storage fault. */
MUST_USE bool chat_answer_later(struct tx *tx, struct conversation *c, int64_t now_ms);
/* The job that answers it, one a conversation: put, or found. Its id; -1: storage fault. */
MUST_USE int64_t chat_answer_put(struct tx *tx, const struct conversation *c, int64_t now_ms);

/* ---- left.c ---- */
/* `person` can answer no more: what they had of it is given back. As conversation_act. */
MUST_USE enum row conversation_left(struct tx *tx, int64_t id, int64_t person, int64_t now_ms, struct conversation *c,
                                    enum chat_may *may);

/* ---- farewell.c ---- */
/* From any thread: a socket of the conversation is gone, and its team is told soon, unless another one comes first. */
void chat_farewell(int64_t conversation);
void chat_here_again(int64_t conversation);

/* ---- settings.c ---- */
bool chat_settings_piece(struct tx *tx, struct verify_piece *found);

/* ---- tell.c ---- */
struct chat_news {
    const struct conversation *before, *after;
    const struct message *message; /* these three NULL, NONE: it was not that */
    const struct note *note;
    enum chat_side read_by;
};
MUST_USE bool chat_tell(struct tx *tx, const struct chat_news *n);
/* Not stored as messages: events that are forgotten within a day. Presence is the inbox's alone. */
MUST_USE bool chat_tell_place(struct tx *tx, const struct conversation *c);
MUST_USE bool chat_tell_presence(struct tx *tx, const struct conversation *c, bool present);
MUST_USE bool chat_tell_typing(struct tx *tx, const struct conversation *c, enum chat_side side, const char *name);
/* The same of a colleague: to the visitor by name alone, and not when it is a note; to the team so that they know who.
 */
struct account_colleague;
MUST_USE bool chat_tell_writing(struct tx *tx, const struct conversation *c, const struct account_colleague *who,
                                bool note);
/* The last that this visitor's sockets and streams hear, and why: a code as over HTTP. */
MUST_USE bool chat_tell_ended(struct tx *tx, const struct visitor *v, const struct problem *why);
extern const char *const chat_author_names[], *const chat_status_names[], *const chat_owner_names[]; /* NULL-ended */
const char *chat_status_name(enum chat_status s);
const char *chat_owner_name(enum chat_owner o);
/* Members of a message, and of what a visitor may know of its conversation. `arg`: struct message, struct
 * conversation. */
void message_json(struct json *j, const void *arg);
/* The member "messages", with what visitors are not told. */
void team_messages_json(struct json *j, const struct message *m, size_t count);
void state_json(struct json *j, const void *arg);
void messages_json(struct json *j, const struct message *m, size_t count); /* the member "messages" */

#endif
