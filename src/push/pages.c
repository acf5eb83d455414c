/* pages.c: which browsers get notices, this one among them. Asking for them needs the browser's own script (push.js);
 * what is on is seen and ended without. */
#include "push/internal.h"

#include "identity/device_rules.h"

static const struct refusal refused = {"push-service-not-known", 422, S_push_refused, false};

enum flow push_offline(struct request *request, struct tx *tx) {
    (void)tx;
    return answer_ok(request, doc_new(request->arena));
}

enum flow push_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct subscription list[PUSH_TARGETS_MAX];
    size_t count = subscriptions_of(request->engine, tx, request->caller.customer, list, PUSH_TARGETS_MAX);
    doc_text(document, "key", webpush_key(push_of(request->engine)->webpush));
    struct node *nodes = doc_array(document, "subscriptions");
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(nodes);
        doc_id(node, "id", list[i].id);
        doc_text(node, "device", device_name(request->arena, list[i].agent));
        doc_moment(node, "made", list[i].made);
        doc_bool(node, "words", list[i].words);
    }
    return answer_ok(request, document);
}

enum flow push_subscribe(struct request *request, struct tx *tx) {
    struct webpush_subscription to = {.endpoint = field_text(request, "endpoint")};
    if (!text_unbase64(request->arena, field_text(request, "p256dh"), &to.point) ||
        !text_unbase64(request->arena, field_text(request, "auth"), &to.secret) ||
        !webpush_subscription_valid(push_of(request->engine)->webpush, request->arena, &to))
        return refuse(request, &refused);
    if (subscription_put(request, tx, &to, field_number(request, "words") != 0))
        message_tell(request->engine, tx, request->caller.customer, TOPIC_SECURITY, S_push_told, NULL, 0);
    return answer_done(request, doc_new(request->arena), TEXT("/settings/push"));
}

enum flow push_remove(struct request *request, struct tx *tx) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id) || !subscription_drop(tx, request->caller.customer, id))
        return answer_missing(request);
    return answer_done(request, doc_new(request->arena), TEXT("/settings/push"));
}
