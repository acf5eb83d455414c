/* pages.h: the handlers of operations, for feature.c. */
#pragma once

#include "operations/operations.h"

/* ---- pages.c, receipts.c, export.c ---- */

stage_function events_stream, operations_list_read, operation_read, receipt_read, receipt_work, export_read;

/* One operation, told, in the arena. Another's is as if missing, NULL: only the customer's own accounts are looked
 * in. */
struct node *operation_told(struct engine *engine, struct tx *tx, struct arena *arena, const struct locale *locale,
                            int64_t customer, int64_t id);

/* ---- receipt_mail.c ---- */

stage_function receipt_mail_look, receipt_mail_write, receipt_choice_page, receipt_choice_write;

void receipt_mail_open(struct engine *engine);
extern const struct refusal mail_no_address, mail_too_often;
/* As many letters with receipts and statements as a day may bring. */
bool mail_day_is_full(struct tx *tx, int64_t customer);
/* One about that is still on its way. */
bool mail_on_its_way(struct request *request, struct tx *tx, int64_t about);
/* What the operation's page says of it. */
void receipt_mail_tell(struct request *request, struct tx *tx, int64_t operation, struct node *document);
void receipt_mail_paid(struct engine *engine, struct tx *tx, const struct event *event);

/* ---- statement_mail.c ---- */

stage_function statement_page, statement_prepare, statement_count, statement_write;

void statement_mail_open(struct engine *engine);

/* ---- receipts.c, receipt.c ---- */

/* The filter of a request's query; its texts live in the request's arena. */
struct operation_filter filter_of(const struct request *request);

struct receipt_line {
    struct text label, value;
};
struct receipt {
    struct text title, sum, company, footer;
    const struct receipt_line *lines;
    size_t line_count;
};
/* What it says of one of his operations; NULL: there is none such. */
struct receipt *receipt_of(struct engine *engine, struct tx *tx, struct arena *arena, const struct locale *locale,
                           int64_t customer, int64_t id);
/* A PDF of one page. Slow: only on the worker pool or the outbox's threads. */
bool receipt_draw(struct arena *arena, const struct receipt *receipt, struct text *pdf);
