/* sealed.c: what this folder keeps sealed; see engine/sealed.h. */
#include "till/internal.h"

const struct sealed till_sealed[] = {
    {SEALED_2("till_application", "phone", "till.phone", "shop, number", "it", "id")},
    {SEALED_2("till_application", "answers", "till.answers", "shop, number", "it", "id")},
    {.where = NULL},
};
