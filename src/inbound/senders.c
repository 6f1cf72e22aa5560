/* senders.c: who sends, found in the table; and what is asked of a delivery before anything is written. */
#include "inbound/private.h"

#include "base/json_read.h"
#include "base/log.h"

struct inbound_settings inbound_settings;

/* clang-format off */
const struct field inbound_path_fields[] = {
    FIELD_TEXT(struct inbound_path, address, .min = 1, .max = 100, .doc = "Whose it is, as we told the sender."),
    FIELD_END
};
/* clang-format on */

const struct sender *inbound_sender(const char *name)
{
    for (size_t i = 0; inbound_settings.senders && inbound_settings.senders[i]; i++)
        if (text_eq(inbound_settings.senders[i]->name, name)) return inbound_settings.senders[i];
    return NULL;
}

const struct sender *inbound_sender_at(const char *path)
{
    for (size_t i = 0; inbound_settings.senders && inbound_settings.senders[i]; i++)
        if (text_eq(inbound_settings.senders[i]->path, path)) return inbound_settings.senders[i];
    return NULL;
}

struct str inbound_header(const struct delivery *d, const char *lower_case_name)
{
    for (size_t i = 0; i < d->headers; i++)
        if (text_eq(d->header[i].name, lower_case_name)) return d->header[i].value;
    return (struct str){ NULL, 0 };
}

/* ---- the sender's id ---- */

static const char *id_of_member(const struct delivery *d)
{
    const char *id = NULL;
    struct str text;
    int64_t number;
    json_t *json = json_read(d->body, JSON_READ_MAX_BYTES, NULL);
    if (json_get_str(json, d->sender->id_member, &text)) id = arena_text_n(d->arena, text.p, text.n);
    else if (json_get_i64(json, d->sender->id_member, &number)) id = arena_printf(d->arena, "%lld", (long long)number);
    json_decref(json);
    return id;
}

static enum inbound_verdict identify(struct delivery *d, struct tx *tx)
{
    const struct sender *s = d->sender;
    if (s->identify) {
        enum inbound_verdict v = s->identify(d, tx);
        if (v != INBOUND_GOOD) return v;
    } else if (s->id_header) {
        struct str id = inbound_header(d, s->id_header);
        d->id = id.p ? arena_text_n(d->arena, id.p, id.n) : NULL;
    } else {
        d->id = id_of_member(d);
    }
    struct str id = str_of(d->id);
    if (id.n > 0 && id.n <= DELIVERY_ID_MAX && utf8_valid(id) && !text_has_controls(id)) return INBOUND_GOOD;
    d->id = NULL;
    d->reason = "no id of the sender's";
    return INBOUND_REFUSED;
}

enum inbound_verdict inbound_judge(struct delivery *d, struct tx *tx)
{
    enum inbound_verdict v = d->sender->verify(d, tx);
    if (v == INBOUND_GOOD) v = identify(d, tx);
    if (v == INBOUND_GOOD && tx_fault_of(tx) != TX_SOUND) return INBOUND_FAULT;
    if (v == INBOUND_REFUSED || v == INBOUND_ALARM) d->id = NULL;
    return v;
}
