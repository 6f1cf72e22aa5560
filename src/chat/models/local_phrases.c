/* local_phrases.c: more words by which a turn is understood, as they are said around a name, an order, a rule. The
 * lists of local_lexicon.c are these lists' first part. */
#include "chat/models/local_lexicon.h"

/* clang-format off */
const struct lexicon_row lexicon_phrases[] = {
    /* ---- as it is said around a name: what one has heard, seen, made up one's mind about ---- */
    { SENSE_STOP,
      "youve|youll|youd|weve|theyre|theyve|theyll|itll|thatll|thats|hes|shes|instead|by the way|on one charge|"
      "on a charge|per charge|on a single charge|on a full charge|on one full charge|from you|at the moment|"
      "please tell|"
      "saw|seen|spotted|found|heard|heard of|thinking of|thinking about|planning|decided|must|hope|hoping" },
    { SENSE_NOT | SENSE_STOP, "hasnt|havent|hadnt|wasnt|werent|didnt|wouldnt|couldnt|shouldnt|aint" },
    { SENSE_STOP, "看中|看上|看好|看中了|看上了|相中|相中了|选中|选好|瞄上|盯上|种草|心动|想入|入手|想入手|打算|准备买|打算买|考虑买|想拍|拿下|带回家|下单|刷到|听说|听人说" },
    { SENSE_PRICE | SENSE_COST | SENSE_STOP,
      "what would i pay|what will i pay|what do i pay|what am i paying|what would i be paying|what do i have to pay|"
      "what would that be|what would that come to|what does that come to|what would it come to|what does it come to|"
      "how much would i pay|how much do i pay|how much will i pay|how much am i looking at|what am i looking at|"
      "what does it run|what does one run|asking price|price tag|what does it go for|what do they go for|run me|"
      "what do you want for|what do you ask for|to pay for one" },
    { SENSE_PRICE | SENSE_COST | SENSE_STOP,
      "到手|到手价|到手多少|到手多少钱|要多少钱|得多少钱|要几块|得几块|要多少块|入手价|啥价格|什么价钱|价格是|价格是多少|价格多少|要多少|得多少|多少能拿下|多少拿下|多少米能拿下|"
      "要花多少|得花多少|要花多少钱|得花多少钱|花多少钱|花多少|多少钱能买|什么价儿|几个米|多少大洋" },
    { SENSE_PRICE | SENSE_COST | SENSE_STOP, "起步价|起价|起售价|起卖价|几块起|多少钱起|多少起|什么价码|啥价码|啥行情|什么行情|要价|开价" },
    { SENSE_STOP,
      "买回来|买回去|拿回来|拿回家|带回来|一时半会|一时|暂时|不马上|不立刻|不急着|吃不完|用不完|喝不完|没吃完|没用完|没喝完|一次吃不完|一次用不完|一下吃不完|剩下|剩的|"
      "剩余的" },
    { SENSE_WRAP,
      "写张卡|写个卡|写卡片|写贺卡|写张贺|附张卡|放张卡|夹张卡|塞张卡|带张卡|配张卡|附贺卡|放贺卡|带贺卡|有贺卡|写句话|写几句|写祝福|写段话|写个祝福|留言卡|祝福卡|祝福语|小卡片|写个便签|"
      "手写卡|手写贺" },
    { SENSE_STOP, "买多少|用多少|选多少|买多长|买多宽|买多厚|买多重|买多粗" },
    { SENSE_PRICE | SENSE_COST | SENSE_STOP, "买多少钱" },
    { SENSE_SOFT, "选|挑" },
    { SENSE_SIZE, "选哪个码|要哪个码|拍哪个码|买哪个码|用哪个码|哪个码合适|啥码合适|什么码合适|多大码|多大合适|选哪个号|拍哪个号|穿哪个号|哪个号合适|该穿多大|该穿几|该拍几|该选几" },
    { SENSE_STORE, "店面|铺面|门面|到店|去店里|上店里|实体|现场看|现场提|去你们那看|能去看" },
    { SENSE_POINTS, "定期购|定期买|定期送|周期购|包月|订阅|按月送|月月送" },
    { SENSE_GENUINE,
      "正品|真货|假货|真假|正版|是真的吗|是真的不|是真的么|是不是真的|真的假的|保真|验真|真伪|辨真|防伪|授权|行货|仿品|高仿|山寨|冒牌|官方授权|假一赔|有假|会不会是假|是假的|怎么验|专柜验" },
    { SENSE_OLD,
      "take away my old|take away the old|take away old|take * old * away|take my old|take the old|take your old|"
      "take back my old|take back old|take back the old|pick up my old|pick up the old|"
      "collect my old|collect the old|collect old|collection of old|old appliance|old appliances|remove my old|"
      "remove the old|get rid of my old|get rid of the old|get rid of old|haul away|dispose of my|"
      "dispose of the old|dispose of old|recycle|"
      "recycles|recycling|"
      "trade in|trade my old|trade * old|old one|my old one|will you take my old|will you take the old|"
      "will you take away|would you take my old|would you take away|do you take old|do you take my old|"
      "can you take my old|part exchange|old * collected|old * away|swap * old" },
    { SENSE_OLD,
      "旧的|旧机|旧机器|旧家电|以旧换新|换新|置换|折抵|抵钱|抵货款|回收|收走|拉走|拖走|搬走|收旧|收旧货|旧货|老机器|老旧|淘汰下来|家里旧|旧*收|旧*拉|旧*回收|旧*处理|旧*拖|旧*搬|"
      "旧*抵" },
    { SENSE_DISCOUNT | SENSE_OLD, "以旧换新|换新|旧机|置换|折抵|抵钱|trade in" },
    { SENSE_DAMAGE,
      "turned up broken|turned up damaged|turned up smashed|turned up cracked|turned up in pieces|turned up with|"
      "came in pieces|came cracked|came with a crack|arrived with a crack|arrived with a hole|arrived dented|"
      "arrived scratched|arrived bent|arrived faulty|arrived with|came scratched|came dented|broken in transit|"
      "damaged in transit|damaged in the post|broken in the post" },
    { SENSE_GIFT,
      "anything free|something free|free with|get * for free with|comes free|come free|free extras|free extra|"
      "freebee|freebees|thrown in|get anything with|get something with|get anything extra|anything come with|"
      "what else comes with|what else do i get|is there a gift|any gift|any gifts|any extras|any freebies|"
      "what extras" },
    { SENSE_GIFT,
      "送东西|给什么礼物|给啥礼物|什么礼物送|啥礼物送|礼物送吗|送*礼物吗|给礼物吗|给个礼物|给份礼物|给*小礼物|什么赠礼|啥赠礼|"
      "送点东西|送点什么|送点啥|送点儿啥|送些什么|送些啥|送个啥|送个什么|送小礼物|送礼物|送我什么|送我啥|会送什么|会送东西|会送点|赠啥|赠什么|赠点啥|赠些什么|有礼物|有没有礼物|有啥礼物|有什么礼物|"
      "带礼物|配礼物|有小礼物|小礼品|有礼品|有赠|附送|附带赠|额外送|额外赠|能送什么|能送点|可以送点|买一送" },
    { SENSE_WISH,
      "换个真人|换真人|真人来|来真人|来个活人|叫个真人|叫个人来|找个真人|安排个人|安排人工|安排真人|让真人|让人工|人工来|要个人工|接个人工|转个人工|给我人工|给我真人|别拿机器人|别拿机器|"
      "不跟机器人|不想跟机器|不想和机器|机器人糊弄|和机器说不|跟机器说不|representative of your|representative of the shop|"
      "representative of the company|representative of the team" },
    { SENSE_WISH,
      "有没有人管|有没有人管管|有人管管|有人管吗|没人管管|没人管吗|都没人管|没有人管|喊*主管|喊*经理|喊*老板|喊*客服|喊*店长|喊*负责人|有人在线|有没有人在线|没人在线|"
      "我要跟你们老板讲|我要和你们老板讲|我要跟老板讲|我要和老板讲|我要跟你们经理讲|我要和你们经理讲|我要跟你们主管讲|我要和你们主管讲|我要跟你们店长讲|我要和你们店长讲|我要跟你们领导讲|我要和你们领导讲" },
    { SENSE_HAGGLE, "我要跟你们老板讲价|我要和你们老板讲价|我要跟老板讲价|我要和老板讲价" },
    { SENSE_NO_HUMAN | SENSE_INSTALL, "要人工安装|要人工装|要人工组装" },
    { SENSE_NO_HUMAN,
      "要人工调试|要人工调节|要人工调整|要人工调校|要人工操作|要人工校|要人工打磨|要人工维护|要人工清|要人工加水|要人工控制|要人工盯|要人工搬|要人工费" },
    { 0, "垃圾袋|垃圾桶|垃圾筒|垃圾箱|垃圾架|垃圾铲|垃圾夹|垃圾盒|垃圾篓|垃圾分类|垃圾处理器|倒垃圾|丢垃圾|扔垃圾|装垃圾|厨余垃圾|垃圾粉碎" },
    { SENSE_STOP, "representative of|representative for|representative sample|糊弄|敷衍|应付" },
    { SENSE_ORDER | SENSE_TRACK | SENSE_STOP, "查单|查个单|查下单|查查单|查我的单|查一单|查单号" },
    { SENSE_ORDER | SENSE_STOP, "那单|这单|那一单|这一单|我那单|我这单|我的单|的单子|那笔单|那笔订单|这笔订单|那个单" },
    { SENSE_TRACK | SENSE_STOP, "收到了没|收到了吗|收到没有|签收了没|签收了吗|签收没|送到了没|送到了吗|送到没|派送了没|派送了吗|退完了没" },
    { SENSE_WARRANTY,
      "under warranty|under guarantee|in warranty|still under warranty|保多长时间|保多长|保几个月|保修期|质保多长|质保多久|保修多长|保修多久|管多久|"
      "包多久|保一年|保两年|保三年|保换|包换" },
    { SENSE_PRICE | SENSE_COST | SENSE_STOP, "ballpark|ballpark figure|quote me|quote for|a quote|rough price|"
      "rough cost|roughly how much|estimate" },
    { SENSE_STOCK | SENSE_STOP, "ready to ship|ready to go|ready to dispatch|ready for dispatch|available to order|"
      "ready to send" },
    { SENSE_CHANGE, "call it off|call off|called off|back out|calling it off" },
    { SENSE_PAY, "货到再给|货到再付|到货再付|先货后款|收到再付|收到货再付|收货再付|到付|见货付款" },
    { SENSE_PROTECT, "跌了|跌价|掉价|降了一|降了二|降了三|降了五|降了几|降了好|能补吗|能补不|补我差|补差" },
    { SENSE_SHIP | SENSE_TIME, "啥时候出|什么时候出|几点出|何时出|时候出库|多久出库|几天出库" },
    { SENSE_SHIP, "走*物流|走*快递|走顺丰|走京东|走中通|走圆通|走邮政|发*物流|京东物流|用*快递|什么物流|哪家物流|啥物流" },
    { SENSE_EXCHANGE | SENSE_WARRANTY, "给换吗|给换不|给换新|给不给换|给修吗|给修不|给不给修" },
    { SENSE_WARRANTY, "保吗|保不|保么|保不保|在不在保|还在保|过保" },
    { SENSE_HOURS, "半夜|凌晨|深夜|大晚上" },
    { SENSE_SIZE, "i wear|i usually wear|i normally wear|i normally take|my size is|what us size|what eu size|"
      "what uk size|in us sizes|in eu sizes|in uk sizes" },
    { SENSE_SOFT, "后" },
    { SENSE_HOURS, "点还有|点还在|点有人|点有客服|几点有人|晚上有人|晚上还有|周日有人|周末有人|夜里|还上班|下班没" },
    { SENSE_DAMAGE, "少了两|少了三|少了个|少了几|少两个|少一个|少一根|少一件|缺了|缺少|漏了两|没寄全|没给全" },
    { SENSE_STORE, "店在*哪|店在|店铺地址|在哪条路|线下店" },
    { SENSE_INSTALL, "搭起来|搭建|搭好|支起来|撑起来|怎么搭|装起来|装起|装好要|装好得" },
    { SENSE_RETURN | SENSE_TIME, "多久到账|几天到账|啥时候到账|什么时候到账|多久退|几天退|何时到账|退到哪|退款到账" },
    { SENSE_FIX, "上门取件|上门取货|取件" },
    { SENSE_STOP, "质量怎么样|质量好吗|质量咋样|质量如何|质量行吗|质量好不好|好不好用|好用吗|好用不|实用吗" },
    { SENSE_CONTACT,
      "联系售后|找售后|售后电话|售后怎么联系|联系商家|order by phone|order over the phone|order by email|by telephone|"
      "place an order by" },
    { SENSE_SHIP | SENSE_TIME, "什么时候发|啥时候发|几时发|啥时发|什么时候能发|啥时候能发" },
    { SENSE_STOP, "range of the|range of this|range of my|whats the range|what is the range" },
    { SENSE_COST, "when do i get free|when is shipping free|when is delivery free|when is postage free|"
      "free from what" },
    { SENSE_INSTALL, "can you build|could you build|will you build|do you build|build the|build my|build one|"
      "built for me|assemble the|assemble my" },
    { SENSE_STOP, "usually|typically|roughly|approximately|approx|on average" },
    { SENSE_STOP, "two|three|four|five|six|couple|a couple of|half a dozen|dozen|a dozen" },
    { SENSE_RETURN | SENSE_COST,
      "return postage|return shipping|return delivery|return label|postage for returns|shipping for returns|退货运费|"
      "退货邮费|退回运费|退的运费|退货的运费|"
      "退货的邮费|寄回运费|寄回去的运费|寄回的运费|退换货运费|退换运费" },
    { SENSE_HAGGLE, "打*折|打个*折|给个*折|fiver off|tenner off|quid off|bucks off|euros off|a tenner|a fiver" },
    { SENSE_WHO,
      "is a human reading|is a human there|is there a human here|am i talking to a person|am i talking to a human|"
      "am i speaking to a|are you automated|is this automated|is this an ai|is this ai" },
    { SENSE_PROTECT, "买完*降价|买了*降价|刚买*降价|买完降|买后降|付款后降|降价咋|降价怎么|降价补|降价退|降了怎么|降了能退|降价了怎么|降价了能|降价能" },
    { 0, "装微信|用微信|下微信|下载微信|登微信|上微信|聊微信|刷微信|装支付宝|微信消息|微信运动" }, /* no payment */
    { SENSE_STOP, "smallest|biggest|largest|smaller|bigger|larger" },
    { SENSE_EXCHANGE | SENSE_WARRANTY, "换新的|换个新的|换一个新的|换台新的|换一台新的|给换新|包换新|直接换新" },
    { SENSE_WISH, "who do i speak to|who can i speak to|who should i speak to|who do i talk to|who can i talk to|"
      "who do i contact|负责人|管事的" },
    { SENSE_HAGGLE,
      "how low can you go|how low will you go|"
      "do any better|any better on the price|do better on|better on the price|sharpen your|something on the price|"
      "work something out|meet me halfway|meet in the middle|shave * off|a bit off|bit off the|little off the" },
    { SENSE_RETURN | SENSE_EXCHANGE, "dont fit|do not fit|doesnt fit me|dont fit me|didnt fit me" },
    { SENSE_PRICE | SENSE_COST | SENSE_CHEAP | SENSE_STOP,
      "the least i|least id have to|least i have to|least i can|least i could|least i would|how little|"
      "cheapest you|lowest you charge|cheapest one|to spend|have to spend|need to spend" },
    { SENSE_STOP, "an hour ago|hour ago|hours ago|minutes ago|days ago|a week ago|last week|last month|yesterday|"
      "just now|this morning" },
    { SENSE_CHANGE,
      "change it|change that|can it be changed|ordered the wrong|ordered wrong|chose the wrong|picked the wrong|"
      "put the wrong|"
      "typed the wrong|entered the wrong|gave the wrong|wrong street|wrong house number|wrong postcode|地址写错|写错地址|"
      "地址写|收货人写错|电话写错|地址不对|地址改|拍错颜色|拍错码|买错颜色|选错|填错" },
    { SENSE_CARE,
      "in the washing machine|in a washing machine|in the washer|in the tumble dryer|in the dryer|in the microwave|"
      "in the freezer|in the oven|tumble dry|hand wash|dry clean" },
    { SENSE_WISH,
      "get me somebody|get me someone|somebody who works|someone who works|someone from your team|"
      "somebody from your team|"
      "someone from the team|someone from the shop|deal with a person|deal with a human|rather a human|"
      "an actual human|"
      "pass me to|pass me on to|put someone on|put somebody on|is there anyone there|"
      "not talking to a|叫人来|叫个人|让你们的人|找你们的人|有人管吗|派个人|人呢" },
    { SENSE_WARRANTY, "保多少年|保多少天|保多少个月|保几天|保到什么时候|管修|管修几年|包修几年|guaranteed for|covered for" },
    { SENSE_GIFT, "小礼物|小赠品|小礼品" },
    { SENSE_PROTECT,
      "就便宜了|又便宜了|便宜了好|便宜了十|便宜了二|便宜了三|便宜了五|便宜了几|便宜了一百|买完就|刚买*便宜|刚买*降|刚买完|才买*便宜|才买*降|刚拍*降|"
      "price dropped|price went down|price has dropped|cheaper now|dropped the price after|now its cheaper|"
      "price fell" },
    { SENSE_FINE | SENSE_STOP, "好嘞|好咧|得嘞|好哒|嗯呐|好滴呢|行嘞|妥了|懂了|了解了|ojbk|okk|okie|righto|cool cool" },
    { SENSE_PRICE | SENSE_COST | SENSE_STOP,
      "whats it run|what it runs|whats that run|whats one run|what would it run|what would one run|do they run me|"
      "what does that run|going rate|whats the ticket on|what would that run" },
    { SENSE_WHO | SENSE_STOP,
      "is a person reading|is anyone reading|is somebody reading|is someone reading|is anybody reading|"
      "is there a person behind|person or a bot|person or bot|human or bot|human or a bot|bot or human|bot or a human|"
      "bot or a person|human or machine" },
    { SENSE_SHIP | SENSE_TIME,
      "last orders|last order date|last order day|order cutoff|order cut off|order deadline|ordering deadline|"
      "last day to order|last date to order|latest i can order|cut off for|cutoff for|last posting date|"
      "last posting day|last shipping day|last shipping date|last delivery date" },
    { SENSE_STOP, "quite|pre|clocks go back|clock goes back" },
    { SENSE_STOP,
      "who loves|who likes|who enjoys|who adores|that loves|that likes|loves|adores|is into|really into|just got into|"
      "just started|getting into|new to|keen on|a fan of|big fan of|obsessed with|crazy about|mad about|starting out|"
      "just starting|taken up|took up|just took up" },
    /* ---- an order that is asked after ---- */
    { SENSE_TRACK | SENSE_STOP,
      "any news on|any news about|any news of|any news|any update on|any updates on|any update|any updates|"
      "any word on|"
      "any sign of|whats happening with|what is happening with|whats going on with|what is going on with|"
      "what happened to|what became of" },
    { SENSE_ORDER | SENSE_STOP, "这个单子|那个单子|这单子|那单子|个单子|的单子|这笔单子|那笔单子|单子号" },
    { SENSE_ORDER | SENSE_STOP, "i have ordered|ive ordered|just ordered|we ordered|she ordered|he ordered" },
    /* ---- what comes with it, what is taken off ---- */
    { SENSE_GIFT,
      "free sample|free samples|a free tester|get a present|get any present|a present with|presents with|"
      "present with it|"
      "present with them|a little something|a wee something|a treat with|free treat|throw anything in|"
      "throw something in|throw anything else in|throw in anything|goodies|any goodies|freebies" },
    { SENSE_GIFT,
      "小样|试用装|送试用|送小样|给小样|小样送|有小样|带小样|送中样|给点小样|塞点小样|送不送东西|有东西送|有礼送|有啥送|有啥子送|"
      "赠送不|赠不赠" },
    { SENSE_DISCOUNT,
      "能减|可减|会减|减多少|减几块|减几十|立减|直减|凑够|凑满|凑单|凑到|买满|买够|满多少|满几百|满额|花够|消费满|"
      "新客|新用户|新顾客|新朋友|首单|首购|第一次下单|头一次买|头回买|first order discount|new customer discount|"
      "welcome code|welcome discount|welcome offer|first purchase discount" },
    { SENSE_WARRANTY, "are you covering|you covering|covering the|covering it|do you cover|you cover the|"
      "cover it for" },
    { SENSE_INVOICE, "the bill|a bill|my bill|bill for|the bills" },
    { SENSE_THANKS | SENSE_STOP, "that helped|helped a lot|that helps|helps a lot|youre a star|lifesaver|legend|"
      "mwah" },
    { SENSE_TRACK | SENSE_ORDER | SENSE_STOP,
      "left yet|left the warehouse|left your warehouse|gone out yet|went out yet|sent out yet|out for delivery|"
      "here yet|"
      "arrived yet|dispatched yet|shipped yet|left you yet" },
    { SENSE_WISH, "让人来|让个人来|派人来|喊人来|喊个人|叫人过来|找人来|让人接|让人回|来个管事的" },
    /* ---- whether it can be had, and sent at once ---- */
    { SENSE_STOCK | SENSE_STOP,
      "still get|is it gone|are they gone|it gone|they gone|all gone|gone already|already gone|ran out|run out|"
      "ship it now|ship one now|ship them now|ship now|ship right now|ship it right now|ship it right away|"
      "ship right away|send it now|send one now|send them now|send right now|send it right away" },
    { SENSE_STOCK | SENSE_STOP, "还买得到|还能拍|还能买|还拍得到|还剩|剩没剩|卖没卖完|卖完没|卖完了没|抢完没|抢光没|缺不缺货" },
    { SENSE_SHIP | SENSE_TIME,
      "寄出来|寄出去|寄出|寄过来|寄走|发过来|发出来|发出去|几点截单|截单|能走货|能发走|当天走|今天走|今天能走|今天能寄|今天寄|"
      "今天发|今天能发|明天发|当日发|当日寄|当天寄" },
    { SENSE_STOP, "拍的|下的单|付的款|下单的|拍下的" },
    { SENSE_STORE,
      "keep my parcel|hold my parcel|keep a parcel|hold a parcel|keep my order|hold my order|keep an order|"
      "hold an order|hold it for me|keep it for me|hold them for me|keep them for me|hold parcels|keep parcels|"
      "keep orders|hold orders|parcel stay|order stay|parcel wait|order wait|parcel kept|parcel held" },
    { SENSE_STORE, "collecting|be collected|collected from|collected in|collection point|collect in person|"
      "collect it" },
    { SENSE_STOP, "自己|自身|本身|本体|里面|里头|里边|外面|上面|下面|旁边|中间|之间|当中|起来|看一眼|看眼|瞅瞅|瞅一眼|瞅下|瞅一下|瞄一眼|瞧瞧|瞧一眼|瞧一下|any chance|"
      "chance|guys" },
    { SENSE_UNIT, "yr|yrs|year|years|month|months|mth|mths" },
    { SENSE_STOP, "to charge|take to charge|wont charge|will not charge|doesnt charge|does not charge|"
      "not charge|cant charge|"
      "charge anymore|charge any more|charge up|charge fully|fully charge|charges in" }, /* of a battery, no money */
    { SENSE_INSTALL, "how do i fit|how do you fit|how to fit|how do i hang|how to hang|how do i mount|how to mount|"
      "how do i wire|how to wire|how do i attach|how to attach" },
    { SENSE_HOURS, "客服时间|服务时间|在线时间|客服在线|人工时间|接待时间|办公时间" },
    { SENSE_STOP, "myself|yourself|yourselves|ourselves|themselves|himself|herself|itself" },
    { SENSE_OPTIONS | SENSE_STOP, "分几种|分哪几种|分几款|分哪几款|分多少种|有几种|有哪几种|分几个" },
    { SENSE_NO_HUMAN, "真人图|真人实拍|真人照片|真人相片|真人拍摄|真人视频|真人效果|真人试|真人上身|真人穿|真人戴|"
      "真人拿着|真人用着|真人背着|真人模特|真人示范|真人展示|真人出镜|真人演示|真人买家|真人佩戴|真人上脸|真人手|真人脸|真人的图|真人的照|真人的视频|真人的效果" },
    { SENSE_RETURN | SENSE_STOP, "能退不|可退不|退不退|退得了|退得掉|能不能退|可不可以退|还能退|还可以退|给退" },
    { SENSE_SHIP | SENSE_COST,
      "免邮|免运费|免邮费|免快递费|包不包邮|满多少包邮|满多少免邮|满多少钱包邮|满多少钱免邮|满多少免运费|满多少钱免运费|满*包邮|满*免邮|满*免运费|"
      "多少包邮|多少免邮|多少钱包邮|多少钱免邮|买多少包邮|买多少免邮|凑多少包邮|差多少包邮" },
    { SENSE_DISCOUNT,
      "第二件半价|第二件*折|第2件半价|第2件*折|第二份半价|第二杯半价|第二个半价|第二件|两件*折|second * half price|second one half price" },
    { SENSE_DISCOUNT | SENSE_GIFT, "买一送一|买二送一|买三送一|买2送1|买1送1|买3送1" },
    { SENSE_WARRANTY | SENSE_DAMAGE, "怎么赔|咋赔|赔吗|赔不赔|包赔|赔付|能赔|给赔|赔么|怎么赔付|赔多少" },
    { SENSE_WARRANTY, "断节" },
    { SENSE_SHIP | SENSE_TIME,
      "能到吗|能到不|能到么|能收到吗|能收到不|能收到么|明天到|后天到|明天能到|后天能到|今天能到|周末能到|大后天能到|前能到|前能收到|之前能到|之前能收到|赶得上|来得及|"
      "到得了|几号到|几号能到|什么时候能收到|能送到吗" },
    { SENSE_DISCOUNT, "买两件|拍两件|买2件|拍2件|买三件|买3件|拍三件|多买|买多|买得多|两件一起|一起买两|多拍" },
    { SENSE_WARRANTY, "摔坏|撞坏|磕坏|摔裂|摔断|掰断|进水|泡水|进了水|烧坏|用坏|玩坏|弄坏|掉水里" },
    { SENSE_SIZE, "戴多大|戴几号|戴什么码|戴啥码|戴几码|选多大|用多大|戴哪个码|穿哪个码|选几码|要几码|拍几码" },
    { SENSE_POINT | SENSE_STOP,
      "那根|这根|那条|这条|那张|这张|那把|这把|那只|这只|那瓶|这瓶|那包|这包|那盒|这盒|那支|这支|那块|这块|那辆|这辆|那顶|这顶|那床|这床|那本|这本|那副|这副|"
      "那对|这对|那箱|这箱|那袋|这袋|那桶|这桶|那罐|这罐|那盏|这盏|那口|这口|那部|这部" },
    { SENSE_INSTALL, "给装|帮装|管装|负责装|帮忙装|给不给装|帮不帮装|免费装|给安上|帮忙安|给安装|帮安装" },
    { SENSE_DISCOUNT, "学生打几折|学生打折|学生有折扣|学生价|学生有优惠|学生有没有优惠|学生认证" },
    { SENSE_RETURN, "运费险|退货险|退运险" },
    { SENSE_CHANGE, "改送|改寄|改发到|改成送|改派|改送到|送到另一个地址|换个地址|换地址收" },
    { 0, "上楼|搬上楼|搬上去|抬上去|抬上楼|扛上楼|送上楼|爬楼|搬运费|上楼费|搬楼费" }, /* by lexicon_same one with 搬运 */
    { SENSE_FAULT, "出毛病|有毛病|出故障|闹毛病|不好使|罢工" },
    /* ---- words of a rule that mean something else here: they are nobody's question to a shop ---- */
    { 0,
      "tax return|tax returns|return ticket|return tickets|return flight|return journey|return trip|day return|"
      "return on investment|happy returns|in return|exchange rate|exchange rates|stock exchange|stock market|"
      "stock price|"
      "exchange student|currency exchange|work visa|tourist visa|student visa|travel visa|visa application|"
      "visa appointment|income tax|council tax|bank account|credit score|cash flow|card trick|card game|"
      "playing cards|delivery room|cancel culture|membership of the eu|charge sheet|fitting room|fit for work|"
      "open a restaurant|clean language|current account|gift of the gab|size of the universe|age of the universe" },
    { 0,
      "汇率|外汇|炒股|股票|报税|个税|退税|签证|退休|退伍|退学|退烧|退潮|退役|退婚|退房|退票|火车票|飞机票|机票|公积金|"
      "社保|车险|彩票|保送|会员国|换届|换乘|换算|换季|换肤|送命|送葬|送别|送礼的诗|改行|安装包|发票号码真伪" },
    /* ---- English around a price, a delivery, an order that is not made yet ---- */
    { SENSE_PRICE | SENSE_COST | SENSE_STOP,
      "what are you charging|what do you charge for|what are you asking|what are you selling * for|you charging|"
      "are you charging|would come to|will come to|does that come to|does it come to|do they come to|comes to in all|"
      "come to in total|come to altogether|come to all in|costing" },
    { SENSE_HAVE | SENSE_STOP,
      "do you currently have|do you still have|do you also have|do you actually have|do you happen to have|"
      "do you currently sell|do you currently stock|do you still sell|do you also sell|do you still stock|do u do|"
      "can i order|could i order|can i still order|can you still order|can we order|may i order|"
      "is it possible to order|"
      "like to order|are you selling|you sell any" },
    { SENSE_SHIP | SENSE_TIME,
      "need it tomorrow|need them tomorrow|have it tomorrow|have them tomorrow|get it tomorrow|get them tomorrow|"
      "want it tomorrow|here tomorrow|here by|with me tomorrow|with me by|by tomorrow|need it by|need them by|"
      "need it for tomorrow|have it by|get it by|get them by|want it by|be here in time|get it in time|"
      "which days do you send|what days do you send|when do you send|when will you send|when do you post" },
    { SENSE_RETURN, "taken back|be taken back|accepted back|give it back|hand it back|bring it back" },
    { SENSE_SHIP, "do you send|would you send|you send out|send out|sends out|do you post|would you post" },
    { SENSE_POINTS,
      "repeat delivery|repeat deliveries|repeat order|regular delivery|regular deliveries|regular order|autoship|"
      "auto ship|auto delivery|standing order|subscribe and save|subscribing|subscriber|subscribers|subscriptions" },
    { SENSE_POINTS, "monthly order|monthly orders|monthly delivery|weekly order|weekly delivery" },
    { SENSE_DISCOUNT | SENSE_OFFER, "anything off|any percent off|what offers|which offers|anything on offer" },
    { SENSE_DISCOUNT, "how much off|how much do i save|what do i save|do i save|save money if" },
    { SENSE_TRACK | SENSE_ORDER | SENSE_STOP,
      "wheres my order|where is my order|wheres order|where is order|wheres the order|where is the order|"
      "where are my orders|wheres my orders|what about my order" },
    { SENSE_STOCK | SENSE_STOP,
      "when is it back|when are they back|when will it be back|when will they be back|is it coming back|"
      "when do you get more|when will you have more|when will you get more|getting more in|more coming in" },
    { SENSE_SHIP | SENSE_TIME,
      "can i get it tomorrow|can i have it tomorrow|could i get it tomorrow|can i get them tomorrow|can i get it by|"
      "can i have it by|can i get it today|can i have it today|could i have it by|can you get it to me" },
    { 0, "left handed|left hand|left handers|left hander|left side|left foot|left ear|left arm|"
      "left leg" }, /* of what */
    { SENSE_STOP, "do i need|do we need|will i need|would i need|should i get|year old|years old|"
      "yr old|yrs old|month old|"
      "months old|year olds" },
    { SENSE_STOP, "compatible|compatible with" },
    { SENSE_FAULT, "err|err code|error message" },
    { SENSE_SHIP, "are sent|get sent|sent by|sent in|sent with|posted in" },
    { SENSE_OPTIONS | SENSE_STOP, "sold in|sold as|do they come as|does it come as" },
    { SENSE_WRAP,
      "add a card|add a note|add a message|card with a message|with a message|gift note|personal message|"
      "handwritten note|handwritten card|birthday present|birthday card|wrap it up|wrapped up" },
    { SENSE_STORE,
      "come and get|come and collect|come and fetch|come by|come round|come over and|come in person|get it myself|"
      "fetch it|fetch it myself|pick them up|drop by|swing by|drive over and" },
    { SENSE_WISH,
      "no more bots|no more robots|enough of bots|give me an agent|give me a person|give me someone|get me an agent|"
      "an agent please|agent now|human now|person now|real human now" },
    { SENSE_PRICE | SENSE_COST | SENSE_STOP,
      "how many pounds for|how many pounds is|how many pounds are|how many dollars for|how many euros for|"
      "how many quid|how many bucks" },
    { SENSE_STOP, "turn on|switch on|power on|activate|normal|normally|ordinary" },
    { SENSE_STOP, "smth|sth|smthing|somethin|sumthing|suthing|sumthin|anythin|wich|whitch|whose" },
    { 0, "sales tax|sales taxes" }, /* nothing is cheaper by it */
    { 0, "noise cancelling|noise canceling|noise cancellation|noise cancelation|echo cancelling|echo cancellation|"
      "wind cancelling" }, /* no order is cancelled by it */
    { 0, NULL }
};
/* clang-format on */
