/* local_wish.c: a wish for a person in a whole sentence ("I'd rather discuss this with a member of your staff"), and
 * persons that nobody wishes for: who sews a thing, or sharpens it. */
#include "chat/models/local_lexicon.h"

enum { FAR = 7, NEAR = 3 };

/* Who is meant by it: one of the shop, or anybody who is no machine. */
static const char
    somebody[] = "someone|somebody|anyone|anybody",
    human[] =
        "a human|a person|a real person|an actual person|a live person|a living person|a proper person|"
        "a human being|a real human|an actual human|people|real people|humans|a grown up|"
        "one of your team|one of your people|one of your staff|one of your colleagues|one of your guys|"
        "one of your agents|one of the team|one of the staff|one of your lot|one of you|"
        "a member of your staff|a member of staff|a member of your team|a member of the team|"
        "a member of your support|a staff member|a team member|your staff|the staff|your team|the team|"
        "your people|your colleague|your colleagues|a colleague|your manager|a manager|the manager|"
        "a supervisor|your supervisor|the owner|your boss|your support|support|an agent|an employee|"
        "one of your employees|whoever runs|whoever is in charge|whoever manages|whoever owns|the person in charge|"
        "someone in charge|somebody in charge|the boss|a representative|an advisor|an adviser|a clerk|"
        "an assistant|a shop assistant|a sales assistant|somebody human|someone human";

static size_t who_at(const struct atoms *a, size_t i)
{
    size_t n = lexicon_phrase(a, i, human), some = lexicon_phrase(a, i, somebody), trade = local_trade_at(a, i);
    if (trade > n) n = trade;
    return n > some ? n : some;
}

/* "Discuss it with", "have a word with", "put me in touch with". */
static bool brings_to(const struct atoms *a)
{
    static const char verbs[] =
        "discuss|discussing|go over|go through|going over|sort|sorting|raise|raising|take this up|take it up|deal|"
        "dealing|explain|explaining|run this by|run it by|settle|resolve|clear this up|a word|a quick word|"
        "a conversation|a chat|in touch|connected|hand this|hand it|hand me|pass this|pass it|pass me|turn me|"
        "put me|talk this|talk it|communicate|correspond|chatting|chat|speak|talk|speaking|talking|complain|"
        "complaining|complaint|escalate",
                      of_things[] = "chat|speak|talk|communicate", /* "can you talk to people through it" */
        prepositions[] = "with|to|by|over to|on to|off to";
    static const char no_more[] = "else|who|that|app|of|at home";
    for (size_t i = 0; i < a->n; i++) {
        if (lexicon_phrase(a, i, verbs) == 0) continue;
        if (i > 0 && lexicon_phrase(a, i - 1, "you|u|they|it") > 0 && lexicon_phrase(a, i, of_things) > 0) continue;
        for (size_t k = i + 1; k < a->n && k <= i + FAR; k++) {
            size_t n = lexicon_phrase(a, k, prepositions), who = n > 0 ? who_at(a, k + n) : 0;
            if (who > 0 && lexicon_phrase(a, k + n + who, no_more) == 0) return true;
        }
    }
    return false;
}

/* "Could one of your colleagues get in touch with me", "let a person handle this". */
static bool comes_back(const struct heard *h)
{
    static const char back[] =
        "get in touch|contact me|message me|reply to me|write to me|write back|message back|get back to me|email me|"
        "ring me|phone me|call me|reach out|be in touch",
                      does[] = "look at|look into|take over|take this|handle|deal with|sort this|sort it|assist me|"
                               "help me|take it from|have a look|step in|join",
                      told[] = "does|do|did|will|when|if|before|after";
    const struct atoms *a = &h->a;
    if (h->all & (SENSE_SHIP | SENSE_ORDER)) return false;
    for (size_t i = 0; i < a->n; i++) {
        size_t n = who_at(a, i), real = lexicon_phrase(a, i, human);
        if (n == 0 || (i > 0 && lexicon_phrase(a, i - 1, told) > 0)) continue;
        for (size_t k = i + n; k < a->n && k <= i + n + NEAR; k++)
            if (lexicon_phrase(a, k, back) > 0 || (real == n && lexicon_phrase(a, k, does) > 0)) return true;
    }
    return false;
}

/* "A person I could write to", "somebody in charge I can raise this with". */
static bool to_turn_to(const struct atoms *a)
{
    static const char may[] = "i can|i could|i may|i might|we can|we could|to",
                      verbs[] = "write to|talk|speak|raise|discuss|chat|turn to|ask|message|complain";
    for (size_t i = 0; i < a->n; i++) {
        size_t n = who_at(a, i);
        for (size_t k = i + n; n > 0 && k < a->n && k <= i + n + NEAR; k++) {
            size_t able = lexicon_phrase(a, k, may);
            if (able > 0 && lexicon_phrase(a, k + able, verbs) > 0) return true;
        }
    }
    return false;
}

/* "I don't want to talk to a machine", "rather not chat with a bot", "too complicated for a bot". */
static bool no_machine(const struct atoms *a)
{
    static const char no[] = "dont want|do not want|rather not|hate|tired of|sick of|fed up|enough of|dont like|"
                             "dont wanna|stop|no more|instead of|refuse to|not going to|wont",
                      talks[] = "talk|talking|chat|chatting|speak|speaking|deal|dealing|typing|type|discuss|argue",
                      machine[] = "bot|bots|robot|robots|machine|machines|chatbot|computer|ai|algorithm|software";
    bool denied = false, spoken = false;
    for (size_t i = 0; i < a->n; i++) {
        denied |= lexicon_phrase(a, i, no) > 0;
        spoken |= denied && lexicon_phrase(a, i, talks) > 0;
        bool article = i > 0 && lexicon_phrase(a, i - 1, "a|an|to|with|the|this") > 0;
        if (spoken && article && lexicon_phrase(a, i, machine) > 0) return true;
        if (lexicon_phrase(a, i, "complicated for a|difficult for a|much for a|important for a") > 0 &&
            i + NEAR < a->n && lexicon_phrase(a, i + NEAR, machine) > 0)
            return true;
    }
    return false;
}

bool local_wishes_for_one(const struct heard *h)
{
    return brings_to(&h->a) || comes_back(h) || to_turn_to(&h->a) || no_machine(&h->a) ||
           local_wishes_for_trade(&h->a) || local_wishes_in_han(h);
}

/* "Sharpened", "sewn": what is done to a thing, and not to who asks. */
static bool is_done(const struct atoms *a, size_t i)
{
    static const char irregular[] = "made|sewn|built|written|cut|drawn|woven|done|ground|spun|grown|handwritten|shot|"
                                    "put together|blown|thrown|hung|wound|sent|taken",
                      to_me[] = "contacted|called|helped|answered|served|phoned|emailed|connected|transferred|"
                                "assisted|advised|messaged|informed";
    const struct atom *x = &a->atom[i];
    if (x->kind != ATOM_LETTERS || lexicon_phrase(a, i, to_me) > 0) return false;
    bool ends = x->n > 4 && strcmp(x->text + x->n - 2, "ed") == 0;
    return ends || lexicon_phrase(a, i, irregular) > 0 || (i > 0 && lexicon_phrase(a, i - 1, "put together") > 0);
}

bool local_person_makes(const struct heard *h)
{
    static const char machine[] = "or machine|or machines|or a machine|or by machine|or by a machine|or robots|"
                                  "or a robot|or by a robot|or by robots|or a computer|or by computer|or by a computer|"
                                  "or printed|or by hand|or is it a machine|or is it machine|or is it printed";
    const struct atoms *a = &h->a;
    bool person = false, either = false, thing = false;
    if (h->all & SENSE_TALK) return false;
    for (size_t i = 0; i < a->n; i++) {
        person |= (h->sense[i] & (SENSE_HUMAN | SENSE_WISH)) != 0;
        either |= lexicon_phrase(a, i, machine) > 0;
        thing |= h->sense[i] == 0 && lexicon_phrase(a, i, "machine|machines|robot|robots|computer") == 0;
        for (size_t back = 1; back <= NEAR && back < i && (h->sense[i] & (SENSE_HUMAN | SENSE_WISH)); back++)
            if (lexicon_phrase(a, i - back, "by") > 0 && is_done(a, i - back - 1)) return true;
    }
    if (person && either && thing) return true;
    /* "do real people check the packs" */
    size_t at = a->n > 3 ? lexicon_phrase(a, 0, "do|does|did|has|have") : 0;
    at += at > 0 ? lexicon_phrase(a, at, "a|an|any") : 0;
    if (at == 0 || !(h->sense[at] & (SENSE_HUMAN | SENSE_WISH))) return false;
    while (at < a->n && (h->sense[at] & (SENSE_HUMAN | SENSE_WISH))) at++;
    static const char here[] = "answer|answers|reply|replies|respond|read|work|works|help|exist";
    return at + 1 < a->n && h->sense[at] == 0 && lexicon_phrase(a, at, here) == 0;
}
