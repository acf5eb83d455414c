/* local.c: see local.h. By libcurl. */
#include "app/local.h"

#include <curl/curl.h>

#define PATIENCE_MS 60000L

struct text local_base(struct arena *arena, const struct config_base *config) {
    bool own_tls = config->certificate_file[0] != '\0';
    return text_format(arena, "%s://%s", own_tls ? "https" : "http", config->listen);
}

static size_t nowhere(char *data, size_t size, size_t count, void *self) {
    (void)data;
    (void)self;
    return size * count;
}

static bool add(curl_mime *form, const struct local_field *field) {
    curl_mimepart *part = curl_mime_addpart(form);
    bool good = part != NULL && curl_mime_name(part, field->name) == CURLE_OK &&
                curl_mime_data(part, field->value.size > 0 ? field->value.data : "", field->value.size) == CURLE_OK;
    if (good && field->file_name.data != NULL)
        good = curl_mime_filename(part, field->file_name.data) == CURLE_OK &&
               curl_mime_type(part, "application/octet-stream") == CURLE_OK;
    return good;
}

long local_post(struct arena *arena, struct text base, const char *path, const struct local_field *fields,
                size_t count) {
    long status = 0;
    CURL *curl = curl_easy_init();
    if (curl == NULL) return 0;
    curl_mime *form = curl_mime_init(curl);
    bool good = form != NULL;
    for (size_t i = 0; good && i < count; i++)
        if (fields[i].value.data != NULL) good = add(form, &fields[i]);
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(curl, CURLOPT_URL, text_format(arena, "%.*s%s", TEXT_ARG(base), path).data);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_MIMEPOST, form);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, nowhere);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, PATIENCE_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    if (good && curl_easy_perform(curl) == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_mime_free(form);
    curl_easy_cleanup(curl);
    return status;
}
