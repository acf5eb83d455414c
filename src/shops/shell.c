/* shell.c: the shop's cabinet: its frame, its menu of what the enabled features have there, and its first page. */
#include "shops/internal.h"

#include <stdlib.h>

#define ENTRIES_MOST 32
#define FITS 5 /* on a phone, side by side; of more, the fifth place opens the rest */

/* ---- the menu ---- */

static int by_order(const void *left, const void *right) {
    return (*(const struct shop_entry *const *)left)->order - (*(const struct shop_entry *const *)right)->order;
}

/* Those that these roles open, in their order; how many. */
static size_t entries_of(const struct engine *engine, unsigned roles, const struct shop_entry *entries[ENTRIES_MOST]) {
    size_t features = 0, count = 0;
    const struct feature *const *feature = engine_features(engine, &features);
    for (size_t i = 0; i < features; i++)
        for (const struct shop_entry *entry = feature[i]->shop_menu; entry != NULL && entry->path != NULL; entry++)
            if ((entry->roles & roles) != 0 && count < ENTRIES_MOST) entries[count++] = entry;
    qsort(entries, count, sizeof *entries, by_order);
    return count;
}

struct text shop_home(struct request *request, unsigned roles) {
    const struct shop_entry *entries[ENTRIES_MOST];
    size_t count = roles == SHOP_CASHIER ? entries_of(request->engine, roles, entries) : 0;
    return count > 0 ? text_from(entries[0]->path) : TEXT("/shop");
}

static bool current(const struct request *request, struct text path) {
    bool home = text_is(path, "/shop");
    return home ? text_equal(request->path, path) : text_starts(request->path, path.data);
}

static void menu_tell(struct request *request, unsigned roles) {
    const struct shop_entry *entries[ENTRIES_MOST];
    if (request->page == NULL) request->page = doc_new(request->arena);
    if (doc_get(request->page, "shop_menu") != NULL) return; /* the form's page, drawn once more */
    struct node *menu = doc_array(request->page, "shop_menu");
    size_t count = entries_of(request->engine, roles, entries);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(menu);
        struct text path = text_from(entries[i]->path);
        doc_text(node, "title", string_get(request->arena, &request->locale, entries[i]->title, NULL, 0));
        doc_text(node, "path", path);
        doc_text(node, "icon", text_from(entries[i]->icon));
        doc_bool(node, "current", current(request, path));
        doc_int(node, "count", 0);
    }
    doc_bool(request->page, "shop_menu_folds", count > FITS);
}

void shop_shell(struct request *request, const struct shop_person *person, struct node *document) {
    struct node *shop = doc_object(document, "shop"), *who = doc_object(document, "person");
    doc_id(shop, "id", person->shop.id);
    doc_text(shop, "title", person->shop.title);
    doc_bool(shop, "test", person->shop.test);
    doc_text(who, "login", person->login);
    doc_text(who, "name", person->name);
    menu_tell(request, person->roles);
}

/* ---- the first page ---- */

/* GET /shop */
enum flow shop_page(struct request *request, struct tx *tx) {
    struct shop_person person;
    if (shop_enter(request, tx, SHOP_ANY, &person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct text home = shop_home(request, person.roles);
    if (request->wants_html && !text_is(home, "/shop")) return answer_see(request, home);
    struct node *document = doc_new(request->arena);
    shop_shell(request, &person, document);
    shop_facts_tell(&person.shop, doc_object(document, "facts"));
    roles_tell(request, person.roles, doc_array(document, "roles"));
    bool owner = (person.roles & SHOP_OWNER) != 0;
    doc_bool(document, "owner", owner);
    if (owner) shop_keys_tell(request, tx, person.shop.id, doc_array(document, "keys"));
    return answer_ok(request, document);
}
