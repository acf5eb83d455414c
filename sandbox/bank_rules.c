/* bank_rules.c: what the partner bank takes, and numbers to practise with. */
#include "sandbox/bank.h"

#include "base/identifiers.h"

#include <string.h>

#define LEAST 100         /* kopecks */
#define MOST 100000000
#define MOST_CARD 60000000

const char *const payout_kind_names[PAYOUT_KINDS] = {"account", "card", "phone"};

const struct fast_bank fast_banks[] = {{"100000000001", "Банк «Ближний»"},
                                       {"100000000002", "Банк «Дальний»"},
                                       {"100000000003", "Речной банк"},
                                       {"100000000004", "Банк «Полюс»"},
                                       {.id = NULL}};

static const struct {
    const char *bik, *name;
} known_banks[] = {{"044525225", "Банк «Ближний»"}, {"044525974", "Банк «Дальний»"}, {"044030653", "Речной банк"}};

static bool all_digits(struct text text, size_t least, size_t most) {
    if (text.size < least || text.size > most) return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return true;
}

/* Those of the Bank of Russia's directory begin with 04, of the treasury with 01. */
static bool bik_there(struct text bik) {
    return all_digits(bik, 9, 9) && (text_starts(bik, "04") || text_starts(bik, "01")) && !text_ends(bik, "000");
}

static const struct fast_bank *fast_bank_of(struct text id) {
    const struct fast_bank *bank = fast_banks;
    while (bank->id != NULL && !text_is(id, bank->id)) bank++;
    return bank->id != NULL ? bank : NULL;
}

static bool bank_there(const struct payout_asking *asking) {
    if (asking->kind == PAYOUT_ACCOUNT) return bik_there(asking->bik);
    return asking->kind == PAYOUT_CARD || fast_bank_of(asking->bank) != NULL;
}

static struct text bank_of_bik(struct arena *arena, struct text bik) {
    for (size_t i = 0; i < sizeof known_banks / sizeof *known_banks; i++)
        if (text_is(bik, known_banks[i].bik)) return text_from(known_banks[i].name);
    return text_format(arena, "Банк с БИК %.*s", TEXT_ARG(bik));
}

/* Cards 22000N… are the Nth bank's; NULL: nobody's that it knows. */
static const char *bank_of_card(struct text number) {
    if (!text_starts(number, "22000") || number.size < 6) return NULL;
    for (const struct fast_bank *bank = fast_banks; bank->id != NULL; bank++)
        if (number.data[5] == bank->id[11]) return bank->name;
    return NULL;
}

struct text payout_bank(struct arena *arena, const struct payout_asking *asking) {
    static const char *const schemes[] = {[CARD_UNKNOWN] = NULL,
                                          [CARD_MIR] = "Карта «Мир»",
                                          [CARD_MASTERCARD] = "Карта Mastercard",
                                          [CARD_VISA] = "Карта Visa"};
    if (!bank_there(asking)) return TEXT_NONE;
    if (asking->kind == PAYOUT_ACCOUNT) return bank_of_bik(arena, asking->bik);
    if (asking->kind == PAYOUT_CARD) {
        const char *bank = bank_of_card(asking->account);
        return text_from(bank != NULL ? bank : schemes[card_scheme_of(asking->account)]);
    }
    return text_from(fast_bank_of(asking->bank)->name);
}

static bool account_good(const struct payout_asking *asking) {
    switch (asking->kind) {
    case PAYOUT_ACCOUNT:
        return account_key_valid(asking->account, asking->bik) && asking->name.size > 0 &&
               (asking->corr.size == 0 || correspondent_key_valid(asking->corr, asking->bik)) &&
               (asking->inn.size == 0 || inn_valid(asking->inn)) && (asking->kpp.size == 0 || kpp_valid(asking->kpp));
    case PAYOUT_CARD: return card_number_valid(asking->account);
    case PAYOUT_PHONE: return all_digits(asking->account, 10, 10) && asking->account.data[0] == '9';
    case PAYOUT_KINDS: break;
    }
    return false;
}

const char *payout_verdict(const struct payout_asking *asking, enum payout_call call) {
    if (asking->malformed) return "refused";
    if (!account_good(asking)) return "bad-account";
    if (asking->kind == PAYOUT_CARD && card_scheme_of(asking->account) == CARD_UNKNOWN) return "card";
    if (!bank_there(asking)) return "bank";
    if (asking->sum == 0 && call == PAYOUT_CHECK) return NULL;
    if (asking->sum < LEAST) return "small";
    return asking->sum > (asking->kind == PAYOUT_CARD ? MOST_CARD : MOST) ? "large" : NULL;
}

/* ---- practice ---- */

/* The ninth digit is the key. */
struct text practice_account(struct arena *arena, const char *beginning, const char *digits) {
    for (int key = 0; key < 10; key++) {
        struct text account = text_format(arena, "%s%d0000001%s", beginning, key, digits);
        if (account_key_valid(account, TEXT(PRACTICE_BIK))) return account;
    }
    return TEXT_NONE;
}

/* A digit in the middle makes it hold. */
struct text practice_card(struct arena *arena, const char *digits) {
    for (int key = 0; key < 10; key++) {
        struct text card = text_format(arena, "22000000000%d%s", key, digits);
        if (card_number_valid(card)) return card;
    }
    return TEXT_NONE;
}
