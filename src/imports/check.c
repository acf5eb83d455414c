/* check.c: whether a file's rows fit together and into what is there, before anything is written: each number has one
 * customer row, nobody's own cabinet is touched, no balance ever goes below nothing, the balance told is the one that
 * comes out, and no operation is older than one that stands already. */
#include "imports/internal.h"

#include "identity/identity.h"
#include "ledger/ledger.h"
#include "operations/operations.h"

#include <stdlib.h>
#include <string.h>

#define SLACK MINUTE /* equal dates share a millisecond with at most 8 192 others */

/* ---- keys ---- */

/* Equal rows of a file are told apart by how many came before. */
static void make_key(struct import *import, size_t at, size_t equal_before) {
    const struct import_row *row = &import->rows[at];
    struct arena *arena = import->arena;
    struct text what = row->kind == IMPORT_CUSTOMER
        ? text_format(arena, "customer|%.*s", TEXT_ARG(row->phone))
                           : text_format(arena, "%d|%.*s|%lld|%lld|%.*s|%.*s|%zu", (int)row->kind, TEXT_ARG(row->phone),
                      (long long)row->at, (long long)row->sum, TEXT_ARG(row->reference), TEXT_ARG(row->note),
                      equal_before);
    secret_hash(engine_keyring(import->engine), "import.row", what, import->keys[at]);
}

static int compare_text(struct text left, struct text right) {
    size_t size = left.size < right.size ? left.size : right.size;
    int order = size > 0 ? memcmp(left.data, right.data, size) : 0;
    return order != 0 ? order : (left.size > right.size) - (left.size < right.size);
}

static int compare_moment(moment left, moment right) {
    return (left > right) - (left < right);
}

/* By number, then customer rows first, then by time, then as in the file. */
static int by_number(const void *left, const void *right, void *data) {
    const struct import_row *rows = data;
    const struct import_row *one = &rows[*(const size_t *)left], *other = &rows[*(const size_t *)right];
    int order = compare_text(one->phone, other->phone);
    if (order == 0) order = (one->kind != IMPORT_CUSTOMER) - (other->kind != IMPORT_CUSTOMER);
    if (order == 0) order = compare_moment(one->at, other->at);
    return order != 0 ? order : (one->line > other->line) - (one->line < other->line);
}

static bool equal_rows(const struct import_row *one, const struct import_row *other) {
    return one->kind == other->kind && one->at == other->at && one->sum == other->sum &&
           text_equal(one->note, other->note) && text_equal(one->reference, other->reference);
}

/* ---- one number ---- */

struct person {
    struct import *import;
    struct tx *tx;
    const size_t *rows; /* of his, in order */
    size_t count;
    int64_t customer;   /* that an earlier run opened; 0 */
};

static const struct import_row *row_of(const struct person *person, size_t i) {
    return &person->import->rows[person->rows[i]];
}

static void keys_of(const struct person *person) {
    for (size_t i = 0; i < person->count; i++) {
        size_t before = 0;
        for (size_t j = i; j-- > 0 && row_of(person, j)->at == row_of(person, i)->at;)
            before += equal_rows(row_of(person, j), row_of(person, i));
        size_t at = person->rows[i];
        make_key(person->import, at, before);
        person->import->done[at] = import_row_done(person->tx, person->import->keys[at]);
        person->import->report->done_before += person->import->done[at];
    }
}

/* His balance and newest entry as they are: both 0 when he is not there yet. */
static int64_t present_balance(const struct person *person, moment *newest) {
    int64_t accounts[OPERATION_ACCOUNTS];
    struct account account;
    *newest = 0;
    if (person->customer == 0 ||
        operations_accounts(person->import->engine, person->tx, person->customer, accounts) == 0 ||
        !ledger_account(engine_ledger(person->import->engine), person->tx, accounts[0], &account))
        return 0;
    if (account.last_entry != 0) *newest = id_moment(account.last_entry);
    return account.balance;
}

static void check_money(const struct person *person) {
    struct import *import = person->import;
    moment newest;
    int64_t balance = present_balance(person, &newest), told = -1;
    for (size_t i = 0; i < person->count; i++) {
        const struct import_row *row = row_of(person, i);
        if (row->kind == IMPORT_CUSTOMER) {
            told = row->balance;
            continue;
        }
        if (import->done[person->rows[i]]) continue;
        if (row->at + SLACK < newest) {
            import_wrong(import, row->line, "date: older than an operation that is there already");
            return;
        }
        balance += row->kind == IMPORT_OUT ? -row->sum : row->sum;
        if (balance < 0 || balance > MONEY_MAX) {
            import_wrong(import, row->line, "sum: the balance would be below nothing after this");
            return;
        }
    }
    if (told >= 0 && told != balance)
        import_wrong(import, row_of(person, 0)->line, "balance: opening and operations come to another");
}

static void check_person(struct person *person) {
    struct import *import = person->import;
    const struct import_row *first = row_of(person, 0);
    bool ours = false;
    int64_t owner = import_customer_of(import->engine, person->tx, first->phone, &ours);
    if (owner != 0 && !ours) {
        import_wrong(import, first->line, "phone: has a cabinet already, which no import opened");
        return;
    }
    person->customer = owner;
    if (first->kind != IMPORT_CUSTOMER && owner == 0) {
        import_wrong(import, first->line, "phone: has no row of the kind customer");
        return;
    }
    if (person->count > 1 && row_of(person, 1)->kind == IMPORT_CUSTOMER) {
        import_wrong(import, row_of(person, 1)->line, "phone: has more than one row of the kind customer");
        return;
    }
    for (size_t i = 1; i < person->count && first->kind == IMPORT_CUSTOMER; i++) {
        if (row_of(person, i)->at >= first->at) continue;
        import_wrong(import, row_of(person, i)->line, "date: before he was a customer");
        return;
    }
    keys_of(person);
    check_money(person);
}

#define PEOPLE_A_SNAPSHOT 500

/* A run of numbers on one snapshot; where it stopped. */
static size_t check_some(struct import *import, struct tx *tx, size_t from) {
    for (size_t people = 0; from < import->count && people < PEOPLE_A_SNAPSHOT; people++) {
        size_t to = from + 1;
        while (to < import->count &&
               text_equal(import->rows[import->order[to]].phone, import->rows[import->order[from]].phone))
            to++;
        struct person person = {import, tx, import->order + from, to - from, 0};
        check_person(&person);
        from = to;
    }
    return from;
}

bool import_check(struct import *import) {
    struct reader *reader = engine_reader(import->engine);
    if (reader == NULL) return false;
    import->keys = arena_alloc(import->arena, import->count * sizeof *import->keys + 1);
    import->done = arena_array(import->arena, bool, import->count + 1);
    import->order = arena_array(import->arena, size_t, import->count + 1);
    for (size_t i = 0; i < import->count; i++) import->order[i] = i;
    qsort_r(import->order, import->count, sizeof *import->order, by_number, import->rows);
    for (size_t from = 0; from < import->count;) {
        struct tx *tx = reader_begin(reader);
        if (tx == NULL) return false;
        from = check_some(import, tx, from);
        if (!reader_end(reader, tx)) return false;
    }
    return true;
}
