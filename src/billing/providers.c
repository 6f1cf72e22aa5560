/* providers.c: the table of providers, and what is opened at start. A provider whose settings are not there is known by
 * its name (its payments of before are), but not ready. */
#include "billing/provider_parts.h"

const struct provider *const billing_providers[] = { &provider_alipay, &provider_wechat, &provider_stripe,
                                                     &provider_sandbox, NULL };

enum { TEXTS_MAX_BYTES = 8 << 20 };
/* Of the settings, as long as they are open. Each has its own: certificates that a provider begins to use are added to
 * its arena by the threads that call it, under its lock. */
static struct arena *alipay_texts, *wechat_texts, *other_texts;

const struct provider *provider_named(const char *name)
{
    for (const struct provider *const *p = billing_providers; *p; p++)
        if (text_eq((*p)->name, name)) return *p;
    return NULL;
}

bool providers_open(const struct provider_settings *s, const char **why)
{
    assert(!alipay_texts && !wechat_texts && !other_texts);
    alipay_texts = arena_new(TEXTS_MAX_BYTES);
    wechat_texts = arena_new(TEXTS_MAX_BYTES);
    other_texts = arena_new(TEXTS_MAX_BYTES);
    *why = NULL;
    provider_sandbox_open(s, other_texts);
    return provider_alipay_open(s, alipay_texts, why) && provider_wechat_open(s, wechat_texts, why) &&
           provider_stripe_open(s, other_texts, why);
}

void providers_close(void)
{
    provider_alipay_close(), provider_wechat_close(), provider_stripe_close();
    arena_free(alipay_texts), arena_free(wechat_texts), arena_free(other_texts);
    alipay_texts = wechat_texts = other_texts = NULL;
}
