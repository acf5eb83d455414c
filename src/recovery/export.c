/* export.c: all of one's data as one JSON file (ID-17), however much: who he is and what he agreed to, then under the
 * name of each feature what it keeps (struct feature's own_data), a piece at a time, each on a snapshot of its own. */
#include "recovery/recovery.h"

#define PIECE_BYTES ((size_t)4 << 20)

struct export {
    struct engine *engine;
    struct locale locale;
    struct text head; /* the document without its last brace */
    int64_t customer, after;
    size_t feature;   /* whose turn it is */
    bool begun, any;  /* of the file; of this feature's list */
    bool ended;
};

struct piece {
    struct export *export;
    struct tx *tx;
    struct arena *arena;
    struct buffer *out;
};

static const struct feature *next_feature(struct export *export) {
    size_t count;
    const struct feature *const *features = engine_features(export->engine, &count);
    while (export->feature < count && features[export->feature]->own_data == NULL) export->feature++;
    return export->feature < count ? features[export->feature] : NULL;
}

static void write_list(struct buffer *json, const struct node *list, bool *any) {
    for (const struct node *each = list->first; each != NULL; each = each->next) {
        if (*any) buffer_add_literal(json, ",\n");
        *any = true;
        doc_write_json(each, json);
    }
}

static void write_piece(void *data) {
    struct piece *piece = data;
    struct export *export = piece->export, next = *export;
    struct buffer json = buffer_new(piece->arena, (size_t)64 << 10);
    if (!next.begun) buffer_add_text(&json, next.head);
    const struct feature *feature = next_feature(&next);
    if (feature == NULL) {
        buffer_add_literal(&json, "}\n");
        next.ended = true;
    } else {
        struct own_data own = {next.engine,   piece->tx,  &next.locale,
                               next.customer, next.after, doc_array(doc_new(piece->arena), "list")};
        if (next.after == 0)
            buffer_add_text(&json, text_format(piece->arena, ",\n\"%s\":[", feature->name));
        bool more = feature->own_data(&own);
        write_list(&json, own.list, &next.any);
        next.after = own.after;
        if (!more) {
            buffer_add_literal(&json, "]");
            next.feature++;
            next.after = 0;
            next.any = false;
        }
    }
    next.begun = true;
    buffer_add_text(piece->out, buffer_text(&json));
    *export = next;
}

/* answer_file.more. A piece that failed ends the file in the middle of its JSON: no reader takes it for whole. */
static bool export_more(void *state, struct buffer *out) {
    struct export *export = state;
    if (export->ended) return false;
    struct reader *reader = engine_reader(export->engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    struct arena *arena = arena_new(PIECE_BYTES);
    bool good = false;
    if (tx != NULL && arena != NULL) {
        struct piece piece = {export, tx, arena, out};
        good = arena_guard(arena, write_piece, &piece);
    }
    if (tx != NULL && !reader_end(reader, tx)) good = false;
    arena_free(arena);
    if (!good) export->ended = true;
    return good;
}

enum flow own_data_read(struct request *request, struct tx *tx) {
    if (profile_page(request, tx) != FLOW_ANSWERED || request->answer.document == NULL) return FLOW_ANSWERED;
    struct export *export = arena_new_of(request->arena, struct export);
    struct buffer head = buffer_new(request->arena, 4096);
    doc_write_json(request->answer.document, &head);
    request->answer.document = NULL;
    export->engine = request->engine;
    export->locale = request->locale;
    export->head = text_slice(buffer_text(&head), 0, head.size - 1);
    export->customer = request->caller.customer;
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    file->content_type = "application/json";
    file->file_name = "my-data.json";
    file->more = export_more;
    file->state = export;
    return answer_file(request, file);
}
