/* smtp.c: see smtp.h. A connection for each letter. */
#include "adapters/smtp/smtp.h"

#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

#define TIMEOUT_MS 10000L

struct smtp {
    const char *url, *user, *from, *from_name, *ca_file;
    struct text password;
    bool plain;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin_curl(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct smtp *smtp_open(struct arena *arena, const struct smtp_options *options, struct text *problem) {
    pthread_once(&once, begin_curl);
    if (!smtp_address_valid(text_from(options->from))) {
        *problem = text_format(arena, "\"%s\" is not an e-mail address to send from", options->from);
        return NULL;
    }
    struct smtp *smtp = arena_new_of(arena, struct smtp);
    smtp->url = text_copy(arena, text_from(options->url)).data;
    smtp->user = text_copy(arena, text_from(options->user)).data;
    smtp->from = text_copy(arena, text_from(options->from)).data;
    smtp->from_name = text_copy(arena, text_from(options->from_name)).data;
    smtp->ca_file = text_copy(arena, text_from(options->ca_file)).data;
    smtp->password = text_copy(arena, options->password);
    smtp->plain = options->plain;
    return smtp;
}

static size_t read_more(char *out, size_t size, size_t count, void *self) {
    struct text *rest = self;
    size_t much = rest->size < size * count ? rest->size : size * count;
    memcpy(out, rest->data, much);
    *rest = text_slice(*rest, much, rest->size);
    return much;
}

/* 5xx to the letter or its address is for good; to us (authentication, TLS) it is the operator's to mend. */
static enum smtp_answer answer_of(CURLcode code, long said) {
    if (code == CURLE_OK) return SMTP_TAKEN;
    if (code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED) return SMTP_AGAIN;
    bool ours = said == 530 || said == 534 || said == 535 || said == 538;
    return said >= 500 && said <= 599 && !ours ? SMTP_REFUSED : SMTP_AGAIN;
}

static void choose(CURL *curl, const struct smtp *smtp) {
    curl_easy_setopt(curl, CURLOPT_URL, smtp->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL, smtp->plain ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    if (smtp->ca_file[0] != '\0') curl_easy_setopt(curl, CURLOPT_CAINFO, smtp->ca_file);
    if (smtp->user[0] != '\0') {
        curl_easy_setopt(curl, CURLOPT_USERNAME, smtp->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, smtp->password.data);
    }
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
}

enum smtp_answer smtp_send(const struct smtp *smtp, struct arena *arena, const struct smtp_letter *letter,
                           struct text *reply) {
    if (!smtp_address_valid(letter->to)) {
        *reply = TEXT("not an e-mail address");
        return SMTP_REFUSED;
    }
    struct text rest = smtp_letter_text(arena, smtp->from, smtp->from_name, letter);
    struct text from = text_format(arena, "<%s>", smtp->from), to = text_format(arena, "<%.*s>", TEXT_ARG(letter->to));
    CURL *curl = curl_easy_init();
    if (curl == NULL) return SMTP_AGAIN;
    char words[CURL_ERROR_SIZE] = "";
    struct curl_slist *recipients = curl_slist_append(NULL, to.data);
    choose(curl, smtp);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.data);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_more);
    curl_easy_setopt(curl, CURLOPT_READDATA, &rest);
    CURLcode code = curl_easy_perform(curl);
    long said = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &said);
    curl_slist_free_all(recipients);
    curl_easy_cleanup(curl);
    if (code != CURLE_OK)
        *reply = text_format(arena, "%ld %s", said, words[0] != '\0' ? words : curl_easy_strerror(code));
    return answer_of(code, said);
}
