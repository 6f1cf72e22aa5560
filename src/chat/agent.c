/* agent.c: see agent.h. A person is called by the shopper's wish (the built-in words and the shop's own), by two
 * answers in a row that found nothing, by anger and by the model's own flag; the last two are the model's.
 *
 * Words of the shop that are no wish ("人工费") are taken out before the wish is looked for; when it was one by them
 * alone, the turn is answered as a question. */
#include "chat/agent.h"

#include "chat/models/local.h"

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }
static bool is_letter(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9'); }

/* Where `word` stands in `text`, from `at` on; in Latin letters a word of its own, and in either case. */
static const char *word_in(const char *text, const char *at, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = at; n > 0 && *p; p++) {
        size_t i = 0;
        while (i < n && p[i] && lower(p[i]) == lower(word[i])) i++;
        if (i < n) continue;
        bool begins = p == text || !is_letter(word[0]) || !is_letter(p[-1]);
        if (begins && (!is_letter(word[n - 1]) || !is_letter(p[n]))) return p;
    }
    return NULL;
}

static bool says_one_of(const char *text, const struct chat_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        if (word_in(text, text, words->text[i])) return true;
    return false;
}

static const char *without(struct arena *a, const char *text, const struct chat_words *words)
{
    char *out = arena_text(a, text);
    for (size_t i = 0; i < words->count; i++) {
        size_t n = strlen(words->text[i]);
        for (const char *at = out; (at = word_in(out, at, words->text[i])) != NULL; at += n)
            memset(out + (at - out), ' ', n);
    }
    return out;
}

/* The turn is answered as a question, whatever words it has; the wish alone is looked for in `text`. */
static bool is_wish(const struct model_ask *ask, const struct chat_shop_settings *s, const char *text, bool *is)
{
    *is = says_one_of(text, &s->person_words);
    if (*is) return true;
    struct model_turn last = { .customer = true, .text = text };
    const struct model_ask wish = {
        .turn = &last, .turns = 1, .language = ask->language, .source = ask->source, .arena = ask->arena
    };
    struct model_reply reply;
    if (!model_local(&wish, &reply)) return false;
    *is = reply.action == REPLY_HAND_OFF_ASKED;
    return true;
}

static void hand_off(struct agent_reply *out, const struct sayings *own, enum model_action action, const char *why)
{
    enum local_language l = local_language_named(out->reply.language, LOCAL_EN);
    out->reply = (struct model_reply){ .text = say_text(own, l, SAY_HAND_OFF),
                                       .language = out->reply.language,
                                       .action = action,
                                       .order_missed = out->reply.order_missed,
                                       .why = why };
}

bool agent_answer(const struct model_ask *ask, const struct chat_shop_settings *s, int64_t failed,
                  struct agent_reply *out)
{
    struct model_ask again = *ask;
    const char *said = ask->turns > 0 ? ask->turn[ask->turns - 1].text : "";
    bool no_words = says_one_of(said, &s->not_person_words), wish = false;
    again.sayings = s->sayings;
    out->failed = failed;
    if (no_words || s->person_words.count > 0) {
        if (!is_wish(ask, s, no_words ? without(ask->arena, said, &s->not_person_words) : said, &wish)) return false;
        again.no_wish = no_words && !wish;
    }
    if (!model_local(&again, &out->reply)) return false;
    if (wish && out->reply.action != REPLY_HAND_OFF_ASKED)
        hand_off(out, s->sayings, REPLY_HAND_OFF_ASKED, "wish for a person");
    if (out->reply.failed) out->failed++;
    else if (out->reply.action == REPLY_ANSWER) out->failed = 0;
    if (out->reply.failed && out->failed >= AGENT_FAILS_MAX)
        hand_off(out, s->sayings, REPLY_HAND_OFF, "two answers found nothing");
    return true;
}
