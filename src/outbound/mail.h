/* mail.h: mail goes into the outbox in the transaction of its cause and is sent by a job. The body (it holds links with
 * tokens) is sealed at rest and removed after it was sent; development keeps it for /dev/outbox. */
#ifndef CHATHUB_OUTBOUND_MAIL_H
#define CHATHUB_OUTBOUND_MAIL_H

#include "base/crypto.h"
#include "jobs/jobs.h"
#include "storage/reseal.h"

/* How long an answer is waited for: to a command, to DATA, for room for more text, to the end of the text, to QUIT. */
struct mail_patience {
    int64_t command_ms, data_ms, block_ms, end_ms, quit_ms;
};
struct mail_settings {
    const char *host, *user, *password, *from; /* host NULL: printed and kept (development only) */
    int port;
    bool tls_from_start; /* else STARTTLS, required unless the host is loopback */
    bool keep;           /* development: bodies stay for /dev/outbox */
    const struct keyring *keyring;
    const struct mail_patience *patience; /* NULL: that of RFC 5321 */
};
struct mail {
    const char *to;             /* one address, without a name */
    const char *subject, *text; /* UTF-8, ≤ 500 bytes and 64 KiB; no controls in the subject */
    const char *html;           /* NULL: plain text alone */
    const char *reply_to;       /* where an answer goes, as `to`; NULL: to the sender */
    const char *kind;           /* "verify_email"...: for lists and metrics */
    int64_t account;            /* 0: none */
};
/* Who has no mailbox has a name that begins so where others have an address: no address is like it. */
#define MAIL_NOBODY "panel:"
/* For FROM_EMAIL: "Name <address>" with the host as mail carries it (xn--...). NULL: mail cannot come from there. */
const char *mail_sender(struct arena *a, const char *from);
/* The mail and its job, in the transaction of its cause. False on a storage fault; also when its address, subject or
 * text breaks the rules above, which is the caller's bug and logged (mail.refused): nothing of the transaction may
 * stay, and trying again does not help. */
MUST_USE bool mail_put(struct tx *tx, const struct mail_settings *s, const struct mail *m);
/* context must begin with struct mail_context. One of whose end nothing is known may be sent twice, under one
 * Message-ID; one that failed keeps its sealed text until it is purged. */
extern const struct job_kind mail_send_job;
extern const struct job_kind mail_purge_job; /* cron: removes mails that have ended, 30 days after they were put */
struct mail_context {
    const struct mail_settings *mail;
};

extern const struct reseal_table mail_sealed[]; /* for the change of the master key */
extern const struct verify_check mail_checks[];

/* state: "queued", "sent" or "failed"; sent_at_ms 0: not. */
struct mail_row {
    int64_t id, at_ms, sent_at_ms;
    const char *to, *subject, *text, *html, *reply_to, *kind, *state;
};
/* Into out[limit], newest first, from behind after_id (0: from the newest); text and html NULL when they are no longer
 * kept, html also when there is none. For /dev/outbox: it opens what is sealed. */
MUST_USE enum row mail_list(struct tx *tx, const struct mail_settings *s, int64_t after_id, int64_t limit,
                            struct mail_row *out, size_t *count);
#endif
