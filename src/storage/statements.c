/* statements.c: the list of all statements. STMT() places each into the section "stmts"; the linker lays them side by
 * side and gives the two bounds. Rejected: a registry filled by constructors (order, start-up cost, a lock) and a hand
 * kept list (forgotten entries). */
#include "storage/private.h"
#include <stdio.h>

extern const struct stmt __start_stmts[], __stop_stmts[];

static_assert(sizeof(struct stmt) % 8 == 0, "entries of the section must lie side by side without gaps");

size_t stmt_count(void) { return (size_t)(__stop_stmts - __start_stmts); }

const struct stmt *stmt_at(size_t i)
{
    assert(i < stmt_count());
    return &__start_stmts[i];
}

size_t stmt_slot(const struct stmt *s)
{
    assert(s >= __start_stmts && s < __stop_stmts); /* made by STMT() and not by hand */
    return (size_t)(s - __start_stmts);
}

const char *stmt_text(const struct stmt *s, enum db_engine e)
{
    return e == DB_POSTGRES && s->postgres ? s->postgres : s->sql;
}

bool conn_prepare_all(struct conn *c, char *error, size_t error_size)
{
    char why[DB_ERROR_SIZE];
    for (size_t i = 0; i < stmt_count(); i++) {
        const struct stmt *s = stmt_at(i);
        if (!c->engine->prepare(c, s, why, sizeof why)) {
            snprintf(error, error_size, "%s: %s: %s", s->file, s->name, why);
            return false;
        }
    }
    return true;
}
