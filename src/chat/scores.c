/* scores.c: what a visitor says of a conversation after its end, once: a score and, if they like, some words. It stands
 * in the conversation's row and goes with it. Whoever writes on instead opens it again and may say it after the next
 * end; what was said stays. */
#include "chat/private.h"

#include "base/clock.h"

enum { SCORE_MAX = 5, SCORE_WORDS_MAX = 500 };

STMT(put, "UPDATE chat_conversations SET score = ?2, score_words = ?3 WHERE id = ?1 AND score = 0");

/* clang-format off */
static const struct problem problem_not_over = {
    "not_over", 409, "This conversation has not ended.", "此对话尚未结束。"
};
static const struct problem problem_rated = {
    "rated_already", 409, "This conversation was rated already.", "此对话已评价过。"
};
/* clang-format on */

struct post_score {
    int64_t score;
    const char *words;
};
static const struct field post_score_fields[] = {
    FIELD_I64(struct post_score, score, .min = 1, .max = SCORE_MAX, .doc = "1: bad, 5: good."),
    FIELD_TEXT(struct post_score, words, .optional = true, .max = SCORE_WORDS_MAX, .form = TEXT_WORDS,
               .doc = "What the visitor adds." SIGNS_STAY),
    FIELD_END
};
static const struct shape scored_shape[] = { SHAPE_OBJECT("conversation", chat_state_shape, .type_name = "ChatState"),
                                             SHAPE_END };

static void scored_json(struct json *j, const void *arg)
{
    json_object(j, "conversation");
    state_json(j, arg);
    json_end(j);
}

enum score_put visitor_scores(struct tx *tx, const struct visitor *v, int64_t score, const char *words, int64_t now_ms,
                              struct conversation *c)
{
    struct conversation before;
    enum row row = visitor_conversation(tx, v, now_ms, &before);
    if (row == ROW_FOUND) row = conversation_locked(tx, before.id, &before);
    if (row == ROW_FAULT) return SCORE_FAULT;
    if (row == ROW_NONE || before.status != CHAT_RESOLVED) return SCORE_TOO_EARLY;
    *c = before;
    if (before.score != 0) return before.score == score && text_eq(before.score_words, words) ? SCORE_PUT : SCORE_OTHER;
    c->score = score, c->score_words = words;
    struct query q = query(tx, &put);
    bind_i64(&q, c->id), bind_i64(&q, score), bind_text(&q, words);
    if (query_change(&q) != 1) return SCORE_FAULT;
    return chat_tell(tx, &(struct chat_news){ .before = &before, .after = c }) ? SCORE_PUT : SCORE_FAULT;
}

static enum answer run_score(struct req *req)
{
    const struct post_score *in = req->body;
    struct visitor v;
    struct tenant_chat place;
    struct conversation c;
    enum answer a = visitor_enter(req, true, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    switch (visitor_scores(req->tx, &v, in->score, in->words ? in->words : "", req->now_ms, &c)) {
    case SCORE_PUT: return reply_json(req, 200, scored_json, &c);
    case SCORE_TOO_EARLY: return reply_problem(req, &problem_not_over);
    case SCORE_OTHER: return reply_problem(req, &problem_rated);
    case SCORE_FAULT: break;
    }
    return reply_fault(req);
}

static const struct limit score_limit = { .name = "chat_score", .burst = 30, .per_ms = MINUTE_MS };

/* clang-format off */
const struct route chat_score_routes[] = {
    { .verb = VERB_POST, .path = "/api/chat/:shop/score", .who = WHO_ANYONE, .tag = "Chat", .origins = ORIGINS_ASKED,
      .origin = visitor_origin, .prepare = visitor_prepare, PATH_FIELDS(path_chat), .passive = true, .tx = TX_WRITE,
      .limit = &score_limit, .key_limit = { &chat_visitor_limit, &chat_shop_limit }, BODY_FIELDS(post_score),
      .answer = scored_shape, .run = run_score,
      PROBLEMS(&problem_not_found, &problem_chat_paused, &problem_chat_token, &problem_chat_blocked, &problem_not_over,
               &problem_rated),
      .doc = "Say once, after its end, how the conversation was." },
    ROUTE_END
};
/* clang-format on */
