/* fields.h: what a route takes and gives, as data. A field table turns JSON, a query or path parts into a C struct and
 * refuses everything else before the handler runs; the same table is printed as OpenAPI. Text members point into the
 * request's arena, are valid UTF-8 and hold no control characters (newline and tab only with .multiline). */
#ifndef CHATHUB_HTTP_FIELDS_H
#define CHATHUB_HTTP_FIELDS_H

#include "base/arena.h"
#include "base/json_read.h"
#include "base/money.h"

enum field_kind {
    FIELD_KIND_END,
    FIELD_KIND_I64,
    FIELD_KIND_CREDITS,
    FIELD_KIND_TEXT,
    FIELD_KIND_BOOL,
    FIELD_KIND_ENUM,
    FIELD_KIND_TIME,
    FIELD_KIND_LIST,
    FIELD_KIND_OBJECT
};
enum field_text_form {
    TEXT_PLAIN,   /* trimmed of white space at both ends, composed (NFC); empty after that counts as absent */
    TEXT_WORDS,   /* the same, and signs that turn its direction stay: what people ask. Say so in .doc */
    TEXT_NAME,    /* as plain, and shown as a name: something must be seen of it, and nothing hides in it */
    TEXT_SEARCH,  /* as plain, and signs of direction are left out wherever they stand: by FIELD_SEARCH */
    TEXT_EXACT,   /* words of one person to another: every byte stays, also spaces, line ends and spelling. Nothing but
                     white space counts as absent. With .multiline */
    TEXT_FILE,    /* the name of a file, as it is called where it comes from: every byte stays, in one line */
    TEXT_SECRET,  /* passwords, tokens: not trimmed, not echoed, never logged */
    TEXT_EMAIL,   /* one @, a dot behind it, ≤ 254 bytes; international hosts as xn--... */
    TEXT_DOMAIN,  /* host name, also with https:// before it; IDN in either form; kept as letters, lower case */
    TEXT_DOMAINS, /* the same, and "*." may stand before it */
    TEXT_URL,     /* http(s), absolute */
};
enum { FIELD_FILE_NAME_MAX = 255 }; /* no system has longer ones */
struct field {
    const char *name; /* in JSON, the query or the path (":id" is "id") */
    enum field_kind kind;
    size_t offset;              /* of the member */
    bool optional;              /* absent/null: text NULL, bool false, numbers and enum `fallback` (enum: or -1) */
    size_t present_offset;      /* of a bool member set when the field was given; 0: none (so never first) */
    int64_t min, max, fallback; /* numbers: range. text: code points (max 0 is refused at start) */
    enum field_text_form form;
    bool multiline;
    const char *const *names; /* enum: NULL-ended; the member is an int, the index */
    const struct field *of;   /* object: its table; list: the one field that every item is, at offset 0 */
    size_t of_size;           /* of the object's struct, or of an item */
    const char *doc;
};
struct field_list { /* item NULL: the list was not given */
    const void *item;
    size_t count;
};
/* The member types: int64_t, struct credits, const char *, bool, int; of a time int64_t, ms; of a list struct
 * field_list, of an object a pointer to its struct (NULL: not given). The last two stand in bodies alone. */
/* clang-format off */
#define FIELD_I64(type, member, ...) \
    { .name = #member, .kind = FIELD_KIND_I64, .offset = offsetof(type, member), __VA_ARGS__ }
#define FIELD_ID(type, member, ...) FIELD_I64(type, member, .min = 1, .max = INT64_MAX, __VA_ARGS__)
#define FIELD_CREDITS(type, member, ...) \
    { .name = #member, .kind = FIELD_KIND_CREDITS, .offset = offsetof(type, member), __VA_ARGS__ }
#define FIELD_TEXT(type, member, ...) \
    { .name = #member, .kind = FIELD_KIND_TEXT, .offset = offsetof(type, member), __VA_ARGS__ }
#define SIGNS_STAY " Signs of direction may stand in it." /* behind the .doc of TEXT_WORDS */
/* What is searched for, in a query; each that is called "search" or "q" is one. A number that was copied out of a table
 * or a messenger has signs of direction around it that nobody saw: it is found as what was seen. */
#define FIELD_SEARCH(type, member, most, means) \
    FIELD_TEXT(type, member, .optional = true, .max = (most), .form = TEXT_SEARCH, \
               .doc = means " Signs of direction in it do not count.")
/* Why somebody did it, for the trail. Two characters are a whole word in Chinese. */
#define FIELD_REASON(type, member, ...) FIELD_TEXT(type, member, .min = 2, .max = 200, __VA_ARGS__)
#define FIELD_BOOL(type, member, ...) \
    { .name = #member, .kind = FIELD_KIND_BOOL, .offset = offsetof(type, member), __VA_ARGS__ }
#define FIELD_ENUM(type, member, list, ...) \
    { .name = #member, .kind = FIELD_KIND_ENUM, .offset = offsetof(type, member), .names = (list), __VA_ARGS__ }
/* RFC 3339 with its zone, or a day ("2026-11-28": its begin in UTC). Absent: `fallback`. */
#define FIELD_TIME(type, member, ...) \
    { .name = #member, .kind = FIELD_KIND_TIME, .offset = offsetof(type, member), __VA_ARGS__ }
/* `fields`: the table of struct `inner`. */
#define FIELD_OBJECT(type, member, fields, inner, ...) \
    { .name = #member, .kind = FIELD_KIND_OBJECT, .offset = offsetof(type, member), .of = (fields), \
      .of_size = sizeof(inner), __VA_ARGS__ }
/* `one`: the address of a field whose struct is `inner`; .min and .max count items. A list of texts, numbers, words
 * (an enum) or objects; its name is not looked at. */
#define FIELD_LIST(type, member, one, inner, ...) \
    { .name = #member, .kind = FIELD_KIND_LIST, .offset = offsetof(type, member), .of = (one), \
      .of_size = sizeof(inner), __VA_ARGS__ }
/* What lists take. A page: rows older than `after` (absent: INT64_MAX, so the newest), `limit` of them. A range: from
 * and before. A format: FORMAT_JSON or FORMAT_CSV of csv.h, whose pages may have CSV_ROWS_MAX rows. */
#define FIELD_PAGE(type, usual, most) \
    FIELD_I64(type, after, .optional = true, .min = 0, .max = INT64_MAX, .fallback = INT64_MAX, \
              .doc = "The id of the last one seen: older ones follow."), \
    FIELD_I64(type, limit, .optional = true, .min = 1, .max = (most), .fallback = (usual), .doc = "How many.")
#define FIELD_RANGE(type) \
    FIELD_TIME(type, from, .optional = true, .doc = "From this time on."), \
    FIELD_TIME(type, to, .optional = true, .fallback = INT64_MAX, .doc = "Before this time.")
#define FIELD_FORMAT(type) \
    FIELD_ENUM(type, format, csv_format_names, .optional = true, \
               .doc = "csv: a table for spreadsheets, up to 5000 rows; Link names the next page. Or Accept: text/csv.")
/* clang-format on */
extern const char *const csv_format_names[]; /* csv.c */
/* clang-format off */
#define FIELD_END { .kind = FIELD_KIND_END }
/* clang-format on */
/* A JSON name that is no C name or differs from the member: give .name again behind it (the last one wins; the build
 * passes -Wno-override-init for these tables). */

enum { FIELD_FAULTS_MAX = 8 };
/* code: required, type, too_long, too_short, too_small, too_large, too_many, too_few, format, unknown, duplicate,
 * not_one_of, control_characters, invisible; a route may add its own. field: "name", "address.city",
 * "lines[2].amount". */
struct field_fault {
    const char *field;
    const char *code;
    int64_t limit;
};
/* What a code says to a person. Those of the tables are told by reply.c; a domain that makes more of them says each in
 * the file that makes it. Codes are unique in the program. */
struct field_code {
    const char *code, *en, *zh;
};
#define FIELD_CODE(name, english, chinese)                                                                             \
    static const struct field_code field_code_##name                                                                   \
        __attribute__((section("field_codes"), used, aligned(8))) = { #name, (english), (chinese) }

struct field_faults {
    size_t count;
    struct field_fault fault[FIELD_FAULTS_MAX];
};

bool fields_have(const struct field *table, const char *name); /* is there one? */
/* Each fills `out` (sized and zeroed by the caller) and returns whether there were no faults. */
MUST_USE bool fields_from_json(struct arena *a, const struct field *table, const json_t *object, bool ignore_unknown,
                               void *out, struct field_faults *faults);
/* The same from a query, a form or path parts: numbers are decimal without leading zeros, booleans "true" or "false",
 * and a name that comes twice is refused. */
struct fields_pair { /* decoded */
    struct str name, value;
};
MUST_USE bool fields_from_pairs(struct arena *a, const struct field *table, const struct fields_pair *pairs,
                                size_t count, bool ignore_unknown, void *out, struct field_faults *faults);

/* "a=b&c" of a query or a form, split and percent-decoded ('+' is a space) into the arena; empty parts are skipped.
 * False on a bad escape, an escaped NUL, or more than `max` pairs. */
MUST_USE bool fields_pairs_split(struct arena *a, struct str text, struct fields_pair *pairs, size_t max,
                                 size_t *count);

/* ---- what an answer looks like, for OpenAPI and for the test that holds real answers to it ---- */
enum shape_kind {
    SHAPE_KIND_END,
    SHAPE_KIND_I64,
    SHAPE_KIND_TEXT,
    SHAPE_KIND_BOOL,
    SHAPE_KIND_TIME,
    SHAPE_KIND_ENUM,
    SHAPE_KIND_OBJECT,
    SHAPE_KIND_LIST,
    SHAPE_KIND_TEXT_LIST,
    SHAPE_KIND_OPEN
};
struct shape {
    const char *name;
    enum shape_kind kind;
    bool nullable, maybe;     /* may be null; may be absent */
    const struct shape *of;   /* object's or list item's members */
    const char *const *names; /* enum */
    const char *type_name;    /* objects: name in components/schemas, so that the console gets a named type */
    const char *doc;
};
#define SHAPE_I64(n, ...)                                                                                              \
    {                                                                                                                  \
        .name = (n), .kind = SHAPE_KIND_I64, __VA_ARGS__                                                               \
    }
#define SHAPE_TEXT(n, ...)                                                                                             \
    {                                                                                                                  \
        .name = (n), .kind = SHAPE_KIND_TEXT, __VA_ARGS__                                                              \
    }
#define SHAPE_BOOL(n, ...)                                                                                             \
    {                                                                                                                  \
        .name = (n), .kind = SHAPE_KIND_BOOL, __VA_ARGS__                                                              \
    }
#define SHAPE_TIME(n, ...)                                                                                             \
    {                                                                                                                  \
        .name = (n), .kind = SHAPE_KIND_TIME, __VA_ARGS__                                                              \
    }
#define SHAPE_ENUM(n, list, ...)                                                                                       \
    {                                                                                                                  \
        .name = (n), .kind = SHAPE_KIND_ENUM, .names = (list), __VA_ARGS__                                             \
    }
#define SHAPE_OBJECT(n, members, ...)                                                                                  \
    {                                                                                                                  \
        .name = (n), .kind = SHAPE_KIND_OBJECT, .of = (members), __VA_ARGS__                                           \
    }
#define SHAPE_LIST(n, members, ...)                                                                                    \
    {                                                                                                                  \
        .name = (n), .kind = SHAPE_KIND_LIST, .of = (members), __VA_ARGS__                                             \
    }
/* An object whose members depend on the case: any. */
#define SHAPE_OPEN(n, ...)                                                                                             \
    {                                                                                                                  \
        .name = (n), .kind = SHAPE_KIND_OPEN, __VA_ARGS__                                                              \
    }
#define SHAPE_TEXT_LIST(n, ...)                                                                                        \
    {                                                                                                                  \
        .name = (n), .kind = SHAPE_KIND_TEXT_LIST, __VA_ARGS__                                                         \
    }
/* clang-format off */
#define SHAPE_END { .kind = SHAPE_KIND_END }
/* clang-format on */

/* One text outside a request, judged as the routes judge it (fields_text.c). NULL when it is fine, with *result in the
 * arena (NULL: empty, counts as absent); else the code of the fault, with *limit. */
MUST_USE const char *fields_text_judge(struct arena *a, const struct field *f, struct str in, const char **result,
                                       int64_t *limit);

/* Whether `value` is an object with exactly these members, each of its kind; the first difference in *why. For tests:
 * an answer that no longer fits the API reference fails them. */
MUST_USE bool shape_matches(const struct shape *members, const json_t *value, struct buf *why);

#endif
