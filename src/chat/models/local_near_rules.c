/* local_near_rules.c: rules of a shop that lie near each other, and have most of their words in common: in how many
 * days a thing may be sent back, and when the money comes; when it leaves the house, and when it is there; how one
 * pays, in parts, and the invoice. Of those, the one is meant whose title names what is asked, else one that tells it.
 */
#include "chat/models/local_lexicon.h"

enum { NAMED = 26, TOLD = 4, TITLE_ATOMS = 60, TEXT_ATOMS = 160 };

/* What asks for one of them, what else does that then; what a title has that names it, and what else then; what a text
 * has that tells it. Rules of one group lie near each other; of those that ask, the first of a group does. */
struct near_rule {
    char group;
    bool apart; /* a rule of this title tells nothing of the others */
    const char *asked, *not_asked, *title, *not_title, *text;
};

#define POSTAGE "运费|邮费|快递费|路费|谁出|谁付|谁承担|谁掏|自己出|自己付|自己掏|自费|我出|我付"
#define TO_STATE "退款|到账|返款|退钱|回款"
#define TROUBLE "过敏|红肿|刺痛|质量|坏|破|碎|烂|漏|少发|发错|寄错|瑕疵|色差|没发货|还没发|未发货"
#define REMOTE "偏远|新疆|西藏|青海|内蒙|宁夏|甘肃"
#define CARRIERS "顺丰|中通|圆通|申通|韵达|极兔|德邦|京东快递|邮政|ems"

/* clang-format off */
enum { ROW_EXCHANGE = 2, ROW_RETURN = 3, ROW_ARRIVES = 5, ROW_LEAVES = 6 };
static const struct near_rule near_rules[] = {
    { 'b', true, "退*运费|退*邮费|退*快递费|换*运费|换*邮费|换*快递费|退*谁出|退*谁付|退*谁承担|退*谁掏|换*谁出|换*谁付|"
           "换*谁承担|寄回*运费|寄回*邮费|寄回*谁|来回运费|来回邮费|退*自己掏|退*自己出|运费*退|邮费*退", "包邮",
      "退货运费|退换货运费|退换运费|退货邮费|退货*运费|退货*邮费|退换*运费|寄回*运费|来回运费|退回*运费", NULL,
      POSTAGE "|承担|自理" },
    { 'b', false, "到账|退钱|返款|退到哪|退到微信|退到支付宝|退到银行|原路|退款*多久|退款*几天|多久*退款|几天*退款|退款*时候|"
           "退款*到|退款*等|退款*慢|退*钱多久|退*钱几天|退*钱什么|退*钱啥|的钱什么|的钱啥|的钱几|的钱多久|的钱退|钱多久|"
           "钱几天|钱什么时候|钱啥时候|钱几时|钱何时|钱退|款多久|款几天|款什么时候|退款*哪|退款进度",
      "差价|退货退款多久内", TO_STATE, NULL, "退款|到账|原路|退到|退回您|钱退|返还" },
    { 'b', false, "换货|换码|换尺码|换大|换小|换个|换一|换颜色|能换|可以换|换吗|换不|换成|给换|调换|内换|天换|久换",
      "退|电池|滤芯|保修|质保|地址|电话|收货|" TROUBLE, "换货|退换|更换|换吗|换码|换尺码|能换|可以换|换大|换小|换颜色|换个|调换",
      "运费|邮费", "换" },
    { 'b', false, "退货|退换|能退|可以退|退吗|退不|内退|天退|久退|无理由|给退|还退|退掉|要退|想退|咋退|怎么退|退回去|好退",
      "退款|差价|退税|退烧|退火|退热|褪|取消|定金|押金|退单|" TROUBLE,
      "退货|退换|可以退|能退|无理由|退吗|退不|退掉|退回", "运费|邮费",
      "可以退|可退|退货|无理由|能退|支持退|申请退" },

    { 'r', true, REMOTE "|乌鲁木齐|拉萨|西宁|兰州|银川|呼和浩特|喀什|伊犁", "大枣|葡萄|牛羊|羊肉|特产|长绒棉|棉被|棉花|和田玉",
      REMOTE, NULL, REMOTE },
    { 'w', false, "几天能到|几天到|几天可以到|多久到|多久能到|久能到|能收到|几天收到|到货时间|多久到货|几天到货|要走几天|走几天|路上*几天|"
           "什么时候到|啥时候到|时候能到|后天能到|明天能到|后天到|明天到|送到*几天|寄到*几天|寄到*多久|发到*几天|几天送到|"
           "多久送到|多久收到|时候收到|送达|快递*几天|快递*多久|寄*几天|到*要几天|到*要多久|大概几天|快递慢",
      "退|换|钱|款到|上门|发出|开票|发票|修|到货*通知|补货", "到货|几天到|多久到|能到|能收到|送达|配送时|时效|收到|几天送|"
      "多久送|快递时间|物流时间|运输", "破|坏|少件|问题|碎|损|账|款|退|票",
      "送达|天到|天能到|天可到|天内到|到货|次日达|隔日达|次日到|天左右|天送|到达" },
    { 'w', false, "发货|什么时候发|啥时候发|多久发|几天发|久能发|天能发|当天发|发走|发出|寄出|几点前|今天*发|明天*发|今晚*发|马上发|"
           "现在*发|出库|几时发", "发货地|哪里发货|哪儿发货|退|没发货|还没发|未发货|发货前|发货后*改|发票",
      "发货|什么时候发|多久发|发出|寄出|几天发|出库|啥时候发", "发货地|前改|前取消", "发出|发货|寄出|当天发|次日发" },
    { 'w', false, "哪家快递|什么快递|啥快递|哪个快递|哪种快递|发哪家|走哪家|用哪家|快递公司|指定快递|什么物流|" CARRIERS, "几天|多久",
      "什么快递|哪家快递|快递公司|哪个快递|啥快递|指定快递|快递选择|" CARRIERS, NULL, CARRIERS },
    { 'w', false, "运费|邮费|包邮|快递费|免邮|邮资", "退|换|寄回|来回|搬运费|托运费|运费险",
      "运费|邮费|包邮|快递费|免邮|邮资", "退|换", "包邮|免邮|免运费|元运费|元邮费|首重|收*运费" },

    { 'o', false, "取消|退单|撤单|撤销|拦截|没发货*退|没发货*不要|未发货*退|没发*不想要", NULL, "取消|撤单|退单", NULL, "取消|撤销" },
    { 'o', false, "改地址|改*地址|地址*改|换*地址|地址错|填错|写错|修改|能改|可以改|改一下|改成|改个|改颜色|改收货|换地址|改备注|改电话",
      "改尺寸|改长|改短|改小|改大|改装|裤脚", "修改|改地址|怎么改|改单|更改|变更|改订单|换地址|能改", NULL, "修改|改" },

    { 'g', true, "礼品卡|购物卡|储值卡|礼金卡|充值卡|代金卡", NULL, "礼品卡|购物卡|储值卡|礼金卡|充值卡", NULL,
      "礼品卡|购物卡|储值卡" },
    { 'g', false, "包装|礼盒|贺卡|包起来|包漂亮|包好看|包得|包成|丝带|礼袋|礼品袋", "破|坏|烂|损|退|包装吗|上门",
      "包装|礼盒|包成|贺卡|礼袋", "退|破|拆|完整", "礼盒|贺卡|丝带|礼品袋|包装纸|礼品包装" },
    { 'g', false, "赠品|送什么|送啥|送东西|礼物送|送礼物|什么礼物|啥礼物|赠送|有送|附赠|会送|送点|送小|小礼品", "送人|送货|送到|送上|"
      "送达|送给|卡", "赠品|赠送|送什么|送啥|有礼|满赠|满送|赠", "包装|卡", "送|赠" },

    { 'p', false, "分期|花呗|白条|免息|几期|期数", NULL, "分期|花呗|白条", NULL, "分期|花呗|白条|免息" },
    { 'p', false, "发票|开票|专票|普票|抬头|税号", NULL, "发票|开票|专票|普票", NULL, "发票" },
    { 'p', false, "怎么付款|付款方式|怎么付|咋付|支付|微信付|微信支付|支付宝|银行卡|刷卡|货到付款|信用卡|付钱|现金|转账|云闪付|到付",
      "退|邮费到付|运费到付", "付款方式|支付|怎么付|付钱|付款", "退|分期|后", "微信|支付宝|银行卡|银联|支付" },

    { 's', false, "自提|自取|来取|去取|店取|来拿|去拿|店里拿|店里取|上门取|过去拿", "退|快递员|取件", "自提|自取|来取|店取|去取", NULL,
      "自提|自取|到店取" },
    { 's', true, "客服*几点|客服*上班|客服*下班|客服*在线|客服*时间|客服*在|几点*客服", NULL, "客服", NULL, "客服" },
    { 's', false, "营业|几点开|几点关|开门|关门|开到几点|关得早|几点打烊|打烊", "开门见|开票|发票", "营业|开门|关门|几点|打烊", "客服|发货",
      "营业|点到|点半|开门|关门|打烊|至" },
    { 's', false, "店在哪|门店在|店*在哪|店*地址|实体店|门店|线下|体验店|展厅|店面|店址", "收货|退货地址|几点|自提",
      "门店|实体店|体验店|线下|店在|店址|地址", "收货|修改|改|退|营业|自提|客服", "路|街|号|大厦|广场|商场" },

    { 'f', false, "收到*碎|收到*破|收到*坏|收到*裂|到货*破|到货*碎|打开*碎|打开*坏|拆开*碎|拆开*坏|寄到*碎|破损|少件|漏发|碎了|摔坏|压坏|"
           "少发|发错|漏寄|寄错", "保几|保多|质保|保修",
      "破损|碎|少件|漏发|发错|少发|损坏|错发|漏寄|寄错|坏了怎么|质量问题|质量有问题", "修|保修|质保", "补发|补寄|重发|赔|破损|少件" },
    { 'f', false, "保修|质保|三包|保多久|保几年|保几个月|保多长|包换|延保|联保|保一年|保两年|保三年|管换新", "不保修|屏",
      "保修|质保|三包|保多久|包修|联保|延保|保几年|售后", NULL, "保修|质保|三包|包换|包修|联保" },
    { 'f', false, "能修|怎么修|修吗|修不|维修|返修|报修|修一下|修要|返厂|修理|送修|寄修|给修|修好|咋修", "修身|修眉|修复|修护|修剪|保修|换新",
      "维修|怎么修|修理|返修|报修|返厂|修吗|送修|寄修", NULL, "维修|返厂|报修|返修|修理|检修" },

    { 'd', true, "保价|价保|差价|降价|买贵|价格保护", "补差价发|顺丰", "保价|价保|价格保护|降价|差价|买贵", NULL, "降价|保价|退差价|补差价给" },
    { 'd', false, "积分", NULL, "积分", NULL, "积分" },
    { 'd', false, "团购|批发|采购|批量|大量|起批|拿货", NULL, "团购|批发|采购|批量|大客户", NULL, "团购|批发|采购|批量" },
    { 'd', false, "打几折|会员日|有什么优惠|啥优惠|什么优惠|有优惠|有活动|什么活动|啥活动|满减|优惠券|搞活动", NULL,
      "优惠|活动|满减|促销|折扣|券|会员日|折", "积分", "折|满减|立减|会员日|减" },
};
/* clang-format on */

uint32_t local_near_rules_asked(const struct heard *h)
{
    _Static_assert(ARRAY_LEN(near_rules) <= 32, "one bit each");
    uint32_t asked = 0;
    char group = 0;
    for (size_t k = 0; k < ARRAY_LEN(near_rules); k++) {
        const struct near_rule *r = &near_rules[k];
        if (r->group == group || !lexicon_says(&h->a, r->asked)) continue;
        if (r->not_asked && lexicon_says(&h->a, r->not_asked)) continue;
        asked |= UINT32_C(1) << k, group = r->group;
    }
    return asked;
}

static bool names(const struct near_rule *r, const struct atoms *title)
{
    return lexicon_says(title, r->title) && !(r->not_title && lexicon_says(title, r->not_title));
}

/* A place outweighs what is asked of the way there; of the shop itself and of what an order still may become, a title
 * that names it is enough. */
static int weight(const struct near_rule *r)
{
    return r->group == 'r' ? 2 * NAMED : r->group == 's' || r->group == 'o' ? LOCAL_MEANT : NAMED;
}

/* "3个工作日", 48小时, 半年: some time. */
static bool has_time(const struct atoms *a)
{
    static const char units[] = "天|日|小时|个工作日|个小时|个月|年|周|点|分钟|工作日";
    for (size_t i = 0; i + 1 < a->n; i++) {
        bool number = a->atom[i].kind == ATOM_NUMBER || strstr("一两二三四五六七八九十半次隔当", a->atom[i].text);
        bool clock = a->atom[i].kind == ATOM_NUMBER && a->atom[i + 1].kind == ATOM_NUMBER && a->atom[i + 1].n == 2 &&
                     a->atom[i + 1].from == a->atom[i].to + 1; /* 21:00 */
        if (clock || (number && lexicon_phrase(a, i + 1, units) > 0)) return true;
    }
    return false;
}

/* What cannot be exchanged is sent back; and of a parcel's way a part is told where the shop tells no more. */
static bool stands_in(size_t row, uint32_t asked)
{
    if (row == ROW_RETURN) return asked & (UINT32_C(1) << ROW_EXCHANGE);
    if (row == ROW_LEAVES) return asked & (UINT32_C(1) << ROW_ARRIVES);
    return row == ROW_ARRIVES && (asked & (UINT32_C(1) << ROW_LEAVES));
}

int local_score_of_near_rule(struct local *m, uint32_t asked, const struct knowledge_text *t)
{
    static const char when[] = "几天|多久|多长|什么时候|啥时候|多少天|几时|何时|几点|几日|期限";
    int score = 0;
    bool named = false, told = false, other = false, apart = false;
    if (!asked) return 0;
    struct arena_mark mark = arena_mark(m->arena);
    struct atoms title = atoms_of(m->arena, str_of(t->title), TITLE_ATOMS),
                 text = atoms_of(m->arena, str_of(t->text), TEXT_ATOMS);
    bool tells = !lexicon_says(&m->h.a, when) || has_time(&text);
    for (size_t k = 0; k < ARRAY_LEN(near_rules); k++) {
        const struct near_rule *r = &near_rules[k];
        bool is = names(r, &title), near = false;
        if (asked & (UINT32_C(1) << k)) {
            bool has = !is && tells && lexicon_says(&text, r->text);
            score += r->group == 'd' ? 0 : is ? weight(r) : has ? TOLD : 0;
            named |= is, told |= has;
            continue;
        }
        if (!is || stands_in(k, asked)) continue;
        for (size_t j = 0; j < ARRAY_LEN(near_rules); j++)
            near |= (asked & (UINT32_C(1) << j)) &&
                    (near_rules[j].group == r->group || (near_rules[j].group == 'r' && r->group == 'w'));
        other = true, apart |= r->apart || (!near && r->group != 'd');
    }
    arena_release(m->arena, mark);
    if (!other || named || (told && !apart)) return score;
    return LOCAL_NOT_MEANT;
}
