/* cabinet.c: see cabinet.h. */
#include "test/support/cabinet.h"

#include "base/check.h"
#include "http/router.h"
#include "identity/session.h"
#include "ledger/ledger.h"

#include <dirent.h>
#include <jansson.h>
#include <malloc.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CABINET_ARENA ((size_t)64 << 20)
#define SETTLE_MOST 300 /* what fails may be tried again for ever */

static char folder[64];

/* ---- where ---- */

static void write_secret(void) {
    char path[96];
    snprintf(path, sizeof path, "%s/acquirer.key", folder);
    FILE *file = fopen(path, "we");
    check(file != NULL && fputs(CABINET_SECRET, file) >= 0 && fclose(file) == 0);
}

const char *cabinet_folder(void) {
    if (folder[0] != '\0') return folder;
    /* Large tables that stay mostly empty come from the kernel each time, instead of being cleared by us. */
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
    bool memory = access("/dev/shm", W_OK) == 0;
    snprintf(folder, sizeof folder, "%s/kabinet-XXXXXX", memory ? "/dev/shm" : "/tmp");
    check(mkdtemp(folder) != NULL);
    write_secret();
    return folder;
}

/* With whatever processes that ended early have left there. */
void cabinet_folder_remove(void) {
    char path[400];
    DIR *files = folder[0] != '\0' ? opendir(folder) : NULL;
    if (files == NULL) return;
    for (struct dirent *file = readdir(files); file != NULL; file = readdir(files)) {
        snprintf(path, sizeof path, "%s/%s", folder, file->d_name);
        if (file->d_name[0] != '.') unlink(path);
    }
    closedir(files);
    check(rmdir(folder) == 0);
    folder[0] = '\0';
}

/* ---- opening ---- */

static const uint8_t root_key[32] = "a root key for simulations only";

bool cabinet_open(struct cabinet *cabinet, const char *database, const char *yaml, struct world *world) {
    *cabinet = (struct cabinet){.arena = arena_new(CABINET_ARENA), .world = world};
    if (cabinet->arena == NULL) return false;
    struct text text = text_format(cabinet->arena,
                                   "profile: simulation\ncompany: Kabinet\nfeatures: all\nlanguage: en\n"
                                   "public_url: http://localhost\ndatabase: %s\n%s",
                                   database, yaml);
    cabinet->config = config_parse(cabinet->arena, "simulation", text, &cabinet->problem);
    if (cabinet->config == NULL) return false;
    cabinet->keyring = keyring_from_bytes(root_key);
    if (cabinet->keyring == NULL) return false;
    const struct engine_options options = {cabinet->config, world, cabinet->keyring, true};
    cabinet->engine = engine_open(&options, cabinet->arena, &cabinet->problem);
    if (cabinet->engine == NULL) return false;
    cabinet->server = (struct server_options){.routes = engine_routes(cabinet->engine), .world = world,
                                              .fallback = LANGUAGE_EN, .zone = engine_zone(cabinet->engine),
                                              .handle = engine_handle, .self = cabinet->engine};
    cabinet->server.router = router_new(cabinet->arena, cabinet->server.routes);
    return true;
}

void cabinet_close(struct cabinet *cabinet) {
    if (cabinet->engine != NULL) engine_close(cabinet->engine);
    keyring_free(cabinet->keyring);
    arena_free(cabinet->arena);
    *cabinet = (struct cabinet){.arena = NULL};
}

struct body_command {
    struct command command;
    enum command_outcome (*body)(struct tx *tx, void *data);
    void *data;
};

static enum command_outcome run_body(struct command *command, struct tx *tx) {
    struct body_command *body = (struct body_command *)command;
    return body->body(tx, body->data);
}

enum store_status cabinet_write(struct cabinet *cabinet, enum command_outcome (*body)(struct tx *tx, void *data),
                                void *data) {
    struct body_command command = {.command = {.run = run_body}, .body = body, .data = data};
    return store_run(engine_store(cabinet->engine), &command.command);
}

/* ---- people and databases ---- */

int64_t cabinet_source(struct cabinet *cabinet, struct tx *tx) {
    const struct account source = {.purpose = 99, .class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB,
                                   .overdraft = ACCOUNT_UNLIMITED};
    return ledger_create(engine_ledger(cabinet->engine), tx, &source);
}

void cabinet_person(struct cabinet *cabinet, struct tx *tx, int64_t source, struct text phone, int64_t kopecks,
                    struct person *person) {
    struct engine *engine = cabinet->engine;
    struct ledger *ledger = engine_ledger(engine);
    struct request request = {.arena = tx_arena(tx), .world = engine_world(engine), .engine = engine};
    person->customer = customer_open(engine, tx, phone, TEXT("plain:Qwerty7!"), LANGUAGE_EN, 0);
    struct text token = session_open(&request, tx, person->customer, true);
    snprintf(person->token, sizeof person->token, "%.*s", TEXT_ARG(token));
    struct account account;
    check(ledger_accounts_of(ledger, tx, person->customer, &account, 1) == 1);
    person->account = account.id;
    const struct transfer money = {.from = source, .to = account.id, .sum = rub(kopecks), .kind = 105,
                                   .flags = TRANSFER_NO_LIMITS};
    int64_t id;
    check(ledger_transfer(ledger, tx, &money, &id) == LEDGER_OK);
}

struct text database_read(struct arena *arena, const char *path) {
    FILE *file = fopen(path, "re");
    if (file == NULL) return TEXT("");
    struct buffer out = buffer_new(arena, 1 << 18);
    char piece[65536];
    for (size_t size; (size = fread(piece, 1, sizeof piece, file)) > 0;) buffer_add(&out, piece, size);
    fclose(file);
    return buffer_text(&out);
}

void database_write(const char *path, struct text bytes) {
    FILE *file = fopen(path, "we");
    check(file != NULL && fwrite(bytes.data, 1, bytes.size, file) == bytes.size && fclose(file) == 0);
}

void database_remove(const char *path) {
    static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
    char file[256];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(file, sizeof file, "%s%s", path, endings[i]);
        unlink(file);
    }
}

/* ---- requests ---- */

struct text call_text(struct arena *arena, const struct call *call) {
    struct buffer out = buffer_new(arena, 512 + call->body.size);
    buffer_format(&out, "%s %s HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n", call->method, call->path);
    if (call->token.size > 0) buffer_format(&out, "Authorization: Bearer %.*s\r\n", TEXT_ARG(call->token));
    if (call->signature.size > 0) buffer_format(&out, "Authorization: %.*s\r\n", TEXT_ARG(call->signature));
    if (call->key.size > 0) buffer_format(&out, "Idempotency-Key: %.*s\r\n", TEXT_ARG(call->key));
    if (call->body.data != NULL)
        buffer_format(&out, "Content-Type: application/json\r\nContent-Length: %zu\r\n", call->body.size);
    else if (strcmp(call->method, "POST") == 0) buffer_add_literal(&out, "Content-Length: 0\r\n");
    buffer_add_literal(&out, "\r\n");
    buffer_add_text(&out, call->body);
    return buffer_text(&out);
}

struct request *cabinet_send(struct cabinet *cabinet, struct arena *arena, const struct call *call) {
    return request_parse(arena, &cabinet->server, call_text(arena, call));
}

void cabinet_settle(struct cabinet *cabinet) {
    bool moved = true;
    for (int i = 0; moved && i < SETTLE_MOST; i++) {
        moved = store_step(engine_store(cabinet->engine)) > 0;
        moved = engine_step_workers(cabinet->engine) || moved;
        moved = engine_step_outbox(cabinet->engine) || moved;
    }
}

struct reply reply_of(struct arena *arena, struct request *request) {
    struct text whole = request_reply(request);
    const char *end = memmem(whole.data, whole.size, "\r\n\r\n", 4);
    int64_t status = 0;
    check(end != NULL && text_to_int(text_slice(whole, 9, 3), &status));
    size_t head = (size_t)(end + 4 - whole.data);
    struct reply reply = {.status = (int)status, .body = text_slice(whole, head, whole.size)};
    if (status < 400) return reply;
    struct text type = reply_text(arena, &reply, "type");
    if (text_starts(type, "/problems/")) reply.type = text_slice(type, 10, type.size);
    return reply;
}

struct text reply_text(struct arena *arena, const struct reply *reply, const char *name) {
    json_t *root = json_loadb(reply->body.data, reply->body.size, 0, NULL);
    const json_t *value = root;
    struct text rest = text_from(name);
    while (rest.size > 0) {
        struct text member = text_split(rest, '.', &rest);
        value = json_object_get(value, text_copy(arena, member).data);
    }
    if (json_is_object(value)) value = json_object_get(value, "amount");
    struct text text = TEXT_NONE;
    if (json_is_string(value)) text = text_copy(arena, text_from(json_string_value(value)));
    if (json_is_integer(value)) text = text_format(arena, "%lld", (long long)json_integer_value(value));
    json_decref(root);
    return text;
}

int64_t reply_number(struct arena *arena, const struct reply *reply, const char *name) {
    int64_t number = 0;
    text_to_int(reply_text(arena, reply, name), &number);
    return number;
}

int64_t reply_kopecks(struct arena *arena, const struct reply *reply, const char *name) {
    struct text text = reply_text(arena, reply, name);
    struct money money = rub(INT64_MIN);
    bool minus = text_starts(text, "-");
    if (!money_parse(text_slice(text, minus ? 1 : 0, text.size), CURRENCY_RUB, &money)) return INT64_MIN;
    return minus ? -money.minor : money.minor;
}

/* ---- signing up, playing the outside ---- */

static struct text base64(struct arena *arena, struct text clear) {
    unsigned char *out = arena_alloc(arena, clear.size * 2 + 8);
    int size = EVP_EncodeBlock(out, (const unsigned char *)clear.data, (int)clear.size);
    return (struct text){(char *)out, (size_t)size};
}

struct text challenge_answer(struct arena *arena, struct text challenge) {
    struct reply reply = {.status = 200, .body = challenge};
    struct text wanted = reply_text(arena, &reply, "challenge"), salt = reply_text(arena, &reply, "salt");
    int64_t most = reply_number(arena, &reply, "maxnumber");
    for (int64_t number = 0; number <= most; number++) {
        char message[256], hex[2 * SHA256_DIGEST_LENGTH + 1];
        unsigned char digest[SHA256_DIGEST_LENGTH];
        int size = snprintf(message, sizeof message, "%.*s%lld", TEXT_ARG(salt), (long long)number);
        SHA256((const unsigned char *)message, (size_t)size, digest);
        for (size_t i = 0; i < sizeof digest; i++) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
        if (!text_is(wanted, hex)) continue;
        struct text signature = reply_text(arena, &reply, "signature");
        return base64(arena, text_format(arena,
                                         "{\"algorithm\":\"SHA-256\",\"challenge\":\"%.*s\",\"number\":%lld,"
                                         "\"salt\":\"%.*s\",\"signature\":\"%.*s\"}",
                                         TEXT_ARG(wanted), (long long)number, TEXT_ARG(salt), TEXT_ARG(signature)));
    }
    return TEXT_NONE;
}

struct text phone_code(struct cabinet *cabinet, struct arena *arena, struct text phone, moment since) {
    struct text path = text_format(arena, "/sandbox/phone?number=%%2B%.*s", TEXT_ARG(text_slice(phone, 1, phone.size)));
    const struct call call = {.method = "GET", .path = path.data};
    struct request *request = cabinet_send(cabinet, arena, &call);
    check(request_finished(request));
    struct reply reply = reply_of(arena, request);
    struct text code = TEXT_NONE;
    json_t *root = json_loadb(reply.body.data, reply.body.size, 0, NULL);
    const json_t *newest = json_array_get(json_object_get(root, "messages"), 0);
    const char *text = json_string_value(json_object_get(newest, "text"));
    const char *at = json_string_value(json_object_get(newest, "at"));
    const char *mark = text != NULL ? strrchr(text, '#') : NULL;
    moment sent = 0;
    if (mark != NULL && strlen(mark) == 7 && moment_parse(text_from(at), &sent) && sent + SECOND > since)
        code = text_copy(arena, text_from(mark + 1));
    json_decref(root);
    return code;
}

struct text callback_signature(struct arena *arena, moment at, struct text body) {
    struct text message =
        text_format(arena, "callback\n%lld\n%.*s", (long long)(at / SECOND), TEXT_ARG(body));
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    check(HMAC(EVP_sha256(), CABINET_SECRET, (int)strlen(CABINET_SECRET), (const unsigned char *)message.data,
               message.size, mac, &size) != NULL);
    return text_format(arena, "HMAC-SHA256 %lld:%s", (long long)(at / SECOND), text_hex(arena, mac, size).data);
}
