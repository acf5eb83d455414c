/* internal.h: what the files of this folder share. */
#pragma once

#include "imports/imports.h"
#include "imports/rows_rules.h"

#include "generated/strings_imports.h"

enum imports_kind { KIND_IMPORT_OPENING = 190, KIND_IMPORT_IN, KIND_IMPORT_OUT };
#define PURPOSE_IMPORT 19 /* of the account on the other side: the old system */

struct import {
    struct engine *engine;
    struct import_world *world;
    struct arena *arena;
    const struct import_listener *listener;
    struct import_report *report;
    struct import_row *rows; /* in the order of the file */
    size_t count;
    uint8_t (*keys)[SECRET_HASH_SIZE]; /* of each row */
    bool *done;                        /* by an earlier run */
    size_t *order;                     /* in which they are checked, then written */
    int64_t other;                     /* the account of this run's other side */
    int64_t risen_s;                   /* the second that ids have risen above what was there of it; −1: none */
};

void import_wrong(struct import *import, size_t line, const char *problem);
/* Reads the file into rows. */
void import_read(struct import *import, struct text file);
/* On snapshots: keys, what is done, whether each number's rows fit together and into what is there. False when the
 * store failed. */
bool import_check(struct import *import);
/* In commands; false when the store failed. */
bool import_write(struct import *import);

/* Was a row of that key written? */
bool import_row_done(struct tx *tx, const uint8_t key[SECRET_HASH_SIZE]);
/* The customer that an import opened under that number; 0: none. */
int64_t import_customer_of(struct engine *engine, struct tx *tx, struct text phone, bool *ours);
