/* settlement_paper.c: the act of a settlement as a paper, to print and to sign (IN-6). One with more lines than a paper
 * holds says that they are in the table. */
#include "products/instalments/shop_side.h"

#include "operations/paper.h"

#define LINES_MOST 2000

static const struct refusal no_paper = {"paper-unavailable", 503, S_instalments_settlements_no_paper, false};

static struct text say(struct request *request, string_id id) {
    return string_get(request->arena, &request->locale, id, NULL, 0);
}

static void add(struct paper *paper, enum paper_kind kind, struct text label, struct text value) {
    if (paper->count < paper->room)
        paper->lines[paper->count++] = (struct paper_line){.kind = kind, .label = label, .value = value};
}

static struct text money_words(struct request *request, int64_t sum) {
    struct buffer out = buffer_new(request->arena, 32);
    locale_money(&out, &request->locale, rub(sum));
    return buffer_text(&out);
}

static void add_row(struct request *request, struct paper *paper, const struct settlement_line *line) {
    struct paper_line *row = &paper->lines[paper->count++];
    *row = (struct paper_line){.kind = PAPER_ROW, .cells = PAPER_CELLS};
    row->row[0] = line->number;
    row->row[1] = say(request, line->back ? S_instalments_settlements_back : S_instalments_settlements_sale);
    row->row[2] = money_words(request, line->back ? -line->sum : line->sum);
    row->row[3] = money_words(request, line->fee);
    row->row[4] = money_words(request, line->due);
}

static void add_head(struct request *request, struct paper *paper) {
    static const string_id heads[PAPER_CELLS] = {S_instalments_checkout_number, S_instalments_settlements_what,
                                                 S_instalments_settlements_sum, S_instalments_settlements_fee,
                                                 S_instalments_settlements_due};
    struct paper_line *row = &paper->lines[paper->count++];
    *row = (struct paper_line){.kind = PAPER_ROW_HEAD, .cells = PAPER_CELLS};
    for (size_t i = 0; i < PAPER_CELLS; i++) row->row[i] = say(request, heads[i]);
}

static void add_facts(struct request *request, struct paper *paper, const struct shop *shop,
                      const struct settlement *run) {
    struct buffer day = buffer_new(request->arena, 40);
    locale_date(&day, &request->locale, date_from_days(run->day));
    add(paper, PAPER_FACT, say(request, S_instalments_checkout_shop), text_copy(request->arena, shop->title));
    if (shop->legal.size > 0)
        add(paper, PAPER_FACT, say(request, S_instalments_settlements_legal),
            text_format(request->arena, "%.*s, %.*s", TEXT_ARG(shop->legal), TEXT_ARG(shop->inn)));
    add(paper, PAPER_FACT, say(request, S_instalments_settlements_day), buffer_text(&day));
    add(paper, PAPER_FACT, say(request, S_instalments_books_sold), money_words(request, run->sold));
    add(paper, PAPER_FACT, say(request, S_instalments_books_returned), money_words(request, run->returned));
    add(paper, PAPER_FACT, say(request, S_instalments_settlements_fee), money_words(request, run->fee));
    add(paper, PAPER_SUM, say(request, S_instalments_settlements_due), money_words(request, run->sum));
}

/* GET /shop/settlements/{id}/pdf: read, then drawn on a worker. */
enum flow shop_settlement_read(struct request *request, struct tx *tx) {
    struct shop_person person;
    struct settlement run;
    struct settlement_line *lines = arena_array(request->arena, struct settlement_line, LINES_MOST + 1);
    if (settlement_asked(request, tx, &person, &run) == FLOW_ANSWERED) return FLOW_ANSWERED;
    size_t count = settlement_lines(tx, request->arena, &run, 0, lines, LINES_MOST + 1);
    struct paper *paper = arena_new_of(request->arena, struct paper);
    *paper = (struct paper){.company = text_from(engine_config(request->engine)->company),
                            .title = say(request, S_instalments_settlements_act),
                            .file_name = text_from(settlement_file_name(request, &run, "pdf")),
                            .footer = say(request, S_instalments_settlements_footer),
                            .room = count + 10};
    paper->lines = arena_array(request->arena, struct paper_line, paper->room);
    add_facts(request, paper, &person.shop, &run);
    add_head(request, paper);
    for (size_t i = 0; i < count && i < LINES_MOST; i++) add_row(request, paper, &lines[i]);
    if (count > LINES_MOST)
        add(paper, PAPER_TEXT, say(request, S_instalments_settlements_rest), TEXT_NONE);
    request->scratch = paper;
    return FLOW_NEXT;
}

enum flow shop_settlement_draw(struct request *request, struct tx *tx) {
    (void)tx;
    const struct paper *paper = request->scratch;
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){.content_type = "application/pdf", .file_name = paper->file_name.data};
    if (!paper_draw(request->arena, paper, &file->bytes)) return refuse(request, &no_paper);
    return answer_file(request, file);
}
