/* local_lexicon.c: the words by which a turn is understood, in English, Chinese and some Spanish. A phrase may stand in
 * several rows; "*" stands for up to three words. What a shop sells is in no list: it is read from the shop. */
#include "chat/models/local_lexicon.h"

/* clang-format off */
const struct lexicon_row lexicon_rows[] = {
    /* ---- words that carry nothing by themselves ---- */
    { SENSE_STOP,
      "a|an|the|is|are|was|were|be|been|am|do|does|did|doing|can|could|would|will|shall|should|may|might|i|im|"
      "ill|id|ive|me|my|mine|we|us|our|you|your|youre|yours|what|whats|which|who|whos|how|hows|when|where|wheres|"
      "why|and|or|but|if|so|then|than|of|for|to|from|in|on|at|by|with|as|into|about|there|theres|here|please|pls|"
      "plz|tell|say|know|get|got|give|show|see|look|looking|want|need|like|would like|id like|just|any|some|all|"
      "also|too|very|really|much|many|more|most|one|ones|ok|okay|hello|hi|hey|thanks|thank|sir|madam|dear|um|"
      "well|right|now|currently|today|still|have|has|had|having|make|made|makes|use|using|work|works|go|going|"
      "put|take|find|let|lets|good|nice|great|best|cool|new|favorite|favourite|out|up|off|not sure|think|mean|"
      "means|kind of|sort of|sell|sells|selling|buy|buying|purchase|product|products|item|items|thing|things|"
      "stuff|something|anything|shop|store|website|site|online|interested|question|curious|wondering|wonder|"
      "tell me about|info|information|details|detail|could you|exactly|actually|maybe|perhaps|another|other|else|"
      "only|both|each|per|its|it is|available|piece of|pair of|set of|asking|ask" },
    { SENSE_STOP,
      "请问|你们|您们|你家|您家|我们|这里|这边|那边|那个|这个|那款|这款|这种|那种|有没有|有吗|能不能|可不可以|可以|是不是|怎么样|怎么办|怎么弄|怎么|如何|什么|为什么|哪里|现在|目前|一下|"
      "一款|一个|个|一台|一件|一双|大概|一般|帮我|帮忙|给我|谢谢|你好|您好|知道|告诉|看看|看一下|看下|问一下|问下|想问|想买|要买|想要|我要|我想|店里|本店|店铺|商品|产品|东西|的话|一共|"
      "一瓶|一包|一袋|一盒|一箱|一罐|一桶|一支|一只|一条|一张|一套|"
      "总共|还有|没有|不是|就是|觉得|感觉|到底|介绍|了解|关于|左右|需要|应该|已经|之前|以后|时候|还是|或者|以及|我家" },
    { SENSE_SOFT,
      "你|您|我|的|了|吗|呢|吧|啊|呀|哦|嘛|么|哈|是|在|和|与|跟|这|那|它|个|款|台|件|双|想|要|能|会|有|没|就|都|也|还|店|人|发|请|帮|给|把|被|为|对|到|从|用|啥|哪|多|少|上|"
      "下|里|问|看|说|买|卖|不|很|太|再|让|得|地|好|家|亲|几|点|带|做" },
    { SENSE_STOP,
      "el|la|los|las|un|una|de|del|que|y|o|es|son|está|en|por|para|con|mi|su|me|lo|se|hay|al|quiero|puedo|tienen|"
      "tiene" },
    { SENSE_POINT | SENSE_STOP,
      "it|its|this|that|these|those|they|them|this one|that one|the same|one|does it|is it|are they|in it|"
      "the first|the second" },
    { SENSE_POINT | SENSE_STOP, "这个|那个|这款|那款|它|这台|那台|这件|那件|这双|这种|该款|此款|第一个|第二个" },
    /* As it is said in the north, in Sichuan and in Cantonese; traditional characters are read as simplified ones. */
    { SENSE_STOP,
      "够吗|够不够|够用|够|出现|一直|总是|老是|突然|最多|最大|最小|一天|每天|一次|每次|每周|一周|每月|大不大|小不小|大吗|小吗|高不高|长不长|重不重|几大|几长|几高|好不好|多不多|行不行|"
      "请教|咋样|怎样|咋弄|咋办|咋个|咋|甚么|是否|能否|可否|想知道|想了解|想问下|问问|其他|别的|另外|咱们|咱家|咱|俺|刚才|刚刚|平时|日常|真的|其实|麻烦|老铁|亲亲|"
      "乜嘢|边个|边款|点样|点解|可唔可以|得唔得|係唔係|係咪|有无|木有|啥子|撒子|想请问|能不能够|会不会|用不用|需不需要|要不要|怎么回事|咋回事|行吗|好吗|对吗|是吗|可以吗|可以不|能不|行不" },
    { SENSE_SOFT, "嘅|咗|係|喺|啲|哋|佢|乜|咩|嘢|嚟|畀|呗|哇|呐|噢|喔|哎|诶|哒|滴|咯|哩|们|嘛|侬|恁|咧|挺|只|又|才" },
    { SENSE_NOT | SENSE_SOFT, "唔|冇|勿" },
    { SENSE_PRICE | SENSE_COST | SENSE_STOP, "几多钱|点卖|多钱|好多钱|啥价钱|价钱|多少一|多少米|几块钱|报个价|报一下价|卖几多|怎么个卖法|多少块钱|什么价钱|多少银子" },
    { SENSE_HAVE | SENSE_STOP, "有冇|有冇得卖|有木有|有得卖|有无卖|卖么|卖不|卖吗|有么|有不|求推" },
    { SENSE_STOCK | SENSE_STOP, "有冇货|有货没|有货不|没货|还有没|还有不|还有么|还有冇|能拍|可以拍|能下单|卖晒|卖光|有存货|能买到|买得到|几时有货|仲有" },
    { SENSE_TIME, "几时|几耐|啥时|什么时间|何时候|多少小时|几个小时|几小时|几分钟|多少分钟" },
    { SENSE_GREET | SENSE_STOP, "在不|在嘛|在冇|有冇人|哈啰|嗨喽|亲" },
    { SENSE_THANKS | SENSE_STOP, "多谢晒|唔该|唔该晒|辛苦啦|辛苦|谢谢啦|谢谢哈|感恩|蟹蟹" },
    { SENSE_BYE | SENSE_STOP, "再会|下次见" },
    { SENSE_HAGGLE, "平啲|平点|平一点|平d|砍砍价|能砍|砍点|就拿了|我就拿|我就买|就买了|成交|优惠点呗|有得平|算便宜|优惠下|少d|给个面子|抹个|抹掉零头|去个零头|给个学生价|老客户" },
    { SENSE_NOT | SENSE_STOP, "not|no|non|without|isnt|arent|doesnt|dont|wont|cant|never|sin" },
    { SENSE_NOT | SENSE_SOFT, "不|非|无|没|不带|不要|不是|没有" },
    /* ---- what is asked of a product ---- */
    { SENSE_PRICE | SENSE_COST | SENSE_STOP,
      "how much|price|priced|pricing|cost|costs|cheapest|what do you charge|charge|how expensive|least expensive|"
      "most expensive|lowest priced|starting at|starts at|cuánto|cuanto|cuánto cuesta|cuanto cuesta|precio|"
      "cuesta|cuestan|dollars|euros" },
    { SENSE_PRICE | SENSE_COST | SENSE_STOP,
      "多少钱|价格|什么价|什么价格|价钱|几钱|卖多少|售价|报价|怎么卖|单价|多少元|几块|多少块|啥价|什么价位|价位|价|最便宜|多少米|咋卖|贵吗|贵不贵" },
    { SENSE_CHEAP | SENSE_STOP, "cheapest|least expensive|lowest priced|最便宜|most affordable" },
    { SENSE_DEAR | SENSE_PRICE | SENSE_STOP, "最贵|最高档|最高端|most expensive|dearest|priciest" },
    { SENSE_STOCK | SENSE_STOP,
      "in stock|stock|available|availability|sold out|out of stock|on hand|back in stock|restock|still have|left|"
      "have it|get it|disponible|disponibles|stocked" },
    { SENSE_STOCK | SENSE_STOP, "有货|现货|库存|缺货|还有吗|到货|断货|有没有货|还有货|卖完|售罄|补货" },
    { SENSE_OPTIONS | SENSE_STOP,
      "options|option|choices|variants|variant|versions|version|varieties|come in|comes in|what colors|"
      "what colours|which colors|which colours|what sizes|which sizes|what kinds|what types|how many colors|"
      "selection|range of|offered in|qué colores|qué tallas|opciones" },
    { SENSE_OPTIONS | SENSE_STOP,
      "哪些|哪几种|几种|有几个|几个色|啥颜色|啥尺码|啥码|啥规格|啥款|啥口味|哪些款|几款|多大包装|什么包装|边啲|有咩|有什么|可选|款式|规格|版本|哪几个|几个|有哪些|都有啥|分哪|什么颜色|"
      "什么尺寸|什么尺码|什么规格|什么口味|什么型号|选项|都有什么" },
    { SENSE_COMPARE | SENSE_STOP,
      "compare|comparison|difference|differences|differ|vs|versus|better|which is cheaper|cheaper than|"
      "which one is cheaper|compared|difference between|comparar|diferencia|more expensive" },
    { SENSE_COMPARE | SENSE_STOP,
      "区别|对比|比较|不一样|差多少|差几多|哪个划算|哪个实惠|哪款划算|选哪个|选哪款|怎么选|哪个合适|哪个强|边个好|边个平|性价比|哪个好|哪个便宜|哪个更|哪款好|哪款更|差别|不同|哪个贵|差异|"
      "比一比|更便宜|哪款便宜" },
    { SENSE_HAVE | SENSE_STOP,
      "do you have|do you sell|have you got|you got|got any|any|looking for|do you carry|do you stock|"
      "do you offer|is there|are there|where can i find|i need|i want|want to buy|searching for|tienen|venden|"
      "tienes|hay" },
    { SENSE_HAVE | SENSE_STOP, "有没有|有卖|卖不卖|想买|要买|想要|找|卖|有吗|有没|求购|需要" },
    { SENSE_HAVE | SENSE_SOFT, "有|卖|买" },
    { SENSE_RECOMMEND | SENSE_STOP,
      "recommend|recommendation|recommendations|suggest|suggestion|suggestions|which should i|what should i buy|"
      "good one|recomienda|recomiendas" },
    { SENSE_RECOMMEND | SENSE_STOP, "推荐|推荐下|推介|安利|介绍|推荐一下|推荐个|推荐款|哪款" },
    { SENSE_ITEM | SENSE_STOP,
      "item|sku|part number|part no|item number|model|model number|article|article number|number|no|product code|"
      "code|ref|reference" },
    { SENSE_ITEM | SENSE_STOP, "型号|货号|编号|款号|商品号|商品编号|料号" },
    /* ---- haggling ---- */
    { SENSE_HAGGLE,
      "cheaper|too expensive|too pricey|expensive|lower price|lowest price|best price|final price|discount me|"
      "give me a discount|better price|better deal|deal|bargain|half price|half the price|percent off|"
      "off the price|knock off|price match|match the price|reduce the price|drop the price|negotiate|negotiable|"
      "haggle|last price|bottom price|for free|get it free|have it free|give it to me|do it for|sell it for|"
      "sell it to me for|let me have it for|friend price|can you do better|take off|más barato|rebaja|descuento|"
      "bajar el precio|lower the price|special price|i pay you|ill pay|pay less|throw in|cut the price|too much" },
    { SENSE_HAGGLE,
      "便宜点|便宜些|便宜一点|再便宜|便宜|少一点|少点|再少|底价|最低价|最低|最少多少|最少|打折|打个折|打几折|抹零|抹个零|优惠点|优惠一点|优惠些|给个优惠|能优惠|优惠吗|再优惠|太贵|贵了|好贵|"
      "降价|砍价|讲价|还价|一口价|能少|可以少|能不能少|实惠点|送我|白送|免费送|半价|内部价|员工价|折扣|给个价|诚心价|让利|让点|凑个整" },
    /* ---- talk ---- */
    { SENSE_GREET | SENSE_STOP,
      "hi|hello|hey|hiya|howdy|good morning|good afternoon|good evening|good day|greetings|yo|hi there|"
      "hello there|hey there|how are you|hows it going|whats up|anybody there|anyone there|hola|buenos días|"
      "buenas tardes|buenas|morning|evening" },
    { SENSE_GREET | SENSE_STOP, "你好|您好|在吗|在么|在不在|有人吗|哈喽|嗨|早上好|下午好|晚上好|早|早安|晚安|亲在吗|你好啊|您好啊|哈罗|早啊" },
    { SENSE_THANKS | SENSE_STOP,
      "thanks|thank you|thx|ty|cheers|appreciate it|much appreciated|thank you very much|thanks a lot|"
      "many thanks|gracias|muchas gracias|that helps|you helped" },
    { SENSE_THANKS | SENSE_STOP, "谢谢|多谢|感谢|谢了|谢谢你|谢谢您|辛苦了|谢啦|thank" },
    { SENSE_BYE | SENSE_STOP,
      "bye|goodbye|good bye|see you|see ya|good night|have a nice day|adiós|adios|hasta luego|cya|take care|"
      "have a good one" },
    { SENSE_BYE | SENSE_STOP, "再见|拜拜|拜|回见|下次再聊|先这样|88" },
    { SENSE_FINE | SENSE_STOP,
      "ok|okay|great|cool|perfect|nice|awesome|fine|alright|got it|i see|sounds good|no problem|all good|lol|"
      "haha|vale|yes|no|yep|nope|sure|yeah|good|wow|amazing" },
    { SENSE_FINE | SENSE_STOP, "好的|好|嗯|嗯嗯|哦|知道了|明白了|明白|行|可以|没事|没事了|哈哈|呵呵|不用了|收到|ok|好吧|好滴|是的|对" },
    { SENSE_WHO | SENSE_STOP,
      "who are you|are you a bot|are you a robot|are you human|are you a human|are you real|"
      "are you a real person|are you an ai|are you ai|is this ai|is it a bot|are you a machine|is this a real person|"
      "am i talking to a human|am i talking to a person|am i speaking to a bot|is this automated|are you automated|"
      "is this a bot|am i talking to a bot|your name|what are you|"
      "what can you do|are you a person|how can you help|quién eres|eres un robot" },
    { SENSE_WHO | SENSE_STOP, "你是谁|你是机器人吗|是机器人吗|你是机器人|你是人吗|你是真人吗|是真人吗|你叫什么|你会什么|你能做什么|机器人吗|是不是机器人|你是ai吗" },
    { SENSE_WHO | SENSE_STOP, "人工智能吗|是人工智能吗|是不是人工智能|是不是真人|是人工还是机器|是真人还是机器|是人还是机器|是机器还是人|是机器人还是" },
    { SENSE_ANGRY,
      "useless|stupid|ridiculous|scam|terrible|horrible|worst|awful|pathetic|disgusting|furious|unacceptable|"
      "fed up|waste of time|sue you|idiot|garbage|rubbish|liar|fraud|wtf|angry|annoying" },
    { SENSE_ANGRY, "垃圾|骗子|骗人|投诉|太差|气死|什么玩意|废物|差评|坑人|黑店|生气|恶心|无语|举报|12315|烦死" },
    { SENSE_INJECT,
      "ignore * instructions|ignore * rules|ignore previous|ignore all|ignore everything|ignore your|"
      "disregard * instructions|disregard|system prompt|your prompt|your instructions|your rules|initial prompt|"
      "developer mode|you are now|jailbreak|pretend to be|pretend you|act as|roleplay|role play|override|"
      "forget * instructions|forget * rules|forget everything|repeat after me|repeat the words|"
      "repeat everything above|new instructions|system message|admin mode|debug mode|reveal your|print your|"
      "ignora * instrucciones|sudo|prompt injection|hidden instructions|bypass|do anything now" },
    { SENSE_INJECT,
      "忽略|无视|忘记之前|忘掉之前|忘记你|忘掉你|系统提示|提示词|你的指令|你的规则|开发者模式|扮演|假装|假设你|你现在是|从现在起|重复我|重复上面|越狱|管理员模式|之前的指令|以上指令|新的指令|"
      "隐藏指令|你必须" },
    /* ---- a person, please ---- */
    { SENSE_WISH,
      "talk to a human|real person|real human|live person|live agent|live chat agent|human agent|human being|"
      "actual person|actual human|call me back|call me|phone me|ring me|give me a call|someone call|"
      "somebody call|human please|agent please|person please|customer service|customer support|customer care|"
      "support team|support agent|speak to someone|talk to someone|talk to somebody|speak with someone|"
      "speak to somebody|chat with someone|not a bot|not a robot|no bots|hablar con|persona real|agente humano|"
      "un humano|atención al cliente|representative|contact a person|hand me over|put me through|transfer me|"
      "anybody i can talk to|anyone i can talk to|somebody i can talk to|someone i can talk to|anybody to talk to|"
      "anyone to talk to|anybody there i can|anyone there i can|is anybody there|is anyone there|"
      "real perosn|real peson|stop bot|enough bot|no more bot|no more bots|zhuan ren gong|"
      "zhuanrengong|ren gong ke fu|rengong kefu|zhen ren ke fu|zhenren kefu|connect me|escalate|callback|a call back|"
      "want a call|need a call|like a call|request a call|arrange a call|schedule a call|book a call|give me a ring|"
      "give me a bell" },
    { SENSE_WISH,
      "别机器人|不要机器|别用机器|不跟机器|烦机器人|别再机器|转人工|人工客服|真人客服|找人工|找真人|人工服务|要人工|接人工|转接|转客服|找客服|叫客服|真人|活人|人工在吗|有人工吗|人工呢|"
      "人工回复|人工处理|叫人工|换人工|换个人|换人|找经理|找主管|"
      "找老板|找你们老板|找你们经理|叫你们经理|跟人聊|和人聊|跟人说|打电话给我|给我打电话|回电话|回个电话|电话联系我|请联系我|联系我一下|不要机器人|不想和机器人|别用机器人|人工坐席|专人|转人|"
      "在线客服|客服在线吗|客服在不在" },
    { SENSE_TALK, "talk|speak|chat|connect|transfer|contact|reach|put|escalate" },
    { SENSE_HUMAN,
      "human|person|agent|representative|rep|operator|someone|somebody|staff|employee|manager|supervisor|advisor|"
      "specialist|human being|live|real|team member|colleague|agente|persona|humano|boss|humna|huamn|perosn|agnet" },
    { SENSE_HUMAN, "人工|真人|客服|经理|主管" },
    { SENSE_NO_HUMAN,
      "人工费|人工智能|人工安装|人工成本|人工合成|人工草皮|人工皮革|人工皮|人工培育|人工养殖|人工收费|人工钻石|人工湖|人工打磨|人工降雨|人工林|人工泪液|人工关节|人工草|手工|真人秀|真人大小|真人发|"
      "真人模特|真人等比|真人比例|真人版|真人实拍|真人头发|人工宝石|人工水晶|人工做|人工制|人工缝|人工绣|人工雕|人工编|人工采|人工炒|人工挑|人工画|人工组装" },
    { SENSE_NO_HUMAN,
      "made by a human|made by humans|made by a person|made by a real person|made by people|human made|human hair|"
      "human sized|human size|human grade|safe for humans" },
    /* ---- orders ---- */
    { SENSE_ORDER | SENSE_STOP,
      "my order|order status|an order|the order|order number|order no|orders|order|my package|my parcel|"
      "my delivery|my purchase|my shipment|pedido|mi pedido|my stuff|tracking number|what i ordered|i ordered" },
    { SENSE_ORDER | SENSE_STOP, "订单|订单号|我的快递|我的包裹|包裹|我的货|我买的|快递单号|物流单号|单号" },
    { SENSE_TRACK | SENSE_STOP,
      "where is my|wheres my|where is order|where is the order|status of|the status|track|tracking|order status|"
      "has my|hasnt arrived|has not arrived|not arrived|did not arrive|didnt arrive|havent received|"
      "have not received|never arrived|when will my order|when will my package|when will my parcel|"
      "when does my order|dónde está mi|donde esta mi|estado de|still waiting for my|shipped yet|check my order|"
      "about my order" },
    { SENSE_TRACK | SENSE_STOP,
      "怎么还不|还不发|还没发|还没收|没发货|怎么没发|催一下|催单|催发货|退款了没|退了没|退款到账了|到账没|发货没有|发了没|发没发|到哪啦|到哪儿了|到哪里啦|走到哪|到哪里|到哪|寄出了吗|寄了吗|"
      "到哪|哪了|查一下|查订单|查物流|查下|查询|物流|物流信息|发货了吗|发了吗|发货没|还没到|没收到|没到|怎么还没|什么时候到货|订单状态|快递到哪|发出了吗|我的订单" },
    /* ---- how much of it, how long ---- */
    { SENSE_COST,
      "free|fee|fees|charge|charges|charged|pay for|rate|rates|gratis|free of charge|cost of|how much|paid" },
    { SENSE_COST, "多少|加钱|另加|补运费|加收|费用|收费|免费|要钱|花钱|费|运费|邮费|包邮|谁出|谁付|承担" },
    { SENSE_TIME,
      "how long|how soon|how fast|how quickly|how many days|when|what time|days|day|weeks|hours|business days|"
      "express|same day|next day|overnight|fast|quick|quickly|arrive|arrives|tomorrow|tonight|time|times|long|"
      "take|takes|deadline|cuándo|cuando|cuánto tarda|tarda|duration|speed" },
    { SENSE_TIME, "多久|多长时间|多长|什么时候|啥时候|几天|几号|几点|时间|当天|今天|明天|后天|次日|几时|何时|几日|几年|几个月|多少天|多少年|加急|期限|隔天" },
    /* ---- what rules of a shop are about ---- */
    { SENSE_RETURN,
      "return|returns|returned|returning|send * back|send back|sending back|give back|bring * back|take * back|"
      "refund|refunds|refunded|money back|my money|return policy|dont like|do not like|didnt like|change my mind|"
      "changed my mind|dont want|do not want|unwanted|not satisfied|unhappy with|"
      "devolver|devolución|devoluciones|reembolso|cooling off" },
    { SENSE_RETURN, "退货|买错|退款|退换|退掉|退回|退|无理由|不想要|不要了|不喜欢|不满意|拆开|拆封|拆了|后悔|不合适|退钱|返款|穿过|用过还能" },
    { SENSE_EXCHANGE,
      "exchange|exchanges|swap|different size|wrong size|another size|replace|replacement|other size|cambio|"
      "cambiar" },
    { SENSE_EXCHANGE, "换货|退换|更换|换一|调换|换个|换尺码|换码|换大|换小|能换|可以换|换吗|换不" },
    { SENSE_SHIP,
      "shipping|ship|ships|shipped|delivery|deliver|delivers|delivered|deliveries|postage|courier|parcel|"
      "dispatch|dispatched|arrive|arrives|arrival|express|freight|send it|send to|envío|envios|envíos|entrega|"
      "posted|mail it|get here|get to me|come today|same day|next day|how soon can i have|receive it|receive my" },
    { SENSE_SHIP,
      "运费|邮费|快递|配送|发货|送货|包邮|物流|寄|邮寄|几天到|多久到|什么时候到|啥时候到|天发|发吗|久发|候发|发出|能发|发得|快发|当天发|几天能到|送到|寄到|到货|顺丰|送上门|出库|邮" },
    { SENSE_SHIP | SENSE_TIME, "发货时间|几天到|多久到|什么时候到|啥时候到|多久发|何时发|delivery time|几天能到|天发|当天发|候发|久发" },
    { SENSE_SHIP | SENSE_COST,
      "运费|邮费|包邮|postage|shipping cost|shipping fee|delivery fee|free shipping|free delivery|delivery charge|"
      "shipping charge" },
    { SENSE_PAY,
      "pay with|pay by|pay|paying|payment|payments|card|cards|credit card|debit card|visa|mastercard|amex|"
      "american express|paypal|apple pay|google pay|klarna|cash|cash on delivery|cod|installments|instalments|"
      "instalment|installment|bank transfer|wire transfer|alipay|wechat pay|afterpay|financing|pay later|"
      "checkout|pagar|pago|tarjeta|crypto|bitcoin|gift cards" },
    { SENSE_PAY, "付款|支付|微信支付|微信|支付宝|刷卡|花呗|分期|货到付款|信用卡|银行卡|怎么付|付钱|转账|对公|白条|云闪付|付定金|定金|现金" },
    { SENSE_INVOICE, "invoice|invoices|receipt|receipts|vat|tax id|tax invoice|tax receipt|factura|recibo" },
    { SENSE_INVOICE, "发票|专票|普票|开票|抬头|税号|收据|税票|开个票|增值税|报销" },
    { SENSE_CHANGE,
      "cancel|cancels|cancelled|canceled|cancellation|modify|amend|edit|change my order|change an order|"
      "change the order|change my address|change the address|change address|update my order|alter|change what i|"
      "wrong address|cancelar|modificar|add to my order|add * to my order|change * order|change * bought|"
      "change * delivery address|change * shipping address" },
    { SENSE_CHANGE, "取消|修改订单|改订单|改地址|修改地址|换地址|地址错|地址填错|改收货|撤单|不买了|修改|改一下|改个|拍错|下错单|退单" },
    { SENSE_WARRANTY,
      "warranty|warranties|guarantee|guarantees|guaranteed|broke|broken|breaks|break|defect|defects|defective|"
      "covered|coverage|stopped working|stops working|does not work|doesnt work|not working|garantía|garantia|"
      "faulty|malfunction|does it last|do they last|will it last|will they last|long * last" },
    { SENSE_WARRANTY, "保修|质保|三包|包修|坏了|联保|延保|保质|售后|出问题|质量问题|坏掉|质保期|保多久|保几年|坏" },
    { SENSE_INSTALL,
      "install|installs|installation|installing|installer|installed|set up|setup|assemble|assembly|assembled|"
      "mounting|mount|fitting|put together|technician|put it together|instalación|instalar|montaje" },
    { SENSE_INSTALL, "安装|装机|师傅|来装|自己装|怎么装|装吗|谁装|装一下|组装|预约|调试|包装吗|包安装|安装费|装的" },
    { SENSE_GIFT,
      "gift|gifts|free gift|freebie|freebies|bonus|complimentary|comes with|come with|included|includes|"
      "goes with it|what do i get with|extra|regalo|in the box" },
    { SENSE_GIFT, "赠品|送什么|送啥|礼品|赠送|送的|有送|送不送|送礼|附赠|有什么送|还送|搭配送|赠|送吗" },
    { SENSE_FAULT,
      "error|error code|fault|fault code|code|problem|trouble|troubleshoot|troubleshooting|leak|leaks|leaking|"
      "noise|noisy|wont turn on|wont start|not turning on|display shows|shows|displays|blinking|flashing|"
      "overheating|beeping|stuck" },
    { SENSE_FAULT, "故障|报警|报错|故障码|错误码|漏水|漏电|不启动|不工作|不加热|打不开|不亮|报|显示|异响|噪音|没反应|失灵|不出水|点不着|点火|不制冷|不通电|闪" },
    { SENSE_CONTACT,
      "phone number|telephone|hotline|contact you|contact details|reach you|email address|your email|call you|"
      "get in touch|teléfono|whatsapp|how to contact" },
    { SENSE_CONTACT, "微信多少|微信号|老板微信|你微信|你们微信|加微信|加个微信|微信联系|电话|联系方式|热线|客服电话|邮箱地址|怎么联系|联系你们|微信号|公众号" },
    { SENSE_STORE,
      "physical store|brick and mortar|bricks and mortar|showroom|store location|store locations|pick up|pickup|"
      "pick it up|collect|"
      "click and collect|located|location|address|visit|in person|try it on|try on|nearest branch|your branch|"
      "local branch|which branch|branch near|walk in|tienda física|"
      "recoger|in store" },
    { SENSE_STORE, "门店|实体店|自提|店在哪|地址在|体验店|线下|在哪里|店址|分店|试穿|上门取|在哪儿|展厅" },
    { SENSE_HOURS,
      "opening hours|open|hours|opening|close|closed|business hours|working hours|what time do you|weekend|"
      "sunday|saturday|holiday|horario" },
    { SENSE_HOURS, "营业|营业时间|上班|几点开门|几点关门|开门|工作时间|周末|在线时间|节假日|下班" },
    { SENSE_SIZE,
      "size guide|size chart|sizing|sizes run|true to size|runs small|runs large|fit|fits|measurements|measure|"
      "what size|which size|dimensions|how big|how large|how tall|how wide|how heavy|weigh|weight|talla|"
      "guía de tallas|length|width|height" },
    { SENSE_SIZE, "尺码|穿几码|穿多大|偏大|偏小|码数|选码|穿多大|多大码|尺码表|码准|什么码|尺寸|多大|多重|多高|多宽|体重|身高|正码" },
    { SENSE_DISCOUNT,
      "coupon|coupons|voucher|vouchers|promo|promo code|discount code|promotion|promotions|on sale|sale|sales|"
      "special offer|special offers|offers|black friday|student discount|discount|discounts|newsletter|cupón|"
      "oferta|ofertas|promociones" },
    { SENSE_DISCOUNT,
      "旧机|抵钱|折抵|置换|换新|优惠券|活动|促销|满减|券|优惠活动|啥优惠|什么优惠|哪些优惠|优惠政策|有冇优惠|搞活动|折扣码|双十一|618|有什么优惠|有优惠|国补|补贴|以旧换新|学生优惠|新人" },
    { SENSE_ABROAD,
      "abroad|international|internationally|overseas|other countries|another country|europe|customs|import duty|"
      "duties|worldwide|outside the country|canada|mexico|germany|france|uk|united kingdom|australia|japan|china|"
      "spain|internacional|extranjero|foreign" },
    { SENSE_ABROAD, "海外|国外|国际|境外|港澳台|香港|台湾|澳门|美国|日本|出口|关税" },
    { SENSE_WRAP,
      "gift wrap|gift wrapping|wrapping|wrapped|gift box|gift message|greeting card|envolver|packaging|packaged" },
    { SENSE_WRAP, "礼盒|礼品包装|贺卡|包装|礼袋" },
    { SENSE_POINTS,
      "points|loyalty|rewards|member|membership|members|vip|account|sign up|register|subscribe|subscription|"
      "puntos" },
    { SENSE_POINTS, "积分|会员|注册|账号|等级|订阅" },
    { SENSE_CARE,
      "wash|washing|washed|washable|clean|cleaning|care|care for|maintain|maintenance|store it|"
      "storage instructions|dishwasher|iron it|lavar|limpiar|how to use|brew|brewing|prepare" },
    { SENSE_CARE, "清洗|保养|洗一次|怎么清|怎么擦|怎么洗|机洗|手洗|清洁|洗涤|打理|存放|保存|怎么用|使用方法|怎么泡|冲泡|怎么吃|保质期|养护" },
    { SENSE_DAMAGE,
      "damaged|arrived broken|wrong item|missing item|missing|incomplete|wrong product|wrong one|lost|torn|"
      "cracked|scratched|dañado|smashed|shattered|bent" },
    { SENSE_DAMAGE, "破损|质量问题|是坏的|磕坏|磕碰|撞坏|烂了|裂了|少件|发错|漏发|碎了|压坏|丢了|丢件|坏了|缺件|划痕|少发|有破|破了|摔坏|寄错" },
    { SENSE_PRIVACY, "privacy|personal data|data protection|gdpr|my data|privacidad" },
    { SENSE_PRIVACY, "隐私|个人信息|信息安全" },
    { SENSE_USED_FOR, "suitable for|used for|good for|meant for|made for|designed for|how old|age" },
    { SENSE_USED_FOR, "适合|适用|用途|能用吗|多大的孩子" },
    { SENSE_SHIP | SENSE_TIME, "when will my order|when will my package|when will my parcel" },
    { SENSE_CHANGE, "cancelling|canceling|changing|modifying|amending|editing an order|ordered by mistake" },
    { SENSE_EXCHANGE, "exchanging|swapping|replacing" },
    { SENSE_DAMAGE,
      "came broken|came damaged|arrived broken|arrived damaged|is damaged|broken on arrival|was broken when|"
      "was damaged" },
    { SENSE_STORE,
      "workshop|studio|boutique|physical store|physical shop|real store|local store|see it in person" },
    { SENSE_HOURS, "monday|tuesday|wednesday|thursday|friday" },
    { SENSE_FIX, "repair|repairs|repaired|repairing|fix|mend|维修|修理|修|返修|检修|报修|reparar" },
    { SENSE_BULK,
      "bulk|wholesale|bulk order|corporate|reseller|business customer|large order|bulk discount|团购|采购|月结|公司买|"
      "单位采购|签合同|批发|企业采购|"
      "企业团购|大宗|大批量|公司采购|al por mayor" },
    { SENSE_INSTALL, "上门安装|上门装|多久上门|什么时候上门|上门时间|上门吗|几天上门" },
    { SENSE_UNIT, "码|克|毫升|升|寸|厘米|公斤|斤|号|岁|米|瓦|件|盒|袋|瓶|包|只|条|支|片|人|英寸" },
    { SENSE_WISH, "找人|要找人|跟机器人|和机器人|与机器人|叫*客服|找*客服|转*人工|接*人工|找*真人|要*人工|换*人工|叫*真人|叫*经理|想和*人|想跟*人" },
    { SENSE_RETURN, "sending * back|sent back|return period|return window" },
    { SENSE_TIME, "period|window|lead time" },
    { SENSE_STORE,
      "where can i see|where can i try|can i try|see the|see it|see them|see your|look at it in|view it|come see" },
    { SENSE_WISH,
      "anybody i can talk|anyone i can talk|someone i can talk|somebody i can talk|person i can talk|"
      "someone i can speak|anyone i can speak|anyone to talk to|somebody to talk to|someone to talk to|"
      "anybody to talk to|someone who can help me|talk to anyone|speak to anyone" },
    { SENSE_TALK, "talking|speaking|chatting|connecting" },
    { SENSE_SHIP | SENSE_TIME, "lead time|lead times" },
    { SENSE_OPTIONS | SENSE_STOP, "can i choose|choose from|to choose|i can choose|choose|list the" },
    { SENSE_SHIP | SENSE_TIME, "几天能收到|几天收到|多久收到|多久能收到|什么时候收到|啥时候收到|什么时候能到|啥时候能到|多久能到|几天可以到|几天到货|多久到货" },
    { SENSE_SHIP, "新疆|西藏|内蒙|青海|宁夏|甘肃|海南|偏远" },
    { SENSE_INSTALL, "怎么连|咋连|如何连|怎么接|怎么配网|怎么绑|设置|配网|配对|连不上|怎么设" },
    { SENSE_OFFER, "活动|促销|满减|搞活动|什么优惠|啥优惠|有什么优惠|有优惠|哪些优惠|优惠活动|双十一|双十二|618" },
    { SENSE_PROTECT,
      "补差价|差价|保价|价保|价格保护|降价了|又降价|刚买就降|降了价|买贵|买亏了|price protection|price adjustment|price guarantee" },
    /* ---- English as it is typed: short forms, slips of the keys, British words ---- */
    { SENSE_STOP,
      "u|ur|r|ya|wat|wot|wht|hav|hv|teh|hte|gimme|gonna|wanna|gotta|lemme|dunno|abt|pretty|mate|mates|buddy|pal|"
      "guys|folks|bro|dude|lovely|brilliant|later|soon|handed|sized|sort|kind|around|roughly|"
      "approx|approximately|though|tho|a bit|little|lot|lots|ever|already|yet|since|because|cos|cuz|every|everything|"
      "their|his|her|he|she|whether|fancy|after|rather|hmm|erm|er|ah|oh|eh|ye|yea|soo" },
    { SENSE_PRICE | SENSE_COST | SENSE_STOP,
      "hw much|how mutch|how mch|howmuch|how muc|hows much|hwo much|pric|prce|prise|pirce|prices|cst|"
      "whats the damage|what is the damage|set me back|go for|goes for|going for|retail for|retails for|"
      "what do you want for|start at|start from|starts from|starting from|starting price|"
      "price start|price begin|pricing start|pricing begin|prices go from|begin at|"
      "begins at|priced at|whats it cost" },
    { SENSE_STOCK | SENSE_STOP,
      "avalable|availble|avaiable|avaliable|availabe|availible|instock|in stok|out of stok|any left|got left|"
      "all gone|"
      "stil have|run out|back order|backorder|backordered|can i get it|can i get them" },
    { SENSE_HAVE | SENSE_STOP,
      "have you any|do u have|do u sell|u got|have u got|do ya have|do ya sell|can i get|can i buy|could i buy|"
      "could i get|i am after|im after|show me|do you do|have any|sell any|what have you got|what do you have" },
    { SENSE_GREET | SENSE_STOP, "evening all|gday|heya|hii|helo|hallo" },
    { SENSE_THANKS | SENSE_STOP, "ta|thank u|thanx|thnx|tnx|tysm|thankyou|appreciated" },
    { SENSE_BYE | SENSE_STOP, "see you later|bye bye|cheerio|ttyl|laters|talk later|have a good day" },
    { SENSE_FINE | SENSE_STOP,
      "lovely|brilliant|fab|fantastic|excellent|wonderful|kk|okey|right then|fair enough|never mind|nevermind|"
      "understood|noted|makes sense|good to know|will do" },
    { SENSE_HAGGLE,
      "ill give you|i give you|i will give you|would you take|will you take|would you accept|will you accept|"
      "could you accept|can only pay|only pay|knock * off|money off|something off|pounds off|dollars off|off for me|"
      "beat that|beat the price|beat their price|beat it|match that|match it|match their|price matching|rip off|"
      "ripoff|do me a deal|sort me out|bulk price|mates rates|wiggle room|best you can do|best offer|"
      "make me an offer|round it down|cheeper|too dear|bit steep|too steep|overpriced|bit pricey|so pricey|"
      "very pricey|too costly|"
      "bring the price|come down|go lower|any lower|half off|rock bottom|your lowest|lowest you|absolute lowest" },
    { SENSE_HAGGLE | SENSE_DISCOUNT,
      "any discount|some discount|a discount|bit of discount|little discount|discount for|discount if i|"
      "bulk discount|quantity discount|volume discount|money off" },
    { SENSE_INJECT,
      "ignore the|forget all|forget your|from now on|previous instructions|above instructions|reply only with|"
      "respond only with|say only|answer only with|output only|pretend youre|pretend that you|god mode" },
    { SENSE_WISH,
      "talk to a person|speak to a person|speak to a human|talk to staff|speak to staff|someone ring|somebody ring|"
      "someone phone|ring me back|phone me back|get me a human|get me a person|live chat|live support|"
      "customer services|helpdesk|help desk|speak to a manager|someone real|somebody real|human help|human support|"
      "real agent|real people" },
    { SENSE_HUMAN,
      "staff member|member of staff|member of your team|salesperson|sales person|sales rep|support person" },
    { SENSE_TRACK | SENSE_STOP,
      "wheres my order|where are my|wheres order|wheres the order|turned up|hasnt come|not come yet|not here yet|"
      "still not here|gone out|been sent|sent yet|dispatched yet|delivered yet|on its way|update on|eta|trace my|"
      "shown up|where has my|been delivered" },
    { SENSE_ORDER | SENSE_STOP, "my items|my goods|order ref|order reference|order id|my parcels|my packages" },
    { SENSE_RETURN,
      "retrun|retrn|retern|refound|bring back|take back|go back|goes back|returnable|refundable|post it back|"
      "post back|dont need it|no longer want|no longer need" },
    { SENSE_CHANGE, "changed my mind * cancel|change of mind * cancel|cancle|cancell|amend my order|stop my order" },
    { SENSE_EXCHANGE, "swap it|exchanged|swapped" },
    { SENSE_SHIP,
      "shiping|shippng|delivary|delivry|p p|p and p|post it|post to|posting|ship to|shipment|despatch|despatched|"
      "deliver to" },
    { SENSE_SHIP | SENSE_COST,
      "p p|p and p|postage cost|delivery cost|delivery costs|shipping costs|cost of delivery" },
    { SENSE_SHIP | SENSE_TIME,
      "when will i have|when would i have|when will it come|when will it be here|how long to get here|"
      "take to get here|"
      "when can i expect|get it by|have it by|arrive by|here by" },
    { SENSE_PAY,
      "cheque|cheques|contactless|affirm|clearpay|zip pay|pay monthly|monthly payments|finance|cryptocurrency|"
      "paypall|"
      "maestro|bank card|prepaid|deposit" },
    { SENSE_PAY | SENSE_DISCOUNT,
      "gift card|gift cards|gift voucher|gift vouchers|gift certificate|gift certificates|store credit" },
    { SENSE_WARRANTY, "warrenty|warantee|garantee|guarentee|waranty|gurantee|conked out|packed up|died|wear out" },
    { SENSE_INSTALL,
      "setting up|set it up|setting it up|set them up|put up|putting up|"
      "put it up|put them up|build it|how do i build|how to build|building it|building the|"
      "building a|building your|erect|"
      "assembling" },
    { SENSE_CONTACT, "ring you|phone you|email you|mail you|your phone|a phone number|write to you" },
    { SENSE_STORE,
      "you based|where * based|based in|find you|where are you|pop in|visiting|street|parking|your premises|"
      "where is your" },
    { SENSE_HOURS, "opening times|open on|open today|shut|closing time|are you open|bank holiday|what hours" },
    { SENSE_DISCOUNT, "discout|deals|deal on|deals on|offers on|bogof|in the sale|any offers|voucher code" },
    { SENSE_OFFER,
      "promo|promotion|promotions|on sale|sale|sales|special offer|special offers|offers|deals|deal on|deals on|"
      "offers on|in the sale|any offers|black friday" },
    { SENSE_ABROAD,
      "ireland|scotland|wales|highlands|northern ireland|italy|usa|america|united states|india|brazil|netherlands|"
      "belgium|poland|sweden|norway|switzerland|austria|portugal|new zealand|eu" },
    { SENSE_CARE, "look after|looking after|take care of|taking care of|upkeep" },
    { SENSE_DAMAGE,
      "arrived smashed|arrived in pieces|arrived cracked|came smashed|sent the wrong|dented|not in the box|"
      "bits missing|"
      "parts missing" },
    { SENSE_UNIT,
      "inch|inches|ft|feet|foot|cm|mm|m|metre|metres|meter|meters|ml|l|litre|litres|liter|liters|kg|g|gram|grams|"
      "kilo|kilos|oz|ounce|ounces|lb|lbs|pound|pounds|w|watt|watts|v|volt|volts|ah|mah|gb|tb|quid|bucks|gallon|"
      "gallons|pint|pints|yard|yards" },
    /* ---- as it is typed in a hurry ---- */
    { SENSE_STOP,
      "once|while|during|until|till|w|b4|plz|tbh|btw|asap|rn|atm|n|anyone|bit|btwn|needed|possible|possibly|"
      "ones got|if i order|order now|order today|when i order|order before|i want to order|to order" },
    { SENSE_STOP,
      "咋整|咋搞|咋整呢|怎么整|怎么搞|一对|一副|一把|一枚|一根|一块|一本|一份|一颗|一串|一提|一卷|一棵|一盆|一株|一打|一节|请问下|想咨询|咨询一下|咨询下|咨询|另外|还有个问题|"
      "多大个|急|在线等|有知道的吗" },
    { SENSE_STOCK | SENSE_STOP, "冇货|无货|没货没|有木有货|有没货|有现货|现在有吗|back yet|is back|back in|are back|any more of" },
    { SENSE_PRICE | SENSE_COST | SENSE_STOP, "啥价|啥价位|几个钱|怎么收费|whats the price|how mch|price pls|hm is|how much r" },
    { SENSE_COMPARE | SENSE_STOP,
      "costs more|cost more|cheaper the|whats cheaper|which costs|which one costs|price difference|哪个更贵|哪款贵|"
      "哪个更便宜|谁更贵|谁便宜" },
    { SENSE_TRACK | SENSE_ORDER | SENSE_STOP,
      "wheres my stuff|where is my stuff|where are my things|wheres my package|where is my package|wheres my parcel|"
      "where is my parcel|wheres my delivery|where is my delivery|wheres my shipment|where is my shipment|"
      "快递到哪|快递到哪了|快递到哪儿了|快递到哪里了|物流到哪|物流到哪了|包裹到哪|包裹到哪了|货到哪|货到哪了|我的货到" },
    { SENSE_TRACK | SENSE_STOP, "到了没|到了吗|到没|到货没|收到没|发出没|发走没" },
    { SENSE_SIZE, "穿啥码|啥码|穿什么码|拍啥码|拍什么码|选啥码|选什么码|买多大|拍多大|runs big|run big|run small|run large|runs true|"
      "between sizes|true fit|fits true|size up|size down|偏码|码偏" },
    { SENSE_WRAP, "wrap it|wrap them|wrap this|wrap|as a present|as a gift|送人|包起来|包得好看" },
    { SENSE_POINTS, "log in|login|sign in|password|passwords|pw|log on|logged out|登录|登陆|登不上|密码|忘记密码" },
    { SENSE_BULK,
      "发福利|员工福利|公司福利|单位发|单位买|单位要|要的量大|批量|要得多|in bulk|large quantity|for our company|for my company|for our office" },
    { SENSE_DAMAGE,
      "少给我发|少给我寄|少给我|少给了|少寄|少了一|漏了一|没发全|发少了|少发了|漏寄|化了|化冻|融化了|坏掉了|馊了|变质|臭了|漏了|发霉|长毛|瘪了|磨损|掉漆|came smashed|melted|"
      "leaked|spoiled|mouldy|moldy" },
    { SENSE_PROTECT, "price match|price matching|match prices|match the price|match a price" },
    { SENSE_DISCOUNT, "student discount|students|nhs discount|military discount|学生证" },
    { SENSE_WISH,
      "i want a human|i need a human|i want a person|i need a person|i want a real person|i want to talk to|"
      "i want to speak to|want a human|need a human|want a person|need a person|want a real|need a real|"
      "give me a human|get me a real|"
      "let me talk|talk 2|speak 2|找个人|来个人|来个真人|来个客服|有活人|换真人" },
    { SENSE_HAGGLE, "能少|少个|便宜不|打个折呗|抹零头|gimme a discount|any wiggle" },
    { SENSE_RETURN | SENSE_EXCHANGE, "doesnt fit|does not fit|didnt fit" },
    { SENSE_INSTALL, "put together|put it up|putting it up|putting it together|putting them up|putting together" },
    { SENSE_WARRANTY, "断了|断裂|掉钻|脱线|开线|开胶|脱胶|掉扣|裂开|松动|不走了|停走|卡住" },
    { SENSE_TIME | SENSE_STOP,
      "today|by friday|by monday|by tuesday|by wednesday|by thursday|by saturday|by sunday|in time|this week|"
      "next week" },
    { SENSE_STOCK | SENSE_STOP, "avail|in stok" },
    { SENSE_CHANGE, "wrong adress|change my adress|change the adress|can i change it|can i still change" },
    { SENSE_USED_FOR, "多大年纪|多大岁数|几岁了" },
    { SENSE_COST, "for free" },
    { SENSE_COMPARE | SENSE_PRICE | SENSE_STOP, "差多少钱|差几块|差几块钱|相差多少|差价多少" },
    { SENSE_WISH, "客服呢|客服在哪|客服在吗|客服在不在|客服人呢|有客服吗|客服去哪|客服死哪" },
    { SENSE_CARE, "how do i use|how do you use|how does it work|how do i make|how do you make|how to make" },
    { SENSE_STOP, "how often|often" },
    { SENSE_SHIP | SENSE_COST, "ship for free|deliver for free|ship free|deliver free" },
    { SENSE_SOFT, "最|更|较" },
    { 0, NULL }
};
/* clang-format on */
