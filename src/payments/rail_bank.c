/* rail_bank.c: transfers through a partner bank: to accounts, to cards, by phone numbers. They differ in what is asked;
 * what is answered is the same. */
#include "adapters/bank/bank.h"
#include "payments/rail.h"

static struct bank_service service_of(const struct provider *provider) {
    return (struct bank_service){.url = provider->osmp.url,
                                 .client = provider->osmp.user,
                                 .key = provider->osmp.password,
                                 .timeout_ms = provider->osmp.timeout_ms};
}

static enum payment_reason reason_of(enum bank_refusal refusal) {
    switch (refusal) {
    case BANK_NO_REFUSAL: return REASON_NONE;
    case BANK_BAD_ACCOUNT: return REASON_ACCOUNT;
    case BANK_NOT_FOUND: return REASON_NOT_FOUND;
    case BANK_REFUSED: return REASON_REFUSED;
    case BANK_CLOSED: return REASON_INACTIVE;
    case BANK_TECHNICAL: return REASON_TECHNICAL;
    case BANK_SMALL: return REASON_SMALL;
    case BANK_LARGE: return REASON_LARGE;
    case BANK_NO_BANK: return REASON_BANK;
    case BANK_NOT_LINKED: return REASON_UNLINKED;
    case BANK_NO_CARD: return REASON_CARD;
    }
    return REASON_REFUSED;
}

static struct rail_answer ask(enum bank_kind kind, struct engine *engine, const struct provider *provider,
                              const struct rail_order *order, struct arena *arena) {
    static const enum bank_call calls[] = {[RAIL_CHECK] = BANK_CHECK, [RAIL_SEND] = BANK_PAYOUT};
    static const enum rail_verdict verdicts[] = {RAIL_YES, RAIL_NO, RAIL_LATER, RAIL_UNCERTAIN};
    if (order->command == RAIL_CANCEL) return (struct rail_answer){.verdict = RAIL_NO, .reason = REASON_REFUSED};
    struct bank_fact facts[PROVIDER_FIELDS];
    for (size_t i = 0; i < order->value_count; i++)
        facts[i] = (struct bank_fact){order->values[i].name, order->values[i].value};
    const struct bank_service service = service_of(provider);
    const struct bank_order asked = {.call = calls[order->command],
                                     .kind = kind,
                                     .id = order->id,
                                     .sum = order->sum,
                                     .made = order->at,
                                     .facts = facts,
                                     .fact_count = order->value_count};
    struct bank_reply reply = bank_ask(arena, &service, &asked, world_now(engine_world(engine)));
    return (struct rail_answer){.verdict = verdicts[reply.meaning],
                                .reason = reason_of(reply.refusal),
                                .code = reply.answered ? (int)reply.refusal : -1,
                                .reference = reply.reference,
                                .comment = reply.comment,
                                .name = reply.name,
                                .bill = -1,
                                .balance = BALANCE_UNTOLD,
                                .more = kind == BANK_PHONE ? TEXT_NONE : reply.bank}; /* he chose it himself */
}

static struct rail_answer ask_account(struct engine *engine, const struct provider *provider,
                                      const struct rail_order *order, struct arena *arena) {
    return ask(BANK_ACCOUNT, engine, provider, order, arena);
}

static struct rail_answer ask_card(struct engine *engine, const struct provider *provider,
                                   const struct rail_order *order, struct arena *arena) {
    return ask(BANK_CARD, engine, provider, order, arena);
}

static struct rail_answer ask_phone(struct engine *engine, const struct provider *provider,
                                    const struct rail_order *order, struct arena *arena) {
    return ask(BANK_PHONE, engine, provider, order, arena);
}

static int returns_of(struct engine *engine, const struct provider *provider, int64_t after,
                      struct rail_return returns[RAIL_RETURNS], struct arena *arena) {
    struct bank_return told[RAIL_RETURNS];
    const struct bank_service service = service_of(provider);
    int count = bank_returns(arena, &service, after, world_now(engine_world(engine)), told, RAIL_RETURNS);
    for (int i = 0; i < count; i++)
        returns[i] = (struct rail_return){told[i].number, told[i].id, told[i].sum.minor};
    return count;
}

const struct rail rail_bank = {.name = "bank", .ask = ask_account, .returns = returns_of};
const struct rail rail_card = {.name = "card", .ask = ask_card, .returns = returns_of};
const struct rail rail_fastpay = {.name = "fastpay", .ask = ask_phone, .returns = returns_of};
