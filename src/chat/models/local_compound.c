/* local_compound.c: English names of more than one noun. The last one says what the thing is, those before it what it
 * is for or of what kind: a bottom bracket tool is no bottom bracket, a case for a phone no phone. Who asks for what
 * stands before the head alone asks for another thing, which may not be sold here. */
#include "chat/models/local_fitting.h"

#include <stdio.h>

static bool is_of(const char *words, const char *word)
{
    char padded[LOCAL_JOINED + 3];
    int n = snprintf(padded, sizeof padded, " %s ", word);
    return n > 0 && strstr(words, padded) != NULL;
}

/* What stands behind a noun and makes another thing of it: a pencil case is no pencil. */
bool local_fit_makes_other(const char *word)
{
    static const char words[] =
        " case cases roll holder holders stand stands bag bags box boxes cover covers rack racks tin pot cup cups mug "
        "mugs "
        "brush brushes cleaner solution filter filters cartridge cartridges ink strap straps band bands charger "
        "chargers "
        "cable cables mount kit sharpener lamp shade frame frames board rest mat mats pad pads tray trays tank tanks "
        "pump "
        "pumps seat light lights lock locks bottle bottles spray oil cream polish paper tape glue clip clips hook "
        "hooks bar "
        "rod rods net line reel trap feeder bed beds house bowl bowls toy toys treat treats food litter leash collar "
        "wipes "
        "sponge dispenser organizer organiser sleeve pouch tote folder binder refill refills machine maker grinder "
        "kettle "
        "table chair desk shelf shelves cabinet basket jar lid tongs knife knives spoon fork scissors opener press "
        "mill "
        "grater peeler scale scales thermometer timer sheet sheets pillow blanket towel curtain curtains rug tent pole "
        "poles "
        "pegs boots shoes socks gloves hat shirt trousers jacket belt buckle ring necklace bracelet earrings chain "
        "wire "
        "valve hose tube tubes tyre tyres tire wheel wheels pedal pedals saddle bell adapter adaptor plug socket "
        "remote "
        "battery batteries screen protector protectors skin sticker stickers stamp stamps card cards envelope "
        "envelopes "
        "book books poster posters puzzle game soap shampoo lotion balm powder candle candles seeds soil fertilizer "
        "tool "
        "tools tap faucet tube wrench spanner driver saw hammer nails screws ladder bucket mop broom bin ";
    return is_of(words, word);
}

/* Nouns that stand before another noun and make it a kind of that: to ask for one is not to ask for the other. */
bool local_fit_is_adjunct(const char *word)
{
    static const char words[] = " water coffee tea milk wine beer juice bread rice meat fish dog cat pet horse bird "
                                "baby kids child car bike bicycle "
                                "motorcycle phone laptop computer tablet camera tv book garden kitchen bath bathroom "
                                "bed bedroom office home house "
                                "door window wall floor roof table chair desk sofa hair face hand foot skin body lip "
                                "nail tooth eye sun rain snow "
                                "sea beach city mountain travel gift paper glass wood iron steel gold silver leather "
                                "cotton wool silk gas oil fire "
                                "light sound music sport sports golf tennis football swim swimming running hiking "
                                "fishing hunting camping cooking "
                                "baking sewing wedding party christmas school power battery solar air ice salt sugar "
                                "egg cheese fruit apple lemon "
                                "chocolate cake pizza flower plant tree grass toy game puzzle shoe boot sock shirt "
                                "dress coat hat bag box bottle "
                                "trampoline piano guitar drum engine tyre tire microwave oven fridge washing dish "
                                "vacuum shower toilet pool yoga ";
    return is_of(words, word);
}

/* "Cleaner", "holders": what does something to what is named before it, or for it. Things that only end so are none. */
static bool is_agent(const char *word)
{
    static const char things[] = " leather paper papers pepper peppers butter ginger silver copper jumper jumpers "
                                 "trainer trainers slipper slippers sneaker sneakers loafer loafers blazer blazers "
                                 "bomber wafer wafers burger burgers cracker crackers sweater sweaters pullover flower "
                                 "flowers timber rubber lavender cucumber water powder feather winter summer spider "
                                 "tiger river river number letter letters master junior senior other upper lower outer "
                                 "inner corner center quarter dinner supper starter easter border motor color mirror "
                                 "floor door outdoor indoor recorder recorders synthesizer ";
    enum { LEAST = 6 };
    size_t n = strlen(word);
    if (n > 0 && word[n - 1] == 's') n--;
    return n >= LEAST && word[n - 1] == 'r' && (word[n - 2] == 'e' || word[n - 2] == 'o') && !is_of(things, word);
}

/* What is sold for another thing, to hold, cover, clean, mend or make it: a noun before it is not what one gets. */
static bool is_server(const char *word)
{
    static const char words[] =
        " case cases cover covers stand stands rack racks mount mounts tool tools wrench spanner key lube wax oil "
        "polish "
        "spray brush brushes cloth cloths wipes strap straps band bands cable cables press mill sleeve sleeves pouch "
        "lock "
        "locks lever levers bag bags cage cages pump pumps liner liners refill refills repair cap caps lid lids knob "
        "knobs guard guards flap bowl bowls dish dishes bin bins pole poles hook hooks clip clips peg pegs net nets "
        "shade bulb bulbs stone tray trays pan pans tin tins mould moulds mold molds cutter machine jar jars rest "
        "rests "
        "mat mats pad pads stool tape sealant primer filter filters bed feeder tongs box boxes basket baskets food "
        "seeds "
        "compost soil spade paddle paddles oar oars rod rods remote adaptor adapter valve hose nozzle battery "
        "batteries "
        "bracket fitting fittings tester kit kits flask infuser bottle bottles book books magazine poster posters "
        "sticker stickers stencil stencils patch patches trolley treats treat collar leash mist float floats ";
    return is_of(words, word);
}
static bool serves(const char *word) { return is_server(word) || is_agent(word); }

/* Nouns that are things by themselves, and so no name that a maker gave. */
static bool is_noun(const char *word)
{
    static const char words[] =
        " bracket chain pedal spoke handlebar saddle helmet cassette brake gear wheel rim axle tube frame fork hub "
        "mudguard tyre tire tent kayak canoe caravan motorbike motorcycle scooter trailer boat surfboard skateboard "
        "butter garlic onion olive honey jam potato tomato pasta noodle spice herb nut orange banana cherry yogurt "
        "yoghurt bacon steak chicken burger waffle pancake muffin loaf biscuit cookie popcorn candle duvet mattress "
        "pillow blanket curtain carpet cushion mirror clock espresso cappuccino cigar cigarette whisky gin cocktail "
        "blind ladder hammer drill saw screw nail bolt lawn hedge mower bulb lamp violin cello trumpet flute "
        "ukulele microphone drone printer keyboard mouse monitor knife fork spoon cup mug plate wallet passport "
        "suitcase "
        "umbrella belt scarf glove tie watch ring necklace earring bracelet jewellery jewelry contact lens glasses "
        "aquarium hamster rabbit parrot reptile pond bee beehive chicken jigsaw dart poker chess dice ski snowboard "
        "skate archery arrow bow yarn thread fabric needle canvas easel pencil pen crayon marker laptop ";
    return is_of(words, word) || local_fit_is_adjunct(word);
}

/* Families of devices that other makers' things are made for. */
static bool is_device(const char *word)
{
    static const char words[] =
        " iphone ipad ipod macbook imac airpods airpod airtag galaxy pixel kindle playstation ps4 "
        "ps5 xbox nintendo gopro fitbit garmin huawei xiaomi redmi oneplus oppo nokia samsung "
        "apple surface thinkpad chromebook ";
    return is_of(words, word);
}

/* The text has the word with small letters, singular or plural, or with a capital in the middle of a sentence. */
struct written {
    bool small, capital;
};
static struct written written_in(const char *text, const char *word)
{
    struct written w = { false, false };
    size_t n = strlen(word);
    if (n > 3 && word[n - 1] == 's' && word[n - 2] != 's') n--;
    for (size_t i = 0; text && text[i] && n > 0; i++) {
        char c = text[i], lower = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c, before = i > 0 ? text[i - 1] : 0;
        bool begins = lower == word[0] && !((before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z'));
        if (!begins || strncmp(text + i + 1, word + 1, n - 1) != 0) continue;
        const char *after = text + i + n;
        if (strncmp(after, "es", 2) == 0) after += 2;
        else if (*after == 's') after++;
        if ((*after >= 'a' && *after <= 'z') || (unsigned char)*after >= 0x80) continue;
        w.small |= c == lower;
        w.capital |= c != lower && i > 1 && before == ' ' && text[i - 2] >= 'a' && text[i - 2] <= 'z';
    }
    return w;
}

/* The shop's own texts write it as a common noun, and never as a name. */
static bool is_written_small(const struct local *m, const struct knowledge_product *p, const char *word)
{
    struct written w = written_in(p->description, word);
    for (size_t i = 0; i < m->candidates && !w.capital; i++) {
        struct written other = written_in(m->candidate[i].description, word);
        w.small |= other.small, w.capital |= other.capital;
    }
    return w.small && !w.capital;
}

/* "A handlebar", "any pedals": nobody speaks so of a maker's name. `k`: of the title. */
static bool is_said_as_noun(const struct fitting *f, size_t k)
{
    const struct atoms *a = &f->h->a;
    const struct atom *t = &f->title.atom[k];
    for (size_t i = 0; i < a->n; i++) {
        if (!f->named[i] || !atom_same(t, a->atom[i].text, a->atom[i].n)) continue;
        bool plural = a->atom[i].n > t->n && a->atom[i].text[a->atom[i].n - 1] == 's';
        if (plural || (i > 0 && lexicon_phrase(a, i - 1, "a|an|any|some|new|spare") > 0)) return true;
    }
    return false;
}

/* "The Dart", and nothing else of the title: who says so knows a thing of that name. */
static bool is_the_one(const struct fitting *f)
{
    const struct atoms *a = &f->h->a;
    for (size_t k = 1; k < f->title.n; k++)
        if (f->in_title[k]) return false;
    for (size_t i = 1; i < a->n; i++)
        if (f->named[i]) return lexicon_phrase(a, i - 1, "the|your|this|that") > 0;
    return false;
}

static bool is_gerund(const struct atom *x)
{
    enum { GERUND = 6 };
    return x->n >= GERUND && strcmp(x->text + x->n - 3, "ing") == 0;
}

static bool is_common(const struct local *m, const struct fitting *f, size_t k)
{
    const struct atom *x = &f->title.atom[k];
    if (x->kind != ATOM_LETTERS || x->glued || x->n < 3) return false;
    if (is_gerund(x) || is_noun(x->text) || is_server(x->text) || local_fit_makes_other(x->text)) return true;
    bool next = k + 1 < f->title.n && serves(f->title.atom[k + 1].text);
    if (next && is_said_as_noun(f, k)) return true;
    return !(k == 0 && is_the_one(f)) && is_written_small(m, f->fit.product, x->text);
}

/* Its description says that it is for what the title has at k. */
static bool is_told_for(const struct local *m, const struct fitting *f, size_t k)
{
    static const char made_for[] = "for|fits|fit|compatible with|designed for|made for|suits";
    const char *told = f->fit.product->description;
    struct arena_mark mark = arena_mark(m->arena);
    struct atoms d = atoms_of(m->arena, str_of(told ? told : ""), LOCAL_TEXT_ATOMS);
    bool is_told = false;
    for (size_t i = 1; i < d.n && !is_told; i++) {
        size_t of = i > 1 && lexicon_phrase(&d, i - 1, "the|your|a|an|all|any|most") > 0 ? i - 1 : i;
        bool made = lexicon_phrase(&d, of - 1, made_for) == 1 || (of > 1 && lexicon_phrase(&d, of - 2, made_for) == 2);
        is_told = made && atom_same(&d.atom[i], f->title.atom[k].text, f->title.atom[k].n);
    }
    arena_release(m->arena, mark);
    return is_told;
}

/* Where the name itself ends, and what it is for, or comes with, begins. */
static size_t name_end(const struct atoms *t, bool *is_for)
{
    static const char ends[] = "with|for|in|by|from|and|of|fits";
    size_t i = 1;
    while (i < t->n && !t->atom[i].broken && lexicon_phrase(t, i, ends) == 0) i++;
    *is_for = i < t->n && !t->atom[i].broken && lexicon_phrase(t, i, "for|with|fits") > 0;
    return i;
}

/* "Battery door for the scale" of what the shop calls so elsewhere: a word that makes no other thing of it, for the
 * description has it, is of the name, too. */
static bool is_called_otherwise(const struct local *m, const struct fitting *f, const struct found *options)
{
    const struct heard *h = f->h;
    const char *told = f->fit.product->description;
    bool called = false;
    struct arena_mark mark = arena_mark(m->arena);
    struct atoms d = { NULL, 0 };
    for (size_t i = 0; i < h->a.n && !called; i++) {
        const struct atom *x = &h->a.atom[i];
        bool open = h->sense[i] == 0 && !h->used[i] && !f->named[i] && !f->missed[i] && x->kind == ATOM_LETTERS;
        for (size_t k = 0; k < options->mentions && open; k++)
            open = i < options->mention[k].at || i >= options->mention[k].at + options->mention[k].n;
        if (open && d.n == 0) d = atoms_of(m->arena, str_of(told ? told : ""), LOCAL_TEXT_ATOMS);
        for (size_t k = 0; k < d.n && open && !called; k++) called = atom_same(&d.atom[k], x->text, x->n);
    }
    arena_release(m->arena, mark);
    return called;
}

/* All that was named stands behind "for", up to a bracket or the next mark. */
static bool is_only_behind(const struct atoms *t, const bool *in_title, size_t end)
{
    size_t last = end + 1;
    while (last < t->n && !t->atom[last].broken) last++;
    for (size_t k = 0; k < t->n; k++)
        if (in_title[k] && (k <= end || k >= last)) return false;
    return true;
}

/* What was named stands before the head: that is the last of the words that say what such things do. SIZE_MAX: none. */
static size_t server_of(const struct atoms *t, size_t last, size_t end)
{
    size_t server = SIZE_MAX;
    for (size_t k = last + 1; k < end; k++) {
        if (strcmp(t->atom[k].text, "gift") == 0)
            return SIZE_MAX; /* a Tea Tasting Gift Box is called so by what is in it */
        if (serves(t->atom[k].text)) server = k;
    }
    for (size_t k = server; k != SIZE_MAX && ++k < end;)
        if (t->atom[k].kind == ATOM_LETTERS && is_noun(t->atom[k].text)) return SIZE_MAX;
    return server;
}

bool local_fit_modifies(const struct local *m, const struct fitting *f, const struct found *options)
{
    enum { CHOSEN = 2 }; /* values: who says so many knows the thing; one is enough for what is no noun of its own */
    static const char wraps[] = "case|cases|cover|covers|sleeve|strap|straps|band|bands|protector|protectors|skin|film|"
                                "holder|mount|stand|refill|refills|cartridge|cartridges|charger|filter|filters|lid";
    const struct atoms *t = &f->title;
    bool is_for = false, common = true;
    size_t end = name_end(t, &is_for), first = t->n, last = 0;
    if (m->language != LOCAL_EN || !(local_asks_sold(f->h) || !local_asks_a_question(f->h))) return false;
    for (size_t k = 0; k < t->n; k++)
        if (f->in_title[k]) first = first < t->n ? first : k, last = k;
    if (first == t->n || options->mentions >= CHOSEN || is_called_otherwise(m, f, options)) return false;
    bool noun = false; /* "the puppy in 5 kg" of what comes so; "100 W aquarium" is no heater */
    for (size_t k = first; k <= last; k++)
        noun |= f->in_title[k] && (is_noun(t->atom[k].text) || is_device(t->atom[k].text));
    if (options->mentions > 0 && !noun) return false;
    if (is_for && is_only_behind(t, f->in_title, end)) return true;
    size_t server = last < end ? server_of(t, last, end) : SIZE_MAX;
    if (server == SIZE_MAX) return false;
    /* the "frying" of a frying pan, said alone, is short for it; the washing of a washing machine cleaner is not */
    if (first == last && server == first + 1 && is_gerund(&t->atom[first])) return false;
    for (size_t k = first; k <= last; k++) common &= !f->in_title[k] || is_common(m, f, k);
    if (common) return true;
    bool word = t->atom[first].kind == ATOM_LETTERS && t->atom[first].n > 2;
    return is_device(t->atom[first].text) ||
           ((word || lexicon_phrase(t, server, wraps) > 0) && is_told_for(m, f, first));
}
