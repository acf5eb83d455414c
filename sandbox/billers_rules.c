/* billers_rules.c: the ten billers: what their accounts look like, which sums and fields they take, what they ask for.
 * Pure. An account exists when its form is right: whose it is and what is due follow from it. */
#include "sandbox/billers.h"

#include "generated/strings_sandbox.h"

/* ---- forms of accounts ---- */

static bool all_digits(struct text text, size_t least, size_t most) {
    if (text.size < least || text.size > most) return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return true;
}

static bool eight_digits(struct text account) {
    return all_digits(account, 8, 8);
}

static bool nine_digits(struct text account) {
    return all_digits(account, 9, 9);
}

static bool ten_digits(struct text account) {
    return all_digits(account, 10, 10);
}

static bool eleven_digits(struct text account) {
    return all_digits(account, 11, 11);
}

static bool mobile_number(struct text account) {
    return all_digits(account, 10, 10) && account.data[0] == '9';
}

/* A UIN's check digit is left alone: else its last four digits could not choose a fault freely. */
static bool uin(struct text account) {
    return all_digits(account, 20, 20) || all_digits(account, 25, 25);
}

/* A contract's number of 6 to 10 digits, or a login: a small letter, then letters, digits, '.', '_', '-'. */
static bool login_or_contract(struct text account) {
    if (all_digits(account, 6, 10)) return true;
    if (account.size < 3 || account.size > 32 || account.data[0] < 'a' || account.data[0] > 'z') return false;
    for (size_t i = 0; i < account.size; i++) {
        char byte = account.data[i];
        bool letter = byte >= 'a' && byte <= 'z', digit = byte >= '0' && byte <= '9';
        if (!letter && !digit && byte != '.' && byte != '_' && byte != '-') return false;
    }
    return true;
}

static bool nickname(struct text account) {
    for (size_t i = 0; i < account.size; i++)
        if ((unsigned char)account.data[i] < ' ') return false;
    return text_valid_utf8(account) && text_length_utf8(account) >= 2 && text_length_utf8(account) <= 32 &&
           text_trim(account).size == account.size;
}

/* Two capital Latin letters and ten digits. */
static bool loan_contract(struct text account) {
    return account.size == 12 && account.data[0] >= 'A' && account.data[0] <= 'Z' && account.data[1] >= 'A' &&
           account.data[1] <= 'Z' && all_digits(text_slice(account, 2, 10), 10, 10);
}

/* ---- the ten ---- */

const struct biller billers[BILLERS] = {
    {"power", "4010240000", S_sandbox_biller_power, S_sandbox_biller_power_about, ten_digits, 100, 10000000,
     DIALECT_CLASSIC, BILL_NONE, .person = true, .meter = true, .cancels = true},
    {"water", "77260000", S_sandbox_biller_water, S_sandbox_biller_water_about, eight_digits, 100, 10000000,
     DIALECT_CLASSIC, BILL_MONTHLY, .person = true, .cancels = true},
    {"mobile", "9161230000", S_sandbox_biller_mobile, S_sandbox_biller_mobile_about, mobile_number, 100, 1500000,
     DIALECT_CLASSIC, BILL_NONE, .cancels = true, .prepaid = true},
    {"internet", "sokolova", S_sandbox_biller_internet, S_sandbox_biller_internet_about, login_or_contract, 1000,
     3000000, DIALECT_BASIC, BILL_NONE, .person = true, .cancels = true},
    {"tv", "30010240000", S_sandbox_biller_tv, S_sandbox_biller_tv_about, eleven_digits, 5000, 1000000, DIALECT_FORM,
     BILL_NONE, .person = true, .cancels = true},
    {"game", "Рыцарь & К°", S_sandbox_biller_game, S_sandbox_biller_game_about, nickname, 100, 5000000, DIALECT_1251,
     BILL_NONE, .cancels = false},
    {"loan", "KZ0010240000", S_sandbox_biller_loan, S_sandbox_biller_loan_about, loan_contract, 100, 100000000,
     DIALECT_CLASSIC, BILL_STEADY, .person = true, .cancels = true},
    {"fine", "18810177260000050000", S_sandbox_biller_fine, S_sandbox_biller_fine_about, uin, 50000, 500000,
     DIALECT_CLASSIC, BILL_ONCE, .cancels = false},
    {"duty", "0310491026000000000080000", S_sandbox_biller_duty, S_sandbox_biller_duty_about, uin, 1000, 50000000,
     DIALECT_CLASSIC, BILL_NONE, .payer = true},
    {"school", "702600000", S_sandbox_biller_school, S_sandbox_biller_school_about, nine_digits, 1000, 500000,
     DIALECT_CLASSIC, BILL_NONE, .person = true, .cancels = true},
};

const struct biller *biller_find(struct text code) {
    for (size_t i = 0; i < BILLERS; i++)
        if (text_is(code, billers[i].code)) return &billers[i];
    return NULL;
}

/* ---- what follows from an account ---- */

/* FNV-1a. */
static uint64_t hash(uint64_t seed, struct text text) {
    uint64_t value = UINT64_C(14695981039346656037) ^ seed;
    for (size_t i = 0; i < text.size; i++) value = (value ^ (unsigned char)text.data[i]) * UINT64_C(1099511628211);
    return value ^ value >> 29;
}

int64_t biller_bill_of(const struct biller *biller, struct text account, int month) {
    static const int64_t fines[] = {50000, 80000, 100000, 150000, 200000, 300000, 500000};
    switch (biller->bill) {
    case BILL_NONE: return 0;
    case BILL_MONTHLY: return 30000 + (int64_t)(hash((uint64_t)month, account) % 500000);
    case BILL_STEADY: return 200000 + (int64_t)(hash(0, account) % 1800000);
    case BILL_ONCE: return fines[hash(0, account) % (sizeof fines / sizeof *fines)];
    }
    return 0;
}

int64_t biller_first_reading(struct text account) {
    return 1000 + (int64_t)(hash(1, account) % 9000);
}

const char *biller_person(struct text account) {
    static const char *const people[] = {
        "Иван И.", "Мария П.", "Анна С.", "Пётр О.", "Ольга К.", "Сергей В.", "Наталья Ж.", "Юлия Щ.",
    };
    return people[hash(2, account) % (sizeof people / sizeof *people)];
}

/* ---- verdicts ---- */

static int sum_verdict(const struct biller_asking *asking, const struct biller_standing *standing) {
    const struct biller *biller = asking->biller;
    if (asking->command == BILLER_CHECK && asking->sum <= 0) return OSMP_OK; /* asks what is due */
    if (biller->bill == BILL_ONCE) {
        if (standing->due == 0) return OSMP_REFUSED; /* paid already */
        if (asking->sum != standing->due) return asking->sum < standing->due ? OSMP_TOO_SMALL : OSMP_TOO_LARGE;
    }
    if (asking->sum < biller->least) return OSMP_TOO_SMALL;
    return asking->sum > biller->most ? OSMP_TOO_LARGE : OSMP_OK;
}

int biller_verdict(const struct biller_asking *asking, const struct biller_standing *standing) {
    const struct biller *biller = asking->biller;
    if (asking->malformed) return OSMP_OTHER;
    if (asking->account.size == 0 || asking->account.size >= BILLER_ACCOUNT || !biller->account_good(asking->account))
        return OSMP_FORMAT;
    if (biller->meter && asking->reading >= 0 && asking->reading < standing->meter) return OSMP_OTHER;
    if (biller->payer && asking->command == BILLER_PAY && asking->name.size == 0) return OSMP_OTHER;
    return sum_verdict(asking, standing);
}

const char *biller_comment(int result) {
    switch (result) {
    case OSMP_OK: return "Выполнено";
    case OSMP_LATER: return "Временная ошибка, повторите позже";
    case OSMP_FORMAT: return "Неверный формат счёта";
    case OSMP_NOT_FOUND: return "Не найдено";
    case OSMP_REFUSED: return "Приём платежа запрещён";
    case OSMP_TECHNICAL: return "Приём платежа запрещён по техническим причинам";
    case OSMP_INACTIVE: return "Счёт не активен";
    case OSMP_PENDING: return "Проведение платежа не окончено";
    case OSMP_TOO_SMALL: return "Сумма слишком мала";
    case OSMP_TOO_LARGE: return "Сумма слишком велика";
    case OSMP_CANNOT_CHECK: return "Невозможно проверить состояние счёта";
    default: return "Другая ошибка";
    }
}
