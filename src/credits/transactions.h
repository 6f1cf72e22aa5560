/* transactions.h: the ledger's page: what may be asked for. Private to credits/. */
#ifndef CHATHUB_CREDITS_TRANSACTIONS_H
#define CHATHUB_CREDITS_TRANSACTIONS_H

#include "http/route.h"

struct transactions {
    int64_t limit, after, from, to, shop;
    const char *reason, *search;
    bool detail;
    int format;
};
bool transactions_are_plain(const struct transactions *in);
enum answer transactions_found(struct req *req, int64_t account, const struct transactions *in);
/* One entry. `detail` adds what an entry of the contract does not have. */
void transaction_json(struct json *j, const struct query *q, bool detail);

#endif
