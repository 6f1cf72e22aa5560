/* visitors.c: who talks to a shop: a browser of it, known by its token (visitor_token.c) and a row. A visitor has one
 * conversation that its next word goes to. Its row is locked first, so two first words make one conversation.
 *
 * A resolved conversation is taken up again by the next word for some days; after that a new one begins, and what was
 * said then is not shown to whoever sits at that browser now. */
#include "chat/private.h"

#include "base/clock.h"

#define TAKEN_UP_MS (7 * DAY_MS)

/* clang-format off */
#define COLUMNS                                                                                                        \
    "id, account, shop, generation, conversation, name, language, page, blocked_at_ms, seen_at_ms, order_misses,"      \
    " email, network"
#define BY_ID "SELECT " COLUMNS " FROM chat_visitors WHERE id = ?1"
/* clang-format on */

STMT(by_id, BY_ID);
STMT(by_id_locked, BY_ID, .postgres = BY_ID " FOR UPDATE");
STMT(by_id_free, BY_ID, .postgres = BY_ID " FOR UPDATE SKIP LOCKED");
STMT(add, "INSERT INTO chat_visitors (account, shop, generation, conversation, name, language, page, blocked_at_ms,"
          " created_at_ms, seen_at_ms, network, known) VALUES (?1, ?2, 1, 0, ?3, ?4, ?5, 0, ?6, ?6, ?7,"
          " CASE WHEN CAST(?3 AS TEXT) = '' THEN 0 ELSE 1 END) RETURNING id");
/* Another name: it is known by that, once its words are written (customers.c). */
STMT(seen, "UPDATE chat_visitors SET known = CASE WHEN name = ?2 THEN known ELSE 1 END, name = ?2, language = ?3,"
           " page = ?4, seen_at_ms = ?5, network = ?6 WHERE id = ?1");
STMT(set_conversation, "UPDATE chat_visitors SET conversation = ?2 WHERE id = ?1");
STMT(missed_order, "UPDATE chat_visitors SET order_misses = order_misses + 1 WHERE id = ?1");
STMT(end_tokens, "UPDATE chat_visitors SET generation = generation + 1 WHERE id = ?1");
STMT(set_email, "UPDATE chat_visitors SET email = ?2, known = 1 WHERE id = ?1");
STMT(set_blocked, "UPDATE chat_visitors SET blocked_at_ms = ?2 WHERE id = ?1");

static enum row one(struct tx *tx, const struct stmt *s, int64_t id, struct visitor *out)
{
    struct query q = query(tx, s);
    bind_i64(&q, id);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    *out = (struct visitor){ .id = col_i64(&q, "id"),
                             .account = col_i64(&q, "account"),
                             .shop = col_i64(&q, "shop"),
                             .generation = col_i64(&q, "generation"),
                             .conversation = col_i64(&q, "conversation"),
                             .name = col_text(&q, "name"),
                             .language = col_text(&q, "language"),
                             .page = col_text(&q, "page"),
                             .blocked_at_ms = col_i64(&q, "blocked_at_ms"),
                             .seen_at_ms = col_i64(&q, "seen_at_ms"),
                             .order_misses = col_i64(&q, "order_misses"),
                             .email = col_text(&q, "email"),
                             .network = col_i64(&q, "network") };
    return ROW_FOUND;
}

enum row visitor_get(struct tx *tx, int64_t id, struct visitor *out) { return one(tx, &by_id, id, out); }

enum row visitor_locked(struct tx *tx, int64_t id, struct visitor *out) { return one(tx, &by_id_locked, id, out); }

enum row visitor_free(struct tx *tx, int64_t id, struct visitor *out) { return one(tx, &by_id_free, id, out); }

/* The row has the last word: removed, or its tokens ended. */
enum row visitor_of_token(struct tx *tx, const struct visitor_token *token, bool lock, struct visitor *out)
{
    enum row row = one(tx, lock ? &by_id_locked : &by_id, token->visitor, out);
    if (row != ROW_FOUND) return row;
    return out->shop == token->shop && out->generation == token->generation ? ROW_FOUND : ROW_NONE;
}

bool visitor_add(struct tx *tx, struct visitor *v, int64_t now_ms)
{
    struct query q = query(tx, &add);
    bind_i64(&q, v->account), bind_i64(&q, v->shop), bind_text(&q, v->name), bind_text(&q, v->language);
    bind_text(&q, v->page), bind_i64(&q, now_ms), bind_i64(&q, v->network);
    if (query_row(&q) != ROW_FOUND) return false;
    v->id = col_i64(&q, "id");
    v->generation = 1;
    v->seen_at_ms = now_ms;
    return true;
}

bool visitor_seen(struct tx *tx, struct visitor *v, const struct visitor *said, int64_t now_ms)
{
    const char *name = said->name ? said->name : v->name, *page_now = said->page ? said->page : v->page;
    const char *language = said->language ? said->language : v->language;
    int64_t network = said->network ? said->network : v->network;
    bool same =
        text_eq(name, v->name) && text_eq(language, v->language) && text_eq(page_now, v->page) && network == v->network;
    bool lately = now_ms - v->seen_at_ms < VISITOR_SEEN_MS && !time_is_ahead(v->seen_at_ms, now_ms);
    if (same && lately) return true;
    v->name = name, v->language = language, v->page = page_now, v->seen_at_ms = now_ms, v->network = network;
    struct query q = query(tx, &seen);
    bind_i64(&q, v->id), bind_text(&q, name), bind_text(&q, language), bind_text(&q, page_now), bind_i64(&q, now_ms);
    bind_i64(&q, network);
    return query_put(&q);
}

bool visitor_missed_order(struct tx *tx, int64_t id)
{
    struct query q = query(tx, &missed_order);
    bind_i64(&q, id);
    return query_put(&q);
}

bool visitor_set_email(struct tx *tx, struct visitor *v, const char *email)
{
    struct query q = query(tx, &set_email);
    bind_i64(&q, v->id), bind_text(&q, email);
    v->email = email;
    return query_change(&q) == 1;
}

bool visitor_block(struct tx *tx, int64_t id, bool blocked, int64_t now_ms)
{
    struct query q = query(tx, &set_blocked);
    bind_i64(&q, id), bind_i64(&q, blocked ? now_ms : 0);
    return query_change(&q) == 1;
}

bool visitor_end_tokens(struct tx *tx, struct visitor *v)
{
    struct query q = query(tx, &end_tokens);
    bind_i64(&q, v->id);
    v->generation++;
    if (query_change(&q) != 1) return false;
    return chat_tell_ended(tx, v, &problem_chat_token);
}

void visitor_token_new(const struct visitor *v, int64_t now_ms, struct visitor_token *token,
                       char out[VISITOR_TOKEN_SIZE])
{
    *token = (struct visitor_token){
        .shop = v->shop, .visitor = v->id, .generation = v->generation, .expires_at_ms = now_ms + VISITOR_TOKEN_LIFE_MS
    };
    visitor_token_write(token, out);
}

enum row visitor_conversation(struct tx *tx, const struct visitor *v, int64_t now_ms, struct conversation *c)
{
    if (v->conversation == 0) return ROW_NONE;
    enum row row = conversation_get(tx, v->conversation, c);
    if (row != ROW_FOUND) return row;
    bool over = c->status == CHAT_RESOLVED &&
                (now_ms - c->resolved_at_ms >= TAKEN_UP_MS || time_is_ahead(c->resolved_at_ms, now_ms));
    return over ? ROW_NONE : ROW_FOUND;
}

bool visitor_conversation_or_new(struct tx *tx, struct visitor *v, int64_t now_ms, struct conversation *c)
{
    enum row row = visitor_conversation(tx, v, now_ms, c);
    if (row != ROW_NONE) return row == ROW_FOUND;
    *c = (struct conversation){ .account = v->account, .shop = v->shop, .visitor = v->id };
    if (!conversation_add(tx, c, now_ms)) return false;
    v->conversation = c->id;
    struct query q = query(tx, &set_conversation);
    bind_i64(&q, v->id), bind_i64(&q, c->id);
    return query_put(&q);
}
