/* words.c: the inbox's search. A row for each word and conversation in which it stands, of one account; so a search
 * reads a bounded part of an index, on both engines alike, and never a message.
 *
 * The rows are written by a job, some seconds behind the messages: what a visitor says is stored and acknowledged
 * without waiting for them. A conversation's row knows how far it has come; a job that was killed begins there again.
 *
 * Rejected: writing the rows with the message (a score of inserts in each acknowledgement), and LIKE over messages (a
 * scan of a tenant's whole past). */
#include "chat/desk.h"
#include "chat/words.h"

#include "base/clock.h"
#include "base/json_write.h"

enum { INDEX_BATCH = 20, INDEX_MESSAGES = 20, INDEX_TOKENS = 2000 };
enum { TERMS_MAX = 12, WORDS_OF_TERM = 8, LOOK_AT = 500 };

STMT(unindexed, "SELECT id FROM chat_conversations WHERE last_number > indexed_number OR last_note > indexed_note"
                " ORDER BY id LIMIT ?1");
#define HOW_FAR "SELECT account, visitor, indexed_number, indexed_note FROM chat_conversations WHERE id = ?1"
/* Locked: what is erased meanwhile does not get its words back. */
STMT(how_far, HOW_FAR, .postgres = HOW_FAR " FOR UPDATE SKIP LOCKED");
STMT(notes_behind, "SELECT number, text FROM chat_notes WHERE conversation = ?1 AND number > ?2 ORDER BY number"
                   " LIMIT ?3");
STMT(came_so_far, "UPDATE chat_conversations SET indexed_number = ?2, indexed_note = ?3 WHERE id = ?1");
/* clang-format off */
WORD_LIST(conversation_words, "chat_words", "conversation");
/* clang-format on */

/* ---- written behind ---- */

static int64_t read_unindexed(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    (void)job;
    struct query q = query(tx, &unindexed);
    int64_t count = 0;
    enum row row;
    bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) out[count++] = col_i64(&q, "id");
    return row == ROW_FAULT ? -1 : count;
}

bool words_behind(struct tx *tx, size_t most, size_t *count)
{
    struct query q = query(tx, &unindexed);
    enum row row;
    bind_i64(&q, (int64_t)most);
    for (*count = 0; (row = query_next(&q)) == ROW_FOUND; ++*count) {
    }
    return row == ROW_NONE;
}

/* "#so10442" is found as 10442 too: people leave away what all numbers of a shop begin with. */
static void put_digits(struct json *j, struct str token)
{
    char number[TOKEN_NUMBER_MAX + 2] = "#";
    size_t n = 0;
    while (n < token.n && token.p[token.n - n - 1] >= '0' && token.p[token.n - n - 1] <= '9') n++;
    if (token.p[0] != '#' || n < TOKEN_NUMBER_MIN || n > TOKEN_NUMBER_MAX || n + 1 >= token.n) return;
    memcpy(number + 1, token.p + token.n - n, n);
    json_str(j, NULL, (struct str){ number, n + 1 });
}

bool words_write(struct tx *tx, const struct word_list *l, int64_t account, int64_t subject, const struct tokens *t)
{
    struct buf text;
    struct json j;
    if (t->count == 0) return true;
    buf_init(&text, 1 << 20);
    json_begin(&j, &text);
    json_array(&j, NULL);
    for (size_t i = 0; i < t->count; i++) {
        json_str(&j, NULL, t->token[i].text);
        put_digits(&j, t->token[i].text);
    }
    json_end(&j);
    json_finish(&j);
    struct query q = query(tx, l->add);
    bind_i64(&q, account), bind_i64(&q, subject), bind_str(&q, buf_str(&text));
    bool done = query_change(&q) >= 0;
    buf_free(&text);
    return done;
}

bool words_put(struct tx *tx, int64_t account, int64_t conversation, struct str text)
{
    struct tokens t;
    tokens_begin(&t, tx_arena(tx), INDEX_TOKENS);
    tokens_add(&t, text, 1, 0);
    return words_write(tx, &conversation_words, account, conversation, &t);
}

struct progress {
    int64_t account, visitor, number, note;
};

static bool hear(struct tx *tx, int64_t id, struct progress *p, struct tokens *t)
{
    struct message *m = ARENA_ARRAY(tx_arena(tx), struct message, INDEX_MESSAGES);
    struct visitor v;
    size_t count;
    enum row row;
    if (visitor_get(tx, p->visitor, &v) == ROW_FOUND)
        tokens_add(t, str_of(v.name), 1, 0), tokens_add(t, str_of(v.email), 1, 0);
    if (!messages_after(tx, id, p->number, INDEX_MESSAGES, m, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        tokens_add(t, str_of(m[i].text), 1, 0);
        p->number = m[i].number;
    }
    struct query q = query(tx, &notes_behind);
    bind_i64(&q, id), bind_i64(&q, p->note), bind_i64(&q, INDEX_MESSAGES);
    while ((row = query_next(&q)) == ROW_FOUND) {
        tokens_add(t, str_of(col_text(&q, "text")), 1, 0);
        p->note = col_i64(&q, "number");
    }
    return row == ROW_NONE;
}

static enum job_wish index_one(struct job *job, struct tx *tx, int64_t id)
{
    (void)job;
    struct query q = query(tx, &how_far);
    struct tokens t;
    bind_i64(&q, id);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_AGAIN : JOB_FAULT;
    struct progress p = { col_i64(&q, "account"), col_i64(&q, "visitor"), col_i64(&q, "indexed_number"),
                          col_i64(&q, "indexed_note") };
    tokens_begin(&t, tx_arena(tx), INDEX_TOKENS);
    if (!hear(tx, id, &p, &t) || !words_write(tx, &conversation_words, p.account, id, &t)) return JOB_FAULT;
    struct query so_far = query(tx, &came_so_far);
    bind_i64(&so_far, id), bind_i64(&so_far, p.number), bind_i64(&so_far, p.note);
    return query_change(&so_far) >= 0 ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish words_settle(struct job *job, struct tx *tx)
{
    return jobs_each(job, tx, &(struct job_list){ .read = read_unindexed, .one = index_one, .max = INDEX_BATCH });
}

const struct job_kind chat_words_job = {
    .name = "chat.words",
    .doc = "Makes new messages and notes findable in the inbox.",
    .max_attempts = 3,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .every_ms = 5 * SECOND_MS,
    .settle = words_settle,
};

/* ---- looked up ---- */

struct term {
    const char *word[WORDS_OF_TERM];
    size_t count;
};

/* The word itself, and those that begin with it: people look while they type. Han stands for itself. */
static bool words_of(struct tx *tx, const struct word_list *l, int64_t account, struct str asked, struct term *out)
{
    const char *word = arena_text_n(tx_arena(tx), asked.p, asked.n);
    bool open = asked.n > 1 && ((unsigned char)asked.p[asked.n - 1] < 0x80);
    struct query first = query(tx, l->one);
    out->count = 0;
    bind_i64(&first, account), bind_text(&first, word);
    enum row row = query_row(&first);
    if (row == ROW_FOUND) out->word[out->count++] = word;
    const char *last = word, *end = arena_printf(tx_arena(tx), "%s\x7f", word);
    while (row != ROW_FAULT && open && out->count < WORDS_OF_TERM) {
        struct query q = query(tx, l->next);
        bind_i64(&q, account), bind_text(&q, last), bind_text(&q, end);
        row = query_row(&q);
        if (row != ROW_FOUND) break;
        out->word[out->count++] = last = col_text(&q, "word");
    }
    return row != ROW_FAULT;
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

static size_t sorted_once(int64_t *id, size_t count)
{
    size_t n = 0;
    qsort(id, count, sizeof *id, newest_first);
    for (size_t i = 0; i < count; i++)
        if (n == 0 || id[n - 1] != id[i]) id[n++] = id[i];
    return n;
}

/* What has any of its words. *floor: of those below nothing is known; 0: these are all. */
static bool candidates(struct tx *tx, const struct word_list *l, int64_t account, const struct term *t, int64_t before,
                       int64_t *out, size_t *count, int64_t *floor)
{
    *count = 0, *floor = 0;
    for (size_t i = 0; i < t->count; i++) {
        struct query q = query(tx, l->of);
        size_t n = 0;
        int64_t last = 0;
        enum row row;
        bind_i64(&q, account), bind_text(&q, t->word[i]), bind_i64(&q, before), bind_i64(&q, LOOK_AT);
        while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = last = col_i64(&q, "subject"), n++;
        if (row == ROW_FAULT) return false;
        if (n == LOOK_AT && last > *floor) *floor = last;
    }
    *count = sorted_once(out, *count);
    while (*count > 0 && out[*count - 1] < *floor) (*count)--;
    return true;
}

/* Those of `ids` in which one of the term's words stands. */
static bool only_with(struct tx *tx, const struct word_list *l, int64_t account, const struct term *t, int64_t *ids,
                      size_t *count)
{
    size_t kept = 0, most = *count * t->count, pieces = (*count + LOOK_AT - 1) / LOOK_AT;
    int64_t *found = ARENA_ARRAY(tx_arena(tx), int64_t, most + 1);
    for (size_t i = 0; i < t->count * pieces; i++) {
        size_t from = i % pieces * LOOK_AT, n = *count - from < LOOK_AT ? *count - from : LOOK_AT;
        struct query q = query(tx, l->of_these);
        enum row row;
        bind_i64(&q, account), bind_text(&q, t->word[i / pieces]), bind_i64_list(&q, ids + from, n);
        while ((row = query_next(&q)) == ROW_FOUND && kept < most) found[kept++] = col_i64(&q, "subject");
        if (row == ROW_FAULT) return false;
    }
    *count = sorted_once(found, kept);
    memcpy(ids, found, *count * sizeof *ids);
    return true;
}

/* What is asked for. A number is looked up as a number, in any spelling, and not as a word beside it. */
static void asked(struct str text, struct tokens *t, bool joined)
{
    size_t n = 0;
    if (joined) tokens_add_number(t, text, 1);
    else tokens_add(t, text, 1, 0);
    for (size_t i = 0; i < t->count; i++) {
        bool twice = false;
        for (size_t k = 0; k < t->count; k++) {
            struct str number = t->token[k].text, word = t->token[i].text;
            twice |= number.n == word.n + 1 && number.p[0] == '#' && memcmp(number.p + 1, word.p, word.n) == 0;
        }
        if (!twice) t->token[n++] = t->token[i];
    }
    t->count = n;
}

/* *all_known: each of its words stands somewhere. False: storage fault. */
static bool terms_of(struct tx *tx, const struct word_list *l, int64_t account, const struct tokens *t,
                     struct term *out, bool *all_known)
{
    *all_known = t->count > 0;
    for (size_t i = 0; i < t->count && *all_known; i++) {
        if (!words_of(tx, l, account, t->token[i].text, &out[i])) return false;
        *all_known = out[i].count > 0;
    }
    return true;
}

/* The rarest word is not known; the longest one is a good guess. */
static size_t longest(const struct tokens *t)
{
    size_t best = 0;
    for (size_t i = 1; i < t->count; i++)
        if (t->token[i].text.n > t->token[best].text.n) best = i;
    return best;
}

bool words_find(struct tx *tx, const struct word_list *l, int64_t account, struct str text, int64_t before, size_t most,
                int64_t *ids, size_t *count, int64_t *next)
{
    struct term term[TERMS_MAX];
    struct tokens t;
    int64_t floor;
    bool known = false;
    *count = 0, *next = 0;
    for (int joined = 0; joined < 2 && !known; joined++) { /* "so 10442" is one number, when it is no two words */
        tokens_begin(&t, tx_arena(tx), TERMS_MAX);
        asked(text, &t, joined == 1);
        if (!terms_of(tx, l, account, &t, term, &known)) return false;
    }
    if (!known) return true;
    size_t first = longest(&t), n;
    int64_t *found = ARENA_ARRAY(tx_arena(tx), int64_t, LOOK_AT * WORDS_OF_TERM);
    if (!candidates(tx, l, account, &term[first], before, found, &n, &floor)) return false;
    for (size_t i = 0; i < t.count && n > 0; i++)
        if (i != first && !only_with(tx, l, account, &term[i], found, &n)) return false;
    *count = n < most ? n : most;
    memcpy(ids, found, *count * sizeof *ids);
    *next = n > most ? ids[most - 1] : floor;
    return true;
}

bool words_page(struct tx *tx, int64_t account, struct str text, int64_t before, size_t most, int64_t *ids,
                size_t *count, int64_t *next)
{
    return words_find(tx, &conversation_words, account, text, before, most, ids, count, next);
}
