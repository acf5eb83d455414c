/* export.h: operations as files: what walks them (export.c) and the formats that write them. A format writes pieces of
 * some hundred operations into a buffer and keeps nothing but what struct export has, so that a file of a million takes
 * the memory of one piece. */
#pragma once

#include "operations/listing.h"

struct export;
struct sheet_state; /* export_pdf.c's */

/* What a format is given: one piece's arena and buffer. */
struct export_piece {
    struct export *export;
    struct tx *tx;
    struct arena *arena;
    struct buffer *out;
};

struct export_format {
    const char *name, *content_type, *extension;
    bool by_account; /* a statement for each account, one after another; else all in one list */
    bool labels;     /* its rows tell categories and tags, too */
    void (*prepare)(struct export *export); /* in the request's stage: what lives as long as it does; NULL: nothing */
    void (*begin)(struct export_piece *piece);
    void (*open)(struct export_piece *piece, const struct account *account); /* by_account */
    void (*row)(struct export_piece *piece, const struct listed *listed, const struct node *operation);
    void (*close)(struct export_piece *piece, const struct account *account); /* by_account */
    void (*end)(struct export_piece *piece);
};

extern const struct export_format export_csv, export_ofx, export_camt053, export_1c, export_pdf;

struct export {
    const struct export_format *format;
    struct engine *engine;
    struct arena *arena; /* the request's */
    struct locale locale;
    struct operation_filter filter; /* until is always set: what comes meanwhile is not in the file */
    int64_t customer;
    struct text holder; /* how others see him: name or masked number */
    int64_t accounts[OPERATION_ACCOUNTS];
    size_t account_count, account; /* the one that is being written, by_account */
    bool begun, opened, ended;
    bool failed;  /* … before its end: what was written is not whole */
    int64_t rows; /* written by now */
    int64_t before;
    struct sheet_state *sheet;
};

/* Of a customer's operations, until now where the filter says nothing or later. In the arena, in which it is made. */
struct export *export_of(struct engine *engine, struct tx *tx, struct arena *arena, const struct locale *locale,
                         int64_t customer, const struct export_format *format, const struct operation_filter *filter);
/* All of it at once, for what is not large; false: it is not whole. Any thread with a reader of its own. */
bool export_whole(struct export *export, struct buffer *out);
/* How many operations it would have, counted to a little above `most`; -1: the database does not answer. */
int64_t export_count(struct export *export, int64_t most);

/* ---- for formats ---- */

struct text export_text(const struct node *operation, const char *name); /* TEXT_NONE unless it is a text */
struct text export_say(struct export_piece *piece, string_id id);
/* When the account's first second was, or the filter's begin where that is later: what the statement covers. */
moment export_from(const struct export *export, const struct account *account);
/* Balances when it begins and ends. */
int64_t export_balance(struct export_piece *piece, const struct account *account, moment at);
/* In XML: <name>text</name> with at most `most` code points, escaped, without control characters; nothing for "". */
void export_element(struct buffer *out, const char *name, struct text text, size_t most);
/* At most so many code points of a valid text. */
struct text export_cut(struct text text, size_t most);
