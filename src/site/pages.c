/* pages.c: the texts that operators write, version after version, and those that stand there until they have. */
#include "site/private.h"

const char *const page_names[] = { "terms", "privacy", "refunds", NULL };
const char *const page_langs[] = { [LANG_EN] = "en", [LANG_ZH] = "zh-CN", NULL };

STMT(newest, "SELECT version, text, actor, created_at_ms FROM site_pages WHERE name = ?1 AND lang = ?2"
             " ORDER BY version DESC LIMIT 1");
STMT(of_version, "SELECT version, text, actor, created_at_ms FROM site_pages"
                 " WHERE name = ?1 AND lang = ?2 AND version = ?3");
STMT(put, "INSERT INTO site_pages (name, lang, version, text, actor, created_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

const char *page_standard_text(enum page_name name, enum lang lang)
{
    static const char *const texts[PAGE_NAMES][2] = {
        [PAGE_TERMS] = { [LANG_EN] = text_terms_en_md, [LANG_ZH] = text_terms_zh_md },
        [PAGE_PRIVACY] = { [LANG_EN] = text_privacy_en_md, [LANG_ZH] = text_privacy_zh_md },
        [PAGE_REFUNDS] = { [LANG_EN] = text_refunds_en_md, [LANG_ZH] = text_refunds_zh_md },
    };
    return texts[name][lang];
}

enum row page_get(struct tx *tx, enum page_name name, enum lang lang, int64_t version, struct page *out)
{
    struct query q = query(tx, version == 0 ? &newest : &of_version);
    bind_text(&q, page_names[name]), bind_text(&q, page_langs[lang]);
    if (version != 0) bind_i64(&q, version);
    enum row row = query_row(&q);
    *out = (struct page){ .text = page_standard_text(name, lang) };
    if (row == ROW_FOUND)
        *out = (struct page){ .version = col_i64(&q, "version"),
                              .created_at_ms = col_i64(&q, "created_at_ms"),
                              .actor = col_i64(&q, "actor"),
                              .text = col_text(&q, "text") };
    return row;
}

bool pages_newest(struct tx *tx, struct pages *out)
{
    for (int name = 0; name < PAGE_NAMES; name++)
        for (int lang = LANG_EN; lang <= LANG_ZH; lang++)
            if (page_get(tx, (enum page_name)name, (enum lang)lang, 0, &out->page[name][lang]) == ROW_FAULT)
                return false;
    return true;
}

bool page_put(struct tx *tx, enum page_name name, enum lang lang, const struct page *p)
{
    struct query q = query(tx, &put);
    bind_text(&q, page_names[name]), bind_text(&q, page_langs[lang]), bind_i64(&q, p->version);
    bind_text(&q, p->text), bind_i64(&q, p->actor), bind_i64(&q, p->created_at_ms);
    return query_change(&q) == 1;
}
