/* document.c: the frame of every public page: head, top and foot. */
#include "base/crypto.h"
#include "http/assets.h"
#include "site/private.h"

#include <pthread.h>
#include <stdlib.h>

const char *place_path(struct arena *a, enum site_place p, int lang)
{
    static const char *const paths[PLACES] = {
        [PLACE_HOME] = "", [PLACE_TERMS] = "/terms", [PLACE_PRIVACY] = "/privacy", [PLACE_REFUNDS] = "/refunds"
    };
    if (lang < 0) return p == PLACE_HOME ? "/" : paths[p];
    return arena_printf(a, "/%s%s", page_langs[lang], paths[p]);
}

/* What the policies name of the texts in a page: as long as the program, so it is worked out once. */
enum { HASH_TEXT_SIZE = 64 };
static struct {
    pthread_once_t once;
    char style[HASH_TEXT_SIZE], script[HASH_TEXT_SIZE];
} hashes = { .once = PTHREAD_ONCE_INIT };

static void hash_text(const char *text, char *out)
{
    uint8_t hash[SHA256_SIZE];
    assert(base64_size(SHA256_SIZE) < HASH_TEXT_SIZE);
    sha256(text, strlen(text), hash);
    base64_encode(hash, SHA256_SIZE, out);
}

static void hash_texts(void)
{
    hash_text(text_style_css, hashes.style);
    hash_text(text_chat_js, hashes.script);
}

const char *document_policy(struct arena *a, bool chat)
{
    if (pthread_once(&hashes.once, hash_texts) != 0) abort();
    const char *style = arena_printf(a, "'sha256-%s'", hashes.style);
    const char *script = chat ? arena_printf(a, "'self' 'sha256-%s'", hashes.script) : "'none'";
    return arena_printf(a,
                        "default-src 'none'; script-src %s; style-src %s; img-src 'self' data:%s; base-uri 'none'; "
                        "form-action 'none'; frame-ancestors 'none'",
                        script, style, chat ? " blob:; connect-src 'self'" : "");
}

static const char *whole_address(struct arena *a, enum site_place p, int lang)
{
    return arena_printf(a, "%s%s", site_settings.base_url, place_path(a, p, lang));
}

static void head_slots(struct template_slots *s, struct arena *a, const struct document *d)
{
    const char *card = asset_named("/site/", "social.png");
    enum lang other = d->lang == LANG_EN ? LANG_ZH : LANG_EN;
    template_set(s, "lang", page_langs[d->lang]);
    template_text(s, a, "title", d->title);
    template_text(s, a, "description", d->description);
    template_set(s, "style", text_style_css);
    template_text(s, a, "card", arena_printf(a, "%s%s", site_settings.base_url, card ? card : ""));
    template_text(s, a, "canonical", whole_address(a, d->place, d->negotiated ? -1 : (int)d->lang));
    template_text(s, a, "any", whole_address(a, d->place, -1));
    template_text(s, a, "en", whole_address(a, d->place, LANG_EN));
    template_text(s, a, "zh", whole_address(a, d->place, LANG_ZH));
    template_set(s, "unlisted", d->unlisted ? "noindex" : "");
    template_set(s, "locale", d->lang == LANG_EN ? "en_US" : "zh_CN");
    template_set(s, "locale.other", other == LANG_EN ? "en_US" : "zh_CN");
}

/* Links stay within the language that the page is in. */
static void link_slots(struct template_slots *s, struct arena *a, const struct document *d)
{
    int lang = (int)d->lang;
    template_set(s, "to.home", place_path(a, PLACE_HOME, lang));
    template_set(s, "to.terms", place_path(a, PLACE_TERMS, lang));
    template_set(s, "to.privacy", place_path(a, PLACE_PRIVACY, lang));
    template_set(s, "to.refunds", place_path(a, PLACE_REFUNDS, lang));
    template_set(s, "to.en", place_path(a, d->place, LANG_EN));
    template_set(s, "to.zh", place_path(a, d->place, LANG_ZH));
    template_set(s, "is.en", d->lang == LANG_EN ? " aria-current=\"true\"" : "");
    template_set(s, "is.zh", d->lang == LANG_ZH ? " aria-current=\"true\"" : "");
    template_set(s, "at.home", d->place == PLACE_HOME ? "1" : "");
}

/* mailto:help@shop.example is shown as help@shop.example. */
static const char *shown(const char *contact)
{
    static const char *const schemes[] = { "mailto:", "tel:", "https://" };
    for (size_t i = 0; contact && i < ARRAY_LEN(schemes); i++)
        if (str_starts(str_of(contact), str_of(schemes[i]))) return contact + strlen(schemes[i]);
    return contact;
}

static void house_slots(struct template_slots *s, struct arena *a)
{
    const struct site_settings *h = &site_settings;
    template_text(s, a, "company", h->company);
    template_text(s, a, "icp", h->icp_number);
    template_text(s, a, "support", h->support_contact);
    template_text(s, a, "support.shown", shown(h->support_contact));
    template_text(s, a, "hours", h->support_hours);
    template_text(s, a, "status", h->status_url);
}

void document_write(struct buf *out, struct arena *a, const struct document *d)
{
    struct template_slots s = { .count = 0 };
    head_slots(&s, a, d);
    link_slots(&s, a, d);
    house_slots(&s, a);
    template_text(&s, a, "shop", d->shop);
    template_set(&s, "chat", text_chat_js);
    template_set(&s, "body", d->body);
    template_fill(out, text_frame_html, d->lang, &s);
}
