/* amounts.c: money in answers: the number to reckon with, and the text to show. */
#include "billing/private.h"

const struct shape amount_shape[] = { SHAPE_I64("amount", .doc = "In the currency's minor unit."),
                                      SHAPE_TEXT("currency"), SHAPE_TEXT("text", .doc = "As \"50.00\"."), SHAPE_END };

void amount_json(struct json *j, const char *name, struct money m)
{
    char text[MONEY_TEXT_SIZE];
    money_text(m, text);
    json_object(j, name);
    json_i64(j, "amount", money_minor(m));
    json_text(j, "currency", currency_code(money_currency(m)));
    json_text(j, "text", text);
    json_end(j);
}
