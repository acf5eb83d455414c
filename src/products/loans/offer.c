/* offer.c: an application as its owner sees it, at every step; and of one that was granted, what he may sign: as much
 * as was granted or less. An offer waits for its time and no longer. */
#include "products/loans/staff.h"

#include "base/json.h"
#include "messaging/messaging.h"

#include <jansson.h>

#define PIECE 200

STATEMENT(offers_over, "SELECT customer, id FROM loan_application WHERE expires > 0 AND expires < $1 "
                       "ORDER BY expires LIMIT 200");

static const struct refusal not_open = {"not-in-this-state", 409, S_loans_refused_state, false};

struct text application_path(struct arena *arena, const struct application *application) {
    return text_format(arena, "/loans/applications/%lld", (long long)application->id);
}

static const struct {
    const char *name;
    string_id title;
} states[APPLICATION_STATES] = {
    [APPLICATION_REVIEW] = {"review", S_loans_state_review},
    [APPLICATION_OFFERED] = {"offered", S_loans_state_offered},
    [APPLICATION_REFUSED] = {"refused", S_loans_state_refused},
    [APPLICATION_WITHDRAWN] = {"withdrawn", S_loans_state_withdrawn},
    [APPLICATION_EXPIRED] = {"expired", S_loans_state_expired},
    [APPLICATION_SIGNED] = {"signed", S_loans_state_signed},
    [APPLICATION_IDENTIFY] = {"identify", S_loans_state_identify},
};

struct text application_state_word(enum application_state state) { return text_from(states[state].name); }
string_id application_state_title(enum application_state state) { return states[state].title; }

/* ---- why not ---- */

/* A list that somebody stands on by the law against laundering is not told to him. */
static const struct {
    const char *code;
    string_id words;
} reasons[] = {
    {"too_young", S_loans_told_too_young},
    {"too_old", S_loans_told_too_old},
    {"too_many_costly_loans", S_loans_told_costly},
    {"bankrupt", S_loans_told_bankrupt},
    {"not_identified", S_loans_told_identified},
    {"too_many_loans", S_loans_told_loans},
    {"long_overdue", S_loans_told_long_overdue},
    {"debt_load", S_loans_told_debt},
    {"few_points", S_loans_told_points},
    {"self_ban", S_loans_told_ban},
    {"lost_passports", S_loans_told_passport},
    {"limit_below_product", S_loans_told_limit},
};

static string_id reason_words(struct text code) {
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (text_is(code, reasons[i].code)) return reasons[i].words;
    return S_loans_told_general;
}

static void reasons_tell(struct request *request, const struct application *application, struct node *document) {
    const json_t *data = json_read(request->arena, application->outcome), *each;
    struct node *list = doc_array(document, "reasons");
    size_t at;
    bool general = false;
    if (application->state != APPLICATION_REFUSED) return;
    json_array_foreach(json_object_get(data, "reasons"), at, each) {
        string_id words = reason_words(text_from(json_string_value(each)));
        if (words == S_loans_told_general && general) continue;
        general = general || words == S_loans_told_general;
        doc_add_text(list, loans_say(request->arena, &request->locale, words));
    }
    if (list->first == NULL) doc_add_text(list, loans_say(request->arena, &request->locale, S_loans_told_general));
}

/* ---- the whole ---- */

void application_tell(struct request *request, struct tx *tx, const struct application *application,
                      struct node *document) {
    struct credit_product product;
    doc_id(document, "id", application->id);
    doc_text(document, "state", application_state_word(application->state));
    doc_text(document, "state_words",
             loans_say(request->arena, &request->locale, application_state_title(application->state)));
    doc_money(document, "asked_sum", rub(application->sum));
    doc_int(document, "asked_term", application->term);
    doc_moment(document, "asked", application->asked_at);
    if (application->expires != 0) doc_moment(document, "expires", application->expires);
    else doc_null(document, "expires");
    if (application->loan != 0) doc_id(document, "loan", application->loan);
    else doc_null(document, "loan");
    if (!credit_product_find(tx, application->product, &product)) return;
    doc_text(document, "title", credit_product_title(&product, request->locale.language));
    doc_text(document, "asked_term_words",
             loans_term_words(request->arena, &request->locale, &product.terms, application->term));
}

static bool offer_lives(const struct request *request, const struct application *application) {
    return application->state == APPLICATION_OFFERED && world_now(request->world) < application->expires;
}

/* What he may sign: by the version that he was granted. False: not what he chose, and the fields say why. */
static bool offer_tell(struct request *request, struct tx *tx, const struct application *application,
                       struct node *document) {
    struct contract_choice choice = {.sum = application->sum < application->most ? application->sum
                                                                                 : application->most,
                                     .term = application->term};
    struct credit_quote quote;
    if (!credit_product_find(tx, application->product, &choice.product)) return true;
    const struct credit_terms *terms = &choice.product.terms;
    choice.sum = choice.sum / terms->sum_step * terms->sum_step;
    bool good = credit_choice(request, terms, application->most, &choice.sum, &choice.term);
    doc_money(document, "most", rub(application->most));
    doc_bool(document, "less", application->most < application->sum);
    credit_sliders_tell(request, terms, application->most, choice.sum, choice.term, document);
    credit_extras_tell(request, terms, document);
    if (good) credit_quote(request->engine, request->arena, terms, choice.sum, choice.term, &quote);
    doc_bool(document, "unlawful", good && quote.fault != LOAN_LAWFUL);
    if (!good || quote.fault != LOAN_LAWFUL) {
        doc_null(document, "quote");
        return good;
    }
    credit_quote_tell(request, terms, choice.sum, choice.term, &quote, document);
    contract_terms_tell(request->arena, contract_write(request, tx, application, &choice, &quote),
                        doc_array(document, "facts"));
    return true;
}

static enum flow page(struct request *request, struct tx *tx, bool strict) {
    struct application application;
    struct contract_draft draft;
    struct credit credit;
    struct node *document = doc_new(request->arena);
    if (!application_asked(request, tx, &application)) return answer_missing(request);
    bool lives = offer_lives(request, &application);
    if (application.state == APPLICATION_OFFERED && !lives) application.state = APPLICATION_EXPIRED;
    application_tell(request, tx, &application, document);
    reasons_tell(request, &application, document);
    doc_bool(document, "waits_code",
             lives && contract_draft_find(request->engine, tx, application.customer, application.id, &draft));
    if (lives && !offer_tell(request, tx, &application, document) && strict) return refuse_rest(request);
    if (application.loan != 0 && credit_find(tx, application.customer, application.loan, &credit)) {
        doc_moment(document, "ready", credit.ready_at);
        doc_bool(document, "waits", credit.state == CREDIT_WAITS);
        doc_bool(document, "cooling", credit.ready_at > world_now(request->world));
        doc_bool(document, "no_card", credit.card == 0);
    }
    doc_bool(document, "over", !application_waits(application.state));
    bool levels = application.state == APPLICATION_IDENTIFY && engine_enabled(request->engine, "levels");
    if (levels) doc_text(document, "identify", TEXT("/settings/level"));
    else doc_null(document, "identify");
    return answer_ok(request, document);
}

/* GET /loans/applications/{id}; _again: around what was refused */
enum flow loans_application_read(struct request *request, struct tx *tx) { return page(request, tx, true); }
enum flow loans_application_again(struct request *request, struct tx *tx) { return page(request, tx, false); }

void application_withdraw(struct engine *engine, struct tx *tx, struct application *application) {
    if (application->state == APPLICATION_REVIEW) application_from_staff(engine, tx, application);
    application->state = APPLICATION_WITHDRAWN;
    application->expires = 0;
    application_update(engine, tx, application);
    contract_draft_drop(tx, application->customer, application->id);
    engine_notify(engine, tx, application->customer, "loan");
}

/* POST /loans/applications/{id}/withdraw */
enum flow loans_withdraw_write(struct request *request, struct tx *tx) {
    struct application application;
    if (!application_asked(request, tx, &application)) return answer_missing(request);
    if (!application_waits(application.state) && application.state != APPLICATION_WITHDRAWN)
        return refuse(request, &not_open);
    application_withdraw(request->engine, tx, &application);
    struct node *document = doc_new(request->arena);
    application_tell(request, tx, &application, document);
    return answer_done(request, document, application_path(request->arena, &application));
}

bool loans_offers_job(struct engine *engine, struct tx *tx) {
    int64_t over[PIECE][2];
    size_t count = 0;
    struct application application;
    struct rows *rows = tx_query(tx, &offers_over, VALUES(V_INT(world_now(engine_world(engine)))));
    for (; count < PIECE && rows_next(rows); count++) {
        over[count][0] = row_int(rows, 0);
        over[count][1] = row_int(rows, 1);
    }
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        if (!application_find(engine, tx, over[i][0], over[i][1], &application)) continue;
        bool unknown = application.state == APPLICATION_IDENTIFY;
        if (application_waits(application.state)) application.state = APPLICATION_EXPIRED;
        application.expires = 0;
        application_update(engine, tx, &application);
        contract_draft_drop(tx, application.customer, application.id);
        message_tell_bulk(engine, tx, application.customer, TOPIC_SERVICE,
                          unknown ? S_loans_told_unidentified : S_loans_told_expired, NULL, 0);
        engine_notify(engine, tx, application.customer, "loan");
    }
    return count == PIECE;
}
