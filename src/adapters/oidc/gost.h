/* gost.h: Russian algorithms (GOST R 34.10-2012 with Streebog) by OpenSSL's engine `gost`, Debian's package
 * libengine-gost-openssl. Loaded when the first key of that kind is met, so that whoever has none needs no engine. */
#pragma once

#include <stdbool.h>

struct evp_md_st;

/* Loads the engine for the process, once; false when it is not there. */
bool gost_ready(void);
/* OpenSSL's number for a key's type is a 256-bit GOST R 34.10-2012 one. */
bool gost_type(int type);
/* Streebog of 256 bits; NULL without the engine. */
const struct evp_md_st *gost_digest(void);
