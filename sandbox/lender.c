/* lender.c: the lender's interface (src/adapters/lender/README.md): ten signed calls, answered as they should be or
 * spoiled. */
#include "sandbox/lender.h"

#include "generated/strings_sandbox.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HUGE_BYTES ((size_t)400 * 1024)
#define ENTRIES_MOST 100
#define OFFER_LIFE (5 * DAY)

#define WORD(field, most) {.name = field, .type = FIELD_TEXT, .max = (most)}
FORM(call_form, WORD("id", LENT_ID - 1), WORD("loan", LENT_ID - 1), WORD("sum", 20), WORD("term", 6), WORD("made", 20),
     WORD("full", 5), WORD("consent", 40), WORD("consented", 20), WORD("phone", 20), WORD("surname", 100),
     WORD("name", 100), WORD("patronymic", 100), WORD("birth", 10), WORD("passport", 20), WORD("passport_date", 10),
     WORD("passport_office", 10), WORD("passport_by", 300), WORD("inn", 12), WORD("snils", 20), WORD("contract", 64),
     WORD("psk", 12), WORD("signed", 20), {.name = "after", .type = FIELD_INT, .min = 0, .max = INT32_MAX});

static const struct refusal bad_signature = {"bad-signature", 401, S_sandbox_refused_signature, false};
static const struct refusal bad_fields = {"bad-request", 422, S_sandbox_refused_fields, false};
static const struct refusal not_written = {"not-written", 503, S_sandbox_refused_broken, false};

struct lender *lender_open(struct arena *arena, const char *journal, const char *key_file, struct text *problem) {
    struct lender *lender = calloc(1, sizeof *lender);
    *problem = TEXT("no key for the lender");
    if (lender == NULL || !secret_read(arena, key_file, &lender->key)) {
        free(lender);
        return NULL;
    }
    lender->books = lend_books_open(journal, problem);
    if (lender->books == NULL) {
        free(lender);
        return NULL;
    }
    pthread_mutex_init(&lender->lock, NULL);
    return lender;
}

void lender_close(struct lender *lender) {
    lend_books_close(lender->books);
    pthread_mutex_destroy(&lender->lock);
    free(lender);
}

static struct lender *lender_of(const struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    return sandbox->lender;
}

enum lend_fault lender_fault(struct request *request, enum lend_call call) {
    struct lender *lender = lender_of(request);
    pthread_mutex_lock(&lender->lock);
    enum lend_fault fault = lend_rules_roll(&lender->rules, request->world, call);
    pthread_mutex_unlock(&lender->lock);
    return fault;
}

/* ---- who asks for what ---- */

static bool signed_right(struct request *request, const char *call) {
    struct text rest, header = request->authorization;
    if (!text_starts(header, "HMAC-SHA256 ")) return false;
    struct text client = text_split(text_slice(header, 12, header.size), ':', &rest);
    struct text plain = text_format(request->arena, "HMAC-SHA256 %.*s", TEXT_ARG(rest));
    return text_is(client, "kabinet") && authorization_matches(lender_of(request)->key, call, plain, request->body,
                                                               world_now(request->world) / SECOND);
}

static struct text given(const struct request *request, const char *name) {
    return field_given(request, name) ? field_text(request, name) : TEXT("");
}

static bool given_sum(struct request *request, int64_t *sum) {
    struct money money;
    if (!money_parse(given(request, "sum"), CURRENCY_RUB, &money)) return false;
    *sum = money.minor;
    return true;
}

static int lending_of(const struct request *request) {
    for (int i = 0; i < LENDINGS; i++)
        if (text_is(request->params[0], lendings[i].code)) return i;
    return -1;
}

/* ---- how it is said ---- */

#define SORRY "<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>\n"

static struct text spoiled(struct arena *arena, struct text document, enum lend_fault delivery) {
    struct buffer out;
    switch (delivery) {
    case LEND_TWICE: return text_join(arena, document, document);
    case LEND_HTML: return text_format(arena, SORRY, "Займы", "Войдите в систему");
    case LEND_GATEWAY: return text_format(arena, SORRY, "502 Bad Gateway", "502 Bad Gateway");
    case LEND_BROKEN: return text_slice(document, 0, document.size * 2 / 3);
    case LEND_EMPTY: return TEXT("");
    case LEND_HUGE:
        out = buffer_new(arena, HUGE_BYTES + document.size);
        while (out.size < HUGE_BYTES) buffer_add_literal(&out, "                                ");
        buffer_add_text(&out, document);
        return buffer_text(&out);
    default: return document;
    }
}

static enum flow send(struct request *request, const struct node *document, enum lend_fault delivery) {
    const struct sandbox *sandbox = request->engine_state;
    struct buffer json = buffer_new(request->arena, 4096);
    doc_write_json(document, &json);
    bool html = delivery == LEND_HTML || delivery == LEND_GATEWAY;
    struct answer_file file = {.content_type = html ? "text/html; charset=utf-8" : "application/json",
                               .bytes = spoiled(request->arena, buffer_text(&json), delivery)};
    answer_file(request, &file);
    if (delivery == LEND_GATEWAY) request->answer.status = 502;
    if (delivery == LEND_SLOW) answer_after(request, sandbox->slow_us);
    if (delivery == LEND_TIMEOUT_AFTER || delivery == LEND_TIMEOUT_BEFORE) answer_never(request, sandbox->late_us);
    if (delivery == LEND_CLOSED_AFTER) answer_never(request, 0);
    return FLOW_ANSWERED;
}

static void say_sum(struct node *node, const char *name, int64_t sum) {
    doc_text(node, name, money_decimal(node->arena, rub(sum)));
}

static void say_number(struct node *node, const char *name, int64_t number) {
    doc_text(node, name, text_format(node->arena, "%lld", (long long)number));
}

static void say_day(struct node *node, const char *name, int64_t day) {
    doc_text(node, name, date_format(node->arena, date_from_days(day)));
}

static struct text psk_text(struct arena *arena, int64_t psk) {
    return text_format(arena, "%lld.%03lld", (long long)(psk / 1000), (long long)(psk % 1000));
}

/* The id first: another one's when that goes wrong. */
static struct node *about(struct request *request, struct text id, enum lend_fault delivery) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "id", delivery == LEND_OTHER_ID ? text_format(request->arena, "%.*s1", TEXT_ARG(id)) : id);
    return document;
}

/* ---- terms ---- */

static void say_schedule(struct node *document, const struct lent_terms *terms, int64_t paid) {
    struct node *list = doc_array(document, "schedule");
    for (size_t i = 0; i < terms->count; i++) {
        struct node *due = doc_add_object(list);
        say_day(due, "date", terms->dues[i].day);
        say_sum(due, "sum", terms->dues[i].sum);
        paid -= terms->dues[i].sum;
        if (paid >= 0) doc_text(due, "paid", TEXT("true"));
    }
}

static void say_terms(struct node *document, const struct lent_terms *terms, bool bad_psk, enum lend_fault delivery) {
    say_sum(document, "sum", terms->sum + (delivery == LEND_OTHER_SUM ? 100 : 0));
    say_number(document, "term", terms->term);
    say_day(document, "from", terms->day);
    say_sum(document, "total", terms->total);
    doc_text(document, "psk", psk_text(document->arena, bad_psk ? terms->psk / 2 : terms->psk));
    say_schedule(document, terms, 0);
}

static enum flow quote(struct request *request, const struct lending *lending) {
    struct lent_terms terms;
    int64_t sum, term, day = date_to_days(civil_at(world_now(request->world), zone_named("Europe/Moscow")).date);
    enum lend_fault fault = lender_fault(request, LEND_QUOTE);
    if (!given_sum(request, &sum) || !text_to_int(given(request, "term"), &term) ||
        !lent_terms(lending, sum, term, day, &terms))
        return refuse(request, &bad_fields);
    struct node *document = doc_new(request->arena);
    say_terms(document, &terms, fault == LEND_BAD_PSK, fault);
    return send(request, document, fault);
}

/* ---- decisions ---- */

static struct text contract_of(struct request *request, const struct lent *lent, const struct lent_terms *terms) {
    struct arena *arena = request->arena;
    struct buffer out = buffer_new(arena, 2048);
    buffer_format(&out, "ДОГОВОР ПОТРЕБИТЕЛЬСКОГО ЗАЙМА № Л-%s\nот %.*s\n\n", lent->id,
                  TEXT_ARG(date_format(arena, date_from_days(terms->day))));
    buffer_format(&out, "1. Сумма займа: %.*s руб.\n", TEXT_ARG(money_decimal(arena, rub(terms->sum))));
    buffer_format(&out, "2. Полная стоимость займа: %.*s %% годовых; всего к возврату %.*s руб.\n",
                  TEXT_ARG(psk_text(arena, terms->psk)), TEXT_ARG(money_decimal(arena, rub(terms->total))));
    buffer_add_literal(&out, "3. Платежи:\n");
    for (size_t i = 0; i < terms->count; i++)
        buffer_format(&out, "   %.*s — %.*s руб.\n", TEXT_ARG(date_format(arena, date_from_days(terms->dues[i].day))),
                      TEXT_ARG(money_decimal(arena, rub(terms->dues[i].sum))));
    buffer_add_literal(&out, "4. Вернуть заём можно раньше срока, весь или частью, в любой день.\n"
                             "5. Неустойка при просрочке: 20 % годовых на просроченный долг.\n"
                             "6. Договор подписан кодом из СМС как простой электронной подписью.\n");
    return buffer_text(&out);
}

static struct text sha256(struct arena *arena, struct text text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(text.data, text.size, digest, &size, EVP_sha256(), NULL);
    return text_hex(arena, digest, size);
}

static void say_offer(struct request *request, const struct lent *lent, enum lend_fault delivery,
                      struct node *document) {
    struct lent_terms terms;
    if (!lent_terms_of(lent, &terms)) return;
    doc_text(document, "number", text_format(request->arena, "Л-%s", lent->id));
    doc_text(document, "contract", contract_of(request, lent, &terms));
    say_number(document, "until", lent->until / SECOND);
    say_terms(document, &terms, lent->bad_psk, delivery);
}

static enum flow decide(struct request *request, const struct lent *lent, enum lend_fault delivery) {
    enum lent_state state = lent_state_of(lent, world_now(request->world));
    if (state == LENT_CLOSED) state = LENT_ISSUED;
    if (delivery == LEND_CONTRADICTS) state = LENT_REFUSED;
    struct node *document = about(request, text_copy(request->arena, text_from(lent->id)), delivery);
    doc_text(document, "status", text_from(lent_state_name(state)));
    if (state == LENT_REFUSED) {
        struct node *reasons = doc_array(document, "reasons");
        doc_add_text(reasons, TEXT("Недостаточно сведений о доходах."));
        doc_add_text(reasons, TEXT("Новую заявку можно подать через 30 дней."));
    }
    if (state == LENT_OFFERED) say_offer(request, lent, delivery, document);
    if (state == LENT_SIGNED) say_number(document, "money_at", lent->money_at / SECOND);
    if (state == LENT_ISSUED) {
        say_sum(document, "sum", lent->sum + (delivery == LEND_OTHER_SUM ? 100 : 0));
        doc_text(document, "reference", text_format(request->arena, "В-%lld", (long long)lent->issued));
    }
    return send(request, document, delivery);
}

static enum flow unknown(struct request *request, struct text id, enum lend_fault delivery) {
    struct node *document = about(request, id, delivery);
    doc_text(document, "status", TEXT("unknown"));
    return send(request, document, delivery);
}

static enum flow apply(struct request *request, int lending) {
    const struct sandbox *sandbox = request->engine_state;
    struct lender *lender = lender_of(request);
    struct text id = given(request, "id");
    moment now = world_now(request->world);
    struct lent lent = {.lending = lending, .made = now, .ready = now, .until = now + OFFER_LIFE};
    struct lent_terms terms;
    int64_t number;
    enum lend_fault fault = lender_fault(request, LEND_APPLY);
    lent.day = date_to_days(civil_at(now, zone_named("Europe/Moscow")).date);
    if (lend_books_find(lender->books, id, now, &lent)) return decide(request, &lent, fault);
    if (!text_to_int(id, &number) || !given_sum(request, &lent.asked) ||
        !text_to_int(given(request, "term"), &lent.term) || given(request, "consent").size == 0 ||
        given(request, "passport").size == 0 ||
        !lent_terms(&lendings[lending], lent.asked, lent.term, lent.day, &terms))
        return refuse(request, &bad_fields);
    if (fault == LEND_TIMEOUT_BEFORE) return unknown(request, id, fault);
    snprintf(lent.id, sizeof lent.id, "%.*s", TEXT_ARG(id));
    snprintf(lent.phone, sizeof lent.phone, "%.*s", TEXT_ARG(given(request, "phone")));
    lent.sum = lent.asked;
    if (fault == LEND_LESS && lent.asked / 200000 * 100000 >= lendings[lending].sum_least)
        lent.sum = lent.asked / 200000 * 100000;
    lent.refuses = fault == LEND_REFUSES || fault == LEND_REFUSES_LATER;
    lent.bad_psk = fault == LEND_BAD_PSK;
    if (fault == LEND_SLOW_DECISION || fault == LEND_REFUSES_LATER) lent.ready = now + sandbox->slow_us;
    return lend_books_add(lender->books, &lent) ? decide(request, &lent, fault) : refuse(request, &not_written);
}

static enum flow status(struct request *request) {
    struct lent lent;
    struct text id = given(request, "id");
    enum lend_fault fault = lender_fault(request, LEND_STATUS);
    bool found = lend_books_find(lender_of(request)->books, id, world_now(request->world), &lent);
    return found ? decide(request, &lent, fault) : unknown(request, id, fault);
}

static enum flow sign_contract(struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    struct lender *lender = lender_of(request);
    struct lent lent;
    struct lent_terms terms;
    struct text id = given(request, "id");
    moment now = world_now(request->world);
    enum lend_fault fault = lender_fault(request, LEND_SIGN);
    if (!lend_books_find(lender->books, id, now, &lent) || !lent_terms_of(&lent, &terms))
        return unknown(request, id, fault);
    if (!text_equal(given(request, "contract"), sha256(request->arena, contract_of(request, &lent, &terms))) ||
        !text_equal(given(request, "psk"), psk_text(request->arena, terms.psk)))
        return refuse(request, &bad_fields);
    if (fault == LEND_TIMEOUT_BEFORE) return decide(request, &lent, fault);
    bool offered = lent_state_of(&lent, now) == LENT_OFFERED;
    if (offered && fault == LEND_SIGN_REFUSED) {
        if (!lend_books_cancel(lender->books, id, now)) return refuse(request, &not_written);
        lend_books_find(lender->books, id, now, &lent);
    } else if (!lend_books_sign(lender->books, id, now + (fault == LEND_COOLING ? sandbox->slow_us : 0), now, &lent)) {
        return refuse(request, &not_written);
    }
    return decide(request, &lent, fault);
}

static enum flow cancel(struct request *request) {
    struct lent lent;
    struct text id = given(request, "id");
    moment now = world_now(request->world);
    int64_t number;
    enum lend_fault fault = lender_fault(request, LEND_CANCEL);
    if (!text_to_int(id, &number)) return refuse(request, &bad_fields);
    if (fault == LEND_TIMEOUT_BEFORE) return unknown(request, id, fault);
    if (!lend_books_cancel(lender_of(request)->books, id, now)) return refuse(request, &not_written);
    lend_books_find(lender_of(request)->books, id, now, &lent);
    return decide(request, &lent, fault);
}

static enum flow take_back(struct request *request) {
    struct lent lent;
    struct text id = given(request, "id");
    moment now = world_now(request->world);
    enum lend_fault fault = lender_fault(request, LEND_RETURN);
    if (!lend_books_find(lender_of(request)->books, id, now, &lent) || fault == LEND_TIMEOUT_BEFORE)
        return unknown(request, id, fault);
    if (!lend_books_return(lender_of(request)->books, id, now)) return refuse(request, &not_written);
    lend_books_find(lender_of(request)->books, id, now, &lent);
    return decide(request, &lent, fault);
}

/* ---- loans ---- */

static enum flow loan(struct request *request) {
    struct lend_books *books = lender_of(request)->books;
    struct lent lent;
    struct lent_terms terms;
    struct text id = given(request, "id");
    moment now = world_now(request->world);
    int64_t since;
    enum lend_fault fault = lender_fault(request, LEND_LOAN);
    if (!lend_books_find(books, id, now, &lent) || lent.issued == 0 || !lent_terms_of(&lent, &terms))
        return unknown(request, id, fault);
    struct node *document = about(request, id, fault);
    doc_text(document, "state", lent.closed_day != 0 ? TEXT("closed") : TEXT("open"));
    say_day(document, "today", lend_books_day(books, now));
    say_sum(document, "owed", owing_all(&lent.owing));
    say_sum(document, "principal", lent.owing.principal);
    say_sum(document, "interest", owing_interest(&lent.owing));
    say_sum(document, "penalty", owing_penalty(&lent.owing));
    say_sum(document, "overdue", owing_overdue(&terms, &lent.owing, &since));
    if (since != 0 && lent.closed_day == 0) say_day(document, "overdue_since", since);
    if (lent.closed_day != 0)
        doc_text(document, "certificate", text_format(request->arena, "С-%lld", (long long)lent.issued));
    say_schedule(document, &terms, lent.closed_day != 0 ? INT64_MAX / 2 : lent.owing.paid);
    return send(request, document, fault);
}

static enum flow say_repaid(struct request *request, const struct repaid *repaid, enum lend_fault delivery) {
    bool processing = repaid->ready > world_now(request->world), taken = repaid->reason[0] == '\0';
    struct node *document = about(request, text_copy(request->arena, text_from(repaid->id)), delivery);
    if (delivery == LEND_CONTRADICTS) processing = taken = false;
    say_sum(document, "sum", repaid->sum + (delivery == LEND_OTHER_SUM ? 100 : 0));
    doc_text(document, "status", processing ? TEXT("processing") : taken ? TEXT("taken") : TEXT("declined"));
    if (!processing && !taken)
        doc_text(document, "reason",
                 repaid->reason[0] != '\0' ? text_copy(request->arena, text_from(repaid->reason)) : TEXT("refused"));
    if (!processing && taken)
        doc_text(document, "reference", text_format(request->arena, "П-%lld", (long long)repaid->number));
    return send(request, document, delivery);
}

static enum flow repay(struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    struct lend_books *books = lender_of(request)->books;
    struct text id = given(request, "id");
    moment now = world_now(request->world);
    struct repaid repaid, known;
    int64_t number, sum;
    enum lend_fault fault = lender_fault(request, LEND_REPAY);
    if (!text_to_int(id, &number) || !given_sum(request, &sum) || sum == 0) return refuse(request, &bad_fields);
    if (lend_books_repaid(books, id, &known))
        return known.sum == sum ? say_repaid(request, &known, fault) : refuse(request, &bad_fields);
    if (fault == LEND_TIMEOUT_BEFORE) return unknown(request, id, fault);
    repaid = (struct repaid){.sum = sum, .ready = fault == LEND_REPAY_PENDING ? now + sandbox->slow_us : now};
    snprintf(repaid.id, sizeof repaid.id, "%.*s", TEXT_ARG(id));
    snprintf(repaid.loan, sizeof repaid.loan, "%.*s", TEXT_ARG(given(request, "loan")));
    if (!lend_books_repay(books, &repaid, text_is(given(request, "full"), "true"), fault == LEND_REPAY_REFUSED, now))
        return refuse(request, &not_written);
    return say_repaid(request, &repaid, fault);
}

static enum flow repayment(struct request *request) {
    struct repaid repaid;
    struct text id = given(request, "id");
    enum lend_fault fault = lender_fault(request, LEND_REPAYMENT);
    bool found = lend_books_repaid(lender_of(request)->books, id, &repaid);
    return found ? say_repaid(request, &repaid, fault) : unknown(request, id, fault);
}

static enum flow statement(struct request *request, int lending) {
    struct lent_entry *entries = arena_array(request->arena, struct lent_entry, ENTRIES_MOST);
    size_t count = lend_books_entries(lender_of(request)->books, lending, field_number(request, "after"),
                                      world_now(request->world), entries, ENTRIES_MOST);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "entries");
    for (size_t i = 0; i < count; i++) {
        struct node *entry = doc_add_object(list);
        doc_int(entry, "number", entries[i].number);
        doc_text(entry, "kind", text_from(entries[i].kind));
        doc_text(entry, "id", text_from(entries[i].id));
        say_sum(entry, "sum", entries[i].sum);
        say_number(entry, "made", entries[i].made / SECOND);
    }
    return send(request, document, lender_fault(request, LEND_STATEMENT));
}

/* POST /lender/{code}/{call} */
static enum flow call(struct request *request, struct tx *tx) {
    (void)tx;
    int lending = lending_of(request), which = 0;
    while (which < LEND_CALLS && !text_is(request->params[1], lend_call_names[which])) which++;
    if (lending < 0 || which == LEND_CALLS) return answer_missing(request);
    if (!signed_right(request, lend_call_names[which])) return refuse(request, &bad_signature);
    if (!request->fields_valid) return refuse(request, &bad_fields);
    switch (1 << which) {
    case LEND_QUOTE: return quote(request, &lendings[lending]);
    case LEND_APPLY: return apply(request, lending);
    case LEND_STATUS: return status(request);
    case LEND_SIGN: return sign_contract(request);
    case LEND_CANCEL: return cancel(request);
    case LEND_LOAN: return loan(request);
    case LEND_REPAY: return repay(request);
    case LEND_REPAYMENT: return repayment(request);
    case LEND_RETURN: return take_back(request);
    default: return statement(request, lending);
    }
}

const struct route lender_routes[LENDER_ROUTES] = {{.method = METHOD_POST,
                                                    .path = "/lender/{code}/{call}",
                                                    .who = WHO_PARTNER,
                                                    .form = &call_form,
                                                    .stages = {{STAGE_READ, call}}}};
