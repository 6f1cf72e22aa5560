/* verify_command.c: `chathub verify`: every check of every domain on a live database. */
#include "accounts/accounts.h"
#include "app/app.h"
#include "app/keys.h"
#include "audit/audit.h"
#include "billing/billing.h"
#include "chat/chat.h"
#include "credits/credits.h"
#include "http/events.h"
#include "knowledge/knowledge.h"
#include "shops/shops.h"
#include "storage/reseal.h"
#include "tenants/tenants.h"

/* ---- whatever is sealed, of every table ---- */

static const struct reseal_table *sealed_table(int64_t number)
{
    for (const struct reseal_table *const *tables = app_sealed_tables; *tables; tables++)
        for (const struct reseal_table *t = *tables; t->name; t++)
            if (number-- == 0) return t;
    return NULL;
}

/* A value that does not open is lost to its owner, and a master key that is missing shows here first. The last cursor
 * counts the tables. */
static bool sealed_piece(struct tx *tx, struct verify_piece *found)
{
    static_assert((int)RESEAL_CURSORS < (int)VERIFY_CURSORS, "one is left for the table");
    const struct reseal_table *table = sealed_table(found->cursor[RESEAL_CURSORS]);
    struct reseal_piece p = { .keyring = tenants_settings.keyring, .only_look = true };
    if (!table) return true;
    memcpy(p.cursor, found->cursor, sizeof p.cursor);
    if (!table->piece(tx, &p)) return false;
    if (p.broken) verify_found(found, table->name, p.first_broken, "does not open with these master keys");
    found->looked += p.looked;
    memcpy(found->cursor, p.cursor, sizeof p.cursor);
    found->more = true;
    if (p.more) return true;
    memset(found->cursor, 0, sizeof p.cursor);
    found->cursor[RESEAL_CURSORS]++;
    return true;
}

static const struct verify_check app_checks[] = {
    { .name = "app.sealed", .doc = "Every sealed value opens with these master keys.", .piece = sealed_piece },
    VERIFY_END
};

/* What is wrong in the ledger is told first. */
/* clang-format off */
const struct verify_check *const app_check_tables[] = {
    credits_checks,
    shops_checks,
    tenants_checks,
    billing_checks,
    billing_plan_checks,
    billing_refund_checks,
    billing_paper_checks,
    billing_coupon_checks,
    accounts_checks,
    jobs_checks,
    mail_checks,
    inbound_checks,
    knowledge_checks,
    chat_checks,
    events_checks,
    audit_checks,
    app_checks,
    NULL,
};
/* clang-format on */

static void result_json(struct json *j, const struct verify_result *r)
{
    json_object(j, NULL);
    json_text(j, "name", r->check->name);
    json_i64(j, "looked", r->looked);
    if (r->rows) json_i64(j, "rows", r->rows);
    json_i64(j, "unsound", r->unsound);
    json_array(j, "findings");
    for (size_t i = 0; i < r->kept; i++) {
        json_object(j, NULL);
        json_text(j, "kind", r->finding[i].kind);
        json_i64(j, "id", r->finding[i].id);
        json_text(j, "what", r->finding[i].what);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void result_line(struct buf *out, const struct verify_result *r)
{
    buf_printf(out, "%s: %lld looked at", r->check->name, (long long)r->looked);
    if (r->rows) buf_printf(out, ", %lld rows", (long long)r->rows);
    if (r->unsound) buf_printf(out, ": %lld UNSOUND\n", (long long)r->unsound);
    else buf_text(out, ": sound\n");
    for (size_t i = 0; i < r->kept; i++)
        buf_printf(out, "  %s %lld: %s\n", r->finding[i].kind, (long long)r->finding[i].id, r->finding[i].what);
    if (r->unsound > (int64_t)r->kept) buf_text(out, "  and more\n");
}

enum exit_code command_verify(struct app *app, struct command *c)
{
    bool sound = true, read = true;
    struct json j;
    if (c->json) {
        json_begin(&j, &c->out);
        json_object(&j, NULL);
        json_array(&j, "checks");
    }
    for (const struct verify_check *const *table = app_check_tables; *table; table++)
        for (const struct verify_check *check = *table; check->name; check++) {
            struct verify_result r;
            if (!verify_live(app->lanes, check, &r)) {
                buf_printf(&c->err, "%s%s could not be read to the end.", read ? "" : " ", check->name);
                read = false;
                /* What was found before is told; without any it is rather the database than a row. */
                if (sound) {
                    buf_clear(&c->out);
                    return EXIT_UNAVAILABLE;
                }
                continue;
            }
            sound = sound && r.unsound == 0;
            if (c->json) result_json(&j, &r);
            else result_line(&c->out, &r);
        }
    if (c->json) {
        json_end(&j);
        json_bool(&j, "sound", sound);
        json_end(&j);
        json_finish(&j);
        buf_char(&c->out, '\n');
    }
    return sound ? EXIT_OK : EXIT_FAILED;
}
