/* local_spoken.c: Chinese as it is typed to a shop: words that only count, point or tell for whom a thing is, and make
 * no other thing of what stands beside them. Of a value, the character that is only said with it. */
#include "chat/models/local_fitting.h"
#include "chat/models/local_lexicon.h"

enum { WHOM_FAR = 8, MONEY_FAR = 6, SIDE_MOST = 4 };

static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }
static bool follows(const struct atoms *a, size_t i) { return is_han(a, i) && !a->atom[i].broken; }

/* What a list does not know, or what carries nothing: it may be read as mere grammar. */
static bool may_be_empty(const struct heard *h, size_t i)
{
    return !h->used[i] && !(h->sense[i] & ~(uint64_t)(SENSE_SOFT | SENSE_STOP | SENSE_POINT | SENSE_UNIT));
}

static void say_nothing(struct heard *h, size_t from, size_t end)
{
    for (size_t k = from; k < end; k++) {
        h->lone[k] = false;
        if (h->sense[k] == 0) h->sense[k] = SENSE_STOP;
    }
}

/* A word that no list knows begins here. */
static bool names(const struct heard *h, size_t i) { return follows(&h->a, i) && h->sense[i] == 0 && !h->used[i]; }

/* "那盘眼影", "这床四件套": so many of what stands behind; a noun of two characters there, or 那锅盖 would be a lid. */
static void points_at_one(struct heard *h)
{
    static const char counts[] = "盘|床|瓶|盒|罐|袋|包|箱|桶|片|块|粒|颗|枚|对|副|套|台|部|架|辆|盏|幅|株|棵|盆|束|捆|"
                                 "卷|筒|管|壶|杯|碗|锅|支|把|张|条|根|本|顶|双|件|只|款|组|串|排|板|份|口";
    for (size_t i = 0; i + 2 < h->a.n; i++) {
        if (!is_han(&h->a, i) || lexicon_phrase(&h->a, i, "那|这") == 0 || !follows(&h->a, i + 1)) continue;
        if (lexicon_phrase(&h->a, i + 1, counts) == 0 || !may_be_empty(h, i + 1)) continue;
        if (names(h, i + 2) && names(h, i + 3)) say_nothing(h, i + 1, i + 2);
    }
}

/* "大的那支": how large it is said to be, of the one that is pointed at; an amount behind it says the same. */
static void points_by_size(struct heard *h)
{
    static const char sizes[] = "大|小|长|短|厚|薄|粗|细|高|矮|贵|便宜", one[] = "的那|的这",
                      counts[] = "个|支|瓶|盒|罐|袋|包|箱|桶|片|块|粒|颗|枚|对|副|套|台|部|款|种|件|条|双|把|张|卷|"
                                 "本|盘|杯|壶|锅|份|盆|只|根|床|管|筒";
    for (size_t i = 0; i + 3 < h->a.n; i++) {
        size_t n = is_han(&h->a, i) ? lexicon_phrase(&h->a, i, sizes) : 0, at = i + n + 2;
        if (n == 0 || (i > 0 && is_han(&h->a, i - 1) && !h->a.atom[i].broken)) continue;
        if (lexicon_phrase(&h->a, i + n, one) == 0 || at >= h->a.n || lexicon_phrase(&h->a, at, counts) == 0) continue;
        bool amount = false;
        for (size_t k = at + 1; k < h->a.n; k++) amount |= h->a.atom[k].kind == ATOM_NUMBER;
        if (amount) say_nothing(h, i, at + 1);
    }
}

/* Whom a thing is for: children, who is grown up, anybody. */
static const char children[] =
    "娃|娃娃|娃儿|孩子|小孩|小孩子|宝宝|宝贝|闺女|女儿|儿子|小子|丫头|侄子|侄女|外甥|外甥女|孙子|孙女",
                  grown_up[] =
                      "爸|妈|爸妈|老爸|老妈|爷爷|奶奶|姥姥|姥爷|老人|老人家|长辈|爸爸|妈妈|公公|婆婆|岳父|岳母",
                  anybody[] =
                      "老公|老婆|媳妇|对象|男朋友|女朋友|男友|女友|朋友|同事|闺蜜|自己|家里|家人|弟弟|妹妹|哥哥|"
                      "姐姐|姑娘|领导|老师|客户";

/* "书包 给三年级的娃", "给我妈买的": from where to where it is told, from i on; 0: it is not. A clause of its own is
 * told of them whole, else only the word for them. `whom`: where that stands. */
static size_t told_for_whom(const struct heard *h, size_t i, size_t *from, size_t *whom)
{
    size_t n = is_han(&h->a, i) ? lexicon_phrase(&h->a, i, "给|送给|买给|送|帮|替") : 0, end = 0;
    *whom = h->a.n;
    for (size_t k = i + n; n > 0 && k < h->a.n && k < i + n + WHOM_FAR && follows(&h->a, k); k++) {
        size_t of = lexicon_phrase(&h->a, k, children), grown = lexicon_phrase(&h->a, k, grown_up),
               any = lexicon_phrase(&h->a, k, anybody);
        of = of > grown ? of : grown, of = of > any ? of : any;
        if (of > 0 && k + of > end) *whom = k, end = k + of;
    }
    if (end == 0) return 0;
    size_t last =
        end + (end < h->a.n ? lexicon_phrase(&h->a, end, "用的|穿的|吃的|喝的|玩的|戴的|买的|的|用|穿|买") : 0);
    bool clause = last == h->a.n || h->a.atom[last].broken || !is_han(&h->a, last);
    *from = clause ? i : *whom;
    return clause ? last : end;
}

/* Who asks which one to take is answered by what he tells of them. */
static bool asks_for_them(const struct heard *h)
{
    for (size_t i = 0; i < h->a.n; i++)
        if (lexicon_phrase(&h->a, i, "哪|几号|多大|什么码|合适|适合|能用|够不够|推荐|几岁|尺码") > 0) return true;
    return false;
}

/* The title tells that the thing is for others: a child's of who asks for his mother, or the other way round. */
static bool is_for_others(const struct fitting *f, size_t whom)
{
    static const char of_children[] = "儿童|宝宝|婴儿|婴幼儿|幼儿|童|小学生|小孩|青少年|学生",
                      of_grown_up[] = "成人|大人|中老年|老年|老人|女士|男士|妈妈|爸爸|孕妇";
    bool child = lexicon_phrase(&f->h->a, whom, children) > 0, grown = lexicon_phrase(&f->h->a, whom, grown_up) > 0;
    bool theirs = false, others = false;
    for (size_t k = 0; k < f->title.n; k++) {
        bool is_child = lexicon_phrase(&f->title, k, of_children) > 0,
             is_grown = lexicon_phrase(&f->title, k, of_grown_up) > 0;
        theirs |= child ? is_child : is_grown, others |= child ? is_grown : is_child;
    }
    return (child || grown) && others && !theirs;
}

void local_fit_excuse_whom(struct fitting *f)
{
    if (asks_for_them(f->h)) return;
    for (size_t i = 0; i < f->h->a.n; i++) {
        size_t from = 0, whom = 0, end = told_for_whom(f->h, i, &from, &whom);
        if (end > 0 && !is_for_others(f, whom)) memset(f->missed + from, 0, end - from);
    }
}

/* "拿双雪地靴", "来条牛仔裤": a verb of who buys, and one of what stands behind. */
static void takes_one(struct heard *h)
{
    static const char verbs[] = "拿|来|整|搞|弄|订|捎|囤|入|挑|选|买|配|添|置",
                      counts[] = "口|双|件|条|顶|台|部|支|瓶|盒|"
                                 "袋|箱|桶|罐|张|把|块|套|只|副|辆|盏|盆|款|根|本|床|包|卷|斤";
    for (size_t i = 0; i + 3 < h->a.n; i++) {
        if (!is_han(&h->a, i) || lexicon_phrase(&h->a, i, verbs) != 1 || !follows(&h->a, i + 1)) continue;
        if (lexicon_phrase(&h->a, i + 1, counts) == 0 || !names(h, i + 2) || !follows(&h->a, i + 3)) continue;
        bool begins = i == 0 || h->a.atom[i].broken || h->sense[i - 1] != 0;
        for (size_t k = 0, from, whom; k < i && !begins; k++) begins = told_for_whom(h, k, &from, &whom) == i;
        if (!begins || !may_be_empty(h, i + 1)) continue;
        if (may_be_empty(h, i)) say_nothing(h, i, i + 1);
        say_nothing(h, i + 1, i + 2);
    }
}

/* Where money stands that comes back, in a turn of what was sent back; a->n: nowhere. */
static size_t money_at(const struct atoms *a)
{
    static const char money[] = "钱|款|货款", comes[] = "到|回|退|来", no_money[] = "多|少|付|几|块|省|退",
                      back[] = "退的|退货|退了|已退|退回|寄回|货退|退的货|退掉";
    bool returned = false;
    for (size_t i = 0; i < a->n; i++) returned |= lexicon_phrase(a, i, back) > 0;
    for (size_t i = 0; i < a->n && returned; i++) {
        size_t n = lexicon_phrase(a, i, money);
        if (n == 0 || (i > 0 && !a->atom[i].broken && lexicon_phrase(a, i - 1, no_money) > 0)) continue;
        for (size_t k = i + n; k < a->n && k < i + n + MONEY_FAR && follows(a, k); k++)
            if (lexicon_phrase(a, k, comes) > 0) return i;
    }
    return a->n;
}

/* "钱几天到", where something goes back: the money comes, and no parcel. */
static void money_comes(struct heard *h)
{
    size_t at = money_at(&h->a);
    if (at == h->a.n) return;
    for (size_t k = 0; k < h->a.n; k++)
        if (h->sense[k] & (SENSE_SHIP | SENSE_TRACK))
            local_hear_anew(h, k, h->sense[k] & ~(uint64_t)(SENSE_SHIP | SENSE_TRACK));
    local_hear_anew(h, at, SENSE_RETURN | SENSE_TIME);
}

int local_score_of_case(const struct heard *h, const struct atoms *title)
{
    enum { WORTH = 24 };
    static const char money[] = "退款|到账|返款|退钱|钱|款项", harm[] = "过敏|烂脸|脸烂|起疹|红疹";
    bool paid = money_at(&h->a) < h->a.n && lexicon_says(title, money),
         harmed = lexicon_says(&h->a, harm) && lexicon_says(title, "过敏");
    return paid || (harmed && (h->all & SENSE_RETURN)) ? WORTH : 0;
}

/* "口红 送我妈的": whom it is for, and nothing that the shop should give away. */
static void gives_to(struct heard *h)
{
    for (size_t i = 0; i + 2 < h->a.n; i++) {
        if (lexicon_phrase(&h->a, i, "送我") != 2 || !(h->sense[i] & SENSE_HAGGLE) || !follows(&h->a, i + 2)) continue;
        if (lexicon_phrase(&h->a, i + 2, children) + lexicon_phrase(&h->a, i + 2, grown_up) +
                lexicon_phrase(&h->a, i + 2, anybody) ==
            0)
            continue;
        local_hear_anew(h, i, SENSE_STOP), local_hear_anew(h, i + 1, SENSE_STOP);
    }
}

/* "过敏了怎么赔": what the shop does for it is in its rule, by whatever word it says so. */
static void compensates(struct heard *h)
{
    static const char asks[] = "怎么赔偿|怎么赔付|怎么赔|咋赔|赔不赔|能赔吗|赔吗|给赔吗|赔钱吗|赔多少";
    bool harm = false;
    for (size_t i = 0; i < h->a.n; i++) harm |= lexicon_phrase(&h->a, i, "过敏|烂脸|脸烂|起疹|红疹|红肿|刺痛") > 0;
    for (size_t i = 0; i < h->a.n && harm; i++)
        for (size_t n = lexicon_phrase(&h->a, i, asks); n > 0; n--) local_hear_anew(h, i + n - 1, SENSE_STOP);
}

bool local_asks_for_several(const struct heard *h)
{
    static const char many[] = "两|二|三|四|五|六|几|多",
                      counts[] = "双|件|条|个|支|瓶|盒|袋|箱|桶|罐|张|把|块|套|只|副|"
                                 "台|斤|包|本|款|份|组|床|样|盆|卷|片",
                      off[] = "折扣|打折|打几折|优惠|便宜|减";
    bool several = lexicon_phrase(&h->a, 0, "一起买|多买") > 0, asked = false;
    for (size_t i = 0; i + 1 < h->a.n; i++) {
        bool number = h->a.atom[i].kind == ATOM_NUMBER && strcmp(h->a.atom[i].text, "1") != 0;
        number |= is_han(&h->a, i) && lexicon_phrase(&h->a, i, many) == 1;
        several |= number && lexicon_phrase(&h->a, i + 1, counts) > 0;
        several |= lexicon_phrase(&h->a, i, "一起买|多买|一起拍") > 0;
    }
    for (size_t i = 0; i < h->a.n; i++) { /* and does not ask for one: "给个折扣", "能便宜点吗" */
        size_t has = lexicon_phrase(&h->a, i, "有没有|有无|有|打不打|打");
        if (has > 0 && lexicon_phrase(&h->a, i, "打") > 0 && strcmp(h->a.atom[i].text, "打") == 0) has = 0;
        asked |= lexicon_phrase(&h->a, i + has, off) > 0 && (has > 0 || lexicon_phrase(&h->a, i, "打折|打几折") > 0);
        if (lexicon_phrase(&h->a, i, "给|再|能不能|能|可以|点|些") > 0 && !asked) several = false;
    }
    return several && asked;
}

size_t local_said_with(const struct heard *h, size_t i, const char *joined)
{
    static const char any[] = "款|版|色", longer[] = "味|香|装|型|口味|香味|香型|配色",
                      ends[] = "款式|版本|型号|装修|装不|味道";
    enum { HAN_BYTES = 3 };
    if (!follows(&h->a, i) || i == 0 || !is_han(&h->a, i - 1) || h->used[i]) return 0;
    size_t n = lexicon_phrase(&h->a, i, any);
    if (n == 0 && strlen(joined) >= (size_t)2 * HAN_BYTES) n = lexicon_phrase(&h->a, i, longer);
    if (n == 0 || lexicon_phrase(&h->a, i, ends) > n) return 0;
    return may_be_empty(h, i) ? n : 0;
}

bool local_said_in_amounts(const struct heard *h)
{
    bool any = false;
    for (size_t i = 0; i < h->a.n;) {
        struct quantity q;
        size_t n = h->used[i] ? 0 : quantity_at(&h->a, i, &q);
        if (n == 0 && h->sense[i] == 0) return false;
        any |= n > 0, i += n > 0 ? n : 1;
    }
    return any;
}

/* "云朵系列": all that bears the name. */
static void series(struct heard *h)
{
    for (size_t i = 1; i + 1 < h->a.n; i++)
        if (follows(&h->a, i) && lexicon_phrase(&h->a, i, "系列") > 0 && h->sense[i] == 0) say_nothing(h, i, i + 2);
}

struct local_sides local_either_at(const struct atoms *a)
{
    static const char ends[] = "的|啊|呀|呢|吗|哦|款|做|啦|嘛|好|更|呐|来着";
    struct local_sides out = { .n = 0 };
    for (size_t i = 1; i + 3 < a->n + 1 && out.n == 0; i++) {
        if (lexicon_phrase(a, i, "还是") == 0 || !is_han(a, i)) continue;
        size_t from = i + 2, before = i, n = 0;
        from += lexicon_phrase(a, from, "是");
        if (before > 0 && strcmp(a->atom[before - 1].text, "的") == 0) before--;
        while (n < SIDE_MOST && is_han(a, from + n) && !a->atom[from + n].broken && n < before &&
               is_han(a, before - n - 1) && lexicon_phrase(a, from + n, ends) == 0)
            n++;
        if (n >= 2) out = (struct local_sides){ { before - n, from }, n };
    }
    return out;
}

bool local_asks_either(const struct heard *h) { return local_either_at(&h->a).n > 0; }

/* "极昼填的是鸭绒还是鹅绒": neither of the two is the name. */
static void one_of_two(struct heard *h)
{
    enum { NAME_LEAST = 2 };
    struct local_sides s = local_either_at(&h->a);
    size_t first = s.at[0], second = s.at[1], n = s.n, name = 0;
    if (n == 0 || first == 0 || lexicon_phrase(&h->a, first - 1, "是|的|用|填|做|选") == 0) return;
    for (size_t i = 0; i < first; i++) name += h->sense[i] == 0 && is_han(&h->a, i);
    if (name < NAME_LEAST) return;
    for (size_t i = 0; i < n; i++) /* "还是要人工去调": a word that lists know is none of them */
        if (!names(h, first + i) || !names(h, second + i)) return;
    say_nothing(h, first, first + n), say_nothing(h, second, second + n);
}

void local_fit_excuse_shortened(struct fitting *f)
{
    static const char cuts[] = "长|短|厚|薄|大|小|高|低|宽|窄", behind[] = "款|袖|筒|版|码|领|腰|跟|帮",
                      before[] = "加|超|特|中";
    const struct atoms *a = &f->h->a, *t = &f->title;
    for (size_t i = 0; i + 1 < a->n; i++) {
        if (!f->missed[i] || !f->named[i + 1] || a->atom[i + 1].broken || lexicon_phrase(a, i, cuts) == 0) continue;
        for (size_t k = 0; k < t->n && f->missed[i]; k++) {
            bool cut = strcmp(t->atom[k].text, a->atom[i].text) == 0 &&
                       (lexicon_phrase(t, k + 1, behind) > 0 || (k > 0 && lexicon_phrase(t, k - 1, before) > 0));
            if (cut) f->missed[i] = false;
        }
    }
}

void local_spoken(struct heard *h)
{
    series(h);
    one_of_two(h);
    points_at_one(h);
    points_by_size(h);
    takes_one(h);
    gives_to(h);
    money_comes(h);
    compensates(h);
    if (local_asks_for_several(h)) h->all |= SENSE_DISCOUNT;
}
