/* centre_send.c: one piece of news to Kabinet: signed, sent, and what the answer means for the purchase. What is read
 * of an answer is read here anew, not by Kabinet's own code. */
#include "sandbox/centre.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define DECISION_MS 5000L /* then the centre decides by itself */
#define HASTY_MS 3L
#define TIMEOUT_MS 8000L
#define ANSWER_MOST 2048

const char *const shop_fault_names[SHOP_FAULTS] = {"none",  "lost",          "twice",
                                                   "hasty", "claimed-first", "claimed-twice"};

struct reply {
    long status; /* 0: none came */
    char body[ANSWER_MOST + 1];
    size_t size;
};

static size_t collect(char *data, size_t size, size_t count, void *self) {
    struct reply *reply = self;
    size_t more = size * count;
    if (reply->size + more > ANSWER_MOST) return 0;
    memcpy(reply->body + reply->size, data, more);
    reply->size += more;
    reply->body[reply->size] = '\0';
    return more;
}

/* ---- what is said ---- */

static void add_words(struct buffer *out, const char *name, const char *words) {
    buffer_format(out, ",\"%s\":\"", name);
    for (; *words != '\0'; words++) {
        if (*words == '"' || *words == '\\') buffer_add_char(out, '\\');
        if ((unsigned char)*words >= ' ') buffer_add_char(out, *words);
    }
    buffer_add_char(out, '"');
}

static struct text body_of(struct arena *arena, const struct centre_sender *sender, const struct news *news,
                           const struct purchase *purchase) {
    static const char *const kinds[] = {"authorisation", "reversal", "clearing",
                                        "refund",        "challenge", "chargeback"};
    static const char *const places[] = {"till", "internet", "cash"};
    struct buffer out = buffer_new(arena, 512);
    buffer_format(&out, "{\"institution\":\"%s\",\"type\":\"%s\",\"id\":\"%s\",\"operation\":\"%s\",\"card\":\"%s\"",
                  sender->institution, kinds[news->kind], news->id, purchase->id, purchase->card);
    if (news->sum > 0)
        buffer_format(&out, ",\"sum\":\"%lld.%02lld\",\"currency\":\"%s\"", (long long)(news->sum / 100),
                      (long long)(news->sum % 100),
                      purchase->foreign && news->kind == NEWS_AUTHORISATION ? "USD" : "RUB");
    struct checkout checkout;
    bool confirmed = centre_checkout_find(sender->side, purchase->id, &checkout);
    if (confirmed && news->kind == NEWS_AUTHORISATION) add_words(&out, "challenge", checkout.challenge);
    if (confirmed && news->kind == NEWS_CHALLENGE) add_words(&out, "back", checkout.back);
    if (news->kind == NEWS_VERDICT) add_words(&out, "outcome", news->last ? "won" : "lost");
    buffer_format(&out, ",\"place\":\"%s\"", places[purchase->place]);
    if (purchase->merchant[0] != '\0') add_words(&out, "merchant", purchase->merchant);
    if (purchase->category[0] != '\0') add_words(&out, "category", purchase->category);
    if (purchase->country[0] != '\0') add_words(&out, "country", purchase->country);
    if (news->kind == NEWS_CLEARING) buffer_format(&out, ",\"last\":%s", news->last ? "true" : "false");
    buffer_add_char(&out, '}');
    return buffer_text(&out);
}

/* "HMAC-SHA256 <seconds>:<nonce>:<hex over callback⏎seconds⏎nonce⏎body>" */
static struct text header_of(struct arena *arena, const struct centre_sender *sender, struct text body) {
    unsigned char bytes[8];
    world_random(sender->world, bytes, sizeof bytes);
    struct text nonce = text_hex(arena, bytes, sizeof bytes);
    struct buffer message = buffer_new(arena, body.size + 128);
    long long seconds = world_now(sender->world) / SECOND;
    buffer_format(&message, "callback\n%lld\n%.*s\n", seconds, TEXT_ARG(nonce));
    buffer_add_text(&message, body);
    struct text mac = sign(arena, sender->secret, buffer_text(&message));
    return text_format(arena, "Authorization: HMAC-SHA256 %lld:%.*s:%.*s", seconds, TEXT_ARG(nonce), TEXT_ARG(mac));
}

static struct reply post(const struct centre_sender *sender, struct text body, struct text header, long timeout_ms) {
    struct reply reply = {.status = 0};
    CURL *curl = curl_easy_init();
    if (curl == NULL) return reply;
    struct curl_slist *headers = curl_slist_append(NULL, header.data);
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Accept: application/json");
    curl_easy_setopt(curl, CURLOPT_URL, sender->url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body.size);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    if (curl_easy_perform(curl) == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return reply;
}

static struct reply ask(const struct centre_sender *sender, const struct news *news, const struct purchase *purchase,
                        long timeout_ms) {
    struct reply reply = {.status = 0};
    struct arena *arena = arena_new(64 * 1024);
    if (arena == NULL) return reply;
    struct text body = body_of(arena, sender, news, purchase);
    reply = post(sender, body, header_of(arena, sender, body), timeout_ms);
    arena_free(arena);
    return reply;
}

/* ---- decisions ---- */

struct decision {
    bool told, approved;
    char reason[32];
};

static struct decision read_decision(const struct reply *reply) {
    struct decision decision = {.told = reply->status == 200 && strstr(reply->body, "\"decision\":\"") != NULL};
    const char *reason = strstr(reply->body, "\"reason\":\"");
    decision.approved = decision.told && strstr(reply->body, "\"decision\":\"approved\"") != NULL;
    if (decision.told && reason != NULL) sscanf(reason + 10, "%31[a-z-]", decision.reason);
    return decision;
}

struct twin {
    const struct centre_sender *sender;
    const struct news *news;
    const struct purchase *purchase;
    struct decision decision;
};

static void *twin_run(void *self) {
    struct twin *twin = self;
    struct reply reply = ask(twin->sender, twin->news, twin->purchase, DECISION_MS);
    twin->decision = read_decision(&reply);
    return NULL;
}

/* As its fault has it; told twice it must be told alike. */
static struct decision decide(const struct centre_sender *sender, const struct news *news, struct purchase *purchase) {
    struct twin twin = {sender, news, purchase, {false, false, ""}};
    pthread_t thread;
    bool twice = purchase->fault == SHOP_TWICE && pthread_create(&thread, NULL, twin_run, &twin) == 0;
    if (purchase->fault == SHOP_LOST) ask(sender, news, purchase, DECISION_MS);
    struct reply reply = ask(sender, news, purchase, purchase->fault == SHOP_HASTY ? HASTY_MS : DECISION_MS);
    struct decision decision = read_decision(&reply);
    if (twice) pthread_join(thread, NULL);
    if (twice && decision.told && twin.decision.told && decision.approved != twin.decision.approved)
        purchase->odd = true;
    if (reply.status == 409) purchase->odd = true;
    return decision;
}

static void tell(const struct centre_sender *sender, enum news_kind kind, const struct purchase *purchase) {
    struct news news = {.kind = kind, .last = true};
    snprintf(news.id, sizeof news.id, "N%lld", (long long)world_id(sender->world));
    memcpy(news.purchase, purchase->id, sizeof news.purchase);
    centre_news_add(sender->books, &news);
}

/* An authorisation is asked for once; without an answer the centre declines by itself and takes it back. */
static bool authorise(const struct centre_sender *sender, const struct news *news, struct purchase *purchase) {
    if (purchase->state != PURCHASE_ASKED) return true;
    struct decision decision = decide(sender, news, purchase);
    purchase->state = decision.approved ? PURCHASE_APPROVED : PURCHASE_DECLINED;
    snprintf(purchase->reason, sizeof purchase->reason, "%s", decision.told ? decision.reason : "no-answer");
    bool reverses = !decision.told && centre_reverse(sender->books, text_from(purchase->id), 0);
    if (reverses) tell(sender, NEWS_REVERSAL, purchase);
    return centre_purchase_keep(sender->books, purchase);
}

/* Where the bank wants its customer's browser. */
static bool challenge(const struct centre_sender *sender, const struct news *news, struct purchase *purchase) {
    struct checkout checkout;
    struct reply reply = ask(sender, news, purchase, DECISION_MS);
    struct decision decision = read_decision(&reply);
    const char *id = strstr(reply.body, "\"challenge\":\""), *url = strstr(reply.body, "\"url\":\"");
    if (!centre_checkout_find(sender->side, purchase->id, &checkout)) return true;
    if (decision.told && id != NULL && url != NULL && sscanf(id + 13, "%23[0-9]", checkout.challenge) == 1 &&
        sscanf(url + 7, "%299[^\"]", checkout.url) == 1)
        return centre_checkout_keep(sender->side, &checkout);
    if (reply.status != 0 && reply.status != 200) purchase->odd = true;
    purchase->state = PURCHASE_DECLINED;
    snprintf(purchase->reason, sizeof purchase->reason, "%s", decision.told ? decision.reason : "no-answer");
    return centre_purchase_keep(sender->books, purchase);
}

bool centre_send(const struct centre_sender *sender, const struct news *news) {
    struct purchase purchase;
    if (!centre_purchase_find(sender->books, text_from(news->purchase), &purchase)) return true;
    if (news->kind == NEWS_AUTHORISATION) return authorise(sender, news, &purchase);
    if (news->kind == NEWS_CHALLENGE) return challenge(sender, news, &purchase);
    struct reply reply = ask(sender, news, &purchase, TIMEOUT_MS);
    bool twice = purchase.fault == SHOP_CLAIMED_TWICE && news->kind == NEWS_CLEARING && reply.status == 200;
    if (twice) reply = ask(sender, news, &purchase, TIMEOUT_MS);
    bool answered = reply.status != 0 && reply.status < 500 && reply.status != 429;
    if (twice && answered && strstr(reply.body, "\"known\"") == NULL) purchase.odd = true;
    if (answered && reply.status != 200) purchase.odd = true;
    if (purchase.odd) centre_purchase_keep(sender->books, &purchase);
    return answered;
}
