/* words.c: a rule as people say it: «Каждое 5-е число, 500 ₽ на +7 916 123-45-67». */
#include "autopay/internal.h"

#include "operations/operations.h"

string_id reason_string(enum autopay_reason reason) {
    switch (reason) {
    case AUTOPAY_WELL: return S_none;
    case AUTOPAY_NO_MONEY: return S_autopay_reason_no_money;
    case AUTOPAY_LIMIT: return S_autopay_reason_limit;
    case AUTOPAY_FROZEN: return S_autopay_reason_frozen;
    case AUTOPAY_COOLING: return S_autopay_reason_cooling;
    case AUTOPAY_LEVEL: return S_autopay_reason_level;
    case AUTOPAY_ACCOUNT: return S_autopay_reason_account;
    case AUTOPAY_OFF: return S_autopay_reason_off;
    case AUTOPAY_SILENT: return S_autopay_reason_silent;
    case AUTOPAY_REFUSED: return S_autopay_reason_refused;
    case AUTOPAY_TERMS: return S_autopay_reason_terms;
    case AUTOPAY_ABOVE: return S_autopay_reason_above;
    case AUTOPAY_UNTOLD: return S_autopay_reason_untold;
    case AUTOPAY_BY_HIM: return S_autopay_reason_by_him;
    case AUTOPAY_CLOSED: return S_autopay_reason_closed;
    }
    return S_none;
}

string_id days_string(const struct autopay_days *days, bool choice) {
    static const string_id weekdays[] = {S_autopay_days_week_1, S_autopay_days_week_2, S_autopay_days_week_3,
                                         S_autopay_days_week_4, S_autopay_days_week_5, S_autopay_days_week_6,
                                         S_autopay_days_week_7};
    if (days->period == PERIOD_DAY) return S_autopay_days_day;
    if (days->period == PERIOD_WEEK) return weekdays[days->day - 1];
    if (days->day == 31) return choice ? S_autopay_days_last_choice : S_autopay_days_last;
    return days->day > 28 && choice ? S_autopay_days_month_long : S_autopay_days_month;
}

struct text account_words(struct arena *arena, const struct payment_values *values, const struct provider *provider) {
    return payment_value_shown(arena, provider, "account", payment_values_get(values, "account"));
}

struct text rule_words(struct arena *arena, const struct locale *locale, const struct autopay_rule *rule,
                       const struct pay_template *template, const struct provider *provider) {
    struct node *values = doc_new(arena);
    doc_int(values, "day", rule->days.day);
    const struct string_argument day = {"day", doc_get(values, "day")};
    doc_text(values, "when",
             rule->kind == AUTOPAY_CALENDAR ? string_get(arena, locale, days_string(&rule->days, false), &day, 1)
                                            : TEXT(""));
    doc_money(values, "sum", rub(rule->sum));
    doc_money(values, "least", rub(rule->least));
    doc_text(values, "account", account_words(arena, &template->values, provider));
    const struct string_argument arguments[] = {{"when", doc_get(values, "when")},
                                                {"sum", doc_get(values, "sum")},
                                                {"least", doc_get(values, "least")},
                                                {"account", doc_get(values, "account")}};
    string_id text = rule->kind == AUTOPAY_CALENDAR  ? S_autopay_words_calendar
                     : rule->kind == AUTOPAY_BALANCE ? S_autopay_words_balance
                                                     : S_autopay_words_bill;
    return string_get(arena, locale, text, arguments, 4);
}
