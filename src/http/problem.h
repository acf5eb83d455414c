/* problem.h: a refusal told to machines and people (RFC 9457): type, title, status, detail, instance, errors. */
#pragma once

#include "http/exchange.h"

/* {"type":"/problems/not-found","title":"Not Found","status":404,"detail":…,"instance":"01JD…","errors":[{"field",
 * "fault","text"}]}; detail and errors only where there are any. Drawn by the error page too. */
struct node *problem_document(struct exchange *exchange);

/* A bare page, for a server without templates. */
struct text problem_page(const struct exchange *exchange);
