/* loan.c: under ASan each text that row_text lends is a copy of its own, freed with its row: whoever keeps one longer
 * is told at once and by name. Other builds lend the database's own memory. */
#include "store/driver.h"

#ifdef ARENA_POISONED

#include <stdlib.h>
#include <string.h>

struct loan {
    struct loan *older;
    const struct rows *rows;
    char data[];
};

struct text loan_of(const struct rows *rows, struct text text) {
    if (text.data == NULL) return text;
    struct loan *loan = malloc(sizeof *loan + text.size);
    if (loan == NULL) return text;
    loan->older = rows->tx->loans;
    loan->rows = rows;
    memcpy(loan->data, text.data, text.size);
    rows->tx->loans = loan;
    return (struct text){loan->data, text.size};
}

void loans_end(const struct rows *rows) {
    for (struct loan **at = &rows->tx->loans; *at != NULL;) {
        struct loan *loan = *at;
        if (loan->rows != rows) {
            at = &loan->older;
            continue;
        }
        *at = loan->older;
        free(loan);
    }
}

#endif
