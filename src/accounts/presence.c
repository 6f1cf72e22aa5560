/* presence.c: which colleagues are there now, for who looks after the team. A member is there while a page of theirs
 * is: each request of a session, and each look at an open stream or socket (http/standing.c, once a minute), leaves the
 * time in the member's row (touch.c), so that every process knows. Who signed out, or acts in another account now, is
 * away at once.
 *
 * Rejected: an event for each who comes and goes (a reload would be two, and a process that dies tells nobody); the
 * sockets of this process (others do not see them); a row a session (the newest of a person is all that anybody asks).
 */
#include "accounts/private.h"

enum { PRESENCE_SHOWN = 100 };

STMT(seen, "SELECT m.person, m.seen_at_ms, CASE WHEN EXISTS (SELECT 1 FROM sessions s WHERE s.person = m.person"
           " AND s.account = m.account) THEN 1 ELSE 0 END AS signed_in FROM members m WHERE m.account = ?1 ORDER BY "
           "m.person LIMIT ?2");

/* clang-format off */
static const struct shape one_shape[] = {
    SHAPE_I64("person"), SHAPE_BOOL("here", .doc = "A page of theirs is open now, or was a moment ago."),
    SHAPE_TIME("seenAt", .nullable = true, .doc = "When one last was; null: not known."), SHAPE_END
};
const struct shape team_presence_shape[] = {
    SHAPE_LIST("members", one_shape, .type_name = "TeamPresence"), SHAPE_END
};
/* clang-format on */

struct one {
    int64_t person, seen_at_ms; /* 0: not known */
    bool here;
};
struct all {
    struct one one[PRESENCE_SHOWN];
    size_t count;
};

static void all_json(struct json *j, const void *arg)
{
    const struct all *a = arg;
    json_array(j, "members");
    for (size_t i = 0; i < a->count; i++) {
        json_object(j, NULL);
        json_i64(j, "person", a->one[i].person);
        json_bool(j, "here", a->one[i].here);
        json_time(j, "seenAt", a->one[i].seen_at_ms);
        json_end(j);
    }
    json_end(j);
}

HANDLER(team_presence_run)
{
    struct all *a = ARENA_NEW(req->arena, struct all);
    struct query q = query(req->tx, &seen);
    enum row row;
    a->count = 0;
    bind_i64(&q, req->who.account), bind_i64(&q, PRESENCE_SHOWN);
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t at_ms = col_i64(&q, "seen_at_ms");
        bool known = at_ms > 0 && !time_is_ahead(at_ms, req->now_ms);
        a->one[a->count++] =
            (struct one){ .person = col_i64(&q, "person"),
                          .seen_at_ms = known ? time_clamp_past(at_ms, req->now_ms) : 0,
                          .here = known && at_ms > req->now_ms - MEMBER_HERE_MS && col_bool(&q, "signed_in") };
    }
    return row == ROW_FAULT ? reply_fault(req) : reply_json(req, 200, all_json, a);
}
