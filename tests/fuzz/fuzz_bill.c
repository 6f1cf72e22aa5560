/* fuzz_bill.c: bills. The first byte says whose the rest is: an archive of Alipay's, its list alone (put into an
 * archive that is not packed), WeChat Pay's text, a page of Stripe's, a page of events. Rows of what is accepted are
 * whole. */
#include "fuzz.h"
#include "payments/bill.h"

#include <zlib.h>

enum { ARENA_BYTES = 128 << 20 };

static void le(struct buf *b, uint64_t n, int bytes)
{
    for (int i = 0; i < bytes; i++, n >>= 8) buf_char(b, (char)(n & 0xff));
}

static void head(struct buf *b, struct str content)
{
    le(b, 20, 2), le(b, 0, 2), le(b, 0, 2), le(b, 0, 4);
    le(b, crc32(crc32(0, NULL, 0), (const Bytef *)content.p, (uInt)content.n), 4);
    le(b, content.n, 4), le(b, content.n, 4), le(b, 1, 2), le(b, 0, 2);
}

static struct str stored(struct arena *a, struct str content)
{
    struct buf b;
    buf_init(&b, content.n + 1024);
    le(&b, 0x04034b50, 4), head(&b, content), buf_char(&b, 'x'), buf_add(&b, content.p, content.n);
    size_t at = b.n;
    le(&b, 0x02014b50, 4), le(&b, 20, 2), head(&b, content), le(&b, 0, 10), le(&b, 0, 4), buf_char(&b, 'x');
    size_t entries = b.n - at;
    le(&b, 0x06054b50, 4), le(&b, 0, 4), le(&b, 1, 2), le(&b, 1, 2), le(&b, entries, 4), le(&b, at, 4), le(&b, 0, 2);
    struct str out = { arena_copy(a, b.p, b.n), b.n };
    buf_free(&b);
    return out;
}

static void check(const struct bill *b)
{
    must(b->count <= BILL_ROWS_MAX);
    for (size_t i = 0; i < b->count; i++) {
        const struct bill_row *r = &b->row[i];
        must(money_is_positive(r->amount) && r->trade.n > 0 && r->trade.n <= BILL_NUMBER_MAX);
        must(r->order.n <= BILL_NUMBER_MAX && r->refund.n <= BILL_NUMBER_MAX && (r->is_refund || r->refund.n == 0));
        must(utf8_valid(r->order) && utf8_valid(r->trade) && utf8_valid(r->refund));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = { size ? (const char *)data + 1 : "", size ? size - 1 : 0 }, ids[BILL_EVENTS_MAX], last;
    struct arena *a = arena_new(ARENA_BYTES);
    struct bill b;
    size_t count;
    switch (size ? data[0] % 5 : 0) {
    case 0:
        if (!bill_read_alipay(a, text, &b)) check(&b);
        break;
    case 1:
        if (!bill_read_alipay(a, stored(a, text), &b)) check(&b);
        break;
    case 2:
        if (!bill_read_wechat(a, STR("m1"), STR("wx1"), text, &b)) check(&b);
        break;
    case 3:
        bill_begin(a, &b);
        if (!bill_read_stripe(a, false, text, &b, &last)) check(&b);
        break;
    default:
        if (bill_read_events(a, text, ids, &count, &last)) must(count <= BILL_EVENTS_MAX);
        break;
    }
    arena_free(a);
    return 0;
}
