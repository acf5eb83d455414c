/* sealed.c: what this folder keeps sealed; see engine/sealed.h. */
#include "backoffice/internal.h"

const struct sealed backoffice_sealed[] = {
    {SEALED("staff", "secret", "staff.totp", "id", "i", "id")},
    {SEALED("queue_task", "summary", "task.summary", "id", "i", "id")},
    {SEALED("queue_task", "note", "task.note", "id", "i", "id")},
    {SEALED("approval", "data", "approval.data", "id", "i", "id")},
    {SEALED("approval", "summary", "approval.summary", "id", "i", "id")},
    {SEALED("approval", "reason", "approval.reason", "id", "i", "id")},
    {.where = NULL},
};
