/* rail_osmp.c: providers that speak OSMP XML. A technical refusal after an attempt that nobody answered is not
 * believed: the provider may have credited the first one before it fell ill, so it is asked again until the payment's
 * deadline. */
#include "payments/rail.h"

static enum payment_reason reason_of(enum osmp_refusal refusal) {
    switch (refusal) {
    case OSMP_NO_REFUSAL: return REASON_NONE;
    case OSMP_BAD_ACCOUNT: return REASON_ACCOUNT;
    case OSMP_NOT_FOUND: return REASON_NOT_FOUND;
    case OSMP_REFUSED: return REASON_REFUSED;
    case OSMP_TECHNICAL: return REASON_TECHNICAL;
    case OSMP_INACTIVE: return REASON_INACTIVE;
    case OSMP_TOO_SMALL: return REASON_SMALL;
    case OSMP_TOO_LARGE: return REASON_LARGE;
    }
    return REASON_REFUSED;
}

/* «-12.50»: who is in debt is told so. */
static int64_t balance_of(struct text value) {
    struct money sum;
    bool below = text_starts(value, "-");
    if (!money_parse(below ? text_slice(value, 1, value.size) : value, CURRENCY_RUB, &sum)) return BALANCE_UNTOLD;
    return below ? -sum.minor : sum.minor;
}

static void read_facts(const struct osmp_reply *reply, struct rail_answer *answer) {
    struct money bill;
    for (size_t i = 0; i < reply->field_count; i++) {
        struct text name = text_from(reply->fields[i].name), value = reply->fields[i].value;
        if (text_is(name, "name")) answer->name = value;
        if (text_is(name, "bill") && money_parse(value, CURRENCY_RUB, &bill)) answer->bill = bill.minor;
        if (text_is(name, "balance")) answer->balance = balance_of(value);
        if (text_is(name, "meter") || text_is(name, "period")) answer->more = value;
    }
}

static struct rail_answer ask(struct engine *engine, const struct provider *provider, const struct rail_order *order,
                              struct arena *arena) {
    static const enum osmp_command commands[] = {OSMP_CHECK, OSMP_PAY, OSMP_CANCEL};
    static const enum rail_verdict verdicts[] = {RAIL_YES, RAIL_NO, RAIL_LATER, RAIL_UNCERTAIN};
    const struct osmp_order asked = {.command = commands[order->command],
                                     .txn = order->id,
                                     .account = order->values[0].value,
                                     .sum = order->sum,
                                     .at = civil_at(order->at, engine_zone(engine)),
                                     .fields = order->values + 1,
                                     .field_count = order->value_count - 1};
    struct osmp_reply reply = osmp_ask(arena, &provider->osmp, &asked);
    struct rail_answer answer = {.verdict = verdicts[reply.meaning],
                                 .reason = reason_of(reply.refusal),
                                 .code = reply.result,
                                 .reference = reply.reference,
                                 .comment = reply.comment,
                                 .bill = -1,
                                 .balance = BALANCE_UNTOLD};
    bool doubtful = reply.refusal == OSMP_TECHNICAL && order->command == RAIL_SEND && order->attempt > 1;
    if (doubtful) answer.verdict = RAIL_UNCERTAIN;
    read_facts(&reply, &answer);
    bool only_sum = reply.refusal == OSMP_TOO_SMALL || reply.refusal == OSMP_TOO_LARGE;
    if (only_sum && order->command == RAIL_CHECK && order->sum.minor == 0 && answer.bill > 0) answer.verdict = RAIL_YES;
    return answer;
}

static int register_of(struct engine *engine, const struct provider *provider, int64_t day, int64_t after,
                       struct rail_line lines[RAIL_LINES], bool *more, struct arena *arena) {
    struct osmp_line *told = arena_array(arena, struct osmp_line, RAIL_LINES);
    (void)engine;
    int count = osmp_register(arena, &provider->osmp, date_from_days(day), after, told, RAIL_LINES, more);
    for (int i = 0; i < count; i++)
        lines[i] = (struct rail_line){told[i].txn, told[i].sum, told[i].cancelled, told[i].reference};
    return count;
}

const struct rail rail_osmp = {.name = "osmp", .ask = ask, .register_of = register_of};
