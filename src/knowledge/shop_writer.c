/* shop_writer.c: products with their variants, written as JSON while a reader finds them, with a note of the row that
 * each came from. */
#include "knowledge/readers.h"

#include "base/unicode.h"

#include <ctype.h>

enum { VARIANTS_MOST = 200000, PRODUCTS_MOST = 100000, PLACE_BYTES = 200 };

void shop_writer_begin(struct shop_writer *w, struct arena *a, struct field_faults *faults, const char *word)
{
    *w = (struct shop_writer){ .a = a, .faults = faults, .word = word };
    w->most_products = PRODUCTS_MOST, w->most_variants = VARIANTS_MOST;
    w->product = ARENA_ARRAY(a, uint32_t, w->most_products);
    w->first = ARENA_ARRAY(a, uint32_t, w->most_products);
    w->variant = ARENA_ARRAY(a, uint32_t, w->most_variants);
    buf_init(&w->out, READ_JSON_MAX);
    json_begin(&w->j, &w->out);
    json_object(&w->j, NULL);
    json_array(&w->j, "products");
}

void shop_writer_fault(struct shop_writer *w, size_t row, const char *field, const char *code)
{
    struct field_faults *f = w->faults;
    char memory[PLACE_BYTES];
    struct buf b;
    if (f->count == FIELD_FAULTS_MAX) return;
    buf_fixed(&b, memory, sizeof memory);
    if (row > 0) buf_printf(&b, "%s[%zu]%s", w->word, row, field[0] ? "." : "");
    buf_add(&b, field, unicode_cut_bytes(str_of(field), sizeof memory - b.n - 1));
    f->fault[f->count++] = (struct field_fault){ .field = arena_text(w->a, buf_terminated(&b)), .code = code };
}

bool shop_writer_price(struct shop_writer *w, size_t row, const char *field, struct str text, int64_t *minor)
{
    enum currency told;
    const char *code = know_price_read(text, w->currency, minor, &told);
    if (!code && told != CURRENCY_NONE) w->currency = told;
    if (code) shop_writer_fault(w, row, field, code);
    return !code;
}

/* Without case, blanks and underscores: "In Stock", "in_stock". */
static bool word_is(struct str text, const char *word)
{
    size_t i = 0;
    for (; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == ' ' || c == '_' || c == '-') continue;
        if (!*word || tolower(c) != (unsigned char)*word) return false;
        word++;
    }
    return !*word;
}

bool shop_writer_available(struct shop_writer *w, size_t row, const char *field, struct str text, bool *out)
{
    static const struct {
        const char *word;
        bool is;
    } words[] = { { "instock", true },
                  { "available", true },
                  { "true", true },
                  { "yes", true },
                  { "y", true },
                  { "preorder", true },
                  { "backorder", true },
                  { "\xe6\x9c\x89\xe8\xb4\xa7", true }, /* you huo */
                  { "\xe7\x8e\xb0\xe8\xb4\xa7", true }, /* xian huo */
                  { "\xe6\x98\xaf", true },             /* shi */
                  { "\xe5\x9c\xa8\xe5\x94\xae", true }, /* zai shou */
                  { "outofstock", false },
                  { "unavailable", false },
                  { "soldout", false },
                  { "discontinued", false },
                  { "false", false },
                  { "no", false },
                  { "n", false },
                  { "\xe6\x97\xa0\xe8\xb4\xa7", false },   /* wu huo */
                  { "\xe7\xbc\xba\xe8\xb4\xa7", false },   /* que huo */
                  { "\xe5\x94\xae\xe7\xbd\x84", false },   /* shou qing */
                  { "\xe5\x90\xa6", false },               /* fou */
                  { "\xe4\xb8\x8b\xe6\x9e\xb6", false } }; /* xia jia */
    int64_t n;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (word_is(text, words[i].word)) {
            *out = words[i].is;
            return true;
        }
    if (str_to_i64(text, &n)) { /* how many there are */
        *out = n > 0;
        return true;
    }
    shop_writer_fault(w, row, field, "not_one_of");
    return false;
}

void shop_writer_html(struct shop_writer *w, const char *key, struct str text)
{
    if (text.n == 0) return;
    if (!know_looks_like_html(text)) {
        json_str(&w->j, key, text);
        return;
    }
    struct buf words;
    buf_init(&words, READ_CELL_MAX);
    know_html_text(text, &words, NULL);
    json_str(&w->j, key, buf_str(&words));
    buf_free(&words);
}

static void end_product(struct shop_writer *w)
{
    if (w->in_variants) json_end(&w->j);
    if (w->in_product) json_end(&w->j);
    w->in_variants = w->in_product = false;
}

bool shop_writer_product(struct shop_writer *w, size_t row)
{
    end_product(w);
    if (w->products == w->most_products || w->out.overflow) {
        shop_writer_fault(w, row, "", "too_many");
        return false;
    }
    w->product[w->products] = (uint32_t)row, w->first[w->products++] = (uint32_t)w->variants;
    json_object(&w->j, NULL);
    w->in_product = true;
    return true;
}

bool shop_writer_variant(struct shop_writer *w, size_t row)
{
    if (w->variants == w->most_variants) {
        shop_writer_fault(w, row, "", "too_many");
        return false;
    }
    if (!w->in_variants) json_array(&w->j, "variants");
    w->in_variants = true;
    w->variant[w->variants++] = (uint32_t)row;
    json_object(&w->j, NULL);
    return true;
}

void shop_writer_end(struct shop_writer *w, struct know_file *out)
{
    end_product(w);
    json_end(&w->j);
    if (w->currency != CURRENCY_NONE) json_text(&w->j, "currency", currency_code(w->currency));
    json_end(&w->j);
    json_finish(&w->j);
    out->origins = (struct know_origins){
        .word = w->word, .product = w->product, .variant = w->variant, .first = w->first, .products = w->products
    };
    out->currency = w->currency;
    if (w->out.overflow && w->faults->count == 0) shop_writer_fault(w, 0, "", "too_large");
}
