/* start.c: what the operator gives as files, read when the server starts: his own lines of the law (283-FZ, 230-FZ),
 * which stand before the built-in ones, and working days. */
#include "products/instalments/checkout_page.h"
#include "products/instalments/cabinet.h"
#include "showcase/showcase.h"

#include "engine/owed.h"

struct instalments_state {
    struct law_file law;
    struct work_calendar *calendar; /* NULL: the operator has none */
};

void *instalments_open(struct engine *engine, struct arena *arena, struct text *problem) {
    const struct instalments_settings *settings = instalments_settings(engine);
    struct instalments_state *state = arena_new_of(arena, struct instalments_state);
    struct text fault = TEXT_NONE;
    const char *key = "law_file";
    showcase_plans_by(engine, instalments_plans_tell, tariff_begin);
    bool good = law_file_read(arena, settings->law_file, &state->law, &fault);
    if (good) {
        key = "calendar_file";
        good = calendar_file_read(arena, settings->calendar_file, &state->calendar, &fault);
    }
    if (!good) *problem = text_format(arena, "instalments.%s: %.*s", key, TEXT_ARG(fault));
    return good ? state : NULL;
}

static const struct instalments_state *state_of(const struct engine *engine) {
    return engine_state(engine, &instalments_feature);
}

const struct law_file *instalments_law(const struct engine *engine) {
    return &state_of(engine)->law;
}

const struct work_calendar *instalments_calendar(const struct engine *engine) {
    return state_of(engine)->calendar;
}

struct purchase_rule instalments_rule(const struct engine *engine) {
    const struct instalments_settings *own = instalments_settings(engine);
    const struct law_file *law = instalments_law(engine);
    return (struct purchase_rule){
        .move_days = own->move_days, .move_times = own->move_times, .own = law->lines, .own_count = law->count};
}

int64_t instalments_penalty(const struct engine *engine, int64_t day) {
    const struct purchase_rule rule = instalments_rule(engine);
    int64_t rate = 0;
    (void)rate_parse(text_from(instalments_settings(engine)->penalty), &rate); /* settings_good has read it */
    return purchase_penalty(rate, day, &rule);
}
