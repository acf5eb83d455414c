/* wish.c: what somebody said who wants a cabinet closed: kept for staff, told to the customer, destroyed with his
 * data. A guest's word is proof of nothing, and is never shown to the customer as ours. */
#include "closing/closing.h"

#include "adapters/smtp/smtp.h"

STATEMENT(add_wish, "INSERT INTO closing_wish (customer, id, way, reason, urgent, mail, words) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7)");
STATEMENT(wishes, "SELECT id, way, reason, urgent, mail, words FROM closing_wish WHERE customer = $1 AND id < $2 "
                  "ORDER BY id DESC LIMIT 100");
STATEMENT(erase_wishes, "DELETE FROM closing_wish WHERE customer = $1");
STATEMENT(erase_idle, "DELETE FROM closing_idle WHERE customer = $1");
STATEMENT(erase_wait, "DELETE FROM closing_wait WHERE customer = $1");

const struct erase closing_erases[] = {
    {"closing_wish", &erase_wishes}, {"closing_idle", &erase_idle}, {"closing_wait", &erase_wait}, {.what = NULL}};

const struct sealed closing_sealed[] = {
    {SEALED("closing_ask", "phone", "closing.ask.phone", "id", "i", "id")},
    {SEALED("closing_ask", "mail", "closing.ask.mail", "id", "i", "id")},
    {SEALED("closing_ask", "words", "closing.ask.words", "id", "i", "id")},
    {SEALED_2("closing_wish", "mail", "closing.mail", "customer, id", "ii", "id")},
    {SEALED_2("closing_wish", "words", "closing.words", "customer, id", "ii", "id")},
    {.where = NULL},
};

const char *const closing_reasons[] = {"unused", "other_cabinet", "fees", "trust", "lost", "other", NULL};
const char *const closing_consents[] = {"yes", "no", NULL};

static const string_id reason_titles[] = {S_closing_reason_unused, S_closing_reason_other_cabinet,
                                          S_closing_reason_fees,   S_closing_reason_trust,
                                          S_closing_reason_lost,   S_closing_reason_other};
static const string_id consent_titles[] = {S_closing_consent_yes, S_closing_consent_no};
static const string_id way_titles[] = {S_none, S_closing_way_himself, S_closing_way_guest};

/* ---- the form ---- */

struct closing_wish closing_wish_of(const struct request *request, enum closing_way way) {
    return (struct closing_wish){.way = way,
                                 .reason = field_number(request, "reason"),
                                 .urgent = way == CLOSING_GUEST && field_number(request, "urgent") != 0,
                                 .mail = field_text(request, "email"),
                                 .words = field_text(request, "words")};
}

enum flow wish_check(struct request *request, struct tx *tx) {
    (void)tx;
    struct text mail = field_text(request, "email");
    if (mail.size > 0 && !smtp_address_valid(mail)) return refuse_field(request, "email", S_closing_email_invalid);
    if (field_number(request, "consent") != 0) return refuse_field(request, "consent", S_closing_consent_needed);
    return FLOW_NEXT;
}

static void tell_choices(struct request *request, struct node *list, const char *field, const char *const *values,
                         const string_id *titles) {
    for (int64_t i = 0; values[i] != NULL; i++) {
        struct node *option = doc_add_object(list);
        doc_text(option, "value", text_from(values[i]));
        doc_text(option, "title", string_get(request->arena, &request->locale, titles[i], NULL, 0));
        doc_bool(option, "selected", field_given(request, field) && field_number(request, field) == i);
    }
}

void wish_choices(struct request *request, struct node *document) {
    tell_choices(request, doc_array(document, "reasons"), "reason", closing_reasons, reason_titles);
    tell_choices(request, doc_array(document, "consents"), "consent", closing_consents, consent_titles);
}

/* ---- what is kept ---- */

static struct value seal(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    if (clear.size == 0) return V_NULL;
    struct text sealed = secret_seal(engine_keyring(engine), engine_world(engine), tx_arena(tx), purpose, id, clear);
    return V_BYTES(sealed.data, sealed.size);
}

void wish_keep(struct engine *engine, struct tx *tx, int64_t customer, const struct closing_wish *wish) {
    int64_t id = world_id(engine_world(engine));
    struct value mail = seal(engine, tx, "closing.mail", id, wish->mail);
    struct value words = seal(engine, tx, "closing.words", id, wish->words);
    tx_run(tx, &add_wish,
           VALUES(V_INT(customer), V_INT(id), V_INT(wish->way), V_INT(wish->reason), V_INT(wish->urgent), mail, words));
}

static struct text opened(struct engine *engine, struct arena *arena, const char *purpose, int64_t id,
                          struct text sealed) {
    struct text clear = TEXT_NONE;
    if (sealed.size == 0 || !secret_open(engine_keyring(engine), arena, purpose, id, sealed, &clear)) return TEXT_NONE;
    return clear;
}

static int64_t next_wish(struct engine *engine, struct rows *rows, struct arena *arena, struct closing_wish *wish) {
    if (!rows_next(rows)) return 0;
    int64_t id = row_int(rows, 0);
    *wish = (struct closing_wish){.way = (enum closing_way)row_int(rows, 1),
                                  .reason = row_int(rows, 2),
                                  .urgent = row_int(rows, 3) != 0,
                                  .mail = opened(engine, arena, "closing.mail", id, row_text(rows, 4)),
                                  .words = opened(engine, arena, "closing.words", id, row_text(rows, 5))};
    return id;
}

bool closing_own_data(struct own_data *piece) {
    struct arena *arena = piece->list->arena;
    struct closing_wish wish;
    int64_t id, count = 0, after = piece->after != 0 ? piece->after : INT64_MAX;
    struct rows *rows = tx_query(piece->tx, &wishes, VALUES(V_INT(piece->customer), V_INT(after)));
    for (; (id = next_wish(piece->engine, rows, arena, &wish)) != 0; count++) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("closing"));
        doc_text(node, "reason", text_from(closing_reasons[wish.reason]));
        doc_bool(node, "urgent", wish.urgent);
        doc_text(node, "email", wish.mail);
        doc_text(node, "words", wish.words);
        doc_moment(node, "at", id_moment(id));
        piece->after = id;
    }
    rows_end(rows);
    return count == 100;
}

static void fill_wait(struct tx *tx, const struct locale *locale, int64_t customer, struct node *section) {
    struct text title = string_get(section->arena, locale, S_closing_staff_title, NULL, 0);
    struct closing_wait wait;
    if (wait_read(tx, customer, &wait)) {
        title = string_get(section->arena, locale, cause_title(wait.cause), NULL, 0);
        card_moment(section, locale, S_closing_staff_due, wait.due);
    }
    struct text path = text_format(section->arena, "/staff/customers/%lld/closing", (long long)customer);
    card_fact(section, locale, S_closing_staff_cause, title, path.data);
}

/* What waits; then the newest wish: what a case sends staff here for. */
static void fill_card(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer, bool open,
                      struct node *section) {
    struct arena *arena = section->arena;
    struct closing_wish wish;
    fill_wait(tx, locale, customer, section);
    struct rows *rows = tx_query(tx, &wishes, VALUES(V_INT(customer), V_INT(INT64_MAX)));
    int64_t id = next_wish(engine, rows, arena, &wish);
    rows_end(rows);
    if (id == 0) return;
    card_moment(section, locale, S_closing_card_at, id_moment(id));
    card_fact(section, locale, S_closing_card_way, string_get(arena, locale, way_titles[wish.way], NULL, 0), NULL);
    if (wish.urgent)
        card_fact(section, locale, S_closing_card_urgent, string_get(arena, locale, S_closing_urgent, NULL, 0), NULL);
    card_fact(section, locale, S_closing_reason, string_get(arena, locale, reason_titles[wish.reason], NULL, 0), NULL);
    if (wish.words.size > 0)
        card_fact(section, locale, S_closing_words, open ? wish.words : mask_text(arena, wish.words), NULL);
    if (wish.mail.size > 0)
        card_fact(section, locale, S_closing_email, open ? wish.mail : mask_text(arena, wish.mail), NULL);
    struct text path = text_format(arena, "/staff/customers/%lld/debt", (long long)customer);
    card_fact(section, locale, S_closing_card_do, string_get(arena, locale, S_closing_title, NULL, 0), path.data);
}

const struct card_section closing_card[] = {
    {S_closing_card, ROLE_SUPPORT | ROLE_RISK | ROLE_FINANCE, fill_card},
    {.fill = NULL},
};
