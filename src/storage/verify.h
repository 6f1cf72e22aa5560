/* verify.h: what must be true of the rows, as a table of checks. A domain writes its checks beside its tables; app puts
 * the tables together; `chathub verify` runs them all on a live database.
 *
 * A check goes through its rows in pieces of some hundred. Each piece is a read transaction of its own, so neither a
 * reader nor memory is taken for long, and it may compare rows that were read a moment apart: a finding counts only
 * when the same piece, looked at anew VERIFY_LOOKS times, finds the same each time. So a check needs no care for what
 * moves meanwhile, except where the service itself leaves two rows unequal for longer than a moment. */
#ifndef CHATHUB_STORAGE_VERIFY_H
#define CHATHUB_STORAGE_VERIFY_H

#include "storage/db_lanes.h"

enum { VERIFY_CURSORS = 4, VERIFY_STATE_BYTES = 192, VERIFY_PIECE_FINDINGS = 64, VERIFY_KEPT = 20, VERIFY_LOOKS = 2 };

/* "conversation" 17: "its number of messages is wrong". Both texts are constants. */
struct verify_finding {
    const char *kind;
    int64_t id;
    const char *what;
};
struct verify_piece {
    /* Of the check: where the next piece begins. Zeroed before the first; copied between pieces. */
    int64_t cursor[VERIFY_CURSORS];
    _Alignas(16) uint8_t state[VERIFY_STATE_BYTES]; /* holds no pointers into the arena, which is reset */
    bool more;                                      /* set by the check: there may be another piece */
    /* Counted by the check over all pieces: things looked at (accounts), and their rows (entries) if it reads any */
    int64_t looked, rows;
    /* Of this piece, by verify_found */
    int64_t unsound;
    size_t findings; /* ≤ VERIFY_PIECE_FINDINGS; `unsound` counts the rest too */
    struct verify_finding finding[VERIFY_PIECE_FINDINGS];
};
struct verify_check {
    const char *name; /* "credits.ledger": stable, for scripts */
    const char *doc;  /* one sentence: what must be true */
    /* Looks at the next piece and moves the cursor. False: storage fault. May be run again from the same cursor. */
    bool (*piece)(struct tx *tx, struct verify_piece *p);
};
/* clang-format off */
#define VERIFY_END { .name = NULL }
/* clang-format on */
/* For .piece. */
void verify_found(struct verify_piece *p, const char *kind, int64_t id, const char *what);

struct verify_result {
    const struct verify_check *check;
    int64_t looked, rows, unsound;
    size_t kept;
    struct verify_finding finding[VERIFY_KEPT]; /* the first ones */
};
/* One check from its first row to its last, in transactions of its own on the lanes; waits for them (as lanes_run).
 * False: the database could not be read to the end. Sound when out->unsound is 0; what is found is logged too. */
MUST_USE bool verify_live(struct lanes *l, const struct verify_check *check, struct verify_result *out);
/* The same in one transaction that is open already, each piece looked at once: for tests. */
MUST_USE bool verify_in(struct tx *tx, const struct verify_check *check, struct verify_result *out);

#endif
