/* secret_test.c: hashes apart by purpose, sealed texts that were tampered with, passwords. Generations and their file
 * are keyring_test.c's. */
#include "base/secret.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;
static struct world *world;
static struct keyring *keyring;

static const uint8_t root[32] = {1, 2, 3};

static int setup(void **state) {
    (void)state;
    arena = arena_new((size_t)1 << 20);
    world = world_simulated(1, 0);
    keyring = keyring_from_bytes(root);
    return arena == NULL || world == NULL || keyring == NULL;
}

static int teardown(void **state) {
    (void)state;
    keyring_free(keyring);
    world_free(world);
    arena_free(arena);
    return 0;
}

static void hashes_differ_by_purpose_and_message(void **state) {
    (void)state;
    static const struct {
        const char *purpose, *message;
    } rows[] = {{"phone", "1"}, {"phone", "2"}, {"code", "1"}, {"phone1", ""},
                {"phon", "e1"}, {"", "phone1"}, {"", ""}};
    uint8_t hashes[7][SECRET_HASH_SIZE], again[SECRET_HASH_SIZE];
    for (size_t i = 0; i < 7; i++) {
        secret_hash(keyring, rows[i].purpose, text_from(rows[i].message), hashes[i]);
        secret_hash(keyring, rows[i].purpose, text_from(rows[i].message), again);
        assert_memory_equal(again, hashes[i], sizeof again);
        for (size_t j = 0; j < i; j++) assert_memory_not_equal(hashes[i], hashes[j], sizeof again);
    }
    secret_hash(keyring, "", TEXT_NONE, again);
    assert_memory_equal(again, hashes[6], sizeof again);
    /* Stored hashes must be found again by every later release: this one was computed with Python's hashlib. */
    static const char released[] = "6e80a856df9a623338bf166245746d93b4e8276cb14db8273755d9caae7c5883";
    assert_string_equal(text_hex(arena, hashes[0], sizeof hashes[0]).data, released);
}

static void sealed_texts_open_only_as_sealed(void **state) {
    (void)state;
    struct text clear = TEXT("+79161234567"), opened;
    struct text sealed = secret_seal(keyring, world, arena, "customer.phone", 7, clear);
    struct text twice = secret_seal(keyring, world, arena, "customer.phone", 7, clear);
    assert_int_equal(sealed.size, clear.size + 41);
    assert_false(text_equal(sealed, twice));
    assert_true(secret_open(keyring, arena, "customer.phone", 7, sealed, &opened));
    assert_true(text_equal(opened, clear));
    assert_int_equal(opened.data[opened.size], '\0');
    assert_false(secret_open(keyring, arena, "customer.phone", 8, sealed, &opened));
    assert_false(secret_open(keyring, arena, "customer.name", 7, sealed, &opened));
    for (size_t i = 0; i < sealed.size; i++) {
        struct text changed = text_copy(arena, sealed);
        ((char *)(uintptr_t)changed.data)[i] ^= 1;
        assert_false(secret_open(keyring, arena, "customer.phone", 7, changed, &opened));
        assert_false(secret_open(keyring, arena, "customer.phone", 7, text_slice(sealed, 0, i), &opened));
    }
    sealed = secret_seal(keyring, world, arena, "p", -1, TEXT_NONE);
    assert_true(secret_open(keyring, arena, "p", -1, sealed, &opened));
    assert_int_equal(opened.size, 0);
    struct keyring *other = keyring_from_bytes((const uint8_t[32]){9});
    assert_false(secret_open(other, arena, "p", -1, sealed, &opened));
    keyring_free(other);
}

static void pkce_follows_its_rfc(void **state) {
    (void)state;
    static const struct {
        const char *verifier, *challenge; /* NULL: refused */
    } rows[] = {
        {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, /* app. B */
        {"0123456789abcdefghijklmnopqrstuvwxyzABCDEF~.", "IvJcg8ISKbPccZMWYKW8kTxfPLth4BQVtQdXctQObJg"},
        {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX", NULL},
        {"dBjftJeZ4CVP+mB92K27uhbUJU1p1r_wW1gFWFOEjXk", NULL},
        {"dBjftJeZ4CVP mB92K27uhbUJU1p1r_wW1gFWFOEjXk", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text challenge;
        bool made = pkce_s256(arena, text_from(rows[i].verifier), &challenge);
        assert_int_equal(made, rows[i].challenge != NULL);
        if (made) assert_string_equal(challenge.data, rows[i].challenge);
    }
}

static void passwords_match(void **state) {
    (void)state;
    struct text encoded, again;
    assert_true(password_hash(arena, TEXT("пароль 1"), &encoded));
    assert_true(password_hash(arena, TEXT("пароль 1"), &again));
    assert_true(text_starts(encoded, "$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_false(text_equal(encoded, again)); /* salted */
    assert_true(password_matches(encoded, TEXT("пароль 1")));
    assert_false(password_matches(encoded, TEXT("пароль 2")));
    assert_false(password_matches(encoded, TEXT_NONE));
    assert_false(password_matches(TEXT_NONE, TEXT("пароль 1")));
    assert_false(password_matches(TEXT("$argon2id$v=19$m=19456,t=2,p=1$nonsense"), TEXT("x")));
    static char longest[500];
    memset(longest, '$', sizeof longest);
    assert_false(password_matches((struct text){longest, sizeof longest}, TEXT("x")));
    memset(longest, 'x', sizeof longest); /* long passwords count to their last byte */
    assert_true(password_hash(arena, (struct text){longest, 500}, &encoded));
    assert_true(password_matches(encoded, (struct text){longest, 500}));
    assert_false(password_matches(encoded, (struct text){longest, 499}));
}

static moment spent(bool (*act)(struct text), struct text password) {
    moment least = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        moment before = world_wall_clock();
        act(password);
        moment took = world_wall_clock() - before;
        if (took < least) least = took;
    }
    return least;
}

static struct text known;

static bool match_known(struct text password) {
    return password_matches(known, password);
}

static void nobody_costs_as_much_as_somebody(void **state) {
    (void)state;
    assert_true(password_hash(arena, TEXT("correct"), &known));
    moment somebody = spent(match_known, TEXT("wrong")), nobody = spent(password_matches_nobody, TEXT("wrong"));
    assert_false(password_matches_nobody(TEXT("wrong")));
    assert_true(nobody > somebody / 10); /* it does the work, and does not return at once; the machine is shared */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_differ_by_purpose_and_message),
        cmocka_unit_test(sealed_texts_open_only_as_sealed),
        cmocka_unit_test(pkce_follows_its_rfc),
        cmocka_unit_test(passwords_match),
        cmocka_unit_test(nobody_costs_as_much_as_somebody),
    };
    return cmocka_run_group_tests_name("secret", tests, setup, teardown);
}
