/* report.c: what was spent and what came in, by month, category and tag. Nothing is kept for it: the figures of a
 * hundred thousand operations are read from their digests (operations/walk.h) in a few milliseconds, so that each
 * report knows what the customer has said of any of them until now. */
#include "spending/internal.h"

#include "operations/operations.h"
#include "operations/walk.h"

#include <string.h>

#define READ_MOST 20000 /* entries that have no digest yet */
#define LINE_NONE (-1)

struct making {
    struct engine *engine;
    struct tx *tx;
    const struct label_set *set;
    struct report *report;
    int64_t begins[REPORT_MONTHS + 1]; /* ids */
    struct tagging *taggings;
    size_t tagging_count;
    struct tag_named *names;
    size_t read;
    int lines[DIGEST_ENTRIES];         /* of the classes of a lot */
};

/* Lots pass, lines stay. */
static int line_of(struct making *making, struct text code) {
    struct report *report = making->report;
    if (text_is(code, OPERATION_OWN)) return LINE_NONE;
    for (size_t i = 0; i < report->category_count; i++)
        if (text_equal(report->categories[i].code, code)) return (int)i;
    if (report->category_count == REPORT_LINES) return REPORT_LINES - 1;
    struct report_line *line = &report->categories[report->category_count];
    line->code = text_copy(tx_arena(making->tx), code);
    line->income = category_income(code);
    return (int)report->category_count++;
}

static void count_in(struct report_line *line, size_t month, int64_t amount) {
    int64_t sum = line->income ? amount : -amount;
    line->sums[month] += sum;
    line->total += sum;
    line->operations++;
}

/* Which tags the operation has: what is spent with them. */
static void count_tags(struct making *making, int64_t operation, size_t month, int64_t amount) {
    size_t low = 0, high = making->tagging_count;
    while (low < high) { /* the newest first */
        size_t middle = low + (high - low) / 2;
        if (making->taggings[middle].operation > operation) low = middle + 1;
        else high = middle;
    }
    for (; low < making->tagging_count && making->taggings[low].operation == operation; low++)
        for (size_t i = 0; i < making->report->tag_count; i++)
            if (making->names[i].id == making->taggings[low].tag) count_in(&making->report->tags[i], month, amount);
}

static int line_said(struct making *making, const struct walk_lot *lot, size_t at) {
    const struct digest_entry *entry = &lot->entries[at];
    const struct operation_class class = {lot->classes[entry->class].category, lot->payees[at]};
    return line_of(making, labels_category(making->set, entry->id, &class));
}

static void count_lot(struct making *making, const struct walk_lot *lot, size_t *month) {
    struct report *report = making->report;
    bool said = labels_said(making->set);
    for (size_t i = 0; i < lot->class_count && !said; i++) making->lines[i] = line_of(making, lot->classes[i].category);
    for (size_t i = 0; i < lot->count; i++) {
        const struct digest_entry *entry = &lot->entries[i];
        while (*month > 0 && entry->id < making->begins[*month]) (*month)--;
        int line = said ? line_said(making, lot, i) : making->lines[entry->class];
        if (line == LINE_NONE) continue;
        count_in(&report->categories[line], *month, entry->amount);
        if (making->tagging_count > 0 && !report->categories[line].income)
            count_tags(making, entry->id, *month, entry->amount);
    }
}

static void count_account(struct making *making, int64_t account) {
    struct report *report = making->report;
    struct walk_lot lot;
    size_t month = report->months - 1;
    const struct walk_wish wish = {.customer = making->set->customer,
                                   .account = account,
                                   .before = making->begins[report->months],
                                   .from = making->begins[0],
                                   .figures = true,
                                   .payees = labels_said(making->set)};
    struct walk *walk = walk_begin(making->engine, making->tx, &wish);
    while (walk_next(walk, &lot)) {
        count_lot(making, &lot, &month);
        if (lot.whole != NULL) making->read += lot.count;
        if (making->read < READ_MOST || lot.count == 0) continue;
        moment since = id_moment(lot.entries[lot.count - 1].id);
        if (since > report->since) report->since = since;
        return;
    }
}

static void sum_up(struct report *report) {
    for (size_t i = 0; i < report->category_count; i++) {
        const struct report_line *line = &report->categories[i];
        for (size_t month = 0; month < report->months; month++)
            *(line->income ? &report->earned[month] : &report->spent[month]) += line->sums[month];
        *(line->income ? &report->earned_total : &report->spent_total) += line->total;
    }
}

static void find_tags(struct making *making) {
    struct report *report = making->report;
    struct arena *arena = tx_arena(making->tx);
    making->taggings = arena_array(arena, struct tagging, REPORT_TAGGINGS);
    making->tagging_count = taggings(making->tx, making->set->customer, making->begins[0],
                                     making->begins[report->months], making->taggings, REPORT_TAGGINGS);
    if (making->tagging_count == 0) return;
    making->names = arena_array(arena, struct tag_named, TAGS_MOST);
    report->tag_count = tags_all(making->engine, making->tx, making->set->customer, making->names);
    report->tags = arena_array(arena, struct report_line, report->tag_count + 1);
    for (size_t i = 0; i < report->tag_count; i++) report->tags[i].code = making->names[i].name;
}

struct report *report_make(struct engine *engine, struct tx *tx, int64_t customer, int64_t first, size_t months,
                           bool tags) {
    int64_t accounts[OPERATION_ACCOUNTS];
    size_t count = operations_accounts(engine, tx, customer, accounts);
    struct making *making = arena_new_of(tx_arena(tx), struct making);
    *making = (struct making){.engine = engine,
                              .tx = tx,
                              .set = labels_open(engine, tx, customer),
                              .report = arena_new_of(tx_arena(tx), struct report)};
    making->report->first = first;
    making->report->months = months;
    for (size_t i = 0; i <= months; i++)
        making->begins[i] = id_from_moment(month_start(first + (int64_t)i, engine_zone(engine)));
    if (tags) find_tags(making);
    for (size_t i = 0; i < count; i++) count_account(making, accounts[i]);
    sum_up(making->report);
    return making->report;
}
