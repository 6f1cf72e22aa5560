/* numbers_money.c: what came and what went back, by the day, week or month, in each currency, and by provider or offer:
 * added up from the books themselves, so that it agrees with them because it is them. Behind each sum stand its
 * postings (numbers_postings.c). */
#include "billing/numbers.h"

enum { MONEY_ROWS_MOST = 4000 };
enum money_of { OF_ALL, OF_PROVIDER, OF_OFFER };
static const char *const money_of_names[] = { "all", "provider", "offer", NULL };

STMT(money_postings, "SELECT COUNT(*) AS n FROM (SELECT id FROM postings WHERE at_ms >= ?1 AND at_ms < ?2"
                     " ORDER BY at_ms LIMIT ?3) AS few");
#define SUM_OF(condition, what) "CAST(SUM(CASE WHEN " condition " THEN " what " ELSE 0 END) AS BIGINT)"
/* clang-format off */
STMT(money_of_days,
     "SELECT " NUMBERS_SQL_DAY("p.at_ms") " AS day,"
     " CASE CAST(?3 AS BIGINT) WHEN 1 THEN y.provider WHEN 2 THEN f.code ELSE '' END AS name, e.currency,"
     " " SUM_OF("e.book LIKE 'provider:%' AND e.amount > 0", "e.amount") " AS came,"
     " " SUM_OF("e.book LIKE 'provider:%' AND e.amount < 0", "-e.amount") " AS went,"
     " " SUM_OF("e.book = 'revenue'", "-e.amount") " AS sold, " SUM_OF("e.book = 'refunds'", "e.amount") " AS refunded,"
     " " SUM_OF("e.book LIKE 'provider:%' AND e.amount > 0", "1") " AS payments,"
     " " SUM_OF("e.book LIKE 'provider:%' AND e.amount < 0", "1") " AS refunds"
     " FROM postings p JOIN posting_entries e ON e.posting = p.id JOIN payments y ON y.id = p.payment"
     " JOIN orders o ON o.id = y.order_id JOIN offers f ON f.id = o.offer WHERE p.at_ms >= ?1 AND p.at_ms < ?2"
     " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT ?4");

struct money_sum {
    const char *name;
    int64_t day; /* the first one of its step */
    struct money came, went, sold, refunded;
    int64_t payments, refunds;
};
struct money_numbers {
    struct numbers_range range;
    enum money_of of;
    struct money_sum *row, sum[CURRENCY_COUNT];
    size_t rows, sums;
};

#define MONEY_SUM_SHAPES                                                                                               \
    SHAPE_OBJECT("came", amount_shape, .type_name = "Money", .doc = "Paid, delivered for or not."),                    \
    SHAPE_OBJECT("went", amount_shape, .type_name = "Money", .doc = "Back to who paid."),                              \
    SHAPE_OBJECT("net", amount_shape, .type_name = "Money", .doc = "What came less what went."),                       \
    SHAPE_OBJECT("sold", amount_shape, .type_name = "Money", .doc = "Of what came: delivered for."),                   \
    SHAPE_OBJECT("refunded", amount_shape, .type_name = "Money", .doc = "Of what went: of what was sold."),            \
    SHAPE_I64("payments", .doc = "How many came."), SHAPE_I64("refunds", .doc = "How many went.")
static const struct shape sum_shape[] = { MONEY_SUM_SHAPES, SHAPE_END };
static const struct shape row_shape[] = {
    SHAPE_TEXT("day", .doc = "The first one of its step."),
    SHAPE_TEXT("name", .doc = "Of the provider, or the code of the offer; else empty."),
    MONEY_SUM_SHAPES, SHAPE_END };
static const struct shape numbers_shape[] = {
    NUMBERS_RANGE_SHAPES, SHAPE_ENUM("of", money_of_names),
    SHAPE_LIST("sums", sum_shape, .type_name = "MoneySum", .doc = "One a currency."),
    SHAPE_LIST("rows", row_shape, .type_name = "MoneyRow",
               .doc = "One a step, name and currency in which there was something."), SHAPE_END };
/* clang-format on */

static bool add(struct money_sum *to, const struct money_sum *s)
{
    to->payments += s->payments, to->refunds += s->refunds;
    return money_add(to->came, s->came, &to->came) && money_add(to->went, s->went, &to->went) &&
           money_add(to->sold, s->sold, &to->sold) && money_add(to->refunded, s->refunded, &to->refunded);
}

/* Rows of one step follow each other. */
static struct money_sum *row_like(struct money_numbers *n, const struct money_sum *s)
{
    for (size_t i = n->rows; i > 0 && n->row[i - 1].day == s->day; i--) {
        struct money_sum *r = &n->row[i - 1];
        if (money_currency(r->came) == money_currency(s->came) && text_eq(r->name, s->name)) return r;
    }
    return NULL;
}

static struct money_sum *sum_like(struct money_numbers *n, const struct money_sum *s)
{
    for (size_t i = 0; i < n->sums; i++)
        if (money_currency(n->sum[i].came) == money_currency(s->came)) return &n->sum[i];
    return NULL;
}

static bool take(struct money_numbers *n, const struct money_sum *s)
{
    struct money_sum *row = row_like(n, s), *sum = sum_like(n, s);
    if (row && !add(row, s)) return false;
    if (!row) n->row[n->rows++] = *s;
    if (sum) return add(sum, s);
    n->sum[n->sums++] = *s;
    return true;
}

/* *many: more than is counted at once. */
static bool read_days(struct tx *tx, struct money_numbers *n, bool *many)
{
    struct query q = query(tx, &money_of_days);
    enum row row;
    size_t read = 0;
    bind_i64(&q, n->range.from_ms), bind_i64(&q, n->range.to_ms), bind_i64(&q, n->of), bind_i64(&q, MONEY_ROWS_MOST);
    while ((row = query_next(&q)) == ROW_FOUND) {
        const struct money_sum s = { .name = col_text(&q, "name"),
                                     .day = numbers_step_of(&n->range, col_i64(&q, "day")),
                                     .came = col_money(&q, "came"),
                                     .went = col_money(&q, "went"),
                                     .sold = col_money(&q, "sold"),
                                     .refunded = col_money(&q, "refunded"),
                                     .payments = col_i64(&q, "payments"),
                                     .refunds = col_i64(&q, "refunds") };
        if (!take(n, &s)) return false;
        read++;
    }
    *many = read == MONEY_ROWS_MOST;
    return row == ROW_NONE;
}

static struct money net_of(const struct money_sum *s)
{
    struct money net = s->came;
    bool fits = money_subtract(s->came, s->went, &net); /* both are positive and within the limit */
    assert(fits);
    return net;
}

static void sum_json(struct json *j, const struct money_sum *s)
{
    amount_json(j, "came", s->came);
    amount_json(j, "went", s->went);
    amount_json(j, "net", net_of(s));
    amount_json(j, "sold", s->sold);
    amount_json(j, "refunded", s->refunded);
    json_i64(j, "payments", s->payments);
    json_i64(j, "refunds", s->refunds);
}

static void numbers_json(struct json *j, const void *arg)
{
    const struct money_numbers *n = arg;
    char day[NUMBERS_DAY_SIZE];
    numbers_range_json(j, &n->range);
    json_text(j, "of", money_of_names[n->of]);
    json_array(j, "sums");
    for (size_t i = 0; i < n->sums; i++) {
        json_object(j, NULL);
        sum_json(j, &n->sum[i]);
        json_end(j);
    }
    json_end(j);
    json_array(j, "rows");
    for (size_t i = 0; i < n->rows; i++) {
        numbers_day_text(n->row[i].day, day);
        json_object(j, NULL);
        json_text(j, "day", day);
        json_text(j, "name", n->row[i].name);
        sum_json(j, &n->row[i]);
        json_end(j);
    }
    json_end(j);
}

static void csv_money(struct csv *c, struct money m)
{
    char text[MONEY_TEXT_SIZE];
    money_text(m, text);
    csv_text(c, text);
}

static bool csv_rows(struct req *req, struct csv *c, void *arg)
{
    const struct money_numbers *n = arg;
    char day[NUMBERS_DAY_SIZE];
    (void)req;
    for (size_t i = 0; i < n->rows; i++) {
        const struct money_sum *s = &n->row[i];
        numbers_day_text(s->day, day);
        csv_text(c, day), csv_text(c, s->name), csv_text(c, currency_code(money_currency(s->came)));
        csv_money(c, s->came), csv_money(c, s->went), csv_money(c, s->sold);
        csv_money(c, s->refunded), csv_i64(c, s->payments), csv_i64(c, s->refunds);
        csv_end_row(c);
    }
    return true;
}

struct get_money_numbers {
    int64_t days, to;
    int by, format, of;
};
static const struct field get_money_numbers_fields[] = {
    FIELD_NUMBERS(struct get_money_numbers),
    FIELD_ENUM(struct get_money_numbers, of, money_of_names, .optional = true, .doc = "What else it is split by."),
    FIELD_END
};

static enum answer get_money_numbers(struct req *req)
{
    static const char *const names[] = { "day",  "name",     "currency", "came",    "went",
                                         "sold", "refunded", "payments", "refunds", NULL };
    const struct get_money_numbers *in = req->query;
    struct money_numbers *n = ARENA_NEW(req->arena, struct money_numbers);
    bool many = false;
    enum answer range = numbers_range_of(req, in->days, in->to, in->by, &n->range);
    if (range != ANSWER_GO_ON) return range;
    n->of = (enum money_of)in->of;
    n->row = ARENA_ARRAY(req->arena, struct money_sum, MONEY_ROWS_MOST);
    if (!numbers_too_many(req->tx, &money_postings, &n->range, &many)) return reply_fault(req);
    if (!many && !read_days(req->tx, n, &many)) return reply_fault(req);
    if (many) return reply_problem(req, &problem_days_too_many);
    if (!csv_is_wanted(req, in->format)) return reply_json(req, 200, numbers_json, n);
    return reply_csv(req, &(struct csv_list){ "money", names, true, csv_rows, n });
}

/* clang-format off */
const struct route billing_numbers_money_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/numbers/money", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_money_numbers), .answer = numbers_shape, .run = get_money_numbers,
      PROBLEMS(&problem_days_too_many),
      .doc = "What came and went, from the books: by the day, week or month, also by provider or offer." },
    ROUTE_END
};
/* clang-format on */
