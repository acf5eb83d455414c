/* outside.c: what authenticator apps and the state portal expect. */
#include "adapters/esia/esia_rules.h"
#include "golden.h"
#include "identity/totp.h"

/* "key ascii 12345678901234567890; T=59, 8 digits": the app shows six of them, the last. */
static struct verdict run_totp_sha1(struct arena *arena, struct row row) {
    struct text rest = row.input, key = next_part(&rest), time = text_trim(text_split(rest, ',', &rest));
    int64_t seconds;
    (void)arena;
    if (!take(&key, "key ascii ") || !take(&time, "T=") || !text_to_int(time, &seconds) || row.expected.size < 6)
        return (struct verdict){false, TEXT("the input is not key ascii KEY; T=SECONDS, …")};
    struct text shown = text_slice(row.expected, row.expected.size - 6, row.expected.size);
    bool right = totp_step(key, shown, seconds * SECOND, 0) == seconds * SECOND / TOTP_STEP;
    return (struct verdict){right, right ? shown : TEXT("another code")};
}

/* In which order the parts are signed: each is called by its name. */
static struct verdict run_esia_sign_v2(struct arena *arena, struct row row) {
    const struct esia_signed parts = {.client = TEXT("client_id"), .scopes = TEXT("+scope"),
                                      .timestamp = TEXT("+timestamp"), .state = TEXT("+state"),
                                      .redirect = TEXT("+redirect_uri"), .code = TEXT(" (+code for te)")};
    return same(esia_message(arena, &parts), row.expected);
}

const struct kind outside_kinds[] = {
    {"totp_sha1", run_totp_sha1},
    {"esia_sign_v2", run_esia_sign_v2},
    {.name = NULL},
};
