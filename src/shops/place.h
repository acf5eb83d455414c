/* place.h: whose page it is. What a shop's people do for their shop under /shop, staff do for it on pages of theirs:
 * the stages are the same, and ask here whose they are. A staff page's first parameter is the shop's id. */
#pragma once

#include "shops/shops.h"

struct place {
    struct shop shop;
    struct shop_person person; /* who acts there; nobody where staff do */
    bool staff;
    size_t rest; /* the first of the address's parameters after the shop's own */
};

/* FLOW_NEXT: who asks may do there what these roles may; staff may all. */
enum flow place_enter(struct request *request, struct tx *tx, unsigned roles, struct place *place);
/* Adds to a page's document whose page it is; its template finds the place's other pages below page.place. */
void place_shell(struct request *request, const struct place *place, struct node *document);
/* It is done: on to a page below the place; "": the place itself. */
enum flow place_done(struct request *request, const struct place *place, struct text page);
/* In the audit trail: what was done at which shop, and by whom of its people. */
void place_record(struct request *request, const struct place *place, const char *what, struct text detail);
