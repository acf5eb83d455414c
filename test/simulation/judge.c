/* judge.c: what the model says of a deed, and whether the answer and the database say the same. */
#include "base/check.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "test/simulation/simulation.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- the model's word, when the deed's command runs ---- */

static void say(struct deed *deed, int done, const char *refusal, int refused) {
    deed->status = refusal == NULL ? done : refused;
    deed->type = refusal;
}

static void say_account(struct deed *deed, const struct model_account *account) {
    deed->balance = account->balance;
    deed->version = account->version;
}

static void apply_transfer(struct sim *sim, struct deed *deed) {
    struct model *model = &sim->model;
    const char *refusal = model_transfer(model, deed->person, deed->wallet, deed->to, deed->sum, sim_now(sim),
                                         &deed->made);
    say(deed, 201, refusal, 422);
    deed->state = deed->made >= 0 ? "waiting" : "done";
    say_account(deed, &model->people[deed->person].wallet[deed->wallet]);
}

static void apply_own(struct sim *sim, struct deed *deed) {
    struct model *model = &sim->model;
    const char *refusal = model_own(model, deed->person, deed->wallet, deed->to_wallet, deed->sum, sim_now(sim));
    say(deed, 201, refusal, 422);
    deed->state = "done";
    say_account(deed, &model->people[deed->person].wallet[deed->wallet]);
}

static void apply_cancel(struct sim *sim, struct deed *deed) {
    struct model_wait *wait = &sim->model.waits[deed->target];
    if (wait->person != deed->person) {
        say(deed, 0, "not-found", 404);
        return;
    }
    say(deed, 200, wait->state == WAIT_OPEN ? NULL : "not-cancellable", 409);
    if (deed->type != NULL) return;
    model_give_back(&sim->model, wait, WAIT_CANCELLED, sim_now(sim));
    deed->state = "cancelled";
    say_account(deed, &sim->model.people[wait->person].wallet[wait->wallet]);
}

static void apply_topup(struct sim *sim, struct deed *deed) {
    say(deed, 201, model_topup(&sim->model, deed->person, deed->sum, sim_now(sim)), 422);
    deed->target = sim->model.topup_count - 1;
    deed->state = "created";
}

static void apply_bank(struct sim *sim, struct deed *deed) {
    struct model_topup *topup = &sim->model.topups[deed->target];
    /* We may have given it up a moment before, by ourselves. */
    deed->unsure = deed->word == BANK_PENDING && topup->state == PAY_CREATED &&
                   sim_now(sim) > topup->made + TOPUP_LIFE + TOPUP_GRACE;
    const char *word = model_settle(&sim->model, topup, deed->word, deed->sum, deed->reference, sim_now(sim));
    if (deed->act == ACT_BANK) return;
    say(deed, 200, word != NULL ? NULL : "contradiction", 409);
    deed->state = topup->unsure ? NULL : word;
}

static void apply_wallet(struct sim *sim, struct deed *deed) {
    struct model_person *person = &sim->model.people[deed->person];
    say(deed, 201, person->wallets < WALLETS ? NULL : "too-many-wallets", 409);
    if (deed->type != NULL) return;
    person->wallet[person->wallets] = (struct model_account){.number = person->wallets, .level = 1};
    person->wallets++;
}

static bool signup_lives(const struct sim *sim, const struct model_signup *signup) {
    return !signup->ended && sim_now(sim) < signup->made + DRAFT_LIFE;
}

static void apply_code(struct sim *sim, struct deed *deed) {
    struct model_signup *signup = &sim->model.signups[deed->target];
    if (!signup_lives(sim, signup)) {
        say(deed, 0, "sign-up-expired", 409);
    } else if (signup->proven || signup->tries == 5 || sim_now(sim) >= signup->made + CODE_LIFE) {
        say(deed, 0, "code-spent", 422);
    } else {
        signup->tries++;
        say(deed, 200, deed->right && !signup->known ? NULL : "code-wrong", 422);
        signup->proven = deed->status == 200;
    }
}

static void apply_open(struct sim *sim, struct deed *deed) {
    struct model_signup *signup = &sim->model.signups[deed->target];
    if (!signup_lives(sim, signup)) {
        say(deed, 0, "sign-up-expired", 409);
    } else if (sim->model.people[signup->to].open) {
        say(deed, 0, "number-taken", 409);
    } else {
        say(deed, 200, NULL, 0);
        signup->ended = true;
        model_open(&sim->model, signup->to, sim_now(sim));
    }
}

static void apply_signup(struct sim *sim, struct deed *deed) {
    struct model *model = &sim->model;
    bool late = sim_now(sim) >= (deed->asked_at + PROOF_LIFE) / SECOND * SECOND;
    say(deed, 200, late ? "robot-check-failed" : NULL, 422);
    if (late) return;
    deed->target = model->signup_count++;
    model->signups[deed->target] =
        (struct model_signup){.to = deed->to, .known = model->people[deed->to].open, .made = sim_now(sim)};
}

/* A route's command leaves a row in the command log, done or refused; a keyed one is remembered by its key. */
static void remember(struct sim *sim, struct deed *deed) {
    struct model *model = &sim->model;
    model->logged++;
    if (deed->key < 0) return;
    if (model->key_count == KEYS) sim_fail(sim, "too many keys");
    model->keys[model->key_count++] = (struct model_key){.person = deed->person, .number = deed->key,
                                                         .asked = deed->asked, .status = deed->status,
                                                         .at = sim_now(sim),
                                                         .transfer = deed->act == ACT_TRANSFER,
                                                         .wallet = deed->wallet, .to = deed->to,
                                                         .note = deed->note, .sum = deed->sum};
}

void deed_apply(struct sim *sim, struct deed *deed) {
    struct model_account *account = deed->person >= 0 ? &sim->model.people[deed->person].wallet[deed->wallet] : NULL;
    switch (deed->act) {
    case ACT_TRANSFER: apply_transfer(sim, deed); break;
    case ACT_OWN: apply_own(sim, deed); break;
    case ACT_CANCEL: apply_cancel(sim, deed); break;
    case ACT_TOPUP: apply_topup(sim, deed); break;
    case ACT_CALLBACK: apply_bank(sim, deed); break;
    case ACT_BANK: apply_bank(sim, deed); return;
    case ACT_WALLET: apply_wallet(sim, deed); break;
    case ACT_SIGNUP: apply_signup(sim, deed); break;
    case ACT_CODE: apply_code(sim, deed); break;
    case ACT_OPEN: apply_open(sim, deed); break;
    case ACT_SIGNIN:
        if (!deed->reserved) return;
        say(deed, 200, NULL, 0);
        break;
    case ACT_LEVEL:
        for (int i = 0; i < sim->model.people[deed->person].wallets; i++) account[i].level = deed->target;
        return;
    case ACT_FREEZE:
        for (int i = 0; i < sim->model.people[deed->person].wallets; i++) account[i].frozen = deed->target != 0;
        return;
    case ACT_RETURN: model_return_job(&sim->model, sim_now(sim)); return;
    case ACT_SABOTAGE: return;
    }
    remember(sim, deed);
}

/* ---- the answer ---- */

static void learn(struct sim *sim, struct deed *deed, const struct reply *reply) {
    struct model *model = &sim->model;
    struct arena *arena = deed->arena;
    struct text text = TEXT_NONE;
    struct model_person *person = deed->person >= 0 ? &model->people[deed->person] : NULL;
    if (deed->made >= 0) model->waits[deed->made].operation = reply_number(arena, reply, "id");
    if (deed->act == ACT_TOPUP) model->topups[deed->target].id = reply_number(arena, reply, "id");
    if (deed->act == ACT_SIGNUP) {
        text = reply_text(arena, reply, "draft");
        snprintf(model->signups[deed->target].draft, 80, "%.*s", TEXT_ARG(text));
    }
    if (deed->act == ACT_OPEN) {
        person = &model->people[model->signups[deed->target].to];
        person->customer = reply_number(arena, reply, "customer");
    }
    if (deed->act == ACT_OPEN || deed->act == ACT_SIGNIN) {
        text = reply_text(arena, reply, "token");
        snprintf(person->token, sizeof person->token, "%.*s", TEXT_ARG(text));
        person->made = person->used_low = person->used_high = sim_now(sim);
    }
}

static void judge_money(struct sim *sim, struct deed *deed, const struct reply *reply) {
    struct text state = reply_text(deed->arena, reply, deed->act == ACT_CALLBACK ? "status" : "state");
    if (deed->state != NULL && !text_is(state, deed->state))
        sim_fail(sim, "state %.*s, not %s", TEXT_ARG(state), deed->state);
    if (deed->act != ACT_TRANSFER && deed->act != ACT_OWN && deed->act != ACT_CANCEL) return;
    int64_t balance = reply_kopecks(deed->arena, reply, "balance"),
            version = reply_number(deed->arena, reply, "version");
    if (balance != deed->balance || version != deed->version)
        sim_fail(sim, "balance %lld version %lld, not %lld and %lld", (long long)balance, (long long)version,
                 (long long)deed->balance, (long long)deed->version);
    if (deed->act != ACT_CANCEL && reply_kopecks(deed->arena, reply, "sum") != deed->sum)
        sim_fail(sim, "another sum in the answer");
}

void deed_judge(struct sim *sim, struct deed *deed) {
    if (!request_finished(deed->request)) sim_fail(sim, "deed %d has no answer", deed->act);
    struct reply reply = reply_of(deed->arena, deed->request);
    sim_log(sim, "  answer %d: %d %.*s", deed->act, reply.status, TEXT_ARG(reply.type));
    if (deed->unsure && text_is(reply.type, "contradiction")) return;
    if (reply.status != deed->status || (deed->type != NULL && !text_is(reply.type, deed->type)))
        sim_fail(sim, "answered %d %.*s, not %d %s:\n%.*s", reply.status, TEXT_ARG(reply.type), deed->status,
                 deed->type != NULL ? deed->type : "", TEXT_ARG(reply.body));
    if (deed->key >= 0)
        for (int i = sim->model.key_count - 1; i >= 0; i--) {
            struct model_key *key = &sim->model.keys[i];
            if (key->person != deed->person || key->number != deed->key || key->body.data != NULL) continue;
            key->body = text_copy(sim->arena, reply.body);
            break;
        }
    if (deed->type != NULL) {
        sim->refused++;
        return;
    }
    sim->done++;
    judge_money(sim, deed, &reply);
    learn(sim, deed, &reply);
}

/* ---- the database ---- */

STATEMENT(logged_rows, "SELECT COUNT(*) FROM command_log");
STATEMENT(open_waits, "SELECT COUNT(*), COALESCE(SUM(sum), 0) FROM waiting_transfer WHERE state = 1");
STATEMENT(topup_rows, "SELECT id, state FROM card_order ORDER BY id");
STATEMENT(system_rows, "SELECT name, account FROM wallet_system UNION ALL SELECT name, account FROM acquiring_system");

struct look {
    struct sim *sim;
    struct model *model;
    struct tx *tx;
    struct ledger *ledger;
    char text[400];
};

__attribute__((format(printf, 2, 3))) static bool differs(struct look *look, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(look->text, sizeof look->text, format, arguments);
    va_end(arguments);
    return false;
}

static bool same_account(struct look *look, struct model_account *wanted, const struct account *account,
                         const char *whose) {
    struct model_account *counted = model_counted(wanted);
    model_roll(counted, sim_now(look->sim));
    struct limit_report report = ledger_limits(look->ledger, look->tx, account);
    if (wanted->id == 0) wanted->id = account->id;
    bool same = wanted->id == account->id && wanted->balance == account->balance &&
                wanted->version == account->version && wanted->level == account->limits &&
                wanted->frozen == account->frozen && account->held == 0;
    if (!same)
        return differs(look, "%s: balance %lld version %lld level %d frozen %d, not %lld, %lld, %d, %d", whose,
                       (long long)account->balance, (long long)account->version, account->limits, account->frozen,
                       (long long)wanted->balance, (long long)wanted->version, wanted->level, wanted->frozen);
    if (wanted->level == 0) return true;
    if (report.balance.spent != model_total(counted))
        return differs(look, "%s: %lld in all, not %lld", whose, (long long)report.balance.spent,
                       (long long)model_total(counted));
    if (report.day_out.spent != counted->day_out || report.month_out.spent != counted->month_out ||
        report.month_in.spent != counted->month_in)
        return differs(look, "%s: limits %lld %lld %lld, not %lld %lld %lld", whose, (long long)report.day_out.spent,
                       (long long)report.month_out.spent, (long long)report.month_in.spent,
                       (long long)counted->day_out, (long long)counted->month_out, (long long)counted->month_in);
    return true;
}

static bool same_people(struct look *look) {
    struct account accounts[WALLETS + 1];
    for (int i = 0; i < PEOPLE; i++) {
        struct model_person *person = &look->model->people[i];
        struct text phone = text_from(person->phone);
        int64_t customer = identity_by_phone(look->sim->cabinet.engine, look->tx, phone);
        if ((customer != 0) != person->open)
            return differs(look, "%s is%s open", person->phone, customer ? "" : " not");
        if (!person->open) continue;
        if (person->customer == 0) person->customer = customer;
        if (person->customer != customer) return differs(look, "%s is somebody else", person->phone);
        size_t count = ledger_accounts_of(look->ledger, look->tx, customer, accounts, WALLETS + 1);
        if ((int)count != person->wallets) return differs(look, "%s has %zu wallets", person->phone, count);
        for (size_t n = 0; n < count; n++)
            if (!same_account(look, &person->wallet[n], &accounts[n], person->phone)) return false;
    }
    return true;
}

static bool same_systems(struct look *look) {
    bool waiting = false, acquirer = false;
    for (struct rows *rows = tx_query(look->tx, &system_rows, NO_VALUES); rows_next(rows);) {
        struct account account;
        bool waits = text_is(row_text(rows, 0), "waiting");
        if (!ledger_account(look->ledger, look->tx, row_int(rows, 1), &account))
            return differs(look, "no system account");
        if (waits) waiting = true;
        else acquirer = true;
        struct model_account *wanted = waits ? &look->model->waiting : &look->model->acquirer;
        if (!same_account(look, wanted, &account, waits ? "waiting" : "acquirer")) return false;
    }
    if (waiting != look->model->waiting_made || acquirer != look->model->acquirer_made)
        return differs(look, "system accounts: waiting %d, acquirer %d", waiting, acquirer);
    return true;
}

static bool same_waits(struct look *look) {
    int64_t count = 0, sum = 0;
    for (int i = 0; i < look->model->wait_count; i++) {
        if (look->model->waits[i].state != WAIT_OPEN) continue;
        count++;
        sum += look->model->waits[i].sum;
    }
    struct rows *rows = tx_query(look->tx, &open_waits, NO_VALUES);
    int64_t found = 0, total = 0;
    if (rows_next(rows)) {
        found = row_int(rows, 0);
        total = row_int(rows, 1);
    }
    rows_end(rows);
    if (found == count && total == sum && sum == look->model->waiting.balance) return true;
    return differs(look, "%lld wait for %lld, not %lld for %lld", (long long)found, (long long)total, (long long)count,
                   (long long)sum);
}

/* What happens to an order by itself: given up, or refunded. */
static bool by_itself(const struct model_topup *topup, enum paid_state state, moment now) {
    if (state == PAY_EXPIRED)
        return (topup->state == PAY_CREATED || topup->unsure) && now > topup->made + TOPUP_LIFE + TOPUP_GRACE;
    return topup->state == PAY_REFUNDING && (state == PAY_REFUNDED || state == PAY_STUCK);
}

static bool same_topups(struct look *look) {
    int count = 0;
    for (struct rows *rows = tx_query(look->tx, &topup_rows, NO_VALUES); rows_next(rows); count++) {
        if (count == look->model->topup_count) return differs(look, "one order more than %d", count);
        struct model_topup *topup = &look->model->topups[count];
        enum paid_state state = (enum paid_state)row_int(rows, 1);
        if (topup->id == 0) topup->id = row_int(rows, 0);
        if (topup->id != row_int(rows, 0)) return differs(look, "order %d has another id", count);
        if (topup->state != state && !by_itself(topup, state, sim_now(look->sim)))
            return differs(look, "order %d: state %d, not %d", count, (int)state, (int)topup->state);
        topup->state = state;
        topup->unsure = false;
    }
    return count == look->model->topup_count || differs(look, "%d orders, not %d", count, look->model->topup_count);
}

static bool same_books(struct look *look) {
    struct rows *rows = tx_query(look->tx, &logged_rows, NO_VALUES);
    int64_t logged = rows_next(rows) ? row_int(rows, 0) : -1;
    rows_end(rows);
    if (logged != look->model->logged)
        return differs(look, "%lld rows in the command log, not %lld", (long long)logged,
                       (long long)look->model->logged);
    struct arena *arena = arena_new((size_t)16 << 20);
    check(arena != NULL);
    struct verdict verdict = ledger_verify(look->ledger, look->tx, arena);
    bool whole = verdict.faults == 0 && verdict.entries == 2 * look->model->transfers;
    if (!whole)
        differs(look, "the books: %lld entries, not %lld; %lld faults: %.*s", (long long)verdict.entries,
                (long long)(2 * look->model->transfers), (long long)verdict.faults, TEXT_ARG(verdict.first_fault));
    arena_free(arena);
    return whole;
}

static void look_at(void *data) {
    struct look *look = data;
    bool same = same_people(look) && same_systems(look) && same_waits(look) && same_topups(look) && same_books(look);
    check(same || look->text[0] != '\0');
}

const char *sim_differs(struct sim *sim, struct model *model) {
    static struct look look;
    struct engine *engine = sim->cabinet.engine;
    struct reader *reader = engine_reader(engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    if (tx == NULL) return "the database cannot be read";
    look = (struct look){.sim = sim, .model = model, .tx = tx, .ledger = engine_ledger(engine)};
    bool read = arena_guard(tx_arena(tx), look_at, &look);
    if (!reader_end(reader, tx) || !read) return "reading failed";
    return look.text[0] != '\0' ? look.text : NULL;
}
