/* unicode.h: what bytes alone cannot tell: one spelling for equal text, what a reader sees, and names of hosts outside
 * ASCII. Tables are those of libunistring (Unicode 14) and libidn2 (IDNA 2008 with the mapping of UTS 46). All input is
 * valid UTF-8. */
#ifndef CHATHUB_BASE_UNICODE_H
#define CHATHUB_BASE_UNICODE_H

#include "base/arena.h"
#include "base/str.h"

/* The composed spelling (NFC): what is stored, compared and counted. The same view when nothing changes. */
struct str unicode_nfc(struct arena *a, struct str s);

/* A password as it is hashed, in the manner of RFC 8265 and NIST SP 800-63B: spaces of every kind become U+0020, then
 * NFKC, so that it does not matter which keyboard composed it. Nothing is trimmed, folded or cut. False when the result
 * does not fit `size` bytes. */
enum { UNICODE_PASSWORD_GROWTH = 12 }; /* no text of n bytes becomes longer than this times n */
MUST_USE bool unicode_password(struct str s, char *out, size_t size, size_t *out_n);

/* Whether a name can be shown as one: at least one character that leaves ink, and characters that leave none
 * (joiners, fillers, selectors, tags) only where an emoji is made of them or a script needs them. */
MUST_USE bool unicode_shows(struct str s);

/* Whether anything of it leaves ink. */
MUST_USE bool unicode_has_ink(struct str s);

/* Does this character turn the direction of what stands beside it, and is itself not seen? Programs put such around
 * what is copied out of them. */
MUST_USE bool unicode_turns(uint32_t c);
/* The text without those; the same view when it has none. */
struct str unicode_without_turns(struct arena *a, struct str s);

/* The longest beginning of at most `max` code points that splits nothing a reader takes for one character. In bytes. */
size_t unicode_cut(struct str s, size_t max);
/* The same of at most `max` bytes. A "character" of hundreds of bytes is cut between its points. */
size_t unicode_cut_bytes(struct str s, size_t max);

/* A host name in its two forms: as protocols carry it (xn--..., lower case) and as people read it. False: no name of
 * a host. Labels, lengths and dots are judged; whether it has a dot or is a number is the caller's matter. */
struct host_name {
    const char *ascii, *shown;
};
MUST_USE bool host_name_read(struct arena *a, struct str s, struct host_name *out);
/* Is `host` (as protocols carry it) the one that `kept` names in either form, with "www." or without? "*.kept": or one
 * below it. */
bool host_name_covers(struct arena *a, const char *kept, struct str host);

/* An e-mail address with its host as protocols carry it; the part before the @ stays as typed, and must be ASCII: few
 * servers take another. NULL: none that mail could be sent to. */
const char *email_read(struct arena *a, struct str s);
#endif
