/* register.c: a provider's daily register, the list of payments that it knows, as text: a line for each, and a last one
 * that says how many there were and how much they come to, so that half a list is never taken for a whole one.
 *
 *     txn_id;prv_txn;sum;paid|cancelled
 *     total;COUNT;SUM;more|end */
#include "adapters/osmp/osmp.h"
#include "adapters/webcall/webcall.h"

#define ANSWER_MOST (256 * 1024)
#define COLUMNS 4

static bool cells_of(struct text line, struct text cells[COLUMNS]) {
    struct text rest = line;
    for (size_t i = 0; i < COLUMNS; i++) cells[i] = text_trim(text_split(rest, ';', &rest));
    return rest.size == 0;
}

static bool line_read(struct arena *arena, const struct text cells[COLUMNS], struct osmp_line *line) {
    struct money sum;
    bool cancelled = text_is(cells[3], "cancelled");
    if (!text_to_int(cells[0], &line->txn) || line->txn <= 0 || cells[1].size > 64 || !text_valid_utf8(cells[1]))
        return false;
    if (!money_parse(cells[2], CURRENCY_RUB, &sum) || sum.minor < 0 || (!cancelled && !text_is(cells[3], "paid")))
        return false;
    line->reference = text_copy(arena, cells[1]);
    line->sum = sum.minor;
    line->cancelled = cancelled;
    return true;
}

static bool total_good(const struct text cells[COLUMNS], size_t count, int64_t sum, bool *more) {
    int64_t told;
    struct money money;
    *more = text_is(cells[3], "more");
    return text_to_int(cells[1], &told) && told == (int64_t)count && money_parse(cells[2], CURRENCY_RUB, &money) &&
           money.minor == sum && (*more || text_is(cells[3], "end")) && (!*more || count > 0);
}

int osmp_register_read(struct arena *arena, struct text body, int64_t after, struct osmp_line *lines, size_t most,
                       bool *more) {
    size_t count = 0;
    int64_t sum = 0;
    for (struct text rest = body; rest.size > 0;) {
        struct text cells[COLUMNS], line = text_trim(text_split(rest, '\n', &rest));
        if (!cells_of(line, cells)) return -1;
        if (text_is(cells[0], "total"))
            return text_trim(rest).size == 0 && total_good(cells, count, sum, more) ? (int)count : -1;
        if (count == most || !line_read(arena, cells, &lines[count])) return -1;
        if (lines[count].txn <= (count > 0 ? lines[count - 1].txn : after)) return -1; /* each once, in their order */
        sum += lines[count++].sum;
        if (sum > MONEY_MAX) return -1;
    }
    return -1; /* it does not say that this is all */
}

int osmp_register(struct arena *arena, const struct osmp_service *service, struct date day, int64_t after,
                  struct osmp_line *lines, size_t most, bool *more) {
    struct buffer asked = buffer_new(arena, 128);
    webcall_add_field(&asked, "command", TEXT("register"));
    webcall_add_field(&asked, "date", text_format(arena, "%04d%02d%02d", day.year, day.month, day.day));
    webcall_add_field(&asked, "after", text_format(arena, "%lld", (long long)after));
    webcall_add_field(&asked, "limit", text_format(arena, "%zu", most));
    struct webcall call = {.url = service->url,
                           .user = service->user,
                           .password = service->password,
                           .timeout_ms = service->timeout_ms,
                           .most = ANSWER_MOST};
    if (service->dialect == OSMP_FORM) call.post = buffer_text(&asked);
    else call.url = text_format(arena, "%s?%.*s", service->url, TEXT_ARG(buffer_text(&asked))).data;
    struct webcall_answer answer;
    if (webcall_run(arena, &call, &answer) != WEBCALL_ANSWERED || answer.status != 200) return -1;
    return osmp_register_read(arena, answer.body, after, lines, most, more);
}
