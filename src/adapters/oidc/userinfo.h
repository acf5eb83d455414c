/* userinfo.h: providers that sign no token and tell who somebody is when asked with one (OAuth 2.0 alone): Yandex ID
 * and VK ID, each in its dialect. What is told is believed because it comes over TLS from the address we were given. */
#pragma once

#include "adapters/oidc/oidc.h"

/* access_token: what the code was traded for. */
enum oidc_result userinfo_ask(const struct oidc_options *options, struct arena *arena, struct text access_token,
                              struct oidc_person *person, const char **reason);
