/* pages.h: the handlers of operations, for feature.c. */
#pragma once

#include "operations/operations.h"

/* ---- pages.c, receipt.c, export.c ---- */

stage_function events_stream, operations_list_read, operation_read, receipt_read, receipt_work, export_read;

/* The filter of a request's query; its texts live in the request's arena. */
struct operation_filter filter_of(const struct request *request);

/* A PDF of one page. Slow: only on the worker pool. */
struct receipt_line {
    struct text label, value;
};
struct receipt {
    struct text title, sum, company, footer;
    const struct receipt_line *lines;
    size_t line_count;
};
bool receipt_draw(struct arena *arena, const struct receipt *receipt, struct text *pdf);
