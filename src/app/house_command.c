/* house_command.c: `landing`: the chat of the house on its landing page. Again: what it knows follows the program. */
#include "app/house.h"
#include "accounts/accounts.h"
#include "base/clock.h"
#include "base/random.h"
#include "billing/provider.h"
#include "http/fields.h"

enum { ADDRESS_MAX_BYTES = 4 * EMAIL_MAX_LENGTH };

struct landing {
    struct house_wish wish;
    struct house house;
    enum house_made made;
};

static enum op_wish run(void *arg, struct tx *tx)
{
    struct landing *l = arg;
    l->wish.now_ms = now_ms();
    l->made = house_make(tx, &l->wish, &l->house);
    return l->made == HOUSE_MADE ? OP_COMMIT : OP_REFUSE;
}

static enum exit_code say(struct command *c, enum exit_code code, const char *text)
{
    buf_text(&c->err, text);
    return code;
}

static enum exit_code refused(struct command *c, enum house_made made)
{
    switch (made) {
    case HOUSE_NO_EMAIL:
        return say(c, EXIT_USAGE,
                   "--email is missing: the account that answers there, which is made when there is none yet.");
    case HOUSE_OF_ANOTHER:
        return say(c, EXIT_CONFLICT,
                   "The chat of the landing page is another account's. Leave --email out to bring it up to date.");
    case HOUSE_SHOPS_FULL: return say(c, EXIT_CONFLICT, "This account has no room for another shop.");
    case HOUSE_FAULT:
    case HOUSE_MADE: break;
    }
    return say(c, EXIT_UNAVAILABLE, "The database did not take it; nothing was changed.");
}

static void answer_json(struct command *c, const struct house *h)
{
    struct json j;
    json_begin(&j, &c->out);
    json_object(&j, NULL);
    json_i64(&j, "shop", h->shop), json_i64(&j, "account", h->account);
    json_bool(&j, "made", h->new_shop), json_bool(&j, "accountMade", h->new_account), json_bool(&j, "chat", h->chat);
    json_end(&j);
    json_finish(&j);
    buf_char(&c->out, '\n');
}

static void answer_words(struct command *c, const struct landing *l)
{
    const struct house *h = &l->house;
    buf_printf(&c->out, "shop-%lld %s\n", (long long)h->shop,
               h->new_shop ? "was made" : "knows what this version tells");
    if (h->new_account)
        buf_printf(&c->out, "account %lld added: %s; its first password is set by \"Forgot password\"\n",
                   (long long)h->account, l->wish.email);
    if (!h->chat) buf_text(&c->out, "its chat is off: switch it on in the console, on the page of the shop\n");
}

/* Nobody knows this password: who owns the address sets another one. */
static bool hash_of_nothing(char out[PASSWORD_HASH_SIZE])
{
    char token[TOKEN_TEXT_SIZE];
    random_token(token);
    return password_hash(str_of(token), out);
}

static enum exit_code landing(struct app *app, struct command *c, struct arena *a)
{
    static const struct field an_email = { .kind = FIELD_KIND_TEXT, .form = TEXT_EMAIL, .max = EMAIL_MAX_LENGTH };
    struct landing l = { .wish = { .email = NULL } };
    char hash[PASSWORD_HASH_SIZE];
    struct str typed = str_of(command_option(c, "--email"));
    int64_t limit;
    bool judged = typed.n > 0 && typed.n <= ADDRESS_MAX_BYTES;
    if (typed.p && (!judged || fields_text_judge(a, &an_email, typed, &l.wish.email, &limit) || !l.wish.email))
        return say(c, EXIT_USAGE, "--email is not an e-mail address.");
    if (!hash_of_nothing(hash)) return say(c, EXIT_FAILED, "The password could not be hashed.");
    l.wish.hash = hash;
    enum op_outcome outcome = app_do(app, TX_WRITE, run, &l);
    if (outcome == OP_REFUSED) return refused(c, l.made);
    if (outcome == OP_UNCERTAIN) return command_unknown(c);
    if (outcome != OP_COMMITTED) return refused(c, HOUSE_FAULT);
    if (c->json) answer_json(c, &l.house);
    else answer_words(c, &l);
    return EXIT_OK;
}

enum exit_code command_landing(struct app *app, struct command *c)
{
    struct arena *a = arena_new(256 << 10);
    bool opens = !c->served; /* it tells how one can pay: a server knows */
    enum exit_code code = EXIT_UNAVAILABLE;
    if (!opens || app_open_providers(app, &c->err)) code = landing(app, c, a);
    if (opens) providers_close();
    arena_free(a);
    return code;
}
