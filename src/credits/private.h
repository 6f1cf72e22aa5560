/* private.h: private to credits/: what ledger.c, holds.c and verify.c share. */
#ifndef CHATHUB_CREDITS_PRIVATE_H
#define CHATHUB_CREDITS_PRIVATE_H

#include "base/chain.h"
#include "credits/credits.h"

struct ledger_account { /* an account under its lock */
    int64_t account, seq, keyed_from;
    struct credits balance, held;
    uint8_t head[SHA256_SIZE];
    bool replayed; /* an entry with the asked key exists: `old` */
    struct credit_entry old;
};
struct ledger_record { /* all that an entry's hash covers */
    uint8_t previous[SHA256_SIZE];
    int64_t account, seq, shop, actor, at_ms;
    struct credits amount, balance_after;
    const char *key, *reason, *note;
};
struct ledger_record ledger_record_read(const struct query *q, int64_t account); /* without `previous` */
/* Locks the account row (always the first lock of any money change) and looks for the entry with this key. */
MUST_USE enum row ledger_lock(struct tx *tx, int64_t account, const char *key, struct ledger_account *out);
/* Appends one entry and moves the balance; `amount` is signed, `held_change` goes to held. *a is then what the account
 * has become, so another one can follow. */
MUST_USE bool ledger_append(struct tx *tx, struct ledger_account *a, const struct credit_change *in,
                            struct credits amount, struct credits held_change, struct credit_entry *out);
/* An entry's link: under the key, or the plain hash that entries before the account's keyed_from have. */
void ledger_mac(const struct ledger_record *r, uint8_t out[CHAIN_MAC_SIZE]);
void ledger_hash(const struct ledger_record *r, uint8_t out[SHA256_SIZE]);
/* The end of an account's chain: its number, its head, and from which entry on all are under the key. */
void ledger_head_mac(int64_t account, int64_t seq, int64_t keyed_from, const uint8_t head[SHA256_SIZE],
                     uint8_t out[CHAIN_MAC_SIZE]);
/* What a hold is put for: account, shop, amount, key, reason and time. */
void hold_mac(const struct credit_change *in, const char *reason, uint8_t out[CHAIN_MAC_SIZE]);
/* The plain hash that holds of a few databases from before the key have. */
void hold_hash(const struct credit_change *in, const char *reason, uint8_t out[SHA256_SIZE]);

#endif
