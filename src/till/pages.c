/* pages.c: the cashier's pages: the customer's data and number, then the code that the customer tells, then the
 * outcome, as far as a shop may know it (ID-4). */
#include "till/internal.h"

#include "onboarding/onboarding.h"

/* FLOW_NEXT: a cashier of a shop. */
static enum flow enter(struct request *request, struct tx *tx, struct shop_person *person) {
    return shop_enter(request, tx, SHOP_CASHIER, person);
}

static struct asker asker_of(const struct shop_person *person) {
    return (struct asker){.shop = person->shop, .cashier = person->login};
}

static struct node *page_new(struct request *request, const struct shop_person *person) {
    struct node *document = doc_new(request->arena);
    shop_shell(request, person, document);
    return document;
}

enum flow till_page(struct request *request, struct tx *tx) {
    static const struct answers nothing;
    struct shop_person person;
    if (enter(request, tx, &person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct asked_page *page = onboarding_till_page(request->engine);
    struct node *document = page_new(request, &person), *fields = doc_array(document, "fields");
    doc_bool(document, "on", page != NULL);
    if (page != NULL) asked_draw(request, fields, page, &nothing, false);
    return answer_ok(request, document);
}

enum flow till_page_check(struct request *request, struct tx *tx) {
    struct shop_person person;
    return enter(request, tx, &person) == FLOW_ANSWERED ? FLOW_ANSWERED : till_check(request);
}

static struct text place_of(struct request *request, const struct till_application *application) {
    return text_format(request->arena, "/till/applications/%lld", (long long)application->id);
}

/* The form's own key names it: pressed twice it is one. */
enum flow till_page_begin(struct request *request, struct tx *tx) {
    struct shop_person person;
    struct till_application application;
    if (enter(request, tx, &person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct asker asker = asker_of(&person);
    struct text number = text_format(request->arena, "c:%lld", (long long)world_id(request->world));
    if (till_begin(request, tx, &asker, number, &application) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    till_tell(request, &application, document);
    return answer_created(request, document, place_of(request, &application));
}

/* FLOW_NEXT: that application, of the cashier's shop. */
static enum flow find(struct request *request, struct tx *tx, struct shop_person *person,
                      struct till_application *application) {
    int64_t id = 0;
    if (enter(request, tx, person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return request_param_id(request, 0, &id) && till_find(request->engine, tx, person->shop.id, id, application)
               ? FLOW_NEXT
               : answer_missing(request);
}

enum flow till_see(struct request *request, struct tx *tx) {
    static const string_id titles[] = {S_none,          S_till_code_title, S_till_approved, S_till_refused,
                                       S_till_customer, S_till_taken,      S_till_waits};
    static const string_id texts[] = {S_none,
                                      S_till_code_lead,
                                      S_till_approved_text,
                                      S_till_refused_text,
                                      S_till_customer_text,
                                      S_till_taken_text,
                                      S_till_waits_text};
    struct shop_person person;
    struct till_application application;
    if (find(request, tx, &person, &application) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = page_new(request, &person);
    till_tell(request, &application, document);
    bool over = text_is(doc_get(document, "state")->text, "expired"), code = application.state == TILL_CODE && !over;
    doc_text(document, "phone", phone_pretty(request->arena, application.phone));
    doc_bool(document, "asks", code);
    doc_bool(document, "good", application.state != TILL_CODE && application.state != TILL_REFUSED);
    string_id title = over ? S_till_over : titles[application.state];
    string_id text = over ? S_till_over_text : texts[application.state];
    doc_text(document, "title", string_get(request->arena, &request->locale, title, NULL, 0));
    doc_text(document, "text", string_get(request->arena, &request->locale, text, NULL, 0));
    return answer_ok(request, document);
}

enum flow till_page_prove(struct request *request, struct tx *tx) {
    struct shop_person person;
    struct till_application application;
    if (find(request, tx, &person, &application) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct asker asker = asker_of(&person);
    if (till_prove(request, tx, &asker, &application) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    till_tell(request, &application, document);
    return answer_done(request, document, place_of(request, &application));
}

enum flow till_page_resend(struct request *request, struct tx *tx) {
    struct shop_person person;
    struct till_application application;
    if (find(request, tx, &person, &application) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct asker asker = asker_of(&person);
    if (till_resend(request, tx, &asker, &application) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    till_tell(request, &application, document);
    return answer_done(request, document, place_of(request, &application));
}
