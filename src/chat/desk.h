/* desk.h: what a team keeps beside its conversations: labels, answers that are ready, who was named in a note, and the
 * words that conversations are found by. Ids of conversations come newest first, behind `before`. */
#ifndef CHATHUB_CHAT_DESK_H
#define CHATHUB_CHAT_DESK_H

#include "accounts/accounts.h"
#include "chat/private.h"

/* ---- labels.c ---- */
enum { LABELS_MAX = 100, LABEL_NAME_MAX = 40, LABEL_COLOURS = 8, LABELS_OF_ONE_MAX = 20 };
struct conversation_label {
    int64_t conversation, label;
};
/* Those of these conversations; *out is made in the transaction's arena. */
MUST_USE bool labels_of(struct tx *tx, const int64_t *ids, size_t n, struct conversation_label **out, size_t *count);
MUST_USE bool labels_page(struct tx *tx, int64_t account, int64_t label, int64_t before, size_t most, int64_t *ids,
                          size_t *count);
/* The member "labels" of one of them. */
void labels_of_json(struct json *j, const struct conversation_label *l, size_t count, int64_t conversation);
extern const struct shape label_ref_shape[];

/* ---- canned.c ---- */
enum { CANNED_MAX = 300, SHORTCUT_MAX = 32 };

/* ---- named_job.c ---- */
/* In a while they are told by mail, when they have not looked by then. */
MUST_USE bool mention_mail_later(struct tx *tx, const struct conversation *c, const struct note *n, int64_t person);
extern const struct letter chat_named_letter;

/* ---- mentions.c ---- */
enum { MENTIONS_MAX = 10 };
/* Once each; told to the inbox. */
MUST_USE bool mention_put(struct tx *tx, const struct conversation *c, const struct note *n, int64_t person);
MUST_USE bool mentions_seen(struct tx *tx, int64_t account, int64_t conversation, int64_t person, int64_t now_ms);
/* Conversations in which this person was named and has not looked since. */
MUST_USE bool mentions_page(struct tx *tx, int64_t account, int64_t person, int64_t before, size_t most, int64_t *ids,
                            size_t *count);

/* ---- mention_routes.c ---- */
/* Every page of the console that is open looks who was named: before the note is put, whose events come later in the
 * order of topics. */
MUST_USE bool mentions_hint(struct tx *tx, int64_t conversation);

/* ---- words.c ---- */
/* Found by these at once; what is said and noted is found some seconds later, by the job. */
MUST_USE bool words_put(struct tx *tx, int64_t account, int64_t conversation, struct str text);
/* Conversations in which all words of `text` stand, the last letters of one may be missing. *next: `before` of the next
 * page; 0: that was all. A page looks at a bounded part of the index, so it may be empty and have a next one. */
MUST_USE bool words_page(struct tx *tx, int64_t account, struct str text, int64_t before, size_t most, int64_t *ids,
                         size_t *count, int64_t *next);

/* ---- found.c ---- */
/* Why a search finds a conversation: its words stand in it, or it is a customer's whom they name, or whose order has
 * this number, or the order was proved in it. `text`: of the customer, what names them; the number. */
enum found_by { FOUND_WORDS, FOUND_CUSTOMER, FOUND_ORDER };
struct found {
    int64_t conversation;
    enum found_by by;
    const char *text;
};
/* As words_page, of this shop (0: all). `out` has room for three times as many as `most`. */
MUST_USE bool found_page(struct tx *tx, int64_t account, int64_t shop, const char *text, int64_t before, size_t most,
                         struct found *out, int64_t *ids, size_t *count, int64_t *next);
extern const struct shape found_shape[];
/* The member "found" of one of them; null when it is not among those. */
void found_json(struct json *j, const struct found *f, size_t count, int64_t conversation);

/* ---- order_proofs.c ---- */
/* In the transaction that put the reply by which the assistant told this order: its number and address were said. */
MUST_USE bool order_proof_put(struct tx *tx, const struct conversation *c, const char *number);
MUST_USE bool order_proofs_of(struct tx *tx, int64_t conversation, size_t most, const char **out, size_t *count);
/* Those in which the order of this number, in any spelling, was proved: as words_page. */
MUST_USE bool order_proofs_page(struct tx *tx, int64_t account, int64_t shop, struct str number, int64_t before,
                                size_t most, struct found *out, size_t *count);

/* ---- desk.c ---- */
/* Who asks, as a colleague; or the answer. */
enum answer desk_me(struct req *req, struct account_colleague *out);
/* The same of whoever writes to visitors of this shop: not while an operator has suspended it. Of no shop: desk_me. */
enum answer desk_speaker(struct req *req, int64_t shop, struct account_colleague *out);
#define FIELD_EPOCH(type)                                                                                              \
    FIELD_I64(type, epoch, .optional = true, .min = 1, .max = CHAT_NUMBER_MAX,                                         \
              .doc = "As the page shows it: an older one is refused. Absent: whatever it is.")
/* A word of a person's, which takes the conversation over. */
struct desk_word {
    const char *text, *clientId;
    int64_t epoch;
};
extern const struct field desk_word_fields[];
/* It is not as the page shows it: how it is, and by whom. */
enum answer desk_moved(struct req *req, const struct conversation *c);
#endif
