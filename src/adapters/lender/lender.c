/* lender.c: asks the lender. What an answer is worth is told by answer.c. */
#include "adapters/lender/lender.h"

#include "adapters/webcall/shared_key.h"
#include "adapters/webcall/webcall.h"
#include "base/json.h"

#define ANSWER_MOST ((size_t)256 * 1024)

static const char *call_name(enum lender_call call) {
    static const char *const names[] = {"quote", "apply", "status",    "sign",     "cancel",
                                        "loan",  "repay", "repayment", "statement", "return"};
    return names[call];
}

struct text lender_write(struct arena *arena, const struct lender_fact *facts, size_t count) {
    struct buffer out = buffer_new(arena, 512);
    for (size_t i = 0; i < count; i++)
        if (facts[i].value.data != NULL) json_add_member(&out, facts[i].name, facts[i].value);
    buffer_add_char(&out, '}');
    return buffer_text(&out);
}

struct text lender_authorization(struct arena *arena, const struct lender_service *service, enum lender_call call,
                                 moment now, struct text body) {
    long long seconds = now / SECOND;
    struct text message = text_format(arena, "%s\n%lld\n%.*s", call_name(call), seconds, TEXT_ARG(body));
    struct text mac = shared_key_sign(arena, service->key, message);
    return text_format(arena, "HMAC-SHA256 %s:%lld:%.*s", service->client, seconds, TEXT_ARG(mac));
}

struct text lender_ask(struct arena *arena, const struct lender_service *service, enum lender_call call,
                       struct text body, moment now) {
    if (service->key.size == 0) return TEXT_NONE;
    struct webcall_answer answer;
    struct text signed_by = lender_authorization(arena, service, call, now, body);
    const char *const headers[] = {"Content-Type: application/json", "Accept: application/json",
                                   text_format(arena, "Authorization: %.*s", TEXT_ARG(signed_by)).data, NULL};
    const struct webcall asked = {.url = text_format(arena, "%s/%s", service->url, call_name(call)).data,
                                  .headers = headers,
                                  .post = body,
                                  .timeout_ms = service->timeout_ms,
                                  .most = ANSWER_MOST};
    bool good = webcall_run(arena, &asked, &answer) == WEBCALL_ANSWERED && answer.status == 200;
    return good ? answer.body : TEXT_NONE;
}
