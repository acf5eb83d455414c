/* feed.c: what is said inside the cabinet alone: news, personal offers, sales of partners (MS-4). An item is a
 * customer's own row, written by whichever feature has something for him; its words are sealed at rest. */
#include "messaging/internal.h"

#include "base/check.h"
#include "base/json.h"

STATEMENT(item_add, "INSERT INTO feed_item (customer, id, kind, content, until) VALUES ($1, $2, $3, $4, $5)");
STATEMENT(item_list, "SELECT id, kind, content, until, state FROM feed_item "
                     "WHERE customer = $1 AND until > $2 AND state < 2 ORDER BY id DESC LIMIT 50");
STATEMENT(item_archived, "SELECT id, kind, content, until, state FROM feed_item "
                         "WHERE customer = $1 AND until > $2 AND state = 2 ORDER BY id DESC LIMIT 50");
STATEMENT(item_one, "SELECT id, kind, content, until, state FROM feed_item WHERE customer = $1 AND id = $2");
STATEMENT(item_state, "UPDATE feed_item SET state = $3 WHERE customer = $1 AND id = $2");
STATEMENT(items_read, "UPDATE feed_item SET state = 1 WHERE customer = $1 AND state = 0");
STATEMENT(unread, "SELECT COUNT(*) FROM feed_item WHERE customer = $1 AND state = 0 AND until > $2");
STATEMENT(item_sweep, "DELETE FROM feed_item WHERE (customer, id) IN "
                      "(SELECT customer, id FROM feed_item WHERE until < $1 ORDER BY until LIMIT 200)");

enum item_state { ITEM_UNREAD, ITEM_READ, ITEM_ARCHIVED };

/* ---- how much is unread, for the menu ---- */

struct changed {
    struct unread_memo *memo;
    int64_t customer;
};

static void forget(void *data) {
    const struct changed *changed = data;
    unread_memo_forget(changed->memo, changed->customer);
}

static void forget_after(struct engine *engine, struct tx *tx, int64_t customer) {
    struct changed *changed = arena_new_of(tx_arena(tx), struct changed);
    *changed = (struct changed){messaging_of(engine)->unread, customer};
    engine_after(engine, tx, forget, changed);
}

int64_t feed_count(struct engine *engine, int64_t customer) {
    return unread_memo_find(messaging_of(engine)->unread, customer, world_now(engine_world(engine)));
}

void feed_learn(struct engine *engine, struct tx *tx, int64_t customer) {
    struct unread_memo *memo = messaging_of(engine)->unread;
    moment now = world_now(engine_world(engine));
    if (unread_memo_find(memo, customer, now) >= 0) return;
    uint32_t begun = unread_memo_begin(memo, customer);
    int64_t count = feed_unread(tx, customer);
    if (!tx_failed(tx)) unread_memo_keep(memo, customer, now, count, begun);
}

/* ---- items ---- */

int64_t feed_add(struct engine *engine, struct tx *tx, const struct feed_item *item) {
    struct world *world = engine_world(engine);
    int64_t id = world_id(world);
    struct node *content = doc_new(tx_arena(tx));
    check(item->kind <= FEED_SALE);
    doc_text(content, "title", item->title);
    doc_text(content, "text", item->text);
    doc_text(content, "link", item->link);
    struct buffer json = buffer_new(tx_arena(tx), 512);
    doc_write_json(content, &json);
    struct text sealed =
        secret_seal(engine_keyring(engine), world, tx_arena(tx), "feed.content", id, buffer_text(&json));
    moment until = item->until != 0 ? item->until : world_now(world) + 90 * DAY;
    tx_run(tx, &item_add,
           VALUES(V_INT(item->customer), V_INT(id), V_INT(item->kind), V_BYTES(sealed.data, sealed.size),
                  V_INT(until)));
    forget_after(engine, tx, item->customer);
    return id;
}

int64_t feed_unread(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &unread, VALUES(V_INT(customer), V_INT(world_now(tx_world(tx)))));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

static void tell(struct request *request, const struct rows *row, struct node *list) {
    static const char *const kinds[] = {"news", "offer", "sale"};
    static const char *const icons[] = {"bell", "gift", "tag"};
    struct text content;
    int64_t id = row_int(row, 0), kind = row_int(row, 1);
    check(kind >= 0 && kind <= FEED_SALE);
    if (!secret_open(engine_keyring(request->engine), request->arena, "feed.content", id, row_text(row, 2), &content))
        return;
    const struct json_t *object = json_read(request->arena, content);
    struct node *node = doc_add_object(list);
    doc_id(node, "id", id);
    doc_text(node, "kind", text_from(kinds[kind]));
    doc_text(node, "icon", text_from(icons[kind]));
    doc_text(node, "title", payload_text(object, "title"));
    doc_text(node, "text", payload_text(object, "text"));
    doc_text(node, "link", payload_text(object, "link"));
    doc_moment(node, "at", id_moment(id));
    doc_bool(node, "unread", row_int(row, 4) == ITEM_UNREAD);
}

enum flow feed_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    int64_t customer = request->caller.customer;
    bool archived = field_number(request, "archived") != 0;
    doc_int(document, "unread", feed_unread(tx, customer));
    doc_bool(document, "archived", archived);
    bool agreed = message_agreed(request->engine, tx, customer, TOPIC_NEWS) ||
                  message_agreed(request->engine, tx, customer, TOPIC_OFFERS);
    doc_bool(document, "agreed", agreed);
    struct node *list = doc_array(document, "items");
    struct rows *rows = tx_query(tx, archived ? &item_archived : &item_list,
                                 VALUES(V_INT(customer), V_INT(world_now(request->world))));
    while (rows_next(rows)) tell(request, rows, list);
    rows_end(rows);
    return answer_ok(request, document);
}

enum flow feed_read(struct request *request, struct tx *tx) {
    tx_run(tx, &items_read, VALUES(V_INT(request->caller.customer)));
    forget_after(request->engine, tx, request->caller.customer);
    struct node *document = doc_new(request->arena);
    doc_int(document, "unread", 0);
    return answer_done(request, document, TEXT("/feed"));
}

static enum flow set_state(struct request *request, struct tx *tx, enum item_state state, bool follow) {
    int64_t id = 0, customer = request->caller.customer;
    struct text content = TEXT_NONE, link = TEXT_NONE;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    struct rows *rows = tx_query(tx, &item_one, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows) && secret_open(engine_keyring(request->engine), request->arena, "feed.content", id,
                                                row_text(rows, 2), &content);
    rows_end(rows);
    if (!found) return answer_missing(request);
    tx_run(tx, &item_state, VALUES(V_INT(customer), V_INT(id), V_INT(state)));
    forget_after(request->engine, tx, customer);
    if (follow) link = payload_text(json_read(request->arena, content), "link");
    bool ours = link.size > 0 && link.data[0] == '/' && !text_starts(link, "//");
    return answer_done(request, doc_new(request->arena), ours ? link : TEXT("/feed"));
}

enum flow feed_read_one(struct request *request, struct tx *tx) {
    return set_state(request, tx, ITEM_READ, true);
}

enum flow feed_archive(struct request *request, struct tx *tx) {
    return set_state(request, tx, ITEM_ARCHIVED, false);
}

enum flow feed_restore(struct request *request, struct tx *tx) {
    return set_state(request, tx, ITEM_READ, false);
}

bool feed_forget(struct engine *engine, struct tx *tx) {
    return tx_run(tx, &item_sweep, VALUES(V_INT(world_now(engine_world(engine))))) == 200;
}
