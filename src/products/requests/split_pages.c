/* split_pages.c: splitting a bill (BK-3): whom among, how much of each, what has become of it. Each share is a request
 * for money like any other, with the bill's number; what is left is whatever nobody has paid or is asked for. */
#include "products/requests/requests.h"

#include "engine/people.h"
#include "operations/pages.h"

#define SPLITS_SHOWN 20
#define SHARES_SHOWN 200
#define FRIENDS_SHOWN 50

static void tell_bill(const struct splittable *of, struct node *document) {
    doc_id(document, "operation", of->split.operation);
    doc_text(document, "title", of->title);
    doc_money(document, "sum", rub(of->split.sum));
    doc_money(document, "left", rub(of->progress.left));
    if (of->split.id != 0) doc_id(document, "split", of->split.id);
    else doc_null(document, "split");
}

/* GET /splits/new */
enum flow split_new_read(struct request *request, struct tx *tx) {
    const struct people *people = engine_people(request->engine);
    struct splittable of;
    if (splittable_find(request, tx, &of) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena), *friends = doc_array(document, "friends");
    tell_bill(&of, document);
    if (people != NULL) people->offer(request->engine, tx, request->caller.customer, FRIENDS_SHOWN, friends);
    for (struct node *friend = friends->first; friend != NULL; friend = friend->next) {
        struct text name = text_format(request->arena, "friend_%lld", (long long)doc_get(friend, "id")->number);
        doc_bool(friend, "chosen", rest_text(request, name.data).size > 0);
    }
    doc_int(document, "most", SPLIT_PEOPLE);
    return answer_ok(request, document);
}

/* What the check page asks to confirm: for templates each person has a name of his own, p1 …, beside his fields. */
static void tell_shares(struct request *request, const struct splittable *of, const struct share *shares, size_t count,
                        struct node *document) {
    int64_t own = of->progress.left;
    struct node *list = doc_array(document, "people");
    if (request->page == NULL) request->page = doc_new(request->arena);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        struct text name = text_format(request->arena, "p%zu", i + 1);
        struct node *places[] = {node, doc_object(request->page, name.data)};
        for (int each = 0; each < 2; each++) {
            doc_text(places[each], "to", shares[i].to);
            doc_text(places[each], "who", shares[i].who);
            doc_money(places[each], "sum", rub(shares[i].person.sum));
        }
        own -= shares[i].person.sum;
    }
    doc_money(document, "own", rub(own));
    doc_text(document, "note", field_given(request, "note") ? field_text(request, "note") : of->title);
}

/* POST /splits/check: equal shares of what is left; asks nobody yet. */
enum flow split_check_read(struct request *request, struct tx *tx) {
    struct share shares[SPLIT_PEOPLE];
    struct splittable of;
    size_t count;
    if (splittable_find(request, tx, &of) == FLOW_ANSWERED ||
        shares_chosen(request, tx, shares, &count) == FLOW_ANSWERED ||
        shares_judge(request, tx, &of, shares, count) == FLOW_ANSWERED)
        return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    tell_bill(&of, document);
    tell_shares(request, &of, shares, count, document);
    return answer_ok(request, document);
}

/* The same page again with what was typed. */
enum flow split_again_read(struct request *request, struct tx *tx) {
    struct share shares[SPLIT_PEOPLE];
    struct splittable of;
    size_t count;
    if (splittable_find(request, tx, &of) == FLOW_ANSWERED ||
        shares_typed(request, tx, shares, &count) == FLOW_ANSWERED)
        return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    tell_bill(&of, document);
    tell_shares(request, &of, shares, count, document);
    return answer_ok(request, document);
}

/* POST /splits: each hears of his share, in one transaction; the bill's row is held, so that two at once do not ask for
 * the same rest twice. */
enum flow split_write(struct request *request, struct tx *tx) {
    struct share shares[SPLIT_PEOPLE];
    struct splittable of;
    size_t count;
    if (splittable_find(request, tx, &of) == FLOW_ANSWERED ||
        shares_typed(request, tx, shares, &count) == FLOW_ANSWERED)
        return FLOW_ANSWERED;
    if (!split_hold(tx, &of.split)) return answer_missing(request); /* the database failed: 503 */
    of.progress = split_progress(tx, &of.split);
    if (shares_judge(request, tx, &of, shares, count) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct text note = field_given(request, "note") ? field_text(request, "note") : TEXT_NONE;
    for (size_t i = 0; i < count; i++) request_make(request, tx, &shares[i].person, note, of.split.id);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", of.split.id);
    tell_bill(&of, document);
    tell_shares(request, &of, shares, count, document);
    return answer_created(request, document, text_format(request->arena, "/splits/%lld", (long long)of.split.id));
}

/* ---- what has become of it ---- */

static void tell_progress(const struct money_split *split, const struct split_progress *progress, struct node *node) {
    doc_id(node, "id", split->id);
    doc_id(node, "operation", split->operation);
    doc_money(node, "sum", rub(split->sum));
    doc_money(node, "paid", rub(progress->paid));
    doc_money(node, "open", rub(progress->open));
    doc_money(node, "left", rub(progress->left));
    doc_bool(node, "waits", progress->open > 0);
}

void splits_tell(struct request *request, struct tx *tx, struct node *list) {
    struct money_split found[SPLITS_SHOWN];
    size_t count = splits_of(tx, request->caller.customer, found, SPLITS_SHOWN);
    for (size_t i = 0; i < count; i++) {
        struct split_progress progress = split_progress(tx, &found[i]);
        struct node *node = doc_add_object(list);
        tell_progress(&found[i], &progress, node);
        doc_text(node, "title", split_title(request, tx, found[i].operation));
    }
}

static void tell_split(struct request *request, struct tx *tx, const struct money_split *split,
                       struct node *document) {
    struct money_request *shares = arena_array(request->arena, struct money_request, SHARES_SHOWN);
    struct split_progress progress = split_progress(tx, split);
    tell_progress(split, &progress, document);
    doc_text(document, "title", split_title(request, tx, split->operation));
    doc_bool(document, "more", progress.left > SPLIT_LEAST);
    struct node *list = doc_array(document, "people");
    size_t count = requests_of_split(request->engine, tx, split, shares, SHARES_SHOWN);
    for (size_t i = 0; i < count; i++) request_tell(request, tx, &shares[i], true, doc_add_object(list));
}

static bool find(struct request *request, struct tx *tx, struct money_split *split) {
    int64_t id = 0;
    return request_param_id(request, 0, &id) && split_find(tx, request->caller.customer, id, split);
}

/* GET /splits/{id} */
enum flow split_read(struct request *request, struct tx *tx) {
    struct money_split split;
    if (!find(request, tx, &split)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    tell_split(request, tx, &split, document);
    return answer_ok(request, document);
}

/* POST /splits/{id}/withdraw: whoever has not paid owes nothing any more; done again it is told as it is. */
enum flow split_withdraw(struct request *request, struct tx *tx) {
    struct money_request *shares = arena_array(request->arena, struct money_request, SHARES_SHOWN);
    struct money_split split;
    if (!find(request, tx, &split)) return answer_missing(request);
    size_t count = requests_of_split(request->engine, tx, &split, shares, SHARES_SHOWN);
    requests_withdraw_all(tx, split.customer, split.id);
    for (size_t i = 0; i < count; i++)
        if (shares[i].state == REQUEST_OPEN && shares[i].payer != 0)
            engine_notify(request->engine, tx, shares[i].payer, "request");
    struct node *document = doc_new(request->arena);
    tell_split(request, tx, &split, document);
    return answer_done(request, document, text_format(request->arena, "/splits/%lld", (long long)split.id));
}
