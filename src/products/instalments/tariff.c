/* tariff.c: shops' tariffs: each version is a row that stays, since orders name the one by which they were made. Staff
 * write them as lines of words, which is also how they are kept. */
#include "products/instalments/checkout.h"

#include "backoffice/backoffice.h"

#define TOLD 20
#define FORTNIGHTS_A_MONTH 2

STATEMENT(newest, "SELECT version, words FROM instalment_tariff WHERE shop = $1 ORDER BY version DESC LIMIT 1");
STATEMENT(all, "SELECT version, words, made FROM instalment_tariff WHERE shop = $1 ORDER BY version DESC LIMIT $2");
STATEMENT(add, "INSERT INTO instalment_tariff (shop, version, words, made, staff) VALUES ($1, $2, $3, $4, $5) "
               "ON CONFLICT (shop, version) DO NOTHING");

static const struct refusal meanwhile = {"tariff-changed", 409, S_instalments_tariff_meanwhile, false};

int64_t shop_tariff(struct tx *tx, int64_t shop, struct tariff *tariff) {
    struct text wrong;
    struct rows *rows = tx_query(tx, &newest, VALUES(V_INT(shop)));
    int64_t version = rows_next(rows) && tariff_read(row_text(rows, 1), tariff, &wrong) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return version;
}

static bool put(struct tx *tx, int64_t shop, int64_t version, struct text words, int64_t staff) {
    return tx_run(tx, &add,
                  VALUES(V_INT(shop), V_INT(version), V_TEXT(words), V_INT(world_now(tx_world(tx))),
                         V_INT(staff))) == 1;
}

bool tariff_begin(struct tx *tx, int64_t shop, struct text words) {
    struct tariff tariff;
    struct text wrong;
    return tariff_read(words, &tariff, &wrong) && put(tx, shop, 1, tariff_write(tx_arena(tx), &tariff), 0);
}

size_t shop_offers(struct engine *engine, const struct tariff *tariff, int64_t sum, struct tariff_term *terms) {
    const struct purchase_rule rule = instalments_rule(engine);
    return tariff_offers(tariff, sum, instalments_today(engine), rule.own, rule.own_count, terms);
}

struct text term_name(struct arena *arena, const struct tariff_term *term) {
    return text_format(arena, "%s-%lld-%s", term->unit == TARIFF_MONTHS ? "months" : "fortnights",
                       (long long)term->parts, term->first_now ? "now" : "later");
}

int64_t term_months(const struct tariff_term *term) {
    return term->unit == TARIFF_MONTHS ? term->parts : (term->parts + 1) / FORTNIGHTS_A_MONTH;
}

size_t term_schedule(struct engine *engine, int64_t sum, const struct tariff_term *term, struct purchase_row *rows) {
    int64_t today = instalments_today(engine);
    const struct purchase_rule rule = instalments_rule(engine);
    const struct purchase_terms terms = {
        .day = today, .sum = sum, .term = *term, .penalty = instalments_penalty(engine, today)};
    const struct purchase_doing doing = {.act = PURCHASE_SELL};
    const struct loan_contract contract = purchase_contract(&terms, &rule);
    struct purchase_state state = {.returned = 0};
    struct purchase_done done;
    if (purchase_do(&terms, &rule, &state, &doing, &done) != PURCHASE_OK) return 0;
    return purchase_schedule(&contract, &state, rows);
}

/* ---- staff's page ---- */

/* FLOW_NEXT: that shop. */
static enum flow find(struct request *request, struct tx *tx, struct shop *shop) {
    int64_t id = 0;
    return request_param_id(request, 0, &id) && shop_find(request->engine, tx, id, shop) ? FLOW_NEXT
                                                                                          : answer_missing(request);
}

/* GET /staff/instalments/shops/{id} */
enum flow tariff_page(struct request *request, struct tx *tx) {
    struct shop shop;
    if (find(request, tx, &shop) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena), *list = doc_array(document, "versions");
    struct rows *rows = tx_query(tx, &all, VALUES(V_INT(shop.id), V_INT(TOLD)));
    for (bool first = true; rows_next(rows); first = false) {
        struct node *node = doc_add_object(list);
        doc_int(node, "version", row_int(rows, 0));
        doc_text(node, "words", row_text(rows, 1));
        doc_moment(node, "made", row_int(rows, 2));
        doc_bool(node, "holds", first);
        if (first) doc_text(document, "words", row_text(rows, 1));
    }
    rows_end(rows);
    doc_id(document, "id", shop.id);
    doc_text(document, "title", shop.title);
    doc_bool(document, "test", shop.test);
    if (doc_get(document, "words") == NULL) doc_text(document, "words", TEXT(""));
    return answer_ok(request, document);
}

/* A line's end is a line feed, whatever the browser sends. */
static struct text plain_lines(struct arena *arena, struct text words) {
    struct buffer out = buffer_new(arena, words.size + 1);
    for (size_t i = 0; i < words.size; i++)
        if (words.data[i] != '\r') buffer_add_char(&out, words.data[i]);
    return buffer_text(&out);
}

/* POST /staff/instalments/shops/{id}: {words}. The same again is no version of its own. */
enum flow tariff_save(struct request *request, struct tx *tx) {
    struct shop shop;
    struct tariff tariff, old;
    struct text wrong;
    request->fields_valid = true;
    if (find(request, tx, &shop) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!tariff_read(plain_lines(request->arena, field_text(request, "words")), &tariff, &wrong)) {
        struct node *values = doc_new(request->arena);
        doc_text(values, "word", wrong);
        const struct string_argument argument = {"word", doc_get(values, "word")};
        request_mark(request, "words", S_instalments_tariff_wrong, &argument, 1);
        return refuse_rest(request);
    }
    struct text words = tariff_write(request->arena, &tariff);
    int64_t version = shop_tariff(tx, shop.id, &old);
    if (version == 0 || !text_equal(words, tariff_write(request->arena, &old))) {
        version++;
        if (!put(tx, shop.id, version, words, request->caller.staff)) return refuse(request, &meanwhile);
    }
    engine_note(request, 0, "instalments.tariff.changed",
                text_format(request->arena, "%.*s; %lld", TEXT_ARG(shop.title), (long long)version));
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", shop.id);
    doc_int(document, "version", version);
    return answer_done(request, document,
                       text_format(request->arena, "/staff/instalments/shops/%lld", (long long)shop.id));
}
