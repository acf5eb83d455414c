/* acquirer.c: the acquirer over HTTP with HMAC-SHA256 (README.md says the format). The customer's browser carries the
 * order; we call the acquirer ourselves only for status and refunds, by libcurl, on dispatcher threads. */
#include "adapters/acquirer/internal.h"

#include "adapters/webcall/shared_key.h"
#include "base/json.h"

#include <jansson.h>

struct acquirer *acquirer_open(struct arena *arena, const struct acquirer_options *options, struct text *problem) {
    struct acquirer *acquirer = arena_new_of(arena, struct acquirer);
    acquirer->secret = shared_key_open(arena, options->secret_file, options->create, problem);
    if (acquirer->secret.size == 0) return NULL;
    acquirer->url = text_copy(arena, text_from(options->url)).data;
    acquirer->merchant = text_copy(arena, text_from(options->merchant)).data;
    return acquirer;
}

/* ---- signing ---- */

void acquirer_add_field(struct buffer *out, const char *name, struct text value) {
    buffer_format(out, "%s%s=", out->size > 0 ? "&" : "", name);
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     byte == '-' || byte == '.' || byte == '_' || byte == '~';
        if (plain) buffer_add_char(out, (char)byte);
        else buffer_format(out, "%%%02X", byte);
    }
}

struct text acquirer_payment_url(const struct acquirer *acquirer, struct arena *arena,
                                 const struct acquirer_order *order) {
    struct text id = text_format(arena, "%lld", (long long)order->id);
    struct text sum = money_decimal(arena, order->sum);
    struct text expires = text_format(arena, "%lld", (long long)(order->expires / SECOND));
    struct text signed_text = text_format(arena, "pay\n%s\n%.*s\n%.*s\n%.*s\n%.*s", acquirer->merchant, TEXT_ARG(id),
                                          TEXT_ARG(sum), TEXT_ARG(order->return_url), TEXT_ARG(expires));
    struct buffer query = buffer_new(arena, 256);
    acquirer_add_field(&query, "merchant", text_from(acquirer->merchant));
    acquirer_add_field(&query, "order", id);
    acquirer_add_field(&query, "sum", sum);
    acquirer_add_field(&query, "return", order->return_url);
    acquirer_add_field(&query, "expires", expires);
    acquirer_add_field(&query, "language", order->language);
    acquirer_add_field(&query, "signature", shared_key_sign(arena, acquirer->secret, signed_text));
    return text_format(arena, "%s/pay?%.*s", acquirer->url, TEXT_ARG(buffer_text(&query)));
}

struct checking {
    const struct acquirer *acquirer;
    struct arena *arena;
    struct text stamp, body, given;
    bool good;
};

static void check_signature(void *data) {
    struct checking *checking = data;
    struct text message =
        text_format(checking->arena, "callback\n%.*s\n%.*s", TEXT_ARG(checking->stamp), TEXT_ARG(checking->body));
    checking->good =
        text_equal_secret(checking->given, shared_key_sign(checking->arena, checking->acquirer->secret, message));
}

/* "HMAC-SHA256 <unix seconds>:<hex>" over "callback\n<unix seconds>\n<body>". */
bool acquirer_verify(const struct acquirer *acquirer, struct text authorization, struct text body, int64_t *stamp_s) {
    if (!text_starts(authorization, "HMAC-SHA256 ")) return false;
    struct text given, stamp = text_split(text_slice(authorization, 12, authorization.size), ':', &given);
    int64_t seconds;
    if (stamp.size > 12 || given.size != 64 || !text_to_int(stamp, &seconds)) return false;
    struct checking checking = {acquirer, arena_new(body.size + 4096), stamp, body, given, false};
    if (checking.arena == NULL) return false;
    bool good = arena_guard(checking.arena, check_signature, &checking) && checking.good;
    arena_free(checking.arena);
    if (good) *stamp_s = seconds;
    return good;
}

/* ---- what they tell ---- */

struct text acquirer_string(struct arena *arena, const struct json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value)) return TEXT_NONE;
    return text_copy(arena, (struct text){json_string_value(value), json_string_length(value)});
}

bool acquirer_read(const struct acquirer *acquirer, struct arena *arena, struct text body, struct acquirer_news *news) {
    const json_t *object = json_read(arena, body);
    if (object == NULL) return false;
    struct text merchant = acquirer_string(arena, object, "merchant"), order = acquirer_string(arena, object, "order");
    struct text sum = acquirer_string(arena, object, "sum");
    news->status = acquirer_string(arena, object, "status");
    news->reference = acquirer_string(arena, object, "reference");
    return text_is(merchant, acquirer->merchant) && news->status.size > 0 && news->status.size <= 32 &&
           news->reference.size <= 64 && text_to_int(order, &news->order) && money_parse(sum, CURRENCY_RUB, &news->sum);
}

/* ---- what we ask ---- */

struct text acquirer_authorization(const struct acquirer *acquirer, struct arena *arena, const char *purpose,
                                   struct text body, moment now) {
    long long seconds = now / SECOND;
    struct text message = text_format(arena, "%s\n%lld\n%.*s", purpose, seconds, TEXT_ARG(body));
    struct text mac = shared_key_sign(arena, acquirer->secret, message);
    return text_format(arena, "HMAC-SHA256 %lld:%.*s", seconds, TEXT_ARG(mac));
}

enum acquirer_answer acquirer_status(const struct acquirer *acquirer, struct arena *arena, int64_t order, moment now,
                                     struct text *body) {
    struct text query = text_format(arena, "merchant=%s&order=%lld", acquirer->merchant, (long long)order);
    const struct exchange exchange = {.url = text_format(arena, "%s/status?%.*s", acquirer->url, TEXT_ARG(query)).data,
                                      .authorization = acquirer_authorization(acquirer, arena, "status", query, now)};
    return exchange_run(arena, &exchange, body);
}

enum acquirer_answer acquirer_refund(const struct acquirer *acquirer, struct arena *arena, int64_t order,
                                     int64_t refund, struct money sum, moment now) {
    struct text decimal = money_decimal(arena, sum);
    struct text body = text_format(arena,
                                   "{\"merchant\":\"%s\",\"order\":\"%lld\",\"refund\":\"%lld\",\"sum\":\"%.*s\"}",
                                   acquirer->merchant, (long long)order, (long long)refund, TEXT_ARG(decimal));
    const struct exchange exchange = {.url = text_format(arena, "%s/refund", acquirer->url).data,
                                      .authorization = acquirer_authorization(acquirer, arena, "refund", body, now),
                                      .post = body};
    struct text reply;
    return exchange_run(arena, &exchange, &reply);
}
