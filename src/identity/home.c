/* home.c: the first page of a cabinet whose products bring none of their own: what there is in it. */
#include "identity/internal.h"

#include "generated/templates.h"

enum flow home_plain(struct request *request, struct tx *tx) {
    (void)tx;
    if (request->caller.kind != WHO_CUSTOMER) return answer_see(request, TEXT("/signin"));
    struct node *document = doc_new(request->arena);
    engine_menu(request->engine, request, doc_array(document, "sections"));
    return answer_ok(request, document);
}
