/* local_sounds.c: Han characters that are taken one for the other: a keyboard is told a sound and offers all that have
 * it, and who writes with a finger gets one that looks like it. */
#include "chat/models/local.h"

#include <pthread.h>

enum { HAN_BYTES = 3 };

/* clang-format off */
/* Those that names of goods are made of: of one sound, of nearly the same, or only alike to look at. */
static const char *const rows[] = {
    "气汽器弃企起棋", "机鸡基击积激", "锅郭国过",   "壶湖胡葫糊狐", "炉芦庐",     "扫嫂",
    "拖脱托",         "吸西洗希夕惜", "尘晨沉陈",   "衣一依医伊",   "烘轰哄",     "干甘杆竿肝",
    "净静竞镜境精晶", "油游邮由",     "烟咽淹",     "盐延颜岩",     "灶造皂",     "箱香湘",
    "柜贵桂",         "风疯封丰枫峰", "加家佳嘉",   "湿施师诗失狮", "牙芽崖",     "剃涕替题提",
    "须需虚",         "首手守",       "表标彪",     "环还",         "冲充虫",     "电店垫淀殿",
    "煲包宝保堡饱",   "音因阴银饮引", "投头",       "影映应硬",     "仪宜疑移",   "键建件健箭",
    "杯背悲",         "帽冒",         "斜鞋协携",   "裤库酷",       "衫山杉删",   "桃套逃淘",
    "枕诊",           "针真珍",       "椅以已",       "灯登等",     "膜模魔磨摩",
    "乳汝",           "液夜叶业页",   "粉份芬",     "茶查察",       "瓶平苹屏",   "婴英鹰樱",
    "桶筒同童铜",     "推退腿",       "篷蓬棚朋",   "帐账仗涨胀",   "袋带戴代待", "鱼渔余",
    "鼓古谷",         "剪减简捡",     "锯据具",     "铲产",         "花化华画",   "肥飞",
    "园圆元源原缘",   "艺意义",       "歌割哥",     "枝支织只",     "炸榨诈",     "蒸争",
    "烤考拷",         "破坡",         "理里礼",     "搅绞脚",       "咖卡",       "豆斗抖",
    "浆江桨姜",       "面棉绵",       "泡炮跑",     "刨袍",         "磨蘑",       "剂计记",
    "珠猪株",         "链练恋",       "镯琢浊",     "戒界介",       "耳尔",       "坠缀",
    "座坐做作",       "垫电",         "车",         "滑划华",       "板版",       "轮论伦",
    "琴勤禽",         "弦闲咸",       "笛迪敌",     "本奔",         "笔比",       "墨末沫莫",
    "纸止指",         "棒磅",         "滤律绿虑率", "芯心新薪",     "毯坦",       "被备倍",
    "枪腔",           "喷盆",         "洒撒",       "刷耍",         "护户互",     "霜双",
    "乐勒",           "清青轻",       "漱数",       "睡税",         "暖",         "帘连联莲",
    "挂褂",           "遥摇",         "控空孔",     "蓝篮兰",       "线现限",     "充冲",
    "插叉差",         "排牌",         "座坐",       "架驾价",       "袜",         "巾斤金",
    "围为维",         "兜都",
    /* what the thing is called, and characters that are no thing themselves */
    "器其期奇", "机及级即", "箱厢相向", "架加家假", "夹加佳家", "灯邓", "凳登等", "盒合和何", "鞋写些", "伞散", "衫闪",
    "管关官观", "罐灌惯官", "晒嗮", "篮拦", "栏蓝兰", "剪见", "锁所索", "刀到道", "笔必币", "仪以易", "被备贝", "杯北",
    "帽貌", "表飙", "镜经", "套掏", "垫点", "盆彭", "筒统", "车扯", "椅依", "柜归", "桌捉", "壶呼", "炉路",
    "梳输", "席西", "毯谈", "帘脸", "袋呆", "锅裹", "碗晚", "勺少", "瓶拼", "液也", "霜爽", "乳如", "膏高",
    "皂照", "巾今", "棉眠", "线先", "板办", "棒帮", "球求", "琴亲", "圈全", "环欢", "扇善", "盖该", "布步",
    "露漏",           "刷涮",       "壳克科可",     "薄簿博",       "熨运",       "削消",
    "蔼霭",           "呢尼妮",       "拆折",         "拔拨",       "壶壸",         "锅祸",         "扇煽",       "煲褒",
    "灸炙",           "蓬篷",       "账帐",         "玩完",         "缝逢峰",     "糊湖",
    /* of fruit, sweets, cloth and what is put on the skin */
    "子籽仔", "伽珈迦", "榴留溜", "芒忙茫", "檬蒙朦", "葡铺", "萄淘陶", "莓梅霉", "橙澄", "柚釉", "荔栗", "蟹懈械", "虾瞎", "蚝毫豪", "蜜密", "菇姑",
    "粽棕综", "饼柄", "糕羔", "酪烙",
    "瑜逾愉", "哑亚", "铃零玲", "硒晒", "拉啦", "卷圈", "熏薰", "蕾雷", "薇微", "蔻寇", "肽钛", "酶霉", "苷甘", "貂雕", "绒戎", "缎锻", "绸稠", "裳赏", "钥药",
    NULL
};

/* The 3,755 characters of everyday use by their sound, which stands before them, whatever the tone; z is zh, c ch, s
 * sh, in ing and en eng, as half of those who speak say them. */
static const char groups[] =
    "a啊阿|ai埃挨哎唉哀皑癌蔼霭矮艾碍爱隘|an鞍氨安俺按暗岸胺案|ang肮昂盎|ao凹敖熬翱袄傲奥懊澳嚣|ba芭捌扒叭吧笆八疤巴"
    "拔跋靶把坝霸罢爸|bai白柏百摆佰败拜稗|ban斑班搬扳般颁板版扮拌伴瓣半办绊|bang邦帮梆榜膀绑棒磅蚌镑傍谤|bao苞胞包"
    "褒剥薄雹保堡饱宝抱报暴豹鲍爆|bei杯碑悲卑北辈背贝钡倍狈备惫焙被|ben奔苯本笨崩绷甭泵蹦迸|bi逼鼻比鄙笔彼碧蓖蔽毕"
    "毙毖币庇痹闭敝弊必壁臂避陛|bian鞭边编贬扁便变卞辨辩辫遍|biao标彪膘表|bie鳖憋别瘪|bin彬斌濒滨宾摈兵冰柄丙秉饼炳"
    "病并|bo玻菠播拨钵波博勃搏铂箔伯帛舶脖膊渤泊驳簿|bu捕卜哺补埠不布步部怖|ca擦插叉茬茶查碴搽察岔差诧刹|cai猜裁材"
    "才财睬踩采彩菜蔡拆柴豺|can餐参蚕残惭惨灿搀掺蝉馋谗缠铲产阐颤|cang苍舱仓沧藏昌猖场尝常长偿肠厂敞畅唱倡|cao操糙"
    "槽曹草超抄钞朝嘲潮巢吵炒|ce厕策侧册测车扯撤掣彻澈|cen层蹭郴臣辰尘晨忱沉陈趁衬撑称城橙成呈乘程惩澄诚承逞骋秤曾|"
    "ci吃痴持匙池迟弛驰耻齿侈尺赤翅斥炽疵茨磁雌辞慈瓷词此刺赐次|cong充冲虫崇宠聪葱囱匆从丛|cou抽酬畴踌稠愁筹仇绸瞅"
    "丑臭凑|cu初出橱厨躇锄雏滁除楚础储矗搐触处粗醋簇促畜|cuan川穿椽传船喘串蹿篡窜|cuang疮窗床闯创|cui吹炊捶锤垂摧崔"
    "催脆瘁粹淬翠|cun春椿醇唇淳纯蠢村存寸|cuo戳绰磋撮搓措挫错|da搭达答瘩打大|dai呆歹傣戴带殆代贷袋待逮怠|dan耽担丹"
    "单郸掸胆旦氮但惮淡诞蛋|dang当挡党荡档|dao刀捣蹈倒岛祷导到稻悼道盗|de德得的|den蹬灯登等瞪凳邓|di堤低滴迪敌笛狄"
    "涤嫡抵底地蒂第帝弟递缔|dian颠掂滇碘点典靛垫电佃甸店惦奠淀殿|diao碉叼雕凋刁掉吊钓|die跌爹碟蝶迭谍叠|din丁盯叮钉"
    "顶鼎锭定订|dong东冬董懂动栋侗恫冻洞|dou兜抖斗陡豆逗痘都|du督毒犊独读堵睹赌杜镀肚度渡妒|duan端短锻段断缎|dui堆"
    "兑队对|dun墩吨蹲敦顿钝盾遁|duo掇哆多夺垛躲朵跺舵剁惰堕|e蛾峨鹅俄额讹娥恶厄扼遏鄂饿|er而儿耳尔饵洱二贰|fa发罚筏"
    "伐乏阀法珐|fan藩帆番翻樊矾钒繁凡烦反返范贩犯饭泛|fang坊芳方肪房防妨仿访纺放|fei菲非啡飞肥匪诽吠肺废沸费|fen芬"
    "酚吩氛分纷坟焚汾粉奋份忿愤粪丰封枫蜂峰锋风疯烽逢冯缝讽奉凤|fu夫敷肤孵扶拂辐幅氟符伏俘服浮涪福袱弗甫抚辅俯釜斧"
    "腑府腐赴副覆赋复傅付阜父腹负富讣附妇缚咐|ga噶嘎|gai该改概钙盖溉|gan干甘杆柑竿肝赶感秆敢赣|gang冈刚钢缸肛纲岗港"
    "杠|gao篙皋高膏羔糕搞稿告|ge哥歌搁戈鸽胳疙割革葛格阁隔铬个各咯|gen根跟耕更庚羹埂耿梗|gong工攻功恭龚供躬公宫弓巩"
    "汞拱贡共|gou钩勾沟苟狗垢构购够|gu辜菇咕箍估沽孤姑鼓古蛊骨谷股故顾固雇|gua刮瓜剐寡挂褂|guai乖拐怪|guan棺关官冠"
    "观管馆罐惯灌贯|guang光广逛|gui瑰规圭硅归龟闺轨鬼诡癸桂柜跪贵刽|gun辊滚棍|guo锅郭国果裹过|ha蛤哈|hai骸孩海氦亥"
    "害骇还咳|han酣憨邯韩含涵寒函喊罕翰撼捍旱憾悍焊汗汉|hang夯杭航|hao镐壕嚎豪毫郝好耗号浩|he呵喝荷菏核禾和何合盒阂"
    "河涸赫褐鹤贺|hei嘿黑|hen痕很狠恨哼亨横衡恒|hong轰哄烘虹鸿洪宏弘红|hou喉侯猴吼厚候后|hu呼乎忽瑚壶葫胡蝴狐糊湖弧"
    "虎唬护互沪户|hua花哗华猾滑画划化话|huai槐徊怀淮坏|huan欢环桓缓换患唤痪豢焕涣宦幻|huang荒慌黄磺蝗簧皇凰惶煌晃幌"
    "恍谎|hui灰挥辉徽恢蛔回毁悔慧卉惠晦贿秽会烩汇讳诲绘|hun荤昏婚魂浑混|huo豁活伙火获或惑霍货祸|ji击圾基机畸稽积箕"
    "肌饥迹激讥鸡姬绩缉吉极棘辑籍集及急疾汲即嫉级挤几脊己蓟技冀季伎祭剂悸济寄寂计记既忌际妓继纪|jia嘉枷夹佳家加荚颊"
    "贾甲钾假稼价架驾嫁|jian歼监坚尖笺间煎兼肩艰奸缄茧检柬碱硷拣捡简俭剪减荐鉴践贱见键箭件健舰剑饯渐溅涧建|jiang僵"
    "姜将浆江疆蒋桨奖讲匠酱降|jiao蕉椒礁焦胶交郊浇骄娇嚼搅铰矫侥脚狡角饺缴绞剿教酵轿较叫窖|jie揭接皆秸街阶截劫节杰"
    "捷睫竭洁结解姐戒藉芥界借介疥诫届|jin巾筋斤金今津襟紧锦仅谨进靳晋禁近烬浸尽劲荆兢茎睛晶鲸京惊精粳经井警景颈静境"
    "敬镜径痉靖竟竞净|jiong炯窘|jiu揪究纠玖韭久灸九酒厩救旧臼舅咎就疚|ju桔鞠拘狙疽居驹菊局矩举沮聚拒据巨具距踞锯俱"
    "句惧炬剧|juan捐鹃娟倦眷卷绢|jue撅攫抉掘倔爵觉决诀绝|jun均菌钧军君峻俊竣浚郡骏|ka喀咖卡|kai开揩楷凯慨|kan槛刊堪"
    "勘坎砍看|kang康慷糠扛抗亢炕|kao考拷烤靠|ke坷苛柯棵磕颗科壳可渴克刻客课|ken肯啃垦恳坑吭|kong空恐孔控|kou抠口扣"
    "寇|ku枯哭窟苦酷库裤|kua夸垮挎跨胯|kuai块筷侩快|kuan宽款|kuang匡筐狂框矿眶旷况|kui亏盔岿窥葵奎魁傀馈愧溃|kun坤"
    "昆捆困|kuo括扩廓阔|la垃拉喇蜡腊辣啦|lai莱来赖|lan蓝婪栏拦篮阑兰澜谰揽览懒缆烂滥|lang琅榔狼廊郎朗浪|lao捞劳牢老"
    "佬姥酪烙涝|le勒乐|lei雷镭蕾磊累儡垒擂肋类泪|len棱楞冷|li厘梨犁黎篱狸离漓理李里鲤礼莉荔吏栗丽厉励砾历利傈例俐痢"
    "立粒沥隶力璃哩|lian联莲连镰廉怜涟帘敛脸链恋炼练|liang粮凉梁粱良两辆量晾亮谅|liao撩聊僚疗燎寥辽潦了撂镣廖料|lie"
    "列裂烈劣猎|lin琳林磷霖临邻鳞淋凛赁吝拎玲菱零龄铃伶羚凌灵陵岭领另令|liu溜琉榴硫馏留刘瘤流柳六|long龙聋咙笼窿隆"
    "垄拢陇|lou楼娄搂篓漏陋|lu芦卢颅庐炉掳卤虏鲁麓碌露路赂鹿潞禄录陆戮|luan峦挛孪滦卵乱|lun抡轮伦仑沦纶论|luo萝螺罗"
    "逻锣箩骡裸落洛骆络|lv驴吕铝侣旅履屡缕虑氯律率滤绿|lve掠略|ma妈麻玛码蚂马骂嘛吗|mai埋买麦卖迈脉|man瞒馒蛮满蔓曼"
    "慢漫谩|mang芒茫盲氓忙莽|mao猫茅锚毛矛铆卯茂冒帽貌贸|mei玫枚梅酶霉煤没眉媒镁每美昧寐妹媚|men门闷们萌蒙檬盟锰猛"
    "梦孟|mi眯醚靡糜迷谜弥米秘觅泌蜜密幂|mian棉眠绵冕免勉娩缅面|miao苗描瞄藐秒渺庙妙|mie蔑灭|min民抿皿敏悯闽明螟鸣"
    "铭名命|mo貉摸摹蘑模膜磨摩魔抹末莫墨默沫漠寞陌|mou谋某|mu牟拇牡亩姆母墓暮幕募慕木目睦牧穆|na拿哪呐钠那娜纳|nai"
    "氖乃奶耐奈|nan南男难|nao挠脑恼闹淖|nei馁内|nen嫩能|ni妮霓倪泥尼拟你匿腻逆溺|nian蔫拈年碾撵捻念粘辗|niang娘酿|n"
    "iao鸟尿|nie捏聂孽啮镊镍涅|nin您柠狞凝宁拧泞|niu牛扭钮纽|nong脓浓农弄|nu奴努怒|nuo挪懦糯诺|nve虐疟|ou欧鸥殴藕呕"
    "偶沤|pa耙啪趴爬帕怕琶|pai拍排牌徘湃派|pan攀潘盘磐盼畔判叛|pang乓庞旁耪胖|pao抛咆刨炮袍跑泡|pei呸胚培裴赔陪配佩"
    "沛|pen喷盆砰抨烹澎彭蓬棚硼篷膨朋鹏捧碰|pi辟坯砒霹批披劈琵毗啤脾疲皮匹痞僻屁譬|pian篇偏片骗|piao飘漂瓢票|pie撇"
    "瞥|pin拼频贫品聘乒坪苹萍平凭瓶评屏|po坡泼颇婆破魄迫粕|pu脯扑铺仆莆葡菩蒲埔朴圃普浦谱曝瀑|qi期欺栖戚妻七凄漆柒"
    "沏其棋奇歧畦崎脐齐旗祈祁骑起岂乞企启契砌器气迄弃汽泣讫|qia掐恰洽|qian牵扦钎铅千迁签仟谦乾黔钱钳前潜遣浅谴堑嵌"
    "欠歉|qiang枪呛腔羌墙蔷强抢|qiao橇锹敲悄桥瞧乔侨巧鞘撬翘峭俏窍|qie切茄且怯窃|qin钦侵亲秦琴勤芹擒禽寝沁青轻氢倾"
    "卿清擎晴氰情顷请庆|qiong琼穷|qiu秋丘邱球求囚酋泅|qu趋区蛆曲躯屈驱渠取娶龋趣去|quan圈颧权醛泉全痊拳犬券劝|que缺"
    "炔瘸却鹊榷确雀|qun裙群|ran然燃冉染|rang瓤壤攘嚷让|rao饶扰绕|re惹热|ren壬仁人忍韧任认刃妊纫扔仍|rong戎茸蓉荣融"
    "熔溶容绒冗|rou揉柔肉|ru茹蠕儒孺如辱乳汝入褥|ruan软阮|rui蕊瑞锐|run闰润|ruo若弱|sa撒洒萨莎砂杀沙纱傻啥煞厦|sai"
    "腮鳃塞赛筛晒|san三叁伞散珊苫杉山删煽衫闪陕擅赡膳善汕扇缮栅|sang桑嗓丧墒伤商赏晌上尚裳|sao搔骚扫嫂梢捎稍烧芍勺"
    "韶少哨邵绍|se瑟色涩奢赊蛇舌舍赦摄射慑涉社设|sen森僧砷申呻伸身深娠绅神沈审婶甚肾慎渗声生甥牲升绳省盛剩胜圣什|si"
    "师失狮施湿诗尸虱十石拾时食蚀实识史矢使屎驶始式示士世柿事拭誓逝势是嗜噬适仕侍释饰氏市恃室视试斯撕嘶思私司丝死肆"
    "寺嗣四伺似饲巳|song松耸怂颂送宋讼诵|sou收手首守寿授售受瘦兽搜艘擞嗽|su蔬枢梳殊抒输叔舒淑疏书赎孰熟薯暑曙署蜀黍"
    "鼠属术述树束戍竖墅庶数漱恕苏酥俗素速粟僳塑溯宿诉肃|sua刷耍|suai摔衰甩帅|suan栓拴酸蒜算|suang霜双爽|sui谁水睡税"
    "虽隋随绥髓碎岁穗遂隧祟|sun吮瞬顺舜孙损笋|suo说硕朔烁蓑梭唆缩琐索锁所|ta塌他它她塔獭挞蹋踏|tai胎苔抬台泰酞太态"
    "汰|tan弹坍摊贪瘫滩坛檀痰潭谭谈坦毯袒碳探叹炭|tang汤塘搪堂棠膛唐糖倘躺淌趟烫|tao掏涛滔绦萄桃逃淘陶讨套|ten藤腾"
    "疼誊|ti梯剔踢锑提题蹄啼体替嚏惕涕剃屉|tian天添填田甜恬舔腆|tiao调挑条迢眺跳|tie贴铁帖|tin厅听烃汀廷停亭庭挺艇|"
    "tong通桐酮瞳同铜彤童桶捅筒统痛|tou偷投头透|tu凸秃突图徒途涂屠土吐兔|tuan湍团|tui推颓腿蜕褪退|tun囤吞屯臀|tuo拖"
    "托脱鸵陀驮驼椭妥拓唾|wa挖哇蛙洼娃瓦袜|wai歪外|wan豌弯湾玩顽丸烷完碗挽晚皖惋宛婉万腕|wang汪王亡枉网往旺望忘妄|w"
    "ei威巍微危韦违桅围唯惟为潍维苇萎委伟伪尾纬未蔚味畏胃喂魏位渭谓尉慰卫|wen瘟温蚊文闻纹吻稳紊问嗡翁瓮|wo挝蜗涡窝"
    "我斡卧握沃|wu巫呜钨乌污诬屋无芜梧吾吴毋武五捂午舞伍侮坞戊雾晤物勿务悟误|xi昔熙析西硒矽晰嘻吸锡牺稀息希悉膝夕惜"
    "熄烯溪汐犀檄袭席习媳喜洗系隙戏细|xia瞎虾匣霞辖暇峡侠狭下夏吓|xian铣掀锨先仙鲜纤咸贤衔舷闲涎弦嫌显险现献县腺馅"
    "羡宪陷限线|xiang相厢镶香箱襄湘乡翔祥详想响享项巷橡像向象|xiao萧硝霄削哮销消宵淆晓小孝校肖啸笑效|xie楔些歇蝎鞋"
    "协挟携邪斜胁谐写械卸蟹懈泄泻谢屑|xin薪芯锌欣辛新忻心信衅星腥猩惺兴刑型形邢行醒幸杏性姓|xiong兄凶胸匈汹雄熊|xiu"
    "休修羞朽嗅锈秀袖绣|xu墟戌需虚嘘须徐许蓄酗叙旭序恤絮婿绪续吁|xuan轩喧宣悬旋玄选癣眩绚|xue靴薛学穴雪血|xun勋熏循"
    "旬询寻驯巡殉汛训讯逊迅|ya压押鸦鸭呀丫芽牙蚜崖衙涯雅哑亚讶轧|yan焉咽阉烟淹盐严研蜒岩延言颜阎炎沿奄掩眼衍演艳堰"
    "燕厌砚雁唁彦焰宴谚验|yang殃央鸯秧杨扬佯疡羊洋阳氧仰痒养样漾|yao邀腰妖瑶摇尧遥窑谣姚咬舀药要耀钥|ye椰噎耶爷野冶"
    "也页掖业叶曳腋夜液|yi一壹医揖铱依伊衣颐夷遗移仪胰疑沂宜姨彝椅蚁倚已乙矣以艺抑易邑屹亿役臆逸肄疫亦裔意毅忆义益"
    "溢诣议谊译异翼翌绎|yin茵荫因殷音阴姻吟银淫寅饮尹引隐印英樱婴鹰应缨莹萤营荧蝇迎赢盈影颖硬映|yong拥佣臃痈庸雍踊"
    "蛹咏泳涌永恿勇用|you幽优悠忧尤由邮铀犹油游酉有友右佑釉诱又幼|yu迂淤于盂榆虞愚舆余俞逾鱼愉渝渔隅予娱雨与屿禹宇"
    "语羽玉域芋郁遇喻峪御愈欲狱育誉浴寓裕预豫驭|yuan鸳渊冤元垣袁原援辕园员圆猿源缘远苑愿怨院|yue曰约越跃岳粤月悦阅|"
    "yun耘云郧匀陨允运蕴酝晕韵孕|za匝砸杂扎喳渣札铡闸眨榨咋乍炸诈柞|zai翟栽哉灾宰载再在摘斋宅窄债寨仔|zan咱攒暂赞瞻"
    "毡詹沾盏斩崭展蘸栈占战站湛绽|zang赃脏葬樟章彰漳张掌涨杖丈帐账仗胀瘴障|zao遭糟凿藻枣早澡蚤躁噪造皂灶燥招昭找沼"
    "赵照罩兆肇召|ze责择则泽遮折哲蛰辙者锗蔗这浙着|zen怎增憎赠珍斟真甄砧臻贞针侦枕疹诊震振镇阵蒸挣睁征狰争怔整拯正"
    "政帧症郑证|zi芝枝支吱蜘知肢脂汁之织职直植殖执值侄址指止趾只旨纸志挚掷至致置帜峙制智秩稚质炙痔滞治窒兹咨资姿滋"
    "淄孜紫籽滓子自渍字|zong中盅忠钟衷终种肿重仲众鬃棕踪宗综总纵|zou舟周州洲诌粥轴肘帚咒皱宙昼骤邹走奏揍|zu珠株蛛朱"
    "猪诸诛逐竹烛煮拄瞩嘱主著柱助蛀贮铸筑住注祝驻租足卒族祖诅阻组|zua抓爪|zuan专砖转撰赚篆钻纂|zuang幢桩庄装妆撞壮"
    "状|zui咀椎锥追赘坠缀嘴醉最罪|zun谆准尊遵|zuo捉拙卓桌琢茁酌啄灼浊昨左佐做作坐座";

/* As many that are seldom written, by the same sounds: 璧 is taken for 壁 as it looks, too. */
static const char rare[] =
    "a嗄锕|ai捱嗳嗌嫒瑷暧砹锿|an谙埯揞犴庵桉铵鹌黯|ao坳拗嗷岙廒遨媪骜獒聱螯鏊鳌鏖|ba茇菝岜灞钯粑鲅魃|bai捭掰擘|ban阪"
    "坂钣瘢癍舨|bang蒡浜|bao勹葆孢煲鸨褓趵龅|bei孛陂邶蓓呗悖碚鹎褙鐾鞴|ben畚坌嘣甏贲锛|bi匕俾荜荸萆薜吡哔狴庳愎滗濞弼"
    "妣婢嬖璧畀铋秕裨筚箅篦舭襞跸髀|bian匾弁苄忭汴缏煸砭碥窆褊蝙笾鳊|biao婊骠杓飑飙飚灬镖镳瘭裱鳔髟|bie蹩|bin傧禀冫邴"
    "摒豳缤玢槟殡膑镔髌鬓|bo亳啵饽檗礴钹鹁簸跛踣|bu卟逋瓿晡钚钸醭|ca嚓猹馇汊姹杈槎檫礤锸镲衩|cai侪钗瘥虿|can冁谄蒇廛"
    "忏潺澶孱羼婵骖骣璨觇禅镡蟾粲躔黪|cang伥伧鬯苌菖徜怅惝阊娼嫦昶氅鲳|cao艹嘈怊漕晁焯耖螬艚|ce坼恻屮砗|cen丞谌谶埕抻"
    "嗔噌岑涔宸琛枨柽榇晟塍碜瞠铖裎蛏酲龀|ci傺坻墀茌茈叱呲哧啻嗤彳饬媸敕祠眵鸱鹚瘛褫蚩螭笞篪糍踟魑|cong苁茺忡憧淙骢琮"
    "璁枞铳舂艟|cou俦帱惆辏腠瘳雠|cu亍刍蔟徂猝怵憷绌杵楮樗殂褚蜍酢蹙蹰蹴黜|cuan汆撺舛遄巛氚爨钏镩舡|cuang怆|cui陲萃啐"
    "悴璀棰槌榱毳|cun莼忖鹑皴蝽|cuo厝嵯辶辍脞锉矬痤鹾踔蹉龊|da耷哒嗒怛妲沓褡笪靼鞑|dai埭甙呔岱迨骀绐玳黛|dan儋萏啖澹"
    "殚赕眈疸瘅聃箪|dang谠凼菪宕砀铛裆|dao刂叨忉氘焘纛|de锝|den噔嶝戥磴镫簦|di氐籴诋谛邸荻嘀娣柢棣觌砥碲睇镝羝骶|dian"
    "阽坫巅玷钿癜癫簟踮|diao铞铫貂鲷|die垤堞揲喋嗲牒瓞耋蹀鲽|din仃啶玎腚碇铤疔耵酊|dong垌咚岽峒氡胨胴硐鸫|dou蔸窦蚪篼"
    "|du芏嘟渎椟牍碡蠹笃髑黩|duan椴煅簖|dui怼憝碓镦|dun沌炖砘礅盹趸|duo咄哚缍柁铎裰踱|e噩谔垩苊莪萼呃愕阏屙婀轭腭锇锷"
    "鹗颚鳄|er佴迩珥铒鸸鲕|fa垡砝|fan蕃蘩幡梵燔畈蹯|fang匚邡彷枋钫舫鲂|fei芾狒悱淝妃绯榧腓斐扉镄痱蜚篚翡霏鲱|fen俸偾"
    "酆葑唪沣瀵棼砜鲼鼢|fu匐凫阝郛芙苻茯莩菔拊呋呒幞怫滏艴孚驸绂绋桴赙祓砩黻黼罘稃馥蚨蜉蝠蝮麸趺跗鲋鳆|ga尬呷尕尜旮钆"
    "|gai丐陔垓戤赅|gan坩苷尴擀泔淦澉绀橄旰矸疳酐|gang戆罡筻|gao睾诰郜藁缟槔槁杲锆|ge鬲仡哿圪塥嗝纥搿膈硌镉袼虼舸骼|g"
    "en亘茛哏哽赓绠艮鲠|gong廾珙肱蚣觥|gou佝诟岣遘媾缑枸觏彀笱篝鞲|gu嘏诂菰呱崮汩梏轱牯牿臌毂瞽罟钴锢鸪鹄痼蛄酤觚鲴鹘"
    "|gua卦诖栝胍鸹聒|guai掴|guan倌莞掼涫盥鹳鳏|guang咣犷桄胱|gui匦刿庋宄妫桧晷皈簋鲑鳜|gun丨衮绲磙鲧|guo馘埚呙帼崞猓"
    "椁虢蜾蝈|ha铪|hai嗨胲醢|han邗菡撖阚瀚晗焓顸颔蚶鼾|hang沆绗珩颃|hao蒿薅嗥嚆濠灏昊皓颢蚝|he诃劾壑嗬阖曷盍颌蚵翮|he"
    "n蘅桁|hong黉訇讧荭蕻薨闳泓|hou堠後逅瘊篌糇鲎骺|hu冱唿囫岵猢怙惚浒滹琥槲轷觳烀煳戽扈祜瓠鹕鹱虍笏醐斛|hua骅桦铧|hu"
    "ai踝|huan郇奂萑擐圜獾洹浣漶寰逭缳锾鲩鬟|huang隍徨湟潢遑璜肓癀蟥篁鳇|hui诙茴荟蕙咴哕喙隳洄浍彗缋珲晖恚虺蟪麾|hun"
    "诨馄阍溷|huo劐藿攉嚯夥砉钬锪镬耠蠖|ji丌亟乩剞佶偈诘墼芨芰荠蒺蕺掎叽咭哜唧岌嵴洎彐屐骥畿玑楫殛戟戢赍觊犄齑矶羁嵇"
    "稷瘠虮笈笄暨跻跽霁鲚鲫髻麂|jia伽郏葭岬浃迦珈戛胛恝铗镓痂瘕蛱笳袈跏|jian僭谏谫菅蒹搛囝湔蹇謇缣枧楗戋戬牮犍毽腱睑"
    "锏鹣裥笕翦趼踺鲣鞯|jiang茳洚绛缰犟礓耩糨豇|jiao佼僬艽茭挢噍峤徼湫姣敫皎鹪蛟醮跤鲛|jie讦卩拮喈嗟婕孑桀碣疖颉蚧羯"
    "鲒骱|jin刭儆卺阱荩菁堇噤獍馑廑憬泾迳弪妗婧缙瑾槿赆觐肼胫腈旌钅衿矜靓|jiong冂迥炅扃|jiu僦啾阄柩桕鸠鹫赳鬏|ju倨讵"
    "苣苴莒菹掬遽屦琚椐榘榉橘犋飓钜锔窭裾趄醵踽龃雎鞫|juan鄄狷涓桊蠲锩镌隽|jue厥劂谲矍蕨噘噱崛獗孓珏桷橛爝镢蹶觖|jun"
    "捃皲麇|ka佧咔胩|kai剀垲蒈忾恺铠锎锴|kan侃莰戡龛瞰|kang伉闶钪|kao尻栲犒铐|ke嗑岢恪溘骒缂珂轲氪瞌钶锞稞疴窠颏蝌髁|"
    "ken铿裉龈|kong倥崆箜|kou芤蔻叩眍筘|ku刳堀喾绔骷|kua侉|kuai蒯郐哙狯脍|kuan髋|kuang诓诳邝圹夼哐纩贶|kui馗匮夔隗蒉"
    "揆喹喟悝愦逵暌睽聩蝰篑跬|kun悃阃琨锟醌鲲髡|kuo蛞|la剌邋旯砬瘌|lai崃徕涞濑赉睐铼癞籁|lan岚漤榄斓罱镧褴|lang莨蒗啷"
    "阆锒稂螂|lao唠崂栳铑铹痨耢醪|le仂叻泐鳓|lei羸诔嘞嫘缧檑耒酹|len塄愣|li俪俚郦坜苈莅蓠藜呖唳喱猁溧澧逦娌嫠骊缡枥栎"
    "轹戾砺詈罹锂鹂疠疬蛎蜊蠡笠篥粝醴跞雳鲡鳢黧|lian蔹奁潋濂琏楝殓臁裢裣蠊鲢|liang墚椋踉魉|liao蓼尥嘹獠寮缭钌鹩|lie冽"
    "埒捩咧洌趔躐鬣|lin酃苓蔺呤啉囹嶙廪懔泠遴绫柃棂檩辚瓴膦瞵聆蛉粼翎躏鲮麟|liu浏遛骝绺旒熘锍镏鹨鎏|long垅茏泷珑栊胧"
    "砻癃|lou偻蒌喽嵝镂瘘耧蝼髅|lu垆撸噜泸渌漉逯璐栌橹轳辂辘氇胪镥鸬鹭簏舻鲈|luan脔娈栾鸾銮|lun囵|luo倮蠃荦摞猡泺漯珞"
    "椤脶镙瘰雒|lv捋闾榈膂稆褛|lve锊|ma唛犸嬷杩蟆|mai劢荬霾|man墁幔缦熳镘颟螨蹒鳗鞔|mang邙漭硭蟒|mao袤茆峁泖瑁昴牦耄"
    "旄懋瞀蝥蟊髦|mei莓嵋猸浼湄楣镅鹛袂魅|men勐甍瞢扪懵朦焖懑礞钔虻蜢蠓艋艨|mi芈冖谧蘼咪嘧猕汨宓弭脒祢敉糸縻麋|mian沔"
    "渑湎宀腼眄黾|miao喵邈缈杪淼眇鹋|mie乜咩蠛篾|min冥苠茗岷闵泯溟缗珉暝愍瞑酩鳘|mo谟茉蓦馍嫫殁镆秣瘼耱貊貘麽|mou侔哞"
    "缪眸蛑鍪|mu仫坶苜沐毪钼|na捺肭镎衲|nai鼐艿萘柰|nan喃囡楠腩蝻赧|nao孬垴呶猱瑙硇铙蛲|nen恁|ni伲坭猊怩昵旎睨铌鲵|ni"
    "an廿埝辇黏鲇鲶|niao茑嬲脲袅|nie陧蘖嗫颞臬蹑|nin佞咛甯聍|niu狃忸妞|nong侬哝|nu弩胬孥驽|nuo傩搦喏锘|ou讴怄瓯耦|pa"
    "葩杷筢|pai俳蒎哌|pan拚爿泮袢襻蟠|pang滂逄螃|pao匏狍庖脬疱|pei辔帔旆锫醅霈|pen堋嘭怦湓蟛|pi丕仳陴邳郫圮埤鼙芘擗噼"
    "庀淠媲纰枇甓睥罴铍癖疋蚍蜱貔|pian谝骈犏胼翩蹁|piao剽嘌嫖缥殍瞟螵|pie丿苤氕|pin俜姘娉嫔枰榀牝颦鲆|po叵鄱珀钋钷皤"
    "笸|pu匍噗溥濮璞攴氆攵镤镨蹼|qi亓俟圻芑芪萁萋葺蕲嘁屺岐汔淇骐绮琪琦杞桤槭耆祺憩碛颀蛴蜞綦綮蹊鳍麒|qia葜袷髂|qian"
    "倩佥阡凵芊芡茜掮岍悭慊骞搴褰缱椠肷愆钤虔箝|qiang丬戕嫱樯戗炝锖锵镪襁蜣羟跄|qiao劁诮谯荞愀憔缲樵硗跷鞒|qie郄惬妾"
    "挈锲箧|qin芩苘揿吣嗪噙圊溱檠檎磬锓蜻螓罄箐衾謦鲭黥|qiong邛芎茕穹蛩筇跫銎|qiu俅巯犰逑遒楸赇虬蚯蝤裘糗鳅鼽|qu诎劬"
    "蕖蘧岖衢阒璩觑氍朐祛磲鸲癯蛐蠼麴瞿黢|quan诠荃犭悛绻辁畎铨蜷筌鬈|que阕阙悫|qun逡|ran苒蚺髯|rang禳穰|rao荛娆桡|ren"
    "亻仞荏葚饪轫稔衽|rong嵘狨榕肜蝾|rou糅蹂鞣|ru蓐薷嚅洳溽濡缛铷襦颥|ruan朊|rui芮蕤枘睿蚋|ruo偌箬|sa卅仨唼挲脎歃飒铩"
    "痧裟霎鲨|sai噻酾|san剡讪鄯埏芟彡馓潸姗嬗骟毵膻钐疝蟮舢糁跚鳝|sang垧搡绱殇熵磉颡觞|sao劭埽苕潲缫臊瘙蛸筲艄鳋|se啬"
    "厍佘猞滠歙畲铯穑麝|sen诜谂莘哂嵊渖椹胂眚矧蜃笙|si厮兕谥厶埘莳蓍弑咝饣汜泗澌姒驷纟缌轼贳炻礻祀铈锶鸶耜蛳螫舐笥筮"
    "豉豕鲥鲺|song凇菘崧嵩忪悚淞竦|sou叟薮扌嗖嗾狩馊溲绶飕瞍锼螋艏|su倏夙谡塾菽蔌摅嗉愫沭涑澍姝纾毹腧殳秫簌觫稣|sua唰"
    "|suai蟀|suan狻闩涮|suang孀|sui谇荽氵濉邃燧眭睢|sun荪狲飧榫隼|suo蒴搠唢嗦嗍妁娑桫槊睃铄羧|ta闼溻遢榻铊趿鳎|tai邰"
    "薹肽炱钛跆鲐|tan郯昙忐钽锬覃|tang傥帑饧溏瑭樘铴镗耥螗螳羰醣|tao鼗啕洮韬饕|ten滕|ti倜荑悌逖绨缇鹈裼醍|tian掭忝阗"
    "殄畋|tiao佻祧窕蜩笤粜龆鲦髫|tie萜餮|tin莛葶婷梃町蜓霆|tong佟僮仝茼嗵恸潼砼|tou亠钭骰|tu堍荼菟钍酴|tuan抟彖疃|tui"
    "煺|tun氽饨暾豚|tuo乇佗坨庹沲沱柝橐砣箨酡跎鼍|wa佤娲腽|wai崴|wan剜芄菀纨绾琬脘畹蜿|wang罔惘辋魍|wei偎诿隈圩葳薇囗"
    "帏帷嵬猥猬闱沩洧涠逶娓玮韪軎炜煨痿艉鲔|wen刎蓊蕹阌汶玟璺雯|wo倭莴幄渥肟硪龌|wu兀仵阢邬圬芴唔庑怃忤浯寤迕妩婺骛杌"
    "牾焐鹉鹜痦蜈鋈鼯|xi僖兮隰郗菥葸蓰奚唏徙饩阋浠淅屣嬉玺樨曦觋欷熹禊禧皙穸蜥螅蟋舄舾羲粞翕醯鼷|xia狎遐瑕柙硖罅黠|xi"
    "an冼苋莶藓岘猃暹娴氙燹祆鹇痫蚬筅籼酰跣跹霰|xiang芗葙饷庠骧缃蟓鲞飨|xiao哓崤潇逍骁绡枭枵筱箫魈|xie偕亵勰燮薤撷獬"
    "廨渫瀣邂绁缬榭榍躞|xin囟陉馨荇荥擤忄悻昕歆硎鑫|xiu咻岫馐庥溴鸺貅髹|xu诩勖蓿洫溆顼栩煦盱胥糈醑|xuan儇谖萱揎泫渲漩"
    "璇楦暄炫煊碹铉镟痃|xue谑泶踅鳕|xun巽埙荀荨蕈薰峋徇獯恂洵浔曛窨醺鲟|ya伢垭揠吖岈迓娅琊桠氩砑睚痖|yan厣赝俨偃兖讠"
    "谳郾鄢芫菸崦恹闫湮滟妍嫣琰檐晏胭腌焱罨筵酽魇餍鼹|yang徉怏泱炀烊恙蛘鞅|yao夭爻吆崾徭幺珧杳轺曜肴鹞窈繇鳐|ye靥谒邺"
    "揶晔烨铘|yi刈劓佚佾诒圯埸懿苡薏弈奕挹弋呓咦咿噫峄嶷猗饴怿怡悒漪迤驿缢殪轶贻欹旖熠眙钇镒镱痍瘗癔翊衤蜴舣羿翳酏黟|"
    "yin胤嬴郢鄞廴垠堙茚茔莺萦蓥撄吲喑嘤狺夤膺洇滢潆瀛瑛璎楹氤媵铟鹦瘿瘾颍蚓罂霪|yong俑壅墉喁慵邕镛甬鳙饔|you卣攸侑莠"
    "莜莸尢呦囿宥柚猷牖铕疣蚰蚴蝣鱿黝鼬|yu禺毓伛俣谀谕萸蓣揄圄圉嵛狳饫馀庾阈鬻妪妤纡瑜昱觎腴欤於煜燠肀聿钰鹆鹬瘐瘀窬"
    "窳蜮蝓竽臾舁雩龉|yuan垸塬掾沅媛瑗橼爰眢鸢螈箢鼋|yue龠瀹樾刖钺|yun郓芸狁恽愠纭韫殒昀氲熨筠|za拶揸吒咂咤哳楂砟痄蚱"
    "齄|zai崽甾砦瘵|zan谵搌瓒昝旃簪糌趱錾|zang仉鄣奘幛嶂獐嫜驵璋臧蟑|zao诏唣啁棹钊笊|ze仄赜谪摺啧帻迮柘辄昃磔鹧褶蜇笮"
    "箦舴赭|zen诤谮圳蓁峥浈缜缯桢榛轸甑赈胗朕祯畛罾钲铮锃稹鸩筝箴|zi卮谘陟郅埴芷摭帙嵫徵夂忮彘咫姊孳骘缁栉枳栀桎梓轵"
    "轾辎贽赀胝膣祉祗恣黹眦锱雉秭鸷痣耔蛭笫粢絷趑酯跖踬踯豸觜觯訾龇鲻髭|zong偬冢腙锺螽舯粽踵|zou诹陬鄹荮妯驺纣绉楱胄"
    "籀酎鲰|zu丶伫侏俎邾苎茱洙渚潴杼槠橥炷铢镞疰瘃竺箸舳翥躅麈|zuan攥啭馔缵颛躜|zui蕞惴骓缒隹|zun撙樽肫窀鳟|zuo倬诼阼"
    "擢唑怍浞涿濯胙祚禚斫镯";
/* clang-format on */

/* Each of these is a thing by itself: a quilt (被) is no cup (杯), whatever they sound like. */
static const char things[] =
    "被杯包鞋袜帽衣裤裙伞灯锅碗盆桶刀叉勺笔纸书车床桌椅柜箱袋鸡鱼虾蟹猫狗兔鸟马牛羊猪米面油盐糖醋茶酒水奶饼"
    "糕果瓜菜花草树木竹布棉麻丝绒皮毛枪炮琴鼓笛棋牌球拍网钩线针绳扣链环戒镯表钟镜机扇炉灶壶瓶罐盒盘碟筷钉锤"
    "钳锯斧铲锹梯门窗锁帘毯垫枕巾褥席帐船艇轮胎灰砖瓦漆胶膜粉液霜膏水蜜豆汤粥饭酱葱蒜姜梨桃枣栗橙柚架夹凳衫"
    "管篮栏梳靴坛棚塔盖棒";
/* Another count or another size is no slip either: ten of it (十) are not four (四). */
static const char counts[] = "零一二两三四五六七八九十百千万亿半大小";

/* How the sounds end, each once. */
static const char ends[] = " a ai an ao e ei en er i ia ian iao ie in iong iu o ong ou u ua uai uan ui un uo v ve ue ";

/* What a character is, looked up by its place among all of them. Filled once, and only read from then on. */
enum { HAN_FIRST = 0x4e00, HAN_LAST = 0x9fff, ROWS_EACH = 4 };
enum { IS_THING = 1, IS_COUNT = 2, IS_RARE = 4 };
static struct sound {
    uint16_t group;         /* of `groups`, from 1; 0: it is in none */
    uint16_t near;          /* one for all sounds that a tongue makes at one place and that end alike: dou and tou */
    uint8_t row[ROWS_EACH]; /* of `rows`, from 1 */
    uint8_t what;
} sounds[HAN_LAST - HAN_FIRST + 1];
static pthread_once_t sounds_once = PTHREAD_ONCE_INIT;

/* Of the character that the text begins with; NULL: it is none of these. */
static struct sound *sound_of(const char *han)
{
    const unsigned char *s = (const unsigned char *)han;
    if ((s[0] & 0xf0U) != 0xe0 || (s[1] & 0xc0U) != 0x80 || (s[2] & 0xc0U) != 0x80) return NULL;
    uint32_t c = (s[0] & 0x0fU) << 12 | (s[1] & 0x3fU) << 6 | (s[2] & 0x3fU);
    return c >= HAN_FIRST && c <= HAN_LAST ? &sounds[c - HAN_FIRST] : NULL;
}

static void mark_all(const char *list, uint8_t what)
{
    for (struct sound *s; *list && (s = sound_of(list)); list += HAN_BYTES) s->what |= what;
}

/* Of a sound with nothing before its end, the place is that of its end: y, w. */
static uint16_t near_of(const char *sound, size_t n)
{
    static const char *const places[] = { "bp", "dt", "gkh", "jqx", "zcs", "nl" };
    char end[8] = " ", first = sound[0];
    size_t begins = strspn(sound, "bpmfdtnlgkhjqxrzcsyw"), length = n - begins;
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (memchr(places[i], first, strlen(places[i]))) first = places[i][0];
    if (length > 2 && sound[n - 1] == 'g' && sound[n - 2] == 'n' && sound[n - 3] == 'a') length--; /* an is ang */
    if (begins >= n || length + 3 > sizeof end) return 0;
    memcpy(end + 1, sound + begins, length), memcpy(end + 1 + length, " ", 2);
    const char *at = strstr(ends, end);
    assert(at);
    return (uint16_t)((unsigned char)first << 8U | (unsigned)(at - ends + 1));
}

/* The number of the group of this sound; 0: none has it. */
static uint16_t group_named(const char *sound, size_t n)
{
    uint16_t group = 1;
    for (const char *p = groups; p; p = strchr(p, '|'), p += p != NULL, group++)
        if (strncmp(p, sound, n) == 0 && (unsigned char)p[n] >= 0x80) return group;
    return 0;
}

static void rare_fill(void)
{
    uint16_t group = 0;
    for (const char *p = rare; *p;) {
        size_t letters = strspn(p, "abcdefghijklmnopqrstuvwxyz");
        if (letters > 0) group = group_named(p, letters);
        assert(group > 0);
        struct sound *s = letters > 0 || *p == '|' ? NULL : sound_of(p);
        if (s && s->group == 0) s->group = group, s->what |= IS_RARE;
        p += s ? HAN_BYTES : letters > 0 ? letters : 1;
    }
}

static void sounds_fill(void)
{
    uint16_t group = 0, near = 0;
    for (const char *p = groups; *p;) {
        size_t letters = strspn(p, "abcdefghijklmnopqrstuvwxyz");
        if (letters > 0) group++, near = near_of(p, letters);
        struct sound *s = letters > 0 || *p == '|' ? NULL : sound_of(p);
        if (s) s->group = group, s->near = near;
        p += s ? HAN_BYTES : letters > 0 ? letters : 1;
    }
    for (size_t i = 0; rows[i]; i++) {
        struct sound *s;
        assert(i < UINT8_MAX);
        for (const char *p = rows[i]; *p && (s = sound_of(p)); p += HAN_BYTES) {
            size_t k = 0;
            while (k < ROWS_EACH && s->row[k]) k++;
            assert(k < ROWS_EACH);
            s->row[k] = (uint8_t)(i + 1);
        }
    }
    rare_fill();
    mark_all(things, IS_THING);
    mark_all(counts, IS_COUNT);
}

static bool in_rows(const struct sound *a, const struct sound *b)
{
    for (size_t i = 0; i < ROWS_EACH && a->row[i]; i++)
        for (size_t k = 0; k < ROWS_EACH && b->row[k]; k++)
            if (a->row[i] == b->row[k]) return true;
    return false;
}

bool local_han_alike(const char *a, const char *b, bool noun)
{
    if (strcmp(a, b) == 0) return true;
    (void)pthread_once(&sounds_once, sounds_fill);
    const struct sound *x = sound_of(a), *y = sound_of(b);
    if (!x || !y || ((x->what | y->what) & IS_COUNT)) return false;
    bool things_both = (x->what & y->what & IS_THING) != 0;
    return in_rows(x, y) || (!noun && !things_both && x->group > 0 && x->group == y->group);
}

bool local_han_same_sound(const char *said, const char *meant, bool rare_too)
{
    static const char things_too[] = "器仪台具座板条片块剂石章画签册卡券票图偶秤历架";
    (void)pthread_once(&sounds_once, sounds_fill);
    const struct sound *x = sound_of(said), *y = sound_of(meant);
    if (!x || !y || (x->what & (IS_THING | IS_COUNT)) || (y->what & IS_COUNT)) return false;
    if ((x->what & IS_RARE) && !rare_too) return false;
    return x->group > 0 && x->group == y->group && !strstr(things_too, said);
}

bool local_han_near(const char *a, const char *b)
{
    (void)pthread_once(&sounds_once, sounds_fill);
    const struct sound *x = sound_of(a), *y = sound_of(b);
    if (!x || !y || (x->what & y->what & (IS_THING | IS_COUNT))) return false;
    return x->near > 0 && x->near == y->near;
}
