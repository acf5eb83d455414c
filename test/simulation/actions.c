/* actions.c: what random customers do, and what goes on behind them. Each asks for one thing and foretells what is
 * answered at once; the rest is foretold when its command runs (judge.c). */
#include "base/check.h"
#include "ledger/ledger.h"
#include "test/simulation/simulation.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* ---- choosing ---- */

static int any_open(struct sim *sim) {
    int person = (int)sim_random(sim, PEOPLE);
    while (!sim->model.people[person].open) person = (person + 1) % PEOPLE;
    return person;
}

static int64_t any_sum(struct sim *sim) {
    switch (sim_random(sim, 8)) {
    case 0: return 1 + (int64_t)sim_random(sim, 150);          /* about the least */
    case 1: return 900000 + (int64_t)sim_random(sim, 700000);  /* about the limits */
    case 2: return 1 + (int64_t)sim_random(sim, 4000000);
    default: return 100 + (int64_t)sim_random(sim, 300000);
    }
}

static struct text decimal(struct arena *arena, int64_t sum) {
    return text_format(arena, "%lld.%02d", (long long)(sum / 100), (int)(sum % 100));
}

static uint64_t mix(uint64_t left, uint64_t right) {
    return (left ^ right) * UINT64_C(0x9E3779B97F4A7C15) + (right >> 7);
}

/* ---- what is answered at once ---- */

enum session { SESSION_DEAD, SESSION_ALIVE, SESSION_UNSURE };

static enum session session_of(const struct sim *sim, const struct model_person *person) {
    moment now = sim_now(sim);
    if (person->token[0] == '\0' || now >= person->made + TOKEN_LIFE) return SESSION_DEAD;
    if (now - person->used_high >= TOKEN_IDLE + 2 * MINUTE) return SESSION_DEAD;
    return now - person->used_low < TOKEN_IDLE ? SESSION_ALIVE : SESSION_UNSURE;
}

static bool under_way(const struct sim *sim, int person, int key) {
    const struct deeds *all[] = {&sim->queue, &sim->working, &sim->resuming};
    for (size_t n = 0; n < 3; n++)
        for (int i = 0; i < all[n]->count; i++)
            if (all[n]->list[i]->person == person && all[n]->list[i]->key == key && key >= 0) return true;
    return false;
}

static const struct model_key *key_of(const struct sim *sim, int person, int number) {
    for (int i = 0; i < sim->model.key_count; i++)
        if (sim->model.keys[i].person == person && sim->model.keys[i].number == number) return &sim->model.keys[i];
    return NULL;
}

/* What a keyed request of a signed-in customer meets before its command. refusal: what its own reading would refuse. */
struct foretold {
    int status; /* 0: its command is queued */
    const char *type;
    const struct model_key *again;
};

static struct foretold foretell(const struct sim *sim, const struct deed *deed, bool malformed, const char *refusal) {
    if (malformed) return (struct foretold){422, "invalid-fields", NULL};
    if (deed->key < 0) return (struct foretold){400, "idempotency-key-missing", NULL};
    if (under_way(sim, deed->person, deed->key)) return (struct foretold){409, "request-in-flight", NULL};
    const struct model_key *key = mutation == MUTATION_FORGETS_KEYS ? NULL : key_of(sim, deed->person, deed->key);
    if (key != NULL && key->asked != deed->asked) return (struct foretold){422, "idempotency-key-reused", NULL};
    if (key != NULL) return (struct foretold){key->status, NULL, key};
    if (refusal != NULL) return (struct foretold){422, refusal, NULL};
    return (struct foretold){0, NULL, NULL};
}

static void judge_at_once(struct sim *sim, struct deed *deed, const struct foretold *foretold) {
    struct reply reply = reply_of(deed->arena, deed->request);
    sim_log(sim, "  at once: %d %.*s%s", reply.status, TEXT_ARG(reply.type), foretold->again != NULL ? " (again)" : "");
    if (reply.status != foretold->status || (foretold->type != NULL && !text_is(reply.type, foretold->type)))
        sim_fail(sim, "at once %d %.*s, not %d %s:\n%.*s", reply.status, TEXT_ARG(reply.type), foretold->status,
                 foretold->type != NULL ? foretold->type : "", TEXT_ARG(reply.body));
    if (foretold->again == NULL) {
        sim->refused++;
        return;
    }
    sim->repeated++;
    if (foretold->again->body.data != NULL && !text_equal(reply.body, foretold->again->body))
        sim_fail(sim, "the same key, another answer:\n%.*s\nnot\n%.*s", TEXT_ARG(reply.body),
                 TEXT_ARG(foretold->again->body));
}

/* Sends a signed-in customer's request; its deed goes to the queue unless it was answered. */
static void send_signed(struct sim *sim, struct deed *deed, struct call *call, const struct foretold *foretold) {
    struct model_person *person = &sim->model.people[deed->person];
    enum session session = session_of(sim, person);
    call->token = text_from(person->token[0] != '\0' ? person->token : "none");
    if (deed->key >= 0) call->key = text_format(deed->arena, "key-%d", deed->key);
    deed->request = cabinet_send(&sim->cabinet, deed->arena, call);
    bool finished = request_finished(deed->request);
    if (finished && session != SESSION_ALIVE && deed->request->answer.status == 401) {
        sim_log(sim, "  not signed in");
        person->token[0] = '\0';
        deed_free(deed);
        return;
    }
    if (session == SESSION_DEAD) sim_fail(sim, "an ended session is let in");
    person->used_low = person->used_high = sim_now(sim);
    if (finished != (foretold->status != 0))
        sim_fail(sim, finished ? "answered at once: %d" : "not answered at once: %d", deed->request->answer.status);
    if (!finished) {
        deeds_add(sim, &sim->queue, deed);
        return;
    }
    judge_at_once(sim, deed, foretold);
    deed_free(deed);
}

/* Mostly new; else one of those used before, by this customer or another. */
static int any_key(struct sim *sim) {
    if (sim_chance(sim, 3)) return -1;
    if (sim->model.key_count > 0 && sim_chance(sim, 8))
        return sim->model.keys[sim_random(sim, (uint64_t)sim->model.key_count)].number;
    return 1000 + (int)sim_random(sim, 1000000);
}

/* ---- transfers ---- */

static const char *const bad_sums[] = {
    "\"-5\"", "\"0\"", "\"0.00\"", "\"1.234\"",    "\"1e3\"",  "\"NaN\"", "\" 5\"", "\"\"", "\"9223372036854775808\"",
    "[5]",    "5",     "null",     "\"1 000.00\"", "{\"a\":1}"};
static const char *const bad_people[] = {"abc", "+77012345678", "+375291234567", "123", "1"};

struct transfer_wish {
    int person, wallet, to, key;
    int64_t sum;
    int note;
    const char *bad_sum, *bad_to;
    bool bad_from;
};

static void transfer_send(struct sim *sim, const struct transfer_wish *wish) {
    struct deed *deed = deed_new(sim, ACT_TRANSFER);
    struct model_person *person = &sim->model.people[wish->person];
    deed->person = wish->person;
    deed->wallet = wish->wallet;
    deed->to = wish->to;
    deed->key = wish->key;
    deed->sum = wish->sum;
    deed->note = wish->note;
    deed->asked = mix(mix(mix(1, (uint64_t)wish->to), (uint64_t)wish->sum), (uint64_t)(wish->note * 8 + wish->wallet));
    const char *to = wish->bad_to != NULL ? wish->bad_to : sim->model.people[wish->to].phone;
    struct text sum = wish->bad_sum != NULL ? text_from(wish->bad_sum)
                                            : text_format(deed->arena, "\"%s\"", decimal(deed->arena, wish->sum).data);
    int64_t from = wish->bad_from ? person->wallet[0].id + 2 : person->wallet[wish->wallet].id;
    struct buffer body = buffer_new(deed->arena, 256);
    buffer_format(&body, "{\"to\":\"%s\",\"sum\":%.*s", to, TEXT_ARG(sum));
    if (wish->note > 0) buffer_format(&body, ",\"note\":\"note %d\"", wish->note);
    if (wish->wallet > 0 || wish->bad_from) buffer_format(&body, ",\"from\":\"%lld\"", (long long)from);
    buffer_add_literal(&body, "}");
    const char *refusal = wish->bad_from || wish->bad_to != NULL || wish->to == wish->person ? "invalid-fields"
                          : wish->sum < 100                                                 ? "sum-too-small"
                                                                                            : NULL;
    struct foretold foretold = foretell(sim, deed, wish->bad_sum != NULL, refusal);
    sim_log(sim, "transfer %d/%d → %d, %lld, key %d%s", wish->person, wish->wallet, wish->to, (long long)wish->sum,
            wish->key, wish->bad_sum != NULL || wish->bad_to != NULL || wish->bad_from ? ", malformed" : "");
    struct call call = {.method = "POST", .path = "/transfers", .body = buffer_text(&body)};
    send_signed(sim, deed, &call, &foretold);
}

static void act_transfer(struct sim *sim) {
    struct transfer_wish wish = {.person = any_open(sim), .to = (int)sim_random(sim, PEOPLE), .sum = any_sum(sim)};
    struct model_person *person = &sim->model.people[wish.person];
    wish.key = any_key(sim);
    wish.note = sim_chance(sim, 20) ? 1 + (int)sim_random(sim, 3) : 0;
    wish.wallet = sim_chance(sim, 20) ? (int)sim_random(sim, (uint64_t)person->wallets) : 0;
    if (sim_chance(sim, 4)) wish.bad_sum = bad_sums[sim_random(sim, sizeof bad_sums / sizeof *bad_sums)];
    if (sim_chance(sim, 2)) wish.bad_to = bad_people[sim_random(sim, sizeof bad_people / sizeof *bad_people)];
    wish.bad_from = wish.wallet == 0 && sim_chance(sim, 2);
    transfer_send(sim, &wish);
    if (!sim_chance(sim, 15)) return;
    /* At once again: the very same, another sum under the same key, or another customer's. */
    switch (sim_random(sim, 3)) {
    case 1: wish.sum += 1; break;
    case 2: wish.person = any_open(sim), wish.wallet = 0; break;
    default: break;
    }
    transfer_send(sim, &wish);
}

/* A request of before, word for word, perhaps weeks later. */
static void act_repeat(struct sim *sim) {
    if (sim->model.key_count == 0) return;
    const struct model_key *key = &sim->model.keys[sim_random(sim, (uint64_t)sim->model.key_count)];
    if (key->person < 0 || !key->transfer) return;
    const struct transfer_wish wish = {.person = key->person, .wallet = key->wallet, .to = key->to, .key = key->number,
                                       .sum = key->sum, .note = key->note};
    transfer_send(sim, &wish);
}

static void act_own(struct sim *sim) {
    int person = any_open(sim);
    struct model_person *self = &sim->model.people[person];
    if (self->wallets < 2) return;
    struct deed *deed = deed_new(sim, ACT_OWN);
    deed->person = person;
    deed->wallet = (int)sim_random(sim, (uint64_t)self->wallets);
    deed->to_wallet = (int)sim_random(sim, (uint64_t)self->wallets);
    deed->sum = any_sum(sim);
    deed->key = any_key(sim);
    deed->asked = mix(mix(2, (uint64_t)deed->sum), (uint64_t)(deed->wallet * 8 + deed->to_wallet));
    struct text body = text_format(deed->arena, "{\"from\":\"%lld\",\"to\":\"%lld\",\"sum\":\"%s\"}",
                                   (long long)self->wallet[deed->wallet].id,
                                   (long long)self->wallet[deed->to_wallet].id,
                                   decimal(deed->arena, deed->sum).data);
    const char *refusal = deed->wallet == deed->to_wallet ? "invalid-fields" : deed->sum < 100 ? "sum-too-small" : NULL;
    struct foretold foretold = foretell(sim, deed, false, refusal);
    sim_log(sim, "own transfer %d: %d → %d, %lld, key %d", person, deed->wallet, deed->to_wallet, (long long)deed->sum,
            deed->key);
    struct call call = {.method = "POST", .path = "/transfers", .body = body};
    send_signed(sim, deed, &call, &foretold);
}

static void act_wallet(struct sim *sim) {
    struct deed *deed = deed_new(sim, ACT_WALLET);
    deed->person = any_open(sim);
    deed->key = any_key(sim);
    deed->asked = 3;
    struct foretold foretold = foretell(sim, deed, false, NULL);
    sim_log(sim, "another wallet for %d, key %d", deed->person, deed->key);
    struct call call = {.method = "POST", .path = "/wallets", .body = TEXT("{}")};
    send_signed(sim, deed, &call, &foretold);
}

/* ---- waiting transfers ---- */

/* The id to cancel by stands in the sender's list, which must hold what the model says. */
static int64_t look_up_wait(struct sim *sim, struct arena *arena, int wait) {
    struct model_wait *wanted = &sim->model.waits[wait];
    struct model_person *person = &sim->model.people[wanted->person];
    const struct call call = {.method = "GET", .path = "/transfers/waiting", .token = text_from(person->token)};
    struct request *request = cabinet_send(&sim->cabinet, arena, &call);
    if (!request_finished(request)) sim_fail(sim, "a list is not answered at once");
    struct reply reply = reply_of(arena, request);
    if (reply.status != 200) return 0;
    person->used_low = person->used_high = sim_now(sim);
    json_t *root = json_loadb(reply.body.data, reply.body.size, 0, NULL);
    const json_t *list = json_object_get(root, "waiting");
    int64_t id = 0, operation = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        text_to_int(text_from(json_string_value(json_object_get(item, "operation"))), &operation);
        if (operation == wanted->operation) text_to_int(text_from(json_string_value(json_object_get(item, "id"))), &id);
    }
    size_t count = 0, listed = json_array_size(list);
    json_decref(root);
    for (int i = 0; i < sim->model.wait_count; i++)
        if (sim->model.waits[i].person == wanted->person && sim->model.waits[i].state == WAIT_OPEN) count++;
    if (listed != count) sim_fail(sim, "%zu transfers wait, not %zu", listed, count);
    if (wanted->state == WAIT_OPEN && id == 0) sim_fail(sim, "a waiting transfer is not in its sender's list");
    return id;
}

static void act_cancel(struct sim *sim) {
    if (sim->model.wait_count == 0) return;
    int wait = (int)sim_random(sim, (uint64_t)sim->model.wait_count);
    struct model_wait *wanted = &sim->model.waits[wait];
    struct deed *deed = deed_new(sim, ACT_CANCEL);
    if (wanted->id == 0 && session_of(sim, &sim->model.people[wanted->person]) == SESSION_ALIVE)
        wanted->id = look_up_wait(sim, deed->arena, wait);
    if (wanted->id == 0) {
        deed_free(deed);
        return;
    }
    deed->person = sim_chance(sim, 10) ? any_open(sim) : wanted->person;
    deed->target = wait;
    deed->key = any_key(sim);
    deed->asked = mix(4, (uint64_t)wait);
    struct foretold foretold = foretell(sim, deed, false, NULL);
    sim_log(sim, "%d cancels waiting %d of %d, key %d", deed->person, wait, wanted->person, deed->key);
    struct text path = text_format(deed->arena, "/transfers/waiting/%lld/cancel", (long long)wanted->id);
    struct call call = {.method = "POST", .path = path.data, .body = TEXT("{}")};
    send_signed(sim, deed, &call, &foretold);
}

/* ---- top-ups ---- */

static void act_topup(struct sim *sim) {
    if (sim->model.topup_count + 8 > TOPUPS) return;
    int waiting = 0;
    for (int i = 0; i < sim->queue.count; i++) waiting += sim->queue.list[i]->act == ACT_TOPUP;
    if (waiting > 4) return;
    struct deed *deed = deed_new(sim, ACT_TOPUP);
    deed->person = any_open(sim);
    deed->sum = sim_chance(sim, 10) ? any_sum(sim) : 1000 + (int64_t)sim_random(sim, 900000);
    deed->key = any_key(sim);
    deed->asked = mix(5, (uint64_t)deed->sum);
    struct foretold foretold = foretell(sim, deed, false, NULL);
    sim_log(sim, "top-up of %d by %lld, key %d", deed->person, (long long)deed->sum, deed->key);
    struct text body = text_format(deed->arena, "{\"sum\":\"%s\"}", decimal(deed->arena, deed->sum).data);
    struct call call = {.method = "POST", .path = "/topups", .body = body};
    send_signed(sim, deed, &call, &foretold);
}

static struct bank_order *bank_order_for(struct sim *sim, int64_t id) {
    for (int i = 0; i < sim->bank_count; i++)
        if (sim->bank[i].id == id) return &sim->bank[i];
    if (sim->bank_count == TOPUPS) return NULL;
    sim->bank[sim->bank_count] = (struct bank_order){.id = id, .word = BANK_PENDING};
    return &sim->bank[sim->bank_count++];
}

/* The customer stands before the bank's page: pays, is declined, goes away. */
static void act_pay(struct sim *sim) {
    if (sim->model.topup_count == 0) return;
    const struct model_topup *topup = &sim->model.topups[sim_random(sim, (uint64_t)sim->model.topup_count)];
    struct bank_order *order = topup->id != 0 ? bank_order_for(sim, topup->id) : NULL;
    if (order == NULL || order->word != BANK_PENDING) return;
    static const enum bank_word words[] = {BANK_PAID,     BANK_PAID,      BANK_PAID,
                                           BANK_DECLINED, BANK_CANCELLED, BANK_PENDING};
    order->word = words[sim_random(sim, sizeof words / sizeof *words)];
    order->reference = 1 + (int)sim_random(sim, 1000000);
    sim_log(sim, "order %lld at the bank: %d", (long long)order->id, (int)order->word);
}

/* The bank tells: once, often, or wrongly. */
static void act_callback(struct sim *sim) {
    static const char *const words[] = {"pending", "paid", "declined", "cancelled"};
    if (sim->bank_count == 0) return;
    const struct bank_order *order = &sim->bank[sim_random(sim, (uint64_t)sim->bank_count)];
    struct deed *deed = deed_new(sim, ACT_CALLBACK);
    for (deed->target = 0; deed->target < sim->model.topup_count; deed->target++)
        if (sim->model.topups[deed->target].id == order->id) break;
    check(deed->target < sim->model.topup_count);
    deed->word = sim_chance(sim, 5) ? (enum bank_word)sim_random(sim, 4) : order->word;
    deed->reference = sim_chance(sim, 3) ? order->reference + 1 : order->reference;
    deed->sum = sim->model.topups[deed->target].sum + (sim_chance(sim, 3) ? 100 : 0);
    struct text body = text_format(deed->arena,
                                   "{\"merchant\":\"simulation\",\"order\":\"%lld\",\"sum\":\"%s\",\"status\":\"%s\","
                                   "\"reference\":\"r%d\"}",
                                   (long long)order->id, decimal(deed->arena, deed->sum).data, words[deed->word],
                                   deed->reference);
    bool forged = sim_chance(sim, 3);
    moment stamp = sim_now(sim) + (forged ? 6 * MINUTE : 0);
    struct call call = {.method = "POST", .path = "/callbacks/acquirer", .body = body,
                        .signature = callback_signature(deed->arena, stamp, body)};
    sim_log(sim, "callback for order %d: %s %lld%s", deed->target, words[deed->word], (long long)deed->sum,
            forged ? ", forged" : "");
    deed->request = cabinet_send(&sim->cabinet, deed->arena, &call);
    if (!forged) {
        if (request_finished(deed->request)) sim_fail(sim, "a callback is refused: %d", deed->request->answer.status);
        deeds_add(sim, &sim->queue, deed);
        return;
    }
    const struct foretold foretold = {401, "bad-signature", NULL};
    judge_at_once(sim, deed, &foretold);
    deed_free(deed);
}

/* ---- signing up and in ---- */

static void begin_signup(struct sim *sim, int to) {
    struct model *model = &sim->model;
    if (model->signup_count + 4 > SIGNUPS) return;
    for (int i = 0; i < model->signup_count; i++) { /* one code at a time, so that it is clear whose it is */
        const struct model_signup *signup = &model->signups[i];
        if (signup->to == to && !signup->proven && sim_now(sim) < signup->made + CODE_LIFE + MINUTE) return;
    }
    for (int i = 0; i < sim->queue.count; i++)
        if (sim->queue.list[i]->act == ACT_SIGNUP) return;
    struct deed *deed = deed_new(sim, ACT_SIGNUP);
    deed->to = to;
    deed->asked_at = sim_now(sim);
    const struct call ask = {.method = "GET", .path = "/signup/challenge"};
    struct request *asked = cabinet_send(&sim->cabinet, deed->arena, &ask);
    check(request_finished(asked));
    struct text proof = challenge_answer(deed->arena, reply_of(deed->arena, asked).body);
    struct text body = text_format(deed->arena, "{\"phone\":\"%s\",\"altcha\":\"%.*s\"}", model->people[to].phone,
                                   TEXT_ARG(proof));
    sim_log(sim, "sign-up of %d begins", to);
    const struct call call = {.method = "POST", .path = "/signup", .body = body};
    deed->request = cabinet_send(&sim->cabinet, deed->arena, &call);
    if (request_finished(deed->request)) sim_fail(sim, "a sign-up is refused: %d", deed->request->answer.status);
    deeds_add(sim, &sim->queue, deed);
}

/* Goes to the workers while the sign-up lives; else it is answered at once. */
static void send_to_signup(struct sim *sim, struct deed *deed, const char *path, struct text body) {
    const struct model_signup *signup = &sim->model.signups[deed->target];
    const struct call call = {.method = "POST", .path = path, .body = body};
    deed->request = cabinet_send(&sim->cabinet, deed->arena, &call);
    if (!signup->ended && sim_now(sim) < signup->made + DRAFT_LIFE) {
        if (request_finished(deed->request)) sim_fail(sim, "%s is refused: %d", path, deed->request->answer.status);
        deeds_add(sim, &sim->working, deed);
        return;
    }
    const struct foretold foretold = {409, "sign-up-expired", NULL};
    judge_at_once(sim, deed, &foretold);
    deed_free(deed);
}

static void try_code(struct sim *sim, int target) {
    const struct model_signup *signup = &sim->model.signups[target];
    struct deed *deed = deed_new(sim, ACT_CODE);
    struct text phone = text_from(sim->model.people[signup->to].phone);
    struct text code = phone_code(&sim->cabinet, deed->arena, phone, signup->made);
    deed->target = target;
    deed->right = !sim_chance(sim, 10);
    if (code.size != 6) {
        deed_free(deed);
        return;
    }
    char typed[7];
    memcpy(typed, code.data, 7);
    if (!deed->right) typed[0] = (char)('0' + (typed[0] - '0' + 1) % 10);
    sim_log(sim, "sign-up %d: a %s code", target, deed->right ? "right" : "wrong");
    send_to_signup(sim, deed, "/signup/code",
                   text_format(deed->arena, "{\"draft\":\"%s\",\"code\":\"%s\"}", signup->draft, typed));
}

static void give_password(struct sim *sim, int target) {
    const struct model_signup *signup = &sim->model.signups[target];
    struct deed *deed = deed_new(sim, ACT_OPEN);
    deed->target = target;
    sim_log(sim, "sign-up %d: a password", target);
    send_to_signup(sim, deed, "/signup/password",
                   text_format(deed->arena, "{\"draft\":\"%s\",\"password\":\"Qwerty7!\",\"token\":true}",
                               signup->draft));
}

static void act_signup(struct sim *sim) {
    struct model *model = &sim->model;
    int to = (int)sim_random(sim, PEOPLE);
    if (model->signup_count == 0 || sim_chance(sim, 40)) {
        if (!model->people[to].open) begin_signup(sim, to);
        return;
    }
    int target = model->signup_count - 1 -
                 (int)sim_random(sim, model->signup_count < 4 ? (uint64_t)model->signup_count : 4);
    if (model->signups[target].draft[0] == '\0') return;
    if (model->signups[target].proven) give_password(sim, target);
    else try_code(sim, target);
}

static void act_signin(struct sim *sim) {
    int person = any_open(sim);
    struct model_person *self = &sim->model.people[person];
    if (self->token[0] != '\0' && !sim_chance(sim, 10)) return;
    struct deed *deed = deed_new(sim, ACT_SIGNIN);
    deed->person = person;
    sim_log(sim, "%d signs in", person);
    struct text body = text_format(deed->arena, "{\"phone\":\"%s\",\"password\":\"Qwerty7!\",\"token\":true}",
                                   self->phone);
    const struct call call = {.method = "POST", .path = "/signin", .body = body};
    deed->request = cabinet_send(&sim->cabinet, deed->arena, &call);
    if (request_finished(deed->request)) sim_fail(sim, "a sign-in is refused: %d", deed->request->answer.status);
    deeds_add(sim, &sim->queue, deed);
}

/* ---- from inside ---- */

static enum command_outcome inside_run(struct command *command, struct tx *tx) {
    struct deed *deed = (struct deed *)command;
    struct sim *sim = deed->sim;
    struct engine *engine = sim->cabinet.engine;
    int64_t customer = sim->model.people[deed->person].customer;
    if (deed->act != ACT_SABOTAGE) {
        enum event_kind kind = deed->act == ACT_LEVEL ? EVENT_CUSTOMER_LEVEL : EVENT_CUSTOMER_FROZEN;
        engine_emit(engine, tx, &(struct event){.kind = kind, .customer = customer, .number = deed->target});
        return COMMAND_KEEP;
    }
    /* Does much, then thinks better of it: nothing of it may be seen. */
    int64_t id;
    const struct transfer transfer = {.from = sim->model.people[deed->person].wallet[0].id,
                                      .to = sim->model.people[deed->to].wallet[0].id, .sum = rub(deed->sum),
                                      .kind = 100};
    ledger_transfer(engine_ledger(engine), tx, &transfer, &id);
    engine_emit(engine, tx, &(struct event){.kind = EVENT_CUSTOMER_LEVEL, .customer = customer, .number = 3});
    if (deed->target == 1) outbox_add(engine, tx, "sms", customer, 0, TEXT("never"), sim_now(sim), sim_now(sim) + DAY);
    if (deed->target == 2) arena_alloc(deed->arena, (size_t)64 << 20); /* above the command's cap: unwinds */
    return COMMAND_UNDO;
}

static void act_inside(struct sim *sim, enum act act) {
    struct deed *deed = deed_new(sim, act);
    deed->person = any_open(sim);
    deed->to = any_open(sim);
    deed->sum = 1 + (int64_t)sim_random(sim, 100000);
    deed->target = (int)sim_random(sim, 3);
    if (act == ACT_LEVEL) deed->target++;
    if (act == ACT_FREEZE) deed->target = sim_chance(sim, 40);
    sim_log(sim, "from inside %d: %d, %d", (int)act, deed->person, deed->target);
    deed->command = (struct command){.run = inside_run, .arena = deed->arena};
    if (!store_submit(engine_store(sim->cabinet.engine), &deed->command)) sim_fail(sim, "the queue is full");
    deeds_add(sim, &sim->queue, deed);
}

static void act_time(struct sim *sim) {
    static const int64_t spans[] = {SECOND, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 8 * DAY, 40 * DAY};
    static const int odds[] = {0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 8};
    int64_t most = spans[odds[sim_random(sim, sizeof odds / sizeof *odds)]];
    int64_t span = 1000 + (int64_t)sim_random(sim, (uint64_t)most);
    sim_log(sim, "%lld s pass", (long long)(span / SECOND));
    world_advance(sim->world, span);
}

/* A home page: what it says is what the model says. */
static void act_look(struct sim *sim) {
    int index = any_open(sim);
    struct model_person *person = &sim->model.people[index];
    if (session_of(sim, person) != SESSION_ALIVE) return;
    struct arena *arena = arena_new((size_t)4 << 20);
    check(arena != NULL);
    const struct call call = {.method = "GET", .path = "/", .token = text_from(person->token)};
    struct request *request = cabinet_send(&sim->cabinet, arena, &call);
    if (!request_finished(request)) sim_fail(sim, "a page is not answered at once");
    struct reply reply = reply_of(arena, request);
    person->used_low = person->used_high = sim_now(sim);
    if (reply.status != 200) sim_fail(sim, "home: %d", reply.status);
    int64_t balance = reply_kopecks(arena, &reply, "wallet.balance");
    if (balance != person->wallet[0].balance)
        sim_fail(sim, "home of %d: balance %lld, not %lld", index, (long long)balance,
                 (long long)person->wallet[0].balance);
    arena_free(arena);
}

/* ---- one of them ---- */

void sim_act(struct sim *sim) {
    bool room = sim->queue.count + sim->working.count + sim->resuming.count < DEEDS - 8;
    room = room && sim->model.key_count + DEEDS < KEYS && sim->model.wait_count + DEEDS < WAITS;
    uint64_t choice = room ? sim_random(sim, 1000) : 700 + sim_random(sim, 300);
    if (choice < 330) act_transfer(sim);
    else if (choice < 370) act_repeat(sim);
    else if (choice < 390) act_own(sim);
    else if (choice < 405) act_wallet(sim);
    else if (choice < 445) act_cancel(sim);
    else if (choice < 490) act_topup(sim);
    else if (choice < 530) act_pay(sim);
    else if (choice < 570) act_callback(sim);
    else if (choice < 640) act_signup(sim);
    else if (choice < 660) act_signin(sim);
    else if (choice < 670) act_inside(sim, ACT_LEVEL);
    else if (choice < 680) act_inside(sim, ACT_FREEZE);
    else if (choice < 695) act_inside(sim, ACT_SABOTAGE);
    else if (choice < 715) act_look(sim);
    else if (choice < 770) act_time(sim);
    else if (choice < 800) sim_step_jobs(sim);
    else if (choice < 850) sim_step_outbox(sim);
    else if (choice < 880) sim_step_workers(sim);
    else if (choice < 970) sim_step_store(sim, sim_chance(sim, 10));
    else if (choice < 980) sim_crash(sim);
    else if (choice < 985) sim_restart(sim);
    else sim_settle(sim);
}
