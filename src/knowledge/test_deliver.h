/* test_deliver.h: what the tests of deliveries share: a shop that has a chat, a delivery signed by its secret, and what
 * came of it. */
#ifndef CHATHUB_KNOWLEDGE_TEST_DELIVER_H
#define CHATHUB_KNOWLEDGE_TEST_DELIVER_H

#include "inbound/inbound.h"
#include "knowledge/private.h"
#include "outbound/webhook.h"
#include "tenants/test_fix.h"

static int64_t account, shop;
static struct webhook_secrets secrets;

static inline void start(struct test_db *t)
{
    fix_start();
    account = kit_account(t, 100), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    secrets.count = 0;
    EXPECT(tenants_webhook_secrets(t->tx, shop, kit_now(), t->arena, &secrets, &(int64_t){ 0 }) == ROW_FOUND);
}

static inline void add_header(struct delivery *d, const char *name, const char *value)
{
    d->header[d->headers].name = name;
    d->header[d->headers++].value = str_of(value);
}

struct sent {
    const char *address, *body;
    int64_t age_s;
    struct str secret; /* p NULL: the shop's */
    bool standard;
};

static inline struct delivery delivery(struct test_db *t, const struct sender *s, const struct sent *in)
{
    struct delivery d = { .sender = s,
                          .arena = t->arena,
                          .body = str_of(in->body),
                          .address = in->address ? in->address : arena_printf(t->arena, "shop-%lld", (long long)shop),
                          .at_ms = kit_now() };
    struct str secret = in->secret.p ? in->secret : secrets.secret[0];
    int64_t at = kit_now() / SECOND_MS - in->age_s;
    const char *stamp = arena_printf(t->arena, "%lld", (long long)at);
    if (in->standard) {
        struct str v = webhook_sign(t->arena, secret, STR("msg_1"), at, d.body);
        add_header(&d, "webhook-id", "msg_1");
        add_header(&d, "webhook-timestamp", stamp);
        add_header(&d, "webhook-signature", arena_text_n(t->arena, v.p, v.n));
        return d;
    }
    uint8_t mac[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    const struct str parts[] = { str_of(stamp), STR("."), d.body };
    hmac_sha256_parts(secret, parts, ARRAY_LEN(parts), mac);
    hex_encode(mac, sizeof mac, hex);
    add_header(&d, "x-evershop-signature", arena_printf(t->arena, "t=%s,v1=%s", stamp, hex));
    return d;
}

static inline const char *acted(struct test_db *t, const struct sender *s, const struct sent *in)
{
    struct delivery d = delivery(t, s, in);
    struct job job = { .arena = t->arena, .now_ms = kit_now() };
    struct buf outcome;
    assert_int_equal(s->verify(&d, t->tx), INBOUND_GOOD);
    assert_int_equal(s->identify(&d, t->tx), INBOUND_GOOD);
    assert_int_equal(d.account, account);
    assert_true(d.id && d.id[0]);
    buf_fixed(&outcome, arena_alloc(t->arena, DELIVERY_OUTCOME_MAX), DELIVERY_OUTCOME_MAX);
    assert_int_equal(s->act(&d, &job, t->tx, &outcome), JOB_FINISHED);
    return buf_terminated(&outcome);
}

static inline const char *title(struct test_db *t, const char *id)
{
    struct knowledge_source s;
    struct knowledge_product *p;
    EXPECT(knowledge_source_of(t->tx, account, shop, t->arena, &s) == ROW_FOUND);
    EXPECT(s.product(s.ctx, id, t->arena, &p));
    return p ? p->title : "none";
}

#endif
