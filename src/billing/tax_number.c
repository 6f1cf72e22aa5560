/* tax_number.c: the numbers of Chinese taxpayers (纳税人识别号).
 *
 * Since 2015 a company has a unified social credit code (统一社会信用代码, GB 32100-2015): 18 signs of an alphabet
 * without I, O, S, V and Z, the last of which is a check. Who is registered otherwise has an older number: 15 digits
 * and letters of the tax authority, or 17, 18 or 20 that are made of an identity card's (GB 11643-1999: the 18th is a
 * check too) and two more. So 18 signs must pass one of the two checks, and the others have none.
 *
 * A wrong number makes a paper that the buyer cannot book, and it is found out a month later: so it is judged when it
 * is typed, with what is wrong with it. */
#include "billing/paper.h"

#include <ctype.h>

enum { CODE_SIGNS = 18, CODE_BASE = 31, SHORTEST = 15, LONGEST = 20, CARD_BASE = 11 };

FIELD_CODE(tax_number_length, "A tax number has 15 to 20 letters and digits; a unified social credit code has 18.",
           "纳税人识别号为 15 至 20 位；统一社会信用代码为 18 位。");
FIELD_CODE(tax_number_signs, "A tax number is made of digits and capital letters alone.",
           "纳税人识别号只能包含数字和大写字母。");
FIELD_CODE(tax_number_alphabet,
           "A unified social credit code has none of the letters I, O, S, V and Z: look at 1, 0, 5.",
           "统一社会信用代码不使用字母 I、O、S、V、Z，请核对是否应为 1、0、5 等数字。");
FIELD_CODE(tax_number_check, "The last sign does not fit the others: a digit is wrong or two are exchanged.",
           "校验位不符：可能输错一位或前后颠倒，请核对。");

static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/* -1: not one of the alphabet. */
static int value_of(char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

static bool code_fits(const char *text)
{
    int sum = 0, weight = 1;
    for (int i = 0; i < CODE_SIGNS - 1; i++, weight = weight * 3 % CODE_BASE) sum += value_of(text[i]) * weight;
    return value_of(text[CODE_SIGNS - 1]) == (CODE_BASE - sum % CODE_BASE) % CODE_BASE;
}

/* Of an identity card: 17 digits, and one more that may be X for ten. */
static bool card_fits(const char *text)
{
    int sum = 0, weight = 1;
    for (int i = CODE_SIGNS - 2; i >= 0; i--) {
        weight = weight * 2 % CARD_BASE;
        if (!isdigit((unsigned char)text[i])) return false;
        sum += (text[i] - '0') * weight;
    }
    int check = (CARD_BASE + 1 - sum % CARD_BASE) % CARD_BASE;
    return text[CODE_SIGNS - 1] == (check == CARD_BASE - 1 ? 'X' : (char)('0' + check));
}

const char *tax_number_fault(const char *text)
{
    size_t n = strlen(text);
    if (strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != n) return "tax_number_signs";
    if (n < SHORTEST || n > LONGEST) return "tax_number_length";
    if (n != CODE_SIGNS || card_fits(text)) return NULL;
    if (strspn(text, alphabet) != n) return "tax_number_alphabet";
    return code_fits(text) ? NULL : "tax_number_check";
}

const char *tax_number_read(struct arena *a, const char *text)
{
    char *out = arena_text(a, text), *to = out;
    for (const char *p = out; *p; p++)
        if (*p != ' ' && *p != '-') *to++ = (char)toupper((unsigned char)*p);
    *to = '\0';
    return out;
}
