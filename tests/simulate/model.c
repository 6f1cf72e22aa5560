/* model.c: instead of the local model: it answers at once what the schedule wants it to say; the time that it takes
 * lies between .load and .settle (work.c). It names each word of the customer's that it was asked about, so the judge
 * sees which were answered. */
#include "tests/simulate/sim.h"

#include "chat/models/model.h"

struct sim *sim_of_model;

static const char *names_of(struct arena *a, const char *text)
{
    const char *out = "re";
    for (const char *p = strstr(text, "<w"); p; p = strstr(p + 1, "<w"))
        out = arena_printf(a, "%s %.*s", out, (int)(strchr(p, '>') + 1 - p), p);
    return out;
}

bool __wrap_model_local(const struct model_ask *ask, struct model_reply *out)
{
    struct sim *s = sim_of_model;
    const char *text = ask->turn[ask->turns - 1].text;
    uint64_t mood = sim_draw(s, 100);
    if (!s->calm && mood < 4) return false;
    *out = (struct model_reply){ .language = "en", .action = REPLY_ANSWER, .why = "" };
    out->text = names_of(ask->arena, text);
    if (strstr(text, "person") != NULL) out->action = REPLY_HAND_OFF_ASKED;
    else if (mood < 10) out->action = REPLY_HAND_OFF;
    else if (mood < 16) out->action = REPLY_DECLINE, out->failed = true;
    else if (mood < 19) out->action = REPLY_ASK;
    else if (mood < 23) out->action = REPLY_NOTHING, out->text = NULL, s->silent_at = s->newest;
    if (out->action == REPLY_HAND_OFF && mood < 6) out->text = NULL;
    return true;
}
