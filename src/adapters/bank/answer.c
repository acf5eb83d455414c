/* answer.c: what a bank says, and what of it is believed (README.md). Pure. */
#include "adapters/bank/bank.h"

#include "base/json.h"

#include <jansson.h>

static struct text text_of(struct arena *arena, const json_t *object, const char *name, size_t most) {
    const json_t *value = json_object_get(object, name);
    struct text text = {json_string_value(value), json_string_length(value)};
    if (!json_is_string(value) || text.size == 0 || text.size > most || !text_valid_utf8(text)) return TEXT_NONE;
    return text_copy(arena, text);
}

static enum bank_refusal refusal_of(struct text reason) {
    static const char *const names[] = {
        [BANK_NO_REFUSAL] = "",        [BANK_BAD_ACCOUNT] = "bad-account", [BANK_NOT_FOUND] = "not-found",
        [BANK_REFUSED] = "refused",    [BANK_CLOSED] = "closed",           [BANK_TECHNICAL] = "technical",
        [BANK_SMALL] = "small",        [BANK_LARGE] = "large",             [BANK_NO_BANK] = "bank",
        [BANK_NOT_LINKED] = "not-linked", [BANK_NO_CARD] = "card"};
    for (size_t i = 1; i < sizeof names / sizeof *names; i++)
        if (text_is(reason, names[i])) return (enum bank_refusal)i;
    return BANK_REFUSED; /* a reason that is new to us is a no all the same */
}

static enum bank_meaning meaning_of(enum bank_call call, struct text status) {
    bool check = call == BANK_CHECK;
    if (text_is(status, "declined")) return BANK_NO;
    if (check) return text_is(status, "good") ? BANK_YES : BANK_LATER;
    if (text_is(status, "paid") || text_is(status, "returned")) return BANK_YES;
    return call == BANK_STATUS && text_is(status, "unknown") ? BANK_LATER : BANK_UNCERTAIN;
}

/* It names this order, and a sum that is its own; of `status` nothing but the id was said. */
static bool about(struct arena *arena, const struct bank_order *order, const json_t *object) {
    int64_t id;
    struct money sum;
    if (!text_to_int(text_of(arena, object, "id", 20), &id) || id != order->id) return false;
    struct text told = text_of(arena, object, "sum", 24);
    if (order->call == BANK_STATUS && told.size == 0) return true;
    return money_parse(told, CURRENCY_RUB, &sum) && sum.minor == order->sum.minor;
}

struct bank_reply bank_read(struct arena *arena, const struct bank_order *order, struct text body) {
    struct bank_reply reply = {.meaning = order->call == BANK_CHECK ? BANK_LATER : BANK_UNCERTAIN};
    const json_t *object = json_read(arena, body);
    if (!json_is_object(object) || !about(arena, order, object)) return reply;
    reply = (struct bank_reply){.meaning = meaning_of(order->call, text_of(arena, object, "status", 32)),
                                .answered = true,
                                .reference = text_of(arena, object, "reference", 64),
                                .name = text_of(arena, object, "name", 100),
                                .bank = text_of(arena, object, "bank", 100),
                                .comment = text_of(arena, object, "comment", 300)};
    if (reply.meaning == BANK_NO) reply.refusal = refusal_of(text_of(arena, object, "reason", 32));
    return reply;
}

static bool read_return(struct arena *arena, const json_t *object, int64_t after, struct bank_return *one) {
    const json_t *number = json_object_get(object, "number");
    one->number = json_integer_value(number);
    return json_is_integer(number) && one->number > after && text_to_int(text_of(arena, object, "id", 20), &one->id) &&
           money_parse(text_of(arena, object, "sum", 24), CURRENCY_RUB, &one->sum);
}

/* A line that makes no sense, or is out of order, spoils the whole: nothing must be passed over. */
int bank_returns_read(struct arena *arena, int64_t after, struct text body, struct bank_return *returns, size_t room) {
    const json_t *list = json_object_get(json_read(arena, body), "returns");
    if (!json_is_array(list)) return -1;
    size_t count = json_array_size(list) < room ? json_array_size(list) : room;
    for (size_t i = 0; i < count; i++) {
        if (!read_return(arena, json_array_get(list, i), after, &returns[i])) return -1;
        after = returns[i].number;
    }
    return (int)count;
}
