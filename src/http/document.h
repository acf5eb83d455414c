/* document.h: what a handler answers: a tree of named values in the request's arena, written as JSON or drawn through
 * a template. Values keep their meaning (money, moment, id), so that each representation writes them its own way:
 * money {"amount":"1500.00","currency":"RUB"} / «1 500,00 ₽»; moments RFC 3339 / «вчера, 14:05»; ids as strings. */
#pragma once

#include "base/money.h"
#include "base/calendar.h"

enum node_kind {
    NODE_NULL, NODE_BOOL, NODE_INT, NODE_TEXT, NODE_MONEY, NODE_MOMENT, NODE_DATE, NODE_ID, NODE_OBJECT, NODE_ARRAY
};

struct node {
    enum node_kind kind;
    enum currency currency;    /* NODE_MONEY */
    const char *name;          /* in an object; a literal or in the same arena */
    struct node *next;         /* the next sibling */
    struct node *first, *last; /* children of an object or array, in the order they were set */
    size_t count;              /* children */
    int64_t number;            /* bool, int, minor units, moment, id, days of a date; of an object: see letter() */
    struct text text;          /* NODE_TEXT, in the same arena */
    struct arena *arena;
};

struct node *doc_new(struct arena *arena); /* an empty object */
/* TEXT_NONE gives null. A document is drawn when rows and snapshot are gone: it keeps a copy of each text. */
void doc_text(struct node *object, const char *name, struct text text);
void doc_int(struct node *object, const char *name, int64_t number);
void doc_bool(struct node *object, const char *name, bool truth);
void doc_money(struct node *object, const char *name, struct money money);
void doc_moment(struct node *object, const char *name, moment at);
void doc_date(struct node *object, const char *name, struct date date);
void doc_id(struct node *object, const char *name, int64_t id);
void doc_null(struct node *object, const char *name);
struct node *doc_object(struct node *object, const char *name); /* a new empty object under that name */
struct node *doc_array(struct node *object, const char *name);
struct node *doc_add_object(struct node *array); /* a new empty object at the end */
void doc_add_text(struct node *array, struct text text);

/* Borrowed; NULL when absent. A name set twice is a failed check. */
const struct node *doc_get(const struct node *object, const char *name);
bool doc_truth(const struct node *node); /* NULL, null, false, 0, "", {} without members and [] are false */

void doc_write_json(const struct node *node, struct buffer *out);
