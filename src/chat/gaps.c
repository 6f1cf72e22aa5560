/* gaps.c: see gaps.h. A group has no row of its own: it is what the rows of the asked questions come to, so it shrinks
 * and goes with conversations that are taken out, and no counter is written while somebody waits for an answer. The
 * words are cut as the index of knowledge cuts them (knowledge/tokens.h).
 *
 * Rejected: groups by likeness (which of two they join depends on the order of arrival, and nobody can say why); the
 * question's text in the group (it would outlive the visitor who wrote it). */
#include "chat/gaps.h"

#include "knowledge/knowledge.h"
#include "knowledge/tokens.h"

#include <stdlib.h>

enum { GAP_TOKENS = 64 };

STMT(put, "INSERT INTO chat_gaps (conversation, number, account, shop, question, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
          " ON CONFLICT DO NOTHING");
/* One that was put aside is there again when it was asked since. */
STMT(groups, "SELECT shop, question, COUNT(*) AS asked, MAX(at_ms) AS last_ms FROM (SELECT shop, question, at_ms"
             " FROM chat_gaps WHERE account = ?1 AND at_ms >= ?2 AND (CAST(?3 AS BIGINT) = 0 OR shop = ?3)"
             " ORDER BY at_ms DESC, conversation DESC, number DESC LIMIT ?4) few"
             " WHERE NOT EXISTS (SELECT 1 FROM chat_gaps_aside p WHERE p.shop = few.shop AND p.question = few.question"
             " AND p.at_ms >= few.at_ms) GROUP BY shop, question ORDER BY asked DESC, last_ms DESC LIMIT ?5");
/* The words as long as their conversation is there: one that was taken out is gone before its messages are. */
STMT(words,
     "SELECT g.conversation, g.number, m.text FROM chat_gaps g JOIN chat_conversations c ON c.id = g.conversation"
     " JOIN chat_messages m ON m.conversation = g.conversation AND m.number = g.number"
     " WHERE g.shop = ?1 AND g.question = ?2 ORDER BY g.at_ms DESC LIMIT 1");
STMT(aside, "INSERT INTO chat_gaps_aside (shop, question, at_ms) VALUES (?1, ?2, ?3)"
            " ON CONFLICT (shop, question) DO UPDATE SET at_ms = ?3");
STMT(forget, "DELETE FROM chat_gaps_aside WHERE shop = ?1");

/* What is said around a question and changes nothing of it; as tokens.h cuts them. */
static const char *const polite[] = { "a",     "an",  "the", "do",    "doe",  "you",   "your",   "i",   "we",
                                      "my",    "me",  "is",  "are",   "be",   "it",    "to",     "for", "of",
                                      "in",    "on",  "can", "could", "will", "would", "please", "plz", "hi",
                                      "hello", "hey", "and", "so",    "ok",   "thank", "thanks", "any", "there",
                                      "请",    "问",  "您",  "你",    "好",   "们",    "吗",     "呢",  "啊",
                                      "吧",    "的",  "了",  "是",    "我" };

static bool is_polite(struct str token)
{
    for (size_t i = 0; i < ARRAY_LEN(polite); i++)
        if (str_eq(token, str_of(polite[i]))) return true;
    return false;
}

/* Two characters of Han and the like: the single ones say the same. */
static bool is_pair(struct str token)
{
    size_t heads = 0;
    for (size_t i = 0; i < token.n; i++) heads += ((unsigned char)token.p[i] & 0xC0U) == 0xC0U;
    return heads > 1 && ((unsigned char)token.p[0] & 0x80U) != 0;
}

static int by_bytes(const void *a, const void *b)
{
    const struct str *x = a, *y = b;
    int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return order != 0 ? order : (x->n > y->n) - (x->n < y->n);
}

bool gap_of(struct arena *a, struct str question, char out[GAP_SIZE])
{
    struct tokens t;
    struct str kept[GAP_TOKENS];
    char hash[SHA256_HEX_SIZE];
    size_t count = 0;
    tokens_begin(&t, a, GAP_TOKENS);
    tokens_add(&t, question, 1, 0);
    for (size_t i = 0; i < t.count; i++)
        if (!is_polite(t.token[i].text) && !is_pair(t.token[i].text)) kept[count++] = t.token[i].text;
    for (size_t i = 0; count == 0 && i < t.count; i++) kept[i] = t.token[i].text;
    if (count == 0) count = t.count;
    if (count == 0) return false;
    qsort(kept, count, sizeof *kept, by_bytes);
    struct buf b;
    size_t most = GAP_TOKENS * (TOKEN_MAX_BYTES + 1);
    buf_fixed(&b, arena_alloc(a, most), most);
    for (size_t i = 0; i < count; i++) {
        buf_add(&b, kept[i].p, kept[i].n);
        buf_char(&b, '\n');
    }
    sha256_hex((struct str){ b.p, b.n }, hash);
    memcpy(out, hash, GAP_SIZE - 1);
    out[GAP_SIZE - 1] = '\0';
    return true;
}

bool gap_put(struct tx *tx, const struct conversation *c, int64_t number, const char *gap, int64_t now_ms)
{
    struct query q = query(tx, &put);
    bind_i64(&q, c->id), bind_i64(&q, number), bind_i64(&q, c->account), bind_i64(&q, c->shop), bind_text(&q, gap);
    bind_i64(&q, now_ms);
    return query_put(&q);
}

/* Its words, unless it is answered or taken out by now: ROW_NONE. */
static enum row complete(struct tx *tx, struct arena *a, struct gap *g)
{
    enum row answered = knowledge_has(tx, g->shop, KNOWLEDGE_FAQ, arena_printf(a, GAP_ENTRY "%s", g->question));
    if (answered != ROW_NONE) return answered == ROW_FOUND ? ROW_NONE : ROW_FAULT;
    struct query q = query(tx, &words);
    bind_i64(&q, g->shop), bind_text(&q, g->question);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    g->conversation = col_i64(&q, "conversation"), g->number = col_i64(&q, "number");
    g->text = arena_text(a, col_text(&q, "text"));
    return ROW_FOUND;
}

bool gaps_open(struct tx *tx, int64_t account, int64_t shop, int64_t since_ms, struct arena *a,
               struct gap out[GAPS_SHOWN], size_t *count)
{
    struct gap found[GAPS_SHOWN * 2]; /* some are answered by now */
    struct query q = query(tx, &groups);
    size_t n = 0;
    enum row row;
    *count = 0;
    bind_i64(&q, account), bind_i64(&q, since_ms), bind_i64(&q, shop), bind_i64(&q, GAPS_LOOKED_AT);
    bind_i64(&q, ARRAY_LEN(found));
    while ((row = query_next(&q)) == ROW_FOUND)
        found[n++] = (struct gap){ .shop = col_i64(&q, "shop"),
                                   .question = arena_text(a, col_text(&q, "question")),
                                   .asked = col_i64(&q, "asked"),
                                   .last_ms = col_i64(&q, "last_ms") };
    for (size_t i = 0; row == ROW_NONE && i < n && *count < GAPS_SHOWN; i++) {
        enum row there = complete(tx, a, &found[i]);
        if (there == ROW_FAULT) return false;
        if (there == ROW_FOUND) out[(*count)++] = found[i];
    }
    return row == ROW_NONE;
}

bool gap_aside(struct tx *tx, int64_t shop, const char *question, int64_t now_ms)
{
    struct query q = query(tx, &aside);
    bind_i64(&q, shop), bind_text(&q, question), bind_i64(&q, now_ms);
    return query_change(&q) == 1;
}

bool gaps_forget(struct tx *tx, int64_t shop)
{
    struct query q = query(tx, &forget);
    bind_i64(&q, shop);
    return query_change(&q) >= 0;
}
