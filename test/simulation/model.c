/* model.c: see model.h. Written from the contract (LE-3, LE-4, WA-2, WA-4, WA-14), not from the code it judges. */
#include "test/simulation/model.h"

#include <stddef.h>

enum mutation mutation = MUTATION_NONE;

/* The same figures stand in the configuration of simulation.c. */
const struct model_limits model_limits[4] = {
    {0, 0, 0, 0, 0},
    {1500000, 1200000, 1000000, 2500000, 2500000},
    {3000000, 2000000, 1500000, 4000000, 6000000},
    {60000000, 0, 0, 0, 0},
};

/* ---- days, limits ---- */

static int32_t today(moment now) {
    return (int32_t)((now / SECOND + 3 * 3600) / 86400); /* Moscow */
}

static int32_t month_of(int32_t day) {
    struct date date = date_from_days(day);
    return date.year * 12 + date.month;
}

void model_roll(struct model_account *account, moment now) {
    int32_t day = today(now);
    if (day <= account->day) return;
    account->day = day;
    account->day_out = 0;
    int32_t month = month_of(day);
    if (month == account->month || (mutation == MUTATION_NO_ROLL && account->month != 0)) return;
    account->month = month;
    account->month_out = account->month_in = 0;
}

static bool above(int64_t counted, int64_t sum, int64_t most) {
    return most > 0 && counted + sum > most;
}

/* Limits are a person's, whatever he has how many wallets. */
struct model_account *model_counted(struct model_account *account) {
    return account - account->number;
}

int64_t model_total(const struct model_account *counted) {
    int64_t total = 0;
    if (counted->level == 0) return counted->balance;
    for (int i = 0; i < WALLETS; i++) total += counted[i].balance;
    return total;
}

static const char *sender_refuses(const struct model_account *from, const struct model_account *counted, int64_t sum,
                                  bool limited) {
    const struct model_limits *limits = &model_limits[counted->level];
    if (from->frozen) return "account-frozen";
    if (limited && limits->operation > 0 && sum > limits->operation) return "sum-too-large";
    if (!from->unlimited && from->balance < sum) return "not-enough-money";
    if (limited && mutation != MUTATION_NO_DAY_LIMIT && above(counted->day_out, sum, limits->day_out))
        return "day-limit";
    if (limited && above(counted->month_out, sum, limits->month_out)) return "month-limit";
    return NULL;
}

static const char *recipient_refuses(const struct model_account *counted, int64_t sum, bool limited) {
    const struct model_limits *limits = &model_limits[counted->level];
    if (limited && above(model_total(counted), sum, limits->balance)) return "recipient-balance-limit";
    if (limited && above(counted->month_in, sum, limits->month_in)) return "recipient-month-limit";
    return NULL;
}

static void carry(struct model *model, struct model_account *from, struct model_account *to, int64_t sum) {
    from->balance -= sum;
    to->balance += sum;
    from->version++;
    to->version++;
    model->transfers++;
}

const char *model_move(struct model *model, struct model_account *from, struct model_account *to, int64_t sum,
                       bool limited, moment now) {
    struct model_account *payer = model_counted(from), *payee = model_counted(to);
    model_roll(payer, now);
    model_roll(payee, now);
    const char *refusal = sender_refuses(from, payer, sum, limited);
    if (refusal == NULL) refusal = recipient_refuses(payee, sum, limited);
    if (refusal != NULL) return refusal;
    carry(model, from, to, sum);
    if (limited) {
        payer->day_out += sum;
        payer->month_out += sum;
        payee->month_in += sum;
    }
    return NULL;
}

/* ---- transfers ---- */

static int waiting_of(const struct model *model, int person) {
    int count = 0;
    for (int i = 0; i < model->wait_count; i++)
        if (model->waits[i].person == person && model->waits[i].state == WAIT_OPEN) count++;
    return count;
}

const char *model_transfer(struct model *model, int person, int wallet, int to, int64_t sum, moment now, int *wait) {
    struct model_account *from = &model->people[person].wallet[wallet];
    *wait = -1;
    if (model->people[to].open) return model_move(model, from, &model->people[to].wallet[0], sum, true, now);
    if (waiting_of(model, person) >= WAITING_MOST) return "too-many-waiting";
    const char *refusal = model_move(model, from, &model->waiting, sum, true, now);
    if (refusal != NULL) return refusal;
    model->waiting_made = true;
    *wait = model->wait_count++;
    model->waits[*wait] = (struct model_wait){.person = person, .wallet = wallet, .to = to, .sum = sum,
                                              .counted = today(now), .expires = now + WAITING_LIFE};
    return NULL;
}

const char *model_own(struct model *model, int person, int from, int to, int64_t sum, moment now) {
    struct model_person *self = &model->people[person];
    return model_move(model, &self->wallet[from], &self->wallet[to], sum, false, now);
}

/* Limits get back what they counted, where their day and month still run. */
void model_give_back(struct model *model, struct model_wait *wait, enum wait_state state, moment now) {
    struct model_account *to = &model->people[wait->person].wallet[wait->wallet];
    carry(model, &model->waiting, to, wait->sum);
    wait->state = state;
    to = model_counted(to);
    model_roll(to, now);
    if (mutation == MUTATION_KEEPS_LIMITS) return;
    if (wait->counted == to->day) to->day_out -= wait->sum < to->day_out ? wait->sum : to->day_out;
    if (month_of(wait->counted) == to->month) to->month_out -= wait->sum < to->month_out ? wait->sum : to->month_out;
}

void model_return_job(struct model *model, moment now) {
    if (model->return_due > now) return;
    model->return_due = now + MINUTE;
    for (int i = 0; i < model->wait_count; i++)
        if (model->waits[i].state == WAIT_OPEN && model->waits[i].expires <= now)
            model_give_back(model, &model->waits[i], WAIT_RETURNED, now);
}

void model_open(struct model *model, int to, moment now) {
    struct model_person *person = &model->people[to];
    person->open = true;
    person->wallets = 1;
    person->wallet[0] = (struct model_account){.level = 1};
    for (int i = 0; i < model->wait_count; i++) {
        struct model_wait *wait = &model->waits[i];
        if (wait->state != WAIT_OPEN || wait->to != to) continue;
        bool limited = mutation != MUTATION_CLAIMS_TOO_MUCH;
        if (model_move(model, &model->waiting, &person->wallet[0], wait->sum, limited, now) == NULL)
            wait->state = WAIT_CLAIMED;
    }
}

/* ---- top-ups ---- */

const char *model_topup(struct model *model, int person, int64_t sum, moment now) {
    struct model_account *to = &model->people[person].wallet[0];
    if (sum < 1000) return "sum-too-small";
    if (sum > 1500000) return "sum-too-large";
    model_roll(to, now);
    const char *refusal = recipient_refuses(to, sum, true);
    if (refusal != NULL) return refusal[10] == 'b' ? "balance-limit" : "month-in-limit";
    model->acquirer_made = true;
    model->topups[model->topup_count++] =
        (struct model_topup){.sum = sum, .person = person, .state = PAY_CREATED, .made = now};
    return NULL;
}

static const char *settle_paid(struct model *model, struct model_topup *topup, int64_t sum, int reference,
                               moment now) {
    if (sum != topup->sum) return NULL;
    if (topup->state != PAY_CREATED && topup->state != PAY_EXPIRED) {
        bool declined = topup->state == PAY_DECLINED || topup->state == PAY_CANCELLED;
        return !declined && reference == topup->reference ? "known" : NULL;
    }
    topup->reference = reference;
    struct model_account *to = &model->people[topup->person].wallet[0];
    bool taken = model_move(model, &model->acquirer, to, sum, true, now) == NULL;
    topup->state = taken ? PAY_PAID : PAY_REFUNDING;
    return "accepted";
}

const char *model_settle(struct model *model, struct model_topup *topup, enum bank_word word, int64_t sum,
                         int reference, moment now) {
    enum paid_state failed = word == BANK_DECLINED ? PAY_DECLINED : PAY_CANCELLED;
    if (word == BANK_PAID) return settle_paid(model, topup, sum, reference, now);
    if (word == BANK_PENDING) return topup->state == PAY_CREATED || topup->state == PAY_REFUNDING ? "known" : NULL;
    if (topup->state == PAY_CREATED) {
        topup->unsure = now > topup->made + TOPUP_LIFE + TOPUP_GRACE;
        topup->state = failed;
        return "accepted";
    }
    return topup->state == failed || topup->state == PAY_EXPIRED ? "known" : NULL;
}
