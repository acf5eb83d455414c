/* own_data.c: what staff wrote of a customer, blanked; that they worked for him stays. */
#include "backoffice/internal.h"

STATEMENT(erase_sight, "DELETE FROM staff_sight WHERE customer = $1");
STATEMENT(erase_check, "DELETE FROM staff_check WHERE customer = $1");
STATEMENT(blank_task, "UPDATE queue_task SET summary = '', note = NULL, "
                      "done = CASE done WHEN 0 THEN due ELSE done END, outcome = "
                      "CASE done WHEN 0 THEN 'erased' ELSE outcome END "
                      "WHERE customer = $1 AND (done = 0 OR summary <> '' OR note IS NOT NULL)");
STATEMENT(blank_approval, "UPDATE approval SET data = '', summary = '' "
                          "WHERE customer = $1 AND (data <> '' OR summary <> '')");

const struct erase backoffice_erases[] = {
    {"staff_sight", &erase_sight}, {"staff_check", &erase_check}, {"queue_task", &blank_task},
    {"approval", &blank_approval}, {.what = NULL}};
