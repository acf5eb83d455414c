/* own_data.c: what a customer answered when he signed up, and his contract: told to him, and destroyed. */
#include "onboarding/internal.h"

STATEMENT(contracts, "SELECT made, account FROM contract WHERE customer = $1");

static void tell_application(struct own_data *piece) {
    struct application application;
    if (!application_of_customer(piece->engine, piece->tx, piece->customer, &application)) return;
    struct node *node = doc_add_object(piece->list);
    doc_text(node, "kind", TEXT("application"));
    doc_moment(node, "made", application.made);
    struct node *answers = doc_object(node, "answers");
    for (int i = 0; i < ANSWER_COUNT; i++)
        if (application.answers.of[i].data != NULL)
            doc_text(answers, question_of((enum detail)i)->name, application.answers.of[i]);
    photos_list(piece->tx, application.id, doc_array(node, "photos"));
}

static void tell_contract(struct own_data *piece) {
    struct arena *arena = piece->list->arena;
    struct rows *rows = tx_query(piece->tx, &contracts, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct text account = TEXT_NONE;
        secret_open(engine_keyring(piece->engine), arena, "contract.account", piece->customer, row_text(rows, 1),
                    &account);
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("contract"));
        doc_text(node, "account", account);
        doc_moment(node, "made", row_int(rows, 0));
    }
}

bool onboarding_own_data(struct own_data *piece) {
    tell_application(piece);
    tell_contract(piece);
    int64_t limit = onboarding_limit(piece->tx, piece->customer);
    if (limit == 0) return false;
    struct node *node = doc_add_object(piece->list);
    doc_text(node, "kind", TEXT("limit"));
    doc_money(node, "sum", (struct money){limit, CURRENCY_RUB});
    return false;
}

STATEMENT(erase_photo, "DELETE FROM application_photo WHERE application IN "
                       "(SELECT id FROM application WHERE customer = $1)");
STATEMENT(erase_application, "DELETE FROM application WHERE customer = $1");
STATEMENT(erase_limit, "DELETE FROM onboarding_limit WHERE customer = $1");
STATEMENT(erase_name, "DELETE FROM contract_name WHERE customer = $1");
STATEMENT(erase_renewal, "DELETE FROM contract_renewal WHERE customer = $1");
STATEMENT(erase_contract, "DELETE FROM contract WHERE customer = $1");

const struct erase onboarding_erases[] = {
    {"application_photo", &erase_photo}, {"application", &erase_application}, {"onboarding_limit", &erase_limit},
    {"contract_name", &erase_name},      {"contract_renewal", &erase_renewal}, {"contract", &erase_contract},
    {.what = NULL},
};
