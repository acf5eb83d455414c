/* pages.c: GET /terminals: those near a place, the nearest first, or those whose address holds some words;
 * anybody's. */
#include "terminals/internal.h"

#include "base/search.h"

#define SHOWN 20
#define NEAR_METRES 20000 /* beyond it, and much beyond the nearest, is not near */

static struct node *tell(struct request *request, struct node *list, size_t number, const struct terminal *terminal) {
    struct node *node = doc_add_object(list);
    doc_int(node, "number", (int64_t)number);
    doc_text(node, "title", terminal->title);
    doc_text(node, "address", terminal->address);
    doc_text(node, "hours", terminal->hours);
    doc_text(node, "note", terminal->note);
    doc_text(node, "place", place_text(request->arena, terminal->place));
    return node;
}

/* To ten metres below a kilometre, to a hundred below ten: nobody walks more exactly. */
static void tell_distance(struct node *node, int64_t metres) {
    doc_int(node, "metres", metres);
    doc_bool(node, "far", metres >= 995);
    doc_int(node, "tens", (metres + 5) / 10 * 10);
    doc_int(node, "kilometres", metres >= 9950 ? (metres + 500) / 1000 : (metres + 50) / 1000);
    doc_int(node, "tenths", metres >= 9950 ? 0 : (metres + 50) / 100 % 10);
}

static void tell_near(struct request *request, const struct terminals *terminals, struct place from,
                      struct node *document, struct node *list) {
    struct near near[SHOWN];
    struct place places[SHOWN + 1] = {from};
    size_t count = terminals_near(terminals, from, near, SHOWN);
    while (count > 1 && near[count - 1].metres > NEAR_METRES && near[count - 1].metres > 4 * near[0].metres) count--;
    for (size_t i = 0; i < count; i++) {
        places[i + 1] = near[i].terminal->place;
        tell_distance(tell(request, list, i + 1, near[i].terminal), near[i].metres);
    }
    if (count > 0) map_tell(request, document, places, count + 1, true);
}

static void tell_found(struct request *request, const struct terminals *terminals, struct text words,
                       struct node *document, struct node *list) {
    struct text asked = search_fold(request->arena, words);
    struct place places[SHOWN];
    size_t count = 0;
    bool more = false;
    for (size_t i = 0; asked.size > 0 && i < terminals->count && !more; i++) {
        const struct terminal *terminal = &terminals->list[i];
        if (search_score(asked, terminal->found, TEXT("")) == 0) continue;
        more = count == SHOWN;
        if (more) break;
        places[count++] = terminal->place;
        tell(request, list, count, terminal);
    }
    doc_bool(document, "more", more);
    if (count > 0) map_tell(request, document, places, count, false);
}

/* The newest list, for the worker that looks through it. */
enum flow terminals_hold(struct request *request, struct tx *tx) {
    request->scratch = (void *)(uintptr_t)terminals_take(request->engine, tx, request->arena);
    return FLOW_NEXT;
}

enum flow terminals_page(struct request *request, struct tx *tx) {
    (void)tx;
    const struct terminals *terminals = request->scratch;
    struct text at = field_text(request, "at"), words = field_text(request, "q");
    struct node *document = doc_new(request->arena);
    struct place place;
    bool placed = at.size > 0 && place_parse(at, &place), asked = placed || words.size > 0;
    if (at.size > 0 && !placed) return refuse_field(request, "at", S_terminals_at_bad);
    doc_bool(document, "any", terminals->count > 0);
    doc_bool(document, "asked", asked);
    doc_bool(document, "near", placed);
    struct node *list = doc_array(document, "terminals");
    if (request->caller.kind != WHO_CUSTOMER) request->answer.page = &template_terminals_list_guest;
    if (placed) tell_near(request, terminals, place, document, list);
    else if (asked) tell_found(request, terminals, words, document, list);
    return answer_ok(request, document);
}
