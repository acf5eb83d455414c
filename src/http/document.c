/* document.c: building a document's tree and looking into it. Writing it as JSON is in document_json.c. */
#include "http/document.h"

#include "base/check.h"

#include <string.h>

static struct node *node_new(struct arena *arena, enum node_kind kind) {
    struct node *node = arena_new_of(arena, struct node);
    node->kind = kind;
    node->arena = arena;
    return node;
}

static void append(struct node *parent, struct node *child) {
    if (parent->last == NULL) parent->first = child;
    else parent->last->next = child;
    parent->last = child;
    parent->count++;
}

/* An object remembers the first letters of its members' names as bits of its number: most names that are looked for and
 * are not there, and nearly all that are set, so need no walk along its members. */
static int64_t letter(const char *name) {
    return (int64_t)(UINT64_C(1) << ((unsigned char)name[0] % 63));
}

static struct node *set(struct node *object, const char *name, enum node_kind kind) {
    check(object != NULL && object->kind == NODE_OBJECT);
    check(doc_get(object, name) == NULL);
    struct node *node = node_new(object->arena, kind);
    node->name = name;
    object->number |= letter(name);
    append(object, node);
    return node;
}

struct node *doc_new(struct arena *arena) {
    return node_new(arena, NODE_OBJECT);
}

static void put_text(struct node *node, struct text text) {
    if (text.data == NULL) node->kind = NODE_NULL;
    else node->text = text_copy(node->arena, text);
}

void doc_text(struct node *object, const char *name, struct text text) {
    put_text(set(object, name, NODE_TEXT), text);
}

void doc_int(struct node *object, const char *name, int64_t number) {
    set(object, name, NODE_INT)->number = number;
}

void doc_bool(struct node *object, const char *name, bool truth) {
    set(object, name, NODE_BOOL)->number = truth;
}

void doc_money(struct node *object, const char *name, struct money money) {
    struct node *node = set(object, name, NODE_MONEY);
    node->number = money.minor;
    node->currency = money.currency;
}

void doc_moment(struct node *object, const char *name, moment at) {
    set(object, name, NODE_MOMENT)->number = at;
}

void doc_date(struct node *object, const char *name, struct date date) {
    set(object, name, NODE_DATE)->number = date_to_days(date);
}

void doc_id(struct node *object, const char *name, int64_t id) {
    set(object, name, NODE_ID)->number = id;
}

void doc_null(struct node *object, const char *name) {
    set(object, name, NODE_NULL);
}

struct node *doc_object(struct node *object, const char *name) {
    return set(object, name, NODE_OBJECT);
}

struct node *doc_array(struct node *object, const char *name) {
    return set(object, name, NODE_ARRAY);
}

struct node *doc_add_object(struct node *array) {
    check(array != NULL && array->kind == NODE_ARRAY);
    struct node *node = node_new(array->arena, NODE_OBJECT);
    append(array, node);
    return node;
}

void doc_add_text(struct node *array, struct text text) {
    check(array != NULL && array->kind == NODE_ARRAY);
    struct node *node = node_new(array->arena, NODE_TEXT);
    put_text(node, text);
    append(array, node);
}

const struct node *doc_get(const struct node *object, const char *name) {
    if (object == NULL || object->kind != NODE_OBJECT || (object->number & letter(name)) == 0) return NULL;
    for (const struct node *node = object->first; node != NULL; node = node->next) {
        if (node->name == name || (node->name[0] == name[0] && strcmp(node->name, name) == 0)) return node;
    }
    return NULL;
}

bool doc_truth(const struct node *node) {
    if (node == NULL) return false;
    switch (node->kind) {
    case NODE_NULL: return false;
    case NODE_BOOL:
    case NODE_INT:
    case NODE_MONEY:
    case NODE_ID: return node->number != 0;
    case NODE_TEXT: return node->text.size > 0;
    case NODE_OBJECT:
    case NODE_ARRAY: return node->first != NULL;
    case NODE_MOMENT:
    case NODE_DATE: return true;
    }
    return false;
}
