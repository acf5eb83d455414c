/* consent.c: see consent.h. A row is never changed but for its end. */
#include "identity/consent.h"

#include "identity/internal.h"

#define MOVED 200 /* an application has a few */

STATEMENT(consent_add, "INSERT INTO consent (holder, id, purpose, version, words, given, how, ended, ended_how) "
                       "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
STATEMENT(consent_end, "UPDATE consent SET ended = $3, ended_how = $4 "
                       "WHERE holder = $1 AND purpose = $2 AND ended IS NULL");
STATEMENT(consent_open, "SELECT given FROM consent WHERE holder = $1 AND purpose = $2 AND ended IS NULL LIMIT 1");
STATEMENT(consent_all, "SELECT purpose, version, words, given, how, ended, ended_how FROM consent WHERE holder = $1 "
                       "ORDER BY given DESC, id DESC");
STATEMENT(consent_forget, "DELETE FROM consent WHERE holder = $1");

static struct value text_or_null(struct text text) {
    return text.data != NULL ? V_TEXT(text) : V_NULL;
}

static void add(struct tx *tx, int64_t holder, const struct consent *consent) {
    tx_run(tx, &consent_add,
           VALUES(V_INT(holder), V_INT(world_id(tx_world(tx))), V_TEXT(consent->purpose), V_TEXT(consent->version),
                  text_or_null(consent->words), V_INT(consent->given), V_TEXT(consent->how),
                  consent->ended != 0 ? V_INT(consent->ended) : V_NULL, text_or_null(consent->ended_how)));
}

void identity_consent_give(struct tx *tx, int64_t holder, const struct consent *consent) {
    struct consent given = *consent;
    identity_consent_end(tx, holder, consent->purpose, TEXT("given anew"));
    given.given = world_now(tx_world(tx));
    given.ended = 0;
    given.ended_how = TEXT_NONE;
    add(tx, holder, &given);
}

bool identity_consent_end(struct tx *tx, int64_t holder, struct text purpose, struct text how) {
    return tx_run(tx, &consent_end,
                  VALUES(V_INT(holder), V_TEXT(purpose), V_INT(world_now(tx_world(tx))), V_TEXT(how))) > 0;
}

moment identity_consent_since(struct tx *tx, int64_t holder, struct text purpose) {
    struct rows *rows = tx_query(tx, &consent_open, VALUES(V_INT(holder), V_TEXT(purpose)));
    moment given = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return given;
}

static struct text copy_or_none(const struct rows *rows, int column, struct arena *arena) {
    return row_null(rows, column) ? TEXT_NONE : row_copy(rows, column, arena);
}

size_t identity_consent_list(struct tx *tx, int64_t holder, struct consent *consents, size_t most) {
    size_t count = 0;
    struct arena *arena = tx_arena(tx);
    struct rows *rows = tx_query(tx, &consent_all, VALUES(V_INT(holder)));
    while (count < most && rows_next(rows)) {
        consents[count++] = (struct consent){.purpose = row_copy(rows, 0, arena),
                                             .version = row_copy(rows, 1, arena),
                                             .words = copy_or_none(rows, 2, arena),
                                             .given = row_int(rows, 3),
                                             .how = row_copy(rows, 4, arena),
                                             .ended = row_int(rows, 5),
                                             .ended_how = copy_or_none(rows, 6, arena)};
    }
    rows_end(rows);
    return count;
}

/* The holder is where a row lives, so it is written anew rather than changed. */
void identity_consents_move(struct tx *tx, int64_t application, int64_t customer) {
    struct consent *consents = arena_array(tx_arena(tx), struct consent, MOVED);
    size_t count = identity_consent_list(tx, application, consents, MOVED);
    for (size_t i = count; i-- > 0;) add(tx, customer, &consents[i]);
    identity_consents_forget(tx, application);
}

void identity_consents_forget(struct tx *tx, int64_t application) {
    tx_run(tx, &consent_forget, VALUES(V_INT(application)));
}

struct text identity_consent_how(struct request *request) {
    return text_format(request->arena, "%s; %.*s; %s", request->wants_html ? "form" : "program",
                       TEXT_ARG(request->address), language_tag(request->locale.language));
}

/* ---- to messages (messaging asks) ---- */

/* To this topic, or to advertising as a whole, which sign-ups ask for. */
static moment since_topic(struct tx *tx, int64_t customer, struct text topic) {
    moment given = identity_consent_since(tx, customer, topic);
    return given != 0 ? given : identity_consent_since(tx, customer, TEXT(CONSENT_ADVERTISING));
}

static void give_topic(struct request *request, struct tx *tx, int64_t customer, struct text topic,
                       struct text words) {
    const struct consent given = {
        .purpose = topic, .version = TEXT("1"), .words = words, .how = identity_consent_how(request)};
    identity_consent_give(tx, customer, &given);
}

/* Nothing more of the topic goes out from now, so consent to advertising as a whole ends, too. */
static void end_topic(struct request *request, struct tx *tx, int64_t customer, struct text topic, const char *way) {
    struct text how = identity_consent_how(request);
    if (way != NULL) how = text_format(request->arena, "%s; %.*s", way, TEXT_ARG(request->address));
    identity_consent_end(tx, customer, topic, how);
    identity_consent_end(tx, customer, TEXT(CONSENT_ADVERTISING), how);
}

const struct message_consents consents_to_messages = {since_topic, give_topic, end_topic};
