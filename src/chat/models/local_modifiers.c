/* local_modifiers.c: words of a Chinese title that are not the thing itself. A compound has its head last: the 手机 of
 * a 手机壳 is no phone, the 牛奶 of a 热牛奶的杯垫 no milk, and what is given with a thing (送猫薄荷) is not what is
 * sold. Who asks whether such a word is sold, or what it costs, is told what is near, and no price.
 *
 * A title is a heap of words without spaces, and no list could take it apart. Here it is only looked at what stands
 * right before and right behind the word: where neither tells for sure, the word is taken for the thing. */
#include "chat/models/local_fitting.h"

enum { CUE_FAR = 24, LIST_FAR = 8, CHUNK = 14, REST = 6, FIRST = 10 };

static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }

/* The character at i goes on with what stands before it. */
static bool goes_on(const struct atoms *t, size_t i)
{
    return i > 0 && is_han(t, i) && !t->atom[i].broken && t->atom[i].glued;
}

/* 壳 behind 手机 makes a 手机壳 of it; 包 does not where 包邮 begins, nor 套 of 套装. */
static bool is_head_behind(const struct atoms *t, size_t end)
{
    static const char heads[] = "壳|套|膜|架|机|器|锅|炉|壶|桌|椅|柜|凳|床|鞋|靴|帽|裤|裙|服|被|拍|笔|纸|粉|粮|砂|弦|"
                                "泵|桨|舵|轮|竿|罐|盒|袋|箱|包|罩|垫|锁|剂|液|票|券|灯|刷|钩|链|绳|线",
                      others[] = "包邮|包装|包赔|包边|包裹|包安|包三|包教|包退|包换|包臀|包头|包胶|包芯|包脚|套装|套餐|"
                                 "套组|套头|机械|机制|机能|机洗|机身|机型|机构|器材|器型|架构|架空|锅铲|锅气|桌面|椅背|"
                                 "柜机|柜式|床上|床头|床品|床单|床笠|床尾|鞋垫|拍照|拍摄|拍下|笔记|粉色|粉嫩|粉红|粉白|"
                                 "轮廓|罐装|盒装|袋装|箱装|垫高|锁骨|锁边|锁温|锁水|锁鲜|液体|液晶|液态|液压|灯光|灯芯|"
                                 "刷毛|线上|线下|线控|线条|线圈|服帖|服饰|被动|绳结|机箱|线雕",
                      at_end[] = "带|盖|布|夹|油|扇|管|盘|车|杯|巾|塞|扣|料|贴|网|衣|用",
                      things[] = "支架|贴膜|钢化膜|保护膜|保护壳|保护套|充电器|充电线|数据线|配件|滤芯|内胆|蘸料|底料|"
                                 "调料|佐料|食材|配方|同款|互联|投屏|伴侣|墨水|墨汁|头盔|手套|脚垫|座套|坐垫|轮胎|尾灯|"
                                 "按键|清洁剂|清洗剂|收纳盒|收纳袋|收纳架|置物架|挂钩|贴纸|防晒罩|遮阳|背包|双肩包|"
                                 "斜挎包|手提包|阅读|除毛|除味|除螨|除尘|清洁|清洗|打气|充气|搭电|润滑|可穿|可放|能放";
    static const char *const same[][2] = { /* a 眼影盘 is 眼影, 餐桌椅 are a 餐桌 too */
                                           { "盘", "眼影|腮红|修容|高光|遮瑕|唇彩|口红|阴影|彩妆|眉粉" },
                                           { "液", "精华|粉底|乳霜" },
                                           { "布", "天幕" },
                                           { "柜", "水盆|手盆|脸盆" },
                                           { "椅", "餐桌|书桌|茶桌|课桌|圆桌|方桌|折叠桌" },
                                           { "凳", "餐桌|书桌|茶桌|课桌" }
    };
    if (!goes_on(t, end)) return false;
    for (size_t i = 0; i < ARRAY_LEN(same) && end > 1; i++)
        if (strcmp(t->atom[end].text, same[i][0]) == 0 && lexicon_phrase(t, end - 2, same[i][1]) == 2) return false;
    if (lexicon_phrase(t, end, things) > 0) return true;
    bool last = !goes_on(t, end + 1);
    if (lexicon_phrase(t, end, at_end) > 0) return last;
    return lexicon_phrase(t, end, heads) > 0 && (last || lexicon_phrase(t, end, others) == 0);
}

/* "馒头饺子面包粉": what the whole row is for, its last character tells. */
static bool is_of_row(const struct atoms *t, size_t at, size_t end)
{
    size_t last = end;
    if (!goes_on(t, end) || strstr("粉液剂膏霜水精乳油料面", t->atom[end - 1].text)) return false;
    while (goes_on(t, last + 1)) last++;
    return last - end < REST && last > end && strcmp(t->atom[last].text, "粉") == 0 && end > at;
}

/* Something that cooks or warms stands in the title: what stands behind the verb is what is put into it. */
static bool is_device(const struct atoms *t)
{
    for (size_t i = 1; i < t->n; i++)
        if (is_han(t, i) && strstr("器机锅炉壶垫煲仪桶盘箱", t->atom[i].text) && goes_on(t, i)) return true;
    return false;
}

/* "热牛奶", "煮粥", "炸薯条" of what does it; "擦玻璃", "护沙发"; "送收纳包", "带削笔器". A 热水壶 is no 水壶 that is
 * made hot. */
static bool is_object(const struct atoms *t, size_t at, size_t end)
{
    static const char vessels[] = "壶锅杯器机炉箱灯盒袋包架桶碗盘盆瓶罐煲垫台";
    const char *verb = at > 0 && goes_on(t, at) ? t->atom[at - 1].text : "";
    bool vessel = strstr(vessels, t->atom[end - 1].text) != NULL, first = at < 2 || !goes_on(t, at - 1);
    if (verb[0] == '\0' || t->atom[at - 1].kind != ATOM_HAN) return false;
    bool alone = end - at < 2, eaten = !alone || strstr("粥汤茶面饭药奶蛋", t->atom[at].text);
    if (!vessel && eaten && strstr("热煮炸蒸炖煎熬", verb)) return is_device(t);
    if (alone) return false;
    bool kept = at > 1 && goes_on(t, at - 1) && strstr("修养防保呵爱救监看", t->atom[at - 2].text); /* 修护面霜 */
    if (strstr("擦护", verb)) return !vessel && !kept;
    if (strcmp(verb, "送") == 0) return !(at > 1 && lexicon_phrase(t, at - 2, "配送|赠送|寄送|运送") > 0) || first;
    if (strcmp(verb, "赠") == 0) return true;
    if (strstr("带含配附", verb)) return first || (at > 1 && strstr("自附全内", t->atom[at - 2].text));
    return false;
}

/* Nothing parts the atom at k from the one before it; models stand with spaces between them. */
static bool is_one_row(const struct atoms *t, size_t k)
{
    bool models = !is_han(t, k) && !is_han(t, k - 1);
    return !t->atom[k].broken && (models || t->atom[k].glued);
}

/* "不挑壶铁壶玻璃壶", "适用华为小米笔记本平板": what it goes with. What is made to go with another thing is sold. */
static bool is_gone_with(const struct atoms *t, size_t at, size_t end)
{
    static const char goods[] = "壳套膜架线罩垫贴带盒包头器芯胆纸粉墨水";
    bool good = strstr(goods, t->atom[end - 1].text) != NULL;
    for (size_t k = at; k > 0 && at - k < CUE_FAR && is_one_row(t, k); k--) {
        if (at - k < LIST_FAR && k > 1 && lexicon_phrase(t, k - 2, "不挑|不伤") == 2) return true;
        if (k > 1 && !good && lexicon_phrase(t, k - 2, "适用|适配|兼容") == 2) return true;
    }
    return false;
}

bool local_fit_is_device(const struct fitting *f, size_t at, size_t n)
{
    const struct atoms *t = &f->title;
    bool digits = false; /* of the whole model, where only its letters were found */
    for (size_t i = at; i < t->n && !is_han(t, i) && (i < at + n || t->atom[i].glued); i++)
        digits |= t->atom[i].kind == ATOM_NUMBER;
    if (!digits || is_han(t, at)) return false;
    for (size_t k = at; k > 0 && at - k < CUE_FAR && is_one_row(t, k); k--)
        if (k > 1 && lexicon_phrase(t, k - 2, "适用|适配|兼容") == 2) return true;
    return false;
}

/* "被褥沙发毛绒玩具可用": a row of its own, behind the name, that only tells what it may be used with. */
static bool is_of_uses(const struct atoms *t, size_t at, size_t end)
{
    size_t first = at, last = end - 1;
    while (first > 0 && goes_on(t, first)) first--;
    while (goes_on(t, last + 1)) last++;
    if (first == 0 || last - first > CHUNK || last < end + 1) return false;
    return lexicon_phrase(t, last - 1, "可用|能用|可穿|可放") == 2;
}

/* A 淋浴房 between other words is where the thing is put. */
static bool is_place(const struct atoms *t, size_t at, size_t end)
{
    return end - at > 1 && strstr("间厅室房", t->atom[end - 1].text) && goes_on(t, at) && goes_on(t, end);
}

static bool is_modifier_at(const struct atoms *t, size_t at, size_t n)
{
    size_t end = at + n;
    if (is_head_behind(t, end) || is_object(t, at, end)) return true;
    if (n < 2) return false;
    return is_of_row(t, at, end) || is_gone_with(t, at, end) || is_of_uses(t, at, end) || is_place(t, at, end);
}

bool local_fit_is_modifier(const struct fitting *f, size_t i, size_t said, size_t at, size_t n)
{
    static const char which[] = "的|款|那|这|味|色|系列|牌|版|型";
    static const char styles[] =
        "乐福|马丁|托特|老爹|雪地|冲锋|学步|牛仔|工装|连衣|马克|荧光"; /* short for what is so */
    const struct atoms *t = &f->title, *a = &f->h->a;
    if (n == 0 || !is_han(t, at) || lexicon_phrase(a, i + said, which) > 0) return false; /* "羊毛的多少钱" */
    if (lexicon_phrase(t, at, styles) == n) return false;
    for (size_t k = 0; (k = atoms_where(t, k, t, at, n)) < t->n; k++)
        if (!is_modifier_at(t, k, n)) return false;
    return true;
}

/* Behind the name it tells how the thing is: 迷你电饭煲小型. */
static bool is_told_behind(const struct atoms *t, size_t end)
{
    static const char how[] =
        "家用|商用|车用|小型|大型|中型|迷你|大容量|多功能|全自动|半自动|智能|便携|户外|室内|男|女|"
        "儿童|成人|婴儿|学生|加厚|加大|加绒|加长|新款|超|静音|电动款|手动|无线|有线|高清|防|耐|可|"
        "免|自动|专业|正品|原装|原厂|纯|全|大号|小号|套装|礼盒|散装|整箱|一体|带|不|春|夏|秋|冬|送|"
        "新鲜|进口|手工|高|低|宽松|修身|显|透气|轻便|轻巧|轻量|厚|薄|软|硬|长|短|中|大|小|双|单|三|四|五|两";
    return lexicon_phrase(t, end, how) > 0;
}

bool local_fit_is_vague(const struct fitting *f, size_t at, size_t n)
{
    const struct atoms *t = &f->title;
    for (size_t k = 0; (k = atoms_where(t, k, t, at, n)) < t->n; k++)
        if (!is_modifier_at(t, k, n) && (!goes_on(t, k + n) || is_told_behind(t, k + n))) return false;
    return true;
}

void local_fit_judge_modifiers(struct fitting *f, const struct found *options)
{
    struct fit *x = &f->fit;
    bool chosen = false; /* "X16 沙漠金": who says more than the model chooses among what is made for it */
    for (size_t k = 0; k < options->mentions; k++)
        for (size_t i = options->mention[k].at; i < options->mention[k].at + options->mention[k].n; i++)
            chosen |= !f->named[i];
    for (size_t i = 0; i < f->h->a.n; i++)
        chosen |= f->h->sense[i] == 0 && !f->h->used[i] && !f->named[i] && !f->missed[i];
    x->modifies |= (f->device ? !chosen : f->is_for) && !f->proper;
    x->near |= x->modifies;
    x->vague = !x->near && f->proper && !f->plain && !chosen;
    for (size_t k = 0; k < FIRST && k < f->title.n; k++) x->early |= f->in_title[k];
}

/* "有篮球吗": a 篮球鞋 is none, and so the 跑步篮球护膝 of that shop is none either. */
void local_fit_vague_too(struct fit *fit, size_t n)
{
    bool noun = false;
    for (size_t i = 0; i < n; i++) noun |= fit[i].matched > 0 && !fit[i].amount;
    for (size_t i = 0; i < n && noun; i++)
        if (fit[i].amount) fit[i].matched = 0;
    size_t least = 0, count = 0; /* the atoms that name a thing which is only for them */
    for (size_t i = 0; i < n; i++)
        if (fit[i].modifies && fit[i].matched > 0 && fit[i].named >= least)
            count = fit[i].named > least ? 1 : count + 1, least = fit[i].named;
    for (size_t i = 0; i < n && count > 0; i++) /* the first noun of a title is mostly the thing */
        if (fit[i].vague && fit[i].named <= least && (count > 1 || !fit[i].early)) fit[i].near = fit[i].modifies = true;
}

/* "三文鱼500g": what else comes in 500g is no 三文鱼. */
bool local_fit_is_amount_alone(const struct fitting *f)
{
    const struct heard *h = f->h;
    bool noun = false, amount = false;
    for (size_t i = 0, n; i<h->a.n; i += n> 0 ? n : 1) {
        struct quantity q;
        n = h->a.atom[i].kind == ATOM_NUMBER ? quantity_at(&h->a, i, &q) : 0;
        if (n == 0 && f->named[i] && h->sense[i] == 0) return false;
        amount |= n > 0 && f->named[i];
        noun |=
            n == 0 && i + 1 < h->a.n && f->missed[i] && f->missed[i + 1] && is_han(&h->a, i) && is_han(&h->a, i + 1);
    }
    return noun && amount;
}
