/* cookie.h: cookies read and written. On a secure connection their names carry __Host-, which binds them to this very
 * host and to TLS (RFC 6265bis); without TLS, on a developer's machine, the plain name. */
#pragma once

#include "http/request.h"

/* Fills request->cookie_* from the Cookie field. A name sent twice counts as not sent: somebody has planted one. */
void cookies_read(struct request *request, struct text field);

/* The value of a Set-Cookie field. */
struct text cookie_write(const struct request *request, const struct cookie *cookie);
