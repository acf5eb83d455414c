/* errand.c: what a browser carries on its way to a provider and back. One sealed cookie holds it, so that a code can
 * only be brought back by the browser that set out for it; a row says once that it was used. */
#include "providers/internal.h"

STATEMENT(used_add, "INSERT INTO provider_return (hash, expires) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING");

#define PARTS 10
#define NEXT_MAX 512

static struct text random_word(struct request *request) {
    uint8_t bytes[32];
    world_random(request->world, bytes, sizeof bytes);
    return text_base64url(request->arena, bytes, sizeof bytes);
}

void errand_new(struct request *request, struct errand *errand, enum errand_kind kind, struct text provider) {
    *errand = (struct errand){
        .kind = kind,
        .provider = provider,
        .made = world_now(request->world),
        .state = random_word(request),
        .nonce = random_word(request),
        .verifier = random_word(request),
    };
}

/* Labels are for people and may hold anything: as hex, so that lines stay lines. */
void errand_keep(struct request *request, const struct errand *errand) {
    const struct text empty = TEXT("");
    bool next_fits = errand->next.data != NULL && errand->next.size <= NEXT_MAX && local_path(errand->next);
    const struct text parts[PARTS] = {
        text_format(request->arena, "%d", (int)errand->kind),
        errand->provider,
        text_format(request->arena, "%lld", (long long)errand->made),
        text_format(request->arena, "%lld", (long long)errand->customer),
        errand->kind == ERRAND_PENDING ? text_hex(request->arena, errand->subject.data, errand->subject.size)
                                       : errand->state,
        errand->kind == ERRAND_PENDING ? text_hex(request->arena, errand->label.data, errand->label.size)
                                       : errand->nonce,
        errand->verifier,
        next_fits ? errand->next : empty,
        errand->person,
        errand->phone,
    };
    struct buffer out = buffer_new(request->arena, 512);
    for (size_t i = 0; i < PARTS; i++) {
        if (i > 0) buffer_add_char(&out, '\n');
        if (parts[i].data != NULL) buffer_add_text(&out, parts[i]);
    }
    struct text sealed = secret_seal(engine_keyring(request->engine), request->world, request->arena, "provider.errand",
                                     0, buffer_text(&out));
    answer_cookie(request, "provider", text_base64url(request->arena, sealed.data, sealed.size),
                  providers_settings(request->engine)->errand_life / SECOND);
}

static bool parts_read(struct request *request, struct text clear, struct errand *errand) {
    struct text parts[PARTS], rest = clear;
    int64_t kind, made, customer;
    for (size_t i = 0; i < PARTS; i++) {
        if (rest.data == NULL) return false;
        parts[i] = text_split(rest, '\n', &rest);
    }
    if (!text_to_int(parts[0], &kind) || !text_to_int(parts[2], &made) || !text_to_int(parts[3], &customer))
        return false;
    *errand = (struct errand){.kind = (enum errand_kind)kind,
                              .provider = parts[1],
                              .made = made,
                              .customer = customer,
                              .next = parts[7],
                              .person = parts[8],
                              .phone = parts[9]};
    if (errand->kind == ERRAND_PENDING) {
        if (parts[5].size > 0 && !text_unhex(request->arena, parts[5], &errand->label)) return false;
        return text_unhex(request->arena, parts[4], &errand->subject);
    }
    errand->state = parts[4];
    errand->nonce = parts[5];
    errand->verifier = parts[6];
    return true;
}

bool errand_read(struct request *request, struct errand *errand) {
    struct text sealed, clear;
    *errand = (struct errand){0};
    if (request->cookie_provider.size == 0 || !text_unbase64(request->arena, request->cookie_provider, &sealed) ||
        !secret_open_carried(engine_keyring(request->engine), request->arena, "provider.errand", 0, sealed, &clear) ||
        !parts_read(request, clear, errand))
        return false;
    moment now = world_now(request->world);
    return now < errand->made + providers_settings(request->engine)->errand_life;
}

void errand_end(struct request *request) {
    answer_cookie(request, "provider", TEXT(""), -1);
}

bool errand_claim(struct request *request, struct tx *tx, const struct errand *errand) {
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(engine_keyring(request->engine), "provider.state", errand->state, hash);
    moment expires = errand->made + providers_settings(request->engine)->errand_life + MINUTE;
    return tx_run(tx, &used_add, VALUES(V_BYTES(hash, sizeof hash), V_INT(expires))) == 1;
}
