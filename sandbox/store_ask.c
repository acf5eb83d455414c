/* store_ask.c: one request to Kabinet, as a shop's program speaks Mokka's factoring interface. Signatures are made and
 * answers are read here anew, not by Kabinet's own code. */
#include "sandbox/store.h"

#include "base/check.h"
#include "base/json.h"

#include <curl/curl.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define TIMEOUT_MS 10000L
#define HASTY_MS 3L
#define ANSWER_MOST 8192
#define RECEIPT "Чек ККТ № 17. Спасибо за покупку.\n"

struct text store_signature(struct arena *arena, const char *secret, struct text body) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    check(context != NULL && EVP_DigestInit_ex(context, EVP_sha1(), NULL) == 1 &&
          EVP_DigestUpdate(context, secret, strlen(secret)) == 1 &&
          EVP_DigestUpdate(context, body.data, body.size) == 1 && EVP_DigestFinal_ex(context, digest, &size) == 1);
    EVP_MD_CTX_free(context);
    return text_hex(arena, digest, size);
}

/* ---- the answer ---- */

struct answer_body {
    char data[ANSWER_MOST];
    size_t size;
};

static size_t collect(char *data, size_t size, size_t count, void *self) {
    struct answer_body *body = self;
    size_t more = size * count;
    if (body->size + more > ANSWER_MOST) return 0;
    memcpy(body->data + body->size, data, more);
    body->size += more;
    return more;
}

static struct text member(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    return json_is_string(value) ? (struct text){json_string_value(value), json_string_length(value)} : TEXT("");
}

static struct store_reply read_reply(struct arena *arena, const struct answer_body *body) {
    struct store_reply reply = {.code = -1};
    const json_t *top = json_read(arena, text_copy(arena, (struct text){body->data, body->size}));
    const json_t *code = json_object_get(top, "status"), *order = json_object_get(top, "current_order");
    if (!json_is_integer(code)) return reply;
    reply.code = (int)json_integer_value(code);
    reply.message = member(top, "message");
    reply.form = member(top, "iframe_url");
    reply.state = member(order, "status");
    reply.amount = member(order, "amount");
    reply.sent = member(order, "finished_amount");
    reply.returned = member(order, "returned_amount");
    return reply;
}

/* ---- the question ---- */

/* The contract's receipt goes beside the signed body. */
static curl_mime *with_receipt(CURL *curl, struct text body) {
    curl_mime *form = curl_mime_init(curl);
    curl_mimepart *part = curl_mime_addpart(form);
    curl_mime_name(part, "body");
    curl_mime_data(part, body.data, body.size);
    part = curl_mime_addpart(form);
    curl_mime_name(part, "check");
    curl_mime_filename(part, "check.txt");
    curl_mime_type(part, "text/plain");
    curl_mime_data(part, RECEIPT, sizeof RECEIPT - 1);
    return form;
}

struct store_reply store_ask(struct arena *arena, const struct store_asking *asking) {
    struct store_reply reply = {.code = -1};
    struct answer_body body = {.size = 0};
    CURL *curl = curl_easy_init();
    if (curl == NULL) return reply;
    curl_mime *form = asking->file ? with_receipt(curl, asking->body) : NULL;
    struct text signature = store_signature(arena, asking->secret, asking->body);
    struct text url = text_format(arena, "%s/%s?store_id=%s&signature=%.*s", asking->kabinet, asking->method,
                                  asking->id, TEXT_ARG(signature));
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
    if (form == NULL) headers = curl_slist_append(headers, "Content-Type: application/json");
    curl_easy_setopt(curl, CURLOPT_URL, url.data);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (form != NULL) {
        curl_easy_setopt(curl, CURLOPT_MIMEPOST, form);
    } else {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)asking->body.size);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, asking->body.data);
    }
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, asking->hasty ? HASTY_MS : TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    if (curl_easy_perform(curl) == CURLE_OK) reply = read_reply(arena, &body);
    curl_slist_free_all(headers);
    curl_mime_free(form);
    curl_easy_cleanup(curl);
    return reply;
}
