/* test_schema.h: the PostgreSQL schema of a test program, made once and given from test to test. To make one is half a
 * second of the database's work; to put one back to what the migrations left takes a few milliseconds. What cannot be
 * put back for certain is dropped, and the next test gets a new one. */
#ifndef CHATHUB_STORAGE_TEST_SCHEMA_H
#define CHATHUB_STORAGE_TEST_SCHEMA_H

#include "base/compiler.h"
#include <stddef.h>

/* The server of CHATHUB_TEST_POSTGRES; the test fails when it is not given. */
const char *test_schema_server(void);
/* With CHATHUB_TEST_SHARED, a folder: what stands for this program's migrations in the names of what programs hand on
 * to each other. Another tree's programs have another. NULL: nothing is handed on. */
const char *test_shared_tag(void);
/* The name of an empty schema (*made false), or of one as the migrations leave it. Without one the test fails. */
void test_schema_take(char *name, size_t size, bool *made);
/* The migrations have run: this is what it is put back to. */
void test_schema_is_made(void);
/* Back, when all connections to it are closed. False: it could not even be dropped. */
MUST_USE bool test_schema_give(void);

#endif
