/* chain.h: the key under which chains of rows (the ledger, the seals of the audit log) are made. With a plain hash,
 * whoever can write rows can also write the chain anew behind them; with a key they cannot. One key for the process,
 * read from the database at start (app/chain_key.c). It is random, kept sealed under the master key, and never changed,
 * since every link depends on it. */
#ifndef CHATHUB_BASE_CHAIN_H
#define CHATHUB_BASE_CHAIN_H

#include "base/crypto.h"

enum { CHAIN_KEY_SIZE = 32, CHAIN_MAC_SIZE = SHA256_SIZE };
/* Before any thread that makes links begins; in tests again and again. */
void chain_use(const uint8_t key[CHAIN_KEY_SIZE]);
bool chain_ready(void);
/* HMAC-SHA256 over what it is for ("credit entry"), a NUL, and the bytes: a link of one sort is none of another. */
void chain_mac(const char *what, const void *p, size_t n, uint8_t out[CHAIN_MAC_SIZE]);

#endif
