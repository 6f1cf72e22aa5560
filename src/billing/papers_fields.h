/* papers_fields.h: what is said alike of a buyer and of a seller, as fields and shapes. */
#ifndef CHATHUB_BILLING_PAPERS_FIELDS_H
#define CHATHUB_BILLING_PAPERS_FIELDS_H

#include "billing/paper.h"

/* In code points; of all of them a paper has at most a page. */
enum { PARTY_NAME_MAX = 200, PARTY_ADDRESS_MAX = 300, PARTY_TEXT_MAX = 120, PARTY_TAX_MAX = 40 };

struct paper_contact { /* each NULL: not given */
    const char *tax_number, *address, *phone, *bank, *bank_account, *email;
};
/* clang-format off */
#define PAPER_CONTACT_FIELDS(type, member)                                                                             \
    FIELD_TEXT(type, member.tax_number, .optional = true, .max = PARTY_TAX_MAX, .name = "taxNumber",                   \
               .doc = "In China 18 signs with a check (统一社会信用代码), or an older one of 15 to 20."),              \
    FIELD_TEXT(type, member.address, .optional = true, .max = PARTY_ADDRESS_MAX, .name = "address",                    \
               .doc = "In full."),                                                                                     \
    FIELD_TEXT(type, member.phone, .optional = true, .max = PARTY_TEXT_MAX, .name = "phone",                           \
               .doc = "As it is dialled."),                                                                            \
    FIELD_TEXT(type, member.bank, .optional = true, .max = PARTY_TEXT_MAX, .name = "bank",                             \
               .doc = "And its branch."),                                                                              \
    FIELD_TEXT(type, member.bank_account, .optional = true, .max = PARTY_TEXT_MAX, .name = "bankAccount",              \
               .doc = "The number of the account there."),                                                             \
    FIELD_TEXT(type, member.email, .optional = true, .form = TEXT_EMAIL, .max = 254, .name = "email",                  \
               .doc = "Shown on papers; nothing is sent to it.")
#define PAPER_CONTACT_SHAPES                                                                                           \
    SHAPE_TEXT("taxNumber"), SHAPE_TEXT("address"), SHAPE_TEXT("phone"), SHAPE_TEXT("bank"),                           \
    SHAPE_TEXT("bankAccount"), SHAPE_TEXT("email")
/* clang-format on */
void paper_contact_json(struct json *j, const struct paper_party *p);
/* All but the name. `chinese`: the tax number is one of China, as people type it. */
void paper_contact_read(struct arena *a, const struct paper_contact *from, bool chinese, struct paper_party *to);

#endif
