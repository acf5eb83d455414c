/* webauthn_fuzz.c: what a browser gives as a passkey's attestation, assertion or client data. Whatever the walk takes
 * is within its input, and what is read of it too. */
#include "base/check.h"
#include "factors/cbor_walk.h"
#include "factors/passkey.h"

static struct arena *arena;

static void run(void *data) {
    static const struct relying_party party = {"localhost", {"http://localhost", 16}};
    struct text given = *(const struct text *)data, challenge, item;
    struct passkey passkey = {.algorithm = -7, .public_key = text_slice(given, 0, 64)};
    int64_t counter;
    check(cbor_item(given) <= given.size);
    if (cbor_member(given, "authData", &item)) check(item.size > 0 && item.size < given.size);
    (void)client_data_read(arena, given, "webauthn.get", party.origin, &challenge);
    check(!assertion_right(&passkey, &party, given, given, given, &counter));
    if (!attestation_read(arena, given, &party, &passkey)) return;
    check(passkey.credential.size > 0 && passkey.credential.size < given.size && passkey.public_key.size > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (arena == NULL) arena = arena_new(1 << 22);
    struct text input = {(const char *)data, size};
    arena_guard(arena, run, &input);
    arena_clear(arena);
    return 0;
}
