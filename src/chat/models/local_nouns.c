/* local_nouns.c: Chinese names of things that are said by a quality and their last character ("磨砂壳", "框架床"), and
 * parts by the name of what has them ("净水壶的芯"). */
#include "chat/models/local_fitting.h"
#include "chat/models/local_lexicon.h"

static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }

/* "磨砂壳" of a 手机壳磁吸磨砂: what the title says that it is of, or does, and the last character of the
 * thing's own name. What comes with it (送琴包) is no name of it. */
static void excuse_noun(struct fitting *f)
{
    static const char like[] = "磨砂|透明|防摔|硅胶|液态|真皮|牛皮|头层|纯棉|全棉|棉麻|亚麻|真丝|羊毛|羊绒|加绒|加厚|"
                               "超薄|轻薄|不锈钢|陶瓷|玻璃|"
                               "实木|竹|塑料|金属|铝合金|碳纤维|碳素|防水|防晒|防滑|防窥|防蓝光|高清|钢化|磁吸|气囊|"
                               "保温|静音|迷你|便携|折叠|可折叠|"
                               "伸缩|充电|无线|有线|蓝牙|电动|手动|智能|自动|不粘|麦饭石|珐琅|铸铁|帆布|牛津|尼龙|涤纶|"
                               "雪纺|蕾丝|牛仔|条纹|格子|"
                               "碎花|印花|纯色|高腰|低帮|高帮|厚底|平底|圆头|尖头|圆领|立领|连帽|长袖|短袖|全包|半包|"
                               "软|硬|软底|夜光|浮雕|复古|简约|"
                               "儿童|男士|女士|男|女|婴儿|成人|老人|学生|宿舍|车载|户外|商务|运动|旅行|家用|商用";
    static const char given[] = "送赠附带配含加", no_thing[] = "机器线品件款色号版具用料的了";
    enum { LONGEST = 3, NEAR = 4 };
    const struct atoms *a = &f->h->a, *t = &f->title;
    for (size_t i = 1; i < a->n; i++) {
        bool ends = !is_han(a, i + 1) || a->atom[i + 1].broken || !f->missed[i + 1], is_like = false;
        if (!f->missed[i] || !f->named[i - 1] || !is_han(a, i) || a->atom[i].broken || !ends) continue;
        for (size_t n = 1; n <= LONGEST && n <= i; n++) is_like |= lexicon_phrase(a, i - n, like) == n;
        if (!is_like || strstr(no_thing, a->atom[i].text)) continue;
        for (size_t k = 1; k < t->n && f->missed[i]; k++) {
            bool own = strcmp(t->atom[k].text, a->atom[i].text) == 0 && is_han(t, k - 1) && !t->atom[k].broken;
            for (size_t back = 1; back <= NEAR && back <= k && own; back++)
                own = !strstr(given, t->atom[k - back].text);
            if (own) f->missed[i] = false;
        }
    }
}

/* "净水壶配的芯", "保温杯的盖" of a 净水壶滤芯: the part by its last character, behind the name of what has it.
 */
static void excuse_part(struct fitting *f)
{
    enum { FAR = 3 };
    const struct atoms *a = &f->h->a, *t = &f->title;
    for (size_t i = 2; i < a->n; i++) {
        bool ends = !is_han(a, i + 1) || a->atom[i + 1].broken || !f->missed[i + 1];
        if (!f->missed[i] || !is_han(a, i) || !ends || strcmp(a->atom[i - 1].text, "的") != 0) continue;
        size_t of = i - 1;
        while (of > 1 && !f->named[of - 1] && is_han(a, of - 1) && strstr("配里用上带装面自原", a->atom[of - 1].text))
            of--;
        if (!f->named[of - 1]) continue;
        bool there = false;
        for (size_t k = 0; k < t->n && !there; k++)
            for (size_t j = k + 1; j <= k + FAR && is_han(t, j) && t->atom[j].glued && f->in_title[k] && !there; j++)
                there =
                    strcmp(t->atom[k].text, a->atom[of - 1].text) == 0 && strcmp(t->atom[j].text, a->atom[i].text) == 0;
        if (there) memset(f->missed + of, 0, i + 1 - of), f->fit.matched += 2;
    }
}

/* How many atoms of the title from k on are this value, and whether the turn has said them; 0: none. */
static size_t value_in_title(const struct fitting *f, size_t k, const char *value, bool *said)
{
    char joined[LOCAL_JOINED];
    size_t length = joined_of(str_of(value), joined, sizeof joined);
    size_t n = length > 0 ? atoms_joined(&f->title, k, joined, length) : 0;
    *said = n > 0;
    for (size_t i = k; i < k + n; i++) *said &= f->in_title[i];
    return n;
}

bool local_fit_is_choice(const struct fitting *f, const struct mention *x)
{
    const struct knowledge_product *p = f->fit.product;
    const char *name = NULL;
    bool listed = false, said = false;
    for (size_t v = 0; v < p->variants && !name; v++)
        for (size_t k = 0; k < p->variant[v].options && !name; k++)
            if (text_eq(p->variant[v].option[k].value, x->value)) name = p->variant[v].option[k].name;
    for (size_t v = 0; v < p->variants && name; v++)
        for (size_t k = 0; k < p->variant[v].options; k++) {
            const struct knowledge_option *o = &p->variant[v].option[k];
            if (!text_eq(o->name, name) || text_eq(o->value, x->value)) continue;
            for (size_t t = 0; t < f->title.n; t++) {
                listed |= value_in_title(f, t, o->value, &said) > 0;
                if (said) return false; /* the whole title was said */
            }
        }
    return listed;
}

void local_fit_tail(struct fitting *f, const struct found *options)
{
    static const char things[] = "床柜桌椅凳架灯锅壶杯碗瓶盒箱包袋鞋靴裤裙衣衫帽袜伞表镜机器仪炉扇车笔本纸刷梳"
                                 "毯被枕垫帘琴鼓弦壳膜套链环镯";
    const struct atoms *a = &f->h->a, *t = &f->title;
    for (size_t k = 0; k < options->mentions && !f->names; k++) {
        const struct mention *x = &options->mention[k];
        size_t i = x->at + x->n;
        i += i < a->n && strcmp(a->atom[i].text, "的") == 0;
        if (x->n == 0 || x->excluded || !is_han(a, i) || a->atom[i].broken || !strstr(things, a->atom[i].text))
            continue;
        bool ends = !is_han(a, i + 1) || a->atom[i + 1].broken || f->h->sense[i + 1] != 0;
        if (!f->missed[i] || f->h->sense[i] != 0 || !ends) continue;
        for (size_t at = 1; at < t->n && !f->names; at++) {
            if (strcmp(t->atom[at].text, a->atom[i].text) != 0 || !is_han(t, at - 1)) continue;
            f->names = true, f->missed[i] = false, f->named[i] = true, f->in_title[at] = true, f->fit.matched += 2;
        }
    }
}

void local_fit_excuse_nouns(struct fitting *f)
{
    excuse_noun(f);
    excuse_part(f);
}
