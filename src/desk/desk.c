/* desk.c: the office's desk: a contract is opened, and what is printed on it is shown once (ID-7). */
#include "desk/internal.h"

#include "backoffice/backoffice.h"
#include "identity/common.h"
#include "onboarding/contract.h"

static const struct refusal elsewhere = {"no-contracts", 409, S_desk_off, false};
static const struct refusal login_bad = {"login-bad", 422, S_desk_login_bad, false};
static const struct refusal login_taken = {"login-taken", 409, S_desk_login_taken, false};
static const struct refusal number_taken = {"number-taken", 409, S_desk_number_taken, false};
static const struct refusal busy = {"unavailable", 503, S_desk_busy, false};

static const char *const phone_fields[] = {"phone", "phone2", "phone3"};
#define PHONE_FIELDS (sizeof phone_fields / sizeof *phone_fields)

enum flow office_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    doc_bool(document, "on", onboarding_at_desk(request->engine));
    return answer_ok(request, document);
}

enum flow office_check(struct request *request, struct tx *tx) {
    (void)tx;
    struct contract *contract = arena_new_of(request->arena, struct contract);
    if (!onboarding_at_desk(request->engine)) return refuse(request, &elsewhere);
    contract->login = text_lower_ascii(request->arena, field_text(request, "login"));
    contract->language = field_given(request, "language") ? (enum language)field_number(request, "language")
                                                          : (enum language)engine_config(request->engine)->language;
    if (!contract_login_valid(contract->login)) return refuse_at(request, "login", &login_bad);
    for (size_t i = 0; i < PHONE_FIELDS; i++)
        if (field_given(request, phone_fields[i]))
            contract->phones[contract->phone_count++] = field_text(request, phone_fields[i]);
    request->scratch = contract;
    return FLOW_NEXT;
}

enum flow office_prepare(struct request *request, struct tx *tx) {
    (void)tx;
    if (contract_prepare(request->world, request->arena, request->scratch)) return FLOW_NEXT;
    request->answer.retry_after_s = 1;
    return refuse(request, &busy);
}

enum flow office_open(struct request *request, struct tx *tx) {
    const struct contract *contract = request->scratch;
    int64_t customer = 0;
    switch (contract_open(request->engine, tx, contract, &customer)) {
    case CONTRACT_OPENED: break;
    case CONTRACT_LOGIN_TAKEN: return refuse_at(request, "login", &login_taken);
    case CONTRACT_NUMBER_TAKEN: return refuse_at(request, "phone", &number_taken);
    }
    audit_record(request, customer, "desk.contract.opened", TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_id(document, "customer", customer);
    doc_text(document, "account", contract->account);
    doc_text(document, "login", contract->login);
    doc_text(document, "password", contract->password);
    struct node *phones = doc_array(document, "phones");
    for (size_t i = 0; i < contract->phone_count; i++)
        doc_add_text(phones, phone_pretty(request->arena, contract->phones[i]));
    return answer_ok(request, document);
}
