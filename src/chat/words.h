/* words.h: lists of words and of what they stand in, by account: conversations in the inbox (words.c), customers
 * (customers.c). Written and read alike, each with the statements of its own table. */
#ifndef CHATHUB_CHAT_WORDS_H
#define CHATHUB_CHAT_WORDS_H

#include "chat/private.h"
#include "knowledge/tokens.h"

struct word_list {
    const struct stmt *add, *next, *one, *of, *of_these;
};
/* clang-format off */
#define WORD_LIST(list, table, subject)                                                                                \
    STMT(list##_add,                                                                                                   \
         "INSERT INTO " table " (account, word, " subject ") SELECT ?1, value, ?2 FROM json_each(?3) WHERE 1"          \
         " ON CONFLICT DO NOTHING",                                                                                    \
         .postgres = "INSERT INTO " table " (account, word, " subject ") SELECT CAST(?1 AS BIGINT), e.value,"          \
                     " CAST(?2 AS BIGINT) FROM json_array_elements_text(CAST(CAST(?3 AS TEXT) AS json)) AS e(value)"   \
                     " ON CONFLICT DO NOTHING");                                                                       \
    STMT(list##_next, "SELECT word FROM " table " WHERE account = ?1 AND word > ?2 AND word < ?3 ORDER BY word"        \
                      " LIMIT 1");                                                                                     \
    STMT(list##_one, "SELECT word FROM " table " WHERE account = ?1 AND word = ?2 ORDER BY " subject " LIMIT 1");      \
    STMT(list##_of, "SELECT " subject " AS subject FROM " table " WHERE account = ?1 AND word = ?2"                    \
                    " AND " subject " < ?3 ORDER BY " subject " DESC LIMIT ?4");                                       \
    STMT(list##_of_these,                                                                                              \
         "SELECT " subject " AS subject FROM " table " WHERE account = ?1 AND word = ?2"                               \
         " AND " subject " IN (SELECT CAST(value AS INTEGER) FROM json_each(?3))",                                     \
         .postgres = "SELECT " subject " AS subject FROM " table " WHERE account = ?1 AND word = ?2"                   \
                     " AND " subject " = ANY((?3::text[])::bigint[])");                                                \
    static const struct word_list list = { &list##_add, &list##_next, &list##_one, &list##_of, &list##_of_these }
/* clang-format on */

MUST_USE bool words_write(struct tx *tx, const struct word_list *l, int64_t account, int64_t subject,
                          const struct tokens *t);
/* How many conversations have words that are not gathered yet, counted up to `most`. */
MUST_USE bool words_behind(struct tx *tx, size_t most, size_t *count);
/* Those in which all words of `text` stand, the newest first, behind `before`: as words_page (desk.h). */
MUST_USE bool words_find(struct tx *tx, const struct word_list *l, int64_t account, struct str text, int64_t before,
                         size_t most, int64_t *ids, size_t *count, int64_t *next);
#endif
