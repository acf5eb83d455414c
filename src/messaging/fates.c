/* fates.c: what became of messages, for whoever may see it: staff, the customer himself, the demo. */
#include "messaging/internal.h"

#include "base/check.h"

STATEMENT(fates_of_one, "SELECT customer, id, channel, topic, state, changed, address, reason FROM message "
                        "WHERE customer = $1 ORDER BY id DESC LIMIT 50");
STATEMENT(fates_of_all, "SELECT customer, id, channel, topic, state, changed, address, reason FROM message "
                        "ORDER BY id DESC LIMIT 50");

STATEMENT(fates_about, "SELECT customer, id, channel, topic, state, changed, address, reason FROM message "
                       "WHERE customer = $1 AND about = $2 ORDER BY id DESC LIMIT 1");
STATEMENT(count_about, "SELECT COUNT(*) FROM message WHERE customer = $1 AND id > $2 AND about IS NOT NULL");
STATEMENT(fates_in_trouble, "SELECT customer, id, channel, topic, state, changed, address, reason FROM message "
                            "WHERE state IN (2, 3, 5) ORDER BY id DESC LIMIT 50");

static const char *const channels[CHANNEL_COUNT] = {"sms", "mail", "push"};
static const char *const topics[TOPIC_COUNT] = {"security", "operations", "service", "news", "offers"};
static const char *const states[] = {"waiting", "sent", "refused", "expired", "delivered", "undelivered"};

struct text message_address_masked(struct arena *arena, struct text address) {
    ptrdiff_t at = text_find(address, '@');
    if (at < 1) return TEXT_NONE;
    size_t first = text_utf8_step(address);
    struct text head = text_slice(address, 0, first == 0 ? 1 : first);
    return text_format(arena, "%.*s…%.*s", TEXT_ARG(head), TEXT_ARG(text_slice(address, (size_t)at, address.size)));
}

static struct text masked(struct arena *arena, int64_t channel, struct text address) {
    if (channel == CHANNEL_SMS) return phone_masked(arena, address);
    return channel == CHANNEL_MAIL ? message_address_masked(arena, address) : TEXT_NONE;
}

static void tell(struct engine *engine, const struct rows *row, struct node *list) {
    struct node *node = doc_add_object(list);
    struct text address = TEXT_NONE;
    int64_t id = row_int(row, 1), channel = row_int(row, 2), topic = row_int(row, 3), state = row_int(row, 4);
    check(channel < CHANNEL_COUNT && topic < TOPIC_COUNT && state <= FATE_UNDELIVERED);
    if (secret_open(engine_keyring(engine), list->arena, "message.address", id, row_text(row, 6), &address))
        doc_text(node, "address", masked(list->arena, channel, address));
    doc_id(node, "id", id);
    doc_id(node, "customer", row_int(row, 0));
    doc_text(node, "channel", text_from(channels[channel]));
    doc_text(node, "topic", text_from(topics[topic]));
    doc_text(node, "state", text_from(states[state]));
    doc_bool(node, "good", state == FATE_SENT || state == FATE_DELIVERED);
    doc_bool(node, "waits", state == FATE_WAITING);
    doc_moment(node, "made", id_moment(id));
    doc_moment(node, "changed", row_int(row, 5));
    doc_text(node, "reason", row_text(row, 7));
}

void message_fates(struct engine *engine, struct tx *tx, int64_t customer, struct node *list) {
    struct rows *rows = customer < 0 ? tx_query(tx, &fates_of_all, NO_VALUES)
                                     : tx_query(tx, &fates_of_one, VALUES(V_INT(customer)));
    while (rows_next(rows)) tell(engine, rows, list);
    rows_end(rows);
}

void message_about(struct engine *engine, struct tx *tx, int64_t customer, int64_t about, struct node *list) {
    struct rows *rows = tx_query(tx, &fates_about, VALUES(V_INT(customer), V_INT(about)));
    while (rows_next(rows)) tell(engine, rows, list);
    rows_end(rows);
}

int64_t message_about_count(struct tx *tx, int64_t customer, moment since) {
    struct rows *rows = tx_query(tx, &count_about, VALUES(V_INT(customer), V_INT(id_from_moment(since))));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

/* The newest of all customers, addresses masked; or of them those that did not get where they should. */
enum flow fates_for_staff(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    bool trouble = field_number(request, "trouble") != 0;
    doc_bool(document, "trouble", trouble);
    struct node *list = doc_array(document, "messages");
    if (!trouble) {
        message_fates(request->engine, tx, -1, list);
        return answer_ok(request, document);
    }
    struct rows *rows = tx_query(tx, &fates_in_trouble, NO_VALUES);
    while (rows_next(rows)) tell(request->engine, rows, list);
    rows_end(rows);
    return answer_ok(request, document);
}
