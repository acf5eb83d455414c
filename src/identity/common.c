/* common.c: small things that every stage of this folder needs: tokens, refusals, string arguments. */
#include "identity/internal.h"

#include "base/check.h"

#include <string.h>

struct text token_new(struct request *request, const char *purpose, uint8_t hash[SECRET_HASH_SIZE]) {
    uint8_t bytes[TOKEN_BYTES];
    world_random(request->world, bytes, sizeof bytes);
    struct text token = text_base64url(request->arena, bytes, sizeof bytes);
    secret_hash(engine_keyring(request->engine), purpose, token, hash);
    return token;
}

bool token_hash(struct request *request, const char *purpose, struct text token, uint8_t hash[SECRET_HASH_SIZE]) {
    if (token.size != (TOKEN_BYTES * 4 + 2) / 3) return false;
    secret_hash(engine_keyring(request->engine), purpose, token, hash);
    return true;
}

enum flow refuse_at(struct request *request, const char *field, const struct refusal *refusal) {
    const struct form *form = request->route->form;
    bool found = false;
    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(form->fields[i].name, field) != 0) continue;
        request->fields[i].fault = FAULT_REFUSED;
        request->fields[i].message = refusal->text;
        found = true;
    }
    check(found);
    request->fields_valid = false;
    return refuse(request, refusal);
}

enum flow refuse_until(struct request *request, const struct refusal *refusal, moment until) {
    int64_t wait_us = until - world_now(request->world);
    struct node *value = arena_new_of(request->arena, struct node);
    struct string_argument *argument = arena_new_of(request->arena, struct string_argument);
    *value = moment_value(until);
    *argument = (struct string_argument){"until", value};
    enum flow flow = refuse_with(request, refusal, argument, 1);
    request->answer.retry_after_s = wait_us <= 0 ? 1 : (int)((wait_us + SECOND - 1) / SECOND);
    return flow;
}

enum flow see_or_refuse(struct request *request, const char *location, const struct refusal *refusal) {
    return request->wants_html ? answer_see(request, text_from(location)) : refuse(request, refusal);
}

struct node text_value(struct text text) {
    return (struct node){.kind = NODE_TEXT, .text = text};
}

struct node moment_value(moment at) {
    return (struct node){.kind = NODE_MOMENT, .number = at};
}

bool local_path(struct text path) {
    if (path.size == 0 || path.size > 1024 || path.data[0] != '/') return false;
    for (size_t i = 0; i < path.size; i++) {
        if ((unsigned char)path.data[i] <= ' ' || path.data[i] == '\\' || path.data[i] == 0x7F) return false;
    }
    return path.size == 1 || path.data[1] != '/';
}
