/* acquirer_cards.c: practice cards of the binding page; what goes wrong is up to a number's last four digits. */
#include "sandbox/acquirer.h"

#include "sandbox/bank.h"

#include "generated/strings_sandbox.h"

const struct bound_fault_row bound_faults[BOUND_FAULTS] = {
    [BOUND_WELL] = {"0000", S_sandbox_bound_well},
    [BOUND_DECLINES] = {"1111", S_sandbox_bound_declines},
    [BOUND_SECURE] = {"3103", S_sandbox_bound_secure},
    [BOUND_SILENT] = {"3333", S_sandbox_bound_silent},
    [BOUND_TWICE] = {"4444", S_sandbox_bound_twice},
    [BOUND_GARBAGE] = {"7777", S_sandbox_bound_garbage},
    [BOUND_LOST] = {"6611", S_sandbox_bound_lost},
    [BOUND_DOUBLE] = {"6615", S_sandbox_bound_double},
    [BOUND_PAGE] = {"6620", S_sandbox_bound_page},
    [BOUND_REFUSES] = {"6607", S_sandbox_bound_refuses},
    [BOUND_PENDING] = {"6690", S_sandbox_bound_pending},
    [BOUND_PENDING_REFUSED] = {"6697", S_sandbox_bound_pending_refused},
    [BOUND_CONTRADICTS] = {"6634", S_sandbox_bound_contradicts},
    [BOUND_POOR] = {"6651", S_sandbox_bound_poor},
};

enum bound_fault bound_fault_of(struct text number) {
    for (size_t i = 0; i < BOUND_FAULTS; i++)
        if (text_ends(number, bound_faults[i].digits)) return (enum bound_fault)i;
    return BOUND_WELL;
}

void bound_cards_tell(struct request *request, struct node *list) {
    for (size_t i = 0; i < BOUND_FAULTS; i++) {
        struct node *card = doc_add_object(list);
        doc_text(card, "card", practice_card(request->arena, bound_faults[i].digits));
        doc_text(card, "about", string_get(request->arena, &request->locale, bound_faults[i].about, NULL, 0));
    }
}
