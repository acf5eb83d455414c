/* osmp.c: asks a provider. What is not an answer of theirs (a proxy's page, half a document, another payment's number)
 * leaves the payment uncertain: it is asked again with the same number, which by the protocol is credited once. */
#include "adapters/osmp/osmp.h"

#include "adapters/webcall/webcall.h"

#define ANSWER_MOST (64 * 1024)

static const char *command_name(enum osmp_command command) {
    static const char *const names[] = {"check", "pay", "cancel"};
    return names[command];
}

struct text osmp_write(struct arena *arena, const struct osmp_service *service, const struct osmp_order *order) {
    (void)service; /* both dialects ask with the same names */
    struct buffer out = buffer_new(arena, 256);
    const struct date date = order->at.date;
    webcall_add_field(&out, "command", text_from(command_name(order->command)));
    webcall_add_field(&out, "txn_id", text_format(arena, "%lld", (long long)order->txn));
    webcall_add_field(&out, "account", order->account);
    webcall_add_field(&out, "sum", money_decimal(arena, order->sum));
    webcall_add_field(&out, "txn_date",
                       text_format(arena, "%04d%02d%02d%02d%02d%02d", date.year, date.month, date.day, order->at.hour,
                                   order->at.minute, order->at.second));
    for (size_t i = 0; i < order->field_count; i++)
        webcall_add_field(&out, order->fields[i].name, order->fields[i].value);
    return buffer_text(&out);
}

static struct osmp_reply nothing_came(enum osmp_command command, enum webcall_outcome outcome) {
    bool unsent = outcome == WEBCALL_UNSENT || command == OSMP_CHECK;
    return (struct osmp_reply){.meaning = unsent ? OSMP_LATER : OSMP_UNCERTAIN, .result = -1};
}

struct osmp_reply osmp_ask(struct arena *arena, const struct osmp_service *service, const struct osmp_order *order) {
    struct text asked = osmp_write(arena, service, order);
    bool posts = service->dialect == OSMP_FORM;
    struct webcall call = {.url = service->url,
                                 .user = service->user,
                                 .password = service->password,
                                 .timeout_ms = service->timeout_ms,
                                 .most = ANSWER_MOST};
    if (posts) call.post = asked;
    else call.url = text_format(arena, "%s?%.*s", service->url, TEXT_ARG(asked)).data;
    struct webcall_answer answer;
    enum webcall_outcome outcome = webcall_run(arena, &call, &answer);
    if (outcome != WEBCALL_ANSWERED || answer.status != 200) return nothing_came(order->command, outcome);
    return osmp_read(arena, service->dialect, order, answer.body);
}
