/* reseal.c: one sealed value and its count. */
#include "storage/reseal.h"
#include "base/log.h"

static void broken(struct reseal_piece *p, int64_t id, struct sealed in)
{
    LOG(LOG_ERROR, "sealed_value_does_not_open", LOG_NUMBER("id", id), LOG_NUMBER("key", sealed_key_id(in)));
    if (p->broken++ == 0) p->first_broken = id;
}

struct sealed reseal_one(struct tx *tx, struct reseal_piece *p, int64_t id, struct str owner, struct str purpose,
                         struct str stored, bool *changed)
{
    struct sealed in = { (uint8_t *)(uintptr_t)stored.p, stored.n }, out = in;
    *changed = false;
    p->looked++;
    if (p->only_look) {
        struct str plain;
        if (!unseal(p->keyring, tx_arena(tx), owner, purpose, in, &plain)) broken(p, id, in);
        return in;
    }
    switch (reseal(p->keyring, tx_arena(tx), owner, purpose, in, &out)) {
    case RESEAL_CURRENT: break;
    case RESEAL_DONE:
        *changed = true;
        p->resealed++;
        break;
    case RESEAL_BROKEN: broken(p, id, in); break;
    }
    return out;
}
