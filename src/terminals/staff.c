/* staff.c: the list is replaced as a whole by a file; the last ten are kept. What is wrong in it is told by its line,
 * and nothing is changed then. */
#include "terminals/internal.h"

#include "base/log.h"
#include "http/refusals.h"
#include "identity/common.h"

#include <stdio.h>

#define KEPT 10
#define READING_MOST ((size_t)64 << 20)

STATEMENT(versions, "SELECT version, at, staff, count FROM terminal_list ORDER BY version DESC LIMIT 10");
STATEMENT(newest, "SELECT version, content FROM terminal_list ORDER BY version DESC LIMIT 1");
STATEMENT(last_version, "SELECT MAX(version) FROM terminal_list");
STATEMENT(add, "INSERT INTO terminal_list (version, at, staff, count, content) VALUES ($1, $2, $3, $4, $5) "
               "ON CONFLICT (version) DO NOTHING");
STATEMENT(drop_old, "DELETE FROM terminal_list WHERE version <= $1");

static const struct refusal raced = {"terminals-raced", 409, S_terminals_staff_raced, false};

enum flow list_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena), *list = doc_array(document, "versions");
    struct rows *rows = tx_query(tx, &versions, NO_VALUES);
    while (rows_next(rows)) {
        struct node *node = doc_add_object(list);
        doc_int(node, "version", row_int(rows, 0));
        doc_moment(node, "at", row_int(rows, 1));
        doc_id(node, "staff", row_int(rows, 2));
        doc_int(node, "count", row_int(rows, 3));
    }
    rows_end(rows);
    return answer_ok(request, document);
}

/* ---- a new one ---- */

struct reading {
    struct arena *arena;
    const char *path;
    struct text content;
    struct terminals terminals;
    enum terminals_problem problem;
    size_t line;
};

/* TEXT_NONE: it cannot be read, or is larger than any list. */
static struct text file_content(struct arena *arena, const char *path) {
    FILE *file = fopen(path, "rbe");
    if (file == NULL) return TEXT_NONE;
    char *bytes = arena_alloc(arena, (size_t)FILE_BYTES_MOST);
    size_t size = fread(bytes, 1, (size_t)FILE_BYTES_MOST, file);
    bool whole = feof(file) && !ferror(file);
    fclose(file);
    return whole ? (struct text){bytes, size} : TEXT_NONE;
}

static void read_guarded(void *data) {
    struct reading *reading = data;
    reading->content = file_content(reading->arena, reading->path);
    reading->problem = text_valid_utf8(reading->content)
                           ? terminals_read(reading->arena, reading->content, &reading->terminals, &reading->line)
                           : TERMINALS_WORDS;
}

static void free_arena(void *arena) {
    arena_free(arena);
}

static enum flow refuse_list(struct request *request, const struct reading *reading) {
    static const string_id words[] = {
        [TERMINALS_EMPTY] = S_terminals_staff_empty,     [TERMINALS_COLUMNS] = S_terminals_staff_columns,
        [TERMINALS_CELLS] = S_terminals_staff_cells,     [TERMINALS_TITLE] = S_terminals_staff_title_bad,
        [TERMINALS_ADDRESS] = S_terminals_staff_address, [TERMINALS_PLACE] = S_terminals_staff_place,
        [TERMINALS_WORDS] = S_terminals_staff_words,     [TERMINALS_TOO_MANY] = S_terminals_staff_too_many,
    };
    struct node *arguments = doc_new(request->arena);
    doc_int(arguments, "line", (int64_t)reading->line);
    const struct string_argument line = {"line", doc_get(arguments, "line")};
    request_mark(request, "file", words[reading->problem], &line, 1);
    return refuse_rest(request);
}

/* POST /staff/terminals, on a worker: the file is read and judged. */
enum flow list_read(struct request *request, struct tx *tx) {
    (void)tx;
    struct reading *reading = arena_new_of(request->arena, struct reading);
    *reading = (struct reading){.arena = arena_new(READING_MOST), .path = request_field(request, "file")->upload->path};
    if (reading->arena == NULL) return refuse(request, refusal_of_status(503));
    arena_on_free(request->arena, free_arena, reading->arena);
    if (!arena_guard(reading->arena, read_guarded, reading)) reading->problem = TERMINALS_TOO_MANY;
    request->scratch = reading;
    return reading->problem == TERMINALS_GOOD ? FLOW_NEXT : refuse_list(request, reading);
}

/* The newest list's version; 0: there is none. */
static int64_t version_now(struct tx *tx) {
    struct rows *rows = tx_query(tx, &last_version, NO_VALUES);
    int64_t version = rows_next(rows) && !row_null(rows, 0) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return version;
}

/* False: another node has just made that version. */
static bool put(struct tx *tx, int64_t version, int64_t staff, const struct reading *reading) {
    int64_t count = (int64_t)reading->terminals.count;
    if (tx_run(tx, &add, VALUES(V_INT(version), V_INT(world_now(tx_world(tx))), V_INT(staff), V_INT(count),
                                V_TEXT(reading->content))) != 1)
        return false;
    tx_run(tx, &drop_old, VALUES(V_INT(version - KEPT)));
    return true;
}

enum flow list_save(struct request *request, struct tx *tx) {
    const struct reading *reading = request->scratch;
    int64_t version = version_now(tx) + 1;
    if (!put(tx, version, request->caller.staff, reading)) return refuse(request, &raced);
    struct node *document = doc_new(request->arena);
    doc_int(document, "version", version);
    doc_int(document, "count", (int64_t)reading->terminals.count);
    return answer_done(request, document, TEXT("/staff/terminals"));
}

/* GET /staff/terminals/export: as it was sent. */
enum flow list_export(struct request *request, struct tx *tx) {
    struct rows *rows = tx_query(tx, &newest, NO_VALUES);
    struct answer_file file = {.content_type = "text/csv; charset=utf-8", .file_name = "terminals.csv"};
    bool found = rows_next(rows);
    if (found) file.bytes = row_copy(rows, 1, request->arena);
    rows_end(rows);
    return found ? answer_file(request, &file) : answer_missing(request);
}

/* ---- the first one ---- */

bool list_first(struct engine *engine, struct tx *tx) {
    const struct terminals_settings *settings = engine_settings(engine, &terminals_feature);
    if (*settings->file == '\0' || version_now(tx) > 0) return false;
    struct reading reading = {.arena = arena_new(READING_MOST), .path = settings->file};
    if (reading.arena == NULL) return false;
    if (!arena_guard(reading.arena, read_guarded, &reading)) reading.problem = TERMINALS_TOO_MANY;
    if (reading.problem == TERMINALS_GOOD) put(tx, 1, 0, &reading);
    else log_event(LOG_ERROR, TEXT_NONE, "terminals.first_unreadable", LOG_NUMBER("line", (int64_t)reading.line));
    arena_free(reading.arena);
    return false;
}
