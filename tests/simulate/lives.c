/* lives.c: a customer is erased while words, turns and mails of theirs are under way, and comes back as somebody whom
 * nobody knows. What belongs to a life that is over is refused when it arrives, and leaves nothing. */
#include "tests/simulate/sim.h"

#include "http/events.h"

#include <stdio.h>
#include <stdlib.h>

STMT(naming,
     "SELECT m.name AS name, c.name AS key FROM sqlite_master m, pragma_table_info(m.name) c"
     " WHERE m.type = 'table' AND c.name IN ('conversation', 'visitor')",
     .postgres = "SELECT CAST(table_name AS text) AS name, CAST(column_name AS text) AS key"
                 " FROM information_schema.columns WHERE table_schema = current_schema()"
                 " AND column_name IN ('conversation', 'visitor')");
STMT(to_clear, "SELECT COUNT(*) AS n FROM chat_erasures WHERE done_at_ms = 0");
STMT(rows_of, "SELECT (SELECT COUNT(*) FROM chat_messages WHERE conversation = ?1) AS messages,"
              " (SELECT COUNT(*) FROM chat_notes WHERE conversation = ?1) AS notes,"
              " (SELECT COUNT(*) FROM chat_conversations WHERE visitor = ?2 OR id = ?1) AS talks,"
              " (SELECT COUNT(*) FROM chat_visitors WHERE id = ?2) AS visitors");
STMT(told, "SELECT COUNT(*) AS n FROM events WHERE kind = ?1 AND topic = ?2 AND data LIKE ?3");
STMT(goodbyes, "SELECT COUNT(*) AS n FROM events WHERE kind = ?1 AND topic = ?2 AND type = 'ended'");

/* Every column of every table that names a conversation or a visitor. */
static struct naming {
    char table[64];
    bool by_visitor;
} names[40];
static size_t names_n;

void lives_start(struct sim *s)
{
    struct query q = query(s->t->tx, &naming);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        if (names_n == ARRAY_LEN(names)) abort();
        struct naming *n = &names[names_n++];
        text_copy(n->table, sizeof n->table, col_text(&q, "name"));
        n->by_visitor = text_eq(col_text(&q, "key"), "visitor");
    }
    if (row != ROW_NONE || names_n < 5) abort();
}

void life_begin(struct sim *s)
{
    struct conversation c;
    struct tx *tx = sim_begin(s);
    s->visitor = (struct visitor){ .account = s->account, .shop = s->shop, .name = "", .language = "en", .page = "" };
    if (!visitor_add(tx, &s->visitor, s->now_ms) || !visitor_set_email(tx, &s->visitor, "ann@store.example")) abort();
    if (!visitor_conversation_or_new(tx, &s->visitor, s->now_ms, &c)) abort();
    s->visitor.email = "ann@store.example"; /* not in memory of the transaction */
    s->talk = c.id;
    sim_commit(s, NULL);
    judge_begin(s);
}

static struct query rows_in(struct sim *s, const struct life *l)
{
    struct query q = query(s->t->tx, &rows_of);
    bind_i64(&q, l->talk), bind_i64(&q, l->visitor.id);
    if (query_row(&q) != ROW_FOUND) abort();
    return q;
}

void life_ends(struct sim *s)
{
    const struct erasure e = { .account = s->account, .shop = s->shop, .at_ms = s->now_ms, .why = "asked" };
    struct life *l = &s->life[s->lives];
    *l = (struct life){ .talk = s->talk, .visitor = s->visitor };
    struct tx *tx = sim_begin(s);
    if (!chat_erase_visitors(tx, &e, &s->visitor.id, 1)) abort();
    struct query q = rows_in(s, l);
    l->messages = col_i64(&q, "messages"), l->notes = col_i64(&q, "notes");
    s->lives++;
    judge_lives(s);
    sim_commit(s, NULL);
    sim_say(s, "the customer is erased");
    s->newest = 0, s->wants_person = s->says_person = s->told_waiting = s->unheard = false;
    for (int i = 0; i < WINDOWS; i++) {
        struct window *r = &s->window[i];
        if (window_is_visitors(i)) *r = (struct window){ 0 };
        else r->have = r->told_last = 0, r->behind = true; /* a page of the team reads on */
    }
    for (int i = 0; i < PERSONS; i++) s->page_epoch[i] = 0;
    life_begin(s);
}

bool lives_to_clear(struct sim *s)
{
    if (s->lives == 0) return false;
    struct query q = query(s->t->tx, &to_clear);
    if (query_row(&q) != ROW_FOUND) abort();
    return col_i64(&q, "n") > 0;
}

/* ---- what comes too late ---- */

/* By the token of then, as the door asks for it. */
static bool visitor_is_let_in(struct tx *tx, const struct life *l, struct visitor *v)
{
    const struct visitor_token token = { .shop = l->visitor.shop,
                                         .visitor = l->visitor.id,
                                         .generation = l->visitor.generation };
    return visitor_of_token(tx, &token, true, v) != ROW_NONE;
}

/* True: it was taken. */
static bool word_is_taken(struct sim *s, struct tx *tx, const struct life *l, const struct word *w)
{
    struct visitor v;
    struct message m;
    struct conversation c;
    if (w->form == AS_MAIL || w->form == AS_MAIL_FROM_ELSEWHERE) return mail_arrives(s, tx, w);
    if (w->author == CHAT_BY_VISITOR) return visitor_is_let_in(tx, l, &v);
    const struct message_new in = { .conversation = l->talk,
                                    .author = CHAT_BY_PERSON,
                                    .person = PERSON_FIRST + w->person,
                                    .author_name = "Anna",
                                    .client_id = w->id,
                                    .text = w->text,
                                    .now_ms = s->now_ms };
    return message_put(tx, &in, &m, &c) != MESSAGE_NOWHERE;
}

static bool something_is_taken(struct sim *s, struct tx *tx, const struct life *l, uint64_t what)
{
    struct visitor v;
    struct conversation c;
    enum chat_may may;
    const struct chat_act act = {
        .kind = ACT_TAKE, .person = PERSON_FIRST, .person_name = "Anna", .now_ms = s->now_ms
    };
    struct note n = {
        .conversation = l->talk, .person = PERSON_FIRST, .person_name = "Anna", .text = "?", .at_ms = s->now_ms
    };
    if (what == 0) return visitor_is_let_in(tx, l, &v);
    if (what == 1) return conversation_act(tx, l->talk, &act, &c, &may) != ROW_NONE;
    if (what == 2) return note_put(tx, &n, "note-late", &c) != MESSAGE_NOWHERE;
    return conversation_read(tx, l->talk, SIDE_TEAM, 1, &c) != ROW_NONE;
}

void life_late(struct sim *s, int word)
{
    if (s->lives == 0) return;
    if (word < 0 && s->words > 0 && sim_draw(s, 2) == 0) word = (int)sim_draw(s, (uint64_t)s->words);
    if (word >= 0 && s->word[word].life == s->lives) word = -1;
    int life = word >= 0 ? s->word[word].life : (int)sim_draw(s, (uint64_t)s->lives);
    uint64_t what = word >= 0 ? 0 : sim_draw(s, 4);
    struct tx *tx = sim_begin(s);
    const struct life *l = &s->life[life];
    bool taken = word >= 0 ? word_is_taken(s, tx, l, &s->word[word]) : something_is_taken(s, tx, l, what);
    sim_commit(s, &(struct cause){ BY_NOBODY });
    sim_say(s, "something late for a customer who was erased: %s %d", word >= 0 ? "word" : "act",
            word >= 0 ? word : (int)what);
    if (taken) sim_fault(s, "something for a customer who was erased was taken");
}

/* ---- what must be true ---- */

static int64_t told_of(struct sim *s, enum topic_kind kind, int64_t topic, const char *like)
{
    struct query q = query(s->t->tx, &told);
    bind_i64(&q, kind), bind_i64(&q, topic), bind_text(&q, like);
    if (query_row(&q) != ROW_FOUND) abort();
    return col_i64(&q, "n");
}

void judge_lives(struct sim *s)
{
    for (int i = 0; i < s->lives; i++) {
        struct life *l = &s->life[i];
        struct query q = rows_in(s, l);
        int64_t messages = col_i64(&q, "messages"), notes = col_i64(&q, "notes");
        if (messages > l->messages || notes > l->notes)
            sim_fault(s, "words were added to the conversation of a customer who was erased");
        if (col_i64(&q, "talks") + col_i64(&q, "visitors") > 0) sim_fault(s, "a customer who was erased is there");
        l->messages = messages, l->notes = notes;
    }
}

static int64_t rows_left(struct sim *s, const struct life *l)
{
    const char *sql = "SELECT 0";
    for (size_t i = 0; i < names_n; i++)
        sql = arena_printf(s->t->arena, "%s + (SELECT COUNT(*) FROM %s WHERE %s = %lld)", sql, names[i].table,
                           names[i].by_visitor ? "visitor" : "conversation",
                           (long long)(names[i].by_visitor ? l->visitor.id : l->talk));
    return test_number(s->t, sql);
}

void judge_lives_end(struct sim *s)
{
    judge_lives(s);
    for (int i = 0; i < s->lives; i++) {
        const struct life *l = &s->life[i];
        int64_t rows = rows_left(s, l);
        if (rows > 0) sim_fault(s, "%lld rows of a customer who was erased are left", (long long)rows);
        const char *team = arena_printf(s->t->arena, "{\"conversation\":%lld,%%<w%%", (long long)l->talk);
        if (told_of(s, TOPIC_CONVERSATION, l->talk, "%<w%") + told_of(s, TOPIC_INBOX, s->account, team) > 0)
            sim_fault(s, "events still tell what a customer said who was erased");
        struct query q = query(s->t->tx, &goodbyes);
        bind_i64(&q, TOPIC_CONVERSATION), bind_i64(&q, l->talk);
        if (query_row(&q) != ROW_FOUND) abort();
        if (col_i64(&q, "n") != 1) sim_fault(s, "the windows of a customer who was erased were not told");
    }
    for (size_t i = 0; chat_checks[i].piece; i++) {
        struct verify_piece found = { 0 };
        if (strcmp(chat_checks[i].name, "chat.images") != 0) continue;
        if (!chat_checks[i].piece(s->t->tx, &found)) abort();
        if (found.unsound > 0) sim_fault(s, "verify: %s", "a picture is shown more or less often than it says");
    }
}
