/* customer.c: what a customer may ask a merchant for: all that is kept of them, as data, and that it is taken out. Who
 * they are is said by one of their conversations: its visitor, and where the shop vouches for that one, every browser
 * of the same customer.
 *
 * It is given out in pages, and whoever asks puts them together: pictures stand beside their messages, in base64, and a
 * page ends where it would be too much for one answer. Orders are those of the address that the shop vouches for; one
 * that was only typed may be anybody's, and so are its orders. Of those that a conversation proved (order_proofs.c) the
 * numbers are kept, and given out with it.
 *
 * A page may be some megabytes, so it is read beside the writer (.ask) and put together off the lanes (.prepare); what
 * writes finds the customer once more and says in the trail that it was asked for.
 *
 * Rejected: an archive that the server makes (a job, a file to be kept and forgotten, a format to be written) and
 * addresses of the pictures (they end within a day). */
#include "chat/channel.h"
#include "chat/customers.h"
#include "chat/desk.h"
#include "chat/pictures.h"

#include "base/clock.h"

#include <stdlib.h>

enum { ERASED_AT_ONCE = 100, PAGE_MESSAGES = 500, PAGE_NOTES = 500, PAGE_ORDERS = 100, PROOFS_MAX = 100 };
enum { PAGE_BYTES = 4 << 20 }; /* of texts and pictures; one message may be more */
enum { EXPORT_BYTES_MAX = 16 << 20, EXPORT_ARENA_MAX = 64 << 20 };

/* clang-format off */
struct path_customer { int64_t id; };
static const struct field path_customer_fields[] = {
    FIELD_ID(struct path_customer, id, .doc = "Of one of their conversations."), FIELD_END };
struct get_customer { int64_t visitor, conversation, number, note; };
static const struct field get_customer_fields[] = {
    FIELD_I64(struct get_customer, visitor, .optional = true, .max = INT64_MAX,
              .doc = "Of `next`; absent: the first page."),
    FIELD_I64(struct get_customer, conversation, .optional = true, .max = INT64_MAX, .doc = "Of `next`."),
    FIELD_I64(struct get_customer, number, .optional = true, .max = INT64_MAX, .doc = "Of `next`."),
    FIELD_I64(struct get_customer, note, .optional = true, .max = INT64_MAX, .doc = "Of `next`."), FIELD_END };

static const struct shape customer_shape[] = {
    SHAPE_TEXT("subject", .doc = "The shop's own id of them."), SHAPE_TEXT("email"), SHAPE_TEXT("name"), SHAPE_END };
static const struct shape browser_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("name"), SHAPE_TEXT("language"), SHAPE_TEXT("page"), SHAPE_TEXT("email"),
    SHAPE_BOOL("blocked"),
    SHAPE_TIME("seenAt"),
    SHAPE_TEXT("channelCustomer", .nullable = true, .doc = "The id by which the shop's own server brought them."),
    SHAPE_OBJECT("customer", customer_shape, .nullable = true, .type_name = "ChatCustomer"), SHAPE_END };
static const struct shape order_item_shape[] = { SHAPE_TEXT("title"), SHAPE_I64("quantity"), SHAPE_END };
const struct shape customer_order_shape[] = {
    SHAPE_TEXT("number"), SHAPE_TEXT("status"), SHAPE_TEXT("statusText", .nullable = true), SHAPE_TEXT("currency"),
    SHAPE_I64("total", .doc = "Minor units."),
    SHAPE_LIST("items", order_item_shape, .type_name = "AskerOrderItem"), SHAPE_END };
static const struct shape kept_shape[] = {
    SHAPE_I64("id"), SHAPE_ENUM("status", chat_status_names), SHAPE_TIME("beganAt"), SHAPE_TIME("lastAt"),
    SHAPE_I64("score"), SHAPE_TEXT("scoreWords"), SHAPE_END };
static const struct shape kept_note_shape[] = {
    SHAPE_I64("number"), SHAPE_TEXT("name"), SHAPE_TEXT("text"), SHAPE_TIME("at"), SHAPE_END };
static const struct shape kept_picture_shape[] = {
    SHAPE_I64("number", .doc = "Of its message."), SHAPE_TEXT("type"),
    SHAPE_TEXT("content", .nullable = true, .doc = "The bytes, in base64; null: they are lost."), SHAPE_END };
static const struct shape named_order_shape[] = { SHAPE_TEXT("number"), SHAPE_END };
static const struct shape next_shape[] = {
    SHAPE_I64("visitor"), SHAPE_I64("conversation"), SHAPE_I64("number"), SHAPE_I64("note"), SHAPE_END };
static const struct shape page_shape[] = {
    SHAPE_OBJECT("visitor", browser_shape, .type_name = "CustomerBrowser"),
    SHAPE_OBJECT("conversation", kept_shape, .nullable = true, .type_name = "CustomerConversation",
                 .doc = "null: this browser has none (any more)."),
    SHAPE_LIST("messages", chat_message_shape, .type_name = "ChatMessage"),
    SHAPE_LIST("pictures", kept_picture_shape, .type_name = "CustomerPicture", .doc = "Of these messages."),
    SHAPE_LIST("notes", kept_note_shape, .type_name = "CustomerNote"),
    SHAPE_LIST("orders", customer_order_shape, .type_name = "AskerOrder",
               .doc = "Of the address that the shop vouches for, the newest 100, on the first page that has it."),
    SHAPE_BOOL("ordersMore", .doc = "There are older ones: the shop's own system has them."),
    SHAPE_LIST("ordersNamed", named_order_shape, .type_name = "CustomerOrderNamed",
               .doc = "Told in this conversation for their number and address; on its first page."),
    SHAPE_OBJECT("next", next_shape, .nullable = true, .type_name = "CustomerNext", .doc = "null: that was all."),
    SHAPE_END };
static const struct shape asker_shape[] = {
    SHAPE_BOOL("vouched", .doc = "The shop says who this is; else the address is what they left."),
    SHAPE_TEXT("email", .doc = "Empty: none is known."), SHAPE_TEXT("subject", .doc = "The shop's own id of them."),
    SHAPE_LIST("orders", customer_order_shape, .type_name = "AskerOrder", .doc = "Of that address, the newest first."),
    SHAPE_LIST("ordersNamed", customer_order_shape, .type_name = "AskerOrder",
               .doc = "Told in this conversation for their number and address, which were said in it: no word of the"
                      " shop's of who this is."),
    SHAPE_END };
static const struct shape erased_shape[] = {
    SHAPE_I64("browsers", .doc = "How many of theirs were known."),
    SHAPE_I64("next", .nullable = true,
              .doc = "There are more of them than one request takes out: ask again by this conversation, until null."),
    SHAPE_END };
/* clang-format on */

/* ---- who ---- */

struct customer {
    int64_t account, shop, visitor; /* visitor: of the conversation that says who it is */
    struct identity who;            /* visitor 0: nobody vouches for them, and this is all */
};

/* Another account's conversation is not there. */
static enum answer find(struct req *req, struct customer *out)
{
    struct conversation c;
    enum row row = conversation_get(req->tx, ((const struct path_customer *)req->path)->id, &c);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || c.account != req->who.account) return reply_problem(req, &problem_not_found);
    *out = (struct customer){ .account = c.account, .shop = c.shop, .visitor = c.visitor };
    return identity_get(req->tx, c.visitor, &out->who) == ROW_FAULT ? reply_fault(req) : ANSWER_GO_ON;
}

/* The first of their browsers behind this one, by their ids; 0: there is none. */
static bool browser_behind(struct tx *tx, const struct customer *c, int64_t after, int64_t *out)
{
    size_t count;
    *out = 0;
    if (c->who.visitor != 0) return identity_visitors(tx, &c->who, after, out, 1, &count);
    if (c->visitor > after) *out = c->visitor;
    return true;
}

/* ---- what is kept ---- */

/* A browser before this one was told of this address already. */
STMT(told_before, "SELECT visitor FROM chat_identities WHERE shop = ?1 AND subject = ?2 AND visitor < ?3"
                  " AND lower(email) = lower(?4) ORDER BY visitor LIMIT 1");
STMT(from_conversation, "SELECT id FROM chat_conversations WHERE visitor = ?1 AND id >= ?2 ORDER BY id LIMIT 2");

struct kept_picture {
    int64_t number;
    struct chat_image about;
    struct str content;  /* p NULL: of a file */
    const char *file;    /* NULL: it is gone */
    const char *encoded; /* in base64; NULL: its bytes are gone */
};
struct kept {
    struct visitor v;
    struct identity who;
    bool vouched;
    const char *channel_customer; /* NULL: they came by themselves */
    struct conversation c;        /* id 0: none */
    struct message *message;
    struct kept_picture *picture;
    struct note *note;
    struct knowledge_order *order;
    const char *named[PROOFS_MAX];
    size_t messages, pictures, notes, orders, nameds;
    bool more_messages, more_notes, more_orders;
    struct get_customer next; /* visitor 0: that was all */
};

static void put_browser(struct json *j, const struct kept *k)
{
    json_object(j, "visitor");
    json_i64(j, "id", k->v.id), json_text(j, "name", k->v.name), json_text(j, "language", k->v.language);
    json_text(j, "page", k->v.page), json_text(j, "email", k->v.email),
        json_bool(j, "blocked", k->v.blocked_at_ms != 0);
    json_time(j, "seenAt", k->v.seen_at_ms);
    json_text(j, "channelCustomer", k->channel_customer);
    if (k->vouched) {
        json_object(j, "customer");
        json_text(j, "subject", k->who.subject), json_text(j, "email", k->who.email);
        json_text(j, "name", k->who.name);
        json_end(j);
    } else {
        json_null(j, "customer");
    }
    json_end(j);
}

static void put_kept(struct json *j, const struct conversation *c)
{
    if (c->id == 0) {
        json_null(j, "conversation");
        return;
    }
    json_object(j, "conversation");
    json_i64(j, "id", c->id), json_text(j, "status", chat_status_name(c->status));
    json_time(j, "beganAt", c->created_at_ms), json_time(j, "lastAt", c->last_at_ms);
    json_i64(j, "score", c->score), json_text(j, "scoreWords", c->score_words);
    json_end(j);
}

static void kept_json(struct json *j, const void *arg)
{
    const struct kept *k = arg;
    put_browser(j, k);
    put_kept(j, &k->c);
    messages_json(j, k->message, k->messages);
    json_array(j, "pictures");
    for (size_t i = 0; i < k->pictures; i++) {
        json_object(j, NULL);
        json_i64(j, "number", k->picture[i].number);
        json_text(j, "type", image_type((enum image_kind)k->picture[i].about.kind));
        json_text(j, "content", k->picture[i].encoded);
        json_end(j);
    }
    json_end(j);
    json_array(j, "notes");
    for (size_t i = 0; i < k->notes; i++) {
        const struct note *n = &k->note[i];
        json_object(j, NULL);
        json_i64(j, "number", n->number), json_text(j, "name", n->person_name), json_text(j, "text", n->text);
        json_time(j, "at", n->at_ms);
        json_end(j);
    }
    json_end(j);
    json_array(j, "orders");
    for (size_t i = 0; i < k->orders; i++) customer_order_json(j, &k->order[i]);
    json_end(j);
    json_bool(j, "ordersMore", k->more_orders);
    json_array(j, "ordersNamed");
    for (size_t i = 0; i < k->nameds; i++) {
        json_object(j, NULL);
        json_text(j, "number", k->named[i]);
        json_end(j);
    }
    json_end(j);
    if (k->next.visitor == 0) {
        json_null(j, "next");
        return;
    }
    json_object(j, "next");
    json_i64(j, "visitor", k->next.visitor), json_i64(j, "conversation", k->next.conversation);
    json_i64(j, "number", k->next.number), json_i64(j, "note", k->next.note);
    json_end(j);
}

/* The conversation from this id on, and whether another one follows it. */
static bool read_conversation(struct req *req, int64_t visitor, int64_t from, struct kept *k, int64_t *following)
{
    int64_t id[2] = { 0 };
    size_t n = 0;
    enum row row;
    struct query q = query(req->tx, &from_conversation);
    bind_i64(&q, visitor), bind_i64(&q, from);
    while ((row = query_next(&q)) == ROW_FOUND) id[n++] = col_i64(&q, "id");
    *following = id[1];
    if (row == ROW_FAULT) return false;
    return n == 0 || conversation_get(req->tx, id[0], &k->c) == ROW_FOUND;
}

/* As many of the messages, and then of the notes, as one answer holds, and at least one of them. */
static void cut_page(struct kept *k)
{
    size_t bytes = 0, n = 0, notes = 0;
    for (; n < k->messages; n++) {
        const struct message *m = &k->message[n];
        bytes += strlen(m->text) + (m->image ? (size_t)m->image->bytes : 0);
        if (bytes > PAGE_BYTES && n > 0) break;
    }
    for (; notes < k->notes; notes++) {
        bytes += strlen(k->note[notes].text);
        if (bytes > PAGE_BYTES && n + notes > 0) break;
    }
    k->more_messages = k->messages == PAGE_MESSAGES || n < k->messages;
    k->more_notes = k->notes == PAGE_NOTES || notes < k->notes;
    k->messages = n, k->notes = notes;
}

/* Where the pictures of these messages are, and the bytes of those that are in the database. */
static bool read_pictures(struct req *req, struct kept *k)
{
    k->picture = ARENA_ARRAY(req->arena, struct kept_picture, k->messages);
    for (size_t n = 0; n < k->messages; n++) {
        const struct message *m = &k->message[n];
        if (!m->image) continue;
        struct kept_picture *p = &k->picture[k->pictures++];
        *p = (struct kept_picture){ .number = m->number };
        enum row row = picture_row(req->tx, m->image->id, req->arena, &p->about, &p->content, &p->file);
        if (row == ROW_FAULT) return false;
        if (row == ROW_NONE) p->about = *m->image, p->file = NULL;
    }
    return true;
}

/* Those of an address that was only typed are not given out: it may be anybody's. */
static bool read_orders(struct req *req, struct kept *k)
{
    struct knowledge_source source;
    if (!k->vouched || !k->who.email[0]) return true;
    struct query q = query(req->tx, &told_before);
    bind_i64(&q, k->who.shop), bind_text(&q, k->who.subject), bind_i64(&q, k->v.id), bind_text(&q, k->who.email);
    enum row row = query_row(&q);
    if (row != ROW_NONE) return row == ROW_FOUND;
    row = knowledge_source_of(req->tx, k->v.account, k->v.shop, req->arena, &source);
    if (row != ROW_FOUND) return row == ROW_NONE;
    if (!source.orders_of(source.ctx, str_of(k->who.email), PAGE_ORDERS + 1, req->arena, &k->order, &k->orders))
        return false;
    k->more_orders = k->orders > PAGE_ORDERS;
    if (k->more_orders) k->orders = PAGE_ORDERS;
    return true;
}

/* A page is of one conversation: where it goes on, in the next browser of theirs at the end of this one's. */
static bool read_page(struct req *req, const struct customer *who, const struct get_customer *in, struct kept *k)
{
    int64_t following, browser;
    k->message = ARENA_ARRAY(req->arena, struct message, PAGE_MESSAGES);
    k->note = ARENA_ARRAY(req->arena, struct note, PAGE_NOTES);
    if (!read_conversation(req, k->v.id, in->conversation, k, &following)) return false;
    struct get_customer at = { .visitor = k->v.id, .conversation = k->c.id };
    if (k->c.id == in->conversation) at.number = in->number, at.note = in->note;
    if (k->c.id != 0) {
        if (!messages_after(req->tx, k->c.id, at.number, PAGE_MESSAGES, k->message, &k->messages)) return false;
        if (!notes_after(req->tx, k->c.id, at.note, PAGE_NOTES, k->note, &k->notes)) return false;
        cut_page(k);
        bool first = at.number == 0 && at.note == 0;
        if (first && !order_proofs_of(req->tx, k->c.id, PROOFS_MAX, k->named, &k->nameds)) return false;
        if (!read_pictures(req, k)) return false;
    }
    if (in->conversation == 0 && !read_orders(req, k)) return false;
    if (k->messages > 0) at.number = k->message[k->messages - 1].number;
    if (k->notes > 0) at.note = k->note[k->notes - 1].number;
    if (k->more_messages || k->more_notes) k->next = at;
    else if (following != 0) k->next = (struct get_customer){ .visitor = k->v.id, .conversation = following };
    else if (!browser_behind(req->tx, who, k->v.id, &browser)) return false;
    else k->next = (struct get_customer){ .visitor = browser };
    return true;
}

/* What .ask read, and the answer that .prepare made of it. */
struct page_given {
    struct kept kept;
    struct str answer;
};

static enum answer ask_export(struct req *req)
{
    const struct get_customer *in = req->query;
    struct customer who = { .account = 0 };
    struct page_given *e = req->prepared = ARENA_NEW(req->arena, struct page_given);
    struct kept *k = &e->kept;
    int64_t browser;
    enum answer a = find(req, &who);
    if (a != ANSWER_GO_ON) return a;
    if (!browser_behind(req->tx, &who, in->visitor > 0 ? in->visitor - 1 : 0, &browser)) return reply_fault(req);
    if (browser == 0 || (in->visitor != 0 && browser != in->visitor)) return reply_problem(req, &problem_not_found);
    enum row row = visitor_get(req->tx, browser, &k->v);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    row = identity_get(req->tx, k->v.id, &k->who);
    k->vouched = row == ROW_FOUND;
    if (row == ROW_FAULT || channel_customer_of(req->tx, &k->v, &k->channel_customer) == ROW_FAULT ||
        !read_page(req, &who, in, k))
        return reply_fault(req);
    return ANSWER_GO_ON;
}

static void encode(struct arena *a, struct kept_picture *p)
{
    struct str content = p->content;
    if (p->file == NULL || (content.p == NULL && !picture_file(a, p->file, &p->about, &content))) return;
    char *text = arena_alloc(a, base64_size(content.n) + 1);
    base64_encode(content.p, content.n, text);
    p->encoded = text;
}

static enum answer prepare_export(struct req *req)
{
    struct page_given *e = req->prepared;
    struct arena *a = arena_new(EXPORT_ARENA_MAX);
    struct buf b;
    struct json j;
    for (size_t i = 0; i < e->kept.pictures; i++) encode(a, &e->kept.picture[i]);
    buf_init(&b, EXPORT_BYTES_MAX);
    json_begin(&j, &b);
    json_object(&j, NULL);
    kept_json(&j, &e->kept);
    json_end(&j);
    json_finish(&j);
    bool good = !b.overflow;
    if (good) e->answer = (struct str){ arena_copy(req->arena, b.p, b.n), b.n };
    buf_free(&b);
    arena_free(a);
    return good ? ANSWER_GO_ON : ANSWER_FAULT;
}

/* Still the caller's, and still there. */
static enum answer run_export(struct req *req)
{
    const struct page_given *e = req->prepared;
    struct customer who = { .account = 0 };
    enum answer a = find(req, &who);
    if (a != ANSWER_GO_ON) return a;
    /* Once for all pages of a browser, whichever browser it begins with. */
    if (((const struct get_customer *)req->query)->conversation == 0 &&
        !audit_request(req, AUDIT_chat_customer_exported, who.account, "visitor", e->kept.v.id, NULL, NULL))
        return reply_fault(req);
    return reply_text(req, 200, "application/json", e->answer);
}

/* ---- taken out ---- */

struct erased {
    int64_t browser[ERASED_AT_ONCE], next;
    size_t browsers;
};

static void erased_json(struct json *j, const void *arg)
{
    const struct erased *e = arg;
    json_i64(j, "browsers", (int64_t)e->browsers);
    if (e->next) json_i64(j, "next", e->next);
    else json_null(j, "next");
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The browser of the conversation that it is asked by goes last, with those that are left then: until all is gone, the
 * rest can be asked for by it. */
static bool choose(struct tx *tx, const struct customer *c, int64_t conversation, struct erased *out)
{
    *out = (struct erased){ .browsers = 0 };
    if (c->who.visitor != 0 && !identity_others(tx, &c->who, c->visitor, out->browser, ERASED_AT_ONCE, &out->browsers))
        return false;
    if (out->browsers == ERASED_AT_ONCE) out->next = conversation;
    else out->browser[out->browsers++] = c->visitor;
    qsort(out->browser, out->browsers, sizeof *out->browser, by_id); /* rows are locked in this order */
    return true;
}

static enum answer run_erase(struct req *req)
{
    struct customer who = { .account = 0 };
    struct erased out;
    enum answer a = find(req, &who);
    if (a != ANSWER_GO_ON) return a;
    const struct erasure e = {
        .account = who.account, .shop = who.shop, .person = req->who.person, .at_ms = req->now_ms, .why = "asked"
    };
    if (!choose(req->tx, &who, ((const struct path_customer *)req->path)->id, &out) ||
        !chat_erase_visitors(req->tx, &e, out.browser, out.browsers) ||
        !audit_request(req, AUDIT_chat_customer_erased, who.account, "visitor", out.browser[0], erased_json, &out))
        return reply_fault(req);
    return reply_json(req, 200, erased_json, &out);
}

/* ---- who asks, for those who answer ---- */

enum { ORDERS_SHOWN = 10 };

struct asker {
    struct identity who;
    bool vouched;
    const char *email;                     /* "": none is known */
    struct knowledge_order *order, *named; /* named: told in the conversation */
    size_t orders, nameds;
};

void customer_order_json(struct json *j, const struct knowledge_order *o)
{
    json_object(j, NULL);
    json_text(j, "number", o->number), json_text(j, "status", o->status);
    json_text(j, "statusText", o->status_text), json_text(j, "currency", currency_code(o->currency));
    json_i64(j, "total", o->total);
    json_array(j, "items");
    for (size_t i = 0; i < o->items; i++) {
        json_object(j, NULL);
        json_text(j, "title", o->item[i].title ? o->item[i].title : "");
        json_i64(j, "quantity", o->item[i].quantity);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void asker_json(struct json *j, const void *arg)
{
    const struct asker *a = arg;
    json_bool(j, "vouched", a->vouched);
    json_text(j, "email", a->email);
    json_text(j, "subject", a->vouched ? a->who.subject : "");
    json_array(j, "orders");
    for (size_t i = 0; i < a->orders; i++) customer_order_json(j, &a->order[i]);
    json_end(j);
    json_array(j, "ordersNamed");
    for (size_t i = 0; i < a->nameds; i++) customer_order_json(j, &a->named[i]);
    json_end(j);
}

/* As they are today; one that the shop has no more is not shown. */
static bool read_named(struct req *req, int64_t conversation, const struct knowledge_source *source, struct asker *out)
{
    const char *number[ORDERS_SHOWN];
    size_t n;
    out->named = ARENA_ARRAY(req->arena, struct knowledge_order, ORDERS_SHOWN);
    if (!order_proofs_of(req->tx, conversation, ORDERS_SHOWN, number, &n)) return false;
    for (size_t i = 0; i < n; i++) {
        struct knowledge_order *o = NULL;
        if (!source->order(source->ctx, str_of(number[i]), req->arena, &o)) return false;
        if (o && text_eq(o->number, number[i])) out->named[out->nameds++] = *o;
    }
    return true;
}

/* The orders of the address that the shop vouches for, else of the one that they left: people judge that themselves. */
static enum answer run_asker(struct req *req)
{
    struct conversation c;
    struct visitor v;
    struct knowledge_source source;
    struct asker out = { .email = "" };
    enum row row = conversation_get(req->tx, ((const struct path_customer *)req->path)->id, &c);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || c.account != req->who.account) return reply_problem(req, &problem_not_found);
    row = visitor_get(req->tx, c.visitor, &v);
    if (row == ROW_FOUND) out.email = v.email;
    if (row != ROW_FAULT) row = identity_get(req->tx, c.visitor, &out.who);
    out.vouched = row == ROW_FOUND;
    if (out.vouched) out.email = out.who.email; /* one that was only typed is nobody's proof */
    if (row != ROW_FAULT) row = knowledge_source_of(req->tx, c.account, c.shop, req->arena, &source);
    if (row == ROW_FAULT) return reply_fault(req);
    bool ask = row == ROW_FOUND && out.email[0];
    if (ask && !source.orders_of(source.ctx, str_of(out.email), ORDERS_SHOWN, req->arena, &out.order, &out.orders))
        return reply_fault(req);
    if (row == ROW_FOUND && !read_named(req, c.id, &source, &out)) return reply_fault(req);
    return reply_json(req, 200, asker_json, &out);
}

static const struct limit export_limit = { .name = "chat_customer_export", .burst = 120, .per_ms = MINUTE_MS };

ROUTE_TAG(customer_tag, "Customer data", "What is kept of a customer: given out, and taken out.");

/* clang-format off */
const struct route chat_customer_routes[] = {
    { .verb = VERB_GET, .path = "/api/inbox/:id/asker", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Customer data",
      PATH_FIELDS(path_customer), .answer = asker_shape, PROBLEMS(&problem_not_found), .run = run_asker,
      .doc = "Who asks, as far as it is known, and their orders." },
    { .verb = VERB_GET, .path = "/api/inbox/:id/customer", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Customer data",
      PATH_FIELDS(path_customer), QUERY_FIELDS(get_customer), .answer = page_shape, PROBLEMS(&problem_not_found),
      .account_limit = &export_limit, .slow = true, .ask = ask_export, .prepare = prepare_export, .run = run_export,
      .doc = "All that is kept of a customer, a page at a time: a conversation each, or a part of one, with its"
             " pictures; and the orders of an address that the shop vouches for." },
    { .verb = VERB_DELETE, .path = "/api/inbox/:id/customer", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Customer data", PATH_FIELDS(path_customer), .answer = erased_shape, PROBLEMS(&problem_not_found),
      .run = run_erase, .doc = "Take out all that is kept of a customer. It cannot be had back." },
    ROUTE_END
};
/* clang-format on */
