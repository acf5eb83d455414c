/* checkout_rules.c: see checkout_rules.h. */
#include "products/instalments/checkout_rules.h"

#include "base/money.h"

static const char *const names[] = {
    [CHECKOUT_PENDING] = "pending",   [CHECKOUT_HOLD] = "hold",         [CHECKOUT_FINISHED] = "finished",
    [CHECKOUT_CANCELED] = "canceled", [CHECKOUT_DECLINED] = "declined", [CHECKOUT_EXPIRED] = "expired",
    [CHECKOUT_REFUNDED] = "refunded",
};

const char *checkout_state_name(enum checkout_state state) {
    return names[state];
}

bool checkout_state_read(struct text word, enum checkout_state *state) {
    for (int i = CHECKOUT_PENDING; i <= CHECKOUT_REFUNDED; i++) {
        if (!text_is(word, names[i])) continue;
        *state = (enum checkout_state)i;
        return true;
    }
    return false;
}

/* Something may still become of it. */
static bool open(const struct checkout *checkout) {
    return checkout->state == CHECKOUT_PENDING || checkout->state == CHECKOUT_HOLD;
}

bool checkout_late(const struct checkout *checkout, moment now) {
    return open(checkout) && checkout->valid_till <= now;
}

static bool of_sums(enum checkout_act act) {
    return act == CHECKOUT_ASK || act == CHECKOUT_CHANGE || act == CHECKOUT_FINISH || act == CHECKOUT_RETURN;
}

static enum checkout_refusal ask(struct checkout *checkout, const struct checkout_doing *doing) {
    if (checkout->state != CHECKOUT_PENDING) return CHECKOUT_EXISTS;
    if (doing->valid_till != 0 && doing->valid_till <= doing->now) return CHECKOUT_WRONG_TIME;
    checkout->sum = doing->sum;
    if (doing->valid_till != 0) checkout->valid_till = doing->valid_till;
    return CHECKOUT_OK;
}

static enum checkout_refusal consent(struct checkout *checkout, const struct checkout_doing *doing) {
    if (checkout->state != CHECKOUT_PENDING) return CHECKOUT_ENDED;
    if (checkout->sum > doing->free) return CHECKOUT_NO_LIMIT;
    checkout->state = CHECKOUT_HOLD;
    return CHECKOUT_OK;
}

static enum checkout_refusal change(struct checkout *checkout, const struct checkout_doing *doing) {
    if (doing->valid_till != 0 && doing->valid_till <= doing->now) return CHECKOUT_WRONG_TIME;
    if (checkout->state == CHECKOUT_HOLD && doing->sum > checkout->sum + doing->free) return CHECKOUT_NO_LIMIT;
    checkout->sum = doing->sum;
    if (doing->valid_till != 0) checkout->valid_till = doing->valid_till;
    return CHECKOUT_OK;
}

static enum checkout_refusal finish(struct checkout *checkout, const struct checkout_doing *doing) {
    if (checkout->state == CHECKOUT_PENDING) return CHECKOUT_NOT_YET;
    if (doing->sum > checkout->sum) return CHECKOUT_SUM_DIFFERS;
    checkout->state = CHECKOUT_FINISHED;
    checkout->finished = doing->sum;
    return CHECKOUT_OK;
}

static enum checkout_refusal come_back(struct checkout *checkout, const struct checkout_doing *doing) {
    if (open(checkout)) return CHECKOUT_NOT_YET;
    if (checkout->state != CHECKOUT_FINISHED) return CHECKOUT_ENDED;
    if (doing->sum > checkout->finished - checkout->returned) return CHECKOUT_SUM_DIFFERS;
    checkout->returned += doing->sum;
    if (checkout->returned == checkout->finished) checkout->state = CHECKOUT_REFUNDED;
    return CHECKOUT_OK;
}

static enum checkout_refusal end(struct checkout *checkout, enum checkout_state state) {
    checkout->state = state;
    return CHECKOUT_OK;
}

enum checkout_refusal checkout_apply(struct checkout *checkout, const struct checkout_doing *doing) {
    if (checkout_late(checkout, doing->now)) checkout->state = CHECKOUT_EXPIRED;
    if (of_sums(doing->act) && (doing->sum <= 0 || doing->sum > MONEY_MAX)) return CHECKOUT_WRONG_SUM;
    if (checkout->state == CHECKOUT_EXPIRED) return CHECKOUT_TOO_LATE;
    if (doing->act == CHECKOUT_ASK) return ask(checkout, doing);
    if (doing->act == CHECKOUT_RETURN) return come_back(checkout, doing);
    if (doing->act == CHECKOUT_CANCEL && checkout->state == CHECKOUT_CANCELED) return CHECKOUT_OK;
    if (doing->act == CHECKOUT_DECLINE && checkout->state == CHECKOUT_DECLINED) return CHECKOUT_OK;
    if (!open(checkout)) return CHECKOUT_ENDED;
    switch (doing->act) {
    case CHECKOUT_ASK:
    case CHECKOUT_RETURN: break;
    case CHECKOUT_CONSENT: return consent(checkout, doing);
    case CHECKOUT_DECLINE:
        return checkout->state == CHECKOUT_PENDING ? end(checkout, CHECKOUT_DECLINED) : CHECKOUT_ENDED;
    case CHECKOUT_CHANGE: return change(checkout, doing);
    case CHECKOUT_FINISH: return finish(checkout, doing);
    case CHECKOUT_CANCEL: return end(checkout, CHECKOUT_CANCELED);
    }
    return CHECKOUT_ENDED;
}

int checkout_code(enum checkout_act act, enum checkout_refusal refusal) {
    switch (refusal) {
    case CHECKOUT_OK: return 0;
    case CHECKOUT_WRONG_SUM: return 30;
    case CHECKOUT_EXISTS: return 22;
    case CHECKOUT_TOO_LATE: return 23;
    case CHECKOUT_ENDED:
        if (act == CHECKOUT_CHANGE) return 82;
        return act == CHECKOUT_FINISH ? 80 : act == CHECKOUT_CANCEL ? 81 : 100;
    case CHECKOUT_WRONG_TIME: return 110;
    case CHECKOUT_SUM_DIFFERS: return act == CHECKOUT_FINISH ? 32 : 100;
    case CHECKOUT_NO_LIMIT: return 71;
    case CHECKOUT_NOT_YET: break;
    }
    return 100;
}
