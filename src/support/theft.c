/* theft.c: the button for whoever was robbed or broken into (SU-4): outgoing money is frozen, other sessions are ended,
 * all channels are told and a case is opened, all in one command. Staff let it go again, or he himself by strong proof
 * (recovery). */
#include "support/internal.h"

#include "messaging/messaging.h"

enum flow theft_page(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "frozen", customer.frozen);
    doc_bool(document, "may_thaw", customer.froze_himself && engine_enabled(request->engine, "recovery"));
    return answer_ok(request, document);
}

enum flow theft_report(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    int64_t customer = request->caller.customer;
    bool fresh = identity_freeze_himself(engine, tx, customer);
    int64_t ended = identity_end_sessions(engine, tx, customer, request->caller.session);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "frozen", true);
    doc_int(document, "ended", ended);
    if (fresh) { /* a second press is no second case */
        message_tell(engine, tx, customer, TOPIC_SECURITY, S_support_theft_told, NULL, 0);
        struct text words = string_get(request->arena, &request->locale, S_support_theft_case, NULL, 0);
        doc_id(document, "case", support_note(engine, tx, customer, CASE_THEFT, words));
    }
    return answer_done(request, document, TEXT("/support"));
}
