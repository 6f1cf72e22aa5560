/* local_kin.c: other words for what is asked, as data: one thing under several names, and the qualities of things by
 * the words that ask for them and the words that tell them. */
#include "chat/models/local_lexicon.h"

/* clang-format off */
const char *const lexicon_same[] = {
    "xmas|christmas|x mas|crimbo", "signature|sign for|signed for|signing for",
    "过敏|烂脸|脸烂|起疹子|起疹|起红疹", "怀孕|孕期|孕妇|孕妈|怀宝宝|有孕", "哺乳|哺乳期|喂奶|母乳期",
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
    "洞|孔", "弄掉|去掉|清除|去除|除掉|铲掉|清掉|弄下来|拆下来", "贺卡|卡片|祝福卡|留言卡|小卡片|祝福语|手写卡",
    "上楼|搬上楼|搬上去|抬上去|抬上楼|扛上楼|送上楼|爬楼|搬运费|上楼费|搬楼费|搬运|电梯|楼梯",
    "被子|棉被", "枕头|枕芯", "毛巾|洗脸巾", "沙发|梳化", "灯泡|电灯泡", "台灯|桌灯", "窗帘|帘子", "地毯|地垫", "保温杯|保暖杯", "水杯|杯子",
    "筷子|筷", "勺子|汤匙|勺", "菜刀|厨刀", "砧板|菜板|案板", "平底锅|煎锅", "炒锅|炒菜锅", "渔竿|鱼竿|钓竿|钓鱼竿", "鱼钩|钓钩", "帐篷|帐蓬", "吸尘器|吸尘机",
    "secateurs|pruners|pruning shears|hand pruners", "torch|flashlight", "spanner|wrench", "tap|faucet",
    "nappy|nappies|diapers|diaper",
    "pushchair|pram|stroller|buggy", "trainers|sneakers", "jumper|sweater|pullover", "trousers|slacks",
    "sofa|couch|settee", "jigsaw|jigsaw puzzle|puzzle", "fridge|refrigerator", "tv|television|telly",
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
    "mudguard|mudguards|fender|fenders", "windscreen|windshield", "boot liner|trunk liner", "ring binder|binder",
    "felt tip|marker|marker pen",
    "power bank|portable charger|battery pack", "pendrive|usb stick|flash drive|thumb drive", "doggy|dog",
    "kitty|cat", "aquarium|fish tank", "tyre|tire", "aluminium|aluminum", "pyjamas|pajamas",
    "jewellery|jewelry", "fibre|fiber", "organiser|organizer", "yoghurt|yogurt", "doughnut|donut", "mould|mold",
    "moustache|mustache", "plough|plow", "draught|draft",
    "necklace|neck chain", "amp|amps|amplifier|amplifiers", "mic|mics|microphone|microphones",
    "sax|saxophone", "uke|ukulele", "binos|binoculars", "sunnies|shades|sunglasses", "brolly|umbrella",
    "cardi|cardigan", "deo|deodorant", "lippy|lipstick", "choc|chocolate", "bbq|barbecue|barbeque", "specs|glasses",
    "wood|wooden", "wool|woolen|woollen", "gold|golden", "loo roll|toilet roll|toilet paper",
    "cling film|clingfilm|plastic wrap", "tin opener|can opener", "extension lead|extension cord|extension cable",
    "aubergine|eggplant", "courgette|zucchini", "prawns|shrimp", "crisps|potato chips",
    NULL
};
const char lexicon_spare[] = "spare|second|extra|replacement|another|additional";
const char lexicon_trouble[] =
    "flickers|flickering|flickered|"
    "keeps|kept|hardly|barely|lost|loses|refuse|refuses|wont|will not|doesnt|does not|isnt|stopped|stops|stuck|"
    "snapped|broke|broken|cracked|"
    "leaks|leaking|leaked|"
    "drips|dripping|blinking|blinks|flashing|flashes|beeping|beeps|smells|smell|smoke|smoking|rattles|rattling|"
    "squeaks|"
    "squeaking|grinding|noise|noisy|jammed|jams|blocked|clogged|overheats|overheating|wobbles|wobbly|loose|fell off|"
    "came off|"
    "torn|ripped|wrong with|problem|problems|trouble|issue|cant|cannot|fix|repair|mend|error|fault|light|lamp|led|"
    "dead|died|"
    "shuts off|turns off|switches off|cuts out|shuts down|switches itself|turns itself|slow|weak|one side|only one|"
    "faded|rust|"
    "rusty|mould|mold|peeling|stain|stained|puncture|flat|wont|went|why does|why is|what does it mean|no sound|"
    "no power|"
    "silent|gone quiet|gone dead|hangs|hanging|frozen|"
    "no water|no steam|wet|damp|sticks|sticky|heavy to|hard to|blurry|fogs|foggy|"
    "老是|总是|一直|突然|自己停|自己关|自动关|停了|停机|停转|不了|没反应|没声|无声|不响|不亮|不转|不热|不凉|不冷|不出|不动|不工作|不通电|不启动|打不开|"
    "开不了|关不上|关不了|连不上|连不了|搜不到|充不|卡住|卡纸|卡了|断了|裂了|漏|渗|滴水|冒烟|糊味|焦味|异味|有味|异响|噪音|很响|太吵|嗡嗡|咔咔|闪|"
    "红灯|黄灯|绿灯|蓝灯|橙灯|亮灯|灯亮|灯一直|亮红|亮黄|怎么回事|咋回事|啥情况|什么情况|什么原因|啥原因|为啥|为什么|坏|故障|报错|失灵|不灵|不准|松了|掉了|脱落|生锈|发霉|"
    "变色|起球|跳闸|断电|断连|断网|掉线|花屏|黑屏|死机|卡顿|一边|一侧|单边|一只|一半|模糊|抖|晃|不稳|打滑|堵|不吸|吸不|吸力|不干净|洗不|夹生|没煮熟|"
    "变冷|变热|变红|变蓝|变绿|变小|变大|变慢|变弱|变黄|变形|变硬|变软|着着|没法|失败|用着|失灵了|漏风|漏气|没气|瘪|不平|不紧|拧不|取不|拔不|推不|发烫|很烫|过热|不制|不制冷|不加热|不显示|没电|"
    "耗电快|掉电|毛病|罢工|不好使|断节|"
    "开胶|开线|脱线|起皮|掉皮|脱皮|钻绒|跑绒|掉绒|掉毛|发黑|变黑|氧化|忘了|忘记|塌了|塌陷|凹陷|裂开|开裂|起泡|掉漆|掉珠|断底|"
    "出不来|弄不|装不|关机|重启|溢|喷不|总往|老往|总是往|正常吗|正常么|正常不|正不正常|有问题吗|is it normal|is that normal|is this normal|"
    "supposed to";
const char *const lexicon_sights[] = {
    "flicker|flickers|flickering|flickered|strobes|strobing",
    "blink|blinks|blinking|flash|flashes|flashing|闪|闪烁|闪灯|一闪一闪", "snap|snapped|snaps|broke|broken|breaks|break|断|断裂|"
    "折断|断了",
    "leak|leaks|leaking|leaked|drips|dripping|漏水|渗水|滴水|漏|渗",
    "no sound|silent|one side|only one side|没声|没声音|没有声音|无声|不响|不出声|一边有声|一边响|一只有声|一只响|一边没声|一只没声|单边|一侧",
    "stopped|stops|shuts off|turns off|switches off|switches itself off|turns itself off|shuts down|cuts out|"
    "停机|停了|不转|不转了|"
    "自动关机|"
    "自己关|自己停|停转|自动停|自动关|关机|停止工作|自动断电",
    "wont start|will not start|does not start|doesnt start|wont turn on|will not turn on|does not turn on|"
    "doesnt turn on|"
    "wont switch on|will not switch on|no power|dead|开不了机|不开机|无法开机|打不开|开不开|不启动|无法启动|启动不了|没反应|无反应|不通电",
    "refuse to connect|refuses to connect|wont connect|will not connect|does not connect|doesnt connect|"
    "cant connect|cannot connect|not connect|wont pair|will not pair|doesnt pair|does not pair|cant pair|"
    "cannot pair|disconnects|loses connection|连不上|连接不上|连接失败|配对失败|无法连接|搜不到|连不了|断连|掉线|没有连上|没连上|上不了网|没网|断网|找不到设备",
    "wont charge|will not charge|does not charge|doesnt charge|not charge|not charging|cannot charge|cant charge|"
    "充不进|不充电|无法充电|充不了|充不上|充电慢|不上电|充不满",
    "not heat|not heating|wont heat|doesnt heat|does not heat|stays cold|lukewarm|不热|不加热|没热水|加热慢|不发热|温度低|升温慢",
    "not cool|not cooling|wont cool|doesnt cool|does not cool|warm air|不凉|不冷|不制冷|没冷气|制冷差|制冷慢|不够凉",
    "noise|noisy|loud|rattle|rattles|rattling|squeak|squeaks|squeaking|creak|creaks|creaking|hum|humming|buzz|"
    "buzzing|grinding|"
    "异响|噪音|噪声|声音大|很吵|太吵|响声|嗡嗡|咔咔|吱吱|咯吱|异音|哒哒",
    "smell|smells|odour|odor|smelly|stinks|异味|气味|有味|臭味|糊味|焦味|塑料味|胶味",
    "stuck|jam|jams|jammed|sticks|seized|does not move|doesnt move|nothing moves|wont move|不动|动不了|转不动|卡那|卡在|卡住|卡纸|"
    "卡了|卡死|卡滞|抽不动|推不动|拉不动|拧不动|卡顿",
    "blocked|clog|clogs|clogged|blockage|堵|堵塞|堵住|不通",
    "weak|weaker|slow|hardly any|barely any|no suction|little suction|lost suction|loses suction|low pressure|"
    "low suction|吸力|吸力弱|吸力小|没劲|变弱|变小|越来越小|越来越弱|越来越慢|水小|水流小|出水小|风小|风力小",
    "overheat|overheats|overheating|gets hot|very hot|too hot|过热|发烫|很烫|烫手|温度过高|高温", "smoke|smoking|冒烟", "rust|rusty|"
    "rusted|rusting|生锈|锈|锈斑|锈迹",
    "mould|mold|mouldy|moldy|mildew|发霉|霉点|霉斑", "scale|descale|descaling|limescale|水垢|结垢|白垢|除垢", "wobble|wobbles|"
    "wobbly|unstable|晃|晃动|摇晃|不稳|抖动|抖",
    "loose|came off|fell off|松|松动|松了|脱落|掉了", "tear|torn|ripped|rip|hole|holes|puncture|punctured|flat tire|"
    "flat tyre|破|破洞|破了|撕裂|扎破|扎胎|漏气|没气|瘪",
    "fade|fades|faded|fading|bleed|bleeds|掉色|褪色|变色", "blurry|blurred|out of focus|unsharp|模糊|看不清|虚焦|不清晰|"
    "不清楚", "black screen|blank|黑屏|花屏|没画面|无画面|不显示",
    "freeze|freezes|frozen|crash|crashes|死机|卡机", "no steam|doesnt steam|wont steam|不出蒸汽|没蒸汽", "no water|not pump|"
    "doesnt pump|不出水|不上水|抽不上水|不喷水|喷不出|喷不出来",
    "red light|red lamp|red led|light is red|lamp is red|light is on red|红灯|灯常红|灯一直红|亮红|常红|红着|灯红|灯是红|"
    "指示灯红", "orange light|orange lamp|amber light|yellow light|light is orange|lamp is orange|light is yellow|黄灯|橙灯|"
    "橙色灯|灯常黄|灯黄|亮黄|灯橙|亮橙|灯是黄|灯是橙", "green light|green lamp|light is green|绿灯|灯绿|亮绿|灯是绿",
    "blue light|blue lamp|light is blue|蓝灯|灯蓝|亮蓝|灯是蓝", "white light|白灯", "beep|beeps|beeping|滴滴|嘀嘀|蜂鸣|报警声", "trip|"
    "trips|tripped|fuse|跳闸|漏保", "spill|overflow|溢|溢出|溢锅",
    "undercooked|raw|half cooked|夹生|没煮熟|煮不熟|半生", "burnt|burns|burning|糊底|糊了|烧焦|粘底|粘锅",
    "slip|slips|slipping|打滑|滑动|下滑|滑落|往下滑|"
    "滑丝", "stain|stains|stained|污渍|污迹|发黄|变黄",
    "pilling|pills|bobbles|起球", "shrink|shrinks|shrunk|shrinking|缩水", "wont open|will not open|doesnt open|"
    "打不开", "wont close|will not close|doesnt close|关不上|合不上|关不严|关不紧|扣不上|对不上|锁不上|卡不上|扣不紧|锁不住|合不拢|盖不上|盖不严|拉不上|插不进|"
      "对不齐|拼不上|扣不住",
    "lost|loses its way|loses its map|disoriented|迷路|找不到路|找不到基站|找不到充电座|回不了充", "coming out|comes out|come out|flakes|"
    "specks|spits|spitting|bits", "bunches|bunching|bunched|tangles|tangled|knots|缠|打结|绞线",
    "fogs|foggy|fogging|misted|起雾|雾气",
    "react|reacts|reacting|respond|responds|responding|unresponsive|no response|no reaction|does nothing|"
    "doesnt do anything|does not do anything|nothing happens|wont do anything|"
    "isnt doing anything|没反应|无反应|没有反应|不反应|不灵敏|识别不了|识别不出|不识别|按不上|刷不上|读不出|感应不到|扫不上|录不上|"
    "按了没用|点了没用|没动静",
    "line|lines|streak|streaks|stripe|stripes|竖线|黑线|竖条|黑条|条纹|横线|横纹|白线|白条|竖黑线|黑竖线|横条|线条",
    "开胶|脱胶|胶开了|开裂|裂开", "钻绒|跑绒|掉绒|漏绒|飞绒|钻毛|跑毛", "发黑|变黑|氧化|泛黑|发乌", "忘了|忘记|不记得|记不得|想不起|记不住",
    "塌了|塌陷|塌下|下陷|凹陷|陷下去|塌", "开线|脱线|跳线|线头", "起皮|掉皮|脱皮",
    "alternately|alternating|in turn|交替|来回闪|轮流闪|轮流亮|红绿", "gap|gaps|缝|缝隙|间隙|空隙|有条缝|有缝", NULL
};
const struct lexicon_kin lexicon_kin[] = {
    { "装得上|装得了|装不装得上|能装上|适配|配得上|匹不匹配|匹配吗|兼容|用得上|用得了|对得上|配不配|装不装得了",
      "适配|适用|兼容|匹配|通用|支持|不能用|不适用", NULL },
    { "放冰箱|进冰箱|冷藏吗|要冷藏|用冷藏|要不要冷藏|冷冻吗|要冷冻|能冷冻|常温放|怎么存|怎么保存|怎么储存|怎么存放|存放在|如何保存|如何存放|保存方法|怎么放着|放常温|常温能放|怕潮吗|怕晒吗",
      "冷藏|冷冻|常温|冰箱|阴凉|避光|密封|干燥|通风|保存|存放", NULL },
    { "多重|多沉|重量|净重|毛重|几斤重|沉不沉|沉吗|重吗|有多少斤|分量", "重|净重|重量|毛重|总重", "公|克|斤|千|kg|g|吨" },
    { "承重|承受|能坐多重|坐多重|装多重|撑多重|最大重量|载重|能承", "承重|载重|承受|最大承", NULL },
    { "声音大|声音响|吵|噪音|噪声|静音|响不响|分贝|声响|动静", "分贝|噪音|噪声|静音|低噪|db", NULL },
    { "功率|多少瓦|几瓦|多少w|耗电|费电|多少度电|几度电|用电", "功率|瓦|耗电|度", "w|瓦|kw|度" },
    {
      "续航|能用多久|用多长时间|待机|续航多久|能撑多久|充满电能用多久|充满能用多久|充满电用多久|充一次电能用多久|充一次电用多久|充一次用多久|充满电能|充满可以|充一次电能|充一次能|电池能用多久|充一次电用|"
      "充满电用|充满用|充一次|听多久|能听多久|听几个小时|听几小时|看多久|能看多久|玩多久|能玩多久|亮多久|能亮多久|跑多久|飞多久|拍多久|录多久|撑多久|顶多久|"
      "扛多久|用几个小时|能用几个小时|用几小时|能用几小时|用几天|能用几天",
      "续航|"
      "待机|使用时间|可用|连续|充满|一次充电|充一次电|每次充电", "分钟|小时|天|h" },
    { "什么电池|啥电池|几号电池|用电池|装电池|怎么供电|怎么充电|充电吗", "电池|充电|供电|电源|usb", NULL },
    { "多高|高度|高多少|最高|几米高", "高|高度", NULL },
    { "多长|长度|长多少|几米长|线长", "长|至", "米|厘|毫|cm|m|mm" },
    { "多宽|宽度|宽多少", "宽", "米|厘|毫|cm|m|mm" },
    { "多厚|厚度|厚不厚|厚吗", "厚", "厘|毫|cm|mm" },
    { "占多大|多大地方|占地方|占多少地方|占空间|尺寸|大小|体积|长宽高|占地|多大|多大的|多大个", "尺寸|大小|占地|长|宽|直径|口径", "mm|cm|厘|毫|寸" },
    { "多粗|粗细|直径多少|直径多大|多大直径", "粗|直径", "厘|毫|cm|mm" },
    { "容量|多少升|几升|能装多少|装多少|多少毫升|多少衣服|能洗多少|多少公斤|几公斤", "容量|升|公斤", "l|ml|升|毫|公|kg" },
    {
      "材质|材料|什么做的|什么皮|啥皮|啥做的|什么料|面料|什么材料|啥材料|成分|料子|什么料子|啥料子|什么料子的|布料|质地|什么面料",
      "材质|材料|面料|成分|制成|采用|棉|涤纶|纤维|羊毛|真丝|牛皮|真皮|橡胶|实木|不锈钢|陶瓷|硅胶|塑料", NULL },
    { "多大房间|多大面积|多大的房间|多大的屋|适用面积|几平|多少平|多大空间", "面积|平方米|平米", NULL },
    {
      "保质期|能放多久|放多久|能放几天|放几天|开了能放|打开后|过期|保存多久|能存多久|存多久|保质多久|保质几|能放几|可以放几|可以放多久|放得了几|放得了多久|放得住几|放几个月|放几年|放几周|放多长|"
        "搁几天|搁多久|能搁几|能搁多久|存几天|能存几|"
      "能保存几|保存几|保鲜多久|保鲜几天|几天内吃|多久内吃|多久吃完|几天吃完|多久用完|几天用完|多久喝完|几天喝完|多久会坏|几天会坏|会不会坏|有效期|保鲜期|赏味期|能留几|留得住几|能留多久|"
        "shelf life|how long * keep|how long * last once|"
      "how long * last after|last once opened|use by|expire|expires|expiry",
      "保质期|开封|保存|冷藏|冷冻|常温|内吃|吃完|内用|用完|喝完|可放|能放|开罐|开袋|赏味|天内|保鲜|有效期|shelf life|best before|keeps for|expires|"
        "after opening|once opened", "天|月|个|年|小时|周|日|months|weeks|days|years" },
    { "包赔时效|包赔多久|包赔几|赔付时效|时效|时限|几小时内|几个小时内|多久内|多久之内|多长时间内|几天内|几天之内|多少小时内|多久以内", "内", "小时|天|日|分钟|个|月" },
    { "最快多少|最快能|多快|速度|时速|跑多快|能跑多快|最高速|几码|转速|多少转|每分钟几转|每小时几", "速度|时速|转速|公里|车速|速", "km|公里|米|转|码|迈|kmh|h" },
    {
      "怎么用|咋用|怎么吃|咋吃|怎么喂|咋喂|怎么喝|怎么泡|咋泡|怎么冲|怎么服|怎么涂|怎么抹|怎么敷|怎么喷|怎么滴|用法|用量|吃几|喂几|用几次|吃多少|喂多少|用多少|喝多少|一次吃|一次用|一天吃|"
        "一天用|一天几次|每次多少|吃法|喝法|"
      "喂法|怎么拌|如何使用|如何食用|使用方法|食用方法",
      "用法|用量|喂法|吃法|喝法|服用|冲服|冲泡|泡软|泡|拌|涂|敷|滴|每天|每次|一日|每日|食用|煮|蒸|加热|取适量|温水", NULL },
    { "多久换一次|多久换|几个月换|多长时间换|多久更换|几年换|多久要换|多久需要换|多久该换|隔多久换|什么时候换", "更换|换|寿命|周期",
    "个|月|天|年|次|周|小时" },
    { "有什么配件|有啥配件|配件有|都带什么|带什么配|包含什么|包含啥|包括什么|包括啥|里面有什么|里面有啥|里面都有|有哪些东西|有哪些配件|都包括|都含|几件套|配什么|配了什么|全套有|全套包", "含|包含|"
      "包括|配件|配有|内含|清单|套装|标配|附", NULL },
    { "防水|沾水|淋雨|下雨能|碰水", "防水|ipx|ip|耐水", NULL },
    { "几岁|多大年龄|多大孩子|多大的孩子|年龄|适龄", "岁|个月", NULL },
    { "电压|多少伏|几伏", "电压|伏|v", "v|伏" },
    { "产地|哪里产|哪儿产|哪产|原产|哪里生产", "产地|产自|原产|产于", NULL },
    { "能冲|可冲|能不能冲|能倒|可倒|冲掉|冲走|倒掉", "可冲|能冲|冲入|冲走|冲掉|倒入|倒掉|冲泡", NULL },
    { "wifi|无线网|联网|连网", "wifi|wi fi|无线|联网|2.4g", NULL },
    { "怎么做|咋做|怎么煮|咋煮|怎么吃|咋吃|怎么煎|怎么烤|怎么蒸|怎么炸|怎么加热|如何烹饪|怎么弄熟", "煮|煎|蒸|烤|炸|水开|微波", NULL },
    { "过敏|过敏源|过敏原|allergic|allergy|allergens",
      "含|过敏|配料|无添加|contains|contain|allergen|allergens|free from|handles|facility|traces|may contain", NULL, true },
    {
      "偏大还是偏小|偏大|偏小|准不准|码准|正码|标准码|runs large|runs small|run big|runs big|run small|run large|true to size|"
      "between sizes|size up|size down",
      "偏大|偏小|正码|标准码|拍大|拍小|大一码|小一码|runs large|runs small|runs big|true to size|size up|size down|between sizes",
      NULL },
    {
      "怎么洗|咋洗|能机洗|可以机洗|机洗|手洗|能洗|可以洗|能水洗|扔洗衣机|wash|washable|machine wash|machine washable|dishwasher|"
      "put * in the wash|go in the wash|in the washing machine|in a washing machine|in the washer|be washed|"
      "be laundered|go in the dishwasher|through the wash",
      "机洗|手洗|干洗|水洗|可洗|洗涤|水冲|machine wash|wash|be washed|washable|dishwasher|hand wash|dry clean|wipe clean|"
      "in the machine|machine at|launder|laundered|rinse|sponge clean|hand washing", NULL },
    {
      "什么时候种|啥时候种|几月种|何时种|几月份种|怎么种|when * sow|when to plant|when * i plant|when * you plant|when should i sow",
      "播|种植|移栽|sow|"
      "plant", NULL },
    {
      "带上飞机|上飞机|登机|坐飞机|托运|on a plane|on the plane|on a flight|on planes|take on board|fly with|in hand luggage",
      "登机|飞机|航空|托运|plane|flight|carry on|cabin|hand luggage|airline", NULL },
    {
      "battery life|battery last|batteries last|charge last|battery hold|battery * how long|"
      "battery how long|how long * battery last|how long * battery|"
      "how long * charge last|how long * run|runtime|"
      "run time|on one charge|on a charge",
      "runs|runtime|run time|battery life|per charge|playtime|of use|charge lasts|lasts|on a charge|on one charge",
      "minutes|hours|mins|min|h|hrs|minute|hour" },
    {
      "real silk|real wool|real gold|real silver|real fur|real down|real cotton|real suede|real stone|pure silk|"
      "pure wool|pure cotton|genuine silk|solid gold|solid silver|"
      "real wood|real leather|genuine leather|solid wood|is it wood|is it leather|is it metal|is it plastic|"
      "is it cotton|what is it made of|whats it made of|made of|made from|what material|which material|"
      "whats the material|"
      "what fabric|material is",
      "cotton|wool|leather|steel|wood|plastic|aluminium|aluminum|brass|silk|linen|polyester|nylon|rubber|ceramic|"
      "glass|foam|cedar|oak|pine|bamboo|canvas|acetate|gold|silver|suede|cashmere|sheepskin|"
      "down|fur|made of|made from|stainless", NULL },
    {
      "how fast|what speed|top speed|how quick|how quickly does it", "a minute|per minute|rpm|kmh|mph|speed|speeds|"
      "fast|per hour|an hour",
      "stitches|rpm|mph|kmh|km|mbps|miles|revolutions" },
    {
      "how powerful|how many watts|what wattage|wattage|how strong is the motor|power consumption|how many hp", "w|"
      "watt|watts|hp|kw|"
      "power|horsepower", "w|watt|watts|hp|kw" },
    { "what battery|which battery|what batteries|which batteries|what kind of battery|"
      "what sort of battery|battery type",
      "battery|batteries|cell|cells|aa|aaa|runs on|rechargeable|lithium", NULL },
    { "how often|how many times a", "every|once|twice|weekly|daily|monthly|a week|a month|a day|a year|times", NULL },
    { "noisy|loud|how quiet|how silent|how loud|how noisy|is it loud|is it noisy|is it quiet|noise level",
      "db|decibel|decibels|quiet|silent|"
      "noise", NULL },
    {
      "underwater|under water|waterproof|water resistant|in the rain|in rain|left outside|left out|ip rating|"
      "what ip|which ip|water rating|get wet|gets wet|"
      "rainproof|showerproof|water proof",
      "waterproof|water resistant|ipx|ip|splash proof|showerproof|rain|water repellent|weatherproof|splash|"
      "atm|submersible|underwater", NULL },
    {
      "poisonous|toxic|harmful|dangerous for|dangerous to|safe for|safe around|safe with|"
      "pet safe|child safe|food safe",
      "poisonous|toxic|non toxic|harmful|safe|unsafe|food grade|out of reach|irritant",
      NULL },
    {
      "how long * to charge|take to charge|takes to charge|to charge fully|to fully charge|charging time|"
      "charge time|how long * charging|how quickly * charge",
      "charges in|charge in|charged in|charging|charges|recharges|full charge", "minutes|hours|mins|h|hrs|hour" },
    { "几级能效|能效等级|能效几级|能效多少|什么能效|一级能效|二级能效|能效", "能效", NULL },
    {
      "what pressure|how much pressure|how many bars|how many bar|max pressure|maximum pressure|"
      "highest pressure|what psi|"
      "how many psi|max psi|pressure rating|pressure limit", "bar|pressure|psi", "bar|bars|psi" },
    {
      "max speed|maximum speed|highest speed|max rpm|maximum rpm|speed limit",
      "speed|rpm|mph|kmh|a minute|an hour|per hour|"
      "per minute", "rpm|mph|kmh|km|miles|revolutions|strokes" },
    {
      "how warm does|how warm can|how warm will|"
      "ok at * degrees|okay at * degrees|safe at * degrees|safe to * degrees|fine at * degrees|take * degrees|"
      "withstand * degrees|stand * degrees|handle * degrees|up to * degrees|max temp|"
      "max * temp|max * temperature|maximum * temperature|oven temp|oven temperature|what temp|which temp|"
      "max temperature|maximum temperature|highest temperature|what temperature|"
      "which temperature|how hot|how cold|"
      "temp range|temps|lowest temperature|minimum temperature|min temperature|temperature range|temperature rating",
      "degrees|celsius|fahrenheit|temperature|oven safe|heat", "degrees|c|f" },
    {
      "filled with|what filling|which filling|stuffed with|what stuffing|the stuffing|whats inside|"
      "what is inside|what is in it|padded with|padding made",
      "filled|filling|fill|stuffed|stuffing|padded|padding", NULL },
    { "what voltage|which voltage|how many volts|the voltage|how many amps|what current",
      "volt|volts|v|voltage|amp|amps",
      "v|volt|volts|a|amp|amps" },
    { "扭力|扭矩|力道", "扭力|扭矩|牛米|nm", NULL },
    { "多亮|亮度|几流明|多少流明", "亮度|流明|lm|勒克斯", NULL },
    { "填充|填的什么|填的啥|填了什么|填了啥|里面是什么|里面是啥|里面装的什么|里面装的啥|里头是啥|里头填|芯是什么|内芯", "填充|填|充绒|内芯|芯|夹棉", NULL },
    { "冷不冷|暖不暖|暖和|保暖|冬天穿|冬天能穿|抗冻|御寒", "保暖|暖|加绒|加厚|羽绒|羊毛|御寒", NULL },
    { "stay warm|stays warm|stay hot|stays hot|keep hot|keeps hot|keep * hot|keep cold|keep * cold|stay cold|"
      "stays cold|"
      "keep warm|hold the heat|hold its heat|hold the temperature|hold temperature",
      "held for|holds|keeps|keep warm|stays warm|warm for|hot for|cold for|insulated|double walled|warm", NULL },
    { "warm enough|is it warm|keep * warm|how warm|warm in winter|for winter",
      "warm|insulated|fleece|lined|winter|thermal", NULL },
    { "含量|百分之几|百分之多少|百分比|占比|纯度|几度的|多少度的|酒精度", "含量|含|占|比例|纯度|度", "g|克|mg|毫克|ppm|度|%" },
    { "离墙多远|多远|距离多少|投射距离|几米远|离多远", "距离|米|厘米", "米|厘|cm|m" },
    { "几顿|几餐|喂几次|喂几回", "餐|顿|次", NULL },
    { "停电|断电了|没电了还", "断电|停电|备用电|备用|应急", NULL },
    { "断网|没网|没有网|没wifi|不联网", "断网|离线|无需联网|不联网|本地", NULL },
    {
      "year old|years old|yr old|yrs old|month old|months old|year olds|what age|which age|how old|age range|"
      "from what age|for what age|suitable age", "age|ages|aged|years|months|"
      "year olds", NULL },
    {
      "how big a|how large a|how small a|up to what|up to which|up to how|what size * can|which size * can|"
      "how big * can|"
      "how large * can", "up to|from|to|between|max|maximum|minimum|at least|no more than", NULL },
    {
      "assembled already|already assembled|come assembled|comes assembled|pre assembled|preassembled|ready assembled|"
      "ready made up|come built|comes built|ready built|in one piece|need assembling|needs assembling|need assembly|"
      "needs assembly|need building|flat pack|flat packed|assembly required|assembly needed|put together myself|"
      "assemble it myself|need putting together|needs putting together|put it together|come put together",
      "assembly|assembled|assemble|flat packed|flat pack|put together|self assembly|in one piece", NULL },
    { "how far|what range|whats the range|what is the range|range of the|range of this|range of my", "range|up to|"
      "reach", "km|miles|mile|m|metres|meters|ft|feet" },
    {
      "up to what weight|to what weight|what weight does|what weight will|what weight would|what weight do|"
      "how many kg * hold|how many kilos * hold|how many kg * take|how many kilos * take|"
      "up to which weight|what weight can|take someone|take a person|hold someone|"
      "hold a person|support someone|support a person|carry someone|i weigh|"
      "he weighs|she weighs|how much weight|max weight|maximum weight|weight limit|weight capacity|weight rating|"
      "load limit|maximum load|max load|how much "
      "load|how heavy a person|how heavy can|how much can it carry|how much can it hold|how much can it take|"
      "heaviest|how heavy a * can|ok for * kg|fine for * kg|good for * kg|take * kg|hold * kg|"
      "support * kg|carry * kg|bear * kg|"
      "ok with * kg|strong enough for",
      "carries|carry|holds|hold|supports|support|up to|bears|takes|max|maximum|load|capacity|"
      "weight limit|"
      "rated|users",
      "kg|lb|lbs|g|pounds|stone|tons|tonnes" },
    {
      "who makes|who made|who is the maker|whos the maker|which brand|what brand|who manufactures|manufacturer",
      "made by|brand|manufactured by|maker|manufacturer", NULL },
    {
      "where * made|where * from|where do * come from|country of origin|made in",
      "made in|origin|sourced|imported|from|grown in", NULL },
    {
      "how much water|how much liquid|how much moisture|how much fuel|how much coffee|how much soil|how much litter|"
      "how much rain|how much juice|how much milk|how much paint",
      "litre|litres|liter|liters|l|ml|gallon|gallons|pint|pints|cups|kg", "litre|litres|liter|liters|l|ml|gallon|"
      "gallons|pint|pints|cups|kg" },
    { NULL, NULL, NULL }
};
/* clang-format on */
