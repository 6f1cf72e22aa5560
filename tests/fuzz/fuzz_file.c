/* fuzz_file.c: a merchant's file in whatever form: decoded, read as a table, a feed or JSON, and judged. What is taken
 * is sound; what is not says why; nothing is both. */
#include "knowledge/private.h"
#include "knowledge/readers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) abort();
}

static void sound(const struct knowledge_import *in)
{
    for (size_t i = 0; i < in->products; i++) {
        const struct knowledge_product *p = &in->product[i];
        must(p->id && p->id[0] && p->title && utf8_valid(str_of(p->title)) && p->price >= 0);
        must(utf8_valid(str_of(p->description)));
        for (size_t k = 0; k < p->variants; k++) must(p->variant[k].id && p->variant[k].price >= 0);
    }
    for (size_t i = 0; i < in->texts; i++) must(in->text[i].id && utf8_valid(str_of(in->text[i].text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    struct arena *a = arena_new(256 << 20);
    struct know_file *file = ARENA_NEW(a, struct know_file);
    struct knowledge_import in = { 0 };
    struct field_faults faults;
    const struct reader_wish wish = { .currency = (enum currency)(data[0] % 4), .url = "https://s.example" };
    struct str bytes = { (const char *)data + 1, size - 1 };
    bool read = know_file_read(a, bytes, &wish, file, &faults);
    must(read == (file->root != NULL) && read == (faults.count == 0));
    if (read && know_import_read_from(a, file->root, &file->origins, &in, &faults)) sound(&in);
    else must(faults.count > 0 && faults.count <= FIELD_FAULTS_MAX);
    for (size_t i = 0; i < faults.count; i++) must(faults.fault[i].code && utf8_valid(str_of(faults.fault[i].field)));
    json_decref(file->root);
    arena_free(a);
    return 0;
}
