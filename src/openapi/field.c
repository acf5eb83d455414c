/* field.c: a form's field as JSON Schema. What JSON Schema has no word for (sums, days) is told by x-minimum and
 * x-maximum and in a description. */
#include "openapi/internal.h"

#include <string.h>

#define TEXT_MAX 4096 /* http/field.c */
#define CODE_MAX 32

static void type(struct node *schema, const char *name) {
    doc_text(schema, "type", text_from(name));
}

static bool bounded(const struct field *field) {
    return field->min != 0 || field->max != 0;
}

static void pattern(struct node *schema, struct text expression) {
    doc_text(schema, "pattern", expression);
}

static void text_schema(struct node *schema, const struct field *field) {
    type(schema, "string");
    int64_t least = field->min > 0 ? field->min : field->required ? 1 : 0;
    if (least > 0) doc_int(schema, "minLength", least);
    doc_int(schema, "maxLength", field->max != 0 ? field->max : TEXT_MAX);
    if (field->type == FIELD_SECRET) doc_text(schema, "format", TEXT("password"));
}

static void code_schema(struct node *schema, const struct field *field) {
    type(schema, "string");
    pattern(schema, text_format(schema->arena, "^[0-9]{%lld,%lld}$", (long long)(bounded(field) ? field->min : 1),
                                (long long)(bounded(field) ? field->max : CODE_MAX)));
    doc_text(schema, "description", TEXT("Digits; blanks between them are ignored"));
}

static void money_schema(struct node *schema, const struct field *field) {
    type(schema, "string");
    doc_text(schema, "format", TEXT("money"));
    pattern(schema, TEXT("^[0-9]{1,16}(\\.[0-9]{1,2})?$"));
    int64_t least = bounded(field) ? field->min : 1;
    doc_text(schema, "x-minimum", money_decimal(schema->arena, (struct money){least, CURRENCY_RUB}));
    if (bounded(field))
        doc_text(schema, "x-maximum", money_decimal(schema->arena, (struct money){field->max, CURRENCY_RUB}));
    doc_text(schema, "description", TEXT("Roubles, with a point before the kopecks"));
}

static void int_schema(struct node *schema, const struct field *field) {
    type(schema, "integer");
    if (!bounded(field)) return;
    doc_int(schema, "minimum", field->min);
    doc_int(schema, "maximum", field->max);
}

static void date_schema(struct node *schema, const struct field *field) {
    type(schema, "string");
    doc_text(schema, "format", TEXT("date"));
    if (!bounded(field)) return;
    doc_text(schema, "x-minimum", date_format(schema->arena, date_from_days(field->min)));
    doc_text(schema, "x-maximum", date_format(schema->arena, date_from_days(field->max)));
}

static void choice_schema(struct node *schema, const struct field *field) {
    type(schema, "string");
    struct node *choices = doc_array(schema, "enum");
    for (const char *const *choice = field->choices; *choice != NULL; choice++)
        doc_add_text(choices, text_from(*choice));
}

static void file_schema(struct node *schema, const struct field *field) {
    type(schema, "string");
    doc_text(schema, "contentMediaType", TEXT("application/octet-stream"));
    if (field->max != 0) doc_int(schema, "x-maximum-bytes", field->max);
}

void field_schema(struct node *schema, const struct field *field) {
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_SECRET: text_schema(schema, field); return;
    case FIELD_CODE: code_schema(schema, field); return;
    case FIELD_MONEY: money_schema(schema, field); return;
    case FIELD_INT: int_schema(schema, field); return;
    case FIELD_DATE: date_schema(schema, field); return;
    case FIELD_CHOICE: choice_schema(schema, field); return;
    case FIELD_FILE: file_schema(schema, field); return;
    case FIELD_BOOL:
        type(schema, "boolean");
        if (field->required) doc_bool(schema, "const", true); /* a consent: only yes will do */
        return;
    case FIELD_PHONE:
        type(schema, "string");
        doc_text(schema, "format", TEXT("phone"));
        doc_text(schema, "description", TEXT("A mobile number in any way of writing; +79161234567 is the plainest"));
        return;
    case FIELD_ID:
        type(schema, "string");
        pattern(schema, TEXT("^[1-9][0-9]{0,18}$"));
        return;
    }
}
