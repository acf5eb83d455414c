/* settings.c: providers as configuration: up to six, each a group of keys under its number. */
#include "providers/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SECRET_MAX 512
#define IN(slot, member) offsetof(struct providers_settings, slots[slot].member)

static const char *const dialects[] = {"oidc", "esia", "vk", "yandex", NULL};
static const char *const levels[] = {"none", "simplified", "full", NULL};

#define SLOT(number, slot)                                                                                             \
    {number ".dialect",                                                                                                \
     SETTING_CHOICE,                                                                                                   \
     IN(slot, dialect),                                                                                                \
     "oidc",                                                                                                           \
     0,                                                                                                                \
     0,                                                                                                                \
     dialects,                                                                                                         \
     "oidc; esia: the state portal; vk, yandex: those"},                                                               \
        {number ".name", SETTING_TEXT, IN(slot, name), "", 0, 20, NULL, "In addresses: latin letters, digits, -"},     \
        {number ".title", SETTING_TEXT, IN(slot, title), "", 0, 40, NULL, "On the button: «Войти через …»"},           \
        {number ".issuer", SETTING_TEXT, IN(slot, issuer), "", 0, 200, NULL, "https://…, as its tokens say it"},       \
        {number ".authorize", SETTING_TEXT, IN(slot, authorize), "", 0, 200, NULL, "Without it: by discovery"},        \
        {number ".token", SETTING_TEXT, IN(slot, token), "", 0, 200, NULL, "… given together with authorize"},         \
        {number ".keys", SETTING_TEXT, IN(slot, keys), "", 0, 200, NULL, "… its JWK Set, too"},                        \
        {number ".client", SETTING_TEXT, IN(slot, client), "", 0, 200, NULL, "Who we are there"},                      \
        {number ".secret_file", SETTING_TEXT, IN(slot, secret_file), "", 0, 400, NULL, "Our secret; none: PKCE only"}, \
        {number ".scopes", SETTING_TEXT, IN(slot, scopes), "openid", 1, 200, NULL, "What we ask to know"},             \
        {number ".person", SETTING_TEXT, IN(slot, person), "", 0, 200, NULL, "esia, vk, yandex: where who it is"},     \
        {number ".certificate_file", SETTING_TEXT, IN(slot, certificate_file), "", 0, 400, NULL, "esia: ours, PEM"},   \
        {number ".key_file", SETTING_TEXT, IN(slot, key_file), "", 0, 400, NULL, "… its key, RSA or GOST"},            \
        {number ".their_certificate_file", SETTING_TEXT, IN(slot, their_certificate_file), "", 0, 400, NULL,           \
         "… what its tokens are signed by"},                                                                           \
    {                                                                                                                  \
        number ".level", SETTING_CHOICE, IN(slot, level), "full", 0, 0, levels,                                        \
            "esia: the level that a verified account gives"                                                            \
    }

#define AT(member) offsetof(struct providers_settings, member)

const struct setting providers_setting_table[] = {
    SLOT("1", 0),
    SLOT("2", 1),
    SLOT("3", 2),
    SLOT("4", 3),
    SLOT("5", 4),
    SLOT("6", 5),
    {"timeout", SETTING_DURATION, AT(timeout), "5s", SECOND, 30 * SECOND, NULL, "How long a provider may take"},
    {"keys_life", SETTING_DURATION, AT(keys_life), "1h", MINUTE, DAY, NULL, "Its keys are asked for again after it"},
    {"keys_pause", SETTING_DURATION, AT(keys_pause), "60s", 0, HOUR, NULL,
     "… and not sooner than so for a key that we do not know"},
    {"errand_life", SETTING_DURATION, AT(errand_life), "15m", MINUTE, HOUR, NULL,
     "How long one may take at the provider, and to sign up after it"},
    {.name = NULL},
};

static bool name_good(const char *name) {
    for (const char *at = name; *at != '\0'; at++)
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-", *at) == NULL) return false;
    return true;
}

static bool read_secret(struct arena *arena, const char *path, struct text *secret, struct text *problem) {
    char bytes[SECRET_MAX];
    *secret = TEXT_NONE;
    if (*path == '\0') return true;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file >= 0 ? read(file, bytes, sizeof bytes) : -1;
    int error = errno;
    if (file >= 0) close(file);
    if (size > 0) *secret = text_trim(text_copy(arena, (struct text){bytes, (size_t)size}));
    if (secret->size > 0) return true;
    *problem = text_format(arena, "%s: %s", path, size < 0 ? strerror(error) : "no secret there");
    return false;
}

static struct esia *open_portal(const struct providers_settings *all, const struct provider_settings *settings,
                                struct arena *arena, struct text *problem) {
    const struct esia_options options = {
        .issuer = settings->issuer,
        .authorize = settings->authorize,
        .token = settings->token,
        .people = settings->person,
        .client = settings->client,
        .scopes = settings->scopes,
        .certificate_file = settings->certificate_file,
        .key_file = settings->key_file,
        .their_certificate_file = settings->their_certificate_file,
        .timeout_us = all->timeout,
    };
    return esia_open(arena, &options, problem);
}

static bool configure_one(const struct providers_settings *all, const struct provider_settings *settings,
                          struct arena *arena, struct provider *provider, struct text *problem) {
    struct oidc_options options = {
        .dialect = settings->dialect == DIALECT_VK       ? OIDC_VK
                   : settings->dialect == DIALECT_YANDEX ? OIDC_YANDEX
                                                         : OIDC_STANDARD,
        .issuer = settings->issuer,
        .authorize = settings->authorize,
        .token = settings->token,
        .keys = settings->keys,
        .person = settings->person,
        .client = settings->client,
        .scopes = settings->scopes,
        .timeout_us = all->timeout,
        .keys_life_us = all->keys_life,
        .keys_pause_us = all->keys_pause,
    };
    if (!name_good(settings->name) || *settings->title == '\0' || *settings->client == '\0') {
        *problem = TEXT("a name of a-z, 0-9 and -, a title and a client are needed");
        return false;
    }
    if (!read_secret(arena, settings->secret_file, &options.secret, problem)) return false;
    provider->settings = settings;
    if (settings->dialect == DIALECT_ESIA) {
        provider->esia = open_portal(all, settings, arena, problem);
        return provider->esia != NULL;
    }
    provider->oidc = oidc_open(arena, &options, problem);
    return provider->oidc != NULL;
}

bool providers_configure(struct engine *engine, struct arena *arena, struct providers *providers,
                         struct text *problem) {
    const struct providers_settings *settings = providers_settings(engine);
    int workers = (int)engine_config(engine)->worker_threads;
    providers->outside_max = workers > 1 ? workers / 2 : 1;
    for (size_t i = 0; i < PROVIDERS_MAX; i++) {
        if (*settings->slots[i].name == '\0') continue;
        struct text why = TEXT_NONE;
        struct provider *provider = &providers->list[providers->count];
        if (!configure_one(settings, &settings->slots[i], arena, provider, &why)) {
            *problem = text_format(arena, "providers.%zu: %.*s", i + 1, TEXT_ARG(why));
            return false;
        }
        providers->count++;
    }
    return true;
}
