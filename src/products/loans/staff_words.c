/* staff_words.c: small things that all pages of the staff's side use. */
#include "products/loans/staff.h"

void loans_choices(struct request *request, struct node *document, const char *name, const char *const *values,
                   const string_id *titles, int chosen, const char *field) {
    struct node *list = doc_array(document, name);
    bool given = field_given(request, field) && request_field(request, field)->fault == FAULT_NONE;
    for (int i = 0; values[i] != NULL; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "value", text_from(values[i]));
        doc_text(node, "title", staff_say(request->arena, &request->locale, titles[i]));
        doc_bool(node, "selected", given ? field_number(request, field) == i : i == chosen);
    }
}
