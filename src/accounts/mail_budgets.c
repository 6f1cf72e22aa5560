/* mail_budgets.c: how many mails anybody may have sent to an address. A mailbox is not flooded, and no kind of mail
 * uses up what another kind needs:
 *
 *   mail                              counted with
 *   reset, asked by a known browser   that browser's own
 *   reset, asked by anybody else      the resets of the address
 *   confirm, "you have an account"    those of the address, and those that one network asked for
 *   notices of attempts               notices
 *   an invitation                     those of the account to the address; under a hash of its own, all of the account;
 *                                     and, widely, all to the address, which many together do not flood: one
 *                                     account cannot use that up, three can, and then it goes on at a pace
 *
 * A reset always gets through at a human pace: after the day's share one more goes out each half hour, which is how
 * long its link works. So at any moment a link that works lies in the mailbox, or the next asking sends one. */
#include "accounts/private.h"
#include <stdio.h>
#include <stdlib.h>

enum { TIMES_MAX = 10, TIMES_TEXT_SIZE = TIMES_MAX * 21 + 1, SOURCE_SIZE = 96 };
#define SHORT_MS (15 * MINUTE_MS)
#define SKEW_MS MINUTE_MS

struct budget { /* lately: within SHORT_MS */
    size_t lately, a_day;
    int64_t then_every_ms;
};
static const struct budget reset_budget = { 3, TIMES_MAX, RESET_LIFETIME_MS };
static const struct budget welcome_budget = { 6, TIMES_MAX, 30 * MINUTE_MS };
static const struct budget welcome_of_network = { 3, 6, 2 * HOUR_MS };
static const struct budget invitation_budget = { 2, 4, 6 * HOUR_MS };
static const struct budget invitations_of_all = { 8, TIMES_MAX, 2 * HOUR_MS };
static const struct budget account_invitations = { 6, TIMES_MAX, HOUR_MS };
static const struct budget notice_budget = { 1, 1, DAY_MS };

/* The update takes the row's lock, so two requests at once count one after the other. */
STMT(budget_lock, "INSERT INTO mail_budgets (address, source, recent, last_at_ms) VALUES (?1, ?2, '', ?3)"
                  " ON CONFLICT (address, source) DO UPDATE SET last_at_ms = ?3 RETURNING recent");
STMT(budget_look, "SELECT recent FROM mail_budgets WHERE address = ?1 AND source = ?2");
STMT(budget_set, "UPDATE mail_budgets SET recent = ?3 WHERE address = ?1 AND source = ?2");
STMT(budget_delete, "DELETE FROM mail_budgets WHERE address = ?1");

struct times { /* of the last day, oldest first */
    size_t n;
    int64_t at_ms[TIMES_MAX];
};

/* Out of "123,456,". What lies in the future was written while the clock was wrong, and counts for nothing. */
static void times_read(const char *text, int64_t now_ms, struct times *out)
{
    out->n = 0;
    for (const char *p = text; *p != '\0' && out->n < TIMES_MAX; p += strcspn(p, ",") + 1) {
        int64_t at_ms = strtoll(p, NULL, 10);
        if (at_ms > now_ms - DAY_MS && at_ms <= now_ms + SKEW_MS) out->at_ms[out->n++] = at_ms;
        if (p[strcspn(p, ",")] == '\0') break;
    }
}

static bool allows(const struct budget *b, const struct times *t, int64_t now_ms)
{
    size_t lately = 0;
    for (size_t i = 0; i < t->n; i++) lately += t->at_ms[i] > now_ms - SHORT_MS;
    if (t->n < b->a_day && lately < b->lately) return true;
    return t->at_ms[t->n - 1] <= now_ms - b->then_every_ms;
}

/* ---- one count ---- */

struct count {
    const struct budget *budget;
    char source[SOURCE_SIZE];
    struct times times;
};

static bool look(struct tx *tx, const struct stmt *s, const char *address, int64_t now_ms, struct count *c)
{
    struct query q = query(tx, s);
    bind_text(&q, address), bind_text(&q, c->source);
    if (s == &budget_lock) bind_i64(&q, now_ms);
    enum row r = query_row(&q);
    if (r == ROW_FOUND) times_read(col_text(&q, "recent"), now_ms, &c->times);
    return r != ROW_FAULT;
}

static bool put(struct tx *tx, const char *address, int64_t now_ms, const struct count *c)
{
    struct buf text;
    buf_fixed(&text, arena_alloc(tx_arena(tx), TIMES_TEXT_SIZE), TIMES_TEXT_SIZE);
    for (size_t i = c->times.n == TIMES_MAX; i < c->times.n; i++) /* a full list loses its oldest */
        buf_printf(&text, "%lld,", (long long)c->times.at_ms[i]);
    buf_printf(&text, "%lld,", (long long)now_ms);
    struct query q = query(tx, &budget_set);
    bind_text(&q, arena_text(tx_arena(tx), address)), bind_text(&q, arena_text(tx_arena(tx), c->source));
    bind_text(&q, buf_terminated(&text));
    return query_put(&q);
}

/* ---- what a mail is counted with ---- */

enum { COUNTS_MAX = 2 };

static void name(struct count *c, const struct budget *b, const char *word, const char *whose)
{
    struct buf source;
    buf_fixed(&source, c->source, sizeof c->source);
    buf_printf(&source, "%s%s%s", word, whose ? ":" : "", whose ? whose : "");
    (void)buf_terminated(&source);
    c->budget = b;
    c->times.n = 0;
}

/* The wider count first everywhere: rows are locked in one order. */
static size_t counts_of(const struct mail_asker *who, enum mail_budget budget, struct count out[COUNTS_MAX])
{
    char whose[24];
    (void)snprintf(whose, sizeof whose, "%lld", (long long)who->account);
    switch (budget) {
    case MAIL_RESET: name(&out[0], &reset_budget, "reset", who->device); return 1;
    case MAIL_NOTICE: name(&out[0], &notice_budget, "notice", NULL); return 1;
    case MAIL_INVITATION:
        name(&out[0], &invitations_of_all, "invitation", NULL);
        name(&out[1], &invitation_budget, "invitation", whose);
        return 2;
    case MAIL_INVITATION_OF_ACCOUNT: name(&out[0], &account_invitations, "invitations", NULL); return 1;
    case MAIL_WELCOME: break;
    }
    name(&out[0], &welcome_budget, "welcome", NULL);
    name(&out[1], &welcome_of_network, "welcome", who->network ? who->network : "-");
    return 2;
}

static bool allowed_by_all(struct tx *tx, const struct stmt *s, const struct mail_asker *who, struct count *c, size_t n,
                           bool *allowed)
{
    *allowed = true;
    for (size_t i = 0; i < n; i++) {
        if (!look(tx, s, who->address, who->now_ms, &c[i])) return false;
        *allowed = *allowed && allows(c[i].budget, &c[i].times, who->now_ms);
    }
    return true;
}

bool mail_budget_look(struct tx *tx, const struct mail_asker *who, enum mail_budget budget, bool *allowed)
{
    struct count c[COUNTS_MAX];
    return allowed_by_all(tx, &budget_look, who, c, counts_of(who, budget, c), allowed);
}

bool mail_budget_take(struct tx *tx, const struct mail_asker *who, enum mail_budget budget, bool *allowed)
{
    struct count c[COUNTS_MAX];
    size_t n = counts_of(who, budget, c);
    if (!allowed_by_all(tx, &budget_lock, who, c, n, allowed)) return false;
    for (size_t i = 0; i < n && *allowed; i++)
        if (!put(tx, who->address, who->now_ms, &c[i])) return false;
    return true;
}

bool mail_budget_forget(struct tx *tx, const char *address)
{
    struct query q = query(tx, &budget_delete);
    bind_text(&q, address);
    return query_put(&q);
}
