/* pages.c: the list of friends, one of them; added by number, called otherwise, taken off. Others see of a friend what
 * fast payments show: «Имя О.», and only of who lets himself be found. */
#include "products/friends/friends.h"

static const struct refusal full = {"friends-full", 422, S_friends_full, false};

/* How one is shown: title, and what is left to tell. */
struct shown {
    struct text title, text;
    bool customer; /* … who lets himself be found */
};

static struct shown show(struct engine *engine, struct tx *tx, struct arena *arena, const struct friend *friend) {
    struct text name = TEXT_NONE, phone = phone_pretty(arena, friend->phone);
    struct shown shown = {.customer = findable_by_phone(engine, tx, friend->phone, &name) != 0};
    bool labelled = friend->label.size > 0, named = name.size > 0;
    shown.title = text_copy(arena, labelled ? friend->label : named ? name : phone);
    if (labelled && named) shown.text = text_format(arena, "%.*s, %.*s", TEXT_ARG(name), TEXT_ARG(phone));
    else shown.text = labelled || named ? phone : TEXT_NONE;
    return shown;
}

static void tell(struct engine *engine, struct tx *tx, const struct friend *friend, struct node *node) {
    struct shown shown = show(engine, tx, node->arena, friend);
    doc_id(node, "id", friend->id);
    doc_text(node, "title", shown.title);
    doc_text(node, "text", shown.text);
    doc_text(node, "phone", phone_pretty(node->arena, friend->phone));
    doc_text(node, "label", friend->label);
    doc_bool(node, "customer", shown.customer);
}

/* GET /friends */
enum flow friends_read(struct request *request, struct tx *tx) {
    struct friend *found = arena_array(request->arena, struct friend, FRIENDS_ROOM);
    struct node *document = doc_new(request->arena);
    struct node *list = doc_array(document, "friends");
    size_t count = friends_of(request->engine, tx, request->caller.customer, found, FRIENDS_ROOM);
    for (size_t i = 0; i < count; i++) tell(request->engine, tx, &found[i], doc_add_object(list));
    doc_bool(document, "findable", findable(tx, request->caller.customer));
    doc_int(document, "left", looks_left(request, tx));
    doc_int(document, "most", friends_settings(request->engine)->most);
    return answer_ok(request, document);
}

static bool find(struct request *request, struct tx *tx, struct friend *found) {
    int64_t id = 0;
    return request_param_id(request, 0, &id) &&
           friend_find(request->engine, tx, request->caller.customer, id, found);
}

/* GET /friends/{id} */
enum flow friend_read(struct request *request, struct tx *tx) {
    struct friend found;
    if (!find(request, tx, &found)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    tell(request->engine, tx, &found, document);
    return answer_ok(request, document);
}

/* POST /friends: by a number typed here; it may be nobody's of ours. */
enum flow friend_add(struct request *request, struct tx *tx) {
    struct friend friend = {.customer = request->caller.customer,
                            .phone = field_text(request, "phone"),
                            .label = field_text(request, "label")};
    if (looks_take(request, tx, 1) == FLOW_ANSWERED) return FLOW_ANSWERED;
    switch (friend_put(request->engine, tx, &friend)) {
    case FRIEND_OWN: return refuse_field(request, "phone", S_friends_own);
    case FRIEND_FULL: return refuse(request, &full);
    case FRIEND_NEW:
    case FRIEND_KNOWN: break;
    }
    struct node *document = doc_new(request->arena);
    tell(request->engine, tx, &friend, document);
    return answer_created(request, document, TEXT("/friends"));
}

enum flow friend_label_write(struct request *request, struct tx *tx) {
    struct friend found;
    if (!find(request, tx, &found)) return answer_missing(request);
    found.label = field_text(request, "label");
    friend_relabel(request->engine, tx, &found);
    struct node *document = doc_new(request->arena);
    tell(request->engine, tx, &found, document);
    return answer_done(request, document, text_format(request->arena, "/friends/%lld", (long long)found.id));
}

enum flow friend_remove_write(struct request *request, struct tx *tx) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id) || !friend_remove(tx, request->caller.customer, id))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_done(request, document, TEXT("/friends"));
}

/* ---- for who sends them money or asks them for some ---- */

static void people_offer(struct engine *engine, struct tx *tx, int64_t customer, size_t most, struct node *list) {
    struct friend *found = arena_array(tx_arena(tx), struct friend, most);
    size_t count = friends_of(engine, tx, customer, found, most);
    for (size_t i = 0; i < count; i++) {
        struct shown shown = show(engine, tx, list->arena, &found[i]);
        struct node *node = doc_add_object(list);
        doc_id(node, "id", found[i].id);
        doc_text(node, "title", shown.title);
        doc_text(node, "text", shown.text);
    }
}

static bool people_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct text *phone,
                        struct text *title) {
    struct friend found;
    if (!friend_find(engine, tx, customer, id, &found)) return false;
    *phone = found.phone;
    *title = show(engine, tx, tx_arena(tx), &found).title;
    return true;
}

const struct people friends_people = {people_offer, people_find};
