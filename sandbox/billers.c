/* billers.c: a biller asked by the protocol: what is asked, what it does, what it answers. */
#include "sandbox/billers.h"

#include "http/form.h"

#include <stdlib.h>

static const struct refusal no_biller = {"unknown-biller", 404, 0, false};
static const struct refusal wrong_method = {"wrong-method", 405, 0, false};
static const struct refusal no_login = {"login", 401, 0, false};

struct billers *billers_open(const char *journal, const char *login, struct text *problem) {
    struct billers *all = calloc(1, sizeof *all);
    *problem = TEXT("no memory");
    if (all == NULL) return NULL;
    all->login = login;
    all->rules = biller_rules_new();
    all->books = all->rules != NULL ? biller_books_open(journal, problem) : NULL;
    if (all->books != NULL) return all;
    if (all->rules != NULL) biller_rules_free(all->rules);
    free(all);
    return NULL;
}

void billers_close(struct billers *all) {
    biller_books_close(all->books);
    biller_rules_free(all->rules);
    free(all);
}

static struct billers *billers_of(const struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    return sandbox->billers;
}

/* ---- what is asked ---- */

static bool all_digits(struct text text, size_t least, size_t most) {
    if (text.size < least || text.size > most) return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return true;
}

static struct text value_of(const struct raw_field *fields, const char *name) {
    for (const struct raw_field *field = fields; field != NULL; field = field->next)
        if (text_is(field->name, name)) return field->value;
    return TEXT_NONE;
}

static enum biller_command command_of(struct text name) {
    if (text_is(name, "check")) return BILLER_CHECK;
    if (text_is(name, "pay")) return BILLER_PAY;
    if (text_is(name, "register")) return BILLER_REGISTER;
    return text_is(name, "cancel") ? BILLER_CANCEL : 0;
}

static bool read_sum(struct text typed, int64_t *minor) {
    struct money sum;
    *minor = -1;
    if (typed.size == 0) return true;
    if (!money_parse(typed, CURRENCY_RUB, &sum)) return false;
    *minor = sum.minor;
    return true;
}

static bool read_reading(struct text typed, int64_t *reading) {
    *reading = -1;
    return typed.size == 0 || (all_digits(typed, 1, 9) && text_to_int(typed, reading));
}

static bool read_date(const struct biller *biller, struct text date, int64_t *day) {
    *day = 0;
    if (date.size == 0) return biller->dialect != DIALECT_BASIC;
    return all_digits(date, 14, 14) && text_to_int(text_slice(date, 0, 8), day);
}

static bool read_register(const struct raw_field *fields, struct biller_asking *asking) {
    struct text day = value_of(fields, "date");
    asking->limit = 500;
    bool good = all_digits(day, 8, 8) && text_to_int(day, &asking->day);
    struct text after = value_of(fields, "after"), limit = value_of(fields, "limit");
    if (after.size > 0) good = text_to_int(after, &asking->after) && good;
    if (limit.size > 0) good = text_to_int(limit, &asking->limit) && asking->limit > 0 && good;
    return good;
}

static void read_asking(const struct biller *biller, const struct raw_field *fields, struct biller_asking *asking) {
    *asking = (struct biller_asking){
        .biller = biller,
        .command = command_of(value_of(fields, "command")),
        .txn = value_of(fields, "txn_id"),
        .account = value_of(fields, "account"),
        .name = text_trim(value_of(fields, "name")),
    };
    if (asking->command == BILLER_REGISTER) {
        asking->malformed = !read_register(fields, asking);
        return;
    }
    bool good = read_sum(value_of(fields, "sum"), &asking->sum);
    good = read_reading(value_of(fields, "reading"), &asking->reading) && good;
    good = read_date(biller, value_of(fields, "txn_date"), &asking->day) && good;
    bool txn_good = all_digits(asking->txn, 1, BILLER_TXN - 1);
    if (!txn_good) asking->txn = TEXT("");
    asking->malformed = !good || !txn_good || asking->command == 0;
    if (asking->command == BILLER_PAY && asking->sum < 0) asking->malformed = true;
}

/* ---- what it does ---- */

static void tell_fields(struct request *request, struct biller_answer *answer, const struct biller_asking *asking,
                        const struct biller_standing *standing) {
    const struct biller *biller = asking->biller;
    struct text values[5] = {TEXT_NONE};
    static const char *const names[] = {"name", "bill", "period", "meter", "balance"};
    if (biller->person) values[0] = text_from(biller_person(asking->account));
    if (biller->dialect == DIALECT_1251) values[0] = asking->account; /* a nickname is nobody's name */
    if (biller->bill != BILL_NONE) values[1] = money_decimal(request->arena, rub(standing->due));
    if (biller->bill == BILL_MONTHLY) {
        struct date today = date_from_days((world_now(request->world) + 3 * HOUR) / DAY);
        values[2] = text_format(request->arena, "%02d.%d", today.month, today.year);
    }
    if (biller->meter) values[3] = text_format(request->arena, "%lld", (long long)standing->meter);
    if (biller->prepaid) values[4] = money_decimal(request->arena, rub(standing->balance));
    for (size_t i = 0; i < 5; i++) {
        if (values[i].data == NULL) continue;
        answer->fields[answer->field_count].name = names[i];
        answer->fields[answer->field_count++].value = values[i];
    }
}

static void check_act(struct request *request, const struct biller_asking *asking, const struct biller_effect *effect,
                      struct biller_answer *answer) {
    struct biller_standing standing;
    int64_t now_s = world_now(request->world) / SECOND;
    biller_books_standing(billers_of(request)->books, asking->biller, asking->account, now_s, &standing);
    answer->result = effect->result >= 0 ? effect->result : biller_verdict(asking, &standing);
    bool about_sum = answer->result == OSMP_TOO_SMALL || answer->result == OSMP_TOO_LARGE;
    if (answer->result == OSMP_OK || about_sum) tell_fields(request, answer, asking, &standing);
}

/* Pending as long as the slow are slow, in whole seconds. */
static int64_t pending_s(const struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    return (sandbox->slow_us + SECOND - 1) / SECOND + (sandbox->slow_us == 0);
}

static void act(struct request *request, const struct biller_asking *asking, const struct biller_effect *effect,
                struct biller_answer *answer) {
    struct biller_payment payment = {0};
    int64_t now_s = world_now(request->world) / SECOND;
    struct biller_books *books = billers_of(request)->books;
    if (asking->command == BILLER_CHECK) {
        check_act(request, asking, effect, answer);
        return;
    }
    if (asking->command == BILLER_PAY) {
        struct biller_paying paying = {.asking = asking,
                                       .result = effect->result,
                                       .now_s = now_s,
                                       .pending_s = effect->pending ? pending_s(request) : 0};
        answer->result = biller_books_pay(books, &paying, &payment);
    } else {
        answer->result = biller_books_cancel(books, asking, now_s, &payment);
    }
    bool told = answer->result == OSMP_OK || answer->result == OSMP_PENDING;
    if (told) answer->prv = text_format(request->arena, "%lld", (long long)payment.prv);
}

static enum flow answer_asking(struct request *request, const struct biller_asking *asking) {
    struct billers *all = billers_of(request);
    struct biller_answer answer = {
        .biller = asking->biller, .txn = asking->txn, .prv = TEXT(""), .sum = asking->sum, .result = OSMP_OTHER};
    struct biller_effect effect = {.result = -1, .delivery = FAULT_WELL};
    if (!asking->malformed) {
        enum biller_fault fault = biller_fault_of(asking->biller, asking->account, asking->command);
        bool by_account = fault != FAULT_WELL;
        if (!by_account) fault = biller_rules_roll(all->rules, request->world, asking->biller, asking->command);
        int asked = fault != FAULT_WELL ? biller_rules_asked(all->rules, asking) : 0;
        effect = biller_effect(fault, asking->command, by_account, asked, biller_books_has(all->books, asking));
        if (effect.skip) answer.result = effect.result;
        else act(request, asking, &effect, &answer);
    }
    answer.comment = biller_comment(answer.result);
    return biller_answer_send(request, &answer, effect.delivery);
}

/* ---- by HTTP ---- */

static bool logged_in(struct request *request) {
    struct text login;
    if (!text_starts(request->authorization, "Basic ")) return false;
    struct text encoded = text_slice(request->authorization, 6, request->authorization.size);
    return text_unbase64(request->arena, encoded, &login) &&
           text_equal_secret(login, text_from(billers_of(request)->login));
}

enum flow biller_ask(struct request *request, struct tx *tx) {
    (void)tx;
    const struct biller *biller = biller_find(request->params[0]);
    struct raw_field *fields = request->raw;
    if (biller == NULL) return refuse(request, &no_biller);
    if ((request->method == METHOD_POST) != (biller->dialect == DIALECT_FORM)) return refuse(request, &wrong_method);
    if (biller->dialect == DIALECT_BASIC && !logged_in(request)) return refuse(request, &no_login);
    struct biller_asking asking;
    bool readable = request->method == METHOD_POST ||
                    form_parse_urlencoded(request->arena, request->query, &fields);
    read_asking(biller, readable ? fields : NULL, &asking);
    if (asking.command == BILLER_REGISTER) return biller_register(request, billers_of(request), &asking);
    return answer_asking(request, &asking);
}
