/* bound.c: see bound.h. Every call is signed under a purpose of its own, so that none can be taken for another. */
#include "adapters/acquirer/bound.h"

#include "adapters/acquirer/internal.h"
#include "adapters/webcall/shared_key.h"
#include "base/json.h"

#include <jansson.h>

#define WORD_MOST 64 /* no word of theirs is longer */

struct text acquirer_bind_url(const struct acquirer *acquirer, struct arena *arena,
                              const struct acquirer_binding *binding) {
    struct text id = text_format(arena, "%lld", (long long)binding->id);
    struct text expires = text_format(arena, "%lld", (long long)(binding->expires / SECOND));
    struct text signed_text = text_format(arena, "bind\n%s\n%.*s\n%.*s\n%.*s", acquirer->merchant, TEXT_ARG(id),
                                          TEXT_ARG(binding->return_url), TEXT_ARG(expires));
    struct buffer query = buffer_new(arena, 256);
    acquirer_add_field(&query, "merchant", text_from(acquirer->merchant));
    acquirer_add_field(&query, "binding", id);
    acquirer_add_field(&query, "return", binding->return_url);
    acquirer_add_field(&query, "expires", expires);
    acquirer_add_field(&query, "language", binding->language);
    acquirer_add_field(&query, "signature", shared_key_sign(arena, acquirer->secret, signed_text));
    return text_format(arena, "%s/bind?%.*s", acquirer->url, TEXT_ARG(buffer_text(&query)));
}

/* ---- calls ---- */

struct call {
    const char *path, *signed_as;
    struct text query, post; /* one of them */
};

/* 401 and the like are told of us, not of what was asked: perhaps done before our key or clock went wrong. */
static enum acquirer_heard heard(long status) {
    switch (status) {
    case 200: return ACQUIRER_TOLD;
    case 404: return ACQUIRER_NO_SUCH;
    case 409:
    case 422: return ACQUIRER_NO;
    default: return ACQUIRER_SILENT;
    }
}

static enum acquirer_heard run(const struct acquirer *acquirer, struct arena *arena, const struct call *call,
                               moment now, struct text *body) {
    long status = 0;
    bool asks = call->query.size > 0;
    struct text url = asks ? text_format(arena, "%s%s?%.*s", acquirer->url, call->path, TEXT_ARG(call->query))
                           : text_format(arena, "%s%s", acquirer->url, call->path);
    const struct exchange exchange = {
        .url = url.data,
        .authorization = acquirer_authorization(acquirer, arena, call->signed_as, asks ? call->query : call->post, now),
        .post = call->post,
        .status = &status};
    exchange_run(arena, &exchange, body);
    return heard(status);
}

enum acquirer_heard acquirer_bind_status(const struct acquirer *acquirer, struct arena *arena, int64_t binding,
                                         moment now, struct text *body) {
    const struct call call = {
        .path = "/bind/status", .signed_as = "bind-status",
        .query = text_format(arena, "merchant=%s&binding=%lld", acquirer->merchant, (long long)binding)};
    return run(acquirer, arena, &call, now, body);
}

/* An object with our name in it, to which members are added, then its end. */
static struct buffer opened(const struct acquirer *acquirer, struct arena *arena) {
    struct buffer out = buffer_new(arena, 256);
    buffer_format(&out, "{\"merchant\":\"%s\"", acquirer->merchant);
    return out;
}

static void add_id(struct buffer *out, const char *name, int64_t id) {
    buffer_format(out, ",\"%s\":\"%lld\"", name, (long long)id);
}

static struct text closed(struct buffer *out) {
    buffer_add_char(out, '}');
    return buffer_text(out);
}

enum acquirer_heard acquirer_bind_confirm(const struct acquirer *acquirer, struct arena *arena, int64_t binding,
                                          int64_t attempt, struct money sum, moment now, struct text *body) {
    struct buffer out = opened(acquirer, arena);
    add_id(&out, "binding", binding);
    add_id(&out, "attempt", attempt);
    json_add_member(&out, "sum", money_decimal(arena, sum));
    const struct call call = {.path = "/bind/confirm", .signed_as = "confirm", .post = closed(&out)};
    return run(acquirer, arena, &call, now, body);
}

enum acquirer_heard acquirer_unbind(const struct acquirer *acquirer, struct arena *arena, struct text token,
                                    moment now) {
    struct text body;
    struct buffer out = opened(acquirer, arena);
    json_add_member(&out, "token", token);
    const struct call call = {.path = "/unbind", .signed_as = "unbind", .post = closed(&out)};
    return run(acquirer, arena, &call, now, &body);
}

enum acquirer_heard acquirer_payout(const struct acquirer *acquirer, struct arena *arena, int64_t payout,
                                    struct text token, struct money sum, moment now, struct text *body) {
    struct buffer out = opened(acquirer, arena);
    add_id(&out, "payout", payout);
    json_add_member(&out, "token", token);
    json_add_member(&out, "sum", money_decimal(arena, sum));
    const struct call call = {.path = "/payout", .signed_as = "payout", .post = closed(&out)};
    return run(acquirer, arena, &call, now, body);
}

enum acquirer_heard acquirer_payout_status(const struct acquirer *acquirer, struct arena *arena, int64_t payout,
                                           moment now, struct text *body) {
    const struct call call = {
        .path = "/payout", .signed_as = "payout-status",
        .query = text_format(arena, "merchant=%s&payout=%lld", acquirer->merchant, (long long)payout)};
    return run(acquirer, arena, &call, now, body);
}

enum acquirer_heard acquirer_charge(const struct acquirer *acquirer, struct arena *arena,
                                    const struct acquirer_order *order, struct text token, moment now,
                                    struct text *body) {
    struct buffer out = opened(acquirer, arena);
    add_id(&out, "order", order->id);
    add_id(&out, "expires", order->expires / SECOND);
    json_add_member(&out, "token", token);
    json_add_member(&out, "sum", money_decimal(arena, order->sum));
    const struct call call = {.path = "/charge", .signed_as = "charge", .post = closed(&out)};
    return run(acquirer, arena, &call, now, body);
}

/* ---- what they say ---- */

static bool word_good(struct text word) {
    return word.size > 0 && word.size <= WORD_MOST && text_valid_utf8(word);
}

/* "2030-12"; 0: no month. */
static int64_t month_of(struct text text) {
    int64_t year, month;
    struct text rest, first = text_split(text, '-', &rest);
    if (first.size != 4 || rest.size != 2 || !text_to_int(first, &year) || !text_to_int(rest, &month)) return 0;
    return year >= 2000 && month >= 1 && month <= 12 ? 12 * year + month - 1 : 0;
}

static enum binding_said said_of(struct text word) {
    static const char *const words[] = {[BINDING_PENDING] = "pending",     [BINDING_CHECK] = "check",
                                        [BINDING_BOUND] = "bound",         [BINDING_VOID] = "void",
                                        [BINDING_DECLINED] = "declined",   [BINDING_CANCELLED] = "cancelled",
                                        [BINDING_EXPIRED] = "expired",     [BINDING_UNBOUND] = "unbound"};
    for (size_t i = BINDING_PENDING; i < sizeof words / sizeof *words; i++)
        if (text_is(word, words[i])) return (enum binding_said)i;
    return BINDING_NONSENSE;
}

/* What is said without what belongs to it is not believed. */
static bool whole(const struct acquirer_binding_news *news) {
    bool card = word_good(news->mask) && news->mask.size >= 13 && word_good(news->network);
    if (news->said == BINDING_CHECK) return card && news->left > 0;
    if (news->said != BINDING_BOUND) return true;
    return card && word_good(news->token) && word_good(news->holder) && word_good(news->fingerprint) &&
           news->month > 0;
}

enum binding_said acquirer_binding_read(const struct acquirer *acquirer, struct arena *arena, struct text body,
                                        struct acquirer_binding_news *news) {
    *news = (struct acquirer_binding_news){.said = BINDING_NONSENSE};
    const json_t *object = json_read(arena, body);
    if (object == NULL || !text_is(acquirer_string(arena, object, "merchant"), acquirer->merchant) ||
        !text_to_int(acquirer_string(arena, object, "binding"), &news->binding))
        return BINDING_NONSENSE;
    text_to_int(acquirer_string(arena, object, "attempt"), &news->attempt);
    text_to_int(acquirer_string(arena, object, "left"), &news->left);
    news->mask = acquirer_string(arena, object, "mask");
    news->network = acquirer_string(arena, object, "network");
    news->token = acquirer_string(arena, object, "token");
    news->holder = acquirer_string(arena, object, "holder");
    news->fingerprint = acquirer_string(arena, object, "fingerprint");
    news->month = month_of(acquirer_string(arena, object, "expiry"));
    news->said = said_of(acquirer_string(arena, object, "status"));
    if (!whole(news)) news->said = BINDING_NONSENSE;
    return news->said;
}

enum payout_said acquirer_payout_read(const struct acquirer *acquirer, struct arena *arena, struct text body,
                                      int64_t payout, struct money sum, struct acquirer_payout_news *news) {
    *news = (struct acquirer_payout_news){.said = PAYOUT_NONSENSE};
    const json_t *object = json_read(arena, body);
    int64_t id = 0;
    struct money told;
    if (object == NULL || !text_is(acquirer_string(arena, object, "merchant"), acquirer->merchant) ||
        !text_to_int(acquirer_string(arena, object, "payout"), &id) || id != payout ||
        !money_parse(acquirer_string(arena, object, "sum"), CURRENCY_RUB, &told) || told.minor != sum.minor)
        return PAYOUT_NONSENSE;
    struct text word = acquirer_string(arena, object, "status");
    news->reason = acquirer_string(arena, object, "reason");
    news->reference = acquirer_string(arena, object, "reference");
    bool fits = news->reason.size <= WORD_MOST && news->reference.size <= WORD_MOST;
    if (fits && text_is(word, "processing")) news->said = PAYOUT_PROCESSING;
    if (fits && text_is(word, "paid")) news->said = PAYOUT_PAID;
    if (fits && text_is(word, "declined")) news->said = PAYOUT_DECLINED;
    return news->said;
}
