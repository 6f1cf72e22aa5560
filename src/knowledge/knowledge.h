/* knowledge.h: what a shop knows: its products, orders, questions and answers, documents and promotions, as a bot asks
 * for them. A model (chat/) sees nothing but a struct knowledge_source: functions over one transaction and one shop,
 * or, in tests, over tables in memory. So what answers a shopper cannot reach another shop's rows.
 *
 * All memory comes from the arena that is passed; text is UTF-8 and ends with NUL. A merchant's words are data: nothing
 * of them is obeyed. Prices are minor units of the shop's currency.
 *
 * Rejected: a search of the database engines by their own tokenizers (neither cuts Chinese, and the two would find
 * different things); tokens are made here, in C, and both engines index the same ones (tokens.h). */
#ifndef CHATHUB_KNOWLEDGE_KNOWLEDGE_H
#define CHATHUB_KNOWLEDGE_KNOWLEDGE_H

#include "base/arena.h"
#include "base/money.h"
#include "base/str.h"
#include "http/route.h"
#include "inbound/inbound.h"
#include "storage/verify.h"

struct knowledge_option {
    const char *name, *value;
};
struct knowledge_variant {
    const char *id, *sku; /* sku NULL: none */
    const struct knowledge_option *option;
    size_t options;
    bool priced; /* false: price says nothing */
    int64_t price;
    bool available;
    const char *waits; /* NULL, or a price as its store wrote it that is none while the shop's currency is not known */
};
struct knowledge_product {
    int64_t row;
    const char *id, *title, *description, *url, *image; /* the last two NULL: none */
    bool priced;                                        /* false: the price is the variants', or not known */
    int64_t price;
    bool available; /* it, or one of its variants */
    enum currency currency;
    const struct knowledge_variant *variant;
    size_t variants;
    int32_t score; /* of the search; higher is better */
};

/* Stored by number: append, never renumber. */
enum knowledge_kind { KNOWLEDGE_FAQ, KNOWLEDGE_DOCUMENT, KNOWLEDGE_PROMOTION, KNOWLEDGE_KIND_COUNT };
const char *knowledge_kind_name(enum knowledge_kind k); /* "faq", "document", "promotion" */
struct knowledge_text {
    int64_t row;
    enum knowledge_kind kind;
    const char *id, *title, *text; /* of an FAQ: the question and its answer */
    const char *url;               /* NULL: none */
    const char *product;           /* id of the product that it belongs to; NULL: the shop's */
    int32_t score;
};

struct knowledge_order_item {
    const char *product, *variant, *title; /* the first two are ids; NULL: not said */
    int64_t quantity, price;
};
struct knowledge_shipment {
    const char *carrier, *tracking, *url; /* each NULL: not said */
};
struct knowledge_order {
    const char *number, *email, *name;
    const char *store_id;    /* what the store calls it within, where that is another one; "" or NULL: not told */
    const char *status;      /* pending, paid, processing, shipped, delivered, cancelled, refunded, or the shop's own */
    const char *status_text; /* how the shop puts it to people; NULL: not said */
    enum currency currency;
    int64_t total;
    const struct knowledge_order_item *item;
    size_t items;
    const struct knowledge_shipment *shipment;
    size_t shipments;
};

/* How a model asks. `ctx`: a transaction and a shop in the product, tables in memory in tests. Each says false when the
 * storage failed; none found is true, with *n 0 or *out NULL. */
struct knowledge_source {
    void *ctx;
    const char *shop_name, *shop_url; /* the second NULL: not known */
    enum currency currency;           /* NONE: nothing was imported yet */
    const char *language;             /* the shop's own: "en" or "zh-CN" */
    /* Ranked, the best first; words with a slip of the keys are found by trigrams. */
    bool (*search_products)(void *ctx, struct str query, size_t most, struct arena *a, struct knowledge_product **out,
                            size_t *n);
    /* With a product: that product's texts alone, ranked by the query. */
    bool (*search_texts)(void *ctx, struct str query, const char *product, size_t most, struct arena *a,
                         struct knowledge_text **out, size_t *n);
    /* Ids, SKUs, model and part numbers in any spelling: "jsq22 hwa" is JSQ22-HWA. *variant: the id of the variant that
     * is meant; NULL: none, or of several products. */
    bool (*by_number)(void *ctx, struct str number, struct arena *a, struct knowledge_product **out, size_t *n,
                      const char **variant);
    bool (*product)(void *ctx, const char *id, struct arena *a, struct knowledge_product **out);
    /* By its number alone, in any spelling. Who asks compares the address and tells nothing before. */
    bool (*order)(void *ctx, struct str number, struct arena *a, struct knowledge_order **out);
    /* Those of an address, the newest first: for a customer whom the shop vouches for, and nobody else. */
    bool (*orders_of)(void *ctx, struct str email, size_t most, struct arena *a, struct knowledge_order **out,
                      size_t *n);
};

/* The source of a shop of this account: good as long as the transaction is. ROW_NONE: no such shop, or a deleted one.
 */
MUST_USE enum row knowledge_source_of(struct tx *tx, int64_t account, int64_t shop, struct arena *a,
                                      struct knowledge_source *out);

/* The addresses that orders of this number were placed with, in any shop of the account (shop 0) or in one: for those
 * who answer there. At most `most`. */
MUST_USE bool knowledge_order_emails(struct tx *tx, int64_t account, int64_t shop, struct str number, size_t most,
                                     const char **out, size_t *count);

/* Has this shop told anything that could be answered from? ROW_NONE: nothing. */
MUST_USE enum row knowledge_told(struct tx *tx, int64_t account, int64_t shop);

/* Is there an entry of this kind and id? */
MUST_USE enum row knowledge_has(struct tx *tx, int64_t shop, enum knowledge_kind kind, const char *id);

/* What a program tells about itself, to a shop that is locked and not deleted. `told`: a file to import. `given`: what
 * this said the last time ("{}" at first); *out is what it says now, to be kept until the next time. What a person
 * changed, removed or wrote meanwhile stays; what is told no more goes. False: storage fault, or no such file. */
struct shop;
struct knowledge_gift {
    const struct shop *shop;
    struct str told;
    const char *given;
    int64_t now_ms;
};
MUST_USE bool knowledge_give(struct tx *tx, const struct knowledge_gift *gift, const char **out);

extern const struct verify_check knowledge_checks[];

/* Hook for shops: nothing stays of a shop that is purged. False: storage fault. */
MUST_USE bool knowledge_shop_purged(struct tx *tx, int64_t shop);

extern struct knowledge_settings {
    const char *upload_dir; /* where the server puts bodies that are files (http_options.upload_dir) */
    bool development;       /* addresses of this machine may be read */
} knowledge_settings;
extern const struct route knowledge_routes[];
extern const struct route knowledge_text_routes[];
extern const struct route knowledge_sync_routes[];
extern const struct route knowledge_file_routes[], knowledge_feed_routes[], knowledge_document_routes[];
extern const struct route knowledge_store_routes[];
struct job_kind;
extern const struct job_kind knowledge_take_job, knowledge_due_job;
extern const struct sender knowledge_products_sender, knowledge_orders_sender, knowledge_promotions_sender;

/* What the shop's chat settings say: pages of which domains are the shop's too, and whether its store may sign without
 * a time. Filled by app; NULL: nothing. */
struct knowledge_says {
    const char *const *domain; /* "*.shop.example": those below it too */
    size_t domains;
    bool old_signature;
};
extern struct knowledge_hooks {
    bool (*shop_says)(struct tx *tx, int64_t shop, struct arena *a, struct knowledge_says *out);
} knowledge_hooks;

#endif
