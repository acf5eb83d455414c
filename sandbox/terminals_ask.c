/* terminals_ask.c: a payment's way: check, then pay under one txn_id, asked again until there is an answer that means
 * something. What is read of an answer is read here anew, not by Kabinet's own code. */
#include "sandbox/terminals.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TIMEOUT_MS 10000L
#define HASTY_MS 3L
#define ANSWER_MOST 4096
#define TRIES 1000 /* with pauses of up to half a second: some minutes */

const char *const terminal_fault_names[TERMINAL_FAULTS] = {"none",      "lost",          "hasty",    "twice",
                                                           "unchecked", "checked-after", "other-sum"};

bool terminal_fault_named(struct world *world, struct text name, enum terminal_fault *fault) {
    if (text_is(name, "storm")) {
        *fault = (enum terminal_fault)world_random_below(world, TERMINAL_FAULTS);
        return true;
    }
    for (int i = 0; i < TERMINAL_FAULTS; i++) {
        if (!text_is(name, terminal_fault_names[i])) continue;
        *fault = (enum terminal_fault)i;
        return true;
    }
    return false;
}

/* ---- one request ---- */

enum { RESULT_OK = 0, RESULT_LATER = 1, RESULT_PENDING = 90, NOTHING = -1, NOBODY = -2 };

struct reply {
    int result; /* NOTHING: no answer, or none that can be read; NOBODY: the login is not good */
    char prv[24];
};

struct answer_body {
    char data[ANSWER_MOST + 1];
    size_t size;
};

static size_t collect(char *data, size_t size, size_t count, void *self) {
    struct answer_body *body = self;
    size_t more = size * count;
    if (body->size + more > ANSWER_MOST) return 0;
    memcpy(body->data + body->size, data, more);
    body->size += more;
    body->data[body->size] = '\0';
    return more;
}

/* The element's text; false when it is absent, empty or too long. */
static bool element(const char *body, const char *name, char *value, size_t room) {
    char open[32], close[32];
    snprintf(open, sizeof open, "<%s>", name);
    snprintf(close, sizeof close, "</%s>", name);
    const char *from = strstr(body, open);
    const char *end = from != NULL ? strstr(from, close) : NULL;
    if (end == NULL) return false;
    from += strlen(open);
    size_t size = (size_t)(end - from);
    if (size == 0 || size >= room) return false;
    memcpy(value, from, size);
    value[size] = '\0';
    return true;
}

static struct reply read_reply(const struct terminal_payment *payment, const char *body) {
    struct reply reply = {.result = NOTHING};
    char result[8], txn[TERMINAL_TXN];
    int64_t number;
    if (strstr(body, "</response>") == NULL || !element(body, "result", result, sizeof result) ||
        !element(body, "osmp_txn_id", txn, sizeof txn) || strcmp(txn, payment->txn) != 0 ||
        !text_to_int(text_from(result), &number))
        return reply;
    if (!element(body, "prv_txn", reply.prv, sizeof reply.prv)) reply.prv[0] = '\0';
    reply.result = (int)number;
    return reply;
}

static void date_now(struct world *world, char date[32]) {
    struct civil now = civil_at(world_now(world), zone_utc());
    snprintf(date, 32, "%04d%02d%02d%02d%02d%02d", now.date.year, now.date.month, now.date.day, now.hour, now.minute,
             now.second);
}

static struct reply ask(const struct terminal_asker *asker, const struct terminal_payment *payment,
                        const char *command, int64_t sum, long timeout_ms) {
    struct reply reply = {.result = NOTHING};
    struct answer_body body = {.size = 0};
    char url[768], date[32];
    CURL *curl = curl_easy_init();
    char *account = curl != NULL ? curl_easy_escape(curl, payment->account, 0) : NULL;
    if (account == NULL) return reply;
    date_now(asker->world, date);
    snprintf(url, sizeof url, "%s?command=%s&txn_id=%s&account=%s&sum=%lld.%02lld&txn_date=%s", asker->url, command,
             payment->txn, account, (long long)(sum / 100), (long long)(sum % 100), date);
    curl_free(account);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_USERNAME, asker->login.login);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, asker->login.password);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    long status = 0;
    if (curl_easy_perform(curl) == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    if (status == 401 || status == 403) reply.result = NOBODY;
    return status == 200 ? read_reply(payment, body.data) : reply;
}

/* ---- again and again ---- */

static bool means_again(int result) {
    return result < 0 || result == RESULT_LATER || result == RESULT_PENDING;
}

/* Longer and longer, up to half a second; false: the program stops. */
static bool pause_before(const struct terminal_asker *asker, int tries) {
    long ms = tries < 6 ? 10L << tries : 500L;
    const struct timespec length = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&length, NULL);
    return !*asker->stopping;
}

static int check_until(const struct terminal_asker *asker, const struct terminal_payment *payment) {
    for (int tries = 0; tries < TRIES; tries++) {
        struct reply reply = ask(asker, payment, "check", payment->sum, TIMEOUT_MS);
        if (!means_again(reply.result) || reply.result == NOBODY) return reply.result;
        if (!pause_before(asker, tries)) return NOTHING;
    }
    return NOTHING;
}

/* Told once, it must be told so for ever. */
static void take(struct terminal_payment *payment, const struct reply *reply) {
    bool paid = reply->result == RESULT_OK;
    if (payment->state == TERMINAL_PAID) {
        payment->odd = payment->odd || !paid || strcmp(payment->prv, reply->prv) != 0;
        return;
    }
    payment->result = reply->result;
    payment->state = paid ? TERMINAL_PAID : TERMINAL_REFUSED;
    memcpy(payment->prv, reply->prv, sizeof payment->prv);
    payment->odd = payment->odd || (paid && payment->prv[0] == '\0');
}

static void pay_until(const struct terminal_asker *asker, struct terminal_payment *payment) {
    for (int tries = 0; tries < TRIES; tries++) {
        bool hasty = payment->fault == TERMINAL_HASTY && tries < 3;
        struct reply reply = ask(asker, payment, "pay", payment->sum, hasty ? HASTY_MS : TIMEOUT_MS);
        bool lost = payment->fault == TERMINAL_LOST && tries == 0;
        if (!means_again(reply.result) && !lost) {
            take(payment, &reply);
            return;
        }
        if (!pause_before(asker, tries)) return;
    }
}

/* ---- twice at once ---- */

struct twin {
    const struct terminal_asker *asker;
    const struct terminal_payment *payment;
    struct reply reply;
};

static void *twin_run(void *self) {
    struct twin *twin = self;
    twin->reply = ask(twin->asker, twin->payment, "pay", twin->payment->sum, TIMEOUT_MS);
    return NULL;
}

static void pay_twice(const struct terminal_asker *asker, struct terminal_payment *payment) {
    const struct terminal_payment same = *payment;
    struct twin twin = {asker, &same, {.result = NOTHING}};
    pthread_t thread;
    bool started = pthread_create(&thread, NULL, twin_run, &twin) == 0;
    pay_until(asker, payment);
    if (started) pthread_join(thread, NULL);
    /* Refused for a limit a moment before it was paid: that was the truth then. */
    if (payment->state == TERMINAL_PAID && twin.reply.result == RESULT_OK) take(payment, &twin.reply);
    if (payment->state == TERMINAL_REFUSED && twin.reply.result == RESULT_OK) payment->odd = true;
}

/* ---- the way ---- */

static void other_sum(const struct terminal_asker *asker, struct terminal_payment *payment) {
    struct reply reply = ask(asker, payment, "pay", payment->sum + 1, TIMEOUT_MS);
    if (reply.result == RESULT_OK) payment->odd = true;
    pay_until(asker, payment); /* and the true one is told as before */
}

void terminal_run(const struct terminal_asker *asker, struct terminal_payment *payment) {
    bool checks = payment->fault != TERMINAL_UNCHECKED && payment->fault != TERMINAL_CHECKED_AFTER;
    int allowed = checks ? check_until(asker, payment) : RESULT_OK;
    if (allowed == NOTHING) return;
    if (allowed != RESULT_OK) {
        payment->state = TERMINAL_REFUSED;
        payment->result = allowed;
        return;
    }
    if (payment->fault == TERMINAL_TWICE) pay_twice(asker, payment);
    else pay_until(asker, payment);
    if (payment->state != TERMINAL_PAID) return;
    if (payment->fault == TERMINAL_OTHER_SUM) other_sum(asker, payment);
    if (payment->fault == TERMINAL_CHECKED_AFTER) {
        check_until(asker, payment);
        pay_until(asker, payment);
    }
}
