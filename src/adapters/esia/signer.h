/* signer.h: the signature that the state portal takes for our secret: detached CMS (RFC 5652), DER, base64url. With RSA
 * and SHA-256, or GOST R 34.10-2012 and Streebog, as our key is. */
#pragma once

#include "base/text.h"

struct signer; /* any thread */

/* Both files in PEM, belonging together. NULL with *problem. */
struct signer *signer_open(struct arena *arena, const char *certificate_file, const char *key_file,
                           struct text *problem);
void signer_close(struct signer *signer);
/* TEXT_NONE when OpenSSL failed. */
struct text signer_sign(struct arena *arena, const struct signer *signer, struct text message);
