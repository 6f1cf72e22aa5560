/* faces.c: who has which picture. The bytes are kept as those of messages are (pictures.c), once for a shop, and once
 * for all persons; a row here is one use of them. The address is a name that was drawn for this picture and says
 * nothing of whose it is: another picture has another address, so what was fetched may be kept, and after a removal the
 * address leads nowhere at once, whoever else has the same bytes.
 *
 * Rejected: the hash as the address (who has the picture could ask who wears it); an address by the person's number
 * (it counts the persons, and a browser would keep the picture of before). */
#include "chat/faces.h"

#include "base/random.h"
#include <stdio.h>

STMT(get, "SELECT image, name FROM chat_faces WHERE person = ?1 AND shop = ?2");
STMT(hold, "SELECT image, name FROM chat_faces WHERE person = ?1 AND shop = ?2",
     .postgres = "SELECT image, name FROM chat_faces WHERE person = ?1 AND shop = ?2 FOR UPDATE");
STMT(add, "INSERT INTO chat_faces (person, shop, account, image, name) VALUES (?1, ?2, ?3, ?4, ?5)"
          " ON CONFLICT (person, shop) DO NOTHING");
STMT(change, "UPDATE chat_faces SET image = ?3, name = ?4 WHERE person = ?1 AND shop = ?2");
STMT(drop, "DELETE FROM chat_faces WHERE person = ?1 AND shop = ?2");
STMT(of_name, "SELECT image FROM chat_faces WHERE name = ?1");
STMT(of_bot, "SELECT f.name FROM chat_conversations c JOIN chat_faces f ON f.person = 0 AND f.shop = c.shop"
             " WHERE c.id = ?1");

struct worn {
    int64_t image;
    const char *name;
};

static enum row read_one(struct tx *tx, const struct stmt *s, const struct face_owner *of, struct worn *out)
{
    struct query q = query(tx, s);
    *out = (struct worn){ 0 };
    bind_i64(&q, of->person), bind_i64(&q, of->shop);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *out = (struct worn){ col_i64(&q, "image"), col_text(&q, "name") };
    return row;
}

bool face_name(struct tx *tx, const struct face_owner *of, const char **name)
{
    struct worn one;
    enum row row = read_one(tx, &get, of, &one);
    *name = one.name;
    return row != ROW_FAULT;
}

bool face_of_bot(struct tx *tx, int64_t conversation, const char **name)
{
    struct query q = query(tx, &of_bot);
    bind_i64(&q, conversation);
    enum row row = query_row(&q);
    *name = row == ROW_FOUND ? col_text(&q, "name") : NULL;
    return row != ROW_FAULT;
}

static const char *new_name(struct arena *a)
{
    uint8_t drawn[16];
    char *name = arena_alloc(a, FACE_NAME_SIZE);
    random_bytes(drawn, sizeof drawn);
    base64url_encode(drawn, sizeof drawn, name);
    return name;
}

/* 1: it is theirs; 0: somebody has just been quicker; -1: storage fault. */
static int64_t add_first(struct tx *tx, const struct face_owner *of, int64_t image, const char *name)
{
    struct query q = query(tx, &add);
    bind_i64(&q, of->person), bind_i64(&q, of->shop), bind_i64(&q, of->account), bind_i64(&q, image);
    bind_text(&q, name);
    return query_change(&q);
}

bool face_put(struct tx *tx, const struct face_owner *of, const struct picture_new *in, int64_t now_ms,
              const char **name)
{
    struct chat_image image;
    struct worn before;
    enum row row = read_one(tx, &hold, of, &before);
    if (row == ROW_FAULT || !picture_keep(tx, of->account, of->shop, in, now_ms, &image)) return false;
    *name = new_name(tx_arena(tx));
    if (row == ROW_NONE) {
        int64_t added = add_first(tx, of, image.id, *name);
        if (added != 0) return added == 1 && picture_use(tx, image.id);
        if (read_one(tx, &hold, of, &before) != ROW_FOUND) return false;
    }
    if (before.image == image.id) {
        *name = before.name;
        return true;
    }
    struct query q = query(tx, &change);
    bind_i64(&q, of->person), bind_i64(&q, of->shop), bind_i64(&q, image.id), bind_text(&q, *name);
    if (query_change(&q) != 1 || !picture_use(tx, image.id)) return false;
    return picture_leave(tx, before.image, now_ms);
}

enum row face_drop(struct tx *tx, const struct face_owner *of, int64_t now_ms)
{
    struct worn before;
    enum row row = read_one(tx, &hold, of, &before);
    if (row != ROW_FOUND) return row;
    struct query q = query(tx, &drop);
    bind_i64(&q, of->person), bind_i64(&q, of->shop);
    if (query_change(&q) != 1) return ROW_FAULT;
    return picture_leave(tx, before.image, now_ms) ? ROW_FOUND : ROW_FAULT;
}

enum row face_read(struct tx *tx, const char *name, struct arena *a, struct chat_image *about, struct str *content)
{
    struct query q = query(tx, &of_name);
    bind_text(&q, name);
    enum row row = query_row(&q);
    return row == ROW_FOUND ? picture_bytes(tx, col_i64(&q, "image"), a, about, content) : row;
}

const char *face_path(struct arena *a, const char *name)
{
    return name ? arena_printf(a, "/chat-faces/%s", name) : NULL;
}

void face_member(struct json *j, const char *name)
{
    char path[sizeof "/chat-faces/" + FACE_NAME_SIZE];
    if (name == NULL) return;
    (void)snprintf(path, sizeof path, "/chat-faces/%s", name);
    json_text(j, "picture", path);
}

bool chat_person_picture(struct tx *tx, int64_t person, const char **path)
{
    const char *name;
    if (!face_name(tx, &(struct face_owner){ .person = person }, &name)) return false;
    *path = face_path(tx_arena(tx), name);
    return true;
}
