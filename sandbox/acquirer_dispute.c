/* acquirer_dispute.c: a cardholder tells his bank that he has not paid, and it takes the money back from the acquirer,
 * who tells us (a chargeback). */
#include "sandbox/acquirer.h"

#include "generated/strings_sandbox.h"

FORM(dispute_form, {.name = "merchant", .type = FIELD_TEXT, .required = true, .max = 60},
     {.name = "order", .type = FIELD_TEXT, .required = true, .max = 20});

static const struct refusal not_paid = {"not-paid", 409, S_sandbox_refused_dispute, false};
static const struct refusal broken = {"broken", 500, S_sandbox_refused_broken, false};

static enum flow dispute_act(struct request *request, struct tx *tx) {
    (void)tx;
    struct sandbox *sandbox = request->engine_state;
    struct order order;
    if (!request->fields_valid ||
        !books_find(sandbox->books, field_text(request, "merchant"), field_text(request, "order"),
                    world_now(request->world) / SECOND, &order) ||
        order.state != ORDER_PAID || order.refund[0] != '\0')
        return refuse(request, &not_paid);
    order.state = ORDER_REVERSED;
    if (!books_keep(sandbox->books, &order)) return refuse(request, &broken);
    const struct callback callback = {.order = order, .told = order.state};
    courier_send(sandbox->courier, &callback, 0);
    return answer_see(request, TEXT("/"));
}

const struct route acquirer_dispute_route = {.method = METHOD_POST,
                                             .path = "/acquirer/dispute",
                                             .who = WHO_ANYONE,
                                             .form = &dispute_form,
                                             .stages = {{STAGE_READ, dispute_act}}};
