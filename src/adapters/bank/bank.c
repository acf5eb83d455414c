/* bank.c: asks the bank. What is not an answer of theirs leaves a payout uncertain: it is asked again with the same id,
 * under which nothing is paid twice. */
#include "adapters/bank/bank.h"

#include "adapters/webcall/shared_key.h"
#include "adapters/webcall/webcall.h"
#include "base/json.h"

#define ANSWER_MOST (64 * 1024)

static const char *call_name(enum bank_call call) {
    static const char *const names[] = {"check", "payout", "status", "returns"};
    return names[call];
}

/* ---- what we say ---- */

struct text bank_write(struct arena *arena, const struct bank_order *order) {
    static const char *const kinds[] = {"account", "card", "phone"};
    struct buffer out = buffer_new(arena, 512);
    json_add_member(&out, "id", text_format(arena, "%lld", (long long)order->id));
    if (order->call != BANK_STATUS) {
        json_add_member(&out, "kind", text_from(kinds[order->kind]));
        json_add_member(&out, "sum", money_decimal(arena, order->sum));
        json_add_member(&out, "made", text_format(arena, "%lld", (long long)(order->made / SECOND)));
        for (size_t i = 0; i < order->fact_count; i++)
            json_add_member(&out, order->facts[i].name, order->facts[i].value);
    }
    buffer_add_char(&out, '}');
    return buffer_text(&out);
}

struct text bank_authorization(struct arena *arena, const struct bank_service *service, enum bank_call call, moment now,
                               struct text body) {
    long long seconds = now / SECOND;
    struct text message = text_format(arena, "%s\n%lld\n%.*s", call_name(call), seconds, TEXT_ARG(body));
    struct text mac = shared_key_sign(arena, text_from(service->key), message);
    return text_format(arena, "HMAC-SHA256 %s:%lld:%.*s", service->client, seconds, TEXT_ARG(mac));
}

static enum webcall_outcome run(struct arena *arena, const struct bank_service *service, enum bank_call call,
                                struct text body, moment now, struct webcall_answer *answer) {
    if (service->key == NULL || service->key[0] == '\0') return WEBCALL_UNSENT;
    struct text signed_by = bank_authorization(arena, service, call, now, body);
    const char *const headers[] = {"Content-Type: application/json", "Accept: application/json",
                                   text_format(arena, "Authorization: %.*s", TEXT_ARG(signed_by)).data, NULL};
    const struct webcall asked = {.url = text_format(arena, "%s/%s", service->url, call_name(call)).data,
                                  .headers = headers,
                                  .post = body,
                                  .timeout_ms = service->timeout_ms,
                                  .most = ANSWER_MOST};
    return webcall_run(arena, &asked, answer);
}

/* ---- orders ---- */

static struct bank_reply ask_once(struct arena *arena, const struct bank_service *service,
                                  const struct bank_order *order, moment now) {
    struct webcall_answer answer;
    enum webcall_outcome outcome = run(arena, service, order->call, bank_write(arena, order), now, &answer);
    if (outcome == WEBCALL_ANSWERED && answer.status == 200) return bank_read(arena, order, answer.body);
    bool unsent = outcome == WEBCALL_UNSENT || order->call == BANK_CHECK;
    return (struct bank_reply){.meaning = unsent ? BANK_LATER : BANK_UNCERTAIN};
}

struct bank_reply bank_ask(struct arena *arena, const struct bank_service *service, const struct bank_order *order,
                           moment now) {
    struct bank_reply reply = ask_once(arena, service, order, now);
    if (order->call != BANK_PAYOUT || reply.meaning != BANK_NO) return reply;
    struct bank_order again = *order;
    again.call = BANK_STATUS;
    if (ask_once(arena, service, &again, now).meaning != BANK_NO) reply.meaning = BANK_UNCERTAIN;
    return reply;
}

/* ---- what was sent back ---- */

int bank_returns(struct arena *arena, const struct bank_service *service, int64_t after, moment now,
                 struct bank_return *returns, size_t room) {
    struct webcall_answer answer;
    struct text body = text_format(arena, "{\"after\":%lld}", (long long)after);
    enum webcall_outcome outcome = run(arena, service, BANK_RETURNS, body, now, &answer);
    if (outcome != WEBCALL_ANSWERED || answer.status != 200) return -1;
    return bank_returns_read(arena, after, answer.body, returns, room);
}
