/* userinfo.c: see userinfo.h. */
#include "adapters/oidc/userinfo.h"

#include "adapters/oidc/fetch.h"
#include "adapters/oidc/form_text.h"
#include "base/json.h"

#include <jansson.h>

#define ANSWER_MAX ((size_t)64 * 1024)
#define LABEL_MAX 80
#define SUBJECT_MAX 64

static const struct dialect {
    const char *scheme; /* of the Authorization header; NULL: the token goes in a form, with who we are */
    const char *inside; /* the member that holds it all; NULL: the answer itself */
    const char *subject;
    const char *client;    /* whose token it was, which must be ours; NULL: not told */
    const char *labels[3]; /* how the account is called */
} dialects[] = {
    [OIDC_VK] = {NULL, "user", "user_id", NULL, {"email", "first_name", NULL}},
    [OIDC_YANDEX] = {"OAuth", NULL, "id", "client_id", {"default_email", "login", "display_name"}},
};

static struct text member(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value)) return TEXT_NONE;
    return (struct text){json_string_value(value), json_string_length(value)};
}

/* Their numbers come as text or as numbers. */
static struct text subject_of(struct arena *arena, const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (json_is_integer(value) && json_integer_value(value) > 0)
        return text_format(arena, "%lld", (long long)json_integer_value(value));
    struct text text = member(object, name);
    return text.size > 0 && text.size <= SUBJECT_MAX ? text : TEXT_NONE;
}

static struct text label_of(const json_t *object, const struct dialect *dialect) {
    for (size_t i = 0; i < 3 && dialect->labels[i] != NULL; i++) {
        struct text text = member(object, dialect->labels[i]);
        if (text.size > 0 && text.size <= LABEL_MAX && text_valid_utf8(text)) return text;
    }
    return TEXT_NONE;
}

enum oidc_result userinfo_ask(const struct oidc_options *options, struct arena *arena, struct text access_token,
                              struct oidc_person *person, const char **reason) {
    const struct dialect *dialect = &dialects[options->dialect];
    struct fetch fetch = {.url = options->person, .most = ANSWER_MAX, .timeout_us = options->timeout_us};
    struct buffer form = buffer_new(arena, 512);
    for (size_t i = 0; i < access_token.size; i++) { /* it goes into a header */
        unsigned char byte = (unsigned char)access_token.data[i];
        if (byte <= ' ' || byte >= 0x7F) return OIDC_UNREACHABLE;
    }
    if (dialect->scheme != NULL) {
        fetch.authorization = text_format(arena, "%s %.*s", dialect->scheme, TEXT_ARG(access_token));
    } else {
        form_add(&form, "client_id", text_from(options->client));
        form_add(&form, "access_token", access_token);
        fetch.post = buffer_text(&form);
    }
    struct text body;
    if (fetch_run(arena, &fetch, &body) != FETCH_ANSWERED) return OIDC_UNREACHABLE;
    const json_t *object = json_read(arena, body);
    if (dialect->client != NULL && !text_is(member(object, dialect->client), options->client)) {
        *reason = "another audience";
        return OIDC_TOKEN;
    }
    if (dialect->inside != NULL) object = json_object_get(object, dialect->inside);
    person->subject = subject_of(arena, object, dialect->subject);
    person->label = label_of(object, dialect);
    if (person->subject.data != NULL) return OIDC_GOOD;
    *reason = "no subject";
    return OIDC_TOKEN;
}
