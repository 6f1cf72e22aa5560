/* command_line.c: the words that the program takes. Every command is a row here, with all of its options; a word that
 * is not in its row is refused by name before anything is opened. Rejected: looking for the options one knows and
 * passing over the rest, by which `--keey K` grants twice and `--too 330` goes down to nothing. */
#include "app/app.h"
#include "base/random.h"

const struct command_rule command_rules[] = {
    { .id = COMMAND_SERVE,
      .words = { "serve" },
      .json = true, /* of --print-config */
      .option = { { "--demo" }, { "--role", .value = true, .among = "web|worker" }, { "--print-config" } } },
    { .id = COMMAND_DEMO, .words = { "demo" }, .unknown = "Repeat the call: it makes each account once." },
    { .id = COMMAND_USER_ADD,
      .words = { "user", "add" },
      .json = true,
      .unknown = "Repeat the call: an address is never added twice, and exit code 3 then says that it was added.",
      .option = { { "--email", .value = true, .required = true },
                  { "--role", .value = true, .required = true, .among = "merchant|operator" },
                  { "--password-stdin", .required = true },
                  { "--name", .value = true } } },
    { .id = COMMAND_USER_UNLOCK,
      .words = { "user", "unlock" },
      .json = true,
      .operand = "The e-mail address",
      .unknown = "Repeat the call: it does no more the second time." },
    { .id = COMMAND_CREDITS_GRANT,
      .words = { "credits", "grant" },
      .json = true,
      .keyed = true,
      .unknown = "Repeat the same call with this key, which grants only what was not granted:",
      .option = { { "--email", .value = true, .required = true },
                  { "--amount", .value = true, .required = true },
                  { "--reason", .value = true, .required = true },
                  { "--key", .value = true } } },
    { .id = COMMAND_CHAT_SETTINGS,
      .words = { "chat", "settings" },
      .json = true,
      .operand = "The shop",
      .unknown = "Repeat the call: what is so already is no change.",
      .option = { { "--set", .value = true } } },
    { .id = COMMAND_LANDING,
      .words = { "landing" },
      .json = true,
      .unknown = "Repeat the call: the shop is made once, and told the same again.",
      .option = { { "--email", .value = true } } },
    { .id = COMMAND_JOBS_LIST,
      .words = { "jobs", "list" },
      .may_be_short = true,
      .json = true,
      .option = { { "--state", .value = true, .among = "ready|running|done|dead" }, { "--scheduled" } } },
    { .id = COMMAND_JOBS_RETRY,
      .words = { "jobs", "retry" },
      .json = true,
      .operand = "The number of a job",
      .unknown = "Repeat the call: a job that is not dead any more is refused with exit code 3." },
    { .id = COMMAND_MIGRATE_UP,
      .words = { "migrate", "up" },
      .json = true,
      .use = APP_MIGRATION,
      .unknown = "`migrate status` says how far the schema is." },
    { .id = COMMAND_MIGRATE_DOWN,
      .words = { "migrate", "down" },
      .json = true,
      .use = APP_MIGRATION_DOWN,
      .unknown = "`migrate status` says how far the schema is.",
      .option = { { "--to", .value = true }, { "--drop-data" } } },
    { .id = COMMAND_MIGRATE_STATUS, .words = { "migrate", "status" }, .json = true, .use = APP_MIGRATION },
    { .id = COMMAND_DOCTOR, .words = { "doctor" }, .json = true, .use = APP_LOOK },
    { .id = COMMAND_VERIFY, .words = { "verify" }, .json = true },
    { .id = COMMAND_KEYS_STATUS, .words = { "keys", "status" }, .may_be_short = true, .json = true },
    { .id = COMMAND_KEYS_ROTATE,
      .words = { "keys", "rotate" },
      .json = true,
      .unknown = "Repeat the call: what was sealed anew stays so, and the rest follows.",
      .option = { { "--end-tokens" } } },
    { .id = COMMAND_MAIL_IN, .words = { "mail-in" }, .option = { { "--url", .value = true } } },
    { .id = COMMAND_OPENAPI, .words = { "openapi" }, .json = true },
    { .id = COMMAND_VERSION, .words = { "version" } },
    { 0 },
};

/* ---- reading ---- */

/* A value must not look like an option: `--reason --json` has lost its reason. */
static bool is_option(const char *word) { return strncmp(word, "--", 2) == 0; }

/* How many words of the call are the row's own; 0: it is another command. */
static int words_of(const struct command_rule *r, const struct command *c)
{
    if (c->argc < 1 || !text_eq(c->argv[0], r->words[0])) return 0;
    if (!r->words[1]) return 1;
    bool ends = c->argc < 2 || is_option(c->argv[1]);
    return ends ? r->may_be_short : text_eq(c->argv[1], r->words[1]) ? 2 : 0;
}

static const struct command_rule *rule_of(const struct command *c)
{
    for (const struct command_rule *r = command_rules; r->words[0]; r++)
        if (words_of(r, c) > 0) return r;
    return NULL;
}

static bool refuse(struct command *c, const char *word, const char *why)
{
    buf_printf(&c->err, "%s %s", word, why);
    return false;
}

/* `word` is one of the words of "a|b|c". */
static bool is_among(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL)
        if (n > 0 && strcspn(p, "|") == n && memcmp(p, word, n) == 0) return true;
    return false;
}

static const struct command_option_rule *option_of(const struct command_rule *r, const char *word)
{
    static const struct command_option_rule json = { "--json" };
    for (const struct command_option_rule *o = r->option; o < r->option + COMMAND_OPTIONS_MAX && o->name; o++)
        if (text_eq(o->name, word)) return o;
    return r->json && text_eq(word, json.name) ? &json : NULL;
}

/* The option at argv[at] with its value, if it takes one; *at is left on its last word. */
static bool read_option(struct command *c, const struct command_option_rule *o, int *at)
{
    for (int before = 1; before < *at; before++)
        if (text_eq(c->argv[before], o->name)) return refuse(c, o->name, "is given twice.");
    if (text_eq(o->name, "--json")) c->json = true;
    if (!o->value) return true;
    const char *value = *at + 1 < c->argc ? c->argv[*at + 1] : "";
    if (!value[0] || is_option(value)) return refuse(c, o->name, "needs a value.");
    if (o->among && !is_among(o->among, value)) {
        buf_printf(&c->err, "%s must be %s, not %s.", o->name, o->among, value);
        return false;
    }
    ++*at;
    return true;
}

bool command_read(struct command *c)
{
    const struct command_rule *r = rule_of(c);
    if (!r) {
        buf_text(&c->err, "Unknown command:");
        for (int i = 0; i < c->argc && i < 2; i++) buf_printf(&c->err, " %s", c->argv[i]);
        buf_text(&c->err, ". `chathub --help` lists the commands.");
        return false;
    }
    c->json = false;
    c->operand = NULL;
    for (int i = words_of(r, c); i < c->argc; i++) {
        const struct command_option_rule *o = option_of(r, c->argv[i]);
        if (o && !read_option(c, o, &i)) return false;
        if (o) continue;
        if (!r->operand || c->operand || is_option(c->argv[i]))
            return refuse(c, c->argv[i], "is unknown here; `chathub --help` shows what the command takes.");
        c->operand = c->argv[i];
    }
    c->rule = r;
    for (const struct command_option_rule *o = r->option; o < r->option + COMMAND_OPTIONS_MAX && o->name; o++)
        if (o->required && !command_option(c, o->name)) return refuse(c, o->name, "is missing.");
    if (r->operand && !c->operand) return refuse(c, r->operand, "is missing.");
    if (!r->keyed) return true;
    const char *key = command_option(c, "--key");
    char token[TOKEN_TEXT_SIZE];
    random_token(token);
    /* The word in front keeps it from beginning with a dash, so that it can be given as --key. */
    (void)snprintf(c->own_key, sizeof c->own_key, "cli-%s", token);
    c->key = key ? key : c->own_key;
    return true;
}

const char *command_option(const struct command *c, const char *name)
{
    const struct command_option_rule *o = option_of(c->rule, name);
    assert(o); /* a row lists all that its command asks for */
    for (int i = 1; i < c->argc; i++) {
        const struct command_option_rule *here = option_of(c->rule, c->argv[i]);
        if (here == o) return o->value ? c->argv[i + 1] : o->name;
        i += here && here->value;
    }
    return NULL;
}

/* ---- an end that nobody knows ---- */

enum exit_code command_unknown(struct command *c)
{
    assert(c->rule->unknown); /* of a command that changes something */
    if (c->json) {
        struct json j;
        json_begin(&j, &c->out);
        json_object(&j, NULL);
        json_text(&j, "outcome", "unknown");
        if (c->key) json_text(&j, "key", c->key);
        json_end(&j);
        json_finish(&j);
        buf_char(&c->out, '\n');
    }
    buf_printf(&c->err, "It is not known whether this was done: the answer was lost. %s", c->rule->unknown);
    if (c->key) buf_printf(&c->err, " --key %s", c->key);
    return EXIT_UNKNOWN;
}
