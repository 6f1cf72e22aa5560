/* fuzz_install.c: a shop's page and its policy, as "check installation" reads them: the first line is the policy. */
#include "fuzz.h"

#include "chat/install.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct install_wish wish = { "https://chat.example", "shop-7", "tea.example" };
    struct arena *a = arena_new(64 << 20);
    struct str rest = { (const char *)data, size }, line = line_cut(&rest);
    struct install_findings f = { .count = 0 };
    struct outbound_header h = { install_headers[0], arena_text_n(a, line.p ? line.p : "", line.n) };
    struct install_page page = { "https://tea.example/", rest, &h, 1 };
    install_judge(a, &wish, &page, &f);
    must(f.count >= 3 && f.count <= INSTALL_FINDINGS_MAX); /* the domain, the script, the policy */
    for (size_t i = 0; i < f.count; i++) {
        struct str detail = str_of(f.item[i].detail);
        must(f.item[i].code < INSTALL_CODE_COUNT && detail.n <= INSTALL_DETAIL_MAX);
        must(utf8_valid(detail) && !text_has_controls(detail));
    }
    arena_free(a);
    return 0;
}
