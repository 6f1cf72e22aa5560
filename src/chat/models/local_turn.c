/* local_turn.c: a turn is read: what was said of money, numbers and addresses is taken out, and what is left is held
 * against the shop. What the next turns may lean on is kept. */
#include "chat/models/local.h"

enum { TURN_BYTES = 4000, FEW = 3 };

/* "My order turned up broken", "收到是碎的": what is asked is what the shop does about it. */
static void came_broken(struct heard *h)
{
    static const char broken[] = "broken|smashed|cracked|damaged|shattered|bent|dented|in pieces|scratched|faulty|torn|"
                                 "snapped|crushed|a crack|a dent|a hole|in bits|in "
                                 "shards|dead|wilted|withered|rotten|rotting|mouldy|moldy|melted|"
                                 "leaking|leaked|spilled|spilt|burst|rusty|stained|soaked|in "
                                 "fragments|碎|坏了|坏的|破了|破的|裂了|裂的|烂了|烂的|摔坏|"
                                 "压坏|变形|磕了|瘪了|缺角|掉漆|有裂|破损|凹了|凹陷|凹进去|有坑|划痕|刮花|缺了|断成|"
                                 "漏液|黑屏|花屏|开不了机|打不开|不亮|没反应|用不了|不工作";
    static const char came[] = "arrived|arrives|came|turned up|turns up|showed up|shows up|got here|opened|unpacked|"
                               "opened the box|received|delivered|收到|到货|拆开|打开|签收|到手|送到|寄到|送来|寄来";
    bool is = false, has = false;
    for (size_t i = 0; i < h->a.n; i++) {
        is |= lexicon_phrase(&h->a, i, broken) > 0;
        has |= (h->sense[i] & SENSE_ORDER) != 0 || lexicon_phrase(&h->a, i, came) > 0;
    }
    if (!is || !has) return;
    for (size_t i = 0; i < h->a.n; i++) /* "turned up" asks of no way here, 拆开 of no return */
        for (size_t n = lexicon_phrase(&h->a, i, came); n > 0; n--)
            h->sense[i + n - 1] &= ~(uint64_t)(SENSE_TRACK | SENSE_RETURN);
    for (size_t i = 0; i < h->a.n; i++)
        if (lexicon_phrase(&h->a, i, broken) > 0)
            h->sense[i] = (h->sense[i] & ~(uint64_t)SENSE_WARRANTY) | SENSE_DAMAGE; /* no guarantee is asked for */
    h->all = 0;
    for (size_t i = 0; i < h->a.n; i++) h->all |= h->sense[i];
}

/* "Will you collect my old mower", "旧空调抵多少": what comes in exchange for a new one. */
static void of_old_things(struct heard *h)
{
    static const char taken[] =
        "take|takes|collect|collects|pick up|haul|remove|get rid|recycle|dispose|trade|swap|part exchange";
    static const char whose[] = "my|the|an|our|your|any|this|that|mums|dads";
    static const char han_taken[] = "收|抵|折|换|拉走|拖走|搬走|回收|处理", no_thing[] = "旧款|旧版|旧货|旧金山";
    static const char no_age[] =
        "老人|老板|老师|老公|老婆|老客|老顾|老用|老是|老爱|老铁|老家|老年|老友|老款|老闪|老漏|老卡|老掉";
    size_t old = h->a.n;
    bool takes = false;
    for (size_t i = 0; i < h->a.n; i++) {
        bool han = old < h->a.n && h->a.atom[old].kind == ATOM_HAN;
        takes |= lexicon_phrase(&h->a, i, han ? han_taken : taken) > 0;
        if (i > 0 && lexicon_phrase(&h->a, i, "old|ancient|knackered|worn out|clapped out") > 0 &&
            lexicon_phrase(&h->a, i - 1, whose) > 0)
            old = i;
        bool first = i == 0 || !strstr("怀做新陈复", h->a.atom[i - 1].text);
        if (first && strcmp(h->a.atom[i].text, "旧") == 0 && lexicon_phrase(&h->a, i, no_thing) == 0) old = i;
        bool aged = strcmp(h->a.atom[i].text, "老") == 0 && lexicon_phrase(&h->a, i, no_age) == 0;
        if (aged && (i == 0 || strstr("家里台的部件把", h->a.atom[i - 1].text))) old = i; /* 家里老冰箱 */
    }
    if (!takes || old == h->a.n) return;
    h->sense[old] |= SENSE_OLD;
    h->all = 0;
    for (size_t i = 0; i < h->a.n; i++) {
        h->sense[i] &= ~(uint64_t)(SENSE_HAGGLE | SENSE_RETURN | SENSE_STORE | SENSE_WARRANTY | SENSE_PRICE);
        h->all |= h->sense[i];
    }
}

/* "How do I put the X together": the words between are the thing's name. */
static void puts_together(struct heard *h)
{
    enum { FAR = 7 };
    for (size_t i = 0; i < h->a.n; i++) {
        if (lexicon_phrase(&h->a, i, "put|putting|set|setting|fit|screw") == 0) continue;
        for (size_t k = i + 1; k < h->a.n && k < i + FAR; k++)
            if (strcmp(h->a.atom[k].text, "together") == 0)
                h->sense[i] = h->sense[k] = SENSE_INSTALL | SENSE_STOP, h->all |= SENSE_INSTALL;
    }
}

/* "Do I get anything with the X for free": no price is haggled over. */
static void asks_gift(struct heard *h)
{
    bool any = false, with = false;
    for (size_t i = 0; i < h->a.n; i++) {
        any |= lexicon_phrase(
                   &h->a, i,
                   "anything|something|what else|what do i get|what do you give|extras|whats included|what is included|"
                   "included|what comes") > 0;
        with |= lexicon_phrase(&h->a, i, "with|when|if i buy|comes|come") > 0;
    }
    for (size_t i = 0; i < h->a.n && any && with; i++) {
        size_t n = lexicon_phrase(&h->a, i, "for free|free|on top|thrown in|throw in");
        for (size_t k = i; k < i + n; k++) h->sense[k] = SENSE_GIFT | SENSE_STOP;
        i += n > 0 ? n - 1 : 0;
    }
    h->all &= ~(uint64_t)(any && with ? SENSE_HAGGLE : 0);
    for (size_t i = 0; i < h->a.n; i++) h->all |= h->sense[i];
}

/* "买X送钻头吗": what is given with it, and no way to send it. */
static void gives_with(struct heard *h)
{
    enum { FAR = 5 };
    size_t last = h->a.n;
    if (last < 3 || (h->all & (SENSE_ORDER | SENSE_TRACK)) || lexicon_phrase(&h->a, last - 1, "吗|不|么|没|嘛") == 0)
        return;
    for (size_t i = 0; i + 2 < last; i++) {
        bool gives = h->sense[i] == 0 || (h->sense[i] & SENSE_SHIP) == 0;
        gives &= strcmp(h->a.atom[i].text, "送") == 0 && i + FAR >= last && h->sense[i + 1] == 0;
        if (!gives || lexicon_phrase(&h->a, i, "送货|送到|送上|送去|送来|送修|送达|送人|送礼|送检") > 0) continue;
        if (i > 0 && strstr("配派运发寄赠护保", h->a.atom[i - 1].text)) continue;
        h->sense[i] = SENSE_GIFT | SENSE_STOP, h->all |= SENSE_GIFT;
    }
}

/* "可以退吗，运费谁出": of the postage back. */
static void pays_for_return(struct local *m)
{
    static const char back[] =
        "return|returns|returning|send * back|sending * back|bring * back|take * back|refund|退|换";
    struct heard *h = &m->h;
    bool pays = false, before = false;
    struct atoms said = { NULL, 0 };
    if (m->rule_turn) said = atoms_of(m->arena, str_of(m->rule_turn), LOCAL_TURN_ATOMS);
    for (size_t i = 0; i < said.n; i++) before |= lexicon_phrase(&said, i, back) > 0;
    if (!before && !(h->all & (SENSE_RETURN | SENSE_EXCHANGE))) return;
    for (size_t i = 0; i < h->a.n; i++)
        pays |= lexicon_phrase(
                    &h->a, i,
                    "谁出|谁付|谁承担|谁掏|谁负责|自己出|自己付|自己掏|我出|我付|我掏|自费|运费|邮费|快递费|来回|"
                    "who pays|who covers|do i pay|pay for the postage") > 0;
    if (!pays) return;
    if (before && h->a.n > 0 && !(h->all & SENSE_EXCHANGE)) h->sense[0] |= SENSE_RETURN; /* "and who pays?" */
    h->all = SENSE_COST;
    for (size_t i = 0; i < h->a.n; i++) h->sense[i] &= ~(uint64_t)SENSE_SHIP, h->all |= h->sense[i];
}

/* "囤8包", "来两箱": a verb of who buys, before a number. */
static void buys_some(struct heard *h)
{
    for (size_t i = 0; i + 1 < h->a.n; i++)
        if (h->sense[i] == 0 && h->a.atom[i].kind == ATOM_HAN && strstr("囤来整搞订拿弄捎备屯", h->a.atom[i].text) &&
            (h->a.atom[i + 1].kind == ATOM_NUMBER || strstr("一两三四五六七八九十几", h->a.atom[i + 1].text)))
            h->sense[i] = SENSE_STOP;
}

/* "How long does the battery of the X last": the verb belongs to the question. "拍X送什么": who buys. */
static void verbs_of_questions(struct heard *h)
{
    static const char not_bought[] = "照|摄|立得|子|卖|打|手|皮|掌|一拍|拍";
    bool how_long = false, begins = h->a.n > 1 && strcmp(h->a.atom[0].text, "拍") == 0;
    for (size_t i = 0; i < h->a.n; i++) {
        how_long |= lexicon_phrase(&h->a, i, "how long|how many hours|how many days|how many years") > 0;
        if (how_long && h->sense[i] == 0 && lexicon_phrase(&h->a, i, "last|lasts|run|runs|hold|holds|keep") > 0)
            h->sense[i] = SENSE_STOP;
    }
    if (begins && lexicon_phrase(&h->a, 1, not_bought) == 0) h->sense[0] = SENSE_STOP;
    size_t last = h->a.n;
    for (size_t i = 0; i + 1 < last; i++) { /* "what would the large one come to" */
        bool ends = i + 2 == last || h->a.atom[i + 2].broken;
        if (ends && h->sense[i] == 0 && lexicon_phrase(&h->a, i, "come to|comes to") > 0)
            h->sense[i] = SENSE_PRICE | SENSE_COST | SENSE_STOP, h->all |= h->sense[i];
    }
    for (size_t i = 0; i + 3 < last; i++) { /* "what are you asking for it" asks for no name */
        const struct atom *x = &h->a.atom[i + 3];
        bool does = x->kind == ATOM_LETTERS && x->n > 5 && !x->broken && strcmp(x->text + x->n - 3, "ing") == 0;
        if (!does || !(h->sense[i] & SENSE_WHO) || lexicon_phrase(&h->a, i, "what are you") == 0) continue;
        h->sense[i] = h->sense[i + 1] = h->sense[i + 2] = SENSE_STOP;
        h->all &= ~(uint64_t)SENSE_WHO;
    }
    if (last < 2 || !h->a.atom[last - 1].broken || strcmp(h->a.atom[last - 1].text, "damage") != 0) return;
    h->sense[last - 1] = SENSE_PRICE | SENSE_COST | SENSE_STOP; /* "a tin of 23 cm. damage?" */
    h->all = 0;
    for (size_t i = 0; i < last; i++) h->all |= h->sense[i];
}

bool local_about_order(const struct local *m)
{
    uint64_t rules = m->h.all & SENSE_SUBJECTS & ~(SENSE_SHIP | SENSE_FAULT | SENSE_WARRANTY);
    if (m->new_number) return true;
    if (m->h.all & SENSE_TRACK) return (m->h.all & (SENSE_ORDER | SENSE_SHIP)) != 0 || m->order_number;
    return (m->h.all & SENSE_ORDER) && !rules && !(m->h.all & (SENSE_TIME | SENSE_COST)) && m->found.how != FOUND_NAMED;
}

/* "How much does it weigh", "how much water does it hold": these ask no price. */
static void not_of_money(struct heard *h)
{
    static const char *const words[] = {
        "weigh", "weighs", "weight", "hold", "holds", "carry", "carries", "bear", NULL
    };
    static const char *const price[] = { "is", "are", "for", "was", NULL };
    enum { FAR = 8 };
    for (size_t i = 0; i + 2 < h->a.n; i++) {
        bool asks = strcmp(h->a.atom[i].text, "how") == 0 && strcmp(h->a.atom[i + 1].text, "much") == 0;
        for (size_t w = 0; price[w] && asks; w++) asks = strcmp(h->a.atom[i + 2].text, price[w]) != 0;
        if (!asks) continue;
        if (h->sense[i + 2] == 0 && lexicon_phrase(&h->a, i + 3,
                                                   "do i need|do we need|do you need|is needed|will i need|should i|is "
                                                   "in|are in|in the|in it|in a|does it have|has it|can i|can it|can "
                                                   "you|can we|can the|could i|does it|does "
                                                   "the|will it|will the|fits|goes in|should go") > 0)
            h->sense[i] = h->sense[i + 1] = SENSE_STOP; /* "how much soil do I need" */
        for (size_t k = i + 2; k < h->a.n && k < i + FAR; k++)
            for (size_t w = 0; words[w]; w++)
                if (strcmp(h->a.atom[k].text, words[w]) == 0) h->sense[i] = h->sense[i + 1] = SENSE_STOP;
    }
    h->all = 0;
    for (size_t i = 0; i < h->a.n; i++) h->all |= h->sense[i];
}

/* "How many seeds are in the pack", "一斤多少只": what holds them is no other thing. */
static void not_of_packs(struct heard *h)
{
    static const char packs[] = "pack|packet|box|bag|set|tub|jar|roll|case|bundle|packs|packets|boxes|bags";
    bool many = false;
    for (size_t i = 0; i < h->a.n; i++) {
        many |= lexicon_phrase(&h->a, i, "how many") > 0;
        const struct atom *x = i > 0 ? &h->a.atom[i - 1] : NULL; /* a changing bag is no pack */
        bool kind = x && x->n > 4 && strcmp(x->text + x->n - 3, "ing") == 0 && !h->a.atom[i].broken;
        if (many && !kind && h->sense[i] == 0 && lexicon_phrase(&h->a, i, packs) > 0) h->sense[i] = SENSE_STOP;
        size_t n = lexicon_phrase(&h->a, i, "一斤|一公斤|一千克|一米|一升");
        bool counts =
            n > 0 && i + n < h->a.n && lexicon_phrase(&h->a, i + n, "几|多少|有几|有多少|大概几|大概多少") > 0;
        for (size_t k = i; k < i + n && counts; k++) h->sense[k] = SENSE_STOP;
    }
}

/* What a sum is of, as it is said. */
static const char units_of_money[] = "块钱|元钱|块|元|欧元|欧|美元|美金|刀|英镑|镑|quid|buck|bucks|dollar|dollars|"
                                     "pound|pounds|euro|euros|yuan|rmb|usd|eur|"
                                     "gbp|cny";

static bool is_sign_before(const struct heard *h, uint32_t from)
{
    static const char *const signs[] = { "$", "£", "€", "¥", "￥", NULL };
    for (size_t k = 0; signs[k]; k++) {
        size_t n = strlen(signs[k]);
        if (from >= n && memcmp(h->text.p + from - n, signs[k], n) == 0) return true;
    }
    return false;
}

/* Whether money is what the number counts that stands from i up to `end`: "$70", "70 quid", "70€". */
static bool is_money(const struct heard *h, size_t i, size_t end)
{
    static const char *const signs[] = { "$", "£", "€", NULL };
    struct str rest = { h->text.p + h->a.atom[end - 1].to, h->text.n - h->a.atom[end - 1].to };
    bool sign = is_sign_before(h, h->a.atom[i].from);
    for (size_t k = 0; signs[k]; k++) sign |= str_starts(rest, str_of(signs[k]));
    return sign || lexicon_phrase(&h->a, end, units_of_money) > 0;
}

/* How many atoms from i on are a number that may be a sum: "300", 六百, 一千二; 0: none. */
static size_t sum_at(const struct heard *h, size_t i)
{
    static const char digits[] = "一二两三四五六七八九十百千万";
    size_t n = 0;
    if (h->used[i]) return 0;
    if (h->a.atom[i].kind == ATOM_NUMBER) return h->a.atom[i].n >= 2 || is_money(h, i, i + 1);
    while (i + n < h->a.n && h->a.atom[i + n].kind == ATOM_HAN && strstr(digits, h->a.atom[i + n].text)) n++;
    return n >= 2 && is_money(h, i, i + n) ? n : 0;
}

/* "Could you do the ladder for 70 quid": nothing but the sum stands behind. "Do you have the set for 12" asks for a set
 * of twelve: with a verb that asks for the thing itself, money must be named. */
static bool offers_for(const struct heard *h, size_t i, size_t after, bool money)
{
    bool asks = false;
    if (i < 2 || strcmp(h->a.atom[i - 1].text, "for") != 0 || (after < h->a.n && !h->a.atom[after].broken))
        return false;
    for (size_t k = 0; k + 1 < i; k++) {
        bool plainly = k > 0 && lexicon_phrase(&h->a, k - 1, "you do") > 0 &&
                       (k < 2 || lexicon_phrase(&h->a, k - 2, "do you do") > 0);
        asks |= (money || !plainly) && lexicon_phrase(&h->a, k,
                                                      "do the|do it|do that|do this|do these|do one|do me|sell the|"
                                                      "sell me|sell that|sell this|let it go|part with") > 0;
        asks |= money && lexicon_phrase(&h->a, k, "do a|let me have|let me take|give me|have the|take the") > 0;
    }
    return asks;
}

/* "300行吗", "70 and I buy it now": a sum, and whether the shop would take it. */
static void asks_offer(struct heard *h)
{
    static const char after[] =
        "行吗|行不|行不行|行么|可以吗|可以不|可不可以|卖吗|卖不|卖不卖|能卖吗|卖么|成不|成吗|出吗|带走|拿走|怎么样|"
        "off|and ill|and i will|and i buy|and i take|and its a deal|deal|cash";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t sum = sum_at(h, i);
        if (sum == 0) continue;
        size_t at = i + sum;
        at += lexicon_phrase(&h->a, at, units_of_money);
        size_t n = lexicon_phrase(&h->a, at, after);
        if (n == 0 && offers_for(h, i, at, is_money(h, i, i + sum))) h->sense[i] = SENSE_HAGGLE, h->all |= SENSE_HAGGLE;
        if (n == 0 || (at + n < h->a.n && h->sense[at + n] == 0 && !h->a.atom[at + n].broken)) continue;
        /* "iPhone 16怎么样" is a name, and no sum. */
        bool of_a_name = i > 0 && h->a.atom[i - 1].kind == ATOM_LETTERS && h->sense[i - 1] == 0 && !h->a.atom[i].broken;
        if (of_a_name && at == i + 1) continue;
        h->sense[i] = SENSE_HAGGLE, h->all |= SENSE_HAGGLE;
    }
}

/* "Final offer 275": a bid asks for no discount that the shop may have for somebody. */
static void bids(struct heard *h)
{
    static const char offers[] = "final offer|last offer|my offer is|my offer|my best offer|my best offer is|ill offer|"
                                 "i will offer|i offer|i can offer|i bid|my bid is|my bid";
    bool bid = false;
    for (size_t i = 0; i < h->a.n && !bid; i++) {
        size_t n = lexicon_phrase(&h->a, i, offers), at = i + n;
        at += n > 0 ? lexicon_phrase(&h->a, at, "is|of|you") : 0;
        size_t sum = n > 0 && at < h->a.n ? sum_at(h, at) : 0, end = at + sum;
        if (sum == 0) continue;
        end += lexicon_phrase(&h->a, end, units_of_money);
        bid = end >= h->a.n || h->a.atom[end].broken ||
              lexicon_phrase(&h->a, end, "for the|for it|for that|for this") > 0;
        for (size_t k = i; k < at + sum && bid; k++) h->sense[k] = SENSE_HAGGLE | SENSE_STOP;
    }
    if (!bid) return;
    h->all = 0;
    for (size_t i = 0; i < h->a.n; i++) {
        h->sense[i] &= ~(uint64_t)(SENSE_DISCOUNT | SENSE_OFFER);
        h->all |= h->sense[i];
    }
}

/* "Do you sell card readers": a word of a rule that only tells of what kind the thing is; the thing stands behind it.
 */
static void sells_kind(struct heard *h)
{
    const uint64_t kinds =
        SENSE_PAY | SENSE_GIFT | SENSE_WRAP | SENSE_CARE | SENSE_POINTS | SENSE_INSTALL | SENSE_STORE;
    static const char sells[] = "do you sell|do u sell|do you have|do u have|have you got|have you any|got any|you got|"
                                "do you stock|looking for|im after|i am after|sell any";
    bool sold = false;
    for (size_t i = 0; i + 1 < h->a.n; i++) {
        const struct atom *x = &h->a.atom[i];
        sold |= lexicon_phrase(&h->a, i, sells) > 0;
        bool alone = (h->sense[i] & kinds) && !(h->sense[i] & SENSE_STOP) && (i == 0 || h->sense[i - 1] != h->sense[i]);
        bool kind = sold && alone && x->kind == ATOM_LETTERS && h->sense[i + 1] == 0 && !x[1].broken &&
                    x[1].kind == ATOM_LETTERS;
        if (kind) h->sense[i] = 0;
    }
    h->all = 0;
    for (size_t i = 0; i < h->a.n; i++) h->all |= h->sense[i];
}

/* "Bag sizes for the beans": what there is to choose from. "Dog food size?": behind a name, and last. */
static void asks_sizes(struct heard *h)
{
    static const char packs[] = "bag|pack|packet|pot|bottle|box|tin|tub|jar|can|carton|sachet|tube";
    size_t last = h->a.n;
    for (size_t i = 0; i < last; i++) {
        if (h->sense[i] != 0 || strcmp(h->a.atom[i].text, "sizes") != 0) continue;
        h->sense[i] = SENSE_OPTIONS | SENSE_STOP, h->all |= h->sense[i];
        if (i > 0 && h->sense[i - 1] == 0 && lexicon_phrase(&h->a, i - 1, packs) > 0) h->sense[i - 1] = SENSE_STOP;
    }
    static const char body[] = "chest|waist|hips|bust|collar|inseam|head";
    bool which = false;
    for (size_t i = 0; i < last; i++) { /* "which coat size for a 60 cm chest" */
        which |= lexicon_phrase(&h->a, i, "which|what|right|correct|best") > 0;
        bool size = h->sense[i] == 0 &&
                    (lexicon_phrase(&h->a, i, body) > 0 || (which && strcmp(h->a.atom[i].text, "size") == 0));
        for (size_t k = 0; k + 1 < last && size; k++)
            if (h->a.atom[k].kind == ATOM_NUMBER &&
                lexicon_phrase(&h->a, k + 1, "cm|inch|inches|in|kg|lb|lbs|kilo|kilos"))
                h->sense[i] = SENSE_SIZE | SENSE_STOP, h->all |= SENSE_SIZE;
    }
    if (last < 2 || h->sense[last - 1] != 0 || h->sense[last - 2] != 0 || h->a.atom[last - 2].kind != ATOM_LETTERS)
        return;
    if (lexicon_phrase(&h->a, last - 1, "size|sizes|dimensions") == 0) return;
    h->sense[last - 1] = SENSE_SIZE | SENSE_OPTIONS | SENSE_STOP, h->all |= h->sense[last - 1];
}

/* "还有L不", "绿的还有没", "is it gone", "any chance the red one is in": whether it is left. */
static void asks_left(struct heard *h)
{
    uint64_t others = SENSE_PRICE | SENSE_OPTIONS | SENSE_SUBJECTS | SENSE_ORDER | SENSE_TRACK | SENSE_RECOMMEND;
    size_t last = h->a.n;
    if (last == 0 || (h->all & others)) return;
    for (size_t i = 1; i < last; i++) {
        bool gone = h->sense[i] == 0 && lexicon_phrase(&h->a, i, "gone") > 0 && lexicon_phrase(&h->a, 0, "is|are") > 0;
        bool in = i + 1 == last && i > 2 && lexicon_phrase(&h->a, i - 1, "is in|are in|back in") > 0;
        if (gone) h->sense[i] = SENSE_STOCK | SENSE_STOP;
        if (gone || in) h->all |= SENSE_STOCK;
    }
    if (lexicon_phrase(&h->a, last - 1, "不|没|么|吗|冇") == 0) return;
    for (size_t i = 0; i + 1 < last; i++)
        if (lexicon_phrase(&h->a, i, "还有|仲有") > 0) h->all |= SENSE_STOCK;
}

static bool read_words(struct local *m, const char *text)
{
    m->h = hear(m->arena, m->lexicon, str_of(text), LOCAL_TURN_ATOMS);
    local_same(m->arena, &m->h);
    m->found = (struct found){ .how = FOUND_NONE };
    m->new_number = m->new_email = false;
    memset(m->numbered, 0, sizeof m->numbered);
    not_of_money(&m->h);
    not_of_packs(&m->h);
    asks_left(&m->h);
    asks_sizes(&m->h);
    sells_kind(&m->h);
    asks_offer(&m->h);
    bids(&m->h);
    verbs_of_questions(&m->h);
    came_broken(&m->h);
    of_old_things(&m->h);
    puts_together(&m->h);
    asks_gift(&m->h);
    gives_with(&m->h);
    buys_some(&m->h);
    pays_for_return(m);
    m->h.state = local_states(m->arena, &m->h);
    local_idioms(&m->h);
    local_english(&m->h);
    local_ways(&m->h);
    local_no_discount(&m->h);
    local_hear_contents(&m->h);
    local_read_email(m);
    local_budget(m);
    m->language = local_language_of(&m->h, m->language);
    /* The number of an item is no secret; "#" alone does not tell which of the two it is. */
    bool order = (m->h.all & (SENSE_ORDER | SENSE_TRACK)) != 0 || m->order_pending || m->new_email;
    /* "any news on the XM5", "mail me@x when the XM5 is back": a number of goods is none of an order */
    if (order && !local_number(m)) return false;
    if (order && m->found.how == FOUND_NAMED) local_of_goods(m);
    if (order) local_read_order_number(m);
    if (!m->new_number && !order && !local_number(m)) return false;
    if (!order && m->found.how != FOUND_NAMED && strchr(text, '#')) local_read_order_number(m);
    local_read_bare_number(m);
    m->h.asks = local_words_that_ask(m);
    for (size_t i = 0; i < m->h.a.n; i++) m->h.asks[i] &= !m->h.used[i];
    bool found = local_find(m);
    local_name_asks_nothing(m);
    return found;
}

/* Ways of saying a turn that are tried, each asks the search; of longer ones, none. And of all turns that a reply reads
 * together: what each finds is let go of again, but the time is not had back. */
enum { OTHER_WAYS = 6, OTHER_ATOMS = 60, OTHER_WAYS_IN_ALL = 24 };

/* A thing that is found by another of its names, as surely as by its own. */
static bool read_otherwise(struct local *m)
{
    struct local *before = ARENA_NEW(m->arena, struct local);
    *before = *m;
    bool better = m->found.left_over;
    if (m->h.a.n > OTHER_ATOMS || m->found.purpose || (m->h.all & SENSE_COMPARE)) return true;
    if (m->found.how == FOUND_TALKED_ABOUT || (m->found.how == FOUND_NAMED && !better)) return true;
    const struct local *near = NULL;
    unsigned ways = m->ways;
    for (size_t i = 0; i < OTHER_WAYS && ways < OTHER_WAYS_IN_ALL; i++) {
        struct arena_mark mark = arena_mark(m->arena);
        const char *text = local_said_otherwise(before, i);
        if (!text) break;
        *m = *before;
        ways++;
        if (!read_words(m, text)) return false;
        m->ways = ways;
        if (m->found.how == FOUND_NAMED && (before->found.how != FOUND_NAMED || !m->found.left_over)) return true;
        if (near || before->found.how != FOUND_NONE || m->found.how != FOUND_NEAR) {
            arena_release(m->arena, mark); /* of *m nothing is kept */
            continue;
        }
        struct local *kept = ARENA_NEW(m->arena, struct local);
        *kept = *m, near = kept;
    }
    *m = near ? *near : *before;
    m->ways = ways;
    return true;
}

bool local_read_turn(struct local *m, const char *text)
{
    size_t n = strnlen(text, TURN_BYTES);
    char *copy = arena_text_n(m->arena, text, n == TURN_BYTES ? utf8_cut((struct str){ text, n }, TURN_BYTES - 1) : n);
    if (!read_words(m, local_typed(m->arena, copy)) || !read_otherwise(m)) return false;
    bool words = false;
    for (size_t i = 0; i < m->h.a.n; i++) words |= m->h.sense[i] == 0 && !m->h.used[i];
    if ((m->h.all & SENSE_FIX) && (m->found.how >= FOUND_TALKED_ABOUT || !words)) m->h.all |= SENSE_WARRANTY;
    return true;
}

/* What of this turn the next ones may lean on. */
void local_keep(struct local *m)
{
    struct found *f = &m->found;
    uint64_t wanted = m->h.all & (SENSE_PRICE | SENSE_STOCK);
    /* What is only near becomes "it" where the reply names it: not where a rule is quoted. */
    bool offered = (m->h.all & (SENSE_PRICE | SENSE_STOCK | SENSE_HAVE)) && !(m->h.all & SENSE_SUBJECTS);
    if ((f->how == FOUND_NAMED && f->n <= FEW) || (f->how == FOUND_NEAR && f->n == 1 && offered)) {
        memcpy(m->focus, f->product, sizeof m->focus);
        m->focuses = f->n;
        m->wanted = 0;
    }
    if (wanted) m->wanted = wanted;
    m->rule_turn = local_rule_asked(m);
    m->open_turn = local_open_asked(m);
    if (f->how == FOUND_NAMED || f->how == FOUND_TALKED_ABOUT)
        memcpy(m->kept, f->mention, sizeof m->kept), m->kepts = f->mentions;
    m->order_talk = local_about_order(m) || (m->order_talk && f->how != FOUND_NAMED);
    m->order_pending = local_about_order(m) || (m->order_pending && (m->new_email || m->h.all == 0));
}

/* "And in black?" goes on with what was said of the other options. */
void local_go_on(struct local *m)
{
    struct found *f = &m->found;
    if (f->how != FOUND_TALKED_ABOUT || f->n != 1) return;
    const struct knowledge_product *p = f->product[0];
    for (size_t i = 0; i < m->kepts && f->mentions < LOCAL_MENTIONS; i++) {
        struct mention all[LOCAL_MENTIONS];
        memcpy(all, f->mention, sizeof all);
        all[f->mentions] = m->kept[i], all[f->mentions].n = 0;
        for (size_t k = 0; k < p->variants; k++)
            if (options_fit(&p->variant[k], all, f->mentions + 1)) {
                memcpy(f->mention, all, sizeof all), f->mentions++;
                break;
            }
    }
}

bool local_open_goes_on(struct local *m, const char **text)
{
    const uint64_t asked = SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS | SENSE_HAVE | SENSE_SUBJECTS | SENSE_HAGGLE |
                           SENSE_INJECT | SENSE_ORDER | SENSE_TRACK;
    if (!m->open_turn) return true;
    struct local *before = ARENA_NEW(m->arena, struct local);
    *before = *m;
    if (!local_read_turn(m, *text)) return false;
    bool alone = m->found.how == FOUND_NAMED && m->found.n == 1 && !m->found.left_over && !(m->h.all & asked);
    *m = *before;
    if (alone) *text = arena_printf(m->arena, "%s，%s", *text, m->open_turn);
    return true;
}
