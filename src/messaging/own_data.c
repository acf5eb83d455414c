/* own_data.c: what messaging keeps of a customer: told to him, and destroyed. */
#include "messaging/internal.h"

#include "base/json.h"

STATEMENT(messages, "SELECT id, channel, topic, state, changed, address, reason FROM message "
                    "WHERE customer = $1 AND id < $2 ORDER BY id DESC LIMIT 200");
STATEMENT(choices, "SELECT topic, channel, wanted FROM message_choice WHERE customer = $1");
STATEMENT(items, "SELECT id, content FROM feed_item WHERE customer = $1 ORDER BY id DESC LIMIT 500");

static const char *const channels[CHANNEL_COUNT] = {"sms", "mail", "push"};
static const char *const topics[TOPIC_COUNT] = {"security", "operations", "service", "news", "offers"};

static const char *name_of(const char *const *names, int64_t count, int64_t number) {
    return number >= 0 && number < count ? names[number] : "other";
}

static void tell_choices(struct own_data *piece) {
    struct rows *rows = tx_query(piece->tx, &choices, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("choice"));
        doc_text(node, "topic", text_from(name_of(topics, TOPIC_COUNT, row_int(rows, 0))));
        doc_text(node, "channel", text_from(name_of(channels, CHANNEL_COUNT, row_int(rows, 1))));
        doc_bool(node, "wanted", row_int(rows, 2) != 0);
    }
}

static void tell_feed(struct own_data *piece) {
    struct arena *arena = piece->list->arena;
    struct rows *rows = tx_query(piece->tx, &items, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        int64_t id = row_int(rows, 0);
        struct text content;
        if (!secret_open(engine_keyring(piece->engine), arena, "feed.content", id, row_text(rows, 1), &content))
            continue;
        const struct json_t *object = json_read(arena, content);
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("feed"));
        doc_text(node, "title", payload_text(object, "title"));
        doc_text(node, "text", payload_text(object, "text"));
        doc_moment(node, "at", id_moment(id));
    }
}

/* after: the oldest message told. Their words are not kept. */
bool messaging_own_data(struct own_data *piece) {
    struct arena *arena = piece->list->arena;
    if (piece->after == 0) {
        tell_choices(piece);
        tell_feed(piece);
        piece->after = INT64_MAX;
    }
    size_t count = 0;
    struct rows *rows = tx_query(piece->tx, &messages, VALUES(V_INT(piece->customer), V_INT(piece->after)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(piece->list);
        struct text address = TEXT_NONE;
        piece->after = row_int(rows, 0);
        secret_open(engine_keyring(piece->engine), arena, "message.address", piece->after, row_text(rows, 5), &address);
        doc_text(node, "kind", TEXT("message"));
        doc_text(node, "channel", text_from(name_of(channels, CHANNEL_COUNT, row_int(rows, 1))));
        doc_text(node, "topic", text_from(name_of(topics, TOPIC_COUNT, row_int(rows, 2))));
        doc_text(node, "address", address);
        doc_moment(node, "at", id_moment(piece->after));
        count++;
    }
    return count == 200;
}

STATEMENT(erase_message, "DELETE FROM message WHERE customer = $1 AND id IN "
                         "(SELECT id FROM message WHERE customer = $1 ORDER BY id LIMIT 200)");
STATEMENT(erase_choice, "DELETE FROM message_choice WHERE customer = $1");
STATEMENT(erase_owner, "DELETE FROM mail_owner WHERE customer = $1");
STATEMENT(erase_address, "DELETE FROM mail_address WHERE customer = $1");
STATEMENT(erase_code, "DELETE FROM mail_code WHERE customer = $1");
STATEMENT(erase_item, "DELETE FROM feed_item WHERE customer = $1 AND id IN "
                      "(SELECT id FROM feed_item WHERE customer = $1 ORDER BY id LIMIT 200)");

const struct erase messaging_erases[] = {
    {"message", &erase_message},      {"message_choice", &erase_choice}, {"mail_owner", &erase_owner},
    {"mail_address", &erase_address}, {"mail_code", &erase_code},        {"feed_item", &erase_item},
    {.what = NULL},
};
