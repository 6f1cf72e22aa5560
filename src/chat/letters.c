/* letters.c: all letters of chat/. */
#include "chat/desk.h"
#include "chat/private.h"

const struct letter *const chat_letters[] = { &chat_waiting_letter,        &chat_answered_letter,
                                              &chat_answered_reply_letter, &chat_transcript_letter,
                                              &chat_named_letter,          NULL };
