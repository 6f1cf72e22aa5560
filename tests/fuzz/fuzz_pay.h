/* fuzz_pay.h: what the targets about payment providers share: keys drawn once a process, and what must hold of every
 * notice that was read. */
#ifndef CHATHUB_FUZZ_PAY_H
#define CHATHUB_FUZZ_PAY_H

#include "fuzz.h"
#include "base/rsa.h"
#include "payments/payments.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

enum { ARENA_BYTES = 8 << 20, NOW_S = 1795320000 };

/* A key of the other side's: the private half signs here, the text of the public one is what the product is given. */
struct fuzz_key {
    struct rsa_key *key;
    struct str public_pem;
};

static inline struct fuzz_key fuzz_key_new(void)
{
    static char text[2][4096];
    struct fuzz_key out;
    EVP_PKEY *pkey = EVP_RSA_gen(2048);
    for (int i = 0; i < 2; i++) {
        BIO *bio = BIO_new(BIO_s_mem());
        must(bio != NULL && pkey != NULL);
        must((i == 0 ? PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL)
                     : PEM_write_bio_PUBKEY(bio, pkey)) == 1);
        int n = BIO_read(bio, text[i], sizeof(text[i]) - 1);
        must(n > 0);
        text[i][n] = '\0';
        BIO_free(bio);
    }
    EVP_PKEY_free(pkey);
    out.key = rsa_key_private(str_of(text[0]));
    out.public_pem = str_of(text[1]);
    must(out.key != NULL);
    return out;
}

/* Accepted or not, the judge may be asked; refused, it does nothing; accepted, what it does is of this order's size. */
static inline void fuzz_judge(const struct payment_notice *n, enum currency c)
{
    static const struct payment_refund refund = { { "rf_1", 4 }, { 3000, CURRENCY_CNY }, PAYMENT_REFUND_PENDING };
    const struct payment_order order = { .number = n->order,
                                         .trade = n->trade,
                                         .session = n->session.p ? n->session : STR(""),
                                         .amount = money_of(8800, c),
                                         .refunded = money_of(0, c),
                                         .state = PAYMENT_OPEN,
                                         .refund = &refund,
                                         .refunds = 1 };
    struct payment_effects effects;
    enum payment_reason reason = payment_judge(n, &order, false, &effects);
    must(reason == PAYMENT_ACCEPTED || effects.count == 0);
    for (size_t i = 0; i < effects.count; i++) {
        char text[PAYMENT_EFFECT_TEXT_SIZE];
        payment_effect_text(&effects, i, text);
        must(n->about_order && (n->no_amount || money_equal(n->amount, order.amount)));
        must(money_minor(effects.item[i].amount) >= 0 && money_minor(effects.item[i].amount) <= 8800);
    }
    must(payment_judge(n, NULL, false, &effects) == (n->about_order ? PAYMENT_UNKNOWN_ORDER : PAYMENT_ACCEPTED));
}

#endif
