/* mokka_read.h: what a shop's program asks for, read from its JSON. */
#pragma once

#include "products/instalments/checkout.h"

/* Texts lie in the arena. */
struct mokka_wish {
    struct text number;
    int64_t sum, prepaid, months; /* sum: as said, with what was prepaid; months 0: any */
    moment valid_till;            /* 0: not said */
    struct checkout_wish wish;
};

/* What a request must hold; the document differs by method. */
enum mokka_part {
    MOKKA_PART_NESTED = 1, /* order_id and sums lie in current_order */
    MOKKA_PART_NUMBER = 2,
    MOKKA_PART_AMOUNT = 4,
    MOKKA_PART_URLS = 8,
    MOKKA_PART_CART = 16,
};

struct json_t;
/* A mokka_code: the first that is wrong, in the order of the document's codes. */
int mokka_read(struct engine *engine, struct arena *arena, const struct json_t *body, unsigned parts,
               struct mokka_wish *wish);
/* {"client": {"mobile_phone"}} */
int mokka_read_client(struct arena *arena, const struct json_t *body, struct text *phone);
