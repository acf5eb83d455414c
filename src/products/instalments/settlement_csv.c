/* settlement_csv.c: the whole act of a settlement as a table, a piece at a time however many lines it has (IN-6). Its
 * last line is the run's own sums, so a file cut short is known by its lack. */
#include "products/instalments/shop_side.h"

#include "engine/piece.h"
#include "operations/csv.h"

#define PIECE 500
#define PIECE_BYTES ((size_t)1 << 20)

struct table {
    struct locale locale;
    enum csv_dialect dialect;
    struct settlement run;
    int64_t after; /* the last line that is written */
    bool begun;
};

static void add_word(const struct table *table, struct buffer *out, bool first, string_id id) {
    csv_cell(out, table->dialect, first, string_get(out->arena, &table->locale, id, NULL, 0));
}

static void add_sums(const struct table *table, struct buffer *out, int64_t sum, int64_t fee, int64_t due) {
    csv_money(out, table->dialect, false, rub(sum));
    csv_money(out, table->dialect, false, rub(fee));
    csv_money(out, table->dialect, false, rub(due));
    csv_end_row(out);
}

static void add_head(const struct table *table, struct buffer *out) {
    static const string_id heads[] = {S_instalments_checkout_number, S_instalments_settlements_what,
                                      S_instalments_settlements_sum, S_instalments_settlements_fee,
                                      S_instalments_settlements_due};
    csv_begin(out);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) add_word(table, out, i == 0, heads[i]);
    csv_end_row(out);
}

static void add_line(const struct table *table, struct buffer *out, const struct settlement_line *line) {
    csv_cell(out, table->dialect, true, line->number);
    add_word(table, out, false, line->back ? S_instalments_settlements_back : S_instalments_settlements_sale);
    add_sums(table, out, line->back ? -line->sum : line->sum, line->fee, line->due);
}

static bool write_piece(void *self, struct tx *tx, struct arena *arena, struct buffer *out) {
    struct table *table = self;
    struct settlement_line *lines = arena_array(arena, struct settlement_line, PIECE);
    size_t count = settlement_lines(tx, arena, &table->run, table->after, lines, PIECE);
    if (!table->begun) add_head(table, out);
    for (size_t i = 0; i < count; i++) add_line(table, out, &lines[i]);
    table->begun = true;
    if (count > 0) table->after = lines[count - 1].id;
    if (count == PIECE) return false;
    add_word(table, out, true, S_instalments_settlements_total);
    csv_cell(out, table->dialect, false, TEXT(""));
    add_sums(table, out, table->run.sold - table->run.returned, table->run.fee, table->run.sum);
    return true;
}

/* GET /shop/settlements/{id}/csv */
enum flow shop_settlement_csv(struct request *request, struct tx *tx) {
    struct shop_person person;
    struct table *table = arena_new_of(request->arena, struct table);
    *table = (struct table){.locale = request->locale};
    if (settlement_asked(request, tx, &person, &table->run) == FLOW_ANSWERED) return FLOW_ANSWERED;
    table->dialect = request->locale.language == LANGUAGE_RU ? CSV_SEMICOLON : CSV_COMMA;
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){.content_type = "text/csv; charset=utf-8",
                                 .file_name = settlement_file_name(request, &table->run, "csv"),
                                 .more = pieces_more,
                                 .state = pieces_of(request->arena, request->engine, PIECE_BYTES, write_piece,
                                                    table)};
    return answer_file(request, file);
}
