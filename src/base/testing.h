/* testing.h: what unit tests share. cmocka wants these four headers before its own. */
#ifndef CHATHUB_BASE_TESTING_H
#define CHATHUB_BASE_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

/* The statement must end the process by abort(). It runs in a child whose messages go nowhere. */
#define EXPECT_ABORT(statement)                                                                                        \
    do {                                                                                                               \
        pid_t child_ = fork();                                                                                         \
        assert_true(child_ >= 0);                                                                                      \
        if (child_ == 0) {                                                                                             \
            signal(SIGABRT, SIG_DFL); /* cmocka would take it for a failed test */                                     \
            int null_ = open("/dev/null", O_WRONLY);                                                                   \
            if (null_ < 0 || dup2(null_, STDERR_FILENO) < 0) _exit(2);                                                 \
            statement;                                                                                                 \
            _exit(0);                                                                                                  \
        }                                                                                                              \
        int status_ = 0;                                                                                               \
        assert_int_equal(waitpid(child_, &status_, 0), child_);                                                        \
        assert_true(WIFSIGNALED(status_) && WTERMSIG(status_) == SIGABRT);                                             \
    } while (0)

static inline void expect_str(struct str got, const char *want)
{
    assert_int_equal(got.n, strlen(want));
    if (got.n > 0) assert_memory_equal(got.p, want, got.n);
}

#endif
