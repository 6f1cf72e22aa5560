/* local_matters.c: rules of a shop that lie near each other, in English: "Returns" tells how to send a thing back, and
 * "Refunds" when the money is there. Both are about one subject (SENSE_RETURN); which matter of it is asked for is told
 * by words of its own, and by those the right rule is called, or else speaks. */
#include "chat/models/local_lexicon.h"

static void hear_as(struct heard *h, size_t i, size_t n, uint64_t sense)
{
    for (size_t k = i; k < i + n && k < h->a.n; k++) local_hear_anew(h, k, sense);
}

/* ---- money that comes back ---- */

static const char refunds[] = "refund|refunds|refunded|refunding|reimburse|reimbursed|reimbursement";
static const char comes_back[] =
    "money back|money is back|money be back|money comes back|money come back|money to come back|money to be back|"
    "money returned|money is returned|my money|the money arrive|the money come|money in my account|"
    "money in my bank|money on my card|money reach|money reaches|paid back|pay me back|pay back|credited|my cash back";

/* When it comes, or by which way: no question of whether a thing may be sent back. */
static bool asks_of_money(const struct atoms *a)
{
    static const char how[] = "when|how long|how soon|how fast|how quickly|how quick|how many days|how many weeks|days|"
                              "time|timescale|take|takes|how do you refund|how are refunds|how will|how is|which card|"
                              "to my card|to the card|same card|to my account|in my account|to my bank|to paypal|"
                              "original payment|where does|wheres my|where is my",
                      sent[] =
                          "to send|to return|to bring|to decide|to give it back|to claim|do i have to|have i got to|"
                          "do i have for|do i get to";
    bool money = lexicon_says(a, refunds) || lexicon_says(a, comes_back);
    return money && lexicon_says(a, how) && !lexicon_says(a, sent);
}

/* "How soon after you receive it do you refund", "the money in my account": a parcel, an account and a card beside the
 * money are no questions of their own. */
static void money_comes_back(struct heard *h)
{
    static const char beside[] =
        "account|bank account|card|cards|credit card|debit card|paid|pay|paypal|receive it|"
        "receive my|received|receive|arrive|arrives|get it|gets to you|reaches you|get here|parcel|"
        "there|the original payment|payment";
    const uint64_t others = SENSE_PAY | SENSE_POINTS | SENSE_SHIP | SENSE_HAVE | SENSE_TRACK;
    if (!asks_of_money(&h->a) || lexicon_says(&h->a, "gift card|gift cards|voucher|vouchers|postage|shipping")) return;
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, comes_back);
        for (size_t k = i; k < i + n; k++)
            if (!(h->sense[k] & SENSE_RETURN)) local_hear_anew(h, k, SENSE_RETURN);
        bool other = lexicon_phrase(&h->a, i, beside) > 0 && (h->sense[i] & others) && !(h->sense[i] & SENSE_RETURN);
        if (other) hear_as(h, i, lexicon_phrase(&h->a, i, beside), SENSE_STOP);
    }
}

/* ---- orders that are stopped, values that are swapped ---- */

/* "Changed my mind, can I stop the order": nothing is there yet that could be sent back. */
static void stops_order(struct heard *h)
{
    static const char stops[] = "stop the order|stop my order|stop that order|stop an order|call off my order|"
                                "call off the order|call the order off|call my order off|withdraw my order|"
                                "withdraw the order|undo my order|undo the order";
    bool stopped = false;
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, stops);
        hear_as(h, i, n, SENSE_CHANGE), stopped |= n > 0;
    }
    for (size_t i = 0; i < h->a.n && stopped; i++)
        if (h->sense[i] & SENSE_RETURN) local_hear_anew(h, i, SENSE_STOP);
}

/* "Wrong colour, can you change it for olive". */
static void changes_for(struct heard *h)
{
    static const char changes[] = "change it for|change them for|change this for|change that for|change these for|"
                                  "change one for|changed for another|changed for a|change it to another|"
                                  "change it to a different|change for a different|change for another";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, changes);
        if (n > 0) hear_as(h, i, 1, SENSE_EXCHANGE), hear_as(h, i + 1, n - 1, SENSE_STOP);
    }
}

void local_matters(struct heard *h)
{
    money_comes_back(h);
    stops_order(h);
    changes_for(h);
}

/* ---- which rule of several about one subject ---- */

/* A matter that has a rule of its own in many shops: by which words it is asked for, by which its rule is called, and
 * by which a rule of more tells of it. `apart`: who does not ask for it does not want the rule that is called so. */
static const struct matter {
    uint64_t of;
    const char *asked, *called, *told;
    bool apart;
    uint64_t heard; /* it is asked for by what is heard in the turn, too */
} matters[] = {
    { SENSE_SHIP,
      "express|next day|by tomorrow|tomorrow|faster|fastest|quicker|quickest|rush|priority|overnight|same day|"
      "expedited|urgent|urgently|speed up|sped up|in a hurry|asap|quick delivery|fast delivery|rapid",
      "express|next day|same day|priority|rush|expedited|overnight|fast delivery|fast shipping",
      "express|next day|tomorrow|same day|priority|expedited|overnight", true, 0 },
    { SENSE_SHIP,
      "abroad|international|internationally|overseas|other countries|another country|outside|worldwide|foreign|customs|"
      "duty|duties|import|ship to|shipping to|deliver to|delivery to|delivering to|send to|post to|postage to|"
      "parcel to|parcels to|delivery in|deliver in|shipped to|delivered to|sent to|posted to|country|countries|europe",
      "international|internationally|abroad|overseas|worldwide|foreign|other countries|outside", "abroad|countries",
      true, SENSE_ABROAD },
    { SENSE_CHANGE,
      "cancel|cancels|cancelled|canceled|cancelling|canceling|cancellation|call off|stop the order|"
      "stop my order|withdraw|undo|dont want it anymore",
      "cancel|cancels|cancelled|canceled|cancelling|canceling|cancellation|cancellations|withdrawal",
      "cancel|cancelled|canceled|cancellation|called off|call off|stopped", true, 0 },
    { SENSE_CHANGE,
      "change my|change the|change an|change what|change where|changing|amend|modify|edit|alter|update|swap|"
      "wrong address|new address|different address|add to my order|add something|correct",
      "change|changes|changing|changed|amend|amending|amendments|modify|modifying|edit|editing|alter|altering|update",
      "change|changed|changes|amend|amended|alter|altered|edit|edited|modified|corrected", true, 0 },
    { SENSE_PAY,
      "instalment|instalments|installment|installments|pay later|klarna|afterpay|clearpay|affirm|financing|finance|"
      "monthly|in parts|in three|in four|split|spread|buy now pay later|on credit|pay over time|bnpl|0 finance",
      "instalment|instalments|installment|installments|pay later|klarna|afterpay|clearpay|affirm|financing|finance|"
      "monthly|spread|split|on credit|paying later|buy now pay later",
      "instalment|instalments|installment|installments|pay later|klarna|afterpay|clearpay|affirm|finance|monthly|"
      "in parts|in three|in four|3 parts|4 parts|three parts|four parts",
      true, 0 },
    { SENSE_PAY, "gift card|gift cards|gift voucher|gift vouchers|gift certificate|gift certificates|voucher|vouchers",
      "gift card|gift cards|gift voucher|gift vouchers|gift certificate|gift certificates|voucher|vouchers",
      "gift card|gift cards|gift voucher|gift vouchers|gift certificate|gift certificates|voucher|vouchers", true, 0 },
    { SENSE_DAMAGE,
      "lost|went missing|gone missing|never came|never arrived|never turned up|never showed up|not arrived|"
      "did not arrive|didnt arrive|hasnt arrived|havent received|missing parcel|parcel is missing|cant find my parcel",
      "lost|missing parcel|missing parcels|not arrived|late or lost|never arrived|missing in the post|undelivered",
      "lost|not arrived|nothing came|never arrives|has not come|not turned up", true, 0 },
    { SENSE_DAMAGE,
      "broken|broke|smashed|shattered|damaged|damage|cracked|torn|scratched|bent|dented|in "
      "pieces|crushed|faulty|leaked",
      "damaged|damage|damages|broken|breakage|breakages|faulty|cracked|defective|dead on arrival|smashed",
      "damaged|broken|faulty|cracked|smashed|photo|photos|picture|pictures", false, 0 },
    { SENSE_EXCHANGE,
      "exchange|exchanges|exchanging|exchanged|swap|swapping|swapped|change it for|change them for|different size|"
      "another size|bigger one|smaller one|other size|bigger size|smaller size",
      "exchange|exchanges|exchanging|swap|swaps|swapping|another size|different size",
      "exchange|exchanged|swap|swapped", true, 0 },
};

/* A place abroad is named, or words of the matter are. */
static bool is_asked(const struct heard *h, const struct matter *x)
{
    return (h->all & x->heard) || lexicon_says(&h->a, x->asked);
}

void local_matter_words(const struct heard *h, struct buf *out, size_t most)
{
    if ((h->all & SENSE_RETURN) && asks_of_money(&h->a)) buf_text(out, "refund refunds money ");
    for (size_t k = 0; k < ARRAY_LEN(matters); k++) {
        if (!(h->all & matters[k].of) || !is_asked(h, &matters[k])) continue;
        for (const char *p = matters[k].called; *p && out->n < most; p++) buf_char(out, *p == '|' ? ' ' : *p);
        buf_char(out, ' ');
    }
}

/* "Visa", "PayPal": of two rules of payment the one that names the means. */
static bool means_alike(const struct atoms *a, const struct heard *title, const struct heard *text)
{
    static const char *const means[] = { "visa|visa card|visa cards",
                                         "mastercard|master card",
                                         "amex|american express",
                                         "paypal|pay pal",
                                         "apple pay",
                                         "google pay|gpay",
                                         "klarna",
                                         "afterpay",
                                         "clearpay",
                                         "bank transfer|wire transfer|wire",
                                         "cash|cash on delivery|cod",
                                         "alipay",
                                         "wechat pay|wechat",
                                         "crypto|bitcoin",
                                         "cheque|check|cheques|checks",
                                         "shop pay",
                                         "ideal",
                                         "sofort",
                                         "venmo",
                                         "debit card|debit cards|debit" };
    for (size_t k = 0; k < ARRAY_LEN(means); k++)
        if (lexicon_says(a, means[k]) && (lexicon_says(&title->a, means[k]) || lexicon_says(&text->a, means[k])))
            return true;
    return false;
}

/* It is called by more than one matter: "Changing or cancelling an order", "Returns & refunds". */
static bool of_several(const struct heard *title)
{
    return lexicon_says(&title->a, "and|or|plus|with|n") || memchr(title->text.p, '&', title->text.n) != NULL ||
           memchr(title->text.p, '/', title->text.n) != NULL || memchr(title->text.p, ',', title->text.n) != NULL;
}

/* What delivery costs is told by no rule that only tells how long it takes, nor the other way about. */
static bool of_other_quality(const struct heard *h, const struct heard *title, const struct heard *text)
{
    const uint64_t both = SENSE_COST | SENSE_TIME;
    uint64_t asked = h->all & both, named = title->all & both;
    if ((h->all & SENSE_SUBJECTS) != SENSE_SHIP || !(title->all & SENSE_SHIP)) return false;
    if (asked == 0 || asked == both || named == 0 || (named & asked)) return false;
    bool told = (text->all & asked) || (asked == SENSE_COST && text_names_facts(text->text));
    return !told;
}

/* "You pay for the parcel home": no rule of delivery, whatever else it tells. */
static bool of_other_parcels(const struct heard *h, const struct heard *title, const struct heard *text)
{
    static const char way[] = "deliver|delivers|delivered|delivery|deliveries|ship|ships|shipped|shipping|postage|post|"
                              "posted|courier|dispatch|dispatched|arrive|arrives|arrival|express|freight|carrier|free";
    if ((h->all & SENSE_SUBJECTS) != SENSE_SHIP || !(h->all & (SENSE_COST | SENSE_TIME))) return false;
    return !(title->all & SENSE_SHIP) && !lexicon_says(&text->a, way);
}

bool local_of_other_matter(const struct heard *h, const struct heard *title, const struct heard *text)
{
    uint64_t apart = 0, asked = 0;
    if (of_other_quality(h, title, text) || of_other_parcels(h, title, text)) return true;
    if (of_several(title)) return false;
    for (size_t k = 0; k < ARRAY_LEN(matters); k++) {
        const struct matter *x = &matters[k];
        if (!(h->all & x->of)) continue;
        bool called = lexicon_says(&title->a, x->called);
        bool wanted = is_asked(h, x);
        /* the cost of what goes abroad is not that of all parcels */
        if (!wanted && called && x->of == SENSE_SHIP && (h->all & (SENSE_COST | SENSE_TIME))) return true;
        if (!wanted) apart |= called && x->apart ? x->of : 0;
        else if (called || lexicon_says(&text->a, x->told)) return false;
        else asked |= x->of;
    }
    return (apart & asked) != 0;
}

int local_score_of_matter(const struct heard *h, const struct heard *title, const struct heard *text)
{
    enum { CALLED = 24, TOLD = 8, APART = 16 };
    static const char paid[] = "refund|refunds|refunded|refunding|money|reimbursement|paid back|reimbursed";
    int score = 0;
    if ((h->all & SENSE_RETURN) && asks_of_money(&h->a))
        score += lexicon_says(&title->a, paid) ? CALLED : lexicon_says(&text->a, paid) ? TOLD : 0;
    for (size_t k = 0; k < ARRAY_LEN(matters); k++) {
        const struct matter *x = &matters[k];
        bool called = lexicon_says(&title->a, x->called);
        if (!(h->all & x->of)) continue;
        if (is_asked(h, x)) score += called ? CALLED : lexicon_says(&text->a, x->told) ? TOLD : 0;
        else if (called && x->apart && !of_several(title)) score -= APART;
    }
    if ((h->all & SENSE_PAY) && means_alike(&h->a, title, text)) score += CALLED;
    return score;
}
