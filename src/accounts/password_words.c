/* password_words.c: passwords that are made of this service's own words, or of the address that they belong to, and of
 * nothing else but digits and signs: who wants in here tries those first. The list is SECURITY.md's too. */
#include "accounts/private.h"

const char *const password_words[] = { "chathub",  "chatbot",  "chat",    "hub",      "bot",      "shop",   "store",
                                       "merchant", "operator", "owner",   "admin",    "agent",    "viewer", "support",
                                       "service",  "customer", "credits", "evershop", "password", "secret", "login",
                                       "welcome",  "user",     "root",    "test",     "demo",     NULL };

enum { WORD_LEAST = 3 };

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

/* What a digit or a sign stands for between letters: "ch4tb0t". 0: nothing. */
static char meant(char c)
{
    static const char pairs[] = "0o1i3e4a5s7t@a$s!i";
    const char *at = strchr(pairs, c);
    if (is_letter(c)) return lower(c);
    return at && c && (at - pairs) % 2 == 0 ? at[1] : 0;
}

/* Whether the letters are words one behind the other; `more`: two words beside the list. */
static bool is_made_of(const char *text, size_t n, const struct str more[2])
{
    bool reached[PASSWORD_MAX_BYTES + 1] = { true };
    for (size_t i = 0; i < n; i++) {
        if (!reached[i]) continue;
        for (size_t k = 0; password_words[k]; k++) {
            size_t w = strlen(password_words[k]);
            if (w <= n - i && memcmp(text + i, password_words[k], w) == 0) reached[i + w] = true;
        }
        for (size_t k = 0; k < 2; k++)
            if (more[k].n >= WORD_LEAST && more[k].n <= n - i && memcmp(text + i, more[k].p, more[k].n) == 0)
                reached[i + more[k].n] = true;
    }
    return reached[n];
}

/* Signs between words are read as letters, or passed over. */
static bool reads_as_words(struct str password, bool signs, const struct str more[2])
{
    char text[PASSWORD_MAX_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < password.n; i++) {
        char c = signs || is_letter(password.p[i]) ? meant(password.p[i]) : 0;
        if (c) text[n++] = c;
    }
    bool made = is_made_of(text, n, more);
    wipe(text, sizeof text);
    return made;
}

bool password_is_of_here(struct str password, const char *email)
{
    char key[EMAIL_KEY_SIZE] = "";
    for (size_t i = 0; i < password.n; i++)                     /* before the ends are cut off: it may stand there */
        if ((unsigned char)password.p[i] >= 0x80) return false; /* a word that is not ours */
    while (password.n > 0 && !is_letter(password.p[0])) password.p++, password.n--;
    while (password.n > 0 && !is_letter(password.p[password.n - 1])) password.n--;
    if (password.n == 0 || password.n > PASSWORD_MAX_BYTES) return false;
    if (email) email_key(email, key);
    const char *at = strchr(key, '@');
    struct str more[2] = { { key, at ? (size_t)(at - key) : 0 }, { at ? at + 1 : key, at ? strcspn(at + 1, ".") : 0 } };
    return reads_as_words(password, true, more) || reads_as_words(password, false, more);
}
