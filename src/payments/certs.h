/* certs.h: X.509 as payment providers use it (contract: Alipay 2.6, WeChat Pay 3.3): serials, and whether a
 * certificate that came over the wire may be believed. All texts are PEM; no time but an argument. */
#ifndef CHATHUB_PAYMENTS_CERTS_H
#define CHATHUB_PAYMENTS_CERTS_H

#include "base/rsa.h"

enum { CERTS_TEXT_MAX = 256 * 1024, CERTS_MAX = 32 };

/* The key of the first certificate. NULL: no certificate, or its key is no RSA key that rsa.h takes. */
MUST_USE struct rsa_key *cert_key(struct str pem);
/* Its serial number as WeChat Pay writes it: upper-case hex, whole bytes. False: no certificate. */
MUST_USE bool cert_serial(struct arena *a, struct str pem, struct str *out);
/* Alipay's serial of the first certificate: lower-case hex MD5 of the issuer and the decimal serial number. */
MUST_USE bool cert_alipay_serial(struct arena *a, struct str pem, struct str *out);
/* Of a file of roots: the serials of those that are signed with RSA, in order, joined by '_'. One that cannot be read
 * does not count, as one of another algorithm does not. False: none counts, or there are more than CERTS_MAX. */
MUST_USE bool cert_alipay_root_serial(struct arena *a, struct str pem, struct str *out);
/* Whether the first certificate of `pem` is within its dates at `now_s`. */
MUST_USE bool cert_is_current(struct str pem, int64_t now_s);
/* Whether it may sign other certificates: then it is no key that messages are signed with. */
MUST_USE bool cert_is_authority(struct str pem);
/* Whether the first certificate of `pem` leads to one of `roots`, over the others of `pem` where it needs them, and all
 * on the way are within their dates. Roots that cannot be read are none. */
MUST_USE bool cert_leads_to(struct str pem, struct str roots, int64_t now_s);
/* The next certificate of *rest, armour and all; what stands before it is skipped. False: no more. */
MUST_USE bool cert_next(struct str *rest, struct str *pem);
#endif
