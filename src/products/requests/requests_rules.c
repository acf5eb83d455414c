/* requests_rules.c: see requests_rules.h. */
#include "products/requests/requests_rules.h"

#include "base/check.h"

const char *request_state_name(enum request_state state) {
    static const char *const names[] = {[REQUEST_OPEN] = "open",
                                        [REQUEST_PAID] = "paid",
                                        [REQUEST_DECLINED] = "declined",
                                        [REQUEST_WITHDRAWN] = "withdrawn",
                                        [REQUEST_LAPSED] = "lapsed"};
    check(state >= REQUEST_OPEN && state <= REQUEST_LAPSED);
    return names[state];
}

enum request_state request_state_at(enum request_state kept, moment expires, moment now) {
    return kept == REQUEST_OPEN && now >= expires ? REQUEST_LAPSED : kept;
}

enum request_verdict request_verdict(const struct request_look *look) {
    if (look->own) return REQUEST_OWN;
    if (look->again) return REQUEST_AGAIN;
    if (look->open >= look->most) return REQUEST_MANY;
    return look->day >= look->day_most ? REQUEST_DAY : REQUEST_GOOD;
}
