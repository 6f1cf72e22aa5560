/* private.h: what the files of site/ share. */
#ifndef CHATHUB_SITE_PRIVATE_H
#define CHATHUB_SITE_PRIVATE_H

#include "site/site.h"

/* ---- markdown.c ---- */
/* A small part of Markdown as HTML, headings from h2 on. Everything else is text, and every text is escaped: whatever
 * comes in, what goes out is closed, and holds no element, attribute or address but those named in markdown.c. */
void markdown_html(struct buf *out, struct str text);

/* ---- template.c ---- */
struct template_slot {
    const char *name, *html; /* HTML already */
};
enum { TEMPLATE_SLOTS_MAX = 48 };
struct template_slots {
    struct template_slot slot[TEMPLATE_SLOTS_MAX];
    size_t count;
    bool plain; /* what is filled is no HTML: nothing is escaped */
};
void template_set(struct template_slots *s, const char *name, const char *html);
/* The same of a text, which is escaped where HTML is filled. NULL: the slot is empty. */
void template_text(struct template_slots *s, struct arena *a, const char *name, const char *text);
/* {{word}} is the word of words.c in this language, escaped; {{=slot}} the slot; {{?slot}}…{{/slot}} is there when the
 * slot is not empty, {{!slot}}…{{/slot}} when it is. Words may hold slots. A name that nobody knows ends the process:
 * templates are parts of the program, and a test fills them all. */
void template_fill(struct buf *out, const char *text, enum lang lang, const struct template_slots *s);

/* ---- words.c ---- */
const char *word_of(const char *name, size_t n, enum lang lang); /* NULL: there is none */
extern const struct site_word {
    const char *name, *en, *zh;
} site_words[];
extern const size_t site_word_count;

/* ---- made by the build of the files of the same name ---- */
extern const char text_frame_html[], text_landing_html[], text_plan_html[], text_page_html[];
extern const char text_terms_en_md[], text_terms_zh_md[], text_privacy_en_md[], text_privacy_zh_md[],
    text_refunds_en_md[], text_refunds_zh_md[];
extern const char text_told_en_txt[], text_told_zh_txt[], text_told_lines_en_txt[], text_told_lines_zh_txt[];
extern const char text_house_settings_json[], text_style_css[], text_chat_js[];

/* ---- pages.c ---- */
enum page_name { PAGE_TERMS, PAGE_PRIVACY, PAGE_REFUNDS, PAGE_NAMES };
extern const char *const page_names[]; /* NULL-ended */
extern const char *const page_langs[]; /* by enum lang: "en", "zh-CN"; NULL-ended */
enum { PAGE_TEXT_MAX = 38000, PAGE_VERSIONS_MAX = 1000000 };
struct page {
    int64_t version, created_at_ms, actor; /* 0: the text that comes with the program */
    const char *text;
};
const char *page_standard_text(enum page_name name, enum lang lang);
/* `version` 0: the newest. ROW_NONE: there is none; of the newest, that is the standard text, and *out is it. */
MUST_USE enum row page_get(struct tx *tx, enum page_name name, enum lang lang, int64_t version, struct page *out);
/* The newest of all of them, [name][lang], in one statement. */
struct pages {
    struct page page[PAGE_NAMES][2];
};
MUST_USE bool pages_newest(struct tx *tx, struct pages *out);
/* Version `p->version`, which is one more than the newest; a conflict is the transaction's. */
MUST_USE bool page_put(struct tx *tx, enum page_name name, enum lang lang, const struct page *p);

/* ---- document.c ---- */
/* Where a page is: its address in its own language is the canonical one; without a language (-1) it is the one that
 * answers in the language of who asks. */
enum site_place { PLACE_HOME, PLACE_TERMS, PLACE_PRIVACY, PLACE_REFUNDS, PLACES };
const char *place_path(struct arena *a, enum site_place p, int lang);
struct document {
    enum site_place place;
    enum lang lang;
    bool negotiated;  /* at the address without a language */
    bool unlisted;    /* not for search engines */
    const char *shop; /* whose chat is on it; NULL: none */
    const char *title, *description, *body;
};
void document_write(struct buf *out, struct arena *a, const struct document *d);
enum { DOCUMENT_MAX = 512 << 10 };
/* What may be done on such a page: its one style, and with a chat the script that fetches it, each by its hash, and our
 * own scripts. */
const char *document_policy(struct arena *a, bool chat);

/* ---- sold.c ---- */
struct sold {
    struct site_offer offer[SITE_OFFERS_MAX];
    size_t count;
};
/* Of one currency, yuan where it is sold for yuan; the cheapest first. */
void sold_arrange(struct sold *o);
/* What is sold now, so arranged. False: storage fault. */
MUST_USE bool sold_now(struct tx *tx, struct sold **out);
/* ¥50, ¥12.50, USD 9.90: what is whole is said without its noughts. */
const char *sold_price_text(struct arena *a, struct money m);
const char *sold_name(const struct site_offer *o, enum lang lang);
/* name, price, days, seats, websites, credits and what else is said of an offer. */
void sold_slots(struct template_slots *s, struct arena *a, const struct site_offer *o, enum lang lang);

/* ---- house_shop.c ---- */
/* Public id of the shop whose chat stands on the landing page now; NULL: none. False: storage fault. */
MUST_USE bool site_chat_shop(struct tx *tx, const char **out);

/* ---- landing.c ---- */
/* *chat: a chat stands on it. */
MUST_USE bool landing_write(struct buf *out, struct tx *tx, enum lang lang, bool negotiated, bool *chat);

/* ---- public_routes.c ---- */
void page_document(struct buf *out, struct arena *a, enum page_name name, enum lang lang, const struct page *p,
                   bool negotiated);

#endif
