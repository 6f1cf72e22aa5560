/* test_file.c: files that are read whole. */
#include "base/testing.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64], path[96], other[96];

static void write_file(const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void a_file_is_read_as_far_as_it_is_asked_for(void **state)
{
    (void)state;
    write_file("twelve bytes");
    char *all = file_bytes(path, 12), *some = file_bytes(path, 6);
    assert_memory_equal(all, "twelve bytes", 12);
    assert_memory_equal(some, "twelve", 6);
    free(all);
    free(some);
}

static void what_is_shorter_missing_or_a_link_is_not_read(void **state)
{
    (void)state;
    write_file("twelve bytes");
    assert_null(file_bytes(path, 13));
    assert_null(file_bytes(other, 0));
    assert_int_equal(symlink(path, other), 0);
    assert_null(file_bytes(other, 12));
    assert_null(file_bytes(folder, 1));
}

static int make(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/chathub-file-XXXXXX");
    if (!mkdtemp(folder)) return -1;
    (void)snprintf(path, sizeof path, "%s/one", folder);
    (void)snprintf(other, sizeof other, "%s/other", folder);
    return 0;
}

static int remove_all(void **state)
{
    (void)state;
    (void)unlink(path);
    (void)unlink(other);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_as_far_as_it_is_asked_for),
        cmocka_unit_test(what_is_shorter_missing_or_a_link_is_not_read),
    };
    return cmocka_run_group_tests(tests, make, remove_all);
}
