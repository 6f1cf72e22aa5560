/* openapi_parts.h: what openapi.c (document and operations) shares with openapi_schema.c (types). */
#ifndef CHATHUB_HTTP_OPENAPI_PARTS_H
#define CHATHUB_HTTP_OPENAPI_PARTS_H

#include "http/route.h"

/* The schema of an object by its shape, as the members of an object that is open already. */
void openapi_schema_of_shape(struct json *j, const struct shape *members);
/* The same of a body's field table. told: an answer whose other members may come back; NULL: none. */
void openapi_schema_of_fields(struct json *j, const struct field *table, bool ignore_unknown, const struct shape *told);
/* The schema of one field of a path or a query: never null, since there is no null in an address. */
void openapi_schema_of_parameter(struct json *j, const struct field *f);
/* components/schemas: Problem, and every shape with a type name that a visible route answers with. */
void openapi_schemas_print(struct json *j, const struct route *const *routes);

/* "getApiShopsIdStatus" from GET /api/shops/:id/status. */
void openapi_operation_id(struct buf *out, const struct route *r);

#endif
