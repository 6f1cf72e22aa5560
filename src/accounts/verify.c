/* verify.c: what must be true of persons, accounts and what lets somebody in: every account has an owner and its
 * credits, a session acts where its person may, and nothing that opens a door lasts longer than it was made for.
 *
 * Times that lie ahead by more than clocks differ were written by somebody, or by a clock that was wrong; what the
 * service makes of them is each reader's own affair (time_clamp_past), here they are told. */
#include "accounts/private.h"

enum { VERIFY_PAGE_PERSONS = 200 };
#define VERIFY_SKEW_MS (10 * MINUTE_MS)

STMT(verify_accounts, "SELECT a.id, a.panel, a.merchant,"
                      " (SELECT COUNT(*) FROM members m WHERE m.account = a.id AND m.role = 1) AS owners"
                      " FROM accounts a WHERE a.id > ?1 ORDER BY a.id LIMIT ?2");
STMT(verify_persons, "SELECT p.id, p.email, p.email_key, p.password_hash, p.name, p.disabled, p.erased_at_ms,"
                     " (SELECT COUNT(*) FROM sessions s WHERE s.person = p.id) AS sessions,"
                     " (SELECT COUNT(*) FROM person_tokens t WHERE t.person = p.id AND t.used_at_ms IS NULL) AS links,"
                     " (SELECT COUNT(*) FROM members m JOIN accounts a ON a.id = m.account WHERE m.person = p.id"
                     "   AND a.disabled = 0) AS works FROM persons p WHERE p.id > ?1 ORDER BY p.id LIMIT ?2");
STMT(verify_sessions, "SELECT s.id, s.account AS acts_in, m.role FROM sessions s LEFT JOIN members m ON m.account = "
                      "s.account AND m.person = s.person WHERE s.id > ?1 ORDER BY s.id LIMIT ?2");
/* These tables are purged of all that is over, so what they hold is of some days. The first bad ones are enough. */
STMT(verify_tokens, "SELECT person AS id FROM person_tokens WHERE expires_at_ms > ?1"
                    " OR expires_at_ms > created_at_ms + ?2 ORDER BY person LIMIT 64");
STMT(verify_invitations, "SELECT id FROM invitations WHERE expires_at_ms > ?1 OR expires_at_ms > created_at_ms + ?2"
                         " ORDER BY id LIMIT 64");
/* One that was asked for again lasts from then on. */
STMT(verify_registrations, "SELECT id FROM registrations WHERE expires_at_ms > ?1 AND CAST(?2 AS BIGINT) > 0"
                           " ORDER BY id LIMIT 64");
STMT(verify_notes,
     "SELECT n.id, a.id AS whose, p.id AS writer FROM account_notes n LEFT JOIN accounts a"
     " ON a.id = n.account LEFT JOIN persons p ON p.id = n.author WHERE n.id > ?1 ORDER BY n.id LIMIT ?2");
STMT(verify_asks, "SELECT id FROM mail_asks WHERE id > ?1 ORDER BY id LIMIT ?2");

/* ---- accounts ---- */

static bool accounts_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_accounts);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_PERSONS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        bool has = true;
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        if (accounts_hooks.has_credits && !accounts_hooks.has_credits(tx, found->cursor[0], &has)) return false;
        if (!has) verify_found(found, "account", found->cursor[0], "an account has lost its credits");
        if (col_i64(&q, "owners") == 0) verify_found(found, "account", found->cursor[0], "an account has no owner");
        if ((col_i64(&q, "panel") > 0) == col_is_null(&q, "merchant"))
            verify_found(found, "account", found->cursor[0], "nobody knows which merchant of a panel an account is");
    }
    return row != ROW_FAULT;
}

/* ---- persons ---- */

static const char *bad_person(const struct query *q)
{
    char key[EMAIL_KEY_SIZE];
    const char *hash = col_text(q, "password_hash");
    email_key(col_text(q, "email"), key);
    if (!text_eq(key, col_text(q, "email_key"))) return "a person signs in with another address than mail goes to";
    if (hash && str_starts(str_of(key), STR(MAIL_NOBODY))) return "somebody whom a panel lets in has a password";
    if (hash && strncmp(hash, "$argon2id$", 10) != 0) return "a password is not kept as a hash";
    if (col_i64(q, "erased_at_ms") == 0) return NULL;
    bool gone = hash == NULL && col_text(q, "name")[0] == '\0' && strchr(col_text(q, "email"), '@') == NULL &&
                col_bool(q, "disabled") && col_i64(q, "sessions") == 0 && col_i64(q, "links") == 0 &&
                col_i64(q, "works") == 0;
    return gone ? NULL : "something is left of a person who was erased";
}

static bool persons_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_persons);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_PERSONS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = bad_person(&q);
        if (what) verify_found(found, "person", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}

/* ---- what lets somebody in ---- */

static const char *bad_session(const struct query *q)
{
    if (!col_is_null(q, "acts_in") && col_is_null(q, "role"))
        return "a session acts in an account that its person does not belong to";
    return NULL;
}

static bool sessions_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_sessions);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_PERSONS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = bad_session(&q);
        if (what) verify_found(found, "session", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}

static bool links_piece(struct tx *tx, struct verify_piece *found)
{
    /* clang-format off */
    const struct { const struct stmt *bad; const char *kind; int64_t lives_ms; } links[] = {
        { &verify_tokens, "person", RESET_LIFETIME_MS },
        { &verify_registrations, "registration", REGISTRATION_LIFETIME_MS },
        { &verify_invitations, "invitation", INVITATION_LIFETIME_MS },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(links); i++) {
        struct query q = query(tx, links[i].bad);
        bind_i64(&q, now_ms() + links[i].lives_ms + VERIFY_SKEW_MS), bind_i64(&q, links[i].lives_ms);
        enum row row;
        while ((row = query_next(&q)) == ROW_FOUND)
            verify_found(found, links[i].kind, col_i64(&q, "id"), "a mailed link lasts longer than it was made for");
        if (row == ROW_FAULT) return false;
    }
    return true;
}

static bool asks_piece(struct tx *tx, struct verify_piece *found)
{
    int64_t ask[VERIFY_PAGE_PERSONS];
    bool unworked[VERIFY_PAGE_PERSONS];
    size_t count = 0;
    struct query q = query(tx, &verify_asks);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_PERSONS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) found->cursor[0] = ask[count++] = col_i64(&q, "id");
    if (row == ROW_FAULT || !jobs_unworked(tx, accounts_ask_job.name, ask, count, unworked)) return false;
    for (size_t i = 0; i < count; i++)
        if (unworked[i]) verify_found(found, "ask", ask[i], "somebody asked for a mail and nobody sends it");
    found->looked += (int64_t)count;
    found->more = count == VERIFY_PAGE_PERSONS;
    return true;
}

static bool notes_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_notes);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_PERSONS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        if (col_i64(&q, "whose") == 0 || col_i64(&q, "writer") == 0)
            verify_found(found, "note", found->cursor[0], "a note is about no account, or by nobody");
    }
    return row != ROW_FAULT;
}

/* clang-format off */
const struct verify_check accounts_checks[] = {
    { .name = "accounts.accounts", .doc = "Every account has an owner and its credits.", .piece = accounts_piece },
    { .name = "accounts.persons", .doc = "Persons sign in with the address that mail goes to, by a hash.",
      .piece = persons_piece },
    { .name = "accounts.sessions", .doc = "Sessions act where their persons may, and are from times gone by.",
      .piece = sessions_piece },
    { .name = "accounts.links", .doc = "No mailed link lasts longer than it was made for.", .piece = links_piece },
    { .name = "accounts.notes", .doc = "Operators' notes are about accounts, and by persons.", .piece = notes_piece },
    { .name = "accounts.asks", .doc = "What somebody asked to be mailed is worked on.", .piece = asks_piece },
    VERIFY_END
};
/* clang-format on */
