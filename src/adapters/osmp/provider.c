/* provider.c: the protocol from its other side: what an agent's program asks us, and the document it is answered with.
 * What becomes of the request is not told here. */
#include "adapters/osmp/osmp.h"

static bool all_digits(struct text text, size_t least, size_t most) {
    if (text.size < least || text.size > most) return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return true;
}

static int number_at(struct text digits, size_t from, size_t size) {
    int64_t number = 0;
    text_to_int(text_slice(digits, from, size), &number);
    return (int)number;
}

static bool date_good(struct text text) {
    if (!all_digits(text, 14, 14)) return false;
    struct date date = {number_at(text, 0, 4), number_at(text, 4, 2), number_at(text, 6, 2)};
    return date_valid(date) && number_at(text, 8, 2) < 24 && number_at(text, 10, 2) < 60 && number_at(text, 12, 2) < 61;
}

static bool command_read(struct text name, enum osmp_command *command) {
    if (text_is(name, "check")) *command = OSMP_CHECK;
    else if (text_is(name, "pay")) *command = OSMP_PAY;
    else return false;
    return true;
}

bool osmp_asked_read(const struct osmp_typed *typed, struct osmp_asked *asked) {
    struct money sum = rub(-1);
    *asked = (struct osmp_asked){.account = typed->account, .sum = -1};
    if (all_digits(typed->txn, 1, OSMP_TXN_DIGITS)) asked->txn = typed->txn;
    if (asked->txn.size == 0 || !command_read(typed->command, &asked->command)) return false;
    if (typed->date.size > 0 && !date_good(typed->date)) return false;
    if (typed->sum.size > 0 && !money_parse(typed->sum, CURRENCY_RUB, &sum)) return false;
    if (typed->date.size > 0) asked->date = typed->date;
    asked->sum = sum.minor;
    return asked->command == OSMP_CHECK || asked->sum >= 0;
}

/* ---- the document ---- */

static void add_escaped(struct buffer *out, struct text text) {
    for (size_t i = 0; i < text.size; i++) {
        switch (text.data[i]) {
        case '&': buffer_add_literal(out, "&amp;"); break;
        case '<': buffer_add_literal(out, "&lt;"); break;
        case '>': buffer_add_literal(out, "&gt;"); break;
        case '"': buffer_add_literal(out, "&quot;"); break;
        default: buffer_add_char(out, text.data[i]);
        }
    }
}

static void add_element(struct buffer *out, const char *name, struct text value) {
    buffer_format(out, "<%s>", name);
    add_escaped(out, value);
    buffer_format(out, "</%s>", name);
}

struct text osmp_answer_write(struct arena *arena, const struct osmp_answer *answer) {
    struct buffer out = buffer_new(arena, 512);
    buffer_add_literal(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response>");
    add_element(&out, "osmp_txn_id", answer->txn);
    add_element(&out, "prv_txn", answer->prv);
    add_element(&out, "sum", answer->sum >= 0 ? money_decimal(arena, rub(answer->sum)) : TEXT_NONE);
    add_element(&out, "result", text_format(arena, "%d", (int)answer->result));
    if (answer->field_count > 0) buffer_add_literal(&out, "<fields>");
    for (size_t i = 0; i < answer->field_count; i++) {
        buffer_format(&out, "<field%zu name=\"", i + 1);
        add_escaped(&out, text_from(answer->fields[i].name));
        buffer_add_literal(&out, "\">");
        add_escaped(&out, answer->fields[i].value);
        buffer_format(&out, "</field%zu>", i + 1);
    }
    if (answer->field_count > 0) buffer_add_literal(&out, "</fields>");
    add_element(&out, "comment", answer->comment);
    buffer_add_literal(&out, "</response>\n");
    return buffer_text(&out);
}
