/* local_world.c: what is asked of the world and not of the shop. A day of the week, a feast or a town stands in many a
 * question that no rule answers: "will it rain on Saturday", "is there a parade on Labor Day". */
#include "chat/models/local_lexicon.h"

/* Of the weather, of games, of countries, of trains, of the clock: a row each, and who answers must speak of it. */
static const char *const topics[] = {
    "weather|forecast|rain|raining|rainy|snow|snowing|sunny|storm|hot outside|cold outside|temperature outside",
    "who won|who is winning|whos winning|the score|kick off|kickoff|home game|away game|the match|the game on|olympics",
    "world cup|super bowl|superbowl|premier league|playoffs|playing at home",
    "president|prime minister|election|parliament|the king|the queen",
    "capital of|capital city|population of|bigger than|how far is * from|how big is",
    "flight|flights|train|trains|bus|buses|tram|subway|metro|ferry|traffic|airport",
    "on tv|on telly|tv show|the news|netflix|the cinema|the movies|concert|parade|fireworks",
    "lottery|horoscope|star sign|a joke|joke|a poem|riddle",
    "stock market|share price|exchange rate|interest rate|inflation",
    "how many days until|how many days till|how many weeks until|how many weeks till|how many sleeps|days left until",
};

/* "What time is it", "what's the time in Leeds": "what time is it open" asks the shop. */
static bool asks_clock(const struct atoms *a)
{
    static const char clock[] = "what time is it|what time it is|whats the time|what is the time|what day is it|"
                                "what date is it|what year is it|todays date|the time",
                      behind[] = "in|there|over|now|right|please|today|where";
    for (size_t i = 0; i < a->n; i++) {
        size_t n = lexicon_phrase(a, i, clock);
        if (n == 0 || (n == 2 && i > 0 && lexicon_phrase(a, i - 1, "whats|what is|got|have") == 0)) continue;
        if (i + n >= a->n || a->atom[i + n].broken || lexicon_phrase(a, i + n, behind) > 0) return true;
    }
    return false;
}

/* A day alone makes it one of opening, or a word of what is open: none of the shop, of anybody who is there. */
static bool only_a_day(const struct heard *h)
{
    static const char days[] =
        "monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekend|holiday|by saturday|"
        "by sunday|mondays|saturdays|sundays|weekends|holidays|open|opens|close|closed|closes|shut";
    bool day = false;
    for (size_t i = 0; i < h->a.n; i++) {
        if (!(h->sense[i] & SENSE_HOURS)) continue;
        if (lexicon_phrase(&h->a, i, days) == 0) return false;
        day = true;
    }
    return day;
}

static bool of_shop(const struct heard *h)
{
    static const char words[] = "you|u|ya|yall|your|ur|youre|shop|store|showroom|warehouse|studio|workshop|staff|team|"
                                "outlet|branch|premises|place|unit|depot|counter|office|gallery|yard|farm|nursery|"
                                "anyone|anybody|someone|somebody|order|orders|parcel|package|i|we|my|me|us|our|it|they";
    return lexicon_says(&h->a, words);
}

/* Whether a word is left that the rule does not know. */
static bool other_words(const struct heard *h, const struct heard *title, const struct heard *text)
{
    for (size_t i = 0; i < h->a.n; i++) {
        bool there = h->sense[i] != 0 || h->used[i] || h->a.atom[i].kind != ATOM_LETTERS;
        for (size_t k = 0; k < title->a.n && !there; k++) there = atom_akin(&title->a.atom[k], &h->a.atom[i]);
        for (size_t k = 0; k < text->a.n && !there; k++) there = atom_akin(&text->a.atom[k], &h->a.atom[i]);
        if (!there) return true;
    }
    return false;
}

bool local_of_world(const struct heard *h, const struct heard *title, const struct heard *text)
{
    static const char surely[] = "is * a bank holiday|is * a public holiday|is * a national holiday|bitcoin worth|"
                                 "bitcoin price|price of bitcoin|price of gold|price of petrol|price of oil";
    uint64_t subjects = h->all & SENSE_SUBJECTS;
    if (lexicon_says(&h->a, surely)) return true;
    if (local_of_other_group(h, &title->a, &text->a)) return true;
    if (subjects & ~(uint64_t)SENSE_HOURS) return false;
    /* "when is customer service open": the days on which parcels go are no hours of it */
    if (subjects && (title->all & SENSE_SHIP) && !(title->all & (SENSE_HOURS | SENSE_STORE | SENSE_CONTACT)))
        return true;
    for (size_t k = 0; k < ARRAY_LEN(topics); k++)
        if (lexicon_says(&h->a, topics[k]) && !lexicon_says(&title->a, topics[k]) && !lexicon_says(&text->a, topics[k]))
            return true;
    if (!subjects) return asks_clock(&h->a);
    if (!only_a_day(h)) return false;
    size_t verb = local_verb_of_service(h); /* "can you book me a table for Saturday" */
    if (verb < h->a.n && h->sense[verb] == 0 && other_words(h, title, text)) return true;
    return !of_shop(h) && other_words(h, title, text);
}

/* "Last day to order for xmas": of two rules about sending, the one that speaks of the feast. */
static int score_of_feast(const struct heard *h, const struct heard *title, const struct heard *text)
{
    enum { OF_FEAST = 40 };
    static const char *const feasts[] = {
        "christmas|xmas|x mas|crimbo|chrimbo|the holidays",
        "thanksgiving",
        "easter",
        "halloween",
        "hanukkah|chanukah",
        "mothers day|mother day",
        "fathers day|father day",
        "valentines|valentine|valentines day",
        "diwali",
        "new year|new years",
        "black friday",
        "independence day|fourth of july|4th of july",
        "labor day|labour day",
        "memorial day",
        "bank holiday|bank holidays",
        "eid|ramadan",
        "passover",
    };
    uint64_t subjects = h->all & SENSE_SUBJECTS & ~(uint64_t)SENSE_STORE;
    if (!(subjects & (title->all | text->all)) && !(h->all & SENSE_SHIP)) return 0;
    for (size_t k = 0; k < ARRAY_LEN(feasts); k++)
        if (lexicon_says(&h->a, feasts[k]) && (lexicon_says(&title->a, feasts[k]) || lexicon_says(&text->a, feasts[k])))
            return OF_FEAST;
    return 0;
}

/* "Are you open on Saturday": the rule that names the days of the week and their hours. */
static int score_of_day(const struct heard *h, const struct heard *text)
{
    enum { OF_DAY = 24 };
    static const char days[] = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun|"
                               "mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays|weekend|weekends|daily|"
                               "every day|seven days|weekdays";
    bool clock = false;
    if ((h->all & SENSE_SUBJECTS & ~(uint64_t)SENSE_STORE) != SENSE_HOURS || !lexicon_says(&h->a, days)) return 0;
    for (size_t i = 0; i + 1 < text->a.n; i++)
        clock |= text->a.atom[i].kind == ATOM_NUMBER && lexicon_phrase(&text->a, i + 1, "am|pm|a m|p m|to|until") > 0;
    return clock && lexicon_says(&text->a, days) ? OF_DAY : 0;
}

int local_score_of_time(const struct heard *h, const struct heard *title, const struct heard *text)
{
    return score_of_feast(h, title, text) + score_of_day(h, text);
}

/* What a text is about by more than single words. */
uint64_t local_told_besides(const struct atoms *a)
{
    static const char waste[] = "disposal|weee|waste batteries|e waste",
                      dead[] = "arrive dead|arrives dead|arrived dead|dead on arrival|arrive wilted";
    uint64_t all = (lexicon_says(a, waste) ? SENSE_OLD : 0) | (lexicon_says(a, dead) ? SENSE_DAMAGE : 0);
    for (size_t i = 0; i + 1 < a->n; i++) /* "schools get 12% off" */
        if (a->atom[i].kind == ATOM_NUMBER && lexicon_phrase(a, i + 1, "percent off|per cent off|off") > 0)
            all |= SENSE_DISCOUNT;
    return all;
}

/* Who asks for money off wants no voucher to give away. */
uint64_t local_not_asked(const struct heard *h, const struct heard *title)
{
    static const char cards[] = "gift voucher|gift vouchers|gift card|gift cards|gift certificate|gift certificates",
                      asked[] = "gift|voucher|vouchers|card|cards|code|codes|coupon|coupons|certificate";
    return (h->all & SENSE_DISCOUNT) && lexicon_says(&title->a, cards) && !lexicon_says(&h->a, asked) ? SENSE_DISCOUNT
                                                                                                      : 0;
}

/* "顺丰要加钱吗": who carries it is named. */
int local_score_of_carrier(const struct heard *h, const struct heard *text)
{
    enum { OF_CARRIER = 30 };
    static const char *const carriers[] = { "顺丰", "中通",  "圆通",       "申通", "韵达", "京东",
                                            "德邦", "邮政",  "极兔",       "百世", "ems",  "dhl",
                                            "ups",  "fedex", "royal mail", "evri", "dpd",  "usps" };
    for (size_t k = 0; k < ARRAY_LEN(carriers); k++)
        if (lexicon_says(&h->a, carriers[k]) && lexicon_says(&text->a, carriers[k])) return OF_CARRIER;
    return 0;
}
