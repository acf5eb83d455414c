/* looks.c: how many numbers a customer may ask about within a day, so that nobody tries all numbers there are. Whoever
 * adds a number by hand learns whether it is a customer's, too, so that is one of them. */
#include "products/friends/friends.h"

STATEMENT(taken_today, "SELECT taken FROM friend_look WHERE customer = $1 AND day = $2");
STATEMENT(take, "INSERT INTO friend_look (customer, day, taken) VALUES ($1, $2, $3) "
                "ON CONFLICT (customer) DO UPDATE SET day = $2, "
                "taken = CASE WHEN friend_look.day = $2 THEN friend_look.taken + $3 ELSE $3 END");

static const struct refusal enough = {"too-many-numbers-today", 422, S_friends_enough, false};

static int64_t today(struct request *request) {
    return world_now(request->world) / DAY;
}

int64_t looks_left(struct request *request, struct tx *tx) {
    struct rows *rows = tx_query(tx, &taken_today, VALUES(V_INT(request->caller.customer), V_INT(today(request))));
    int64_t taken = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    int64_t most = friends_settings(request->engine)->day_most;
    return taken < most ? most - taken : 0;
}

/* Counted first: the row is locked from then on, so two at once do not both get the last of them. */
enum flow looks_take(struct request *request, struct tx *tx, int64_t count) {
    tx_run(tx, &take, VALUES(V_INT(request->caller.customer), V_INT(today(request)), V_INT(count)));
    struct rows *rows = tx_query(tx, &taken_today, VALUES(V_INT(request->caller.customer), V_INT(today(request))));
    int64_t taken = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return taken > friends_settings(request->engine)->day_most ? refuse(request, &enough) : FLOW_NEXT;
}
