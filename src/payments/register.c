/* register.c: providers' daily registers. Each day that is over is asked for, and again for some days, since what was
 * paid may be taken back later; a page of it at a time, compared with our payments of the same stretch of numbers in
 * the command that takes the page. Staff may have one asked for at once, also today's. */
#include "payments/register.h"

#include "base/json.h"

#include <jansson.h>
#include <stdlib.h>

#define OURS_MOST 200 /* of our payments to each provider compared by one command */
#define SHARE_MOST 16  /* providers paid through one service, whose register is one */
#define LATEST 60      /* registers told to staff */

STATEMENT(find, "SELECT asked FROM pay_register WHERE provider = $1 AND day = $2");
STATEMENT(put, "INSERT INTO pay_register (provider, day, asked, read, lines, sum) VALUES ($1, $2, $3, 0, 0, 0) "
               "ON CONFLICT (provider, day) DO UPDATE SET asked = $3, read = 0, lines = 0, sum = 0");
STATEMENT(count_page, "UPDATE pay_register SET lines = lines + $3, sum = sum + $4, read = $5 "
                      "WHERE provider = $1 AND day = $2 AND asked = $6");
STATEMENT(latest,
          "SELECT provider, day, asked, read, lines, sum FROM pay_register ORDER BY day DESC, provider LIMIT $1");
STATEMENT(known_since, "SELECT account FROM pay_account WHERE provider = $1");
STATEMENT(ours_between, "SELECT id, customer, state, sum, returned, ended FROM payment "
                        "WHERE provider = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT $4");

/* ---- asking ---- */

static int64_t today(struct engine *engine, moment now) {
    return date_to_days(civil_at(now, engine_zone(engine)).date);
}

static moment day_begins(struct engine *engine, int64_t day) {
    return day_start(date_from_days(day), engine_zone(engine));
}

static void ask_page(struct engine *engine, struct tx *tx, int64_t provider, int64_t day, int64_t after, moment asked) {
    moment now = world_now(tx_world(tx));
    struct text payload = text_format(tx_arena(tx), "%lld %lld %lld", (long long)day, (long long)after,
                                      (long long)asked);
    outbox_add(engine, tx, "payment.register", 0, provider, payload, now, now + HOUR);
}

static void ask_day(struct engine *engine, struct tx *tx, int64_t provider, int64_t day) {
    moment now = world_now(tx_world(tx));
    tx_run(tx, &put, VALUES(V_INT(provider), V_INT(day), V_INT(now)));
    ask_page(engine, tx, provider, day, 0, now);
}

static bool due(struct engine *engine, struct tx *tx, int64_t provider, int64_t day, moment now) {
    const struct payments_settings *settings = payments_state_of(engine)->settings;
    if (day_begins(engine, day + 1) + settings->register_after > now) return false;
    struct rows *rows = tx_query(tx, &find, VALUES(V_INT(provider), V_INT(day)));
    moment asked = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return asked + settings->register_every <= now;
}

static bool has_register(const struct provider *provider) {
    return provider != NULL && provider->registers && provider->rail != NULL && provider->rail->register_of != NULL;
}

/* Those whose payments the register of this one has: itself, and others at the same service. */
struct share {
    int64_t providers[SHARE_MOST];
    size_t count;
};

static struct share share_of(const struct catalogue *catalogue, const struct provider *provider) {
    struct share share = {.count = 0};
    for (size_t i = 0; i < catalogue->provider_count && share.count < SHARE_MOST; i++) {
        const struct provider *each = &catalogue->providers[i];
        if (each == provider || (has_register(each) && provider_shares(each, provider)))
            share.providers[share.count++] = each->id;
    }
    return share;
}

/* The first of those who share one stands for all. */
static bool stands_for_all(const struct catalogue *catalogue, const struct provider *provider) {
    return has_register(provider) && share_of(catalogue, provider).providers[0] == provider->id;
}

/* With whom we have had nothing to do until then, there is nothing to compare. */
static int64_t first_day(struct engine *engine, struct tx *tx, const struct share *share) {
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < share->count; i++) {
        struct rows *rows = tx_query(tx, &known_since, VALUES(V_INT(share->providers[i])));
        int64_t account = rows_next(rows) ? row_int(rows, 0) : 0;
        rows_end(rows);
        int64_t day = account != 0 ? today(engine, id_moment(account)) : INT64_MAX;
        if (day < first) first = day;
    }
    return first;
}

bool registers_ask(struct engine *engine, struct tx *tx) {
    const struct catalogue *catalogue = catalogue_take(engine, tx_arena(tx));
    moment now = world_now(tx_world(tx));
    int64_t now_day = today(engine, now), days = payments_state_of(engine)->settings->register_days;
    for (size_t i = 0; i < catalogue->provider_count; i++) {
        const struct provider *provider = &catalogue->providers[i];
        if (!stands_for_all(catalogue, provider)) continue;
        struct share share = share_of(catalogue, provider);
        int64_t first = first_day(engine, tx, &share);
        for (int64_t day = now_day - 1; day >= now_day - days && day >= first; day--)
            if (due(engine, tx, provider->id, day, now)) ask_day(engine, tx, provider->id, day);
    }
    return false;
}

struct asked {
    int64_t day, after;
    moment at; /* the whole register: a page of an earlier asking is not read on */
};

static bool asked_of(const struct outbox_item *item, struct asked *asked) {
    struct text rest = item->payload;
    return text_to_int(text_split(rest, ' ', &rest), &asked->day) &&
           text_to_int(text_split(rest, ' ', &rest), &asked->after) && text_to_int(rest, &asked->at);
}

static struct text written(struct arena *arena, const struct rail_line *lines, int count, bool more) {
    struct node *top = doc_new(arena), *list = doc_array(top, "lines");
    struct buffer out = buffer_new(arena, 4096);
    doc_bool(top, "more", more);
    for (int i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_int(node, "payment", lines[i].payment);
        doc_int(node, "sum", lines[i].sum);
        doc_bool(node, "cancelled", lines[i].cancelled);
    }
    doc_write_json(top, &out);
    return buffer_text(&out);
}

enum outbox_verdict register_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                  struct text *reply) {
    struct asked asked;
    bool more;
    const struct provider *provider = catalogue_provider(catalogue_take(engine, arena), item->subject);
    if (!has_register(provider) || !asked_of(item, &asked)) return OUTBOX_REFUSED;
    struct rail_line *lines = arena_array(arena, struct rail_line, RAIL_LINES);
    int count = provider->rail->register_of(engine, provider, asked.day, asked.after, lines, &more, arena);
    if (count < 0) return OUTBOX_AGAIN;
    *reply = written(arena, lines, count, more);
    return OUTBOX_DONE;
}

/* ---- comparing ---- */

struct line {
    int64_t payment, sum;
    bool cancelled;
};

struct page {
    struct line lines[RAIL_LINES];
    size_t count;
    bool more;
};

static bool page_read(struct arena *arena, struct text reply, struct page *page) {
    const json_t *top = json_read(arena, reply), *list = top != NULL ? json_object_get(top, "lines") : NULL;
    if (list == NULL || json_array_size(list) > RAIL_LINES) return false;
    page->count = json_array_size(list);
    page->more = json_is_true(json_object_get(top, "more"));
    for (size_t i = 0; i < page->count; i++) {
        const json_t *each = json_array_get(list, i);
        page->lines[i] = (struct line){json_integer_value(json_object_get(each, "payment")),
                                       json_integer_value(json_object_get(each, "sum")),
                                       json_is_true(json_object_get(each, "cancelled"))};
    }
    return true;
}

struct ours {
    int64_t id, provider, customer, sum, returned;
    enum payment_state state;
    moment ended;
};

/* Our payments behind `after`, up to `last`, which the register's own numbers may pass on either side. */
static size_t ours_of(struct tx *tx, int64_t provider, int64_t after, int64_t last, struct ours *ours) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &ours_between,
                                 VALUES(V_INT(provider), V_INT(after), V_INT(last + 1), V_INT(OURS_MOST)));
    for (; count < OURS_MOST && rows_next(rows); count++)
        ours[count] = (struct ours){.id = row_int(rows, 0),
                                    .provider = provider,
                                    .customer = row_int(rows, 1),
                                    .state = (enum payment_state)row_int(rows, 2),
                                    .sum = row_int(rows, 3),
                                    .returned = row_int(rows, 4),
                                    .ended = row_int(rows, 5)};
    rows_end(rows);
    return count;
}

static int by_id(const void *left, const void *right) {
    const struct ours *one = left, *other = right;
    return (one->id > other->id) - (one->id < other->id);
}

/* Of all that share the register, in the order of numbers; when there are too many of one, *last becomes smaller. */
static size_t ours_read(struct tx *tx, const struct share *share, int64_t after, int64_t *last, struct ours *ours) {
    size_t count = 0, kept = 0;
    int64_t reached = *last;
    for (size_t i = 0; i < share->count; i++) {
        size_t some = ours_of(tx, share->providers[i], after, *last, ours + count);
        count += some;
        if (some == OURS_MOST && ours[count - 1].id < reached) reached = ours[count - 1].id;
    }
    qsort(ours, count, sizeof *ours, by_id);
    while (kept < count && ours[kept].id <= reached) kept++;
    *last = reached;
    return kept;
}

/* The provider's yes to one that nobody was sure of. */
static void answered(struct engine *engine, struct tx *tx, const struct ours *ours) {
    struct payment payment;
    if (!payment_find(engine, tx, ours->customer, ours->id, &payment) || payment.state != PAYMENT_STUCK) return;
    queue_finish(engine, tx, "payments.stuck", payment.id, 0, "done");
    payment_done(engine, tx, &payment, payment.reference);
}

static void compare(struct engine *engine, struct tx *tx, const struct outbox_item *item, int64_t day,
                    const struct ours *ours, const struct line *line) {
    struct register_pair pair = {.ours = ours != NULL, .theirs = line != NULL};
    if (ours != NULL) {
        pair.state = ours->state;
        pair.sum = ours->sum;
        pair.returned = ours->returned;
        pair.settled = ours->ended < item->made;
    }
    if (line != NULL) {
        pair.cancelled = line->cancelled;
        pair.told = line->sum;
    }
    const struct differing found = {.provider = ours != NULL ? ours->provider : item->subject,
                                    .payment = ours != NULL ? ours->id : line->payment,
                                    .day = day,
                                    .kind = register_compare(&pair),
                                    .ours = register_ours(&pair),
                                    .theirs = line != NULL && !line->cancelled ? line->sum : 0};
    if (found.kind == DIFFERENCE_ANSWERED) answered(engine, tx, ours);
    else difference_found(engine, tx, &found);
}

/* Both are in the order of numbers. Gives up to which number all is compared. */
static int64_t compare_page(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                            const struct asked *asked, struct page *page) {
    const struct catalogue *catalogue = catalogue_take(engine, tx_arena(tx));
    const struct provider *provider = catalogue_provider(catalogue, item->subject);
    struct share share = {.providers = {item->subject}, .count = 1}; /* of one that has left the catalogue since */
    if (provider != NULL) share = share_of(catalogue, provider);
    struct ours *ours = arena_array(tx_arena(tx), struct ours, OURS_MOST * share.count);
    int64_t first = id_from_moment(day_begins(engine, asked->day)) - 1;
    int64_t end = id_from_moment(day_begins(engine, asked->day + 1)) - 1;
    int64_t last = page->more ? page->lines[page->count - 1].payment : INT64_MAX, reached = last < end ? last : end;
    int64_t wanted = reached;
    size_t count = ours_read(tx, &share, asked->after > first ? asked->after : first, &reached, ours);
    if (reached < wanted) last = reached, page->more = true;
    for (size_t i = 0, k = 0; i < count || k < page->count;) {
        const struct ours *one = i < count ? &ours[i] : NULL;
        const struct line *line = k < page->count ? &page->lines[k] : NULL;
        if (line != NULL && line->payment > last && page->more) line = NULL, page->count = k;
        if (one == NULL && line == NULL) break;
        bool both = one != NULL && line != NULL && one->id == line->payment;
        bool mine = both || line == NULL || (one != NULL && one->id < line->payment);
        compare(engine, tx, item, asked->day, mine ? one : NULL, both || !mine ? line : NULL);
        i += mine;
        k += both || !mine;
    }
    return last;
}

void register_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                     struct text reply) {
    struct asked asked;
    struct page *page = arena_new_of(tx_arena(tx), struct page);
    if (verdict != OUTBOX_DONE || !asked_of(item, &asked) || !page_read(tx_arena(tx), reply, page)) return;
    int64_t last = compare_page(engine, tx, item, &asked, page), sum = 0;
    for (size_t i = 0; i < page->count; i++) sum += page->lines[i].cancelled ? 0 : page->lines[i].sum;
    moment read = page->more ? 0 : world_now(tx_world(tx));
    bool goes_on = tx_run(tx, &count_page,
                          VALUES(V_INT(item->subject), V_INT(asked.day), V_INT((int64_t)page->count), V_INT(sum),
                                 V_INT(read), V_INT(asked.at))) == 1;
    if (page->more && goes_on) ask_page(engine, tx, item->subject, asked.day, last, asked.at);
}

/* ---- for staff ---- */

/* GET /staff/registers */
enum flow staff_registers_read(struct request *request, struct tx *tx) {
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    struct node *document = doc_new(request->arena);
    struct node *providers = doc_array(document, "providers"), *differing = doc_array(document, "differing");
    struct node *registers = doc_array(document, "registers");
    int64_t chosen = field_number(request, "provider");
    for (size_t i = 0; i < catalogue->provider_count; i++) {
        const struct provider *provider = &catalogue->providers[i];
        struct text title = words_in(&provider->title, request->locale.language);
        int64_t differences = has_register(provider) ? differences_open(tx, provider->id) : 0;
        if (stands_for_all(catalogue, provider)) {
            struct node *node = doc_add_object(providers);
            doc_id(node, "value", provider->id);
            doc_text(node, "title", title);
            doc_bool(node, "selected", provider->id == chosen);
        }
        if (differences == 0) continue;
        struct node *node = doc_add_object(differing);
        doc_text(node, "title", title);
        doc_int(node, "differences", differences);
    }
    doc_date(document, "today", date_from_days(today(request->engine, world_now(request->world))));
    struct rows *rows = tx_query(tx, &latest, VALUES(V_INT(LATEST)));
    while (rows_next(rows)) {
        const struct provider *provider = catalogue_provider(catalogue, row_int(rows, 0));
        if (provider == NULL) continue;
        struct node *node = doc_add_object(registers);
        doc_text(node, "provider", words_in(&provider->title, request->locale.language));
        doc_date(node, "day", date_from_days(row_int(rows, 1)));
        doc_moment(node, "asked", row_int(rows, 2));
        if (row_int(rows, 3) != 0) doc_moment(node, "read", row_int(rows, 3));
        doc_int(node, "lines", row_int(rows, 4));
        doc_money(node, "sum", rub(row_int(rows, 5)));
    }
    return answer_ok(request, document);
}

/* POST /staff/registers */
enum flow staff_registers_ask(struct request *request, struct tx *tx) {
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    const struct provider *provider = catalogue_provider(catalogue, field_number(request, "provider"));
    int64_t day = field_number(request, "day"), now_day = today(request->engine, world_now(request->world));
    if (provider == NULL || !stands_for_all(catalogue, provider))
        return refuse_field(request, "provider", S_payments_register_none);
    if (day > now_day) return refuse_field(request, "day", S_payments_register_future);
    ask_day(request->engine, tx, provider->id, day);
    return answer_done(request, doc_new(request->arena), TEXT("/staff/registers"));
}
