/* known_routes.c: addresses that browsers, crawlers and password managers ask for on every site. */
#include "app/app.h"
#include "base/clock.h"

#define SECURITY_TXT_LIFETIME_MS (180 * DAY_MS)

/* The mark: a speech bubble. Browsers go by the type, not by the name. */
static const char favicon[] =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><path fill=\"#0f5c63\" d=\"M6 4h20a4 4 0 0 1 4 "
    "4v12a4 4 0 0 1-4 4H15l-7 6v-6H6a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z\"/></svg>";

static enum answer get_favicon(struct req *req) { return reply_fixed(req, "image/svg+xml", STR(favicon), "favicon-1"); }

/* RFC 9116. */
static enum answer get_security_txt(struct req *req)
{
    const struct app *app = app_of(req);
    const char *contact = app->config->security_contact;
    char expires[TIME_TEXT_SIZE];
    if (contact == NULL) return reply_problem(req, &problem_not_found);
    time_text(req->now_ms + SECURITY_TXT_LIFETIME_MS, expires);
    const char *text = arena_printf(req->arena,
                                    "Contact: %s\nExpires: %s\nPreferred-Languages: zh, en\n"
                                    "Canonical: %s/.well-known/security.txt\n",
                                    contact, expires, app->base_url);
    return reply_text(req, 200, "text/plain; charset=utf-8", str_of(text));
}

static enum answer get_change_password(struct req *req) { return reply_redirect(req, 302, "/security"); }

#define KNOWN .verb = VERB_GET, .who = WHO_SYSTEM, .tx = TX_NONE, .tag = "System", .hidden = true, .any_query = true
const struct route known_routes[] = {
    { KNOWN, .path = "/favicon.ico", .origins = ORIGINS_ANY, .run = get_favicon, .doc = "The mark." },
    { KNOWN, .path = "/.well-known/security.txt", .run = get_security_txt, .doc = "Whom to tell of a weakness." },
    { KNOWN, .path = "/.well-known/change-password", .run = get_change_password,
      .doc = "Where password managers send people." },
    ROUTE_END
};
