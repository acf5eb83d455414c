/* refusals.h: what the server itself refuses, by status. */
#pragma once

#include "http/request.h"

const struct refusal *refusal_of_status(int status); /* 400 for a status that is not in the table */
const char *status_title(int status);                /* "Not Found": the reason phrase of RFC 9110 */
