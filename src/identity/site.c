/* site.c: where customers reach us: for links and for the last line of an SMS with a code. */
#include "identity/common.h"

/* On a developer's machine, where nothing is configured, where this request reached us. */
struct text site_url(const struct request *request) {
    const char *configured = engine_config(request->engine)->public_url;
    if (*configured) return text_from(configured);
    return text_format(request->arena, "http%s://%.*s", request->secure ? "s" : "", TEXT_ARG(request->host));
}

struct text site_host(const struct request *request) {
    struct text rest = TEXT_NONE, port;
    text_split(site_url(request), '/', &rest); /* https: */
    text_split(rest, '/', &rest);              /* the empty part between the slashes */
    struct text host = text_split(rest, '/', &rest);
    return host.size > 0 && host.data[0] == '[' ? host : text_split(host, ':', &port);
}
