/* numbers_plans.c: new and lost plans, and the trials that became paid: counted from what was written of each change
 * (plan_moves.c), and the same rows as a list. The trials that became paid are told by the day on which they began, so
 * that they are a share of them, whenever they were paid. */
#include "billing/numbers.h"

enum { MOVES_PAGE = 50, MOVES_PAGE_MAX = 100 };
enum { KINDS = PLAN_MOVE_COUNT - 1 };

/* clang-format off */
STMT(moves_many, "SELECT COUNT(*) AS n FROM (SELECT id FROM plan_moves WHERE at_ms >= ?1 AND at_ms < ?2 ORDER BY at_ms"
                 " LIMIT ?3) AS few");
STMT(moves_days, "SELECT " NUMBERS_SQL_DAY("at_ms") " AS day, kind, COUNT(*) AS n FROM plan_moves"
                 " WHERE at_ms >= ?1 AND at_ms < ?2 GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 10000");
STMT(trials_days, "SELECT " NUMBERS_SQL_DAY("began_at_ms") " AS day, COUNT(*) AS n,"
                  " CAST(SUM(CASE WHEN paid_at_ms > 0 THEN 1 ELSE 0 END) AS BIGINT) AS paid FROM plan_trials"
                  " WHERE began_at_ms >= ?1 AND began_at_ms < ?2 GROUP BY 1 ORDER BY 1 LIMIT 10000");
STMT(moves_rows,
     "SELECT few.id, few.at_ms, few.shop, few.account, few.kind, f.code, f.name_en, f.name_zh,"
     " COALESCE(t.paid_at_ms, 0) AS paid_ms"
     " FROM (SELECT id, at_ms, shop, account, kind, offer FROM plan_moves WHERE at_ms >= ?1 AND at_ms < ?2"
     " AND (at_ms, id) < (?3, ?4) ORDER BY at_ms DESC, id DESC LIMIT ?5) AS few JOIN offers f ON f.id = few.offer"
     " LEFT JOIN plan_trials t ON t.account = few.account AND few.kind = 1 ORDER BY few.at_ms DESC, few.id DESC");
STMT(move_at, "SELECT at_ms FROM plan_moves WHERE id = ?1");

#define PLANS_SUM_SHAPES                                                                                               \
    SHAPE_I64("began", .doc = "Plans that are paid, new ones."), SHAPE_I64("renewed"), SHAPE_I64("exchanged"),         \
    SHAPE_I64("ended", .doc = "Without being renewed before. Who comes back later has begun anew."),                   \
    SHAPE_I64("trial", .doc = "Trials that began."),                                                                   \
    SHAPE_I64("trialPaid", .doc = "Of those that began here: a plan was paid for since."),                             \
    SHAPE_I64("trialEnded", .doc = "Trials that ended without a plan.")
static const struct shape sum_shape[] = { PLANS_SUM_SHAPES, SHAPE_END };
static const struct shape row_shape[] = {
    SHAPE_TEXT("day", .doc = "The first one of its step."), PLANS_SUM_SHAPES, SHAPE_END };
static const struct shape numbers_shape[] = {
    NUMBERS_RANGE_SHAPES, SHAPE_OBJECT("all", sum_shape, .type_name = "PlanNumbersSum"),
    SHAPE_LIST("rows", row_shape, .type_name = "PlanNumbersRow", .doc = "One a step in which there was something."),
    SHAPE_END };
static const struct shape move_shape[] = {
    SHAPE_I64("id"), SHAPE_TIME("at"), SHAPE_ENUM("kind", plan_move_names), SHAPE_I64("shop"), SHAPE_I64("account"),
    SHAPE_TEXT("offer"), SHAPE_TEXT("nameEn"), SHAPE_TEXT("nameZh"),
    SHAPE_TIME("paidAt", .nullable = true, .doc = "Of a trial: when its account began a plan that is paid."),
    SHAPE_END };
static const struct shape list_shape[] = {
    SHAPE_LIST("moves", move_shape, .type_name = "PlanMove"),
    SHAPE_I64("next", .nullable = true, .doc = "`after` of the next page; null: this was all."), SHAPE_END };
/* clang-format on */

/* ---- counted ---- */

struct plans_row {
    int64_t day; /* the first one of its step */
    int64_t count[KINDS], paid;
};
struct plans_numbers {
    struct numbers_range range;
    struct plans_row all, row[NUMBERS_DAYS_MOST];
    size_t rows;
};

static int compare_days(const void *a, const void *b)
{
    int64_t x = ((const struct plans_row *)a)->day, y = ((const struct plans_row *)b)->day;
    return (x > y) - (x < y);
}

/* There are no more steps than days. */
static struct plans_row *row_of_day(struct plans_numbers *n, int64_t day)
{
    int64_t step = numbers_step_of(&n->range, day);
    for (size_t i = n->rows; i > 0; i--)
        if (n->row[i - 1].day == step) return &n->row[i - 1];
    assert(n->rows < ARRAY_LEN(n->row));
    n->row[n->rows] = (struct plans_row){ .day = step };
    struct plans_row *made = &n->row[n->rows++];
    return made;
}

static bool read_moves(struct tx *tx, struct plans_numbers *n)
{
    struct query q = query(tx, &moves_days);
    enum row row;
    bind_i64(&q, n->range.from_ms), bind_i64(&q, n->range.to_ms);
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t kind = col_state(&q, "kind", PLAN_MOVE_TRIAL, PLAN_MOVE_COUNT - 1), count = col_i64(&q, "n");
        row_of_day(n, col_i64(&q, "day"))->count[kind - 1] += count;
        n->all.count[kind - 1] += count;
    }
    return row == ROW_NONE;
}

static bool read_trials(struct tx *tx, struct plans_numbers *n)
{
    struct query q = query(tx, &trials_days);
    enum row row;
    bind_i64(&q, n->range.from_ms), bind_i64(&q, n->range.to_ms);
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t paid = col_i64(&q, "paid");
        row_of_day(n, col_i64(&q, "day"))->paid += paid;
        n->all.paid += paid;
    }
    return row == ROW_NONE;
}

static void sum_json(struct json *j, const struct plans_row *r)
{
    json_i64(j, "began", r->count[PLAN_MOVE_BEGAN - 1]);
    json_i64(j, "renewed", r->count[PLAN_MOVE_RENEWED - 1]);
    json_i64(j, "exchanged", r->count[PLAN_MOVE_EXCHANGED - 1]);
    json_i64(j, "ended", r->count[PLAN_MOVE_ENDED - 1]);
    json_i64(j, "trial", r->count[PLAN_MOVE_TRIAL - 1]);
    json_i64(j, "trialPaid", r->paid);
    json_i64(j, "trialEnded", r->count[PLAN_MOVE_TRIAL_ENDED - 1]);
}

static void numbers_json(struct json *j, const void *arg)
{
    const struct plans_numbers *n = arg;
    char day[NUMBERS_DAY_SIZE];
    numbers_range_json(j, &n->range);
    json_object(j, "all");
    sum_json(j, &n->all);
    json_end(j);
    json_array(j, "rows");
    for (size_t i = 0; i < n->rows; i++) {
        numbers_day_text(n->row[i].day, day);
        json_object(j, NULL);
        json_text(j, "day", day);
        sum_json(j, &n->row[i]);
        json_end(j);
    }
    json_end(j);
}

static bool csv_rows(struct req *req, struct csv *c, void *arg)
{
    static const enum plan_move_kind order[] = { PLAN_MOVE_BEGAN, PLAN_MOVE_RENEWED, PLAN_MOVE_EXCHANGED,
                                                 PLAN_MOVE_ENDED, PLAN_MOVE_TRIAL,   PLAN_MOVE_TRIAL_ENDED };
    const struct plans_numbers *n = arg;
    char day[NUMBERS_DAY_SIZE];
    (void)req;
    for (size_t i = 0; i < n->rows; i++) {
        numbers_day_text(n->row[i].day, day);
        csv_text(c, day);
        for (size_t k = 0; k < ARRAY_LEN(order); k++) csv_i64(c, n->row[i].count[order[k] - 1]);
        csv_i64(c, n->row[i].paid);
        csv_end_row(c);
    }
    return true;
}

struct get_plan_numbers {
    int64_t days, to;
    int by, format;
};
static const struct field get_plan_numbers_fields[] = { FIELD_NUMBERS(struct get_plan_numbers), FIELD_END };

static enum answer get_plan_numbers(struct req *req)
{
    static const char *const names[] = { "day",   "began",      "renewed",   "exchanged", "ended",
                                         "trial", "trialEnded", "trialPaid", NULL };
    const struct get_plan_numbers *in = req->query;
    struct plans_numbers *n = ARENA_NEW(req->arena, struct plans_numbers);
    bool many = false;
    enum answer range = numbers_range_of(req, in->days, in->to, in->by, &n->range);
    if (range != ANSWER_GO_ON) return range;
    if (!numbers_too_many(req->tx, &moves_many, &n->range, &many)) return reply_fault(req);
    if (many) return reply_problem(req, &problem_days_too_many);
    if (!read_moves(req->tx, n) || !read_trials(req->tx, n)) return reply_fault(req);
    qsort(n->row, n->rows, sizeof n->row[0], compare_days);
    if (!csv_is_wanted(req, in->format)) return reply_json(req, 200, numbers_json, n);
    return reply_csv(req, &(struct csv_list){ "plans", names, true, csv_rows, n });
}

/* ---- listed ---- */

struct get_moves {
    int64_t after, limit, from, to;
    int kind;
    bool paid, has_paid;
};
static const struct field get_moves_fields[] = {
    FIELD_PAGE(struct get_moves, MOVES_PAGE, MOVES_PAGE_MAX), FIELD_RANGE(struct get_moves),
    FIELD_ENUM(struct get_moves, kind, plan_move_names, .optional = true, .fallback = -1, .doc = "Only of this kind."),
    FIELD_BOOL(struct get_moves, paid, .optional = true, .present_offset = offsetof(struct get_moves, has_paid),
               .doc = "Only trials that became paid (true), or did not (false)."),
    FIELD_END
};

struct plan_move {
    int64_t id, at_ms, shop, account, paid_ms;
    enum plan_move_kind kind;
    const char *code, *name_en, *name_zh;
};
struct page {
    const struct get_moves *in;
    struct plan_move *row;
    size_t count;
    int64_t next;
};

static struct plan_move move_of(const struct query *q)
{
    return (struct plan_move){ .id = col_i64(q, "id"),
                               .at_ms = col_i64(q, "at_ms"),
                               .shop = col_i64(q, "shop"),
                               .account = col_i64(q, "account"),
                               .paid_ms = col_i64(q, "paid_ms"),
                               .kind = (enum plan_move_kind)col_state(q, "kind", PLAN_MOVE_TRIAL, PLAN_MOVE_COUNT - 1),
                               .code = col_text(q, "code"),
                               .name_en = col_text(q, "name_en"),
                               .name_zh = col_text(q, "name_zh") };
}

static bool take_move(const struct query *q, void *list)
{
    struct page *p = list;
    const struct get_moves *in = p->in;
    struct plan_move m = move_of(q);
    if (in->has_paid && (m.kind != PLAN_MOVE_TRIAL || (m.paid_ms > 0) != in->paid)) return false;
    if (in->kind >= 0 && m.kind != (enum plan_move_kind)(in->kind + 1)) return false;
    p->row[p->count++] = m;
    return true;
}

static void page_json(struct json *j, const void *arg)
{
    const struct page *p = arg;
    json_array(j, "moves");
    for (size_t i = 0; i < p->count; i++) {
        const struct plan_move *m = &p->row[i];
        json_object(j, NULL);
        json_i64(j, "id", m->id);
        json_time(j, "at", m->at_ms);
        json_text(j, "kind", plan_move_names[m->kind - 1]);
        json_i64(j, "shop", m->shop);
        json_i64(j, "account", m->account);
        json_text(j, "offer", m->code);
        json_text(j, "nameEn", m->name_en);
        json_text(j, "nameZh", m->name_zh);
        json_time(j, "paidAt", m->paid_ms);
        json_end(j);
    }
    json_end(j);
    operator_id_json(j, "next", p->next);
}

static enum answer get_moves(struct req *req)
{
    const struct get_moves *in = req->query;
    struct page p = { .in = in, .row = ARENA_ARRAY(req->arena, struct plan_move, (size_t)in->limit) };
    const struct numbers_list l = { .rows = &moves_rows,
                                    .at = &move_at,
                                    .after = in->after,
                                    .limit = in->limit,
                                    .from_ms = in->from,
                                    .to_ms = in->to,
                                    .take = take_move,
                                    .list = &p };
    return numbers_page(req->tx, &l, &p.next) ? reply_json(req, 200, page_json, &p) : reply_fault(req);
}

/* clang-format off */
const struct route billing_numbers_plans_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/numbers/plans", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_plan_numbers), .answer = numbers_shape, .run = get_plan_numbers,
      PROBLEMS(&problem_days_too_many), .doc = "New and lost plans, and trials, by the day, week or month." },
    { .verb = VERB_GET, .path = "/api/operator/plan-moves", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_moves), .answer = list_shape, .run = get_moves,
      .doc = "What became of plans, newest first. By several filters: what is found among 2,000, and `next`." },
    ROUTE_END
};
/* clang-format on */
