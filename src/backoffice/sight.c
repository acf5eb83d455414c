/* sight.c: who of the staff may see which customer, and how much (BO-1): within a task of his, or for a while after a
 * stated reason; personal data once he has opened it, which is recorded. */
#include "backoffice/internal.h"

STATEMENT(sight_read, "SELECT opened FROM staff_sight WHERE staff = $1 AND customer = $2 AND expires > $3");
STATEMENT(own_task, "SELECT 1 FROM queue_task WHERE customer = $1 AND owner = $2 AND done = 0 LIMIT 1");

static const struct refusal reason_needed = {"reason-needed", 403, S_backoffice_reason_needed, false};

struct sight staff_sees(struct request *request, struct tx *tx, int64_t customer) {
    struct sight sight = {false, false};
    int64_t staff = request->caller.staff;
    struct rows *rows = tx_query(tx, &sight_read,
                                 VALUES(V_INT(staff), V_INT(customer), V_INT(world_now(request->world))));
    if (rows_next(rows)) sight = (struct sight){true, row_int(rows, 0) != 0};
    rows_end(rows);
    if (sight.allowed) return sight;
    rows = tx_query(tx, &own_task, VALUES(V_INT(customer), V_INT(staff)));
    sight.allowed = rows_next(rows);
    rows_end(rows);
    return sight;
}

enum flow staff_needs_reason(struct request *request, int64_t customer) {
    if (!request->wants_html || request->method != METHOD_GET) return refuse(request, &reason_needed);
    return answer_see(request, text_format(request->arena, "/staff/customers/%lld/reason", (long long)customer));
}

struct text mask_text(struct arena *arena, struct text text) {
    if (text.data == NULL || text.size == 0) return text;
    if (text.data[0] == '+' && text.size > 6) /* a number: the country and the last two digits */
        return text_format(arena, "%.2s••••••%.2s", text.data, text.data + text.size - 2);
    size_t first = 1; /* of UTF-8's first letter */
    while (first < text.size && ((unsigned char)text.data[first] & 0xC0) == 0x80) first++;
    return text_format(arena, "%.*s•••", (int)first, text.data);
}

/* ---- sealed texts ---- */

struct text sealed_text(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    if (clear.data == NULL) clear = TEXT("");
    return secret_seal(engine_keyring(engine), engine_world(engine), tx_arena(tx), purpose, id, clear);
}

struct text opened_text(struct engine *engine, struct arena *arena, const char *purpose, int64_t id,
                        struct text sealed) {
    struct text clear = TEXT_NONE;
    if (sealed.size == 0 || !secret_open(engine_keyring(engine), arena, purpose, id, sealed, &clear)) return TEXT_NONE;
    return clear;
}

/* ---- a card's facts ---- */

static struct node *fact(struct node *section, const struct locale *locale, string_id label) {
    struct node *facts = (struct node *)(uintptr_t)doc_get(section, "facts");
    if (facts == NULL) facts = doc_array(section, "facts");
    struct node *node = doc_add_object(facts);
    doc_text(node, "label", string_get(section->arena, locale, label, NULL, 0));
    return node;
}

void card_fact(struct node *section, const struct locale *locale, string_id label, struct text value,
               const char *href) {
    struct node *node = fact(section, locale, label);
    doc_text(node, "text", value.size > 0 ? value : TEXT("—"));
    if (href != NULL) doc_text(node, "href", text_from(href));
}

void card_moment(struct node *section, const struct locale *locale, string_id label, moment at) {
    doc_moment(fact(section, locale, label), "at", at);
}

void card_money(struct node *section, const struct locale *locale, string_id label, struct money sum) {
    doc_money(fact(section, locale, label), "sum", sum);
}
