/* desk_open.c: a case for somebody who only phones: opened by whoever of the support takes the call. The number is
 * looked up: a customer's case is his own, and he sees in his cabinet what was written down; of anybody else the number
 * is kept, sealed, as one to call back. It is a case like any other: in the queue, taken before anything of it is seen
 * again. */
#include "support/desk.h"

enum flow desk_open_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    callback_parts(request, document);
    return answer_ok(request, document);
}

/* «По телефону: не приходит код»: what he said, as the person on the phone wrote it down. */
static void write_down(struct request *request, struct tx *tx, int64_t id) {
    struct node words = {.kind = NODE_TEXT, .text = field_text(request, "text")};
    const struct string_argument argument = {"words", &words};
    struct said said = {.author = AUTHOR_CUSTOMER,
                        .staff = request->caller.staff,
                        .words = string_get(request->arena, &request->locale, S_support_open_said, &argument, 1)};
    case_say(request->engine, tx, id, &said);
}

enum flow desk_open(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct text phone = field_text(request, "phone");
    struct owner owner = {.customer = identity_by_phone(engine, tx, phone)};
    struct customer customer = {0};
    struct support_case found;
    enum language language = request->locale.language;
    if (identity_customer(engine, tx, owner.customer, &customer) && !customer.closed) language = customer.language;
    else owner.customer = 0;
    bool goes_on = case_open_of(tx, &owner, &found);
    int64_t id = goes_on ? found.id : case_begin(engine, tx, &owner, CASE_CALL, language);
    write_down(request, tx, id);
    /* Of a stranger there is no other way back. */
    bool call = owner.customer == 0 || field_given(request, "part");
    if (call) callback_ask(request, tx, id, phone, field_number(request, "part"));
    audit_record(request, owner.customer, "support.case.opened", text_format(request->arena, "%lld", (long long)id));
    struct node *document = doc_new(request->arena);
    doc_id(document, "case", id);
    doc_bool(document, "customer", owner.customer != 0);
    doc_bool(document, "call", call);
    return answer_created(request, document, desk_path(request, id));
}
