/* limits.c: what a card may spend: an operation, a day, a month, for all that it does and for each kind of purchase
 * (shops, the internet, cash, abroad); and what it may do at all. Less is at once; more wants a fresh proof, since a
 * thief would want more. They are kept in the authorisation's own command (authorise.c). */
#include "products/cards/cards.h"

#include "factors/factors.h"

STATEMENT(kinds_select, "SELECT kind, operation_max, day_max, month_max FROM card_limit "
                        "WHERE customer = $1 AND card = $2");
STATEMENT(kind_put, "INSERT INTO card_limit (customer, card, kind, operation_max, day_max, month_max) "
                    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (customer, card, kind) DO UPDATE SET "
                    "operation_max = $4, day_max = $5, month_max = $6");
STATEMENT(kinds_copy, "INSERT INTO card_limit (customer, card, kind, operation_max, day_max, month_max) "
                      "SELECT customer, $3, kind, operation_max, day_max, month_max FROM card_limit "
                      "WHERE customer = $1 AND card = $2");

static const struct refusal not_now = {"not-in-this-state", 409, S_cards_refused_state, false};

/* ---- rows ---- */

void card_kind_limits(struct tx *tx, const struct card *card, struct card_limits limits[LIMIT_KINDS]) {
    for (int i = 0; i < LIMIT_KINDS; i++) limits[i] = (struct card_limits){0, 0, 0};
    struct rows *rows = tx_query(tx, &kinds_select, VALUES(V_INT(card->customer), V_INT(card->id)));
    while (rows_next(rows))
        limits[row_int(rows, 0)] = (struct card_limits){row_int(rows, 1), row_int(rows, 2), row_int(rows, 3)};
    rows_end(rows);
}

void card_kind_limits_copy(struct tx *tx, const struct card *from, const struct card *to) {
    tx_run(tx, &kinds_copy, VALUES(V_INT(from->customer), V_INT(from->id), V_INT(to->id)));
    card_groups_copy(tx, from, to);
}

/* ---- setting them ---- */

static bool looser_limit(int64_t before, int64_t now) {
    return before != 0 && (now == 0 || now > before);
}

static bool looser(const struct card_limits *before, const struct card_limits *now) {
    return looser_limit(before->operation, now->operation) || looser_limit(before->day, now->day) ||
           looser_limit(before->month, now->month);
}

static struct card_limits limits_typed(struct request *request) {
    return (struct card_limits){field_number(request, "operation"), field_number(request, "day"),
                                field_number(request, "month")};
}

bool card_wants_code(const struct engine *engine, const struct card *card) {
    enum internet_code code = (enum internet_code)cards_state_of(engine)->settings->internet_code;
    return code == INTERNET_CODE_ALWAYS || (code == INTERNET_CODE_CHOSEN && card->secure);
}

/* POST /cards/{id}/limits: of all that it does, and its switches. */
enum flow card_limits_write(struct request *request, struct tx *tx) {
    struct card card;
    if (!card_of_request(request, tx, &card)) return answer_missing(request);
    if (card_ended(card.state)) return refuse(request, &not_now);
    const struct card_limits limits = limits_typed(request);
    bool internet = field_number(request, "internet") != 0, cash = field_number(request, "cash") != 0;
    bool abroad = field_number(request, "abroad") != 0;
    bool chosen = cards_state_of(request->engine)->settings->internet_code == INTERNET_CODE_CHOSEN;
    bool secure = chosen ? field_number(request, "secure") != 0 : card.secure;
    bool more = looser(&card.limits, &limits) || (internet && !card.internet) || (cash && !card.cash) ||
                (abroad && !card.abroad) || (!secure && card.secure);
    if (more && factors_fresh(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    card.limits = limits;
    card.internet = internet;
    card.cash = cash;
    card.abroad = abroad;
    card.secure = secure;
    card_save(tx, &card);
    return card_answer(request, &card);
}

static bool kind_of(const struct request *request, enum limit_kind *kind) {
    for (int i = 0; i < LIMIT_KINDS; i++) {
        if (!text_is(request->params[1], limit_kind_name((enum limit_kind)i))) continue;
        *kind = (enum limit_kind)i;
        return true;
    }
    return false;
}

/* POST /cards/{id}/limits/{kind} */
enum flow card_kind_limits_write(struct request *request, struct tx *tx) {
    struct card card;
    enum limit_kind kind;
    struct card_limits limits[LIMIT_KINDS];
    if (!card_of_request(request, tx, &card) || !kind_of(request, &kind)) return answer_missing(request);
    if (card_ended(card.state)) return refuse(request, &not_now);
    const struct card_limits typed = limits_typed(request);
    card_kind_limits(tx, &card, limits);
    if (looser(&limits[kind], &typed) && factors_fresh(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    tx_run(tx, &kind_put,
           VALUES(V_INT(card.customer), V_INT(card.id), V_INT(kind), V_INT(typed.operation), V_INT(typed.day),
                  V_INT(typed.month)));
    return card_answer(request, &card);
}

/* ---- telling them ---- */

static void tell_limit(struct node *limits, const char *name, int64_t most, int64_t spent) {
    if (most == 0) {
        doc_null(limits, name);
        return;
    }
    struct node *limit = doc_object(limits, name);
    int64_t percent = spent < most ? spent * 100 / most : 100;
    doc_money(limit, "max", rub(most));
    doc_money(limit, "spent", rub(spent));
    doc_money(limit, "rest", rub(limit_left(most, spent)));
    doc_int(limit, "percent", percent);
}

static void tell_most(struct node *limits, const char *name, int64_t most) {
    if (most != 0) doc_money(limits, name, rub(most));
    else doc_null(limits, name);
}

static void tell_three(struct node *place, const struct card_limits *limits, const struct card_spent *spent) {
    tell_most(place, "operation", limits->operation);
    tell_most(place, "day_max", limits->day);
    tell_most(place, "month_max", limits->month);
    tell_limit(place, "day", limits->day, spent->day);
    tell_limit(place, "month", limits->month, spent->month);
    doc_bool(place, "limited", limits->day != 0 || limits->month != 0);
    doc_bool(place, "any", limits->operation != 0 || limits->day != 0 || limits->month != 0);
}

static const string_id titles[LIMIT_KINDS] = {S_cards_kind_till, S_cards_kind_internet, S_cards_kind_cash_out,
                                              S_cards_kind_abroad};

static void tell_kind(struct request *request, enum limit_kind kind, const struct card_limits *limits,
                      const struct card_spent *spent, struct node *place) {
    doc_text(place, "kind", text_from(limit_kind_name(kind)));
    doc_text(place, "title", string_get(request->arena, &request->locale, titles[kind], NULL, 0));
    tell_three(place, limits, spent);
}

void card_limits_tell(struct request *request, struct tx *tx, const struct card *card, struct node *document) {
    struct card_limits kinds[LIMIT_KINDS];
    struct card_spent spent[LIMIT_KINDS + 1];
    struct node *limits = doc_object(document, "limits");
    int code = cards_state_of(request->engine)->settings->internet_code;
    card_kind_limits(tx, card, kinds);
    operations_spent(request->engine, tx, card, spent);
    tell_three(limits, &card->limits, &spent[LIMIT_KINDS]);
    struct node *list = doc_array(document, "kinds");
    for (int i = 0; i < LIMIT_KINDS; i++)
        tell_kind(request, (enum limit_kind)i, &kinds[i], &spent[i], doc_add_object(list));
    card_groups_tell(request, tx, card, document);
    doc_bool(document, "internet", card->internet);
    doc_bool(document, "cash", card->cash);
    doc_bool(document, "abroad", card->abroad);
    doc_bool(document, "secure", card_wants_code(request->engine, card));
    doc_bool(document, "secure_chosen", code == INTERNET_CODE_CHOSEN);
}

/* GET /cards/{id}/limits/{kind} */
enum flow card_kind_limits_read(struct request *request, struct tx *tx) {
    struct card card;
    enum limit_kind kind;
    struct card_limits kinds[LIMIT_KINDS];
    struct card_spent spent[LIMIT_KINDS + 1];
    if (!card_of_request(request, tx, &card) || !kind_of(request, &kind) || card_ended(card.state))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    card_kind_limits(tx, &card, kinds);
    operations_spent(request->engine, tx, &card, spent);
    doc_id(document, "id", card.id);
    doc_text(document, "card", card_title(request->arena, &request->locale, &card));
    tell_kind(request, kind, &kinds[kind], &spent[kind], document);
    return answer_ok(request, document);
}
