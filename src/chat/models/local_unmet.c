/* local_unmet.c: what is asked of a product that it does not have: an amount ("10L" of what holds 6), a colour, a part
 * of it ("X7手机壳" of a phone). Who asks for that is told neither that the product is in stock nor what it costs. */
#include "chat/models/local.h"

#include <stdio.h>

enum { TEXT_ATOMS = 400, TITLE_ATOMS = 90, VALUE_ATOMS = 16, FAR = 3 };

/* What the product's name and its options say of the amount, and whether its description has it. */
static enum amount_told told_by(struct local *m, const struct knowledge_product *p, const struct quantity *said)
{
    struct arena_mark mark = arena_mark(m->arena);
    struct atoms t = atoms_of(m->arena, str_of(p->title), TITLE_ATOMS);
    enum amount_told told = local_amount_told(&t, said);
    bool of_values = false;
    for (size_t i = 0; i < p->variants && told != AMOUNT_SAME; i++)
        for (size_t k = 0; k < p->variant[i].options && told != AMOUNT_SAME; k++) {
            struct arena_mark one = arena_mark(m->arena);
            t = atoms_of(m->arena, str_of(p->variant[i].option[k].value), VALUE_ATOMS);
            enum amount_told of_value = local_amount_told(&t, said);
            if (of_value > told) told = of_value;
            of_values |= of_value == AMOUNT_OTHER;
            arena_release(m->arena, one);
        }
    if (told == AMOUNT_OTHER &&
        !of_values) { /* where amounts are to be chosen, what else is told is of other matters */
        t = atoms_of(m->arena, str_of(p->description ? p->description : ""), TEXT_ATOMS);
        if (local_amount_told(&t, said) == AMOUNT_SAME) told = AMOUNT_SAME;
    }
    arena_release(m->arena, mark);
    return told;
}

static bool is_mentioned(const struct found *f, size_t i, size_t n)
{
    for (size_t k = 0; k < f->mentions; k++)
        if (f->mention[k].at < i + n && i < f->mention[k].at + f->mention[k].n) return true;
    return false;
}

/* Whether the amount at i is what the thing is to have or to hold, and not how much is bought, or who it is for. */
static bool is_wanted(const struct heard *h, size_t i, size_t n, const struct quantity *q)
{
    static const char before[] = "身高|体重|胸围|腰围|每|满|共|差|够|超过|约|不到|重|高|长|宽|厚|深|离|买|订|拿|来|"
                                 "一共|总共|送|下单|我|孩子|宝宝|娃",
                      behind[] = "以内|以下|以上|左右|的人|人|的狗|狗|的猫|猫|的宝宝|宝宝|的孩子|孩子|高|重|体重|"
                                 "能|够|远|水深|的水|小孩|的小孩|娃",
                      counts[] = "1234567890ABCDEFGHIJKLMNOP", seldom[] = "ACHM";
    bool kind = strchr(counts, q->of) != NULL && q->of != 'N', packed = lexicon_phrase(&h->a, i + n, "装") > 0;
    if (h->a.atom[i].glued && i > 0 && h->a.atom[i - 1].kind != ATOM_HAN) return false; /* of a model's name */
    for (size_t back = 1; back <= 2 && back <= i; back++)
        if (lexicon_phrase(&h->a, i - back, before) == back) return false;
    bool food =
        lexicon_phrase(&h->a, i + n, "猫|狗|犬") > 0 && lexicon_phrase(&h->a, i + n + 1, "粮|砂|条|饭|罐|零食") > 0;
    if (!food && lexicon_phrase(&h->a, i + n, behind) > 0) return false;
    bool one = lexicon_phrase(&h->a, i, "一|半|1") > 0 && n == 2; /* "1斤多少钱" */
    if (one && !packed && (kind || q->of == 'w' || h->a.atom[i].kind == ATOM_HAN)) return false;
    return packed || !kind || !strchr(seldom, q->of) || lexicon_phrase(&h->a, i + n, "的") > 0;
}

/* AMOUNT_OTHER: it comes in other amounts than the one that is asked for. */
static enum amount_told amount_told(struct local *m, const struct knowledge_product *p)
{
    const struct heard *h = &m->h;
    bool lacks = false;
    for (size_t i = 0, n; i<h->a.n; i += n> 0 ? n : 1) {
        struct quantity q;
        n = h->used[i] && !m->numbered[i] ? 0 : quantity_at(&h->a, i, &q);
        if (n == 0 || !is_wanted(h, i, n, &q)) continue;
        if (is_mentioned(&m->found, i, n)) return AMOUNT_SAME;
        enum amount_told told = told_by(m, p, &q);
        if (told == AMOUNT_SAME) return AMOUNT_SAME;
        lacks |= told == AMOUNT_OTHER;
    }
    return lacks ? AMOUNT_OTHER : AMOUNT_NOT;
}

/* ---- sizes ---- */

/* "S码" of what has M, L and XL, "46码" of shoes up to 45, or of what has no sizes. */
static bool lacks_size(struct local *m, const struct knowledge_product *p)
{
    static const char letters[] = "xs|s|m|l|xl|xxl|xxxl|xxxxl|2xl|3xl|4xl|5xl";
    const struct atoms *a = &m->h.a;
    for (size_t i = 0; i + 1 < a->n; i++) {
        size_t n = lexicon_phrase(a, i, letters);
        if (n == 0 && a->atom[i].kind == ATOM_NUMBER && a->atom[i].n >= 2 && a->atom[i].n <= 4) n = 1;
        if (n == 0 || i + n >= a->n || a->atom[i + n].broken || lexicon_phrase(a, i + n, "码") == 0) continue;
        if (is_mentioned(&m->found, i, n) || lexicon_phrase(a, i + n + 1, "数|表|本") > 0) return false;
        bool sizes = false;
        char size[LOCAL_JOINED], joined[LOCAL_JOINED];
        size_t from = a->atom[i].from, to = a->atom[i + n - 1].to;
        joined_of((struct str){ m->h.text.p + from, to - from }, size, sizeof size);
        for (size_t v = 0; v < p->variants; v++)
            for (size_t k = 0; k < p->variant[v].options; k++) {
                joined_of(str_of(p->variant[v].option[k].value), joined, sizeof joined);
                if (strstr(joined, size)) return false;
                sizes |= strstr(p->variant[v].option[k].name, "码") != NULL;
            }
        snprintf(joined, sizeof joined, "%.*s码", (int)(to - from), m->h.text.p + from);
        return sizes && !(p->description && strcasestr(p->description, joined));
    }
    return false;
}

/* ---- colours ---- */

/* Whether a value, or the name, has it. */
static bool has_text(const struct knowledge_product *p, const char *text)
{
    for (size_t i = 0; i < p->variants; i++)
        for (size_t k = 0; k < p->variant[i].options; k++)
            if (strstr(p->variant[i].option[k].value, text)) return true;
    return strstr(p->title, text) != NULL;
}

static bool is_described(const struct knowledge_product *p, const char *text)
{
    return p->description && strstr(p->description, text);
}

static bool is_coloured(const struct knowledge_product *p)
{
    const char *names[16];
    size_t n = options_names(NULL, p, names, ARRAY_LEN(names));
    for (size_t k = 0; k < n; k++)
        if (strstr(names[k], "色")) return true;
    return false;
}

/* "红色" of what comes in colours, of which none is red. */
static bool lacks_colour(struct local *m, const struct knowledge_product *p)
{
    static const char colours[] = "黑|白|红|蓝|绿|灰|黄|紫|粉|棕|银|金|橙|青";
    const struct atoms *a = &m->h.a;
    for (size_t i = 0; i + 1 < a->n; i++) {
        if (lexicon_phrase(a, i, colours) == 0 || lexicon_phrase(a, i + 1, "色") == 0 || a->atom[i + 1].broken)
            continue;
        char colour[LOCAL_JOINED];
        snprintf(colour, sizeof colour, "%s色", a->atom[i].text);
        if (is_mentioned(&m->found, i, 2) || !is_coloured(p) || has_text(p, a->atom[i].text)) continue;
        if (is_described(p, colour)) continue;
        if (i > 0 && lexicon_phrase(a, i - 1, "不|别|非|变|发|掉|染|褪|除|上|配") > 0) continue;
        return true;
    }
    return false;
}

/* ---- parts ---- */

/* "X7手机壳", "T8的刷头": behind a model's letters and digits, and what the product is called, a part of it that
 * neither the name nor a value has. */
static bool asks_part_of(struct local *m, const struct knowledge_product *p)
{
    static const char
        parts[] =
            "手机壳|保护壳|壳|保护套|套子|皮套|膜|贴膜|钢化膜|表带|腕带|内胆|刷头|刀网|刀头|刀片|滤芯|滤网|电池|充电器|"
            "充电线|"
            "充电头|数据线|遥控器|耳塞|耳罩|耳塞套|底座|支架|炸篮|炸桶|盖子|锅盖|壶盖|杯盖|密封圈|喷嘴|喷头|尘袋|边刷|"
            "滚刷|拖布|集尘袋|配件|替换装|包装盒|收纳包|收纳盒|适配器|电源线|纸盘",
        ends[] = "有货|有吗|有没|有卖|有么|有不|还有|多少|几块|怎么卖|咋卖|卖|价|啥价|什么价|的|吗|呢|单买|单卖|现货";
    const struct atoms *a = &m->h.a;
    for (size_t i = 0; i + 2 < a->n; i++) {
        bool code = a->atom[i].kind == ATOM_LETTERS && a->atom[i + 1].kind == ATOM_NUMBER && a->atom[i + 1].glued;
        if (!code) continue;
        size_t at = i + 2;
        while (at < a->n && a->atom[at].kind != ATOM_HAN && a->atom[at].glued) at++;
        for (size_t skip = 0; skip <= FAR && at + skip < a->n && !a->atom[at + skip].broken; skip++) {
            size_t n = lexicon_phrase(a, at + skip, parts), end = at + skip + n;
            const struct atom *x = &a->atom[at + skip];
            bool grammar = n == 0 && strcmp(x->text, "的") == 0;
            if (n > 0 && (end >= a->n || a->atom[end].broken || lexicon_phrase(a, end, ends) > 0)) {
                char part[LOCAL_JOINED] = "";
                size_t from = x->from, to = a->atom[end - 1].to;
                if (to - from >= sizeof part || is_mentioned(&m->found, at, end - at)) return false;
                memcpy(part, m->h.text.p + from, to - from);
                bool row = (m->h.all & (SENSE_PRICE | SENSE_STOCK)) != 0; /* else it may be told to be in the box */
                return !has_text(p, part) && (row || !is_described(p, part));
            }
            if (x->kind != ATOM_HAN || (!grammar && !strstr(p->title, x->text))) break;
        }
    }
    return false;
}

/* What the products that were found have of what is asked for. */
struct lacking {
    size_t others, same;                   /* those with another amount; with that very one */
    const struct knowledge_product *other; /* the one with another */
    bool part, lacks;                      /* of all: a part of it is asked for; a value that it has not */
};

static struct lacking lacking_of(struct local *m)
{
    const struct found *f = &m->found;
    struct lacking l = { .part = true, .lacks = true };
    for (size_t i = 0; i < f->n; i++) {
        enum amount_told told = amount_told(m, f->product[i]);
        bool other = told == AMOUNT_OTHER || lacks_colour(m, f->product[i]) || lacks_size(m, f->product[i]) ||
                     local_lacks_pair(m, f->product[i]);
        l.part &= asks_part_of(m, f->product[i]);
        l.lacks &= other;
        l.same += told == AMOUNT_SAME, l.others += other;
        if (other) l.other = f->product[i];
    }
    /* "抹布20条装": of 抹布 one has 5 and 12, and the other, a roll, cannot have it */
    if (l.others > 0 && l.same == 0) l.lacks = true;
    return l;
}

bool local_unmet(struct local *m)
{
    struct found *f = &m->found;
    const uint64_t asks = SENSE_PRICE | SENSE_STOCK | SENSE_HAVE;
    bool named =
        !(m->h.all & ~(uint64_t)(SENSE_STOP | SENSE_SOFT | SENSE_POINT | SENSE_UNIT | SENSE_COST)); /* "坚果10袋装" */
    bool asked = (m->h.all & asks) || local_asks_sold(&m->h) || named;
    if (m->language != LOCAL_ZH || f->n == 0 || f->how == FOUND_NONE || f->how == FOUND_NEAR || f->variant || !asked)
        return false;
    if ((m->h.all & (SENSE_SUBJECTS | SENSE_COMPARE)) || m->most > 0) return false;
    struct lacking l = lacking_of(m);
    if (!l.part && !l.lacks) return false;
    if (l.lacks && !l.part && l.others == 1) {
        local_no_variant(m, l.other);
        return true;
    }
    f->how = FOUND_NEAR;
    local_product_answer(m);
    return true;
}
