/* rows_rules.h: a CSV file of customers and their past operations, read into rows, with what is wrong in each. No
 * store, no HTTP, no clock.
 *
 * The first line names the columns, in any order: `kind` and `phone` must be there; the rest is as csv_read.h says.
 *
 *     kind        customer | opening | in | out
 *     phone       as people type it
 *     date        2024-03-01, or RFC 3339 with its time: since when he is a customer; when it happened
 *     sum         "1500.00" or "1 500,00": of opening, in and out
 *     note        what the operation says
 *     reference   the old system's number of it: tells equal operations apart
 *     name        of a customer: how others see him, «Анна П.»
 *     level       minimal | simplified | full
 *     language    ru | en
 *     balance     of a customer: what opening and operations must come to
 */
#pragma once

#include "base/calendar.h"
#include "base/csv_read.h"
#include "base/money.h"

enum import_kind { IMPORT_CUSTOMER, IMPORT_OPENING, IMPORT_IN, IMPORT_OUT };

struct import_row {
    size_t line;
    enum import_kind kind;
    struct text phone; /* E.164 */
    moment at;
    int64_t sum, balance; /* minor units; balance −1: not told */
    struct text note, reference, name;
    int level;   /* 1..3 */
    int english; /* the language */
};

/* 2020-01-01: no id, so no operation, can be older. */
#define IMPORT_EPOCH INT64_C(1577836800000000)

struct import_columns; /* what the first line said */

/* NULL with *problem (a sentence) when the first line is not understood. */
struct import_columns *import_columns(struct arena *arena, const struct text *cells, size_t count,
                                      const char **problem);
/* False with *problem. */
bool import_row_read(const struct import_columns *columns, struct arena *arena, const struct zone *zone, moment now,
                     const struct text *cells, size_t count, struct import_row *row, const char **problem);
