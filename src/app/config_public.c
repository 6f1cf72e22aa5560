/* config_public.c: what a house says of itself to everybody: who runs it, where to get help, how the service stands.
 * The words go onto pages as they are, so they must be words; the addresses become links. */
#include "app/private.h"
#include "base/unicode.h"

enum { PUBLIC_TEXT_MAX = 120, PUBLIC_ADDRESS_MAX = 300, PUBLIC_SHOP_MAX = 64 };

/* ASCII without spaces and quotes: it stands in a link, and in lines of text. */
static bool is_address(struct str s)
{
    bool form = s.n <= PUBLIC_ADDRESS_MAX;
    for (size_t i = 0; i < s.n; i++) form = form && s.p[i] > 0x20 && s.p[i] < 0x7f && s.p[i] != '"' && s.p[i] != '<';
    return form;
}

bool config_is_contact(const char *text)
{
    static const char *const schemes[] = { "mailto:", "tel:", "https://" };
    struct str s = str_of(text);
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
        if (str_starts(s, str_of(schemes[i]))) return s.n > strlen(schemes[i]) && is_address(s);
    return false;
}

static bool is_words(const char *text)
{
    struct str s = str_of(text);
    if (!utf8_valid(s) || utf8_length(s) > PUBLIC_TEXT_MAX || !unicode_shows(s)) return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f) return false;
    return true;
}

static bool refuse(struct buf *error, const char *name, const char *is)
{
    buf_printf(error, "%s must be %s.", name, is);
    return false;
}

/* As the embed code names it: shop-7, or an outside panel's own id. */
static bool is_shop(struct str s)
{
    bool form = s.n > 0 && s.n <= PUBLIC_SHOP_MAX;
    for (size_t i = 0; i < s.n; i++)
        form = form && ((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
                        (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || s.p[i] == '_');
    return form;
}

bool config_public_check(const struct config *c, struct buf *error)
{
    const struct {
        const char *name, *text;
    } words[] = { { "CHATHUB_COMPANY", c->company },
                  { "CHATHUB_ICP_NUMBER", c->icp_number },
                  { "CHATHUB_SUPPORT_HOURS", c->support_hours } };
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (words[i].text && !is_words(words[i].text))
            return refuse(error, words[i].name, "a line of at most 120 characters that can be seen");
    if (c->support_contact && !config_is_contact(c->support_contact))
        return refuse(error, "CHATHUB_SUPPORT_CONTACT", "mailto:ADDRESS, tel:NUMBER or an https:// address");
    if (c->status_url && (!str_starts(str_of(c->status_url), STR("https://")) || !config_is_contact(c->status_url)))
        return refuse(error, "CHATHUB_STATUS_URL", "an https:// address");
    if (c->landing_shop && !is_shop(str_of(c->landing_shop)))
        return refuse(error, "CHATHUB_LANDING_SHOP", "the id of a shop as its embed code has it, such as shop-7");
    if (c->support_hours && !c->support_contact)
        return refuse(error, "CHATHUB_SUPPORT_HOURS", "set together with CHATHUB_SUPPORT_CONTACT");
    return true;
}
