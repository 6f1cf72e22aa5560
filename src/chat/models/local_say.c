/* local_say.c: what the local model says, in each language. Texts name no amount, no address and no time of their own:
 * those come from the shop's facts, through slots. Money is printed by one function. */
#include "chat/models/local.h"

#include <stdio.h>

enum { NAME_WORDS = 2 };

struct said {
    const char *text[LOCAL_LANGUAGES];
};

/* clang-format off */
static const struct said texts[SAY_COUNT] = {
    [SAY_GREETING] = { {
        "Hello! Ask me about our products, an order or the shop's rules.",
        "您好！商品、订单或者店铺规则，都可以问我。",
        "¡Hola! Pregúnteme por nuestros productos, un pedido o las condiciones de la tienda." } },
    [SAY_THANKS] = { {
        "You're welcome! Is there anything else I can help with?",
        "不客气！还有别的可以帮您的吗？",
        "¡De nada! ¿Puedo ayudarle en algo más?" } },
    [SAY_BYE] = { {
        "Goodbye, and thank you for your visit!",
        "再见，感谢光临！",
        "¡Hasta pronto y gracias por su visita!" } },
    [SAY_WHO] = { {
        "I am the shop's automatic assistant. I can tell you about products, orders and the shop's rules, and I "
        "can call a person for you.",
        "我是店铺的自动助手，可以回答商品、订单和店铺规则的问题，也可以帮您请真人客服。",
        "Soy el asistente automático de la tienda. Puedo informarle de productos, pedidos y condiciones, y "
        "avisar a una persona." } },
    [SAY_FINE] = { {
        "Good. Is there anything else I can help with?",
        "好的，还有别的可以帮您的吗？",
        "De acuerdo. ¿Puedo ayudarle en algo más?" } },
    [SAY_HAND_OFF] = { {
        "Of course. I am passing this conversation to a person of the shop's team.",
        "好的，正在为您转接真人客服，请稍候。",
        "Por supuesto. Paso la conversación a una persona del equipo." } },
    [SAY_HAND_OFF_ANGER] = { {
        "I am sorry about the trouble. I am passing this conversation to a person of the shop's team.",
        "非常抱歉给您带来不便，正在为您转接真人客服。",
        "Lamento las molestias. Paso la conversación a una persona del equipo." } },
    [SAY_INJECTION] = { {
        "I can only help with questions about this shop: its products, orders and rules.",
        "我只能回答与本店商品、订单和店铺规则有关的问题。",
        "Solo puedo ayudar con preguntas sobre esta tienda: productos, pedidos y condiciones." } },
    [SAY_UNKNOWN] = { {
        "I am sorry, I don't know that, and I don't want to guess. Shall I call a person of the team?",
        "抱歉，这个我不清楚，不想乱猜。需要我帮您请真人客服吗？",
        "Lo siento, no lo sé y no quiero adivinar. ¿Aviso a una persona del equipo?" } },
    [SAY_UNKNOWN_OF] = { {
        "I am sorry, I have no information on that for {title}. Shall I ask a person of the team?",
        "抱歉，关于“{title}”的这个问题我没有资料。需要我帮您请真人客服吗？",
        "Lo siento, no tengo esa información sobre {title}. ¿Pregunto a una persona del equipo?" } },
    [SAY_NOT_SOLD] = { {
        "I am sorry, I could not find that in our shop. Shall I ask a person of the team?",
        "抱歉，本店没有找到这样的商品。需要我帮您请真人客服吗？",
        "Lo siento, no lo encuentro en nuestra tienda. ¿Pregunto a una persona del equipo?" } },
    [SAY_NEAR] = { {
        "I could not find exactly that in our shop. The nearest I know of:",
        "没有找到完全相符的商品，比较接近的是：",
        "No encuentro exactamente eso. Lo más parecido:" } },
    [SAY_PRICE] = { {
        "{title} costs {price}.",
        "{title}的价格是{price}。",
        "{title} cuesta {price}." } },
    [SAY_PRICE_FROM] = { {
        "{title} costs from {low} to {high}, depending on the version.",
        "{title}的价格从{low}到{high}，按规格不同。",
        "{title} cuesta de {low} a {high}, según la versión." } },
    [SAY_PRICE_NONE] = { {
        "I have no price for {title}. Shall I ask a person of the team?",
        "{title}的价格我没有资料，需要我帮您请真人客服吗？",
        "No tengo el precio de {title}. ¿Pregunto a una persona del equipo?" } },
    [SAY_IN_STOCK] = { {
        " It is in stock.",
        "现在有货。",
        " Está en stock." } },
    [SAY_OUT_OF_STOCK] = { {
        " It is out of stock at the moment.",
        "目前缺货。",
        " Ahora mismo está agotado." } },
    [SAY_YES_STOCK] = { {
        "Yes, {title} is in stock.",
        "{title}现在有货。",
        "Sí, {title} está en stock." } },
    [SAY_NO_STOCK] = { {
        "I am sorry, {title} is out of stock at the moment.",
        "抱歉，{title}目前缺货。",
        "Lo siento, {title} está agotado en este momento." } },
    [SAY_NO_VARIANT] = { {
        "I could not find {title} in that version.",
        "{title}没有找到这个规格。",
        "No encuentro {title} en esa versión." } },
    [SAY_OPTIONS] = { {
        "{title} comes in:",
        "{title}可选：",
        "{title} está disponible en:" } },
    [SAY_OPTION_LINE] = { {
        "\n- {name}: {values}",
        "\n- {name}：{values}",
        "\n- {name}: {values}" } },
    [SAY_WHICH] = { {
        "Several of our products fit. Which one do you mean?",
        "有几款符合，请问您说的是哪一款？",
        "Varios productos coinciden. ¿A cuál se refiere?" } },
    [SAY_WHICH_OPTION] = { {
        "\nTell me which {name} you would like.",
        "\n请告诉我您要哪种{name}。",
        "\nDígame qué {name} prefiere." } },
    [SAY_LIST] = { {
        "These fit:",
        "以下几款符合：",
        "Estos coinciden:" } },
    [SAY_MORE] = { {
        "\nThere are more; tell me what matters to you and I can narrow it down.",
        "\n还有更多，告诉我您的需求，我再帮您筛选。",
        "\nHay más; dígame qué le importa y lo acoto." } },
    [SAY_HAVE] = { {
        "Yes, we have {title}. ",
        "有，{title}。",
        "Sí, tenemos {title}. " } },
    [SAY_HAGGLE] = { {
        "The shop sets its prices and I am not able to change them. A person of the team can tell you more.",
        "价格由店铺统一设定，我没有权限改动；您也可以咨询真人客服。",
        "Los precios los fija la tienda y no puedo cambiarlos. Una persona del equipo puede decirle más." } },
    [SAY_HAGGLE_PRICE] = { {
        "The shop sets its prices and I am not able to change them. ",
        "价格由店铺统一设定，我没有权限改动。",
        "Los precios los fija la tienda y no puedo cambiarlos. " } },
    [SAY_PICTURE] = { {
        "Thank you for the picture. I cannot look at pictures; please tell me in words what it is about, or ask for a"
        " person of the team.",
        "图片已收到。我无法查看图片内容，请用文字告诉我您的问题，或转接真人客服。",
        "Gracias por la imagen. No puedo ver imágenes; dígame con palabras de qué se trata o pida hablar con una"
        " persona del equipo." } },
    [SAY_OTHER_LANGUAGE] = { {
        "The shop's own words on this:\n",
        "店铺的说明（原文）：\n",
        "La tienda dice al respecto:\n" } },
    [SAY_ORDER_NEED_BOTH] = { {
        "I can look that up. Please send me the order number and the e-mail address that was used for the order.",
        "可以帮您查，请提供订单号和下单时用的邮箱。",
        "Puedo consultarlo. Envíeme el número de pedido y el correo con el que se hizo." } },
    [SAY_ORDER_NEED_EMAIL] = { {
        "Thank you. To protect your data, please also send me the e-mail address that was used for the order.",
        "收到。为了保护您的信息，请再提供下单时用的邮箱。",
        "Gracias. Para proteger sus datos, envíeme también el correo con el que se hizo el pedido." } },
    [SAY_ORDER_NEED_NUMBER] = { {
        "Thank you. Please also send me the order number.",
        "收到，请再提供一下订单号。",
        "Gracias. Envíeme también el número de pedido." } },
    [SAY_ORDER_NO_MATCH] = { {
        "I could not find an order with this number and this e-mail address. Please check both, or ask me for a "
        "person.",
        "没有找到号码与邮箱都相符的订单。请核对一下，或者让我帮您请真人客服。",
        "No encuentro un pedido con ese número y ese correo. Compruébelos o pídame hablar con una persona." } },
    [SAY_ORDERS_REST] = { {
        "To protect our customers, orders are not looked up here for a while: numbers and e-mail addresses that do not "
        "belong together were tried too often. Please try again later, or ask me for a person.",
        "为了保护顾客信息，这里暂时不能查询订单：号码与邮箱不相符的尝试过多。请稍后再试，或者让我帮您请真人客服。",
        "Para proteger a nuestros clientes, aquí no se consultan pedidos por un tiempo: se probaron demasiadas veces "
        "números y correos que no corresponden. Inténtelo más tarde o pídame hablar con una persona." } },
    [SAY_ORDER_STATE] = { {
        "Order {number}: {status}.",
        "订单{number}：{status}。",
        "Pedido {number}: {status}." } },
    [SAY_ORDER_SHIPMENT] = { {
        "\nShipment: {carrier} {tracking}",
        "\n物流：{carrier} {tracking}",
        "\nEnvío: {carrier} {tracking}" } },
    [SAY_ORDER_ITEMS] = { {
        "\nItems: {items}",
        "\n商品：{items}",
        "\nArtículos: {items}" } },
    [SAY_WHICH_PRODUCT] = { {
        "Which product is it about? Please tell me its name or model number.",
        "请问是哪一款商品？告诉我名称或型号就可以。",
        "¿De qué producto se trata? Dígame el nombre o el modelo." } },
    [SAY_NO_CODE] = { {
        "I have nothing on this code for {title}. Shall I ask a person of the team?",
        "{title}的资料里没有这个代码的说明。需要我帮您请真人客服吗？",
        "No tengo nada sobre ese código para {title}. ¿Pregunto a una persona del equipo?" } },
    [SAY_NO_GIFT] = { {
        "I know of no gift with {title}. A person of the team can check for you.",
        "没有查到{title}的赠品信息，可以请真人客服帮您确认。",
        "No me consta ningún regalo con {title}. Una persona del equipo puede comprobarlo." } },
    [SAY_CHEAPER] = { {
        "\n{title} is the cheaper one.",
        "\n{title}更便宜。",
        "\n{title} es el más barato." } },
    [SAY_SAME_PRICE] = { {
        "\nThey cost the same.",
        "\n价格相同。",
        "\nCuestan lo mismo." } },
    [SAY_ITEM_UNKNOWN] = { {
        "I could not find that number in our shop. Please check it, or ask me for a person.",
        "本店没有找到这个编号，请核对一下，或者让我帮您请真人客服。",
        "No encuentro ese número en nuestra tienda. Compruébelo o pídame hablar con una persona." } },
    [SAY_EMPTY] = { {
        "How can I help? Ask me about our products, an order or the shop's rules.",
        "请问有什么可以帮您？",
        "¿En qué puedo ayudarle?" } },
};

/* As a shopper reads it in the list of orders. The shop's own word, when it has one, is said as it is. */
static const struct { const char *status; struct said said; } states[] = {
    { "new", { { "pending", "待处理", "pendiente" } } },
    { "pending", { { "pending", "待处理", "pendiente" } } },
    { "in_progress", { { "processing", "处理中", "en preparación" } } },
    { "on_hold", { { "on hold", "暂停处理", "en espera" } } },
    { "processing", { { "processing", "待发货", "en preparación" } } },
    { "processed", { { "processed", "已处理", "procesado" } } },
    { "authorized", { { "payment authorized", "付款已授权", "pago autorizado" } } },
    { "paid", { { "paid", "已付款", "pagado" } } },
    { "shipped", { { "shipped", "运输中", "enviado" } } },
    { "partially_shipped", { { "partly shipped", "部分已发货", "enviado en parte" } } },
    { "delivered", { { "delivered", "已送达", "entregado" } } },
    { "completed", { { "completed", "已完成", "completado" } } },
    { "closed", { { "closed", "已关闭", "cerrado" } } },
    { "canceled", { { "cancelled", "已取消", "cancelado" } } },
    { "cancelled", { { "cancelled", "已取消", "cancelado" } } },
    { "partial_refunded", { { "partly refunded", "部分已退款", "reembolsado en parte" } } },
    { "partially_refunded", { { "partly refunded", "部分已退款", "reembolsado en parte" } } },
    { "refunded", { { "refunded", "已退款", "reembolsado" } } },
    { "returned", { { "returned", "已退货", "devuelto" } } },
    { NULL, { { NULL, NULL, NULL } } },
};
/* clang-format on */

#define SAYING_NAME(key, name) name,
const char *const say_names[] = { SAYINGS(SAYING_NAME) NULL };
const char *const say_language_names[] = { "en", "zh-CN", "es", NULL };
static_assert(ARRAY_LEN(say_names) == SAY_COUNT + 1, "a name each");
static_assert(ARRAY_LEN(say_language_names) == LOCAL_LANGUAGES + 1, "a name each");

const char *say_text(const struct sayings *own, enum local_language l, enum say s)
{
    return own && own->text[l][s] ? own->text[l][s] : texts[s].text[l];
}

struct str say_built_in(enum local_language l, enum say s)
{
    struct str t = str_of(texts[s].text[l]);
    while (t.n > 0 && strchr(" \n", t.p[0])) t.p++, t.n--;
    while (t.n > 0 && strchr(" \n", t.p[t.n - 1])) t.n--;
    return t;
}

size_t say_holes(struct str text, struct str out[SAYING_HOLES])
{
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < SAYING_HOLES; i++) {
        const char *end = text.p[i] == '{' ? memchr(text.p + i, '}', text.n - i) : NULL;
        if (end) out[n++] = (struct str){ text.p + i + 1, (size_t)(end - text.p) - i - 1 };
    }
    return n;
}

const char *say_status(enum local_language l, const char *status)
{
    for (size_t i = 0; states[i].status; i++)
        if (status && str_eq_nocase(str_of(status), str_of(states[i].status))) return states[i].said.text[l];
    return NULL;
}

static void fill(struct buf *b, struct str text, const struct slot *slots)
{
    for (const char *p = text.p, *stop = text.p + text.n; p < stop;) {
        const char *end = *p == '{' ? memchr(p, '}', (size_t)(stop - p)) : NULL;
        if (!end) {
            buf_char(b, *p++);
            continue;
        }
        for (const struct slot *t = slots; t->name; t++)
            if (strlen(t->name) == (size_t)(end - p - 1) && memcmp(t->name, p + 1, strlen(t->name)) == 0)
                buf_text(b, t->value ? t->value : "");
        p = end + 1;
    }
}

/* A shop's own stands between the same blanks as the built-in one. */
void say_add(struct buf *b, const struct sayings *own, enum local_language l, enum say s, const struct slot *slots)
{
    struct str whole = str_of(texts[s].text[l]), bare = say_built_in(l, s);
    size_t before = (size_t)(bare.p - whole.p);
    buf_add(b, whole.p, before);
    fill(b, own && own->text[l][s] ? str_of(own->text[l][s]) : bare, slots);
    buf_add(b, bare.p + bare.n, whole.n - before - bare.n);
}

const char *say_money(struct arena *a, int64_t minor, enum currency c)
{
    static const struct {
        enum currency c;
        const char *sign;
    } signs[] = {
        { CURRENCY_USD, "$" },  { CURRENCY_CNY, "¥" },   { CURRENCY_EUR, "€" },   { CURRENCY_GBP, "£" },
        { CURRENCY_JPY, "¥" },  { CURRENCY_HKD, "HK$" }, { CURRENCY_TWD, "NT$" }, { CURRENCY_AUD, "A$" },
        { CURRENCY_CAD, "C$" }, { CURRENCY_SGD, "S$" },  { CURRENCY_KRW, "₩" },   { CURRENCY_INR, "₹" },
    };
    char text[MONEY_TEXT_SIZE] = "";
    if (c <= CURRENCY_NONE || c >= CURRENCY_COUNT || minor < -MONEY_LIMIT || minor > MONEY_LIMIT) return "";
    money_text(money_of(minor, c), text);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i].c == c) return arena_printf(a, "%s%s", signs[i].sign, text);
    return arena_printf(a, "%s %s", currency_code(c), text);
}

const char *local_language_name(enum local_language l) { return l == LOCAL_ZH ? "zh-CN" : l == LOCAL_ES ? "es" : "en"; }

enum local_language local_language_named(const char *tag, enum local_language otherwise)
{
    if (!tag) return otherwise;
    if (strncmp(tag, "zh", 2) == 0) return LOCAL_ZH;
    if (strncmp(tag, "en", 2) == 0) return LOCAL_EN;
    if (strncmp(tag, "es", 2) == 0) return LOCAL_ES;
    return otherwise;
}

/* A turn's language by its own words: numbers, addresses and model names tell nothing. */
enum local_language local_language_of(const struct heard *h, enum local_language otherwise)
{
    static const char spanish[] =
        " el la los las que de en por para con una un hola gracias cuánto cuanto cuesta tienen precio "
        "pedido dónde donde está esta puedo quiero devolver envío es hay cómo como buenos buenas mi hablar "
        "persona una cuál días adiós ";
    size_t han = 0, words = 0, english = 0, es = 0, known = 0;
    for (size_t i = 0; i < h->a.n; i++) {
        const struct atom *x = &h->a.atom[i];
        if (h->used[i]) continue;
        han += x->kind == ATOM_HAN;
        if (x->kind != ATOM_LETTERS) continue;
        char padded[LOCAL_JOINED + 3];
        int n = snprintf(padded, sizeof padded, " %s ", x->text);
        bool is_spanish = n > 0 && strstr(spanish, padded) != NULL;
        es += is_spanish;
        words += !x->glued && x->n > 1;
        known += h->sense[i] != 0 && x->n > 1;
        english += (h->sense[i] & SENSE_STOP) != 0 && !is_spanish;
    }
    if (strstr(h->text.p, "¿") || strstr(h->text.p, "¡")) es += 2;
    if (han > 0) return english * 2 > han && english >= 2 ? LOCAL_EN : LOCAL_ZH;
    if (es > english && es > 0) return LOCAL_ES;
    /* a name or a model tells nothing to who reads no English ("AF-780D") */
    if (words > 0 && (known > 0 || words > NAME_WORDS || otherwise != LOCAL_ZH)) return LOCAL_EN;
    return otherwise;
}
