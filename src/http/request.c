/* request.c: what handlers read of a request, and how they answer it. */
#include "http/request.h"

#include "base/check.h"
#include "http/refusals.h"

/* ---- input ---- */

/* form->count: none of that name. */
static size_t find_field(const struct form *form, const char *name) {
    size_t at = 0;
    while (at < form->count && !text_is(text_from(form->fields[at].name), name)) at++;
    return at;
}

static size_t field_index(const struct request *request, const char *name) {
    check(request->route != NULL && request->route->form != NULL);
    size_t at = find_field(request->route->form, name);
    check(at < request->route->form->count); /* otherwise the handler misspells it */
    return at;
}

bool field_known(const struct request *request, const char *name) {
    const struct form *form = request->route->form;
    return form != NULL && find_field(form, name) < form->count;
}

const struct field_value *request_field(const struct request *request, const char *name) {
    return &request->fields[field_index(request, name)];
}

struct text field_text(const struct request *request, const char *name) {
    const struct field_value *value = request_field(request, name);
    return value->given ? value->text : TEXT_NONE;
}

int64_t field_number(const struct request *request, const char *name) {
    const struct field_value *value = request_field(request, name);
    return value->given ? value->number : 0;
}

struct money field_money(const struct request *request, const char *name) {
    return rub(field_number(request, name));
}

bool field_given(const struct request *request, const char *name) {
    return request_field(request, name)->given;
}

bool request_param_id(const struct request *request, size_t index, int64_t *id) {
    check(index < ROUTE_PARAMS);
    struct text param = request->params[index];
    int64_t value = 0;
    /* One address for one thing: no sign, no leading zeros. */
    if (param.size == 0 || param.data[0] < '1' || param.data[0] > '9' || !text_to_int(param, &value)) return false;
    *id = value;
    return true;
}

/* ---- answers ---- */

static enum flow answered(struct request *request, int status) {
    request->answer.status = status;
    return FLOW_ANSWERED;
}

enum flow answer_ok(struct request *request, struct node *document) {
    request->answer.document = document;
    return answered(request, 200);
}

enum flow answer_done(struct request *request, struct node *document, struct text location) {
    request->answer.document = document;
    if (!request->wants_html) return answered(request, 200);
    request->answer.location = location;
    return answered(request, 303);
}

enum flow answer_created(struct request *request, struct node *document, struct text location) {
    request->answer.document = document;
    request->answer.location = location;
    return answered(request, request->wants_html ? 303 : 201);
}

enum flow answer_see(struct request *request, struct text location) {
    request->answer.location = location;
    return answered(request, 303);
}

enum flow answer_file(struct request *request, const struct answer_file *file) {
    request->answer.file = arena_copy(request->arena, file, sizeof *file);
    return answered(request, 200);
}

enum flow answer_missing(struct request *request) {
    return refuse(request, refusal_of_status(404));
}

enum flow refuse(struct request *request, const struct refusal *refusal) {
    return refuse_with(request, refusal, NULL, 0);
}

enum flow refuse_with(struct request *request, const struct refusal *refusal, const struct string_argument *arguments,
                      size_t count) {
    check(refusal->status >= 400 && refusal->status <= 599);
    request->answer.refusal = refusal;
    request->answer.refusal_arguments =
        count > 0 ? arena_copy(request->arena, arguments, count * sizeof *arguments) : NULL;
    request->answer.refusal_argument_count = count;
    return answered(request, refusal->status);
}

enum flow refuse_field(struct request *request, const char *field, string_id message) {
    struct field_value *value = &request->fields[field_index(request, field)];
    value->fault = FAULT_REFUSED;
    value->message = message;
    request->fields_valid = false;
    return refuse(request, refusal_of_status(422));
}

void request_mark(struct request *request, const char *field, string_id message,
                  const struct string_argument *arguments, size_t count) {
    struct field_value *value = &request->fields[field_index(request, field)];
    value->fault = FAULT_REFUSED;
    value->message = message;
    value->words = string_get(request->arena, &request->locale, message, arguments, count);
    request->fields_valid = false;
}

/* ---- fields that the handler alone knows ---- */

struct text rest_text(const struct request *request, const char *name) {
    for (const struct raw_field *raw = request->raw; raw != NULL; raw = raw->next) {
        if (!text_is(raw->name, name)) continue;
        bool good = !raw->is_null && !raw->bad_type && raw->upload == NULL && text_valid_utf8(raw->value);
        struct text text = good ? text_trim(raw->value) : TEXT_NONE;
        return text.size > 0 ? text : TEXT_NONE;
    }
    return TEXT_NONE;
}

struct text rest_unknown(const struct request *request, const char *const *names, size_t count) {
    const struct form *form = request->route->form;
    for (const struct raw_field *raw = request->raw; raw != NULL; raw = raw->next) {
        bool known = text_starts(raw->name, "_");
        for (size_t i = 0; i < form->count && !known; i++) known = text_is(raw->name, form->fields[i].name);
        for (size_t i = 0; i < count && !known; i++) known = text_is(raw->name, names[i]);
        if (!known) return raw->name;
    }
    return TEXT_NONE;
}

void rest_fault(struct request *request, const char *name, struct text words) {
    struct rest_fault **end = &request->rest_faults;
    while (*end != NULL) end = &(*end)->next;
    *end = arena_new_of(request->arena, struct rest_fault);
    **end = (struct rest_fault){.name = name, .words = words};
}

enum flow refuse_rest(struct request *request) {
    request->fields_valid = false;
    return refuse(request, refusal_of_status(422));
}

void answer_cookie(struct request *request, const char *name, struct text value, int64_t max_age_s) {
    struct cookie *cookie = arena_new_of(request->arena, struct cookie);
    *cookie = (struct cookie){.name = name, .value = value, .max_age_s = max_age_s};
    struct cookie **end = &request->answer.cookies;
    while (*end != NULL && !text_is(text_from((*end)->name), name)) end = &(*end)->next;
    if (*end != NULL) cookie->next = (*end)->next; /* the later one of a name is what counts */
    *end = cookie;
}
