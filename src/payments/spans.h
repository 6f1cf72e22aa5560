/* spans.h: where a member of a JSON object stands in its text, byte for byte: what Alipay signs is the text of an
 * answer as it was sent, not what it means. The scanner knows texts, escapes and nesting, and the rest no better than
 * it must: who reads the object afterwards parses it. */
#ifndef CHATHUB_PAYMENTS_SPANS_H
#define CHATHUB_PAYMENTS_SPANS_H

#include "base/str.h"

enum { SPANS_DEPTH_MAX = 32 };
enum span_found { SPAN_BROKEN = -1, SPAN_NONE, SPAN_FOUND };
/* The value of the member `name` of the object that `text` is, from its first byte to its last. BROKEN: no object, or
 * not one whole one, or the member stands there twice. A name that is written with escapes is no match. */
MUST_USE enum span_found span_member(struct str text, struct str name, struct str *value);
#endif
