/* local_casual.c: English as it is spoken in a shop: "what the desk runs", "anything but black", "for a party this
 * weekend", "any deal if I buy a few". */
#include "chat/models/local_lexicon.h"

static void hear_as(struct heard *h, size_t i, size_t n, uint64_t sense)
{
    for (size_t k = i; k < i + n && k < h->a.n; k++) local_hear_anew(h, k, sense);
}

/* "What the desk runs", "what does the large one run in oak": what it costs; what it runs on costs nothing. */
static void what_it_runs(struct heard *h)
{
    enum { FAR = 9 };
    static const char asks[] = "what does|what do|what will|what would|whatll|whatd|what the|what a|what an|what your|"
                               "what these|what those|what that|what this|how much does|how much do|how much would|"
                               "how much will|how much the",
                      behind[] = "in|with|without|for the|me|us|please|pls|"
                                 "these days|nowadays|right now|at the moment|roughly|about",
                      machines[] = "on|off|at|how|speed|fast|slow|time|software|system|battery|batteries|rpm|power";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, asks);
        for (size_t k = i + n; n > 0 && k < h->a.n && k < i + n + FAR && !h->a.atom[k].broken; k++) {
            if (lexicon_phrase(&h->a, k, machines) > 0) break;
            if (k == i + n || lexicon_phrase(&h->a, k, "run|runs") == 0) continue;
            bool ends = k + 1 >= h->a.n || h->a.atom[k + 1].broken;
            if (ends || lexicon_phrase(&h->a, k + 1, behind) > 0)
                hear_as(h, k, 1, SENSE_PRICE | SENSE_COST | SENSE_STOP), hear_as(h, i, n, SENSE_STOP);
            break;
        }
    }
}

/* "Anything other than black": what stands behind it is not wanted. */
static void other_than(struct heard *h)
{
    static const char others[] = "other than|besides|apart from|aside from|except for|except|excluding|anything but|"
                                 "any colour but|any color but|any size but|instead of|rather than|but not in|but not";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, others);
        if (n > 0 && i + n < h->a.n) hear_as(h, i, n, SENSE_NOT | SENSE_STOP);
    }
}

/* "For a party this weekend": when it is wanted, where it is asked whether it is sold; no hours of the shop, and no
 * question of the way to the shopper. */
static void wanted_for(struct heard *h)
{
    enum { FAR = 5 };
    static const char days[] = "this weekend|next weekend|at the weekend|on the weekend|the weekend|this saturday|"
                               "this sunday|this friday|next saturday|next sunday|on saturday|on sunday|on friday|"
                               "this week|next week|next month|tonight",
                      shop[] =
                          "open|opens|opening|close|closes|closed|shut|hours|collect|collecting|collection|pick up|"
                          "pickup|deliver|delivery|delivered|ship|shipping|arrive|arrives|in time|get here|send|"
                          "post|by|staff|visit|come in|pop in";
    if (!(h->all & (SENSE_HAVE | SENSE_STOCK | SENSE_PRICE))) return;
    for (size_t i = 0; i < h->a.n; i++)
        if (lexicon_phrase(&h->a, i, shop) > 0) return;
    for (size_t i = 0; i < h->a.n; i++) {
        bool wants = false;
        for (size_t k = i; k > 0 && k + FAR > i && !h->a.atom[k].broken; k--)
            wants |= lexicon_phrase(&h->a, k - 1, "for|need|needed|want") > 0;
        size_t n = wants ? lexicon_phrase(&h->a, i, days) : 0;
        bool trip = n > 0 && i > 0 && lexicon_phrase(&h->a, i - 1, "trip|trips|party|day out|getaway|break|event") > 0;
        if (trip) local_hear_anew(h, i - 1, SENSE_STOP); /* "for a camping trip this weekend" */
        if (trip && i > 3 && lexicon_phrase(&h->a, i - 4, "for a|for my|for our|for the|for his|for her") == 2)
            local_hear_anew(h, i - 2, SENSE_STOP);
        hear_as(h, i, n, SENSE_STOP);
    }
}

/* "Any deal if I buy a few": what the shop offers to who buys several is asked for, and no price of its own. */
bool local_deals_for_several(const struct heard *h)
{
    static const char deal[] = "any deal|any deals|any sort of deal|any kind of deal|any offer|any offers|any discount|"
                               "any discounts|is there a deal|is there a discount|is there an offer|got a deal|"
                               "are there deals|any multibuy|any multi buy",
                      several[] =
                          "if i buy|if i get|if i take|if i order|if you buy|if we buy|if we get|when i buy|"
                          "when you buy|when buying|for buying|for two|for three|for several|for multiple|for a few|"
                          "on multiple|on several|on two|on three|buying two|buying three|buying a few|"
                          "buying several|buying more|more than one|multipack|multibuy";
    size_t at = h->a.n, asks = 0;
    bool many = false;
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, deal);
        if (n > asks) at = i, asks = n;
        many |= lexicon_phrase(&h->a, i, several) > 0;
    }
    for (size_t i = 0; i < h->a.n; i++) /* "any deal if I buy two, best price?" haggles all the same */
        if ((h->sense[i] & SENSE_HAGGLE) && (i < at || i >= at + asks)) return false;
    return asks > 0 && many;
}

void local_oneself_aside(const struct heard *h, bool *used)
{
    static const char who[] = "im|i am|we are|were|i|we", a[] = "a|an|just|only|quite|not|no|very|pretty",
                      of_thing[] =
                          "want|need|have|had|got|own|use|looking|like|cook|bought|ordered|with|on|in|for|which";
    enum { LONGEST = 6 };
    for (size_t i = 0, end; i < h->a.n; i = end) {
        size_t n = lexicon_phrase(&h->a, i, who), hard = 0, most = 1;
        end = i + 1;
        while (end < h->a.n && !h->a.atom[end].broken) end++;
        bool aside = n > 0 && end - i <= LONGEST && (i > 0 || end < h->a.n) && i + n < end;
        if (aside && lexicon_phrase(&h->a, i + n, a) > 0) most = 2;
        for (size_t k = i; k < end && aside; k++) {
            aside = h->a.atom[k].kind == ATOM_LETTERS && (k < i + n || lexicon_phrase(&h->a, k, of_thing) == 0) &&
                    !(h->sense[k] & (SENSE_SUBJECTS | SENSE_PRICE | SENSE_STOCK | SENSE_HAVE | SENSE_OPTIONS));
            hard += h->sense[k] == 0;
        }
        for (size_t k = i; k < end && aside && hard <= most; k++) used[k] = true;
    }
}

void local_casual(struct heard *h)
{
    what_it_runs(h);
    other_than(h);
    wanted_for(h);
}
