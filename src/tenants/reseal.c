/* reseal.c: the sealed columns of tenants/, for the change of the master key. */
#include "tenants/private.h"

STMT(secrets_page, "SELECT tenant, kind, generation, sealed FROM tenant_secrets"
                   " WHERE (tenant, kind, generation) > (?1, ?2, ?3) AND sealed IS NOT NULL"
                   " ORDER BY tenant, kind, generation LIMIT ?4");
STMT(secret_save, "UPDATE tenant_secrets SET sealed = ?5 WHERE tenant = ?1 AND kind = ?2 AND generation = ?3"
                  " AND sealed = ?4");

static bool secrets_piece(struct tx *tx, struct reseal_piece *p)
{
    struct query q = query(tx, &secrets_page);
    for (int i = 0; i < 3; i++) bind_i64(&q, p->cursor[i]);
    bind_i64(&q, RESEAL_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        bool changed;
        p->more = true;
        p->cursor[0] = col_i64(&q, "tenant"), p->cursor[1] = col_i64(&q, "kind");
        p->cursor[2] = col_i64(&q, "generation");
        struct str stored = col_str(&q, "sealed");
        struct sealed now = reseal_one(tx, p, p->cursor[0], secret_owner(tx_arena(tx), p->cursor[0]),
                                       secret_purpose((enum secret_kind)p->cursor[1]), stored, &changed);
        if (!changed) continue;
        struct query save = query(tx, &secret_save);
        for (int i = 0; i < 3; i++) bind_i64(&save, p->cursor[i]);
        bind_blob(&save, stored.p, stored.n), bind_blob(&save, now.p, now.n);
        if (!query_put(&save)) return false;
    }
    return row != ROW_FAULT;
}

STMT(panel_page, "SELECT id, shop_id, sso_sealed, webhook_sealed, old_sso_sealed FROM panel_tenants WHERE id > ?1"
                 " ORDER BY id LIMIT ?2");
STMT(panel_save, "UPDATE panel_tenants SET sso_sealed = ?4, webhook_sealed = ?5, old_sso_sealed = ?6"
                 " WHERE id = ?1 AND sso_sealed = ?2 AND webhook_sealed = ?3");

static void bind_sealed(struct query *q, struct sealed s)
{
    if (s.p) bind_blob(q, s.p, s.n);
    else bind_null(q);
}

static bool panel_piece(struct tx *tx, struct reseal_piece *p)
{
    /* clang-format off */
    static const struct { const char *name, *purpose; } columns[] = {
        { "sso_sealed", "sso" }, { "webhook_sealed", "webhook" }, { "old_sso_sealed", "sso" }
    };
    /* clang-format on */
    struct query q = query(tx, &panel_page);
    bind_i64(&q, p->cursor[0]), bind_i64(&q, RESEAL_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        struct sealed now[ARRAY_LEN(columns)];
        bool any = false, changed = false;
        p->more = true;
        p->cursor[0] = col_i64(&q, "id");
        for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
            struct str stored = col_str(&q, columns[i].name);
            now[i] = (struct sealed){ 0 };
            if (stored.n == 0) continue; /* none, or its shop was purged */
            now[i] = reseal_one(tx, p, p->cursor[0], panel_owner(tx_arena(tx), col_text(&q, "shop_id")),
                                str_of(columns[i].purpose), stored, &changed);
            any = any || changed;
        }
        if (!any) continue;
        struct str sso = col_str(&q, "sso_sealed"), webhook = col_str(&q, "webhook_sealed");
        struct query save = query(tx, &panel_save);
        bind_i64(&save, p->cursor[0]), bind_blob(&save, sso.p, sso.n), bind_blob(&save, webhook.p, webhook.n);
        for (size_t i = 0; i < ARRAY_LEN(columns); i++) bind_sealed(&save, now[i]);
        if (!query_put(&save)) return false;
    }
    return row != ROW_FAULT;
}

/* clang-format off */
const struct reseal_table tenants_sealed[] = {
    { .name = "tenant_secrets", .piece = secrets_piece },
    { .name = "panel_tenants", .piece = panel_piece },
    RESEAL_END
};
/* clang-format on */
