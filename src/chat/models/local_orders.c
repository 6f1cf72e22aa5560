/* local_orders.c: the state of an order, for who names its number and its e-mail address, in whatever order and over
 * however many turns, or is known to the shop by that address. To anybody else every order is the same: a wrong number
 * and a wrong address get the same words, so that not even the existence of an order is told. */
#include "chat/models/local.h"

enum { OWN_MAX = 3, LONG_NUMBER = 8 };

/* ---- numbers and addresses of an order ---- */

static bool is_email_mark(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != 0 && strchr("._%+-", c) != NULL);
}

static void use(struct heard *h, size_t from, size_t to)
{
    for (size_t i = 0; i < h->a.n; i++)
        if (h->a.atom[i].from < to && h->a.atom[i].to > from) h->used[i] = true;
}

void local_read_email(struct local *m)
{
    struct str s = m->h.text;
    for (size_t at = 0; at < s.n; at++) {
        if (s.p[at] != '@') continue;
        size_t from = at, to = at + 1;
        while (from > 0 && is_email_mark(s.p[from - 1])) from--;
        while (to < s.n && is_email_mark(s.p[to])) to++;
        while (to > at + 1 && (s.p[to - 1] == '.' || s.p[to - 1] == '-')) to--;
        if (from == at || !memchr(s.p + at, '.', to - at) || to - from > 254) continue;
        m->email = arena_text_n(m->arena, s.p + from, to - from);
        m->new_email = true;
        use(&m->h, from, to);
    }
}

static bool is_number_mark(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/* The number with a word of capitals before it: "BRM 100601". NULL: there is none. */
static const char *marked_number(struct arena *a, struct str s, size_t from, size_t end)
{
    enum { MARK_MAX = 6 };
    size_t begin = from > 0 && s.p[from - 1] == ' ' ? from - 1 : from;
    while (begin > 0 && s.p[begin - 1] >= 'A' && s.p[begin - 1] <= 'Z') begin--;
    bool word = begin + 2 < from && from - begin <= MARK_MAX + 1 && (begin == 0 || !is_number_mark(s.p[begin - 1]));
    return word ? arena_text_n(a, s.p + begin, end - begin) : NULL;
}

/* Whether an order or a parcel is named: of goods, too, it is asked whether they are here yet. */
static bool says_order(const struct heard *h)
{
    static const char words[] = "order|orders|ordered|parcel|package|shipment|delivery|tracking|my|our|mine|bought|"
                                "paid|订单|单号|单子|查单|包裹|"
                                "快递|物流|那单|这单|我的|我买|我拍|我下|买的|拍的";
    return lexicon_says(&h->a, words);
}

/* "Is the XM5 here yet", "any news on the XM5": of goods that were named, whether they can be had. What has left the
 * house, or was sent, is a parcel all the same; and where an order is named, digits alone are its number. */
void local_of_goods(struct local *m)
{
    static const char sent[] = "left|sent|shipped|dispatched|delivered|gone out|went out|out for delivery|on its way|"
                               "发|寄|退|收到|签收|派送";
    const uint64_t of_order = SENSE_ORDER | SENSE_TRACK;
    struct heard *h = &m->h;
    bool order = m->order_pending || says_order(h), letters = false, parcel = order || !(h->all & of_order);
    for (size_t i = 0; i < h->a.n; i++) {
        letters |= m->numbered[i] && h->a.atom[i].kind == ATOM_LETTERS;
        parcel |= lexicon_phrase(&h->a, i, sent) > 0;
    }
    for (size_t i = 0; order && !letters && i < h->a.n; i++) {
        h->used[i] &= !m->numbered[i], m->numbered[i] = false;
        m->found = (struct found){ .how = FOUND_NONE };
    }
    if (parcel) return;
    h->all = SENSE_STOCK;
    for (size_t i = 0; i < h->a.n; i++) h->sense[i] &= ~of_order, h->all |= h->sense[i];
}

/* A number as orders have it: "#1001", "W5703958", "ORD-2024-17", 2026755871079. */
void local_read_order_number(struct local *m)
{
    struct str s = m->h.text;
    bool about = (m->h.all & (SENSE_ORDER | SENSE_TRACK)) != 0 || m->order_pending;
    for (size_t i = 0; i < s.n;) {
        if (!is_number_mark(s.p[i])) {
            i++;
            continue;
        }
        size_t end = i, digits = 0;
        while (end < s.n && is_number_mark(s.p[end])) digits += s.p[end] >= '0' && s.p[end] <= '9', end++;
        size_t start = i;
        for (size_t k = 1; k < m->h.a.n; k++) { /* "dh 88120057" */
            const struct atom *x = &m->h.a.atom[k], *word = x - 1;
            bool mark = x->from == i && x->kind == ATOM_NUMBER && word->kind == ATOM_LETTERS && word->n <= 4;
            if (mark && word->to + 1 == i && m->h.sense[k - 1] == 0 && !m->h.used[k - 1]) start = word->from;
        }
        bool marked = i > 0 && s.p[i - 1] == '#', inside = i > 0 && s.p[i - 1] == '@', used = false;
        for (size_t k = 0; k < m->h.a.n; k++)
            used |= m->h.used[k] && m->h.a.atom[k].from < end && m->h.a.atom[k].to > i;
        bool looks = digits >= 4 && end - i <= 40 && end - i >= (about ? 4U : 6U);
        bool with_address = m->new_email && digits < end - i; /* letters and digits: no telephone number */
        if (!used && !inside && ((marked && digits >= 3) || ((about || with_address) && looks))) {
            m->order_number = arena_text_n(m->arena, s.p + i, end - i);
            m->order_marked =
                start < i ? arena_text_n(m->arena, s.p + start, end - start) : marked_number(m->arena, s, i, end);
            m->new_number = true;
            use(&m->h, start, end);
            return;
        }
        i = end;
    }
}

/* A turn that is nothing but a number of no item: who was asked for one, or starts with it, means an order. */
static void read_lone_number(struct local *m)
{
    if (m->found.how == FOUND_NAMED || m->new_number) return;
    size_t meant = 0, digits = 0;
    for (size_t i = 0; i < m->h.a.n; i++) {
        const struct atom *x = &m->h.a.atom[i];
        bool marked = x->kind == ATOM_NUMBER && x->n == 4 && x->glued && i == 1; /* HB2077 */
        digits += marked;
        if (m->h.used[i] || (m->h.sense[i] & SENSE_STOP)) continue;
        if (x->kind == ATOM_NUMBER) digits += x->n;
        else if (x->kind != ATOM_LETTERS || x->n > 4) meant++;
    }
    if (meant > 0 || digits < 5 || (m->h.all & ~(SENSE_STOP | SENSE_POINT | SENSE_SOFT))) return;
    m->order_pending = true;
    local_read_order_number(m);
}

/* ---- short ones ---- */

/* What is counted, not called: "my order 2 weeks ago", "订单3天了". */
static bool is_counted(const struct heard *h, size_t end)
{
    static const char units[] = "day|days|week|weeks|month|months|year|years|hour|hours|minute|minutes|min|mins|am|pm|"
                                "times|pieces|pcs|items|of|天|日|周|星期|个|件|点|小时|分钟|月|年|元|块|次|盒|包|双|"
                                "条|瓶|套|箱|斤|公斤|días|semanas|meses";
    size_t behind = 0;
    while (behind < h->a.n && h->a.atom[behind].from < end) behind++;
    return lexicon_phrase(&h->a, behind, units) > 0;
}

/* The run of letters and digits that this atom begins is taken for an order's number. `ends`: nothing may follow but an
 * address. */
static bool take_short(struct local *m, size_t at, bool ends)
{
    enum { SHORT_MAX = 12 };
    struct str s = m->h.text;
    size_t from = m->h.a.atom[at].from, end = from, digits = 0;
    if (m->h.used[at] || (from > 0 && (is_number_mark(s.p[from - 1]) || s.p[from - 1] == '@'))) return false;
    while (end < s.n && is_number_mark(s.p[end])) digits += s.p[end] >= '0' && s.p[end] <= '9', end++;
    if (digits == 0 || end - from > SHORT_MAX || is_counted(&m->h, end)) return false;
    for (size_t i = at; i < m->h.a.n; i++)
        if (m->h.used[i] ? m->h.a.atom[i].from < end : ends && m->h.a.atom[i].from >= end) return false;
    m->order_number = arena_text_n(m->arena, s.p + from, end - from);
    m->order_marked = NULL, m->new_number = true;
    use(&m->h, from, end);
    return true;
}

/* Whether between two atoms stands nothing that ends a clause. */
static bool goes_over(struct str s, size_t from, size_t to)
{
    static const char wide_colon[] = "：";
    while (from < to) {
        if (strchr(" #:=(-.", s.p[from])) from++;
        else if (to - from >= 3 && memcmp(s.p + from, wide_colon, 3) == 0) from += 3;
        else return false;
    }
    return true;
}

/* "Where is my order 7", "order no. A-2", "订单号12", "#7"; and where its number was asked for, that alone. A young
 * shop's orders have such numbers. It is not looked up here: whether there is such an order is told to nobody. */
static void read_short_number(struct local *m)
{
    static const char named[] = "order number|order no|order nr|order id|order num|my order|the order|our order|"
                                "about order|for order|of order|is order|this order|订单号|订单编号|订单|单号|"
                                "número de pedido|mi pedido|pedido número",
                      bare[] = "order|pedido", between[] = "is|was|no|nr|number|num|是|为|号|号码|编号|es";
    struct heard *h = &m->h;
    bool lone = m->order_pending && !m->order_number;
    for (size_t i = 0; i < h->a.n && !m->new_number; i++) {
        const struct atom *x = &h->a.atom[i];
        size_t n = lexicon_phrase(&h->a, i, named);
        bool sure = n > 0, filled = false;
        if (n == 0) n = lexicon_phrase(&h->a, i, bare);
        size_t k = i + n;
        if (n > 0 && lexicon_phrase(&h->a, k, between) > 0) k += lexicon_phrase(&h->a, k, between), filled = true;
        if (n > 0 && k < h->a.n && goes_over(h->text, h->a.atom[k - 1].to, h->a.atom[k].from))
            (void)take_short(m, k, !sure && !filled);
        else if (x->from > 0 && h->text.p[x->from - 1] == '#') (void)take_short(m, i, false);
    }
    for (size_t i = 0; lone && i < h->a.n; i++)
        lone = h->used[i] || (h->sense[i] & (SENSE_STOP | SENSE_ORDER)) || h->a.atom[i].kind == ATOM_NUMBER ||
               (h->a.atom[i].kind == ATOM_LETTERS && h->a.atom[i].n <= 4 && h->sense[i] == 0);
    for (size_t i = 0; lone && i < h->a.n && !m->new_number; i++) (void)take_short(m, i, false);
}

/* Eight digits or more that are no telephone number of a Chinese mobile. */
static bool has_long_number(const struct heard *h)
{
    for (size_t i = 0; i < h->a.n; i++) {
        const struct atom *x = &h->a.atom[i];
        if (x->kind == ATOM_NUMBER && !h->used[i] && x->n >= LONG_NUMBER && (x->n != 11 || x->text[0] != '1'))
            return true;
    }
    return false;
}

/* "那个AL2611083359呢", "what happened to TT-40552": letters before so many digits, of which no item is called. */
static bool is_marked(const struct heard *h)
{
    enum { DIGITS = 5, MARK = 4 };
    for (size_t i = 1; i < h->a.n; i++) {
        const struct atom *x = &h->a.atom[i], *mark = x - 1;
        bool tied = x->from == mark->to || (x->from == mark->to + 1 && strchr("-_", h->text.p[mark->to]));
        if (x->kind == ATOM_NUMBER && x->n >= DIGITS && tied && mark->kind == ATOM_LETTERS && mark->n <= MARK &&
            !memchr(x->text, '.', x->n) && !h->used[i])
            return true;
    }
    return false;
}

void local_read_bare_number(struct local *m)
{
    const uint64_t of_goods = SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS | SENSE_ITEM | SENSE_HAVE | SENSE_COMPARE;
    read_lone_number(m);
    if (!m->new_number && m->found.how != FOUND_NAMED &&
        (((m->h.all & (SENSE_RETURN | SENSE_SHIP | SENSE_CHANGE)) && has_long_number(&m->h)) ||
         (!(m->h.all & of_goods) && is_marked(&m->h)))) {
        m->order_pending = true; /* "XG20260815退款了没" */
        local_read_order_number(m);
    }
    bool of_order = (m->h.all & (SENSE_ORDER | SENSE_TRACK)) || m->order_pending || m->new_email;
    if (of_order && !m->new_number && m->found.how != FOUND_NAMED) read_short_number(m);
}

/* ---- its state ---- */

static const struct knowledge_order *order_of(struct local *m, bool *fault)
{
    struct knowledge_order *o = NULL;
    *fault = m->order_marked && !m->source->order(m->source->ctx, str_of(m->order_marked), m->arena, &o);
    if (!*fault && !o) *fault = !m->source->order(m->source->ctx, str_of(m->order_number), m->arena, &o);
    if (*fault || !o || !o->email) return NULL;
    const char *email = m->ask->verified_email && str_eq_nocase(str_of(m->ask->verified_email), str_of(o->email))
                            ? m->ask->verified_email
                            : m->email;
    return email && str_eq_nocase(str_of(email), str_of(o->email)) ? o : NULL;
}

static bool is_han_text(const char *s) { return s && (unsigned char)s[0] >= 0xe3; }

/* The shop's own words go with the language they are in; in another one ours go first. */
static const char *status_words(struct local *m, const struct knowledge_order *o)
{
    const char *ours = say_status(m->language, o->status);
    if (!o->status_text || !*o->status_text) return ours ? ours : o->status;
    if (is_han_text(o->status_text) == (m->language == LOCAL_ZH) || !ours) return o->status_text;
    return arena_printf(m->arena, "%s (%s)", ours, o->status_text);
}

static void tell(struct local *m, const struct knowledge_order *o)
{
    SAY(m, SAY_ORDER_STATE, { "number", o->number }, { "status", status_words(m, o) });
    for (size_t i = 0; i < o->shipments && i < 5; i++)
        SAY(m, SAY_ORDER_SHIPMENT, { "carrier", o->shipment[i].carrier }, { "tracking", o->shipment[i].tracking });
    struct buf items;
    char *memory = arena_alloc(m->arena, 1200);
    buf_fixed(&items, memory, 1200);
    for (size_t i = 0; i < o->items && i < 8; i++) {
        if (!o->item[i].title) continue;
        if (items.n > 0) buf_text(&items, m->language == LOCAL_ZH ? "、" : ", ");
        buf_text(&items, o->item[i].title);
        if (o->item[i].quantity > 1) buf_printf(&items, " × %lld", (long long)o->item[i].quantity);
    }
    if (items.n > 0 && !items.overflow) SAY(m, SAY_ORDER_ITEMS, { "items", buf_terminated(&items) });
    m->action = REPLY_ANSWER, m->why = "order";
}

/* A customer whom the shop vouches for need not know a number: the last orders of theirs are told. */
static bool tell_own(struct local *m)
{
    struct knowledge_order *o;
    size_t n;
    if (!m->source->orders_of(m->source->ctx, str_of(m->ask->verified_email), OWN_MAX, m->arena, &o, &n)) return false;
    for (size_t i = 0; i < n; i++) tell(m, &o[i]);
    if (n == 0) local_say(m, REPLY_ASK, SAY_ORDER_NEED_NUMBER, "order without a number");
    return true;
}

/* While an order is talked about that is not (yet) the shopper's, "cancel it" and "has it left" are about that order:
 * the shop's rules name states of orders, and said here they would sound like an answer. */
bool local_order_goes_on(struct local *m, bool *goes_on)
{
    uint64_t subjects = m->h.all & SENSE_SUBJECTS, of_order = SENSE_CHANGE | SENSE_SHIP | SENSE_CONTACT | SENSE_STORE;
    bool fault = false;
    *goes_on = m->order_talk && m->order_number && m->found.how != FOUND_NAMED && (subjects & of_order);
    if (*goes_on && order_of(m, &fault)) *goes_on = false;
    return !fault;
}

bool local_order(struct local *m)
{
    bool fault = false;
    const struct knowledge_order *o = NULL;
    if (!m->order_number && !m->email && m->ask->verified_email) return tell_own(m);
    if (!m->order_number) {
        bool address = m->email || m->ask->verified_email;
        local_say(m, REPLY_ASK, address ? SAY_ORDER_NEED_NUMBER : SAY_ORDER_NEED_BOTH, "order without a number");
        return true;
    }
    if (!m->email && !m->ask->verified_email) {
        local_say(m, REPLY_ASK, SAY_ORDER_NEED_EMAIL, "order without an address");
        return true;
    }
    if (m->ask->orders_rest) {
        local_say(m, REPLY_DECLINE, SAY_ORDERS_REST, "orders are not looked up for now");
        return true;
    }
    o = order_of(m, &fault);
    if (fault) return false;
    if (o) {
        tell(m, o);
        bool vouched = m->ask->verified_email && str_eq_nocase(str_of(m->ask->verified_email), str_of(o->email));
        m->order_told = vouched ? NULL : o->number;
    } else if (!m->email) local_say(m, REPLY_ASK, SAY_ORDER_NEED_EMAIL, "order of another address");
    else {
        m->order_missed = true;
        local_say(m, REPLY_DECLINE, SAY_ORDER_NO_MATCH, "order and address do not match");
    }
    return true;
}
