/* demo.c: sample accounts for a newcomer's first ten minutes, in development only. Passwords are random and kept in
 * <data_dir>/demo.json (0600): a fixed demo password is the first thing that reaches production by mistake. */
#include "accounts/accounts.h"
#include "app/app.h"
#include "app/house.h"
#include "audit/audit.h"
#include "base/clock.h"
#include "base/json_read.h"
#include "base/random.h"
#include "credits/credits.h"
#include "shops/shops.h"
#include "site/site.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DEMO_MERCHANT "merchant@demo.example"
#define DEMO_OPERATOR "operator@demo.example"
enum { DEMO_CREDITS = 120, DEMO_PASSWORD_CHARS = 16 };

struct demo {
    char merchant[DEMO_PASSWORD_CHARS + 1], operator[DEMO_PASSWORD_CHARS + 1];
    char merchant_hash[PASSWORD_HASH_SIZE], operator_hash[PASSWORD_HASH_SIZE];
};

static bool load_passwords(const char *path, struct demo *d)
{
    char text[512];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : -1;
    if (fd >= 0) close(fd);
    if (n <= 0) return false;
    json_t *saved = json_read((struct str){ text, (size_t)n }, sizeof text, NULL);
    struct str merchant, operator;
    bool good = saved && json_get_str(saved, "merchant", &merchant) && json_get_str(saved, "operator", &operator) &&
                merchant.n == DEMO_PASSWORD_CHARS && operator.n == DEMO_PASSWORD_CHARS;
    if (good) {
        memcpy(d->merchant, merchant.p, merchant.n);
        memcpy(d->operator, operator.p, operator.n);
    }
    json_decref(saved);
    return good;
}

static bool save_passwords(const char *path, struct demo *d)
{
    char token[TOKEN_TEXT_SIZE], text[256];
    random_token(token);
    memcpy(d->merchant, token, DEMO_PASSWORD_CHARS);
    memcpy(d->operator, token + DEMO_PASSWORD_CHARS, DEMO_PASSWORD_CHARS);
    int n = snprintf(text, sizeof text, "{\"merchant\":\"%s\",\"operator\":\"%s\"}\n", d->merchant, d->operator);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool saved = fd >= 0 && n > 0 && write(fd, text, (size_t)n) == n && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return saved;
}

static void grant_json(struct json *j, const void *arg)
{
    (void)arg;
    json_credits(j, "amount", credits_of(DEMO_CREDITS));
    json_text(j, "reason", "demo");
}

static enum op_wish seed(void *arg, struct tx *tx)
{
    const struct demo *d = arg;
    int64_t at_ms = now_ms(), merchant = 0, operator= 0;
    enum account_add made =
        accounts_add(tx, DEMO_OPERATOR, "Demo operator", ROLE_OPERATOR, d->operator_hash, at_ms, &operator);
    if (made == ACCOUNT_FAULT) return OP_REFUSE;
    made = accounts_add(tx, DEMO_MERCHANT, "Demo merchant", ROLE_MERCHANT, d->merchant_hash, at_ms, &merchant);
    if (made == ACCOUNT_FAULT) return OP_REFUSE;
    if (made == ACCOUNT_EXISTS) return OP_COMMIT;
    struct credit_entry entry;
    enum debit granted = credits_grant(tx,
                                       &(struct credit_change){ .account = merchant,
                                                                .amount = credits_of(DEMO_CREDITS),
                                                                .reason = REASON_grant,
                                                                .note = "demo",
                                                                .key = "demo",
                                                                .at_ms = at_ms },
                                       &entry);
    struct audit_entry e = { .action = AUDIT_credits_granted,
                             .account = merchant,
                             .resource = "account",
                             .resource_id = merchant,
                             .details = grant_json,
                             .at_ms = at_ms };
    return granted == DEBIT_DONE && audit_put(tx, &e) ? OP_COMMIT : OP_REFUSE;
}

/* The chat of the landing page, once: who deletes it is rid of it. */
static enum op_wish open_house(void *arg, struct tx *tx)
{
    const struct demo *d = arg;
    struct site_house h;
    struct house made;
    enum row row = site_house_get(tx, &h);
    if (row != ROW_NONE) return row == ROW_FOUND ? OP_COMMIT : OP_REFUSE;
    const struct house_wish w = { .email = DEMO_MERCHANT, .hash = d->merchant_hash, .now_ms = now_ms() };
    return house_make(tx, &w, &made) == HOUSE_MADE ? OP_COMMIT : OP_REFUSE;
}

bool demo_prepare(struct app *app, struct buf *message, struct buf *error)
{
    struct demo d = { 0 };
    const char *path = arena_printf(app->arena, "%s/demo.json", app->config->data_dir);
    bool known = load_passwords(path, &d);
    if ((!known && !save_passwords(path, &d)) || !password_hash(str_of(d.merchant), d.merchant_hash) ||
        !password_hash(str_of(d.operator), d.operator_hash) || app_do(app, TX_WRITE, seed, &d) != OP_COMMITTED ||
        app_do(app, TX_WRITE, open_house, &d) != OP_COMMITTED) {
        buf_text(error, "The demo accounts could not be made.");
        return false;
    }
    buf_printf(
        message,
        "\n  merchant   " DEMO_MERCHANT "   %s\n  operator   " DEMO_OPERATOR "   %s\n\n"
        "Things to try, beside the sample store, whose address follows:\n"
        "  0. Open %s without signing in, and ask the chat in its corner what Chathub costs.\n"
        "  1. Sign in as the merchant: what was asked in the store is in the inbox. Add a shop of your own and enable\n"
        "     its chatbot: the ledger shows every credit.\n"
        "  2. Sign in as the operator in a private window and grant credits: the merchant's balance moves by itself.\n"
        "  3. Register an account of your own; its mail is at %s/dev/outbox\n\n",
        d.merchant, d.operator, app->base_url, app->base_url);
    return true;
}
