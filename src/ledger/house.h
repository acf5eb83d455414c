/* house.h: accounts of our own, which a product's books are made of: each is made when it is first needed, and found by
 * its name ever after; and what the books move, of which nothing is refused: where it is, the command fails. */
#pragma once

#include "ledger/ledger.h"

struct house {
    struct statement *find, *put;
    const char *refused; /* why the command fails */
};
/* table: the product's own, (name TEXT, account BIGINT). */
#define HOUSE(house, product, table)                                                                                   \
    static const struct house house = {                                                                                \
        STATEMENT_OF("SELECT account FROM " table " WHERE name = $1"),                                                 \
        STATEMENT_OF("INSERT INTO " table " (name, account) VALUES ($1, $2)"),                                         \
        product ": a transfer of the books is refused"}

/* In a command made when it is missing; in a snapshot 0 then. */
int64_t house_account(const struct house *house, struct ledger *ledger, struct tx *tx, struct text name, int purpose,
                      int64_t overdraft);
/* In a command; whatever anybody's limits, frozen or not. The id of the transfer; 0: there was nothing to move. */
int64_t house_move(const struct house *house, struct ledger *ledger, struct tx *tx, const struct transfer *transfer);
/* 0: there is none such. */
int64_t house_balance(struct ledger *ledger, struct tx *tx, int64_t account);
