/* compiler.h: the few attributes and macros that every file may use. */
#ifndef CHATHUB_BASE_COMPILER_H
#define CHATHUB_BASE_COMPILER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The caller must look at the result; ignoring it does not compile (-Werror). */
#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_arg, first_arg) __attribute__((format(printf, format_arg, first_arg)))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* From a member's address to its owner: the only way intrusive lists and libuv handles find back. */
#define OWNER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#endif
