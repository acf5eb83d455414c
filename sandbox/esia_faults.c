/* esia_faults.c: the portal's tokens, right and wrong. */
#include "sandbox/esia.h"

#include "generated/strings_sandbox.h"

#include <string.h>

#define DEPTH 10000
#define PADDING 40000

const struct portal_fault_words portal_faults[PORTAL_FAULTS] = {
    [PORTAL_WELL] = {"none", S_sandbox_fault_none},
    [PORTAL_SLOW] = {"slow", S_sandbox_fault_slow},
    [PORTAL_ERROR] = {"error", S_sandbox_fault_error},
    [PORTAL_DENIED] = {"denied", S_sandbox_fault_denied},
    [PORTAL_STATE] = {"state", S_sandbox_fault_state},
    [PORTAL_TOKEN_STATE] = {"token-state", S_sandbox_fault_token_state},
    [PORTAL_REPLAY] = {"replay", S_sandbox_fault_replay},
    [PORTAL_SIGNATURE] = {"signature", S_sandbox_fault_signature},
    [PORTAL_NO_ALGORITHM] = {"alg-none", S_sandbox_fault_alg_none},
    [PORTAL_CONFUSED] = {"alg-hs", S_sandbox_fault_alg_hs},
    [PORTAL_ISSUER] = {"issuer", S_sandbox_fault_issuer},
    [PORTAL_AUDIENCE] = {"audience", S_sandbox_fault_audience},
    [PORTAL_EXPIRED] = {"expired", S_sandbox_fault_expired},
    [PORTAL_EARLY] = {"early", S_sandbox_fault_early},
    [PORTAL_NO_SUBJECT] = {"subject", S_sandbox_fault_subject},
    [PORTAL_NESTED] = {"nested", S_sandbox_fault_nested},
    [PORTAL_OVERSIZED] = {"oversized", S_sandbox_fault_oversized},
    [PORTAL_TRUNCATED] = {"truncated", S_sandbox_fault_truncated},
    [PORTAL_PERSON_DOWN] = {"person-down", S_sandbox_fault_person_down},
    [PORTAL_PERSON_ODD] = {"person-odd", S_sandbox_fault_person_odd},
};

static struct text repeated(struct arena *arena, char byte, size_t count) {
    struct buffer out = buffer_new(arena, count + 1);
    for (size_t i = 0; i < count; i++) buffer_add_char(&out, byte);
    return buffer_text(&out);
}

static struct text claims_of(struct request *request, const char *client, const struct portal_person *person,
                             enum portal_fault fault) {
    struct arena *arena = request->arena;
    int64_t now = world_now(request->world) / SECOND, made = now, from = now, ends = now + 3600;
    const char *issuer = fault == PORTAL_ISSUER ? "http://esia.example/" : "http://esia.gosuslugi.ru/";
    if (fault == PORTAL_AUDIENCE) client = "OTHER";
    if (fault == PORTAL_EXPIRED) made = from = now - 3000, ends = now - 120;
    if (fault == PORTAL_EARLY) from = now + 86400, ends = now + 90000;
    uint8_t session[16];
    world_random(request->world, session, sizeof session); /* so no two tokens are the same */
    struct buffer out = buffer_new(arena, 1024);
    buffer_format(&out,
                  "{\"nbf\":%lld,\"scope\":\"fullname?oid=%s\",\"iss\":\"%s\",\"urn:esia:sid\":\"%.*s\","
                  "\"exp\":%lld,\"iat\":%lld,\"client_id\":\"%s\"",
                  (long long)from, person->oid, issuer, TEXT_ARG(text_hex(arena, session, sizeof session)),
                  (long long)ends, (long long)made, client);
    if (fault != PORTAL_NO_SUBJECT) buffer_format(&out, ",\"urn:esia:sbj_id\":%s", person->oid);
    if (fault == PORTAL_OVERSIZED) buffer_format(&out, ",\"pad\":\"%.*s\"", TEXT_ARG(repeated(arena, 'x', PADDING)));
    if (fault == PORTAL_NESTED)
        buffer_format(&out, ",\"deep\":%.*s%.*s", TEXT_ARG(repeated(arena, '[', DEPTH / 2)),
                      TEXT_ARG(repeated(arena, ']', DEPTH / 2)));
    buffer_add_char(&out, '}');
    return buffer_text(&out);
}

struct text portal_access_token(struct request *request, const struct portal_keys *keys, const char *client,
                                const struct portal_person *person, enum portal_fault fault) {
    enum portal_signing how = fault == PORTAL_SIGNATURE      ? SIGN_OTHER_KEY
                              : fault == PORTAL_NO_ALGORITHM ? SIGN_NONE
                              : fault == PORTAL_CONFUSED     ? SIGN_CONFUSED
                                                             : SIGN_RIGHT;
    struct text token = portal_token(request->arena, keys, claims_of(request, client, person, fault), how);
    return fault == PORTAL_TRUNCATED ? text_slice(token, 0, token.size / 2) : token;
}
