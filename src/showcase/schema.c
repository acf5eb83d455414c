/* schema.c: what shops say of themselves, twice: as it is written (side 0) and as it is shown (1); what the catalogue
 * reads of those that are shown; their promotions, and on which day a customer was told of one last. */
#include "showcase/internal.h"

const struct migration showcase_migrations[] = {
    {"showcase", 1,
     "CREATE TABLE showcase_card ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL, side BIGINT NOT NULL, category BIGINT NOT NULL, site TEXT NOT NULL,\n"
     "  words_ru TEXT NOT NULL, words_en TEXT NOT NULL, state BIGINT NOT NULL, note TEXT NOT NULL,\n"
     "  version BIGINT NOT NULL, PRIMARY KEY (shop, side)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE showcase_place ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL, side BIGINT NOT NULL, id BIGINT NOT NULL, address TEXT NOT NULL, hours TEXT NOT NULL,\n"
     "  latitude BIGINT NOT NULL, longitude BIGINT NOT NULL, PRIMARY KEY (shop, side, id)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX showcase_place_shown ON showcase_place (shop, id) WHERE side = 1;\n"
     "CREATE TABLE showcase_listed ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL PRIMARY KEY, listed BIGINT NOT NULL, since BIGINT NOT NULL, title TEXT NOT NULL,\n"
     "  folded TEXT NOT NULL, category BIGINT NOT NULL, online BIGINT NOT NULL, places BIGINT NOT NULL,\n"
     "  words TEXT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX showcase_listed_since ON showcase_listed (listed, since)"},
    {"showcase", 2,
     "CREATE TABLE showcase_sale ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL, id BIGINT NOT NULL, state BIGINT NOT NULL, title_ru TEXT NOT NULL,\n"
     "  title_en TEXT NOT NULL, words_ru TEXT NOT NULL, words_en TEXT NOT NULL, discount TEXT NOT NULL,\n"
     "  starts BIGINT NOT NULL, ends BIGINT NOT NULL, note TEXT NOT NULL, told BIGINT NOT NULL,\n"
     "  reader BIGINT NOT NULL, PRIMARY KEY (shop, id)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX showcase_sale_id ON showcase_sale (id);\n"
     "CREATE INDEX showcase_sale_starts ON showcase_sale (state, starts, id);\n"
     "CREATE INDEX showcase_sale_shop ON showcase_sale (shop, state, ends);\n"
     "CREATE INDEX showcase_sale_told ON showcase_sale (told, ends);\n"
     "CREATE TABLE showcase_told ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, day BIGINT NOT NULL\n"
     ") CLUSTERED"},
    {.sql = NULL},
};
