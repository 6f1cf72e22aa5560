/* migrate_losses.c: what a way down would lose. The tables, their rows and columns are looked at before and after the
 * downs have run (in a transaction that is rolled back), so nothing has to be read out of the SQL of a migration. */
#include "storage/private.h"
#include <stdio.h>

enum { TABLES_MAX = 200, NAME_MAX_BYTES = 64 };

STMT(tables,
     "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
     .postgres = "SELECT CAST(tablename AS text) AS name FROM pg_tables WHERE schemaname = current_schema()"
                 " ORDER BY tablename");
STMT(columns, "SELECT name FROM pragma_table_info(?1) ORDER BY name",
     .postgres = "SELECT CAST(column_name AS text) AS name FROM information_schema.columns"
                 " WHERE table_schema = current_schema() AND table_name = ?1 ORDER BY column_name");

struct seen_table {
    const char *name;
    int64_t rows;
    size_t columns;
    const char *column[QUERY_MAX_COLUMNS];
};

static bool number_of(struct tx *tx, int64_t *out, const char *form, const char *table, const char *column)
{
    char sql[256];
    int n = column ? snprintf(sql, sizeof sql, "%s \"%s\" WHERE \"%s\" IS NOT NULL", form, table, column)
                   : snprintf(sql, sizeof sql, "%s \"%s\"", form, table);
    assert(n > 0 && (size_t)n < sizeof sql);
    return tx->fault == TX_SOUND && tx->conn->engine->script(tx, sql, out);
}

static bool look_at_table(struct tx *tx, struct seen_table *t)
{
    struct query q = query(tx, &columns);
    bind_text(&q, t->name);
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        assert(t->columns < QUERY_MAX_COLUMNS);
        t->column[t->columns++] = col_text(&q, "name");
    }
    return r == ROW_NONE && number_of(tx, &t->rows, "SELECT COUNT(*) FROM", t->name, NULL);
}

bool schema_look(struct tx *tx, struct schema_seen *out)
{
    *out = (struct schema_seen){ .table = ARENA_ARRAY(tx_arena(tx), struct seen_table, TABLES_MAX) };
    struct query q = query(tx, &tables);
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        assert(out->count < TABLES_MAX);
        out->table[out->count] = (struct seen_table){ .name = col_text(&q, "name") };
        if (strcmp(out->table[out->count].name, "schema_migrations") == 0) continue;
        if (!look_at_table(tx, &out->table[out->count++])) return false;
    }
    return r == ROW_NONE;
}

static const struct seen_table *table_of(const struct schema_seen *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->table[i].name, name) == 0) return &s->table[i];
    return NULL;
}

static bool has_column(const struct seen_table *t, const char *name)
{
    for (size_t i = 0; i < t->columns; i++)
        if (strcmp(t->column[i], name) == 0) return true;
    return false;
}

static void lost(struct buf *plan, bool *loses, const char *form, const char *table, const char *column, int64_t rows)
{
    *loses = true;
    if (plan)
        buf_printf(plan, "%s %s%s%s: %lld rows\n", form, table, column ? "." : "", column ? column : "",
                   (long long)rows);
}

bool schema_losses(struct tx *tx, const struct schema_seen *before, const struct schema_seen *after, struct buf *plan,
                   bool *loses)
{
    for (size_t i = 0; i < before->count; i++) {
        const struct seen_table *was = &before->table[i], *is = table_of(after, was->name);
        if (!is && was->rows > 0) lost(plan, loses, "drops", was->name, NULL, was->rows);
        if (is && is->rows < was->rows) lost(plan, loses, "deletes from", was->name, NULL, was->rows - is->rows);
        for (size_t k = 0; is && was->rows > 0 && k < was->columns; k++) {
            int64_t filled = 0;
            if (has_column(is, was->column[k])) continue;
            if (!number_of(tx, &filled, "SELECT COUNT(*) FROM", was->name, was->column[k])) return false;
            if (filled > 0) lost(plan, loses, "drops", was->name, was->column[k], filled);
        }
    }
    return true;
}
