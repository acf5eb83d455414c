/* export_csv.c: operations as a table for spreadsheets; its dialect by the language (csv.h). What is added to it stands
 * behind what was there: programs that read it count columns. */
#include "operations/csv.h"
#include "operations/export.h"

#include "generated/strings_operations.h"

static enum csv_dialect dialect_of(const struct export_piece *piece) {
    return piece->export->locale.language == LANGUAGE_RU ? CSV_SEMICOLON : CSV_COMMA;
}

static void begin(struct export_piece *piece) {
    static const string_id titles[] = {S_operations_csv_at,   S_operations_csv_title,    S_operations_csv_counterparty,
                                       S_operations_csv_sum,  S_operations_csv_currency, S_operations_csv_balance,
                                       S_operations_csv_note, S_operations_csv_id,
                                       S_operations_csv_category, S_operations_csv_tags};
    csv_begin(piece->out);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        csv_cell(piece->out, dialect_of(piece), i == 0, export_say(piece, titles[i]));
    csv_end_row(piece->out);
}

/* "2026-11-22 14:05:09" in the customer's zone: what spreadsheets understand in every language. */
static struct text time_of(const struct export_piece *piece, moment at) {
    struct civil civil = civil_at(at, piece->export->locale.zone);
    return text_format(piece->arena, "%04d-%02d-%02d %02d:%02d:%02d", civil.date.year, civil.date.month,
                       civil.date.day, civil.hour, civil.minute, civil.second);
}

/* Of `category` and `tags`, as the customer says of it (engine/labels.h); empty where nobody keeps them. */
static struct text category_of(const struct node *operation) {
    const struct node *category = doc_get(operation, "category");
    return category != NULL ? export_text(category, "title") : TEXT_NONE;
}

static struct text tags_of(struct arena *arena, const struct node *operation) {
    const struct node *tags = doc_get(operation, "tags");
    struct buffer out = buffer_new(arena, 64);
    for (const struct node *tag = tags != NULL ? tags->first : NULL; tag != NULL; tag = tag->next) {
        if (out.size > 0) buffer_add_literal(&out, ", ");
        buffer_add_text(&out, tag->text);
    }
    return buffer_text(&out);
}

static void row(struct export_piece *piece, const struct listed *listed, const struct node *operation) {
    const struct entry *entry = &listed->entry;
    struct buffer *out = piece->out;
    enum csv_dialect dialect = dialect_of(piece);
    csv_cell(out, dialect, true, time_of(piece, id_moment(entry->id)));
    csv_cell(out, dialect, false, listed->title);
    csv_cell(out, dialect, false, export_text(operation, "counterparty"));
    csv_money(out, dialect, false, (struct money){entry->amount, entry->currency});
    csv_cell(out, dialect, false, currency_code(entry->currency));
    csv_money(out, dialect, false, (struct money){entry->balance, entry->currency});
    csv_cell(out, dialect, false, entry->note);
    /* Spreadsheets round long numbers: the apostrophe of a text would be shown, a space is not noticed. */
    csv_cell(out, dialect, false, text_format(piece->arena, "№%lld", (long long)entry->id));
    csv_cell(out, dialect, false, category_of(operation));
    csv_cell(out, dialect, false, tags_of(piece->arena, operation));
    csv_end_row(out);
}

const struct export_format export_csv = {.name = "csv", .content_type = "text/csv; charset=utf-8", .extension = "csv",
                                         .labels = true, .begin = begin, .row = row};
