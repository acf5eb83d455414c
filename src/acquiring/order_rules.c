/* order_rules.c: see order_rules.h. */
#include "acquiring/order_rules.h"

const char *order_state_name(enum order_state state) {
    switch (state) {
    case ORDER_CREATED: return "created";
    case ORDER_PAID: return "paid";
    case ORDER_DECLINED: return "declined";
    case ORDER_CANCELLED: return "cancelled";
    case ORDER_EXPIRED: return "expired";
    case ORDER_REFUNDING: return "refunding";
    case ORDER_REFUNDED: return "refunded";
    case ORDER_STUCK: return "stuck";
    case ORDER_REVERSED: return "reversed";
    }
    return "unknown";
}

bool order_state_final(enum order_state state) {
    return state != ORDER_CREATED && state != ORDER_REFUNDING;
}

enum order_outcome order_outcome_from(struct text word) {
    if (text_is(word, "paid")) return OUTCOME_PAID;
    if (text_is(word, "declined")) return OUTCOME_DECLINED;
    if (text_is(word, "cancelled")) return OUTCOME_CANCELLED;
    if (text_is(word, "expired")) return OUTCOME_EXPIRED;
    if (text_is(word, "pending")) return OUTCOME_PENDING;
    if (text_is(word, "reversed")) return OUTCOME_REVERSED;
    return OUTCOME_UNKNOWN;
}

enum order_state order_failed_state(enum order_outcome outcome) {
    if (outcome == OUTCOME_DECLINED) return ORDER_DECLINED;
    if (outcome == OUTCOME_CANCELLED) return ORDER_CANCELLED;
    if (outcome == OUTCOME_REVERSED) return ORDER_REVERSED;
    return ORDER_EXPIRED;
}

/* Told "paid": credit it once, if it is the order we made. An order that we gave up as expired may still be paid late:
 * that money is the customer's. One that they themselves called declined may not. */
static enum order_step decide_paid(const struct order_news *news) {
    if (news->told_minor != news->ordered_minor) return STEP_CONTRADICTS;
    switch (news->state) {
    case ORDER_CREATED:
    case ORDER_EXPIRED: return STEP_CREDIT;
    case ORDER_PAID:
    case ORDER_REFUNDING:
    case ORDER_REFUNDED:
    case ORDER_STUCK:
    case ORDER_REVERSED: break;
    case ORDER_DECLINED:
    case ORDER_CANCELLED: return STEP_CONTRADICTS;
    }
    return text_equal(news->reference, news->told_reference) ? STEP_NOTHING : STEP_CONTRADICTS;
}

/* A chargeback. It may come before the word that it takes back: then nothing ever came. What we are giving back
 * already cannot go a second time; what we could not give back has gone now. */
static enum order_step decide_reversed(const struct order_news *news) {
    bool same = news->told_minor == news->ordered_minor &&
                (news->reference.size == 0 || text_equal(news->reference, news->told_reference));
    if (!same) return STEP_CONTRADICTS;
    switch (news->state) {
    case ORDER_PAID: return STEP_REVERSE;
    case ORDER_CREATED:
    case ORDER_EXPIRED:
    case ORDER_STUCK: return STEP_FAIL;
    case ORDER_REVERSED: return STEP_NOTHING;
    case ORDER_DECLINED:
    case ORDER_CANCELLED:
    case ORDER_REFUNDING:
    case ORDER_REFUNDED: break;
    }
    return STEP_CONTRADICTS;
}

enum order_step order_decide(const struct order_news *news) {
    switch (news->outcome) {
    case OUTCOME_PAID: return decide_paid(news);
    case OUTCOME_REVERSED: return decide_reversed(news);
    case OUTCOME_DECLINED:
    case OUTCOME_CANCELLED:
    case OUTCOME_EXPIRED:
        if (news->state == ORDER_CREATED) return STEP_FAIL;
        if (news->state == order_failed_state(news->outcome) || news->state == ORDER_EXPIRED) return STEP_NOTHING;
        return STEP_CONTRADICTS;
    case OUTCOME_PENDING: return order_state_final(news->state) ? STEP_CONTRADICTS : STEP_NOTHING;
    case OUTCOME_UNKNOWN: break;
    }
    return STEP_CONTRADICTS;
}

int order_refresh_s(enum order_state state, int64_t age_us) {
    if (order_state_final(state)) return 0;
    if (age_us < MINUTE / 2) return 2;
    return age_us < 10 * MINUTE ? 10 : 60;
}

bool callback_timely(int64_t stamp_s, moment now) {
    int64_t now_s = now / SECOND;
    return stamp_s >= now_s - CALLBACK_WINDOW / SECOND && stamp_s <= now_s + CALLBACK_WINDOW / SECOND;
}
