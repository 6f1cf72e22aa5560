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
};
enum { SITE_OFFERS_MAX = 20 };

struct site_settings { /* filled by app, immutable */
    const char *base_url;
    /* NULL: not said. */
    const char *company, *icp_number, *support_contact, *support_hours, *status_url;
    const char *shop; /* public id of the shop whose chat stands on the landing page; NULL: none */
};
extern struct site_settings site_settings;

struct site_hooks { /* filled by app; NULL: then the page says no prices */
    /* What is sold now; at most `max`. */
    bool (*offers)(struct tx *tx, struct site_offer *out, size_t max, size_t *count);
    int64_t trial_days; /* 0: there is no trial */
};
extern struct site_hooks site_hooks;

/* GET / and what else is for everybody; the texts, for operators. */
extern const struct route site_routes[], site_page_routes[];

#define SITE_ACTIONS(X) X(page_changed)
SITE_ACTIONS(AUDIT_DECLARE)

#endif
