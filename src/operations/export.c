/* export.c: exactly the operations of a filter as a file, however many: written in pieces, each on a snapshot of its
 * own and going on where the last one ended. What is added meanwhile is newer than the file's end and so not in it. */
#include "operations/export.h"

#include "engine/piece.h"
#include "identity/identity.h"
#include "generated/strings_operations.h"
#include "operations/pages.h"

#define PIECE 200
#define PIECE_BYTES (2 * 1024 * 1024)

/* ---- for formats ---- */

struct text export_text(const struct node *operation, const char *name) {
    const struct node *node = doc_get(operation, name);
    return node != NULL && node->kind == NODE_TEXT ? node->text : TEXT_NONE;
}

struct text export_say(struct export_piece *piece, string_id id) {
    return string_get(piece->arena, &piece->export->locale, id, NULL, 0);
}

moment export_from(const struct export *export, const struct account *account) {
    moment opened = id_moment(account->id); /* ids begin with the time at which they were made */
    return export->filter.from > opened ? export->filter.from : opened;
}

int64_t export_balance(struct export_piece *piece, const struct account *account, moment at) {
    int64_t balance = 0;
    bool known = ledger_balance_at(engine_ledger(piece->export->engine), piece->tx, account->id, at, &balance);
    return known ? balance : 0;
}

struct text export_cut(struct text text, size_t most) {
    size_t at = 0;
    for (size_t count = 0; count < most && at < text.size; count++) {
        size_t step = text_utf8_step(text_slice(text, at, text.size));
        at += step > 0 ? step : 1;
    }
    return text_slice(text, 0, at);
}

static void add_escaped(struct buffer *out, struct text text) {
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        if (byte == '&') buffer_add_literal(out, "&amp;");
        else if (byte == '<') buffer_add_literal(out, "&lt;");
        else if (byte == '>') buffer_add_literal(out, "&gt;");
        else buffer_add_char(out, (unsigned char)byte < ' ' ? ' ' : byte);
    }
}

void export_element(struct buffer *out, const char *name, struct text text, size_t most) {
    if (text.size == 0) return;
    buffer_format(out, "<%s>", name);
    add_escaped(out, export_cut(text, most));
    buffer_format(out, "</%s>\n", name);
}

/* ---- pieces ---- */

static struct operations_wanted wanted_of(const struct export *export) {
    return (struct operations_wanted){.customer = export->customer,
                                      .accounts = export->accounts,
                                      .account_count = export->account_count,
                                      .filter = &export->filter,
                                      .before = export->before,
                                      .labels = export->format->labels};
}

/* True when the listing has come to its end. */
static bool write_rows(struct export_piece *piece, const struct operations_wanted *wanted) {
    struct export *export = piece->export;
    struct listing *listing = listing_begin(export->engine, piece->tx, piece->arena, &export->locale, wanted);
    struct listed listed;
    struct node *node;
    for (size_t i = 0; i < PIECE && listing_next(listing, &listed, &node); i++, export->rows++)
        export->format->row(piece, &listed, node);
    export->before = listing_rest(listing);
    return export->before == 0;
}

/* The next piece of one account's statement. */
static void write_statement(struct export_piece *piece) {
    struct export *export = piece->export;
    struct account account;
    int64_t id = export->accounts[export->account];
    bool asked = export->filter.account == 0 || export->filter.account == id;
    bool over = true;
    if (asked && ledger_account(engine_ledger(export->engine), piece->tx, id, &account)) {
        struct operations_wanted wanted = wanted_of(export);
        wanted.accounts = &id;
        wanted.account_count = 1;
        if (!export->opened) export->format->open(piece, &account);
        export->opened = true;
        over = write_rows(piece, &wanted);
        if (over) export->format->close(piece, &account);
    }
    if (!over) return;
    export->opened = false;
    export->account++;
}

static bool write_piece(void *self, struct tx *tx, struct arena *arena, struct buffer *out) {
    struct export *export = self;
    struct export_piece whole = {export, tx, arena, out}, *piece = &whole;
    const struct export_format *format = export->format;
    bool over;
    if (!export->begun) format->begin(piece);
    export->begun = true;
    if (format->by_account) {
        if (export->account < export->account_count) write_statement(piece);
        over = export->account >= export->account_count;
    } else {
        struct operations_wanted wanted = wanted_of(export);
        over = write_rows(piece, &wanted);
    }
    if (over && format->end != NULL) format->end(piece);
    return over;
}

/* answer_file.more */
static bool export_more(void *state, struct buffer *out) {
    struct export *export = state;
    if (export->ended) return false;
    if (piece_write(export->engine, PIECE_BYTES, write_piece, export, out, &export->ended)) return true;
    /* The file has begun: that it is not whole can be told only in it, and readers of the stricter formats refuse
     * it. */
    buffer_add_text(out, string_get(out->arena, &export->locale, S_operations_csv_interrupted, NULL, 0));
    buffer_add_literal(out, "\r\n");
    export->failed = true;
    return true;
}

bool export_whole(struct export *export, struct buffer *out) {
    while (export_more(export, out)) continue;
    return !export->failed;
}

static void nothing(struct export_piece *piece) {
    (void)piece;
}

static void no_row(struct export_piece *piece, const struct listed *listed, const struct node *operation) {
    (void)piece;
    (void)listed;
    (void)operation;
}

static const struct export_format no_format = {.begin = nothing, .row = no_row};

int64_t export_count(struct export *export, int64_t most) {
    struct export counting = *export;
    struct buffer out = buffer_new(export->arena, 64);
    counting.format = &no_format;
    while (counting.rows <= most && export_more(&counting, &out)) continue;
    return counting.failed ? -1 : counting.rows;
}

/* ---- the request ---- */

static const struct export_format *const formats[] = {&export_csv, &export_ofx, &export_camt053, &export_1c,
                                                      &export_pdf};

static struct text holder_of(struct engine *engine, struct tx *tx, struct arena *arena, int64_t id) {
    struct customer customer;
    if (!identity_customer(engine, tx, id, &customer)) return TEXT_NONE;
    return customer.name.size > 0 ? text_copy(arena, customer.name) : phone_masked(arena, customer.phone);
}

/* Now, as the books have it: an entry may be numbered ahead of this clock, in a millisecond that it is only in, or by
 * another node. */
static moment end_of(const struct export *export, struct tx *tx, moment now) {
    moment end = now;
    struct account account;
    for (size_t i = 0; i < export->account_count; i++) {
        if (!ledger_account(engine_ledger(export->engine), tx, export->accounts[i], &account)) continue;
        moment after = id_moment(account.last_entry) + SECOND / 1000;
        if (account.last_entry != 0 && after > end) end = after;
    }
    return end;
}

struct export *export_of(struct engine *engine, struct tx *tx, struct arena *arena, const struct locale *locale,
                         int64_t customer, const struct export_format *format, const struct operation_filter *filter) {
    struct export *export = arena_new_of(arena, struct export);
    export->format = format;
    export->engine = engine;
    export->arena = arena;
    export->locale = *locale;
    export->filter = *filter;
    export->customer = customer;
    export->holder = holder_of(engine, tx, arena, customer);
    export->account_count = operations_accounts(engine, tx, customer, export->accounts);
    moment end = end_of(export, tx, world_now(engine_world(engine)));
    if (filter->until == 0 || filter->until > end) export->filter.until = end;
    if (format->prepare != NULL) format->prepare(export);
    return export;
}

enum flow export_read(struct request *request, struct tx *tx) {
    struct operation_filter filter = filter_of(request);
    struct export *export = export_of(request->engine, tx, request->arena, &request->locale, request->caller.customer,
                                      formats[field_number(request, "format")], &filter);
    struct date today = civil_at(request->locale.now, request->locale.zone).date;
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    file->content_type = export->format->content_type;
    file->file_name = text_format(request->arena, "operations-%.*s.%s",
                                  TEXT_ARG(date_format(request->arena, today)), export->format->extension).data;
    file->more = export_more;
    file->state = export;
    return answer_file(request, file);
}
