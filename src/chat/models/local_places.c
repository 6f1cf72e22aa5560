/* local_places.c: places of China by the regions that rules of sending name: who writes from 杭州 is told by what is
 * said of 江浙沪. Provinces, their larger cities, and the names for several provinces at once. */
#include "chat/models/local_lexicon.h"

/* clang-format off */
static const struct place {
    const char *said, *told; /* the place; regions that it lies in */
} places[] = {
    { "江苏|南京|苏州|无锡|常州|南通|扬州|徐州|镇江|盐城|昆山|连云港|淮安|泰州|宿迁", "江苏|江浙|苏浙|苏沪|长三角|华东|包邮区" },
    { "浙江|杭州|宁波|温州|嘉兴|绍兴|金华|义乌|台州|湖州|丽水|衢州|舟山", "浙江|江浙|苏浙|浙沪|长三角|华东|包邮区" },
    { "上海|魔都", "上海|浙沪|苏沪|长三角|华东|包邮区" },
    { "安徽|合肥|芜湖|蚌埠|安庆|阜阳|黄山|马鞍山", "安徽|沪皖|浙皖|苏皖|长三角|华东" },
    { "北京|帝都", "北京|京津|华北" }, { "天津", "天津|京津|津冀|华北" },
    { "河北|石家庄|唐山|保定|廊坊|邯郸|沧州|秦皇岛", "河北|京津冀|津冀|华北" },
    { "山西|太原|大同|临汾|运城", "山西|华北" }, { "山东|济南|青岛|烟台|潍坊|临沂|淄博|济宁|威海", "山东|华东" },
    { "河南|郑州|洛阳|开封|南阳|新乡", "河南|华中" }, { "湖北|武汉|宜昌|襄阳|荆州", "湖北|两湖|华中" },
    { "湖南|长沙|株洲|衡阳|岳阳|常德", "湖南|两湖|华中" }, { "江西|南昌|赣州|九江|上饶", "江西|华东" },
    { "广东|广州|深圳|东莞|佛山|珠海|中山|惠州|汕头|江门|湛江", "广东|珠三角|两广|华南|省内" },
    { "广西|南宁|桂林|柳州|北海", "广西|两广|华南" }, { "福建|福州|厦门|泉州|漳州|莆田", "福建|华东|华南" },
    { "海南|海口|三亚", "海南|华南|偏远" }, { "四川|成都|绵阳|宜宾|泸州|南充", "四川|川渝|云贵川|西南" },
    { "重庆", "重庆|川渝|西南" }, { "云南|昆明|大理|丽江|曲靖", "云南|云贵|西南" }, { "贵州|贵阳|遵义", "贵州|云贵|西南" },
    { "陕西|西安|咸阳|宝鸡|汉中", "陕西|西北" }, { "甘肃|兰州|天水", "甘肃|西北|偏远" }, { "宁夏|银川", "宁夏|西北|偏远" },
    { "青海|西宁", "青海|西北|偏远" }, { "新疆|乌鲁木齐|喀什|伊犁|库尔勒|昌吉|阿克苏|克拉玛依", "新疆|西北|偏远" },
    { "西藏|拉萨|日喀则|林芝", "西藏|偏远" }, { "内蒙古|内蒙|呼和浩特|包头|赤峰|鄂尔多斯|呼伦贝尔", "内蒙|偏远" },
    { "辽宁|沈阳|大连|鞍山|丹东", "辽宁|东北|东三省" }, { "吉林|长春|延边", "吉林|东北|东三省" },
    { "黑龙江|哈尔滨|大庆|齐齐哈尔|牡丹江", "黑龙江|东北|东三省" },
    { "香港|澳门|台湾|台北|高雄", "香港|澳门|台湾|港澳|海外|境外" },
};
/* clang-format on */

bool local_place_told(const struct atoms *said, const struct atoms *told)
{
    for (size_t k = 0; k < ARRAY_LEN(places); k++)
        if (lexicon_says(said, places[k].said) && lexicon_says(told, places[k].told)) return true;
    return false;
}

size_t local_place_at(const struct atoms *a, size_t i)
{
    size_t best = 0;
    for (size_t k = 0; k < ARRAY_LEN(places) && a->atom[i].kind == ATOM_HAN; k++) {
        size_t n = lexicon_phrase(a, i, places[k].said);
        if (n > best) best = n;
    }
    return best;
}
