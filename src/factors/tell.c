/* tell.c: a change of somebody's security is told to him at once, and codes are sent here. */
#include "factors/internal.h"
#include "identity/device_rules.h"
#include "messaging/messaging.h"

struct text customer_phone(struct request *request, struct tx *tx, int64_t customer) {
    struct customer found = {0};
    if (!identity_customer(request->engine, tx, customer, &found)) return TEXT_NONE;
    return text_copy(request->arena, found.phone);
}

struct text this_device(struct request *request) {
    struct text agent = text_slice(request->user_agent, 0, 256);
    struct text name = agent.data && text_valid_utf8(agent) ? device_name(request->arena, agent) : TEXT_NONE;
    return name.data ? name : TEXT("");
}

static void send(struct request *request, struct tx *tx, int64_t id, string_id text, struct text code) {
    struct customer customer = {0};
    if (!identity_customer(request->engine, tx, id, &customer)) return;
    struct node company = text_value(text_from(engine_config(request->engine)->company));
    struct node digits = text_value(code), host = text_value(site_host(request));
    const struct string_argument arguments[] = {{"company", &company}, {"code", &digits}, {"host", &host}};
    const struct message message = {
        .customer = id,
        .phone = customer.phone,
        .language = customer.language,
        .text = text,
        .arguments = arguments,
        .argument_count = 3,
        .deadline = world_now(request->world) + 10 * MINUTE,
        .secret = true,
    };
    message_sms(request->engine, tx, &message);
}

void tell_security(struct request *request, struct tx *tx, int64_t customer, string_id text, struct text name) {
    struct node company = text_value(text_from(engine_config(request->engine)->company));
    struct node detail = text_value(name.data ? name : TEXT(""));
    const struct string_argument arguments[] = {{"company", &company}, {"name", &detail}};
    message_tell(request->engine, tx, customer, TOPIC_SECURITY, text, arguments, 2);
}

void device_came(struct request *request, struct tx *tx, int64_t customer) {
    const struct event came = {.kind = EVENT_DEVICE, .customer = customer};
    engine_emit(request->engine, tx, &came);
}

bool tell_code(struct request *request, struct tx *tx, int64_t customer, string_id text, struct text code,
               moment *free_at) {
    const struct tally_policy policy = {factors_settings(request->engine)->codes, HOUR, HOUR, HOUR};
    struct text whose = text_format(request->arena, "%lld", (long long)customer);
    if (!tally_take(request->engine, tx, "factors.code", whose, &policy, free_at)) return false;
    send(request, tx, customer, text, code);
    return true;
}
