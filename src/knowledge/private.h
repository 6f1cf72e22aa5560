/* private.h: what the files of knowledge/ share. Whoever changes anything of a shop here holds the shop's lock
 * (shops_owned_locked) and its head; the head is kept (know_head_keep) as the last thing. */
#ifndef CHATHUB_KNOWLEDGE_PRIVATE_H
#define CHATHUB_KNOWLEDGE_PRIVATE_H

#include "knowledge/knowledge.h"
#include "knowledge/tokens.h"

#include "audit/audit.h"
#include "base/clock.h"
#include "base/json_read.h"
#include "http/route.h"
#include "shops/shops.h"
#include "storage/db.h"
#include "tenants/tenants.h"

/* clang-format off */
#define KNOWLEDGE_ACTIONS(X)                                                                                           \
    X(knowledge_imported) X(knowledge_reading_stopped) X(knowledge_text_saved) X(knowledge_text_removed)               \
    X(knowledge_feed_added) X(knowledge_feed_removed)
/* clang-format on */
KNOWLEDGE_ACTIONS(AUDIT_DECLARE)

enum {
    KNOWLEDGE_ID_MAX = 100, /* bytes, as all of these */
    KNOWLEDGE_TITLE_MAX = 1000,
    KNOWLEDGE_DESCRIPTION_MAX = 32 << 10,
    KNOWLEDGE_BODY_MAX = 64 << 10,
    KNOWLEDGE_URL_MAX = 2000,
    KNOWLEDGE_NAME_MAX = 200,
    KNOWLEDGE_VARIANTS_MAX = 250, /* of a product; options of a variant: */
    KNOWLEDGE_OPTIONS_MAX = 20,
    KNOWLEDGE_ITEMS_MAX = 200,       /* of an order, and its shipments */
    KNOWLEDGE_PRODUCTS_MAX = 100000, /* of a shop */
    KNOWLEDGE_TEXTS_MAX = 20000,
    KNOWLEDGE_ORDERS_MAX = 500000,
};

extern const char *const know_currency_names[]; /* "CNY"…; at i the currency i + 1. NULL-ended */

/* ---- head.c ---- */
struct knowledge_head {
    int64_t shop, account;
    enum currency currency;
    const char *language, *name, *url; /* the last two NULL: not told */
    int64_t products, texts, orders, next_product, next_text, stale_products, stale_texts, cut, changed_at_ms;
    int64_t intakes; /* that write beside the live rows now */
};
/* ROW_NONE: nothing is known of it; *out is then an empty head of the shop. */
MUST_USE enum row know_head_get(struct tx *tx, int64_t shop, int64_t account, struct knowledge_head *out);

/* ---- says.c ---- */
/* False: storage fault. */
MUST_USE bool know_shop_says(struct tx *tx, int64_t shop, struct arena *a, struct knowledge_says *out);
/* Do its chat settings call this host the shop's? */
bool know_says_own(struct arena *a, const struct knowledge_says *s, const char *host);
MUST_USE bool know_head_keep(struct tx *tx, const struct knowledge_head *h, int64_t now_ms);

/* ---- index.c ---- */
enum index_kind { INDEX_PRODUCTS, INDEX_TEXTS };
enum { FIELD_TITLE = 1, FIELD_OPTION = 2, FIELD_NUMBER = 4, FIELD_BODY = 8, INDEX_FIELDS = 6 /* bits */ };
struct indexer;
struct indexer *know_index_begin(struct tx *tx, int64_t shop, enum index_kind kind);
/* Each doc once, and never less than the one before. Tokens may be dropped afterwards. */
MUST_USE bool know_index_doc(struct indexer *x, int64_t doc, const struct tokens *t);
MUST_USE bool know_index_end(struct indexer *x); /* also after a fault */
/* A row holds so many numbers; each is so many signs. */
enum { INDEX_BLOCK = 4096, INDEX_ENTRY = 3 };
/* Does this token stand in this doc? For verify. */
MUST_USE bool know_index_holds(struct tx *tx, int64_t shop, enum index_kind kind, struct str token, int64_t doc,
                               bool *out);
MUST_USE bool know_index_erase(struct tx *tx, int64_t shop, enum index_kind kind);

/* ---- search.c ---- */
struct found {
    int64_t doc;
    int32_t score;
};
struct search {
    int64_t shop;
    enum index_kind kind;
    int64_t docs; /* how many there are: what is in most of them says little */
    struct str question;
};
enum { SEARCH_FOUND_MAX = 48 };
void know_search_words(struct arena *a, struct str question, struct tokens *said);
/* The best first. *said: the words of the question. */
MUST_USE bool know_search_find(struct tx *tx, struct arena *a, const struct search *s,
                               struct found out[SEARCH_FOUND_MAX], size_t *n, struct tokens *said);
/* Products that have this number, in any spelling. */
MUST_USE bool know_search_number(struct tx *tx, struct arena *a, int64_t shop, struct str number,
                                 struct found out[SEARCH_FOUND_MAX], size_t *n);
/* Products that have a number which begins so, in any spelling: two signs at least. The first 30 numbers. */
MUST_USE bool know_search_begins(struct tx *tx, struct arena *a, int64_t shop, struct str begin,
                                 struct found out[SEARCH_FOUND_MAX], size_t *n);
/* How well a text of two parts fits the question, without the index. */
int32_t know_search_rank(struct arena *a, const struct tokens *said, struct str title, struct str body);

/* Of what an intake (?1) has staged beside the live rows of a shop (?2): n, whose number is another one then, and
 * changed, rows that are new or will be other than before; not those that were written since the intake began (?3, and
 * ?4: a clock that was ahead). `same`: what makes a live row (k) that of a staged one (s). PostgreSQL knows nothing yet
 * of rows as new as the staged ones: what is beside each is asked for by its key, and not left to a join (OFFSET 0). */
#define KNOW_REPLACED_BESIDE(staged, beside)                                                                           \
    "SELECT COALESCE(SUM(CASE WHEN s.doc <> k.doc THEN 1 ELSE 0 END), 0) AS n,"                                        \
    " COALESCE(SUM(CASE WHEN k.id IS NULL OR ((k.updated_at_ms <= ?3 OR k.updated_at_ms > ?4)"                         \
    " AND (k.words <> s.words OR k.content <> s.content)) THEN 1 ELSE 0 END), 0) AS changed"                           \
    " FROM " staged " s LEFT JOIN " beside " WHERE s.intake = ?1 AND s.doc >= 0"
#define KNOW_REPLACED(name, staged, live, same)                                                                        \
    STMT(name, KNOW_REPLACED_BESIDE(staged, live " k ON k.shop = ?2 AND " same),                                       \
         .postgres = KNOW_REPLACED_BESIDE(staged, "LATERAL (SELECT id, doc, words, content, updated_at_ms FROM " live  \
                                                  " k WHERE k.shop = ?2 AND " same " OFFSET 0) k ON TRUE"))

/* What is written at once. version: how new it is as the sender counts; 0: by hand or by file, newer than all. */
struct know_write {
    int64_t now_ms, version;
    int64_t changed, stale; /* counted: rows that are new or other than before; older ones that were passed over */
    /* intake > 0: written beside the live rows; what was changed after began_ms stays as it is. feed: whose rows they
     * are from now on; 0: whose they were. */
    int64_t intake, feed, began_ms;
};
/* Written after the intake began. A row of a clock that was ahead is not newer than all that will be read until then.
 */
static inline bool know_is_newer(int64_t at_ms, const struct know_write *w)
{
    return at_ms > w->began_ms && !time_is_ahead(at_ms, w->now_ms);
}

/* How new a row is, as its sender counts. What a clock that was ahead wrote is older than whatever comes. */
static inline int64_t know_version(int64_t version, int64_t at_ms, const struct know_write *w)
{
    return time_is_ahead(at_ms, w->now_ms) ? 0 : version;
}

/* ---- products.c ---- */
MUST_USE bool know_products_save(struct tx *tx, struct knowledge_head *h, const struct knowledge_product *p, size_t n,
                                 struct know_write *w);
MUST_USE enum row know_products_get(struct tx *tx, const struct knowledge_head *h, const char *id, struct arena *a,
                                    struct knowledge_product *out);
/* Those of these docs that are there, in this order, with these scores. */
MUST_USE bool know_products_of(struct tx *tx, const struct knowledge_head *h, const struct found *f, size_t n,
                               struct arena *a, struct knowledge_product *out, size_t *count);
/* Numbers in the index below `after`, the greatest first. *next: what the next page comes after; 0: none. */
MUST_USE bool know_products_page(struct tx *tx, const struct knowledge_head *h, int64_t after, size_t limit,
                                 struct arena *a, struct knowledge_product *out, size_t *count, int64_t *next);
MUST_USE enum row know_products_remove(struct tx *tx, struct knowledge_head *h, const char *id, struct know_write *w);
/* What an intake wrote beside them becomes theirs. *gone: rows of its feed that it did not name, removed when `whole`.
 */
struct know_switch {
    int64_t intake, feed, began_ms, now_ms;
    bool whole;
    int64_t changed; /* counted: rows that are new, other than before, or gone */
};
MUST_USE bool know_products_switch(struct tx *tx, struct knowledge_head *h, struct know_switch *s);
/* ---- switch.c ---- */
struct switch_rows { /* its statements over a table of live rows and the one beside it */
    const struct stmt *replaced, *take_staged, *remove_unnamed, *count_live;
};
/* Adds to *stale what the index still has and nobody should find; *live: how many rows there are now. */
MUST_USE bool know_switch(struct tx *tx, const struct switch_rows *rows, const struct knowledge_head *h,
                          struct know_switch *s, int64_t *stale, int64_t *live);
MUST_USE bool know_counted(struct query *q, int64_t *out); /* the column n of the one row */
/* How many rows it would add. */
MUST_USE bool know_products_new(struct tx *tx, int64_t shop, int64_t intake, int64_t *out);
MUST_USE bool know_texts_new(struct tx *tx, int64_t shop, int64_t intake, int64_t *out);
MUST_USE bool know_products_unnamed(struct tx *tx, int64_t shop, const struct know_switch *s, int64_t *unnamed,
                                    int64_t *all);
MUST_USE bool know_products_rebuild(struct tx *tx, struct knowledge_head *h);

/* ---- texts.c ---- */
MUST_USE bool know_texts_save(struct tx *tx, struct knowledge_head *h, const struct knowledge_text *t, size_t n,
                              struct know_write *w);
MUST_USE bool know_texts_of(struct tx *tx, const struct knowledge_head *h, const struct found *f, size_t n,
                            struct arena *a, struct knowledge_text *out, size_t *count);
MUST_USE bool know_texts_of_product(struct tx *tx, int64_t shop, const char *product, struct arena *a,
                                    struct knowledge_text *out, size_t most, size_t *count);
MUST_USE bool know_texts_page(struct tx *tx, int64_t shop, enum knowledge_kind kind, int64_t after, size_t limit,
                              struct arena *a, struct knowledge_text *out, size_t *count, int64_t *next);
MUST_USE enum row know_texts_get(struct tx *tx, int64_t shop, enum knowledge_kind kind, const char *id, struct arena *a,
                                 struct knowledge_text *out);
MUST_USE enum row know_texts_remove(struct tx *tx, struct knowledge_head *h, enum knowledge_kind kind, const char *id);
MUST_USE bool know_texts_count(struct tx *tx, int64_t shop, int64_t out[KNOWLEDGE_KIND_COUNT]);
MUST_USE bool know_texts_switch(struct tx *tx, struct knowledge_head *h, struct know_switch *s);
MUST_USE bool know_texts_rebuild(struct tx *tx, struct knowledge_head *h);

/* ---- orders.c ---- */
MUST_USE bool know_orders_save(struct tx *tx, struct knowledge_head *h, const struct knowledge_order *o, size_t n,
                               struct know_write *w);
/* ROW_NONE also when several orders have this number in this spelling. */
/* Of an address, the newest first. */
MUST_USE bool know_orders_of(struct tx *tx, int64_t shop, struct str email, size_t most, struct arena *a,
                             struct knowledge_order **out, size_t *n);
MUST_USE enum row know_orders_get(struct tx *tx, int64_t shop, struct str number, struct arena *a,
                                  struct knowledge_order *out);
/* By what the store calls it within. ROW_NONE also when several are called so. */
MUST_USE enum row know_orders_by_store_id(struct tx *tx, int64_t shop, const char *store_id, struct arena *a,
                                          struct knowledge_order *out);

/* ---- content.c ---- */
/* A text and its end, NULL as none; and a number that stands for all that was put. */
void know_content_part(struct buf *b, const char *text);
int64_t know_content_hash(const struct buf *b);

/* What a shop's index holds was cut by this version; another one is made anew when the shop changes next. */
enum { TOKENS_VERSION = 2 }; /* 2: without signs of direction */

/* ---- import_read.c ---- */
enum { IMPORT_PRODUCTS_MAX = 20000, IMPORT_VARIANTS_MAX = 100000, IMPORT_TEXTS_MAX = 5000, IMPORT_ORDERS_MAX = 20000 };
struct knowledge_import {              /* of one file; IMPORT_TEXTS_MAX of each kind */
    enum currency currency;            /* NONE: not said */
    const char *language, *name, *url; /* NULL: not said */
    struct knowledge_product *product;
    struct knowledge_text *text;
    struct knowledge_order *order;
    size_t products, variants, texts, orders, of_kind[KNOWLEDGE_KIND_COUNT];
};
MUST_USE bool know_import_read(struct arena *a, const json_t *root, struct knowledge_import *in,
                               struct field_faults *faults);
/* The same of what a reader made: faults name the rows of its file. */
struct know_origins;
MUST_USE bool know_import_read_from(struct arena *a, const json_t *root, const struct know_origins *from,
                                    struct knowledge_import *in, struct field_faults *faults);

/* ---- import.c ---- */
struct knowledge_imported {
    int64_t id, products, texts, orders, changed, at_ms;
    const char *source, *refusals; /* the second is a JSON list of {field, code} */
    const char *name;              /* of the file; "": none */
    bool done;                     /* else refused */
};
MUST_USE bool know_imports_last(struct tx *tx, int64_t shop, struct knowledge_imported *out, size_t most,
                                size_t *count);
/* Why this cannot be taken by this shop: the field, and *code. NULL: it can. */
const char *know_import_misfit(const struct knowledge_head *h, const struct knowledge_import *in, const char **code);
/* Its line in the list of imports. */
struct know_report {
    const char *source;
    const char *name; /* of the file; NULL: none */
    const struct knowledge_import *in;
    const struct field_faults *faults; /* none: it was taken */
    int64_t changed;
};
MUST_USE bool know_import_remember(struct tx *tx, const struct shop *s, const struct know_report *r, int64_t now_ms,
                                   int64_t *id);
enum answer know_import_prepare(struct req *req);
enum answer know_import_run(struct req *req);
enum answer know_import_resume(struct req *req);
bool know_import_refused(struct req *req);

/* ---- request.c ---- */
struct path_shop_known { /* the shop is found in each path in the same place: first */
    int64_t id;
};
extern const struct field path_shop_known_fields[];
extern const struct shape know_refusal_shape[];
/* ANSWER_GO_ON: the shop is the caller's, and (locked) nobody else changes it until the commit. */
MUST_USE enum answer know_shop_locked(struct req *req, int64_t *shop, struct knowledge_head *h);
MUST_USE enum answer know_shop_read(struct req *req, int64_t *shop, struct knowledge_head *h);
/* What every change leaves behind: a row in the trail, and an event for open pages. */
MUST_USE bool know_tell(struct req *req, struct audit_action action, int64_t shop, json_writer *details,
                        const void *arg);
#endif
