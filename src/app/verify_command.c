/* verify_command.c: `chathub verify`: every check of every domain on a live database. */
#include "app/app.h"
#include "audit/audit.h"
#include "credits/credits.h"
#include "shops/shops.h"
#include "storage/verify.h"
#include "tenants/tenants.h"

/* What is wrong in the ledger is told first. */
const struct verify_check *const app_check_tables[] = { credits_checks, shops_checks, tenants_checks, audit_checks,
                                                        NULL };

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
    bool sound = true;
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
                buf_clear(&c->out);
                buf_text(&c->err, "The database could not be read to the end.");
                return EXIT_UNAVAILABLE;
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
