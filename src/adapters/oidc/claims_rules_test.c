/* claims_rules_test.c: whose token it is and for whom (ID-9); keys and signatures of the wrong kind. */
#include "adapters/oidc/claims_rules.h"
#include "adapters/oidc/fetch.h"
#include "adapters/oidc/jose.h"
#include "base/json.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NOW_S 1800000000
#define GOOD "\"iss\":\"https://a.example\",\"aud\":\"us\",\"sub\":\"s\",\"nonce\":\"n\""
#define TIMES "\"exp\":1800000300,\"iat\":1800000000"

static const struct {
    const char *claims;
    enum claims_verdict verdict;
} rows[] = {
    {"{" GOOD "," TIMES "}", CLAIMS_GOOD},
    {"{" GOOD ",\"exp\":1799999941,\"iat\":1799999900}", CLAIMS_GOOD}, /* a minute's skew */
    {"{" GOOD ",\"exp\":1799999940,\"iat\":1799999900}", CLAIMS_EXPIRED},
    {"{" GOOD ",\"exp\":1800000300,\"iat\":1800000060}", CLAIMS_GOOD},
    {"{" GOOD ",\"exp\":1800000300,\"iat\":1800000061}", CLAIMS_EXPIRED},
    {"{" GOOD ",\"exp\":1800000300,\"iat\":1799996400}", CLAIMS_GOOD},
    {"{" GOOD ",\"exp\":1800000300,\"iat\":1799996399}", CLAIMS_EXPIRED},
    {"{" GOOD "," TIMES ",\"nbf\":1800000060}", CLAIMS_GOOD},
    {"{" GOOD "," TIMES ",\"nbf\":1800000061}", CLAIMS_EXPIRED},
    {"{" GOOD "," TIMES ",\"nbf\":\"x\"}", CLAIMS_EXPIRED},
    {"{" GOOD "," TIMES ",\"azp\":\"us\"}", CLAIMS_GOOD},
    {"{" GOOD "," TIMES ",\"azp\":\"them\"}", CLAIMS_AUDIENCE},
    {"{" GOOD "," TIMES ",\"azp\":null}", CLAIMS_AUDIENCE},
    {"{" GOOD ",\"exp\":1800000300.5,\"iat\":1800000000}", CLAIMS_MALFORMED},
    {"{" GOOD ",\"exp\":9223372036854775807,\"iat\":1800000000}", CLAIMS_MALFORMED},
    {"{" GOOD ",\"exp\":-1,\"iat\":1800000000}", CLAIMS_MALFORMED},
    {"{" GOOD "}", CLAIMS_MALFORMED},
    {"[]", CLAIMS_MALFORMED},
    {"{\"iss\":\"https://a.example/\",\"aud\":\"us\",\"sub\":\"s\",\"nonce\":\"n\"," TIMES "}", CLAIMS_ISSUER},
    {"{\"iss\":[\"https://a.example\"],\"aud\":\"us\",\"sub\":\"s\",\"nonce\":\"n\"," TIMES "}", CLAIMS_ISSUER},
    {"{\"iss\":\"https://a.example\",\"aud\":[\"us\"],\"sub\":\"s\",\"nonce\":\"n\"," TIMES "}", CLAIMS_GOOD},
    {"{\"iss\":\"https://a.example\",\"aud\":[],\"sub\":\"s\",\"nonce\":\"n\"," TIMES "}", CLAIMS_AUDIENCE},
    {"{\"iss\":\"https://a.example\",\"aud\":[\"us\",7],\"sub\":\"s\",\"nonce\":\"n\"," TIMES "}", CLAIMS_AUDIENCE},
    {"{\"iss\":\"https://a.example\",\"aud\":[\"us\",\"b\"],\"azp\":\"us\",\"sub\":\"s\",\"nonce\":\"n\"," TIMES "}",
     CLAIMS_GOOD},
    {"{\"iss\":\"https://a.example\",\"aud\":\"us\",\"sub\":\"s\",\"nonce\":\"m\"," TIMES "}", CLAIMS_NONCE},
    {"{\"iss\":\"https://a.example\",\"aud\":\"us\",\"sub\":\"s\"," TIMES "}", CLAIMS_NONCE},
    {"{\"iss\":\"https://a.example\",\"aud\":\"us\",\"sub\":\"\",\"nonce\":\"n\"," TIMES "}", CLAIMS_SUBJECT},
};

static void claims(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    const struct claims_wanted wanted = {"https://a.example", "us", TEXT("n"), NOW_S * SECOND};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text subject;
        const json_t *json = json_read(arena, text_from(rows[i].claims));
        enum claims_verdict verdict = claims_check(json, &wanted, &subject);
        if (verdict != rows[i].verdict) print_error("%s: %d\n", rows[i].claims, verdict);
        assert_int_equal(verdict, rows[i].verdict);
    }
    arena_free(arena);
}

/* Google says both. Nobody else's issuer is taken by half. */
static void bare_issuer(void **state) {
    (void)state;
    static const struct {
        const char *wanted, *said;
        enum claims_verdict verdict;
    } issuers[] = {
        {"https://accounts.google.com", "accounts.google.com", CLAIMS_GOOD},
        {"https://accounts.google.com", "https://accounts.google.com", CLAIMS_GOOD},
        {"https://accounts.google.com", "http://accounts.google.com", CLAIMS_ISSUER},
        {"https://accounts.google.com", "accounts.google.com.evil.example", CLAIMS_ISSUER},
        {"https://a.example", "a.example", CLAIMS_ISSUER},
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof issuers / sizeof *issuers; i++) {
        struct text subject,
            json = text_format(arena, "{\"iss\":\"%s\",\"aud\":\"us\",\"sub\":\"s\",\"nonce\":\"n\"," TIMES "}",
                               issuers[i].said);
        const struct claims_wanted wanted = {issuers[i].wanted, "us", TEXT("n"), NOW_S * SECOND};
        assert_int_equal(claims_check(json_read(arena, json), &wanted, &subject), issuers[i].verdict);
    }
    arena_free(arena);
}

/* Only keys of the three kinds, strong enough and well made. */
static void keys(void **state) {
    (void)state;
    static const char *const bad[] = {
        "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
        "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
        "{\"kty\":\"RSA\",\"n\":\"!\",\"e\":\"AQAB\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
        ("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\","
         "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}"), /* not on the curve */
        "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
        "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"use\":\"enc\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}",
        "7",
        "[]",
        "{}",
    };
    struct arena *arena = arena_new(1 << 20);
    struct jose_key found[2];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct text set = text_format(arena, "{\"keys\":[%s]}", bad[i]);
        assert_int_equal(jose_keys_read(arena, set, found, 2), 0);
    }
    assert_int_equal(jose_keys_read(arena, TEXT("{"), found, 2), 0);
    assert_int_equal(jose_keys_read(arena, TEXT("{\"keys\":7}"), found, 2), 0);
    struct text good = TEXT("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"a\","
                            "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}");
    assert_int_equal(jose_keys_read(arena, good, found, 2), 1);
    struct text told,
        token = TEXT("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-"
                     "09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"); /* RFC 8037, A.4 */
    assert_int_equal(jose_verify(arena, token, found, 1, &told), JOSE_GOOD);
    assert_true(text_is(told, "Example of Ed25519 signing"));
    assert_int_equal(jose_verify(arena, text_slice(token, 0, token.size - 2), found, 1, &told), JOSE_FORGED);
    assert_int_equal(jose_verify(arena, token, found, 0, &told), JOSE_NO_KEY);
    jose_key_free(&found[0]);
    arena_free(arena);
}

static void addresses(void **state) {
    (void)state;
    assert_true(fetch_allowed("https://a.example/x"));
    assert_true(fetch_allowed("http://127.0.0.1:8080/x"));
    assert_true(fetch_allowed("http://[::1]/"));
    assert_false(fetch_allowed("http://a.example/"));
    assert_false(fetch_allowed("http://127.0.0.1.evil.example/"));
    assert_false(fetch_allowed("http://127.0.0.1:x@evil.example/"));
    assert_false(fetch_allowed("file:///etc/passwd"));
    assert_false(fetch_allowed(""));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(claims), cmocka_unit_test(bare_issuer), cmocka_unit_test(keys),
                                       cmocka_unit_test(addresses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
