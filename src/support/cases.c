/* cases.c: cases and what was said in them: found for their owner, written, ended. Each that is open is a task of the
 * back office's queues, which say who answers and by when. How they are told is in case_tell.c. */
#include "support/internal.h"

#include "backoffice/backoffice.h"
#include "base/check.h"
#include "messaging/messaging.h"

#include <string.h>

#define CASE_COLUMNS                                                                                                   \
    "id, customer, channel, state, language, about, opened, changed, due, outcome, score, last_owner, last_staff, "   \
    "seen_owner, seen_staff"
#define AT_ONCE 100
#define UNREAD_PATIENCE (2 * MINUTE) /* whoever looks at the page has read it by then */

STATEMENT(open_of_customer, "SELECT " CASE_COLUMNS " FROM support_case WHERE customer = $1 AND customer <> 0 "
                            "AND state <> 3 ORDER BY id DESC LIMIT 1");
STATEMENT(open_of_guest, "SELECT " CASE_COLUMNS " FROM support_case WHERE guest = $1 AND state <> 3 "
                         "ORDER BY id DESC LIMIT 1");
STATEMENT(closed_of_customer, "SELECT " CASE_COLUMNS " FROM support_case WHERE customer = $1 AND customer <> 0 "
                              "AND state = 3 AND changed > $2 ORDER BY id DESC LIMIT 1");
STATEMENT(closed_of_guest, "SELECT " CASE_COLUMNS " FROM support_case WHERE guest = $1 AND state = 3 AND changed > $2 "
                           "ORDER BY id DESC LIMIT 1");
STATEMENT(one_case, "SELECT " CASE_COLUMNS " FROM support_case WHERE id = $1");
STATEMENT(one_case_locked, "SELECT " CASE_COLUMNS " FROM support_case WHERE id = $1 FOR_UPDATE");
STATEMENT(guest_of_case, "SELECT guest FROM support_case WHERE id = $1");
STATEMENT(add_case, "INSERT INTO support_case (id, customer, guest, channel, state, language, about, opened, changed, "
                    "due) VALUES ($1, $2, $3, $4, 1, $5, 0, $6, $6, $7)");
STATEMENT(owner_said, "UPDATE support_case SET state = 1, changed = $2, due = $3, about = $4, last_owner = $5 "
                      "WHERE id = $1");
STATEMENT(staff_said, "UPDATE support_case SET state = 2, changed = $2, due = 0, last_staff = $3, "
                      "seen_staff = last_owner WHERE id = $1");
STATEMENT(end_case, "UPDATE support_case SET state = 3, changed = $2, due = 0, outcome = $3 "
                    "WHERE id = $1 AND state <> 3");
STATEMENT(guests_open, "SELECT id, channel FROM support_case WHERE guest = $1 AND customer = 0 AND state <> 3 "
                       "LIMIT 100");
STATEMENT(adopt, "UPDATE support_case SET customer = $2, guest = NULL WHERE id = $1 AND customer = 0");
STATEMENT(silent, "SELECT " CASE_COLUMNS " FROM support_case WHERE state = 2 AND changed < $1 LIMIT 100");
STATEMENT(untold, "SELECT id, customer, last_staff, seen_owner FROM support_case WHERE last_staff > told "
                  "AND last_staff < $1 ORDER BY last_staff LIMIT 100");
STATEMENT(mark_told, "UPDATE support_case SET told = $2 WHERE id = $1");
STATEMENT(add_message, "INSERT INTO support_message (case_id, id, author, staff, about, made, words) "
                       "VALUES ($1, $2, $3, $4, $5, $6, $7)");

/* ---- owners ---- */

struct owner owner_of(const struct request *request) {
    struct owner owner = {0};
    if (request->caller.kind == WHO_CUSTOMER) {
        owner.customer = request->caller.customer;
    } else if (request->cookie_support.size > 0) {
        owner.guest = true;
        secret_hash(engine_keyring(request->engine), "support.guest", request->cookie_support, owner.hash);
    }
    return owner;
}

/* Customers' ids are positive, so a guest's topic is never a customer's. */
int64_t owner_topic(const struct owner *owner) {
    if (!owner->guest) return owner->customer;
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; i++) bits = bits << 8 | owner->hash[i];
    return -(int64_t)(bits >> 1) - 1;
}

/* ---- finding ---- */

static bool next_case(struct rows *rows, struct support_case *found) {
    bool exists = rows_next(rows);
    if (exists) {
        *found = (struct support_case){
            .id = row_int(rows, 0),
            .customer = row_int(rows, 1),
            .channel = (enum case_channel)row_int(rows, 2),
            .state = (enum case_state)row_int(rows, 3),
            .language = (enum language)row_int(rows, 4),
            .about = row_int(rows, 5),
            .opened = row_int(rows, 6),
            .changed = row_int(rows, 7),
            .due = row_int(rows, 8),
            .outcome = (enum outcome)row_int(rows, 9),
            .score = row_int(rows, 10),
            .last_owner = row_int(rows, 11),
            .last_staff = row_int(rows, 12),
            .seen_owner = row_int(rows, 13),
            .seen_staff = row_int(rows, 14),
        };
    }
    return exists;
}

static bool read_case(struct rows *rows, struct support_case *found) {
    bool exists = next_case(rows, found);
    rows_end(rows);
    return exists;
}

bool case_open_of(struct tx *tx, const struct owner *owner, struct support_case *found) {
    if (owner->customer != 0) return read_case(tx_query(tx, &open_of_customer, VALUES(V_INT(owner->customer))), found);
    return owner->guest &&
           read_case(tx_query(tx, &open_of_guest, VALUES(V_BYTES(owner->hash, sizeof owner->hash))), found);
}

bool case_closed_of(struct tx *tx, const struct owner *owner, moment now, struct support_case *found) {
    struct value since = V_INT(now - DAY);
    if (owner->customer != 0)
        return read_case(tx_query(tx, &closed_of_customer, VALUES(V_INT(owner->customer), since)), found);
    return owner->guest &&
           read_case(tx_query(tx, &closed_of_guest, VALUES(V_BYTES(owner->hash, sizeof owner->hash), since)), found);
}

bool case_by_id(struct tx *tx, int64_t id, struct support_case *found) {
    return read_case(tx_query(tx, &one_case, VALUES(V_INT(id))), found);
}

/* The guest's hash of a case; false when it is a customer's or a mail's. */
static bool guest_hash(struct tx *tx, int64_t id, uint8_t hash[SECRET_HASH_SIZE]) {
    struct rows *rows = tx_query(tx, &guest_of_case, VALUES(V_INT(id)));
    bool known = rows_next(rows) && row_text(rows, 0).size == SECRET_HASH_SIZE;
    if (known) memcpy(hash, row_text(rows, 0).data, SECRET_HASH_SIZE);
    rows_end(rows);
    return known;
}

bool case_owned_by(struct tx *tx, const struct owner *owner, int64_t id, struct support_case *found) {
    if (!case_by_id(tx, id, found)) return false;
    if (owner->customer != 0) return found->customer == owner->customer;
    uint8_t hash[SECRET_HASH_SIZE];
    return owner->guest && guest_hash(tx, id, hash) && memcmp(hash, owner->hash, sizeof hash) == 0;
}

/* ---- writing ---- */

static moment promise(struct engine *engine) {
    return duty_promise(&support_of(engine)->hours, world_now(engine_world(engine)), engine_zone(engine));
}

const char *case_queue(enum case_channel channel) {
    return channel == CASE_THEFT ? "support.theft" : "support.case";
}

/* Its line in the queue tells what came by which way, nothing of what was said. */
static void make_task(struct engine *engine, struct tx *tx, int64_t id, int64_t customer, enum case_channel channel,
                      moment due) {
    static const string_id ways[] = {[CASE_CHAT] = S_support_by_chat,
                                     [CASE_MAIL] = S_support_by_mail,
                                     [CASE_THEFT] = S_support_by_theft,
                                     [CASE_CALL] = S_support_by_call};
    struct locale locale = {.language = (enum language)engine_config(engine)->language};
    struct text summary = string_get(tx_arena(tx), &locale, ways[channel], NULL, 0);
    queue_add(engine, tx, case_queue(channel), id, customer, summary, channel == CASE_THEFT ? 0 : due);
}

int64_t case_begin(struct engine *engine, struct tx *tx, const struct owner *owner, enum case_channel channel,
                   enum language language) {
    int64_t id = world_id(engine_world(engine));
    moment due = promise(engine);
    struct value guest = owner->guest ? V_BYTES(owner->hash, sizeof owner->hash) : V_NULL;
    tx_run(tx, &add_case,
           VALUES(V_INT(id), V_INT(owner->customer), guest, V_INT(channel), V_INT(language),
                  V_INT(world_now(engine_world(engine))), V_INT(due)));
    make_task(engine, tx, id, owner->customer, channel, due);
    return id;
}

/* Whoever looks at the case: its owner; of staff who has it, or while nobody has, all on duty. */
static void tell_lookers(struct engine *engine, struct tx *tx, const struct support_case *found) {
    struct owner owner = {.customer = found->customer};
    if (owner.customer == 0) owner.guest = guest_hash(tx, found->id, owner.hash);
    int64_t topic = owner_topic(&owner), staff = queue_owner(tx, case_queue(found->channel), found->id);
    if (topic != 0) engine_notify(engine, tx, topic, "support");
    if (staff > 0) engine_notify(engine, tx, staff, "support");
    else duty_notify(engine, tx);
}

static void move(struct engine *engine, struct tx *tx, const struct support_case *found, const struct said *said,
                 int64_t message) {
    const struct support_settings *settings = engine_settings(engine, &support_feature);
    const char *queue = case_queue(found->channel);
    moment now = world_now(engine_world(engine));
    if (said->author == AUTHOR_NOTE) return;
    if (said->author == AUTHOR_STAFF) {
        tx_run(tx, &staff_said, VALUES(V_INT(found->id), V_INT(now), V_INT(message)));
        queue_put_off(tx, queue, found->id, now + settings->silence);
        return;
    }
    /* Whoever waits already keeps his place: a second message does not put the promise off. */
    moment due = found->state == CASE_WAITING && found->due != 0 ? found->due : promise(engine);
    tx_run(tx, &owner_said,
           VALUES(V_INT(found->id), V_INT(now), V_INT(due), V_INT(said->about != 0 ? said->about : found->about),
                  V_INT(message)));
    if (found->state == CASE_ANSWERED && due != 0) queue_put_off(tx, queue, found->id, due);
    if (found->state == CASE_CLOSED) make_task(engine, tx, found->id, found->customer, found->channel, due);
}

/* The row is locked, so that one who writes while another closes reopens the case: nothing said is lost in a closed
 * one. */
int64_t case_say(struct engine *engine, struct tx *tx, int64_t id, const struct said *said) {
    struct world *world = engine_world(engine);
    struct support_case found;
    if (!read_case(tx_query(tx, &one_case_locked, VALUES(V_INT(id))), &found)) return 0;
    int64_t message = world_id_after(world, found.last_owner > found.last_staff ? found.last_owner : found.last_staff);
    struct text sealed = secret_seal(engine_keyring(engine), world, tx_arena(tx), "support.words", message,
                                     said->words);
    tx_run(tx, &add_message,
           VALUES(V_INT(id), V_INT(message), V_INT(said->author), V_INT(said->staff), V_INT(said->about),
                  V_INT(world_now(world)), V_BYTES(sealed.data, sealed.size)));
    move(engine, tx, &found, said, message);
    tell_lookers(engine, tx, &found);
    return message;
}

/* A theft is a case of its own, in a queue of its own. */
int64_t support_note(struct engine *engine, struct tx *tx, int64_t customer, enum case_channel channel,
                     struct text words) {
    const struct owner owner = {.customer = customer};
    struct support_case found;
    struct customer person;
    enum language language = identity_customer(engine, tx, customer, &person) ? person.language : LANGUAGE_RU;
    bool goes_on = case_open_of(tx, &owner, &found) && (channel != CASE_THEFT || found.channel == CASE_THEFT);
    int64_t id = goes_on ? found.id : case_begin(engine, tx, &owner, channel, language);
    case_say(engine, tx, id, &(struct said){.author = AUTHOR_SYSTEM, .words = words});
    return id;
}

/* ---- ending ---- */

void case_close(struct engine *engine, struct tx *tx, const struct support_case *found, int64_t staff,
                enum outcome outcome) {
    static const char *const names[] = {"", "solved", "unsolved", "spam", "silent"};
    struct value now = V_INT(world_now(engine_world(engine)));
    if (tx_run(tx, &end_case, VALUES(V_INT(found->id), now, V_INT(outcome))) != 1) return;
    tell_lookers(engine, tx, found); /* while it is still known who has it */
    queue_finish(engine, tx, case_queue(found->channel), found->id, staff, names[outcome]);
}

/* Answered, and nothing more was asked. */
bool cases_silent(struct engine *engine, struct tx *tx) {
    const struct support_settings *settings = engine_settings(engine, &support_feature);
    moment before = world_now(engine_world(engine)) - settings->silence;
    struct support_case *list = arena_array(tx_arena(tx), struct support_case, AT_ONCE);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &silent, VALUES(V_INT(before)));
    while (count < AT_ONCE && next_case(rows, &list[count])) count++;
    rows_end(rows);
    for (size_t i = 0; i < count; i++) case_close(engine, tx, &list[i], 0, OUTCOME_SILENT);
    return count == AT_ONCE;
}

/* ---- telling who is not looking ---- */

struct answered {
    int64_t id, customer, last, seen;
};

/* A customer who has left the page hears by his own channels that he was answered; once, until he has read it. */
bool answers_tell(struct engine *engine, struct tx *tx) {
    moment before = world_now(engine_world(engine)) - UNREAD_PATIENCE;
    struct answered *list = arena_array(tx_arena(tx), struct answered, AT_ONCE);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &untold, VALUES(V_INT(id_from_moment(before))));
    while (count < AT_ONCE && rows_next(rows))
        list[count++] = (struct answered){row_int(rows, 0), row_int(rows, 1), row_int(rows, 2), row_int(rows, 3)};
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        tx_run(tx, &mark_told, VALUES(V_INT(list[i].id), V_INT(list[i].last)));
        if (list[i].customer != 0 && list[i].seen < list[i].last)
            message_tell(engine, tx, list[i].customer, TOPIC_SERVICE, S_support_answered_told, NULL, 0);
    }
    return count == AT_ONCE;
}

/* ---- guests who turn out to be customers ---- */

void case_adopt(struct request *request, struct tx *tx, int64_t customer) {
    if (customer == 0 || request->cookie_support.size == 0) return;
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(engine_keyring(request->engine), "support.guest", request->cookie_support, hash);
    int64_t *ids = arena_array(tx_arena(tx), int64_t, AT_ONCE);
    enum case_channel *channels = arena_array(tx_arena(tx), enum case_channel, AT_ONCE);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &guests_open, VALUES(V_BYTES(hash, sizeof hash)));
    for (; count < AT_ONCE && rows_next(rows); count++) {
        ids[count] = row_int(rows, 0);
        channels[count] = (enum case_channel)row_int(rows, 1);
    }
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        tx_run(tx, &adopt, VALUES(V_INT(ids[i]), V_INT(customer)));
        queue_about(tx, case_queue(channels[i]), ids[i], customer);
        int64_t staff = queue_owner(tx, case_queue(channels[i]), ids[i]);
        if (staff > 0) engine_notify(request->engine, tx, staff, "support");
    }
}

void case_on_session(struct request *request, struct tx *tx, int64_t customer, int64_t session) {
    (void)session;
    case_adopt(request, tx, customer);
}
