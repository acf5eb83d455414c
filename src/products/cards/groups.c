/* groups.c: what a card may do in shops of one kind (gambling, what is as good as cash, …): nothing at all, or so much
 * a month. Processing tells a shop's category; one that tells none is in no group. Stricter is at once; looser wants a
 * fresh proof, as with all limits (limits.c). Kept in the authorisation's own command. */
#include "products/cards/cards.h"

#include "factors/factors.h"

STATEMENT(find, "SELECT off, month_max FROM card_group WHERE customer = $1 AND card = $2 AND shops = $3");
STATEMENT(all, "SELECT shops, off, month_max FROM card_group WHERE customer = $1 AND card = $2");
STATEMENT(put, "INSERT INTO card_group (customer, card, shops, off, month_max) VALUES ($1, $2, $3, $4, $5) "
               "ON CONFLICT (customer, card, shops) DO UPDATE SET off = $4, month_max = $5");
STATEMENT(copy, "INSERT INTO card_group (customer, card, shops, off, month_max) "
                "SELECT customer, $3, shops, off, month_max FROM card_group WHERE customer = $1 AND card = $2");
STATEMENT(spent_sums, "SELECT category, CAST(SUM(held + cleared - refunded) AS BIGINT) FROM card_operation "
                      "WHERE customer = $1 AND card = $2 AND made >= $3 AND category IS NOT NULL GROUP BY category");

static const struct refusal not_now = {"not-in-this-state", 409, S_cards_refused_state, false};

/* ---- rows ---- */

static void spent_by_group(struct engine *engine, struct tx *tx, const struct card *card, int64_t spent[SHOP_GROUPS]) {
    moment day, month;
    periods_now(engine, world_now(tx_world(tx)), &day, &month);
    for (int i = 0; i < SHOP_GROUPS; i++) spent[i] = 0;
    struct rows *rows = tx_query(tx, &spent_sums, VALUES(V_INT(card->customer), V_INT(card->id), V_INT(month)));
    while (rows_next(rows)) spent[shop_group_of(row_text(rows, 0))] += row_int(rows, 1);
    rows_end(rows);
    for (int i = 0; i < SHOP_GROUPS; i++)
        if (spent[i] < 0) spent[i] = 0;
}

static struct group_limit limit_of(struct tx *tx, const struct card *card, enum shop_group group) {
    struct group_limit limit = {.off = false};
    struct rows *rows = tx_query(tx, &find, VALUES(V_INT(card->customer), V_INT(card->id), V_INT(group)));
    if (rows_next(rows)) limit = (struct group_limit){row_int(rows, 0) != 0, row_int(rows, 1)};
    rows_end(rows);
    return limit;
}

void card_group_limit(struct engine *engine, struct tx *tx, const struct card *card, enum shop_group group,
                      struct group_limit *limit, int64_t *spent) {
    int64_t by_group[SHOP_GROUPS] = {0};
    *limit = group != SHOPS_OTHER ? limit_of(tx, card, group) : (struct group_limit){.off = false};
    if (limit->month > 0) spent_by_group(engine, tx, card, by_group);
    *spent = by_group[group];
}

void card_groups_copy(struct tx *tx, const struct card *from, const struct card *to) {
    tx_run(tx, &copy, VALUES(V_INT(from->customer), V_INT(from->id), V_INT(to->id)));
}

/* ---- telling and setting them ---- */

static const string_id titles[SHOP_GROUPS] = {[SHOPS_GAMBLING] = S_cards_shops_gambling,
                                              [SHOPS_MONEY] = S_cards_shops_money,
                                              [SHOPS_ADULT] = S_cards_shops_adult,
                                              [SHOPS_ALCOHOL] = S_cards_shops_alcohol,
                                              [SHOPS_GAMES] = S_cards_shops_games,
                                              [SHOPS_CAFES] = S_cards_shops_cafes,
                                              [SHOPS_TRAVEL] = S_cards_shops_travel};

static void tell(struct request *request, enum shop_group group, const struct group_limit *limit, int64_t spent,
                 struct node *place) {
    doc_text(place, "shops", text_from(shop_group_name(group)));
    doc_text(place, "title", string_get(request->arena, &request->locale, titles[group], NULL, 0));
    doc_bool(place, "off", limit->off);
    if (limit->month == 0) {
        doc_null(place, "month_max");
        doc_null(place, "rest");
        return;
    }
    doc_money(place, "month_max", rub(limit->month));
    doc_money(place, "rest", rub(limit_left(limit->month, spent)));
}

void card_groups_tell(struct request *request, struct tx *tx, const struct card *card, struct node *document) {
    struct group_limit limits[SHOP_GROUPS] = {{.off = false}};
    int64_t spent[SHOP_GROUPS] = {0};
    bool limited = false;
    struct rows *rows = tx_query(tx, &all, VALUES(V_INT(card->customer), V_INT(card->id)));
    while (rows_next(rows)) {
        limits[row_int(rows, 0)] = (struct group_limit){row_int(rows, 1) != 0, row_int(rows, 2)};
        limited = limited || row_int(rows, 2) > 0;
    }
    rows_end(rows);
    if (limited) spent_by_group(request->engine, tx, card, spent);
    struct node *list = doc_array(document, "shops");
    for (int i = SHOPS_OTHER + 1; i < SHOP_GROUPS; i++)
        tell(request, (enum shop_group)i, &limits[i], spent[i], doc_add_object(list));
}

static bool group_of(const struct request *request, enum shop_group *group) {
    for (int i = SHOPS_OTHER + 1; i < SHOP_GROUPS; i++) {
        if (!text_is(request->params[1], shop_group_name((enum shop_group)i))) continue;
        *group = (enum shop_group)i;
        return true;
    }
    return false;
}

/* GET /cards/{id}/shops/{group} */
enum flow card_group_read(struct request *request, struct tx *tx) {
    struct card card;
    enum shop_group group;
    struct group_limit limit;
    int64_t spent;
    if (!card_of_request(request, tx, &card) || !group_of(request, &group) || card_ended(card.state))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    card_group_limit(request->engine, tx, &card, group, &limit, &spent);
    doc_id(document, "id", card.id);
    doc_text(document, "card", card_title(request->arena, &request->locale, &card));
    tell(request, group, &limit, spent, document);
    return answer_ok(request, document);
}

/* POST /cards/{id}/shops/{group} */
enum flow card_group_write(struct request *request, struct tx *tx) {
    struct card card;
    enum shop_group group;
    if (!card_of_request(request, tx, &card) || !group_of(request, &group)) return answer_missing(request);
    if (card_ended(card.state)) return refuse(request, &not_now);
    struct group_limit before = limit_of(tx, &card, group);
    struct group_limit now = {field_number(request, "off") != 0, field_number(request, "month")};
    bool looser = (before.off && !now.off) || (before.month != 0 && (now.month == 0 || now.month > before.month));
    if (looser && factors_fresh(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    tx_run(tx, &put,
           VALUES(V_INT(card.customer), V_INT(card.id), V_INT(group), V_INT(now.off), V_INT(now.month)));
    return card_answer(request, &card);
}
