/* wallet_rules.c: see wallet_rules.h. */
#include "products/wallet/wallet_rules.h"

const char *topup_state_name(enum topup_state state) {
    switch (state) {
    case TOPUP_CREATED: return "created";
    case TOPUP_PAID: return "paid";
    case TOPUP_DECLINED: return "declined";
    case TOPUP_CANCELLED: return "cancelled";
    case TOPUP_EXPIRED: return "expired";
    case TOPUP_REFUNDING: return "refunding";
    case TOPUP_REFUNDED: return "refunded";
    case TOPUP_STUCK: return "stuck";
    }
    return "unknown";
}

bool topup_state_final(enum topup_state state) {
    return state != TOPUP_CREATED && state != TOPUP_REFUNDING;
}

enum topup_outcome topup_outcome_from(struct text word) {
    if (text_is(word, "paid")) return OUTCOME_PAID;
    if (text_is(word, "declined")) return OUTCOME_DECLINED;
    if (text_is(word, "cancelled")) return OUTCOME_CANCELLED;
    if (text_is(word, "expired")) return OUTCOME_EXPIRED;
    if (text_is(word, "pending")) return OUTCOME_PENDING;
    return OUTCOME_UNKNOWN;
}

enum topup_state topup_failed_state(enum topup_outcome outcome) {
    if (outcome == OUTCOME_DECLINED) return TOPUP_DECLINED;
    if (outcome == OUTCOME_CANCELLED) return TOPUP_CANCELLED;
    return TOPUP_EXPIRED;
}

/* Told "paid": credit it once, if it is the order we made. An order that we gave up as expired may still be paid late:
 * that money is the customer's. One that they themselves called declined may not. */
static enum topup_step decide_paid(const struct topup_news *news) {
    if (news->told_minor != news->ordered_minor) return STEP_CONTRADICTS;
    switch (news->state) {
    case TOPUP_CREATED:
    case TOPUP_EXPIRED: return STEP_CREDIT;
    case TOPUP_PAID:
    case TOPUP_REFUNDING:
    case TOPUP_REFUNDED:
    case TOPUP_STUCK: break;
    case TOPUP_DECLINED:
    case TOPUP_CANCELLED: return STEP_CONTRADICTS;
    }
    return text_equal(news->reference, news->told_reference) ? STEP_NOTHING : STEP_CONTRADICTS;
}

enum topup_step topup_decide(const struct topup_news *news) {
    switch (news->outcome) {
    case OUTCOME_PAID: return decide_paid(news);
    case OUTCOME_DECLINED:
    case OUTCOME_CANCELLED:
    case OUTCOME_EXPIRED:
        if (news->state == TOPUP_CREATED) return STEP_FAIL;
        if (news->state == topup_failed_state(news->outcome) || news->state == TOPUP_EXPIRED) return STEP_NOTHING;
        return STEP_CONTRADICTS;
    case OUTCOME_PENDING: return topup_state_final(news->state) ? STEP_CONTRADICTS : STEP_NOTHING;
    case OUTCOME_UNKNOWN: break;
    }
    return STEP_CONTRADICTS;
}

int topup_refresh_s(enum topup_state state, int64_t age_us) {
    if (topup_state_final(state)) return 0;
    if (age_us < MINUTE / 2) return 2;
    return age_us < 10 * MINUTE ? 10 : 60;
}

bool callback_timely(int64_t stamp_s, moment now) {
    int64_t now_s = now / SECOND;
    return stamp_s >= now_s - CALLBACK_WINDOW / SECOND && stamp_s <= now_s + CALLBACK_WINDOW / SECOND;
}

const char *waiting_state_name(enum waiting_state state) {
    switch (state) {
    case WAITING_OPEN: return "waiting";
    case WAITING_CLAIMED: return "claimed";
    case WAITING_RETURNED: return "returned";
    case WAITING_CANCELLED: return "cancelled";
    }
    return "unknown";
}
