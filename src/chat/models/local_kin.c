/* local_kin.c: other words for what is asked, as data: one thing under several names, and the qualities of things by
 * the words that ask for them and the words that tell them. */
#include "chat/models/local_lexicon.h"

/* clang-format off */
const char *const lexicon_same[] = {
    "狗|犬|狗狗|狗子", "猫|猫咪|喵星人|猫猫", "饺子|水饺", "牛扒|牛排", "番茄|西红柿", "土豆|马铃薯|洋芋", "菠萝|凤梨", "红薯|地瓜|番薯",
    "花生|花生米", "酸奶|优格", "芝士|奶酪|起司", "方便面|泡面|即食面", "云吞|馄饨|抄手", "汤圆|元宵", "玉米|苞米", "三文鱼|鲑鱼", "麦片|燕麦片",
    "自行车|单车|脚踏车", "摩托车|机车", "电动车|电瓶车|电单车", "手机壳|手机套|保护壳|手机保护壳", "充电宝|移动电源|行动电源",
    "耳机|耳麦", "鼠标|滑鼠", "屏幕|荧幕|萤幕", "u盘|优盘|随身碟", "笔记本电脑|手提电脑|笔电", "空调|冷气", "冰箱|雪柜", "电饭煲|电饭锅",
    "吹风机|电吹风|风筒", "电视|电视机|彩电", "电水壶|烧水壶|电热水壶", "插排|排插|接线板|拖线板", "电风扇|风扇|电扇", "热水袋|暖水袋",
    "洗发水|洗发露|洗发乳|洗发精|洗头水", "沐浴露|沐浴乳|沐浴液", "洗面奶|洁面乳|洁面|洗面乳", "护手霜|润手霜", "面膜|面贴膜",
    "防晒霜|防晒乳", "纸尿裤|尿不湿|尿布|尿片|尿裤", "婴儿车|婴儿推车|推车|童车", "奶嘴|安抚奶嘴", "口水巾|围嘴|围兜", "湿巾|湿纸巾",
    "抽纸|面巾纸", "卫生纸|厕纸|卷纸", "垃圾袋|垃圾桶袋", "雨伞|伞", "雨衣|雨披", "太阳镜|墨镜", "眼镜盒|镜盒",
    "运动鞋|球鞋", "跑鞋|跑步鞋", "拖鞋|凉拖", "袜子|袜", "帽子|帽", "手套|手袜", "围巾|围脖", "文胸|胸罩", "泳衣|泳装|游泳衣",
    "卫衣|帽t|连帽衫", "t恤|体恤", "毛衣|针织衫", "羽绒服|羽绒衣|羽绒", "秋裤|保暖裤", "裙子|裙", "裤子|裤", "双肩包|背包|书包", "行李箱|拉杆箱|旅行箱",
    "钱包|钱夹", "手链|手绳", "项链|颈链", "手镯|镯子", "戒指|指环", "圆珠笔|原子笔", "订书机|钉书机|订书器",
    "橡皮|橡皮擦", "涂改液|修正液|改正液", "修正带|涂改带", "文件夹|资料夹", "胶带|胶布|胶纸", "便利贴|便签|便条纸", "本子|记事本", "钢笔|墨水笔",
    "扳手|板手|扳子", "螺丝刀|起子|改锥|螺丝批", "铁锹|铲子|铁铲", "水管|软管|胶管", "花盆|盆栽盆", "修枝剪|园艺剪|园艺剪刀", "割草机|剪草机",
    "洞|孔", "被子|棉被", "枕头|枕芯", "毛巾|洗脸巾", "沙发|梳化", "灯泡|电灯泡", "台灯|桌灯", "窗帘|帘子", "地毯|地垫", "保温杯|保暖杯", "水杯|杯子",
    "筷子|筷", "勺子|汤匙|勺", "菜刀|厨刀", "砧板|菜板|案板", "平底锅|煎锅", "炒锅|炒菜锅", "渔竿|鱼竿|钓竿|钓鱼竿", "鱼钩|钓钩", "帐篷|帐蓬", "吸尘器|吸尘机",
    "secateurs|pruners|pruning shears|hand pruners", "torch|flashlight", "spanner|wrench", "tap|faucet",
    "nappy|nappies|diapers|diaper",
    "pushchair|pram|stroller|buggy", "trainers|sneakers", "jumper|sweater|pullover", "trousers|slacks",
    "sofa|couch|settee", "fridge|refrigerator", "tv|television|telly",
    "mobile|cell phone|cellphone|mobile phone|smartphone", "hoover|vacuum cleaner|vacuum",
    "bike|bicycle|pushbike", "rubber|eraser", "biro|ballpoint pen|ballpoint",
    "sellotape|scotch tape|sticky tape|adhesive tape", "biscuit|cookie",
    "sweets|candy|candies", "duvet|comforter|quilt", "plaster|band aid|sticking plaster", "handbag|purse",
    "rucksack|backpack|knapsack",
    "suitcase|luggage", "spectacles|eyeglasses", "contacts|contact lenses", "earphones|earbuds|in ear headphones",
    "headset|headphones",
    "dressing gown|bathrobe|robe", "swimsuit|swimming costume|bathing suit", "tights|pantyhose",
    "wellies|rain boots|rubber boots|wellington boots",
    "cooker|stove", "hob|cooktop", "tumbler|drinking glass", "flask|thermos|vacuum flask",
    "bin|trash can|garbage can|waste bin", "bin bags|trash bags|garbage bags",
    "hosepipe|hose", "lawnmower|lawn mower|mower", "spade|shovel", "parasol|patio umbrella", "drill|power drill",
    "allen key|hex key",
    "dummy|pacifier", "cot|crib", "bib|baby bib", "tee|t shirt|tshirt", "hoodie|hooded sweatshirt",
    "ring binder|binder", "felt tip|marker|marker pen",
    "power bank|portable charger|battery pack", "pendrive|usb stick|flash drive|thumb drive", "doggy|dog",
    "kitty|cat",
    "necklace|neck chain", "aubergine|eggplant", "courgette|zucchini", "prawns|shrimp", "crisps|potato chips",
    NULL
};
const struct lexicon_kin lexicon_kin[] = {
    { "多重|多沉|重量|净重|毛重|几斤重|沉不沉|沉吗|重吗|有多少斤|分量", "重|净重|重量|毛重|总重", "公|克|斤|千|kg|g|吨" },
    { "承重|承受|能坐多重|坐多重|装多重|撑多重|最大重量|载重|能承", "承重|载重|承受|最大承", NULL },
    { "声音大|声音响|吵|噪音|噪声|静音|响不响|分贝|声响|动静", "分贝|噪音|噪声|静音|低噪|db", NULL },
    { "功率|多少瓦|几瓦|多少w|耗电|费电|多少度电|几度电|用电", "功率|瓦|耗电|度", "w|瓦|kw|度" },
    {
      "续航|能用多久|用多长时间|待机|续航多久|能撑多久|充满电能用多久|充满能用多久|充满电用多久|充一次电能用多久|充一次电用多久|充一次用多久|电池能用多久|充一次电用|充满电用|充满用|充一次", "续航|"
      "待机|使用时间|可用|连续|充满", "分钟|小时|天|h" },
    { "什么电池|啥电池|几号电池|用电池|装电池|怎么供电|怎么充电|充电吗", "电池|充电|供电|电源|usb", NULL },
    { "多高|高度|高多少|最高|几米高", "高|高度", NULL },
    { "多长|长度|长多少|几米长|线长", "长|至", "米|厘|毫|cm|m|mm" },
    { "多宽|宽度|宽多少", "宽", "米|厘|毫|cm|m|mm" },
    { "多厚|厚度|厚不厚|厚吗", "厚", "厘|毫|cm|mm" },
    { "尺寸|大小|体积|长宽高|占地|多大|多大的|多大个", "尺寸|大小|占地|长|宽|直径|口径", "mm|cm|厘|毫|寸" },
    { "多粗|粗细|直径多少|直径多大|多大直径", "粗|直径", "厘|毫|cm|mm" },
    { "容量|多少升|几升|能装多少|装多少|多少毫升|多少衣服|能洗多少|多少公斤|几公斤", "容量|升|公斤", "l|ml|升|毫|公|kg" },
    {
      "材质|材料|什么做的|什么皮|啥皮|啥做的|什么料|面料|什么材料|啥材料|成分|料子|什么料子|啥料子|什么料子的|布料|质地|什么面料",
      "材质|材料|面料|成分|制成|采用|棉|涤纶|纤维|羊毛|真丝|牛皮|真皮|橡胶|实木|不锈钢|陶瓷|硅胶|塑料", NULL },
    { "多大房间|多大面积|多大的房间|多大的屋|适用面积|几平|多少平|多大空间", "面积|平方米|平米", NULL },
    {
      "保质期|能放多久|放多久|能放几天|放几天|开了能放|打开后|过期|保存多久|能存多久|存多久|shelf life|how long * keep|how long * last once|"
      "how long * last after|last once opened|use by|expire|expires|expiry",
      "保质期|开封|shelf life|best before|keeps for|expires|after opening|once opened", NULL },
    { "防水|沾水|淋雨|下雨能|碰水", "防水|ipx|耐水", NULL },
    { "几岁|多大年龄|多大孩子|多大的孩子|年龄|适龄", "岁|个月", NULL },
    { "电压|多少伏|几伏", "电压|伏|v", "v|伏" },
    { "产地|哪里产|哪儿产|哪产|原产|哪里生产", "产地|产自|原产|产于", NULL },
    { "能冲|可冲|能不能冲|能倒|可倒|冲掉|冲走|倒掉", "可冲|能冲|冲入|冲走|冲掉|倒入|倒掉|冲泡", NULL },
    { "wifi|无线网|联网|连网", "wifi|无线|联网|2.4g", NULL },
    { "怎么做|咋做|怎么煮|咋煮|怎么吃|咋吃|怎么煎|怎么烤|怎么蒸|怎么炸|怎么加热|如何烹饪|怎么弄熟", "煮|煎|蒸|烤|炸|水开|微波", NULL },
    { "过敏|过敏源|过敏原|allergic|allergy|allergens",
      "含|过敏|配料|无添加|contains|contain|allergen|allergens|free from", NULL, true },
    {
      "偏大还是偏小|偏大|偏小|准不准|码准|正码|标准码|runs large|runs small|run big|runs big|run small|run large|true to size|"
      "between sizes|size up|size down",
      "偏大|偏小|正码|标准码|拍大|拍小|大一码|小一码|runs large|runs small|runs big|true to size|size up|size down|between sizes", NULL },
    {
      "怎么洗|咋洗|能机洗|可以机洗|机洗|手洗|能洗|可以洗|能水洗|扔洗衣机|wash|washable|machine wash|machine washable|dishwasher|"
      "put * in the wash",
      "机洗|手洗|干洗|水洗|可洗|洗涤|水冲|wash|washable|dishwasher|hand wash|dry clean|wipe clean", NULL },
    {
      "什么时候种|啥时候种|几月种|何时种|几月份种|怎么种|when * sow|when * plant|when should i sow|when should i plant", "播|种植|移栽|sow|"
      "plant", NULL },
    {
      "带上飞机|上飞机|登机|坐飞机|托运|on a plane|on the plane|on a flight|on planes|take on board|fly with|in hand luggage",
      "登机|飞机|航空|托运|plane|flight|carry on|cabin|hand luggage|airline", NULL },
    {
      "battery life|how long * battery last|how long * battery|how long * charge last|how long * run|runtime|"
      "run time|on one charge|on a charge",
      "runs|runtime|run time|battery life|per charge|playtime|of use",
      "minutes|hours|mins|min|h|hrs|minute|hour" },
    {
      "what is it made of|whats it made of|made of|made from|what material|which material|whats the material|"
      "what fabric|material is",
      "cotton|wool|leather|steel|wood|plastic|aluminium|aluminum|brass|silk|linen|polyester|nylon|rubber|ceramic|"
      "glass|foam|cedar|oak|pine|bamboo|canvas|acetate|made of|made from|stainless", NULL },
    {
      "how much weight|max weight|maximum weight|weight limit|weight capacity|weight rating|load limit|maximum load|max load|how much "
      "load|how heavy a person|how heavy can|how much can it carry|how much can it hold|how much can it take|"
      "heaviest", "carries|carry|holds|hold|supports|support|up to|bears|takes|max|maximum|load|capacity|weight limit|"
      "rated|users",
      "kg|lb|lbs|g|pounds|stone|tons|tonnes" },
    {
      "who makes|who made|who is the maker|whos the maker|which brand|what brand|who manufactures|manufacturer",
      "made by|brand|manufactured by|maker|manufacturer", NULL },
    {
      "where * made|where * from|where do * come from|country of origin|made in",
      "made in|origin|sourced|imported|from|grown in", NULL },
    { NULL, NULL, NULL }
};
/* clang-format on */
