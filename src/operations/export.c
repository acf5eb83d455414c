/* export.c: exactly the operations of a filter as CSV, however many: written in pieces, each on a snapshot of its own
 * and going on where the last one ended. What is added meanwhile is newer and so not met twice. */
#include "operations/csv.h"
#include "operations/listing.h"
#include "operations/pages.h"

#include "generated/strings.h"

#define PIECE 200
#define PIECE_BYTES (1024 * 1024)

struct export {
    struct engine *engine;
    struct locale locale;
    struct operation_filter filter;
    int64_t customer;
    int64_t accounts[OPERATION_ACCOUNTS];
    size_t account_count;
    enum csv_dialect dialect;
    int64_t before;
    bool begun, ended;
};

static void add_heading(struct export *export, struct buffer *out) {
    static const string_id titles[] = {S_operations_csv_at,   S_operations_csv_title,    S_operations_csv_counterparty,
                                       S_operations_csv_sum,  S_operations_csv_currency, S_operations_csv_balance,
                                       S_operations_csv_note, S_operations_csv_id};
    csv_begin(out);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        csv_cell(out, export->dialect, i == 0, string_get(out->arena, &export->locale, titles[i], NULL, 0));
    csv_end_row(out);
}

static struct text text_of(const struct node *operation, const char *name) {
    const struct node *node = doc_get(operation, name);
    return node != NULL && node->kind == NODE_TEXT ? node->text : TEXT_NONE;
}

/* "2026-11-22 14:05:09" in the customer's zone: what spreadsheets understand in every language. */
static struct text time_of(struct export *export, struct arena *arena, moment at) {
    struct civil civil = civil_at(at, export->locale.zone);
    return text_format(arena, "%04d-%02d-%02d %02d:%02d:%02d", civil.date.year, civil.date.month, civil.date.day,
                       civil.hour, civil.minute, civil.second);
}

static void add_row(struct export *export, struct buffer *out, const struct listed *listed, const struct node *node) {
    const struct entry *entry = &listed->entry;
    enum csv_dialect dialect = export->dialect;
    csv_cell(out, dialect, true, time_of(export, out->arena, id_moment(entry->id)));
    csv_cell(out, dialect, false, listed->title);
    csv_cell(out, dialect, false, text_of(node, "counterparty"));
    csv_money(out, dialect, false, (struct money){entry->amount, entry->currency});
    csv_cell(out, dialect, false, currency_code(entry->currency));
    csv_money(out, dialect, false, (struct money){entry->balance, entry->currency});
    csv_cell(out, dialect, false, entry->note);
    /* Spreadsheets round long numbers: the apostrophe of a text would be shown, a space is not noticed. */
    csv_cell(out, dialect, false, text_format(out->arena, "№%lld", (long long)entry->id));
    csv_end_row(out);
}

struct piece {
    struct export *export;
    struct tx *tx;
    struct arena *arena;
    struct buffer *out;
};

static void write_piece(void *data) {
    struct piece *piece = data;
    struct export *export = piece->export;
    const struct operations_wanted wanted = {.customer = export->customer,
                                             .accounts = export->accounts,
                                             .account_count = export->account_count,
                                             .filter = &export->filter,
                                             .before = export->before};
    struct listing *listing = listing_begin(export->engine, piece->tx, piece->arena, &export->locale, &wanted);
    struct buffer rows = buffer_new(piece->arena, 32 * 1024);
    struct listed listed;
    struct node *node;
    if (!export->begun) add_heading(export, &rows);
    for (size_t i = 0; i < PIECE && listing_next(listing, &listed, &node); i++) add_row(export, &rows, &listed, node);
    export->begun = true;
    export->before = listing_rest(listing);
    export->ended = export->before == 0;
    buffer_add_text(piece->out, buffer_text(&rows));
}

/* answer_file.more */
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
    if (good) return true;
    /* The file has begun: that it is not whole can be told only in it. */
    buffer_add_text(out, string_get(out->arena, &export->locale, S_operations_csv_interrupted, NULL, 0));
    buffer_add_literal(out, "\r\n");
    export->ended = true;
    return true;
}

enum flow export_read(struct request *request, struct tx *tx) {
    struct export *export = arena_new_of(request->arena, struct export);
    export->engine = request->engine;
    export->locale = request->locale;
    export->filter = filter_of(request);
    export->customer = request->caller.customer;
    export->account_count = operations_accounts(request->engine, tx, export->customer, export->accounts);
    export->dialect = request->locale.language == LANGUAGE_RU ? CSV_SEMICOLON : CSV_COMMA;
    struct date today = civil_at(request->locale.now, request->locale.zone).date;
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    file->content_type = "text/csv; charset=utf-8";
    file->file_name =
        text_format(request->arena, "operations-%.*s.csv", TEXT_ARG(date_format(request->arena, today))).data;
    file->more = export_more;
    file->state = export;
    return answer_file(request, file);
}
