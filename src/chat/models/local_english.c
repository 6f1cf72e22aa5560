/* local_english.c: what English words mean by what stands around them: "take it back" asks for no lower price, "what
 * would a bag be" for one, and "how many cards" pays with none. */
#include "chat/models/local_lexicon.h"

static void hear_as(struct heard *h, size_t i, size_t n, uint64_t sense)
{
    for (size_t k = i; k < i + n && k < h->a.n; k++) local_hear_anew(h, k, sense);
}

/* Whether nothing goes on behind: the turn ends here, or a clause does. */
static bool ends(const struct heard *h, size_t i)
{
    static const char more[] = "now|today|atm|yet|please|pls|right now|currently|at the moment|still|again|then|or not";
    while (i < h->a.n && !h->a.atom[i].broken) {
        size_t n = lexicon_phrase(&h->a, i, more);
        if (n == 0) return false;
        i += n;
    }
    return true;
}

/* "Would you take it back if it is too big": what is offered is no sum, and nothing old comes in exchange. */
static void takes_back(struct heard *h)
{
    enum { FAR = 9 };
    static const char takes[] = "would you take|will you take|could you take|can you take|do you take|would you accept|"
                                "will you accept|could you accept|do you accept|can you accept|would u take|do u take";
    for (size_t i = 0; i < h->a.n && !(h->all & SENSE_OLD); i++) {
        size_t n = lexicon_phrase(&h->a, i, takes);
        for (size_t k = i + n; n > 0 && k < h->a.n && k < i + n + FAR; k++) {
            bool sum = h->a.atom[k].kind == ATOM_NUMBER;
            bool back = lexicon_phrase(&h->a, k, "back|return|returns|a return") > 0;
            if (sum) break;
            if (!back) continue;
            hear_as(h, i, n, SENSE_STOP), local_hear_anew(h, k, SENSE_RETURN);
            break;
        }
    }
}

/* "60 cm, white. Is it in?" */
static void asks_in(struct heard *h)
{
    static const char in[] = "is it in|are they in|is that in|is this in|is that one in|is this one in|is it back in|"
                             "are those in|is one in|got it in|got them in|got one in|have it in|have them in";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, in);
        if (n > 0 && ends(h, i + n)) hear_as(h, i, n, SENSE_STOCK | SENSE_POINT | SENSE_STOP);
    }
}

/* "What would a bag be", "how much would two of them be": what it costs, where no quality of the thing is asked. */
static void would_be(struct heard *h)
{
    enum { FAR = 10 };
    static const char asks[] = "what would|what will|how much would|how much will|whatd|what might";
    static const char behind[] = "in|for|with|delivered|altogether|in total|all in|please|pls|then|roughly|to me";
    static const char others[] = "best|better|good|ideal|right|suitable|difference|reason|point|wattage|power|voltage|"
                                 "range|speed|capacity|volume|diameter|name|code|date|number|problem|cause|age|next";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, asks);
        bool other = false;
        for (size_t k = i + n; n > 0 && !other && k < h->a.n && k < i + FAR; k++) {
            other = (h->sense[k] & (SENSE_SUBJECTS | SENSE_TIME)) || lexicon_phrase(&h->a, k, others) > 0;
            size_t sum = lexicon_phrase(&h->a, k, "be|come to|comes to|come out at|work out at|amount to");
            if (sum == 0) continue;
            if (!other && (ends(h, k + sum) || lexicon_phrase(&h->a, k + sum, behind) > 0))
                hear_as(h, k, sum, SENSE_PRICE | SENSE_COST | SENSE_STOP);
            break;
        }
    }
}

/* "How many cards are in the tin": what is counted is no way to pay. */
static void counts_things(struct heard *h)
{
    for (size_t i = 0; i + 2 < h->a.n; i++) {
        bool alone = i + 3 == h->a.n || h->sense[i + 3] != h->sense[i + 2];
        if (lexicon_phrase(&h->a, i, "how many") == 0 || !(h->sense[i + 2] & SENSE_PAY) || !alone) continue;
        local_hear_anew(h, i + 2, 0);
    }
}

/* "How much water does 5 ml treat": an amount of what is named between asks no price. */
static void amount_of(struct heard *h)
{
    enum { NOUNS = 3 };
    static const char goes_on[] = "does|do|can|will|is in|are in|is there|are there|comes in|come in|goes in|for the|"
                                  "for my|for a|for each|for one|per";
    for (size_t i = 0; i + 3 < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, "how much"), at = i + n;
        bool price = n == 0;
        for (size_t k = 0; k < h->a.n && !price; k++) price = (k < i || k >= i + n) && (h->sense[k] & SENSE_PRICE);
        while (!price && at < h->a.n && at < i + n + NOUNS && h->sense[at] == 0 && h->a.atom[at].kind == ATOM_LETTERS)
            at++;
        if (price || at == i + n || lexicon_phrase(&h->a, at, goes_on) == 0) continue;
        if (lexicon_phrase(&h->a, at, "do you|do u|does it cost|do they cost|will it cost|will you|can you") > 0)
            continue;
        hear_as(h, i, n, SENSE_STOP);
    }
}

/* "A bag for a weekend away": no opening hours. */
static void days_off(struct heard *h)
{
    static const char off[] = "weekend away|weekends away|weekend trip|weekend trips|weekend break|weekend breaks|"
                              "weekend getaway|weekend hike|weekend hikes|for a weekend|for weekends|holiday trip|"
                              "for a holiday|for my holiday|for our holiday|for holidays|for the holidays|holiday away",
                      kinds[] = "weekend|holiday|sunday|saturday";
    static const char shop[] = "open|opens|opening|close|closes|closed|shut|hours|collect|deliver|delivery|staff|"
                               "answer|phone|contact|work|working";
    for (size_t i = 0; i < h->a.n; i++)
        if (lexicon_phrase(&h->a, i, shop) > 0) return;
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, off);
        hear_as(h, i, n, SENSE_STOP);
        bool kind = n == 0 && (h->sense[i] & SENSE_HOURS) && i + 1 < h->a.n && h->sense[i + 1] == 0 &&
                    !h->a.atom[i + 1].broken && lexicon_phrase(&h->a, i, kinds) > 0; /* "a weekend bag" */
        if (kind) local_hear_anew(h, i, SENSE_STOP);
    }
}

/* "Do the boats go mouldy": what may happen to a thing is asked, and nothing arrived so. */
static void may_happen(struct heard *h)
{
    static const char asks[] = "do|does|will|would|can|could|might|is|are", who[] = "you|u|i|we|your|my|our|yous";
    static const char came[] =
        "arrived|arrives|came|turned up|received|delivered|delivery|order|parcel|package|sent|got";
    bool asked = h->a.n > 2 && lexicon_phrase(&h->a, 0, asks) > 0 && lexicon_phrase(&h->a, 1, who) == 0;
    for (size_t i = 0; i < h->a.n && asked; i++) asked = lexicon_phrase(&h->a, i, came) == 0;
    for (size_t i = 0; i < h->a.n && asked; i++) {
        if (h->sense[i] == SENSE_DAMAGE) local_hear_anew(h, i, 0);
    }
}

/* "Prices for the pitcher start where", "do the prices vary": words that only go with the price. */
static void goes_with_price(struct heard *h)
{
    static const char words[] = "start|starts|starting|begin|begins|beginning|range|ranges|vary|varies|differ";
    for (size_t i = 1; i < h->a.n && (h->all & SENSE_PRICE); i++) {
        bool behind = lexicon_phrase(&h->a, i, "start where|begin where|start at|begin at") > 0;
        bool last = i + 1 == h->a.n || h->a.atom[i + 1].broken || behind;
        if (h->sense[i] == 0 && last && lexicon_phrase(&h->a, i, words) > 0) local_hear_anew(h, i, SENSE_STOP);
    }
}

/* "How often can it charge my phone": no money is asked for. */
static void charges_power(struct heard *h)
{
    static const char does[] = "can|will|does|to|it|not|cant|wont|that|and|they|also|could|would|still",
                      what[] = "my|a|an|the|it|them|two|three|both|up|fully|in|from|via|over|by|with|wirelessly|while|"
                               "several|multiple|phones|laptops|devices|other|at the same|without";
    for (size_t i = 1; i + 1 < h->a.n; i++) {
        if (lexicon_phrase(&h->a, i, "charge|charges|charging|recharge") == 0 || h->a.atom[i + 1].broken) continue;
        bool thing = h->sense[i - 1] == 0 && lexicon_phrase(&h->a, i - 1, "you|u|shop|store") == 0;
        if (!thing && lexicon_phrase(&h->a, i - 1, does) == 0) continue;
        if (lexicon_phrase(&h->a, i + 1, what) == 0) continue;
        if ((h->sense[i] & (SENSE_PRICE | SENSE_COST)) && !(h->sense[i] & SENSE_SHIP))
            local_hear_anew(h, i, SENSE_STOP);
    }
}

/* "A replacement lid": a part that is bought, and nothing is exchanged. */
static void replaces_part(struct heard *h)
{
    static const char rules[] = "policy|policies|service|scheme|guarantee|order|one|item|items|product|unit";
    if (h->all & (SENSE_DAMAGE | SENSE_FAULT | SENSE_WARRANTY)) return;
    for (size_t i = 0; i + 1 < h->a.n; i++) {
        bool part = lexicon_phrase(&h->a, i, "replacement|replacements") > 0 && (h->sense[i] & SENSE_EXCHANGE);
        const struct atom *x = &h->a.atom[i + 1];
        if (!part || h->sense[i + 1] != 0 || x->broken || x->kind != ATOM_LETTERS) continue;
        if (lexicon_phrase(&h->a, i + 1, rules) == 0) local_hear_anew(h, i, SENSE_STOP);
    }
}

void local_english(struct heard *h)
{
    replaces_part(h);
    charges_power(h);
    may_happen(h);
    goes_with_price(h);
    takes_back(h);
    asks_in(h);
    would_be(h);
    counts_things(h);
    amount_of(h);
    days_off(h);
    local_matters(h);
    local_casual(h);
}

/* ---- goods that are counted ---- */

/* Whether the title calls it so. */
static bool in_title(const struct atoms *title, const struct atom *x)
{
    for (size_t k = 0; k < title->n && x->kind == ATOM_LETTERS; k++)
        if (atom_same(&title->atom[k], x->text, x->n) || atom_same(x, title->atom[k].text, title->atom[k].n))
            return true;
    return false;
}

size_t local_goods_counted(const struct heard *h, size_t i, const struct atoms *title, const struct atoms *parts,
                           size_t n, size_t *which)
{
    enum { NOUN_LEAST = 4 };
    int64_t number = atom_thousandths(&h->a.atom[i]);
    size_t count = number > 0 ? 1 : local_number_words(&h->a, i, &number), at = i + count, found = 0;
    if (count != 1 || number < 2000 || at >= h->a.n || h->a.atom[at].glued) return 0;
    while (at < h->a.n && !h->a.atom[at].broken && in_title(title, &h->a.atom[at])) at++;
    const struct atom *goods = &h->a.atom[at - 1];
    if (at == i + count || goods->n < NOUN_LEAST || goods->text[goods->n - 1] != 's') return 0;
    for (size_t k = 0; k < n; k++) {
        const struct atoms *v = &parts[k];
        bool piece = v->n == 2 && lexicon_phrase(v, 1, "piece|pieces|pcs|pairs|sheets|sticks|tabs") > 0;
        bool counts =
            v->n == 2 && v->atom[1].kind == ATOM_LETTERS && v->atom[1].n >= NOUN_LEAST && !units_same(v, 1, v, 1);
        if (!(counts || piece) || atom_thousandths(&v->atom[0]) != number) continue;
        found++, *which = k;
    }
    return found == 1;
}
