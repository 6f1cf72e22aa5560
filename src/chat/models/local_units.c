/* local_units.c: amounts of a unit, as shops write and shoppers say them: "25 m" and "25 metres", 3/4" and "three
 * quarter inch", "120 x 90 cm" and "120cm by 90". No unit is turned into another: a shop says what it has. */
#include "chat/models/local.h"

#include <stdio.h>

/* All names of one unit stand together. */
/* clang-format off */
static const char *const units[] = {
    " in inch inches inchs ", " ft foot feet ",
    " mm millimetre millimetres millimeter millimeters mil ",
    " cm centimetre centimetres centimeter centimeters ", " m metre metres meter meters mtr mtrs ",
    " yd yard yards ", " ml millilitre millilitres milliliter milliliters ", " cl centilitre centilitres ",
    " l litre litres liter liters ltr ltrs lt ", " gal gallon gallons ", " pt pint pints ",
    " g gram grams gramme grammes gr gm gms gsm ", " kg kilo kilos kilogram kilograms kilogramme kilogrammes kgs ",
    " oz ounce ounces ", " lb lbs pound pounds ", " w watt watts ", " v volt volts ", " kw kilowatt kilowatts ",
    " ah amp ", " mah ", " gb gig gigs gigabyte gigabytes ", " tb terabyte terabytes ", " mb megabyte megabytes ",
    " hz hertz ", " h hr hrs hour hours ", " min mins minute minutes ", " pc pcs piece pieces ", " pk pack packs ",
    " cup cups ", " person persons people ppl player players ", " key keys ", " bar bars ", " mp megapixel megapixels ",
    " yr yrs year years ", " count ct ", " degree degrees deg ", " speed speeds spd sp ",
    " qt qts quart quarts ", " lm lumen lumens ", " tsp teaspoon teaspoons ", " tbsp tablespoon tablespoons ",
    " db decibel decibels ", " kwh ", " mph ", " psi ", " ply ", NULL
};
/* clang-format on */

static bool in_list(const char *list, const char *word)
{
    char padded[LOCAL_JOINED + 3];
    int n = snprintf(padded, sizeof padded, " %s ", word);
    return n > 0 && strstr(list, padded) != NULL;
}

static const char *unit_of(const struct atoms *a, size_t i)
{
    if (i >= a->n || a->atom[i].kind != ATOM_LETTERS) return NULL;
    for (size_t k = 0; units[k]; k++)
        if (in_list(units[k], a->atom[i].text)) return units[k];
    return NULL;
}

bool units_same(const struct atoms *a, size_t i, const struct atoms *b, size_t k)
{
    const char *unit = unit_of(a, i);
    return unit && unit == unit_of(b, k);
}

static bool joins(const struct atoms *a, size_t i) { return i < a->n && in_list(" x by ", a->atom[i].text); }

/* The number that a word stands for, and how many atoms say it. */
static const char *number_said(const struct atoms *a, size_t i, size_t *count)
{
    static const struct {
        const char *word, *number;
    } words[] = {
        { "one", "1" },     { "two", "2" },     { "three", "3" },     { "four", "4" },    { "five", "5" },
        { "six", "6" },     { "seven", "7" },   { "eight", "8" },     { "nine", "9" },    { "ten", "10" },
        { "eleven", "11" }, { "twelve", "12" }, { "fifteen", "15" },  { "twenty", "20" }, { "thirty", "30" },
        { "forty", "40" },  { "fifty", "50" },  { "hundred", "100" }, { "half", "1/2" },  { "quarter", "1/4" }
    };
    *count = 1;
    if (a->atom[i].kind == ATOM_NUMBER) return a->atom[i].text;
    if (i + 1 < a->n && strcmp(a->atom[i].text, "three") == 0 && strncmp(a->atom[i + 1].text, "quarter", 7) == 0) {
        *count = 2;
        return "3/4";
    }
    for (size_t k = 0; k < ARRAY_LEN(words); k++)
        if (strcmp(a->atom[i].text, words[k].word) == 0) return words[k].number;
    return NULL;
}

/* "half an inch", "half of a litre": between the number and its unit. */
static bool is_filler(const struct atoms *a, size_t i) { return i < a->n && in_list(" a an of ", a->atom[i].text); }

/* A number by itself may leave the unit out ("the 500?", "the 500 in green"), but not where it counts something. */
static bool may_be_bare(const struct atoms *a, size_t i, size_t end)
{
    static const char after[] = " one ones please pls is are and or in with version model size long wide tall ";
    if (a->atom[i].kind != ATOM_NUMBER || a->atom[i].n < 2 || a->atom[i].n > 4 || a->atom[i].glued) return false;
    return end >= a->n || (!a->atom[end].glued && (a->atom[end].broken || in_list(after, a->atom[end].text)));
}

size_t amount_said(const struct atoms *a, size_t i, const struct atoms *value)
{
    if (value->n == 0) return 0;
    const char *last = value->n > 1 ? unit_of(value, value->n - 1) : NULL;
    bool sizes = false, number = false, bare = true;
    size_t at = i, count = 0;
    for (size_t k = 0; k < value->n; k++) {
        sizes |= k > 0 && k + 1 < value->n && joins(value, k);
        number |= value->atom[k].kind == ATOM_NUMBER;
    }
    bool fraction = value->n == 1 && number && strchr(value->atom[0].text, '/');
    if (!number || (!last && !sizes && !fraction)) return 0;
    /* "the litre bottle" holds one; a short unit may be another word */
    if (value->n == 2 && last && strcmp(value->atom[0].text, "1") == 0 && a->atom[i].n >= 4 && unit_of(a, i) == last &&
        (i == 0 || (a->atom[i - 1].kind != ATOM_NUMBER && !number_said(a, i - 1, &count))))
        return 1;
    for (size_t k = 0; k < value->n; k++) {
        const char *unit = k > 0 ? unit_of(value, k) : NULL;
        if (k > 0 && strcmp(value->atom[k].text, "fl") == 0 && at < a->n && strcmp(a->atom[at].text, "fl") != 0)
            continue; /* "8 oz" of what holds 8 fl oz */
        bool between = k > 0 && k + 1 < value->n && joins(value, k);
        if (between) {
            if (last && unit_of(a, at) == last) at++; /* "120cm x 90cm" */
            if (joins(a, at)) at++;
            bare = false;
            continue;
        }
        if (unit) {
            size_t skip = is_filler(a, at) && unit_of(a, at + 1) == unit ? 1 : 0;
            if (unit_of(a, at + skip) == unit) at += skip + 1, bare = false;
            else if (k + 1 == value->n && (sizes || may_be_bare(a, i, at))) continue;
            else return 0;
            continue;
        }
        if (at >= a->n) return 0;
        if (value->atom[k].kind == ATOM_NUMBER) {
            const char *said = number_said(a, at, &count);
            if (!said || strcmp(said, value->atom[k].text) != 0) return 0;
            at += count;
        } else {
            if (!atom_same(&a->atom[at], value->atom[k].text, value->atom[k].n)) return 0;
            at++;
        }
    }
    return bare && a->atom[i].kind != ATOM_NUMBER && !fraction ? 0 : at - i;
}

/* ---- amounts in words ---- */

size_t local_number_words(const struct atoms *a, size_t i, int64_t *out)
{
    static const char *const words[] = { "one",   "two",   "three", "four", "five",   "six",
                                         "seven", "eight", "nine",  "ten",  "eleven", "twelve" };
    size_t n = 1;
    *out = 0;
    if (i >= a->n || a->atom[i].kind != ATOM_LETTERS) return 0;
    size_t half = lexicon_phrase(a, i, "half a|half an|half of a|half|a half");
    size_t quarter = lexicon_phrase(a, i, "quarter of a|a quarter of a|quarter|a quarter");
    if (half + quarter > 0) {
        *out = half > 0 ? 500 : 250;
        return half + quarter;
    }
    for (size_t k = 0; k < ARRAY_LEN(words) && *out == 0; k++)
        if (strcmp(a->atom[i].text, words[k]) == 0) *out = (int64_t)(k + 1) * 1000;
    if (*out == 0 && lexicon_phrase(a, i, "a|an") > 0) *out = 1000;
    if (*out == 0) return 0;
    size_t more = lexicon_phrase(a, i + n, "and a half|and half"); /* "one and a half litres" */
    if (more > 0) *out += 500;
    return n + more;
}

size_t local_fraction_bare(const struct atoms *a, size_t i, const struct mention *values, size_t n, size_t *which)
{
    const struct atom *x = &a->atom[i];
    size_t found = 0;
    if (x->kind != ATOM_NUMBER || !memchr(x->text, '/', x->n)) return 0;
    for (size_t k = 0; k < n; k++) {
        const char *value = values[k].value;
        if (strncmp(value, x->text, x->n) != 0 || (value[x->n] >= '0' && value[x->n] <= '9')) continue;
        found++, *which = k;
    }
    return found == 1;
}
