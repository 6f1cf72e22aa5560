/* fuzz_mail.c: mails of strangers. Whatever they are, the words are valid UTF-8 without controls, and bounded. */
#include "fuzz.h"

#include "base/unicode.h"
#include "chat/mail_read.h"

static void must_be_clean(const char *text)
{
    must(utf8_valid(str_of(text)));
    for (const char *p = text; *p; p++) must((unsigned char)*p >= ' ' || *p == '\n' || *p == '\t');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(64 << 20);
    struct mail_in m;
    struct str in = { (const char *)data, size };
    if (mail_read(a, in, &m)) {
        must_be_clean(m.text);
        for (size_t i = 0; i < m.kept; i++) must_be_clean(m.file[i].name);
        must(strlen(m.text) <= MAIL_TEXT_MAX + 8 && strlen(m.id) == 40 && strlen(m.to) < MAIL_ADDRESSES_BYTES);
        must(m.files <= MAIL_PARTS_MAX && m.kept <= MAIL_FILES_KEPT);
        must(!m.from || email_read(a, str_of(m.from)) != NULL);
    }
    if (utf8_valid(in)) {
        struct buf own;
        buf_init(&own, 2 * size + 16);
        mail_in_own_words(in, (struct mail_in_flow){ .flowed = size % 2, .delsp = size % 3 == 0 }, &own);
        must(!own.overflow && own.n <= size && utf8_valid(buf_str(&own)));
        buf_free(&own);
    }
    (void)mail_in_own_html(a, in);
    arena_free(a);
    return 0;
}
