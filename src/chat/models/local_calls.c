/* local_calls.c: who wants to ring the shop ("is there a number I can ring", 有电话吗): the rule that names a telephone
 * number comes first; where there is none, a person is called for who wants to speak, and the number is not known to
 * who asks for it alone. */
#include "chat/models/local_lexicon.h"

#include <ctype.h>

enum { TEXTS = 24, TITLE_ATOMS = 60, TEXT_ATOMS = 200 };

/* "Can I phone you", "call the shop", "a number to ring"; "can I call my mother with it" rings nobody here. */
static bool wants_to_ring(const struct heard *h)
{
    static const char
        rings[] =
            "phone you|call you|ring you|phone u|call u|ring u|give you a ring|give you a call|give you a bell|"
            "give the shop a ring|give the shop a call|call the shop|phone the shop|ring the shop|call the store|"
            "phone the store|call your shop|call your store|number i can ring|number i can call|number i can phone|"
            "number to ring|number to call|number to phone|number i could ring|number i could call|"
            "number we can ring|number we can call|number where i can|talk on the phone|speak on the phone|"
            "talk over the phone|speak over the phone|discuss it over the phone|explain it over the phone|"
            "sort it over the phone|discuss over the phone|do this over the phone|do it over the phone|"
            "by phone instead|on the phone with you|phone call from|call from you|call from someone|call from one of|"
            "phone someone|ring someone|ring somebody|phone somebody",
        may[] = "can i|could i|may i|id like to|i would like to|i want to|i need to|id rather|let me|can we|could we",
        verbs[] = "phone|call|ring|telephone", behind[] = "in|up|about|instead|please|pls|today|now|tomorrow|and|to",
        han[] = "我要打电话|想打电话|打个电话|能打电话|可以打电话|打电话说|打电话问|电话里说|电话说|电话沟通|电话聊|"
                "电话联系你|打电话给你|给你打电话|给你们打电话|打你们电话|电话讲|有电话吗我想|电话里讲";
    const struct atoms *a = &h->a;
    if (lexicon_says(a, rings)) return true;
    for (size_t i = 0; i < a->n; i++) {
        /* "手表能打电话吗": what the thing can do */
        bool begins = i == 0 || a->atom[i].broken || (h->sense[i - 1] & (SENSE_STOP | SENSE_SOFT));
        if (begins && lexicon_phrase(a, i, han) > 0) return true;
        size_t n = lexicon_phrase(a, i, may), verb = n > 0 ? lexicon_phrase(a, i + n, verbs) : 0, end = i + n + verb;
        if (verb > 0 && (end >= a->n || a->atom[end].broken || lexicon_phrase(a, end, behind) > 0)) return true;
    }
    return false;
}

static bool asks_number(const struct heard *h)
{
    static const char number[] =
        "phone number|telephone number|contact number|customer service number|customer services number|"
        "support number|helpline|hotline|landline|number for the shop|number for your shop|number for you|"
        "whats your number|what is your number|order by phone|order over the phone|phone orders|orders by phone|"
        "order on the phone|电话下单|电话订|your phone number|shop number|store number|your telephone|"
        "电话多少|电话号码|电话是多少|有电话吗|有电话么|有没有电话|有电话不|有电话没|留个电话|你们电话|你们的电话|"
        "店里电话|店里的电话|"
        "客服电话|热线|联系电话|座机|把电话给我|电话给一个|电话发我|老板电话";
    return !(h->all & SENSE_TRACK) && lexicon_says(&h->a, number);
}

/* A run of seven digits or more, as it is dialled: "0117 496 0123", "(555) 010-0199". */
static bool has_telephone(struct str text)
{
    enum { LEAST = 7, MOST = 15 };
    size_t digits = 0, apart = 0;
    bool found = false;
    for (size_t i = 0; i <= text.n; i++) {
        char c = i < text.n ? text.p[i] : '.';
        if (isdigit((unsigned char)c)) digits++, apart = 0;
        else if (digits > 0 && strchr(" -()+", c) && apart < 2) apart++;
        else {
            found |= digits >= LEAST && digits <= MOST;
            digits = apart = 0;
        }
    }
    return found;
}

static bool number_told(struct local *m, bool *answered)
{
    static const char told[] = "phone|telephone|call|ring|tel|hotline|helpline|电话|热线|致电|座机|手机";
    struct str query = STR("phone telephone number call us contact hotline 电话 热线 联系 客服");
    const struct knowledge_text *best = NULL;
    struct knowledge_text *t = NULL;
    size_t n = 0;
    int most = 0;
    if (!m->source->search_texts(m->source->ctx, query, NULL, TEXTS, m->arena, &t, &n)) return false;
    for (size_t i = 0; i < n; i++) {
        struct arena_mark mark = arena_mark(m->arena);
        struct atoms title = atoms_of(m->arena, str_of(t[i].title), TITLE_ATOMS),
                     text = atoms_of(m->arena, str_of(t[i].text), TEXT_ATOMS);
        bool of_shop = !t[i].product && t[i].kind != KNOWLEDGE_PROMOTION;
        int score = of_shop && has_telephone(str_of(t[i].text))
                        ? 2 * lexicon_says(&title, told) + lexicon_says(&text, told)
                        : 0;
        if (score > 0) score = 2 * score + local_in_language(m, t[i].text);
        arena_release(m->arena, mark);
        if (score > most) most = score, best = &t[i];
    }
    if (!best) return true;
    *answered = local_say_text(m, best, str_of(best->text));
    m->why = arena_printf(m->arena, "rule:%s", best->id);
    return true;
}

bool local_call(struct local *m, bool *answered)
{
    bool rings = wants_to_ring(&m->h), number = asks_number(&m->h);
    *answered = false;
    if ((!rings && !number) || (m->h.all & SENSE_INJECT)) return true;
    if (m->found.how == FOUND_NAMED && !rings) return true; /* a telephone that is sold */
    if (!number_told(m, answered)) return false;
    if (*answered) return true;
    if (rings && !m->ask->no_wish) {
        local_say(m, REPLY_HAND_OFF_ASKED, SAY_HAND_OFF, "wish for a person");
        *answered = true;
    } else if (number) {
        if (!local_rule(m, answered)) return false; /* another way to reach the shop */
        if (!*answered) local_say(m, REPLY_DECLINE, SAY_UNKNOWN, "not known"), *answered = true;
    }
    return true;
}
