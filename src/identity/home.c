/* home.c: the first page of a cabinet whose products bring none of their own: what there is in it,
 * and what is under way. */
#include "identity/internal.h"

#include "generated/templates.h"

enum flow home_plain(struct request *request, struct tx *tx) {
    if (request->caller.kind != WHO_CUSTOMER) return answer_see(request, TEXT("/signin"));
    struct node *document = doc_new(request->arena);
    engine_menu(request->engine, request, doc_array(document, "sections"));
    engine_pending(request->engine, tx, &request->locale, request->caller.customer, doc_array(document, "pending"));
    return answer_ok(request, document);
}
