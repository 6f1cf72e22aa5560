/* fields_check.h: what fields.c (JSON) and fields_pairs.c (query, form, path) share: one value of one field, judged and
 * stored. Only these files include it. */
#ifndef CHATHUB_HTTP_FIELDS_CHECK_H
#define CHATHUB_HTTP_FIELDS_CHECK_H

#include "http/fields.h"

/* One run over a table. */
struct field_run {
    struct arena *arena;
    char *out;          /* the caller's struct */
    const char *inside; /* "address." before the names of an object's members; NULL: at the top */
    const char *item;   /* "lines[2]" instead of the name of a list's one field; NULL: none */
    bool ignore_unknown;
    struct field_faults *faults;
};

/* Faults past FIELD_FAULTS_MAX are dropped: the caller has enough to work on. */
void field_fault_add(struct field_run *r, const char *field, const char *code, int64_t limit);
/* Of a name that is not in the table: copied, cut to a length fit for an answer. */
void field_fault_name(struct field_run *r, struct str name, const char *code);

/* Each judges a value that is there and stores it, or adds a fault. */
void field_take_number(struct field_run *r, const struct field *f, int64_t v);
void field_take_name(struct field_run *r, const struct field *f, struct str name); /* enum */
void field_take_time(struct field_run *r, const struct field *f, struct str text);
void field_take_bool(struct field_run *r, const struct field *f, bool v);
void field_take_text(struct field_run *r, const struct field *f, struct str text);
/* The field was not given, or is null. */
void field_take_nothing(struct field_run *r, const struct field *f);
void field_mark_present(struct field_run *r, const struct field *f);

#endif
