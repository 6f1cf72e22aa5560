/* fuzz_tokens.c: any bytes as a text and as a question. Every token is short, valid UTF-8 and there once; the same text
 * is cut the same way again. */
#include "fuzz.h"
#include "knowledge/tokens.h"

enum { MANY = 4096, ARENA_BYTES = 32 << 20, INPUT_MAX_BYTES = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX_BYTES) return 0;
    struct str in = { (const char *)data, size };
    struct arena *a = arena_new(ARENA_BYTES);
    struct tokens t, again;
    char joined[TOKEN_NUMBER_MAX + 1];
    tokens_begin(&t, a, MANY);
    tokens_begin(&again, a, MANY);
    tokens_add(&t, in, 1, TOKENS_TRIGRAMS | TOKENS_QUESTION);
    tokens_add(&again, in, 1, TOKENS_TRIGRAMS | TOKENS_QUESTION);
    must(t.count == again.count);
    for (size_t i = 0; i < t.count; i++) {
        struct str text = t.token[i].text;
        must(text.n > 0 && text.n <= TOKEN_MAX_BYTES && utf8_valid(text) && str_eq(text, again.token[i].text));
        must(token_likeness(text, text) == 100 || token_likeness(text, text) == 0);
    }
    must(token_number(in, joined) <= TOKEN_NUMBER_MAX);
    arena_free(a);
    return 0;
}
