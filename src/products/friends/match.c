/* match.c: which of a customer's contacts are customers, without his telling us them (base/blind.h). The browser
 * sends blinded points and buckets; we answer each point, tell the marks of each bucket; it compares, and sends the
 * tags of those that it found and he chose. A tag proves that its number was asked about, which is counted. */
#include "products/friends/friends.h"

#include <string.h>

struct match {
    size_t count;
    const uint8_t *points, *buckets;
    uint8_t *answers;
};

/* QUICK: points, 32 bytes each, and as many buckets, two bytes each: base64url. */
enum flow match_parse(struct request *request, struct tx *tx) {
    (void)tx;
    struct text points, buckets;
    struct match *match = arena_new_of(request->arena, struct match);
    if (!text_unbase64(request->arena, field_text(request, "points"), &points) || points.size == 0 ||
        points.size % BLIND_POINT_SIZE != 0 || points.size > FRIENDS_AT_ONCE * BLIND_POINT_SIZE)
        return refuse_field(request, "points", S_friends_malformed);
    match->count = points.size / BLIND_POINT_SIZE;
    if (!text_unbase64(request->arena, field_text(request, "buckets"), &buckets) ||
        buckets.size != match->count * BLIND_BUCKET_SIZE)
        return refuse_field(request, "buckets", S_friends_malformed);
    match->points = (const uint8_t *)points.data;
    match->buckets = (const uint8_t *)buckets.data;
    match->answers = arena_array(request->arena, uint8_t, points.size);
    request->scratch = match;
    return FLOW_NEXT;
}

enum flow match_reserve(struct request *request, struct tx *tx) {
    const struct match *match = request->scratch;
    return looks_take(request, tx, (int64_t)match->count);
}

/* WORK: some 60 µs each. */
enum flow match_answer(struct request *request, struct tx *tx) {
    (void)tx;
    const struct match *match = request->scratch;
    for (size_t i = 0; i < match->count; i++)
        if (!blind_answer(engine_keyring(request->engine), match->points + i * BLIND_POINT_SIZE,
                          match->answers + i * BLIND_POINT_SIZE))
            return refuse_field(request, "points", S_friends_malformed);
    return FLOW_NEXT;
}

enum flow match_marks(struct request *request, struct tx *tx) {
    const struct match *match = request->scratch;
    struct node *document = doc_new(request->arena);
    doc_text(document, "answers", text_base64url(request->arena, match->answers, match->count * BLIND_POINT_SIZE));
    struct node *marks = doc_array(document, "marks");
    for (size_t i = 0; i < match->count; i++) {
        struct text told = findable_marks(request->engine, tx, match->buckets + i * BLIND_BUCKET_SIZE);
        doc_add_text(marks, text_base64url(request->arena, told.data, told.size));
    }
    doc_int(document, "left", looks_left(request, tx));
    return answer_ok(request, document);
}

/* ---- keeping those that were found ---- */

static const struct refusal full = {"friends-full", 422, S_friends_full, false};

/* POST /friends/keep: whoever does not let himself be found any more is left out. */
enum flow match_keep(struct request *request, struct tx *tx) {
    struct friend_found *found = arena_array(request->arena, struct friend_found, FRIENDS_KEPT_AT_ONCE);
    int kept = 0;
    int count = friends_parse(request->arena, field_text(request, "people"), found, FRIENDS_KEPT_AT_ONCE);
    if (count < 0) return refuse_field(request, "people", S_friends_malformed);
    for (int i = 0; i < count; i++) {
        struct customer person;
        int64_t other = findable_by_tag(tx, found[i].tag);
        if (other == 0 || !identity_customer(request->engine, tx, other, &person)) continue;
        struct friend friend = {.customer = request->caller.customer, .phone = person.phone, .label = found[i].label};
        enum friend_verdict verdict = friend_put(request->engine, tx, &friend);
        if (verdict == FRIEND_FULL) return refuse(request, &full);
        kept += verdict != FRIEND_OWN;
    }
    struct node *document = doc_new(request->arena);
    doc_int(document, "kept", kept);
    return answer_done(request, document, TEXT("/friends"));
}
