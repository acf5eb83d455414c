/* jose_fuzz.c: what an identity provider answers: tokens, keys, claims, what the state portal tells of people. Nothing
 * is believed that its key did not sign; whoever is named is within bounds. */
#include "adapters/esia/esia_rules.h"
#include "adapters/oidc/claims_rules.h"
#include "adapters/oidc/jose.h"
#include "base/check.h"
#include "base/json.h"
#include "base/phone.h"

#define KEYS 4
#define NOW_S INT64_C(1800000000)

static struct arena *arena;
static struct jose_key known; /* RFC 8037, appendix A */

static void read_known(void) {
    struct text set = TEXT("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"a\","
                           "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}");
    check(jose_keys_read(arena, set, &known, 1) == 1);
}

static void try_token(struct text given) {
    struct text claims = TEXT_NONE;
    struct jose_key keys[KEYS];
    if (jose_verify(arena, given, &known, 1, &claims) == JOSE_GOOD)
        check(text_is(claims, "Example of Ed25519 signing")); /* all that was ever signed by it */
    size_t count = jose_keys_read(arena, given, keys, KEYS);
    check(count <= KEYS);
    for (size_t i = 0; i < count; i++) {
        check(keys[i].key != NULL && keys[i].algorithm >= JOSE_RS256 && keys[i].algorithm < JOSE_GOST);
        jose_key_free(&keys[i]);
    }
    struct jose_key pem;
    if (jose_key_from_pem(given, &pem)) jose_key_free(&pem);
}

static void try_claims(const struct json_t *json) {
    const struct claims_wanted wanted = {"https://a.example", "us", TEXT("n"), NOW_S * SECOND};
    struct text subject;
    if (claims_check(json, &wanted, &subject) == CLAIMS_GOOD) check(subject.size > 0 && subject.size <= 255);
    if (esia_claims_check(arena, json, "http://esia.gosuslugi.ru/", "US", NOW_S * SECOND, &subject) != ESIA_CLAIMS_GOOD)
        return;
    check(subject.size > 0 && subject.size <= 19);
    for (size_t i = 0; i < subject.size; i++) check(subject.data[i] >= '0' && subject.data[i] <= '9');
}

static void try_person(const struct json_t *json) {
    struct esia_person person = {0};
    struct phone phone;
    struct date date;
    if (!esia_person_read(arena, json, &person)) return;
    for (int i = 0; i < ESIA_FIELDS; i++) {
        struct text told = person.of[i];
        check(told.data == NULL || (told.size > 0 && told.size <= 200 && text_valid_utf8(told)));
        for (size_t k = 0; k < told.size; k++) check((unsigned char)told.data[k] >= ' ');
    }
    if (person.of[ESIA_BIRTH].data != NULL) check(date_parse(person.of[ESIA_BIRTH], &date));
    if (person.of[ESIA_PHONE].data != NULL) check(phone_parse(person.of[ESIA_PHONE], &phone) == PHONE_MOBILE);
    check(person.of[ESIA_PASSPORT].data == NULL || person.of[ESIA_PASSPORT].size == 11);
}

static void run(void *data) {
    struct text given = *(const struct text *)data;
    try_token(given);
    const struct json_t *json = json_read(arena, given);
    try_claims(json);
    try_person(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (arena == NULL) {
        arena = arena_new(1 << 22);
        read_known();
    }
    struct text input = {(const char *)data, size};
    arena_guard(arena, run, &input);
    arena_clear(arena);
    return 0;
}
