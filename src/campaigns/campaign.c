/* campaign.c: campaigns as rows: written by staff, looked at by the job. Who was reached by which stands beside, so
 * that nobody is told twice, whatever crashes, is stopped or begun again. */
#include "campaigns/internal.h"

const struct migration campaigns_migrations[] = {
    {"campaigns", 1,
     "CREATE TABLE campaign ( -- reference\n"
     "  id BIGINT NOT NULL PRIMARY KEY, state BIGINT NOT NULL, kind BIGINT NOT NULL, channels BIGINT NOT NULL,\n"
     "  level_min BIGINT NOT NULL, product TEXT NOT NULL, starts BIGINT NOT NULL, all_from BIGINT NOT NULL,\n"
     "  others BIGINT NOT NULL, reader BIGINT NOT NULL, seen BIGINT NOT NULL, reached BIGINT NOT NULL,\n"
     "  made_by BIGINT NOT NULL, title_ru TEXT NOT NULL, text_ru TEXT NOT NULL, title_en TEXT NOT NULL,\n"
     "  text_en TEXT NOT NULL, link TEXT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE campaign_reach ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, campaign BIGINT NOT NULL, PRIMARY KEY (customer, campaign)\n"
     ") CLUSTERED"},
    {.sql = NULL},
};

#define COLUMNS                                                                                                        \
    "id, state, kind, channels, level_min, product, starts, all_from, others, reader, seen, reached, made_by, "        \
    "title_ru, text_ru, title_en, text_en, link"

STATEMENT(add_one, "INSERT INTO campaign (id, state, kind, channels, level_min, product, starts, all_from, others, "
                   "reader, seen, reached, made_by, title_ru, text_ru, title_en, text_en, link) "
                   "VALUES ($1, 0, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, $8, $9, $10, $11, $12, $13)");
STATEMENT(read_one, "SELECT " COLUMNS " FROM campaign WHERE id = $1");
STATEMENT(read_due, "SELECT " COLUMNS " FROM campaign WHERE state = 1 AND "
                    "((others = 0 AND starts <= $1) OR (others = 1 AND all_from <= $1)) ORDER BY id LIMIT 1 "
                    "FOR_UPDATE");
STATEMENT(read_all, "SELECT " COLUMNS " FROM campaign ORDER BY id DESC LIMIT 50");
STATEMENT(set_state, "UPDATE campaign SET state = $3 WHERE id = $1 AND state = $2");
STATEMENT(move, "UPDATE campaign SET others = $2, reader = $3, seen = $4, reached = $5 WHERE id = $1");
STATEMENT(reach, "INSERT INTO campaign_reach (customer, campaign) VALUES ($1, $2) "
                 "ON CONFLICT (customer, campaign) DO NOTHING");

static void take(struct tx *tx, const struct rows *rows, struct campaign *campaign) {
    struct arena *arena = tx_arena(tx);
    *campaign = (struct campaign){
        .id = row_int(rows, 0),
        .state = (enum campaign_state)row_int(rows, 1),
        .kind = (enum feed_kind)row_int(rows, 2),
        .channels = (unsigned)row_int(rows, 3),
        .level_min = (int)row_int(rows, 4),
        .product = row_copy(rows, 5, arena),
        .starts = row_int(rows, 6),
        .all_from = row_int(rows, 7),
        .others = row_int(rows, 8) != 0,
        .cursor = row_int(rows, 9),
        .seen = row_int(rows, 10),
        .reached = row_int(rows, 11),
        .made_by = row_int(rows, 12),
        .link = row_copy(rows, 17, arena),
    };
    campaign->title[LANGUAGE_RU] = row_copy(rows, 13, arena);
    campaign->text[LANGUAGE_RU] = row_copy(rows, 14, arena);
    campaign->title[LANGUAGE_EN] = row_copy(rows, 15, arena);
    campaign->text[LANGUAGE_EN] = row_copy(rows, 16, arena);
}

int64_t campaign_add(struct tx *tx, const struct campaign *campaign) {
    int64_t id = world_id(tx_world(tx));
    struct value link = V_TEXT(campaign->link.data != NULL ? campaign->link : TEXT(""));
    tx_run(tx, &add_one,
           VALUES(V_INT(id), V_INT(campaign->kind), V_INT(campaign->channels), V_INT(campaign->level_min),
                  V_TEXT(campaign->product), V_INT(campaign->starts), V_INT(campaign->all_from),
                  V_INT(campaign->made_by), V_TEXT(campaign->title[LANGUAGE_RU]), V_TEXT(campaign->text[LANGUAGE_RU]),
                  V_TEXT(campaign->title[LANGUAGE_EN]), V_TEXT(campaign->text[LANGUAGE_EN]), link));
    return id;
}

bool campaign_read(struct tx *tx, int64_t id, struct campaign *campaign) {
    struct rows *rows = tx_query(tx, &read_one, VALUES(V_INT(id)));
    bool found = rows_next(rows);
    if (found) take(tx, rows, campaign);
    rows_end(rows);
    return found;
}

bool campaign_due(struct tx *tx, moment now, struct campaign *campaign) {
    struct rows *rows = tx_query(tx, &read_due, VALUES(V_INT(now)));
    bool found = rows_next(rows);
    if (found) take(tx, rows, campaign);
    rows_end(rows);
    return found;
}

size_t campaign_list(struct tx *tx, struct campaign *list, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &read_all, NO_VALUES);
    while (count < room && rows_next(rows)) take(tx, rows, &list[count++]);
    rows_end(rows);
    return count;
}

bool campaign_set_state(struct tx *tx, int64_t id, enum campaign_state from, enum campaign_state to) {
    return tx_run(tx, &set_state, VALUES(V_INT(id), V_INT(from), V_INT(to))) == 1;
}

void campaign_move(struct tx *tx, const struct campaign *campaign) {
    tx_run(tx, &move,
           VALUES(V_INT(campaign->id), V_INT(campaign->others), V_INT(campaign->cursor), V_INT(campaign->seen),
                  V_INT(campaign->reached)));
}

bool campaign_first(struct tx *tx, int64_t campaign, int64_t customer) {
    return tx_run(tx, &reach, VALUES(V_INT(customer), V_INT(campaign))) == 1;
}
