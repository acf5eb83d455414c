/* tell.c: loans in words: states, messages, what is under way. */
#include "products/lenders/lenders.h"

#include "messaging/messaging.h"

#define PENDING_MOST 10
#define SOON_DAYS 7

string_id loan_state_words(enum loan_state state) {
    switch (state) {
    case LOAN_DECIDING: return S_lenders_state_deciding;
    case LOAN_OFFERED: return S_lenders_state_offered;
    case LOAN_SIGNING: return S_lenders_state_signing;
    case LOAN_COMING: return S_lenders_state_coming;
    case LOAN_ROOM: return S_lenders_state_room;
    case LOAN_OPEN: return S_lenders_state_open;
    case LOAN_RETURNING: return S_lenders_state_returning;
    case LOAN_CLOSED: return S_lenders_state_closed;
    case LOAN_REFUSED: return S_lenders_state_refused;
    case LOAN_CANCELLED: return S_lenders_state_cancelled;
    case LOAN_EXPIRED: return S_lenders_state_expired;
    case LOAN_IMPLAUSIBLE: return S_lenders_state_implausible;
    case LOAN_RETURNED: return S_lenders_state_returned;
    }
    return S_none;
}

static struct text title_of(const struct engine *engine, const struct loan *loan) {
    const struct partner *partner = partner_of(engine, loan->lender);
    return partner != NULL ? text_from(partner->settings->title) : loan->lender;
}

void loan_tell_customer(struct engine *engine, struct tx *tx, const struct loan *loan, string_id text, int64_t sum) {
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(sum));
    doc_text(values, "lender", title_of(engine, loan));
    doc_moment(values, "back_at", loan_back_at(engine, loan));
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")},
                                                {"lender", doc_get(values, "lender")},
                                                {"back_at", doc_get(values, "back_at")}};
    message_tell(engine, tx, loan->customer, TOPIC_OPERATIONS, text, arguments, 3);
    engine_notify(engine, tx, loan->customer, "lender");
}

/* ---- what is under way ---- */

/* Of an open loan: the payment that comes within the week; a sum that waits for him is worth his while. */
static bool soon(struct engine *engine, struct arena *arena, const struct loan *loan, moment now,
                 struct lender_due *due) {
    struct lender_figures figures;
    if (!loan_figures(arena, loan, &figures)) return false;
    const struct lender_due *next = next_due(figures.schedule, figures.dues);
    if (next == NULL) return false;
    *due = *next;
    if (due->sum > figures.owed) due->sum = figures.owed;
    return date_to_days(due->date) <= date_to_days(civil_at(now, engine_zone(engine)).date) + SOON_DAYS;
}

void lenders_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     struct node *list) {
    struct loan loans[PENDING_MOST];
    struct arena *arena = list->arena;
    size_t count = loans_of(engine, tx, customer, true, loans, PENDING_MOST);
    for (size_t i = 0; i < count; i++) {
        struct lender_due due = {.sum = 0};
        bool open = loans[i].state == LOAN_OPEN;
        if (open && !soon(engine, arena, &loans[i], world_now(tx_world(tx)), &due)) continue;
        struct node *values = doc_new(arena);
        if (open) doc_date(values, "date", due.date);
        const struct string_argument date = {"date", doc_get(values, "date")};
        struct node *node = doc_add_object(list);
        doc_text(node, "title", title_of(engine, &loans[i]));
        doc_text(node, "text",
                 open ? string_get(arena, locale, S_lenders_pending_due, &date, 1)
                      : string_get(arena, locale, loan_state_words(loans[i].state), NULL, 0));
        doc_money(node, "sum", rub(open ? due.sum : loans[i].sum));
        doc_text(node, "href", text_format(arena, "/lender-loans/%lld", (long long)loans[i].id));
        doc_text(node, "icon", TEXT("calendar"));
    }
}
