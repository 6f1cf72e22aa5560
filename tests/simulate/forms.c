/* forms.c: words that are no plain text: a picture, which is a message with its own number like any other, and an
 * answer by mail, which comes through the sender of /hooks/mail as the delivery's job runs it. */
#include "tests/simulate/sim.h"

#include "base/crypto.h"
#include "chat/mail_in.h"
#include "chat/pictures.h"

#include <stdlib.h>

#define CUSTOMER_MAIL "ann@store.example"
static struct keyring *ring;

void forms_start(void)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    ring = keyring_new(key, id, 1);
    chat_settings = (struct chat_settings){
        .keyring = ring, .base_url = "https://chathub.example", .reply_domain = "reply.example", .mail_secret = "none"
    };
}

/* ---- pictures ---- */

/* One of two files, so that the same bytes are shown by several messages. They are clean already, and small. */
static struct picture_new picture_of(const struct word *w)
{
    static const char *const bytes[] = { "GIF89a one", "GIF89a another" };
    struct str content = str_of(bytes[w->id[strlen(w->id) - 1] % 2]);
    struct picture_new p = { .about = { .kind = IMAGE_GIF, .bytes = (int64_t)content.n, .width = 1, .height = 1 },
                             .file = "",
                             .content = content };
    sha256_hex(content, p.hash);
    return p;
}

/* As picture_routes.c does it. */
enum message_put put_picture(struct sim *s, struct tx *tx, const struct word *w, struct message *m)
{
    struct visitor v = s->visitor;
    struct conversation c;
    struct chat_image *image = ARENA_NEW(tx_arena(tx), struct chat_image);
    const struct picture_new p = picture_of(w);
    if (!visitor_conversation_or_new(tx, &v, s->now_ms, &c) || conversation_locked(tx, c.id, &c) != ROW_FOUND ||
        !picture_keep(tx, c.account, c.shop, &p, s->now_ms, image))
        abort();
    const struct message_new in = { .conversation = c.id,
                                    .author = CHAT_BY_VISITOR,
                                    .author_name = v.name,
                                    .client_id = w->id,
                                    .text = w->text,
                                    .image = image,
                                    .now_ms = s->now_ms };
    enum message_put put = message_put(tx, &in, m, &c);
    return put == MESSAGE_NEW && !chat_answer_later(tx, &c, s->now_ms) ? MESSAGE_FAULT : put;
}

/* ---- mails ---- */

bool mail_arrives(struct sim *s, struct tx *tx, const struct word *w)
{
    struct arena *a = tx_arena(tx);
    bool over = w->life != s->lives;
    const struct conversation c = { .id = over ? s->life[w->life].talk : s->talk,
                                    .visitor = over ? s->life[w->life].visitor.id : s->visitor.id };
    const char *from = w->form == AS_MAIL ? CUSTOMER_MAIL : "somebody@else.example";
    const char *text = arena_printf(
        a,
        "Return-Path: <%s>\r\nReceived: by way %d of mail.example\r\nFrom: %s\r\nTo: <%s>\r\n"
        "Message-ID: <%s-%d@mail.example>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
        from, (int)sim_draw(s, 1000), from, reply_token_address(a, &c, s->now_ms), w->id, w->life, w->text);
    struct delivery d = { .sender = &chat_mail_sender, .arena = a, .body = str_of(text), .at_ms = s->now_ms };
    struct job job = { .arena = a, .now_ms = s->now_ms };
    struct buf outcome;
    buf_fixed(&outcome, arena_alloc(a, DELIVERY_OUTCOME_MAX + 1), DELIVERY_OUTCOME_MAX + 1);
    if (chat_mail_sender.act(&d, &job, tx, &outcome) != JOB_FINISHED) abort();
    const char *said = buf_terminated(&outcome);
    if (strcmp(said, "nothing: this mail was there already") == 0) return true;
    return strncmp(said, w->form == AS_MAIL ? "message " : "from another address: ", 8) == 0;
}
