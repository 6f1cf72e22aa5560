/* test_readers.c: files as merchants have them, read into the one form: encodings, tables, prices, feeds, pages. */
#include "base/testing.h"
#include "knowledge/private.h"
#include "knowledge/readers.h"
#include <stdlib.h>

struct read {
    struct arena *a;
    struct know_file file;
    struct field_faults faults;
    struct knowledge_import in;
    bool good;
};

static struct read take(struct str bytes, const struct reader_wish *wish)
{
    struct read r = { .a = arena_new(256 << 20) };
    r.good = know_file_read(r.a, bytes, wish, &r.file, &r.faults) &&
             know_import_read_from(r.a, r.file.root, &r.file.origins, &r.in, &r.faults);
    json_decref(r.file.root);
    return r;
}

static const struct reader_wish usd = { .currency = CURRENCY_USD }, any = { 0 };
#define TAKE(text, wish) take(STR(text), (wish))

static void refused(struct str bytes, const struct reader_wish *wish, const char *field, const char *code)
{
    struct read r = take(bytes, wish);
    if (r.good || r.faults.count == 0) fail_msg("taken: %s", code);
    assert_string_equal(r.faults.fault[0].code, code);
    assert_string_equal(r.faults.fault[0].field, field);
    arena_free(r.a);
}
#define REFUSED(text, wish, field, code) refused(STR(text), (wish), (field), (code))

static void a_price_is_one_amount_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum currency c;
        int64_t minor;
        const char *code;
    } cases[] = {
        { "12.90", CURRENCY_USD, 1290, NULL },
        { "12.9", CURRENCY_USD, 1290, NULL },
        { "12", CURRENCY_USD, 1200, NULL },
        { "12.9000", CURRENCY_USD, 1290, NULL },
        { "12.90 CNY", CURRENCY_CNY, 1290, NULL },
        { "CNY 12.90", CURRENCY_CNY, 1290, NULL },
        { "12.90 CNY", CURRENCY_NONE, 1290, NULL },
        { "\xc2\xa5"
          "1,299.00",
          CURRENCY_CNY, 129900, NULL },
        { "\xef\xbf\xa5"
          "99",
          CURRENCY_JPY, 99, NULL },
        { "12,90 \xe2\x82\xac", CURRENCY_EUR, 1290, NULL },
        { "1.299,00 EUR", CURRENCY_EUR, 129900, NULL },
        { "1,234,567", CURRENCY_USD, 123456700, NULL },
        { "1,299", CURRENCY_USD, 129900, NULL },
        { "1 299.50", CURRENCY_USD, 129950, NULL },
        { "199\xe5\x85\x83", CURRENCY_CNY, 19900, NULL },
        { "1.234", CURRENCY_KWD, 1234, NULL },
        { "$5", CURRENCY_USD, 500, NULL },
        { "0", CURRENCY_USD, 0, NULL },
        { "-1", CURRENCY_USD, 0, "too_small" },
        { "$-1", CURRENCY_USD, 0, "too_small" },
        { "1.299", CURRENCY_USD, 0, "format" },
        { "12.905", CURRENCY_USD, 0, "format" },
        { "12.9.0", CURRENCY_USD, 0, "format" },
        { "10-20", CURRENCY_USD, 0, "format" },
        { "10 20", CURRENCY_USD, 0, "format" },
        { "1e5", CURRENCY_USD, 0, "format" },
        { "12.90 EUR", CURRENCY_USD, 0, "other_currency" },
        { "\xe2\x82\xac"
          "5",
          CURRENCY_USD, 0, "other_currency" },
        { "free", CURRENCY_USD, 0, "format" },
        { "", CURRENCY_USD, 0, "format" },
        { "12.90", CURRENCY_NONE, 0, "currency_missing" },
        { "12.90 XYZ", CURRENCY_USD, 0, "format" },
        { "USD 5 EUR", CURRENCY_USD, 0, "other_currency" },
        { "9999999999999999", CURRENCY_USD, 0, "too_large" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t minor = -1;
        enum currency told;
        const char *code = know_price_read(str_of(cases[i].text), cases[i].c, &minor, &told);
        if (!text_eq(code, cases[i].code)) fail_msg("%s: %s", cases[i].text, code ? code : "taken");
        if (!code && minor != cases[i].minor) fail_msg("%s: %lld", cases[i].text, (long long)minor);
    }
}

static void a_table_becomes_products(void **state)
{
    (void)state;
    struct read r = TAKE("\xef\xbb\xbfid;Name;Price;Stock;Link\r\n"
                         "p1;\"Kettle; \"\"big\"\"\nblue\";39,00;3;https://s.example/1\r\n"
                         ";;;;\r\n"
                         "p2;Lamp;;0;\r\n",
                         &usd);
    assert_true(r.good);
    assert_int_equal(r.file.format, FORMAT_CSV);
    assert_int_equal(r.file.delimiter, ';');
    assert_int_equal(r.in.products, 2);
    assert_string_equal(r.in.product[0].title, "Kettle; \"big\"\nblue");
    assert_int_equal(r.in.product[0].price, 3900);
    assert_true(r.in.product[0].available);
    assert_false(r.in.product[1].priced);
    assert_false(r.in.product[1].available);
    assert_int_equal(r.in.currency, CURRENCY_USD);
    assert_int_equal(r.file.column[1].field, MAP_TITLE);
    arena_free(r.a);
}

static void rows_of_a_group_are_variants(void **state)
{
    (void)state;
    struct read r = TAKE("group,sku,title,color,size,price,currency\n"
                         "g1,A-1,Shirt,red,M,10.00,USD\n"
                         "g1,A-2,Shirt,blue,L,12.00,USD\n"
                         "g2,B-1,Hat,,,5.00,USD\n",
                         &any);
    assert_true(r.good);
    assert_int_equal(r.in.products, 2);
    assert_int_equal(r.in.variants, 3);
    assert_string_equal(r.in.product[0].id, "g1");
    assert_string_equal(r.in.product[0].variant[1].option[1].value, "L");
    assert_int_equal(r.in.product[0].variant[1].price, 1200);
    arena_free(r.a);
    /* Not together: it is two products of one id, and says in which row. */
    REFUSED("group,sku,title,price\ng1,1,A,1\ng2,2,B,1\ng1,3,A,1\n", &usd, "rows[4].id", "duplicate");
}

static void chinese_files_are_read_in_their_encodings(void **state)
{
    (void)state;
    /* "编号,名称,价格" and "1,电饭煲,199元" in GB18030. */
    struct read r = TAKE("\xb1\xe0\xba\xc5,\xc3\xfb\xb3\xc6,\xbc\xdb\xb8\xf1\n1,\xb5\xe7\xb7\xb9\xec\xd2,199\xd4\xaa\n",
                         &((struct reader_wish){ .currency = CURRENCY_CNY }));
    assert_true(r.good);
    assert_string_equal(r.file.encoding, "GB18030");
    assert_string_equal(r.in.product[0].title, "\xe7\x94\xb5\xe9\xa5\xad\xe7\x85\xb2");
    assert_int_equal(r.in.product[0].price, 19900);
    arena_free(r.a);
    r = TAKE("\xff\xfei\0d\0\t\0n\0a\0m\0e\0\n\0"
             "1\0\t\0L\0a\0m\0p\0\n\0",
             &usd);
    assert_true(r.good);
    assert_string_equal(r.file.encoding, "UTF-16");
    assert_int_equal(r.file.delimiter, '\t');
    assert_string_equal(r.in.product[0].title, "Lamp");
    arena_free(r.a);
    REFUSED("id,name\n1,\xff\xff\xff\n", &usd, "", "encoding");
    REFUSED("id,name\n1,a\0b\n", &usd, "", "encoding");
}

static void what_shopify_exports_is_read(void **state)
{
    (void)state;
    static const char file[] =
        "Handle,Title,Body (HTML),Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,"
        "Variant Inventory Qty,Variant Inventory Policy,Variant Price,Image Src,Status\n"
        "mug,Mug,\"<p>Big &amp; "
        "blue<script>x</script></p><ul><li>one</li></ul>\",true,Color,Red,'M-1,shopify,0,deny,9.50,"
        "https://s.example/a.png,active\n"
        "mug,,,,,Blue,M-2,shopify,4,deny,9.90,https://s.example/b.png,\n"
        "mug,,,,,,,,,,,https://s.example/c.png,\n"
        "old,Old,,true,Title,Default Title,O-1,,,deny,1.00,,draft\n"
        "pot,Pot,,true,Title,Default Title,P-1,,,deny,20.00,,active\n";
    struct read r = TAKE(file, &((struct reader_wish){ .currency = CURRENCY_EUR, .url = "https://s.example" }));
    assert_true(r.good);
    assert_int_equal(r.file.format, FORMAT_SHOPIFY);
    assert_int_equal(r.in.products, 2);
    assert_int_equal(r.file.passed_over, 2);
    const struct knowledge_product *p = &r.in.product[0];
    assert_string_equal(p->description, "Big & blue\n- one");
    assert_string_equal(p->url, "https://s.example/products/mug");
    assert_int_equal(p->variants, 2);
    assert_string_equal(p->variant[0].id, "M-1");
    assert_false(p->variant[0].available);
    assert_true(p->variant[1].available);
    assert_string_equal(p->variant[1].option[0].name, "Color");
    assert_string_equal(p->variant[1].option[0].value, "Blue");
    assert_int_equal(r.in.product[1].variant[0].options, 0);
    arena_free(r.a);
    REFUSED("Handle,Title,Variant Price\na,A,x\n", &usd, "rows[2].Variant Price", "format");
}

static void shopifys_young_columns_are_its_export_too(void **state)
{
    (void)state;
    static const char file[] =
        "Title,URL handle,Description,Published on online store,Status,SKU,Option1 name,Option1 value,Option1 Linked "
        "To,"
        "Option2 name,Option2 value,Price,Compare-at price,Inventory tracker,Inventory quantity,"
        "Continue selling when out of stock,Product image URL\n"
        "Mug,mug,<p>Big</p>,TRUE,Active,M,Color,Red,,Size,L,9.50,12.00,shopify,0,DENY,https://s.example/a.png\n"
        ",mug,,,,M,,Blue,,,L,9.90,,shopify,0,CONTINUE,\n"
        ",mug,,,,,,Blue,,,S,9.90,,shopify,4,DENY,\n"
        ",mug,,,,,,,,,,,,,,,https://s.example/c.png\n"
        "Draft,draft,,FALSE,Draft,D,Title,Default Title,,,,1.00,,,,DENY,\n"
        "Pot,pot,,TRUE,Active,,Title,Default Title,,,,20.00,,,,DENY,\n";
    struct read r = TAKE(file, &usd);
    assert_true(r.good);
    assert_int_equal(r.file.format, FORMAT_SHOPIFY);
    assert_int_equal(r.in.products, 2);
    assert_int_equal(r.file.passed_over, 2);
    const struct knowledge_product *p = &r.in.product[0];
    assert_string_equal(p->id, "mug");
    assert_string_equal(p->description, "Big");
    assert_string_equal(p->image, "https://s.example/a.png");
    assert_int_equal(p->variants, 3);
    assert_int_equal(p->variant[0].price, 950);
    assert_false(p->variant[0].available);
    assert_true(p->variant[1].available);
    assert_string_equal(p->variant[1].option[1].value, "L");
    /* One SKU twice, and none at all: they are told apart by what they are chosen by. */
    assert_string_equal(p->variant[0].id, "M");
    assert_string_equal(p->variant[1].id, "Blue / L");
    assert_string_equal(p->variant[1].sku, "M");
    assert_string_equal(p->variant[2].id, "Blue / S");
    assert_string_equal(r.in.product[1].variant[0].id, "row-7");
    arena_free(r.a);
}

static void questions_are_read_from_a_table(void **state)
{
    (void)state;
    struct read r = TAKE("Question,Answer\nReturns?,30 days\nShipping?,3 days\n", &any);
    assert_true(r.good);
    assert_int_equal(r.in.of_kind[KNOWLEDGE_FAQ], 2);
    assert_string_equal(r.in.text[1].title, "Shipping?");
    arena_free(r.a);
}

static void columns_are_what_the_merchant_says(void **state)
{
    (void)state;
    static const enum reader_field map[] = { MAP_TITLE, MAP_ID, MAP_OPTION };
    struct read r = take(STR("x,y,z\nLamp,7,warm\n"),
                         &((struct reader_wish){ .currency = CURRENCY_USD, .map = map, .mapped = ARRAY_LEN(map) }));
    assert_true(r.good);
    assert_string_equal(r.in.product[0].id, "7");
    assert_string_equal(r.in.product[0].variant[0].option[0].name, "z");
    arena_free(r.a);
    static const enum reader_field twice[] = { MAP_TITLE, MAP_ID, MAP_ID };
    struct reader_wish w = { .currency = CURRENCY_USD, .map = twice, .mapped = ARRAY_LEN(twice) };
    REFUSED("x,y,z\nLamp,7,8\n", &w, "rows[1].z", "duplicate");
}

static void a_fault_names_row_and_column(void **state)
{
    (void)state;
    REFUSED("id,name,price\n1,A,5\n2,B,-5\n", &usd, "rows[3].price", "too_small");
    REFUSED("id,name,price\n1,A,5 EUR\n", &usd, "rows[2].price", "other_currency");
    REFUSED("id,name,price\n1,A,5\n", &any, "rows[2].price", "currency_missing");
    REFUSED("id,name\n1,\n", &usd, "rows[2].title", "required");
    REFUSED("id,name\n1,A\n1,B\n", &usd, "rows[3].id", "duplicate");
    REFUSED("id,name,link\n1,A,javascript:x\n", &usd, "rows[2].url", "format");
    REFUSED("id,name,stock\n1,A,many\n", &usd, "rows[2].stock", "not_one_of");
    REFUSED("id,name,currency\n1,A,USD\n2,B,EUR\n", &any, "rows[3].currency", "other_currency");
    REFUSED("a,b\n1,2\n", &usd, "title", "column_missing");
    REFUSED("name\nA\n", &usd, "id", "column_missing");
    REFUSED("id,name\n1,\"A\n", &usd, "rows[2]", "quotes");
    REFUSED("id,name\n1,\"A\"x\n", &usd, "rows[2]", "quotes");
    REFUSED("  \n", &usd, "", "empty");
    REFUSED("", &usd, "", "empty");
    const struct reader_wish book = { .name = "List.XLSX" }, old = { .name = "list.xls" }, paper = { .name = "a.docx" };
    const struct reader_wish other = { .name = "a.zip" }, text = { .name = "a.txt" };
    REFUSED("PK\3\4\24\0\6\0", &book, "", "spreadsheet");
    REFUSED("\xd0\xcf\x11\xe0\xa1\xb1", &old, "", "spreadsheet");
    REFUSED("PK\3\4\24\0\6\0", &paper, "", "word_document");
    REFUSED("PK\3\4\24\0\6\0", &other, "", "encoding");
    REFUSED("{\\rtf1\\ansi Hello}", &text, "", "word_document");
    REFUSED("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", &text, "", "pdf");
    REFUSED("[1]", &usd, "", "type");
}

static const char rss[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\" xmlns:m=\"urn:m\"><channel><title>Shop</title>"
    "<item><g:id>a-1</g:id><g:title>Shirt</g:title><m:title>no</m:title><g:description><![CDATA[<b>Soft</b>]]>"
    "</g:description><link>https://s.example/a</link><g:price>19.90 EUR</g:price><g:sale_price>15,00 EUR</g:sale_price>"
    "<g:availability>in_stock</g:availability><g:item_group_id>a</g:item_group_id><g:color>red</g:color></item>"
    "<item><g:id>b</g:id><title>Pot</title><g:price>5 EUR</g:price><g:availability>out of stock</g:availability></item>"
    "<item><g:id>a-2</g:id><g:title>Shirt</g:title><g:price>19.90 EUR</g:price><g:item_group_id>a</g:item_group_id>"
    "<g:color>blue</g:color></item></channel></rss>";

static void a_feed_becomes_products(void **state)
{
    (void)state;
    struct read r = TAKE(rss, &any);
    assert_true(r.good);
    assert_int_equal(r.file.format, FORMAT_FEED);
    assert_int_equal(r.in.products, 2);
    assert_int_equal(r.in.currency, CURRENCY_EUR);
    const struct knowledge_product *p = &r.in.product[0];
    assert_string_equal(p->id, "a");
    assert_string_equal(p->title, "Shirt");
    assert_string_equal(p->description, "Soft");
    assert_int_equal(p->variants, 2);
    assert_int_equal(p->variant[0].price, 1500);
    assert_string_equal(p->variant[1].option[0].value, "blue");
    assert_false(r.in.product[1].available);
    assert_int_equal(r.in.product[1].price, 500);
    arena_free(r.a);
    r = TAKE("<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:g=\"x\"><entry><g:id>1</g:id><title>T</title>"
             "<link href=\"https://s.example/t\"/><summary>S</summary><g:price>1 USD</g:price></entry></feed>",
             &any);
    assert_true(r.good);
    assert_string_equal(r.in.product[0].url, "https://s.example/t");
    assert_string_equal(r.in.product[0].description, "S");
    arena_free(r.a);
}

static void a_feed_that_attacks_is_refused(void **state)
{
    (void)state;
    REFUSED("<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><rss><item><title>&b;</title></item></rss>",
            &any, "line 1", "document_type");
    REFUSED("<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><rss/>", &any, "line 1", "document_type");
    REFUSED("<rss><channel>", &any, "line 1", "format");
    REFUSED("<rss></rss>", &any, "", "no_items");
    REFUSED("<rss><item><id>1</id><title>T</title><price>5 USD</price></item><item><id>2</id><title>U</title>"
            "<price>-5 USD</price></item></rss>",
            &any, "items[2].price", "too_small");
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 5000; i++) buf_text(&b, "<a>");
    refused(buf_str(&b), &any, "line 1", "too_deep");
    buf_clear(&b);
    buf_text(&b, "<rss><item><title>");
    for (int i = 0; i < 70000; i++) buf_char(&b, 'x');
    buf_text(&b, "</title></item></rss>");
    refused(buf_str(&b), &any, "line 1", "too_long");
    buf_free(&b);
}

static void html_is(const char *html, const char *text, const char *title)
{
    struct buf words, name;
    buf_init(&words, 4096), buf_init(&name, 256);
    know_html_text(str_of(html), &words, &name);
    assert_string_equal(buf_terminated(&words), text);
    assert_string_equal(buf_terminated(&name), title);
    buf_free(&words), buf_free(&name);
}

static void a_page_is_its_words(void **state)
{
    (void)state;
    html_is(
        "<html><head><title> Our &amp; shop </title><style>a{}</style></head><body><nav>Menu</nav><h1>Hi</h1>"
        "<p>One<br>two &lt;b&gt; &#x1F600; &copy; &nope;</p><script>alert('</p>')</script><ul><li>A<li>B</ul></body>",
        "Hi\nOne\ntwo <b> \xf0\x9f\x98\x80 \xc2\xa9 &nope;\n- A\n- B", "Our & shop");
    html_is("<h1>Big <i>news</i></h1>x", "Big news\nx", "Big news");
    html_is("<p hidden>no <p hidden>no</p></p>yes", "yes", "");
    html_is("<div style=\"a>b\">q</div>", "q", "");
    html_is("a < b & c", "a < b & c", "");
    html_is("<!-- <b>no</b> -->w<!DOCTYPE x>", "w", "");
    html_is("<script>unfinished", "", "");
    html_is("&#0;&#xD800;&#99999999999;", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "");
    html_is("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc", "");
    /* Full: no half a character. */
    struct buf small;
    buf_init(&small, 8);
    know_html_text(STR("\xe7\x94\xb5\xe9\xa5\xad\xe7\x85\xb2"), &small, NULL);
    assert_int_equal(small.n, 6);
    assert_false(small.overflow);
    /* Full in the middle of an entity: it ends there, in the text and in the title. */
    struct buf name;
    buf_clear(&small);
    buf_init(&name, 4);
    know_html_text(STR("<title>abc&#x41;</title>abcdefg&#x42;"), &small, &name);
    assert_string_equal(buf_terminated(&name), "abc");
    assert_string_equal(buf_terminated(&small), "abcdefg");
    buf_free(&name), buf_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_price_is_one_amount_or_refused), cmocka_unit_test(a_table_becomes_products),
        cmocka_unit_test(rows_of_a_group_are_variants),     cmocka_unit_test(chinese_files_are_read_in_their_encodings),
        cmocka_unit_test(what_shopify_exports_is_read),     cmocka_unit_test(shopifys_young_columns_are_its_export_too),
        cmocka_unit_test(questions_are_read_from_a_table),  cmocka_unit_test(columns_are_what_the_merchant_says),
        cmocka_unit_test(a_fault_names_row_and_column),     cmocka_unit_test(a_feed_becomes_products),
        cmocka_unit_test(a_feed_that_attacks_is_refused),   cmocka_unit_test(a_page_is_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
