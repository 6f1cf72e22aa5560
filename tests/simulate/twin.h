/* twin.h: what the code that twins.py changes calls. */
#ifndef CHATHUB_TESTS_SIMULATE_TWIN_H
#define CHATHUB_TESTS_SIMULATE_TWIN_H

#include "chat/chat.h"

/* Whether this process was given this message before; *out is it then. Kept in its memory alone. */
bool twin_remembers(const struct message_new *in, const char *key, struct message *out);
void twin_notes(const char *key, const struct message *m);
/* Takes the customer's words away that an earlier turn was given, whatever became of that turn. */
void twin_cursor(int64_t conversation, struct message *m, size_t *count);

#endif
