/* reseal.c: one sealed value and its count; the rows of a table with one such value each. */
#include "storage/reseal.h"
#include "base/log.h"
#include "storage/private.h"

static void broken(struct reseal_piece *p, int64_t id, struct sealed in)
{
    LOG(LOG_ERROR, "sealed_value_does_not_open", LOG_NUMBER("id", id), LOG_NUMBER("key", sealed_key_id(in)));
    if (p->broken++ == 0) p->first_broken = id;
}

struct sealed reseal_one(struct tx *tx, struct reseal_piece *p, int64_t id, struct str owner, struct str purpose,
                         struct str stored, bool *changed)
{
    struct sealed in = { (uint8_t *)(uintptr_t)stored.p, stored.n }, out = in;
    *changed = false;
    p->looked++;
    if (p->only_look) {
        struct str plain;
        if (!unseal(p->keyring, tx_arena(tx), owner, purpose, in, &plain)) broken(p, id, in);
        return in;
    }
    switch (seal_again(p->keyring, tx_arena(tx), owner, purpose, in, &out)) {
    case RESEAL_CURRENT: break;
    case RESEAL_DONE:
        *changed = true;
        p->resealed++;
        break;
    case RESEAL_BROKEN: broken(p, id, in); break;
    }
    return out;
}

bool reseal_rows(struct tx *tx, struct reseal_piece *p, const struct reseal_rows *r)
{
    struct query q = query(tx, r->page);
    bind_i64(&q, p->cursor[0]), bind_i64(&q, r->most > 0 ? r->most : RESEAL_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        bool changed;
        const struct reseal_value v = r->read(tx_arena(tx), &q);
        struct sealed now = reseal_one(tx, p, v.id, v.owner, v.purpose, v.sealed, &changed);
        p->more = true;
        p->cursor[0] = v.id;
        if (!changed) continue;
        struct query save = query(tx, r->save);
        bind_i64(&save, v.id), bind_blob(&save, v.sealed.p, v.sealed.n), bind_blob(&save, now.p, now.n);
        if (!query_put(&save)) return false;
    }
    return row != ROW_FAULT;
}

STMT(key_of_others, "SELECT CAST(-1 + 0 * ?1 AS INTEGER) AS other",
     .postgres = "SELECT COALESCE(MIN(classid::bigint - " KEY_LOCK_SPACE "), -1)::bigint AS other FROM pg_locks"
                 " WHERE locktype = 'advisory' AND granted AND classid::bigint BETWEEN " KEY_LOCK_SPACE " AND"
                 " " KEY_LOCK_SPACE " + 255 AND classid::bigint <> " KEY_LOCK_SPACE " + CAST(?1 AS bigint)"
                 " AND objid = hashtext(current_schema())::oid"
                 " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");

bool reseal_key_of_others(struct tx *tx, uint8_t own, int64_t *other)
{
    struct query q = query(tx, &key_of_others);
    bind_i64(&q, own);
    if (query_row(&q) != ROW_FOUND) return false;
    *other = col_i64(&q, "other");
    return true;
}
