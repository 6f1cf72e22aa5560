/* email_key.c: addresses are compared trimmed and in lower case (ASCII: the only letters a mailbox of ours can hold in
 * another case). */
#include "accounts/private.h"

void email_key(const char *email, char out[EMAIL_KEY_SIZE])
{
    struct str s = str_trim(str_of(email));
    size_t n = s.n < EMAIL_KEY_SIZE - 1 ? s.n : EMAIL_KEY_SIZE - 1;
    while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80) n--;
    for (size_t i = 0; i < n; i++) out[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + ('a' - 'A')) : s.p[i];
    out[n] = '\0';
}
