/* problem.c: see problem.h. */
#include "http/problem.h"

#include "http/refusals.h"

static const char *const fault_names[] = {
    [FAULT_NONE] = "none",           [FAULT_MISSING] = "missing",     [FAULT_MALFORMED] = "malformed",
    [FAULT_TOO_SMALL] = "too_small", [FAULT_TOO_LARGE] = "too_large", [FAULT_UNKNOWN] = "unknown",
    [FAULT_REFUSED] = "refused",
};

static void add_error(struct node *errors, struct text field, enum field_fault fault, struct text text) {
    struct node *error = doc_add_object(errors);
    doc_text(error, "field", field);
    doc_text(error, "fault", text_from(fault_names[fault]));
    if (text.data != NULL) doc_text(error, "text", text);
}

static void add_errors(struct exchange *exchange, struct node *problem) {
    const struct request *request = &exchange->request;
    const struct form *form = request->route != NULL ? request->route->form : NULL;
    if (form == NULL || request->fields == NULL || request->fields_valid) return;
    struct node *errors = doc_array(problem, "errors");
    for (size_t i = 0; i < form->count; i++) {
        const struct field_value *value = &request->fields[i];
        if (value->fault == FAULT_NONE) continue;
        struct text text = value->words;
        if (text.data == NULL && value->message != 0)
            text = string_get(request->arena, &request->locale, value->message, NULL, 0);
        add_error(errors, text_from(form->fields[i].name), value->fault, text);
    }
    for (const struct rest_fault *fault = request->rest_faults; fault != NULL; fault = fault->next)
        add_error(errors, text_from(fault->name), FAULT_REFUSED, fault->words);
    const struct raw_field *unknown = exchange->json_body ? form_unknown(form, request->raw) : NULL;
    if (unknown != NULL) add_error(errors, unknown->name, FAULT_UNKNOWN, TEXT_NONE);
}

struct node *problem_document(struct exchange *exchange) {
    const struct request *request = &exchange->request;
    const struct answer *answer = &request->answer;
    struct node *problem = doc_new(request->arena);
    doc_text(problem, "type", text_format(request->arena, "/problems/%s", answer->refusal->type));
    doc_text(problem, "title", text_from(status_title(answer->status)));
    doc_int(problem, "status", answer->status);
    if (answer->refusal->text != 0) {
        struct text detail = string_get(request->arena, &request->locale, answer->refusal->text,
                                        answer->refusal_arguments, answer->refusal_argument_count);
        doc_text(problem, "detail", detail);
    }
    doc_text(problem, "instance", request->id);
    add_errors(exchange, problem);
    if (request->route != NULL && request->route->problem != NULL) request->route->problem(request, problem);
    return problem;
}

struct text problem_page(const struct exchange *exchange) {
    const struct request *request = &exchange->request;
    const char *title = status_title(request->answer.status);
    return text_format(request->arena,
                       "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>%d %s</title>"
                       "<h1>%d %s</h1><p>%.*s</p></html>\n",
                       request->answer.status, title, request->answer.status, title, TEXT_ARG(request->id));
}
