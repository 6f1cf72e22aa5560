/* words.c: what the public pages say, in both languages. "{{=days}}" and the like are places of template.c. No numbers
 * of customers, no promises that the program does not keep: whoever writes here says what it does. */
#include "site/private.h"

const struct site_word site_words[] = {
    { "skip", "Skip to the contents", "跳到正文" },
    { "nav", "This page", "页面导航" },
    { "nav.features", "Features", "功能特性" },
    { "nav.plans", "Plans", "套餐价格" },
    { "nav.questions", "Questions", "常见问题" },
    { "nav.language", "Language", "语言" },
    { "login", "Sign in", "登录" },
    { "register", "Sign up", "立即注册" },
    { "home", "Home", "首页" },

    { "card.alt", "The sign of Chathub, a speech bubble under an awning", "Chathub 标志：店铺遮阳棚下的对话气泡" },
    { "home.title", "Chathub – customer chat that knows your shop", "Chathub – 懂您店铺的 AI 智能客服" },
    { "home.description",
      "An assistant that answers your shoppers from your own products, orders and documents, and hands over to your "
      "team "
      "when a person is needed. One line in your shop's page.",
      "AI 客服根据您自己的商品、订单和文档回答买家，需要时转给人工。在店铺页面加一行代码即可使用。" },
    { "hero.title", "Customer chat that knows your shop", "懂您店铺的 AI 智能客服" },
    { "hero.lead",
      "Chathub answers your shoppers from what you sell and what you have written down. When it does not know, it says "
      "so "
      "and calls your team.",
      "Chathub 根据您的商品和资料回答买家的问题；不知道的不编造，并及时转给您的团队。" },
    { "hero.trial", "Try it free for {{=trial.days}} days", "免费试用 {{=trial.days}} 天" },
    { "hero.start", "Sign up free", "免费注册" },
    { "hero.plans", "See the plans", "查看套餐" },
    { "hero.note", "No payment details are asked for until you buy.", "无需信用卡，购买之前不需要任何支付信息。" },

    { "hero.ask", "Ask our own chat: it answers about Chathub", "问问我们自己的客服：它会回答关于 Chathub 的问题" },

    { "facts.title", "In short", "要点" },
    { "fact1", "Less than 3 kB in your pages until somebody clicks", "买家点击之前，页面只多加载不到 3 kB" },
    { "fact2", "Runs by itself: no outside AI service reads along", "独立运行，不经过外部 AI 服务" },
    { "fact3", "Each price that it says stands in your own data", "报出的每个价格都出自您自己的资料" },
    { "fact4", "Open source; yours to run on a server of your own", "开源，也可以部署在您自己的服务器上" },

    { "mock.label",
      "A picture of a chat: a shopper asks when an order comes, and whether a kettle can go on an induction "
      "hob. The assistant answers from the shop's orders and products, then a colleague takes over.",
      "聊天示意图：买家询问订单何时送达、水壶能否用于电磁炉，AI 客服根据店铺的订单和商品作答，随后由人工同事接手。" },
    { "mock.shop", "Tea House", "一叶茶坊" },
    { "mock.who", "Assistant", "智能客服" },
    { "mock.q1", "When does my order 1042 arrive?", "订单 1042 什么时候到？" },
    { "mock.a1", "It left us on Monday and is on its way. The carrier expects it on Thursday.",
      "周一已发出，正在运输途中，承运方预计周四送达。" },
    { "mock.q2", "Does the iron kettle work on induction?", "铁壶可以用电磁炉吗？" },
    { "mock.a2", "Yes. Its base is 12 cm wide, made for gas, electric and induction hobs.",
      "可以。壶底直径 12 厘米，燃气灶、电陶炉、电磁炉都能用。" },
    { "mock.person", "Lin from the shop is here now", "店铺同事小林已加入" },

    { "features.title", "What it does", "功能特性" },
    { "f1.title", "Answers from your own words", "AI 智能应答" },
    { "f1.text",
      "Products, orders, questions, documents and promotions: by file, feed, or from your store. The assistant "
      "answers from these, and leaves what is not there to a person.",
      "商品、订单、问答、文档、活动均可导入：上传文件、订阅数据源或直接对接店铺。AI "
      "只依据这些内容作答，没有依据的交给人工。" },
    { "f2.title", "People take over at any time", "随时转人工" },
    { "f2.text",
      "One inbox for all your shops: who writes, who waits, who is typing. A colleague takes a conversation with "
      "one press; the assistant is silent then.",
      "所有店铺共用一个收件箱：谁在咨询、谁在等待、谁正在输入，一目了然。同事一键接手，AI 随即停止发言。" },
    { "f3.title", "One line in your page", "一键嵌入" },
    { "f3.text",
      "A small script, less than 3 kB until somebody clicks. It works beside any shop system, on phones and on "
      "computers, in light and dark.",
      "一行代码即可接入，点击之前不到 3 kB。适配任何建站系统，手机、电脑、深浅色界面均可使用。" },
    { "f4.title", "Seen as it happens", "实时查看" },
    { "f4.text",
      "Who is on your pages now, how long people wait, which questions found no answer: the next thing to write "
      "down is on the first page.",
      "谁正在浏览店铺、买家等了多久、哪些问题没有答案，实时可见；该补充什么资料，首页直接告诉您。" },
    { "f5.title", "Each shop for itself", "多租户隔离" },
    { "f5.text",
      "Every shop has its own knowledge, settings, customers and keys. Nothing of one shop answers for another.",
      "每家店铺有独立的知识库、设置、客户与密钥，互不可见，也不会串答。" },
    { "f6.title", "Your data stays yours", "数据安全" },
    { "f6.text",
      "Secrets are kept sealed, what colleagues do stands in a trail that cannot be changed unseen, customers can "
      "be exported and erased.",
      "密钥加密保存，团队操作写入防篡改的审计记录，客户数据可导出、可删除。" },

    { "steps.title", "Three steps to the first answer", "三步开始使用" },
    { "s1.title", "Sign up", "注册账号" },
    { "s1.text", "An e-mail address and a password. Add your shop and switch its chat on.",
      "填写邮箱和密码即可，然后添加店铺并开通客服。" },
    { "s2.title", "Say what the shop knows", "导入店铺资料" },
    { "s2.text", "Send a file of products and a page of answers. Try the assistant before anybody else sees it.",
      "上传商品表和常见问题，先自己试问几句，再对外开放。" },
    { "s3.title", "Paste one line", "粘贴一行代码" },
    { "s3.text", "Put the script into your shop's page. A check tells you line by line whether it is there.",
      "把代码放进店铺页面，系统会逐项检查是否安装成功。" },

    { "works.title", "Works with what you have", "接入您现有的店铺" },
    { "works.lead", "No plug-in to wait for: where a line of HTML can stand, the chat can.",
      "无需等待插件：能放一行 HTML 的页面，就能放客服。" },
    { "works.html", "Any website or shop system", "任何网站或建站系统" },
    { "works.shopify", "Exports of Shopify", "Shopify 导出文件" },
    { "works.google", "Product feeds, as for Google Merchant", "Google Merchant 格式的商品数据源" },
    { "works.csv", "Tables (CSV), Markdown, HTML", "CSV 表格、Markdown、HTML 文档" },
    { "works.pages", "The pages of your site, read each day", "每天自动读取您的网站页面" },
    { "works.evershop", "EverShop: products, orders, promotions", "EverShop：商品、订单、促销" },
    { "works.server", "Your own server, by a signed API", "自有服务器，通过签名接口对接" },

    { "plans.title", "Plans", "套餐价格" },
    { "plans.lead", "A plan is for one shop. The price is what you pay, for the days that it says.",
      "每个套餐对应一家店铺，标价即实付价，按所示天数计。" },
    { "plans.none", "You see the price of everything in the console before you buy it.",
      "所有价格在控制台中购买之前都会清楚列出。" },
    { "plans.best", "Recommended", "推荐" },
    { "plans.choose", "Choose {{=name}}", "选择{{=name}}" },
    { "plans.trial",
      "The first {{=trial.days}} days are free, once for each account. It ends by itself: nothing is charged.",
      "首次试用 {{=trial.days}} 天免费，每个账号一次；到期自动结束，不会扣费。" },
    { "plans.credits", "Or with credits: ", "也可以使用积分：" },
    { "plan.from", "from ", "" },
    { "plan.up", "", " 起" },
    { "plan.days", "for {{=days}} days", "/ {{=days}} 天" },
    { "plan.seat", "{{=seats}} colleague", "{{=seats}} 个席位" },
    { "plan.seats", "{{=seats}} colleagues", "{{=seats}} 个席位" },
    { "plan.more", "each further one {{=seat.price}}", "每增加一席 {{=seat.price}}" },
    { "plan.site", "{{=websites}} website", "嵌入 {{=websites}} 个网站" },
    { "plan.sites", "{{=websites}} websites", "嵌入 {{=websites}} 个网站" },
    { "plan.any", "any number of websites", "网站数量不限" },
    { "plan.assistant", "the assistant, and the inbox for people", "AI 自动应答与人工收件箱" },
    { "plan.pack", "{{=credits}} credits for {{=price}}", "{{=credits}} 积分 {{=price}}" },

    { "questions.title", "Questions", "常见问题" },
    { "q1.title", "What does it answer when it does not know?", "AI 不知道时会怎样？" },
    { "q1.text",
      "That it does not know, and it offers a person. If nobody is there, the shopper can leave an address and "
      "your answer goes there by mail.",
      "它会如实说明，并提供转人工；没有人在线时，买家可以留下邮箱，您的回复会通过邮件送达。" },
    { "q2.title", "Which languages does it speak?", "支持哪些语言？" },
    { "q2.text", "The chat window speaks English, Chinese and Spanish; the console speaks English and Chinese.",
      "聊天窗口支持中文、英文和西班牙文，控制台支持中文和英文。" },
    { "q3.title", "How do I pay?", "如何付款？" },
    { "q3.text",
      "Choose a plan in the console: it shows the ways to pay that are open here, and the whole sum, before you "
      "pay anything. Renewal by credits can be switched off at any time.",
      "在控制台选择套餐，付款之前会列出当前可用的付款方式和应付总额；积分自动续费可随时关闭。" },
    { "q4.title", "What happens when a plan ends?", "套餐到期后会怎样？" },
    { "q4.text",
      "You are told before by mail. Conversations and what you have written down stay; paying again brings the "
      "chat back as it was.",
      "到期前会发邮件提醒。对话和资料都会保留，续费后客服原样恢复。" },

    { "q5.title", "Can I cancel at any time?", "可以随时取消吗？" },
    { "q5.text",
      "Yes. What you have paid for goes on until its end, and then stops. A plan renews by itself only if you have "
      "switched that on; a chat that credits pay for goes on month by month until you switch that off.",
      "可以。已付费的期限用完即止。套餐只有在您开启自动续费后才会续费；用积分支付的聊天按月续费，可随时关闭。" },
    { "q6.title", "Where do its answers come from?", "AI 根据什么回答？" },
    { "q6.text",
      "From your products, orders, questions, documents and promotions, and from nothing else. It quotes them, and "
      "each "
      "reply is checked before it leaves: an amount or an address that is not in them is not said.",
      "只根据您的商品、订单、问答、文档和促销。它引用这些内容作答，每条回复发出之前都会核对，资料里没有的金额和网址不会"
      "说出。" },
    { "q7.title", "Who can see our data?", "谁能看到我们的数据？" },
    { "q7.text",
      "You and the colleagues whom you invite. Each shop is kept apart, no outside service reads along, and you can "
      "export and erase what is known of a customer.",
      "只有您和您邀请的同事。各店铺彼此隔离，不经过外部服务；客户的信息可以导出，也可以删除。" },
    { "q8.title", "Can I run it on a server of my own?", "可以部署在自己的服务器上吗？" },
    { "q8.text",
      "Yes. The program is open source (Apache 2.0): one file with its database inside, or with PostgreSQL on several "
      "machines.",
      "可以。程序以 Apache 2.0 许可证开源：一个自带数据库的程序，也可以用 PostgreSQL 在多台机器上运行。" },
    { "questions.ask", "Ask something else", "问其他问题" },

    { "end.title", "See it answer for your shop", "看看它如何回答您的买家" },
    { "end.text", "Sign up, send a few products, and ask it something.", "注册账号，导入几件商品，问它一个问题。" },

    { "foot.legal", "Terms and privacy", "条款与隐私" },
    { "foot.support", "Help:", "联系我们：" },
    { "foot.status", "How the service stands", "服务状态" },

    { "terms.title", "Terms of service", "服务条款" },
    { "terms.description", "What holds between you and who runs this service.", "您与本服务运营方之间的约定。" },
    { "privacy.title", "Privacy", "隐私政策" },
    { "privacy.description", "Which data of persons this service keeps, what for, and for how long.",
      "本服务保存哪些个人信息、用于什么、保存多久。" },
    { "refunds.title", "Refunds", "退款政策" },
    { "refunds.description", "When money goes back, how, and how long it takes.", "何时退款、如何退款、需要多久。" },
    { "page.changed", "Last changed on {{=changed}}", "最后更新：{{=changed}}" },
    { "page.standard",
      "This text comes with the program and has not been replaced by whoever runs this service. It "
      "describes what the program does; it is no contract yet.",
      "本文为程序自带的默认文本，尚未由服务运营方替换。它只说明程序的行为，不构成合同。" },
};
const size_t site_word_count = ARRAY_LEN(site_words);

const char *word_of(const char *name, size_t n, enum lang lang)
{
    for (size_t i = 0; i < site_word_count; i++)
        if (str_eq(str_of(site_words[i].name), (struct str){ name, n }))
            return lang == LANG_ZH ? site_words[i].zh : site_words[i].en;
    return NULL;
}
