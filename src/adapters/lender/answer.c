/* answer.c: what a lender says, and what of it is believed (README.md). Pure. */
#include "adapters/lender/lender.h"

#include "base/json.h"

#include <jansson.h>

#define CONTRACT_MOST ((size_t)64 * 1024)
#define REASONS_MOST 10

static struct text text_of(struct arena *arena, const json_t *object, const char *name, size_t most) {
    const json_t *value = json_object_get(object, name);
    struct text text = {json_string_value(value), json_string_length(value)};
    if (!json_is_string(value) || text.size == 0 || text.size > most || !text_valid_utf8(text)) return TEXT_NONE;
    return text_copy(arena, text);
}

static bool sum_of(struct arena *arena, const json_t *object, const char *name, int64_t *sum) {
    struct money money;
    if (!money_parse(text_of(arena, object, name, 24), CURRENCY_RUB, &money)) return false;
    *sum = money.minor;
    return true;
}

static bool number_of(struct arena *arena, const json_t *object, const char *name, int64_t *number) {
    return text_to_int(text_of(arena, object, name, 20), number) && *number >= 0;
}

static bool day_of(struct arena *arena, const json_t *object, const char *name, struct date *date) {
    return date_parse(text_of(arena, object, name, 10), date);
}

static bool moment_of_seconds(struct arena *arena, const json_t *object, const char *name, moment *at) {
    int64_t seconds;
    if (!number_of(arena, object, name, &seconds) || seconds > INT64_MAX / SECOND) return false;
    *at = seconds * SECOND;
    return true;
}

/* "292.000" */
static bool rate_of(struct arena *arena, const json_t *object, const char *name, int64_t *rate) {
    struct text part, whole = text_split(text_of(arena, object, name, 12), '.', &part);
    int64_t fraction;
    if (!text_to_int(whole, rate) || *rate < 0 || *rate > 1000000 || part.size != 3 || part.data[0] == '-' ||
        !text_to_int(part, &fraction))
        return false;
    *rate = *rate * 1000 + fraction;
    return true;
}

static const json_t *about(struct arena *arena, int64_t id, struct text body) {
    int64_t told;
    const json_t *object = body.data != NULL ? json_read(arena, body) : NULL;
    bool same = json_is_object(object) && text_to_int(text_of(arena, object, "id", 20), &told) && told == id;
    return same ? object : NULL;
}

/* ---- terms ---- */

static bool schedule_of(struct arena *arena, const json_t *object, struct lender_due dues[LENDER_DUES],
                        size_t *count) {
    const json_t *list = json_object_get(object, "schedule");
    size_t size = json_array_size(list);
    if (!json_is_array(list) || size > LENDER_DUES) return false;
    for (*count = 0; *count < size; ++*count) {
        const json_t *one = json_array_get(list, *count);
        struct lender_due *due = &dues[*count];
        if (!day_of(arena, one, "date", &due->date) || !sum_of(arena, one, "sum", &due->sum)) return false;
        due->paid = text_is(text_of(arena, one, "paid", 4), "true");
    }
    return true;
}

static bool terms_of(struct arena *arena, const json_t *object, struct lender_terms *terms) {
    *terms = (struct lender_terms){.sum = 0};
    return sum_of(arena, object, "sum", &terms->sum) && number_of(arena, object, "term", &terms->term) &&
           day_of(arena, object, "from", &terms->from) && sum_of(arena, object, "total", &terms->total) &&
           rate_of(arena, object, "psk", &terms->psk) &&
           schedule_of(arena, object, terms->schedule, &terms->dues) && terms->dues > 0;
}

bool lender_terms_read(struct arena *arena, struct text body, struct lender_terms *terms) {
    const json_t *object = body.data != NULL ? json_read(arena, body) : NULL;
    return json_is_object(object) && terms_of(arena, object, terms);
}

/* ---- decisions ---- */

static struct text reasons_of(struct arena *arena, const json_t *object) {
    const json_t *list = json_object_get(object, "reasons");
    struct buffer out = buffer_new(arena, 256);
    for (size_t i = 0; i < json_array_size(list) && i < REASONS_MOST; i++) {
        const json_t *one = json_array_get(list, i);
        struct text text = {json_string_value(one), json_string_length(one)};
        if (!json_is_string(one) || text.size == 0 || text.size > 300 || !text_valid_utf8(text)) continue;
        if (out.size > 0) buffer_add_char(&out, '\n');
        buffer_add_text(&out, text);
    }
    return out.size > 0 ? buffer_text(&out) : TEXT_NONE;
}

static enum lender_status status_of(struct text name) {
    static const char *const names[] = {[LENDER_UNKNOWN] = "unknown",     [LENDER_DECIDING] = "deciding",
                                        [LENDER_REFUSED] = "refused",     [LENDER_OFFERED] = "offered",
                                        [LENDER_SIGNED] = "signed",       [LENDER_ISSUED] = "issued",
                                        [LENDER_CANCELLED] = "cancelled", [LENDER_EXPIRED] = "expired"};
    for (size_t i = LENDER_UNKNOWN; i < sizeof names / sizeof *names; i++)
        if (text_is(name, names[i])) return (enum lender_status)i;
    return LENDER_NONSENSE;
}

/* All that the status promises is there. */
static bool whole(struct arena *arena, const json_t *object, struct lender_decision *decision) {
    switch (decision->status) {
    case LENDER_OFFERED:
        decision->number = text_of(arena, object, "number", 64);
        decision->contract = text_of(arena, object, "contract", CONTRACT_MOST);
        return decision->number.size > 0 && decision->contract.size > 0 &&
               terms_of(arena, object, &decision->terms) &&
               moment_of_seconds(arena, object, "until", &decision->until);
    case LENDER_SIGNED: return moment_of_seconds(arena, object, "money_at", &decision->money_at);
    case LENDER_ISSUED:
        decision->reference = text_of(arena, object, "reference", 64);
        return sum_of(arena, object, "sum", &decision->sum);
    default: return true;
    }
}

void lender_decision_read(struct arena *arena, int64_t id, struct text body, struct lender_decision *decision) {
    *decision = (struct lender_decision){.status = LENDER_NONSENSE};
    const json_t *object = about(arena, id, body);
    if (object == NULL) return;
    decision->status = status_of(text_of(arena, object, "status", 16));
    if (decision->status == LENDER_REFUSED) decision->reasons = reasons_of(arena, object);
    if (!whole(arena, object, decision)) decision->status = LENDER_NONSENSE;
}

/* ---- loans ---- */

bool lender_figures_read(struct arena *arena, int64_t id, struct text body, struct lender_figures *figures) {
    const json_t *object = about(arena, id, body);
    *figures = (struct lender_figures){.closed = false};
    if (object == NULL) return false;
    struct text state = text_of(arena, object, "state", 8);
    figures->closed = text_is(state, "closed");
    figures->certificate = text_of(arena, object, "certificate", 64);
    if (json_object_get(object, "overdue_since") != NULL &&
        !day_of(arena, object, "overdue_since", &figures->overdue_since))
        return false;
    return (figures->closed || text_is(state, "open")) && day_of(arena, object, "today", &figures->today) &&
           sum_of(arena, object, "owed", &figures->owed) && sum_of(arena, object, "principal", &figures->principal) &&
           sum_of(arena, object, "interest", &figures->interest) &&
           sum_of(arena, object, "penalty", &figures->penalty) && sum_of(arena, object, "overdue", &figures->overdue) &&
           figures->owed == figures->principal + figures->interest + figures->penalty &&
           figures->closed == (figures->owed == 0) && figures->overdue <= figures->owed &&
           schedule_of(arena, object, figures->schedule, &figures->dues);
}

void lender_repayment_read(struct arena *arena, int64_t id, int64_t sum, struct text body,
                           struct lender_repayment *repayment) {
    int64_t told = 0;
    *repayment = (struct lender_repayment){.status = LENDER_REPAID_NONSENSE};
    const json_t *object = about(arena, id, body);
    if (object == NULL) return;
    struct text status = text_of(arena, object, "status", 16);
    if (text_is(status, "unknown")) {
        repayment->status = LENDER_REPAID_UNKNOWN;
        return;
    }
    if (!sum_of(arena, object, "sum", &told) || told != sum) return;
    if (text_is(status, "processing")) repayment->status = LENDER_REPAID_PROCESSING;
    if (text_is(status, "taken")) repayment->status = LENDER_TAKEN;
    if (text_is(status, "declined")) repayment->status = LENDER_DECLINED;
    repayment->reason = text_of(arena, object, "reason", 32);
    repayment->reference = text_of(arena, object, "reference", 64);
}

/* ---- the statement ---- */

static bool entry_kind_of(struct text name, enum lender_entry_kind *kind) {
    static const char *const names[] = {
        [LENDER_ENTRY_REPAID] = "repaid", [LENDER_ENTRY_ISSUED] = "issued", [LENDER_ENTRY_RETURNED] = "returned"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        *kind = (enum lender_entry_kind)i;
        if (text_is(name, names[i])) return true;
    }
    return false;
}

static bool entry_of(struct arena *arena, const json_t *object, int64_t after, struct lender_entry *entry) {
    const json_t *number = json_object_get(object, "number");
    *entry = (struct lender_entry){.number = json_integer_value(number)};
    return json_is_integer(number) && entry->number > after &&
           entry_kind_of(text_of(arena, object, "kind", 8), &entry->kind) &&
           number_of(arena, object, "id", &entry->id) && sum_of(arena, object, "sum", &entry->sum) &&
           moment_of_seconds(arena, object, "made", &entry->made);
}

int lender_statement_read(struct arena *arena, int64_t after, struct text body,
                          struct lender_entry entries[LENDER_ENTRIES]) {
    const json_t *list = body.data != NULL ? json_object_get(json_read(arena, body), "entries") : NULL;
    if (!json_is_array(list) || json_array_size(list) > LENDER_ENTRIES) return -1;
    size_t count = json_array_size(list);
    for (size_t i = 0; i < count; i++) {
        if (!entry_of(arena, json_array_get(list, i), after, &entries[i])) return -1;
        after = entries[i].number;
    }
    return (int)count;
}
