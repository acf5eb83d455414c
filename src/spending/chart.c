/* chart.c: pictures of a report for its page: where the bars stand. The words are the table's beside it. */
#include "spending/internal.h"

#define WIDE 320
#define BARS_HIGH 120
#define MONTH_ROOM 20 /* under the bars: the month */

static int64_t scaled(int64_t sum, int64_t most, int64_t room) {
    return sum > 0 && most > 0 ? sum * room / most : 0;
}

/* Sums of one operation are below 10^15 minor units, but not all of a customer's. */
static int64_t small(int64_t sum) {
    return sum / 100;
}

static void add_bar(struct node *bars, const char *class, int64_t x, int64_t y, int64_t width, int64_t height) {
    struct node *bar = doc_add_object(bars);
    doc_text(bar, "class", text_from(class));
    doc_int(bar, "x", x);
    doc_int(bar, "y", y);
    doc_int(bar, "width", width);
    doc_int(bar, "height", height > 0 ? height : 1);
}

struct text month_words(struct request *request, int64_t month) {
    static const string_id names[] = {S_spending_month_1, S_spending_month_2,  S_spending_month_3,  S_spending_month_4,
                                      S_spending_month_5, S_spending_month_6,  S_spending_month_7,  S_spending_month_8,
                                      S_spending_month_9, S_spending_month_10, S_spending_month_11,
                                      S_spending_month_12};
    return string_get(request->arena, &request->locale, names[month % 12], NULL, 0);
}

/* Two bars a month: what was spent, what came in. */
void chart_months(struct request *request, const struct report *report, struct node *page) {
    struct node *chart = doc_object(page, "months_chart"), *bars = doc_array(chart, "bars");
    struct node *words = doc_array(chart, "words");
    int64_t most = 1, step = WIDE / (int64_t)report->months, wide = step * 3 / 8;
    for (size_t i = 0; i < report->months; i++) {
        if (small(report->spent[i]) > most) most = small(report->spent[i]);
        if (small(report->earned[i]) > most) most = small(report->earned[i]);
    }
    for (size_t i = 0; i < report->months; i++) {
        int64_t left = (int64_t)i * step + step / 8;
        int64_t spent = scaled(small(report->spent[i]), most, BARS_HIGH);
        int64_t earned = scaled(small(report->earned[i]), most, BARS_HIGH);
        add_bar(bars, "spent", left, BARS_HIGH - spent, wide, spent);
        add_bar(bars, "earned", left + wide, BARS_HIGH - earned, wide, earned);
        if (report->months > 12 && i % 3 != 0) continue; /* no room for each */
        struct node *word = doc_add_object(words);
        doc_int(word, "x", left + wide);
        doc_int(word, "y", BARS_HIGH + MONTH_ROOM * 3 / 4);
        doc_text(word, "text", month_words(request, report->first + (int64_t)i));
    }
    doc_int(chart, "height", BARS_HIGH + MONTH_ROOM);
}

#define LINE_HIGH 22
#define LINES_SHOWN 12

/* A bar for each line, the words over it. */
void chart_lines(struct request *request, const char *name, const struct node *lines, struct node *page) {
    (void)request;
    struct node *chart = doc_object(page, name), *bars = doc_array(chart, "bars"), *words = doc_array(chart, "words");
    int64_t most = 1, y = 0;
    size_t count = 0;
    for (const struct node *line = lines->first; line != NULL; line = line->next)
        if (small(doc_get(line, "sum")->number) > most) most = small(doc_get(line, "sum")->number);
    for (const struct node *line = lines->first; line != NULL && count < LINES_SHOWN; line = line->next, count++) {
        int64_t long_ = scaled(small(doc_get(line, "sum")->number), most, WIDE);
        struct node *word = doc_add_object(words);
        doc_int(word, "x", 0);
        doc_int(word, "y", y + 12);
        doc_text(word, "text", doc_get(line, "title")->text);
        add_bar(bars, "spent", 0, y + 15, long_ > 1 ? long_ : 1, 5);
        y += LINE_HIGH + 4;
    }
    doc_int(chart, "height", y > 0 ? y : 1);
}
