/* bill_date.c: the day of a bill as providers write it. */
#include "base/clock.h"
#include "payments/bill.h"

void bill_date(int64_t day, char out[BILL_DATE_SIZE])
{
    char text[TIME_TEXT_SIZE];
    time_text(day * DAY_MS, text);
    text[BILL_DATE_SIZE - 1] = '\0';
    text_copy(out, BILL_DATE_SIZE, text);
}
