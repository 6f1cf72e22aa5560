/* site.h: what everybody sees without signing in: the landing page, and the texts that an operator writes (terms,
 * privacy, refunds). Whole pages made here, readable without a script; the console's bundle is not needed for them. */
#ifndef CHATHUB_SITE_SITE_H
#define CHATHUB_SITE_SITE_H

#include "audit/audit.h"
#include "base/money.h"
#include "http/route.h"

/* What is sold, as the landing page shows it. */
struct site_offer {
    const char *code, *name_en, *name_zh;
    bool plan; /* else credits */
    struct money price, seat_price;
    bool more_seats;     /* a further seat can be had, for seat_price */
    int64_t days, seats; /* of a plan: what one price pays for */
    int64_t websites;    /* of a plan; 0: any number */
    int64_t credits;     /* of a pack */
    bool trial;          /* the plan that the trial is of */
};
enum { SITE_OFFERS_MAX = 20 };

struct site_settings { /* filled by app, immutable */
    const char *base_url;
    /* NULL: not said. */
    const char *company, *icp_number, *support_contact, *support_hours, *status_url;
    /* Public id of the shop whose chat stands on the landing page; NULL: the house's own, once it was made. */
    const char *shop;
    int64_t enable_credits, renewal_credits; /* what a chat costs in credits: the first month, each further one */
};
extern struct site_settings site_settings;

struct site_hooks { /* filled by app; NULL: then the page says no prices */
    /* What is sold now; at most `max`. */
    bool (*offers)(struct tx *tx, struct site_offer *out, size_t max, size_t *count);
    int64_t trial_days; /* 0: there is no trial */
    /* The ways to pay that are open, as people read them: "Alipay, WeChat Pay"; "": none. NULL: not known. */
    const char *(*ways)(struct arena *a, enum lang lang);
};
extern struct site_hooks site_hooks;

/* ---- the house's own shop, whose assistant answers about the program itself ---- */

/* What the program tells about itself, in the form of docs/knowledge.md (a file to import), in both languages, at the
 * prices of now. False: storage fault. */
MUST_USE bool site_told(struct tx *tx, struct buf *out);
/* The same of these offers, for tests. */
void site_told_of(struct buf *out, struct arena *a, const struct site_offer *offer, size_t count);

/* What its chat is set to when it is made: a JSON object, as chat settings are. */
const char *site_house_settings(void);

/* Which shop it is, and what it was given (JSON, knowledge/knowledge.h). ROW_NONE: none was made. */
struct site_house {
    int64_t shop, version; /* version: of this row; 0: none */
    const char *given;
};
MUST_USE enum row site_house_get(struct tx *tx, struct site_house *out);
MUST_USE bool site_house_put(struct tx *tx, struct site_house *h, int64_t now_ms); /* a conflict is the transaction's */

/* GET / and what else is for everybody; the texts, for operators. */
extern const struct route site_routes[], site_page_routes[];

#define SITE_ACTIONS(X) X(page_changed)
SITE_ACTIONS(AUDIT_DECLARE)

#endif
