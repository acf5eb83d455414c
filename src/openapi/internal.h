/* internal.h: what the files of this folder share. */
#pragma once

#include "generated/answers.h"
#include "generated/strings_openapi.h"
#include "generated/templates.h"
#include "openapi/openapi.h"

/* operation.c: what machines and people are told of one route. */
const char *method_word(enum method method);   /* "GET" */
const char *who_word(enum who who);            /* "customer", as `kabinet routes` says it */
/* "get_operations_id": one for each method and path, and the prefix of its answers' schemas. */
#define OPERATION_NAME 128
void operation_name(const struct route *route, char name[OPERATION_NAME]);
bool route_writes(const struct route *route);
bool route_has_file(const struct route *route);
/* {summary, operationId, tags, security, parameters, requestBody, responses} */
void operation_fill(struct node *operation, const struct feature *feature, const struct route *route);

/* field.c: a form's field as JSON Schema 2020-12. */
void field_schema(struct node *schema, const struct field *field);

/* answers.c: what the operation may answer. */
bool answers_status(const struct route *route, int status); /* one of 400 and above */
extern const int answer_refusals[];                         /* those that are ever declared, ended by 0 */
const struct answer_seen *answers_of(const struct route *route, size_t *count);
void answers_fill(struct node *responses, const struct route *route);
void answers_components(struct node *responses); /* the refusals, which all operations share */

/* security.c: who may call, as security schemes. */
void security_schemes(struct node *schemes);
void security_fill(struct node *operation, const struct route *route);
#define ROLE_NAMES 6
size_t role_names(unsigned roles, const char *names[ROLE_NAMES]);

extern const struct feature openapi_feature;

/* page.c: the same for people, at /docs/api. */
enum flow docs_index(struct request *request, struct tx *tx);
enum flow docs_feature(struct request *request, struct tx *tx);
enum flow openapi_get(struct request *request, struct tx *tx);
