/* record.c: see record.h. The record is what was proved when a level was raised (levels), or what was answered when
 * signing up (onboarding); both keep it sealed. */
#include "recovery/record.h"

#include "identity/common.h"
#include "identity/identity.h"
#include "levels/levels.h"
#include "onboarding/onboarding.h"
#include "recovery/record_rules.h"
#include "recovery/recovery.h"

/* What was proved last, else what he answered when he signed up. */
static struct text kept(struct engine *engine, struct tx *tx, int64_t customer, enum detail detail) {
    struct answers answers;
    if (engine_enabled(engine, "levels") && level_known(engine, tx, customer, &answers) &&
        answers.of[detail].size > 0)
        return answers.of[detail];
    if (!engine_enabled(engine, "onboarding")) return TEXT_NONE;
    return onboarding_answer(engine, tx, customer, question_of(detail)->name);
}

typedef bool same_function(struct arena *arena, struct text said, struct text kept);

static bool same_passport(struct arena *arena, struct text said, struct text on_record) {
    (void)arena;
    return record_same_passport(said, on_record);
}

/* A try is counted before anything is compared. */
static enum record_result compare(struct engine *engine, struct tx *tx, int64_t customer, enum detail detail,
                                  struct text said, same_function *same, moment *free_at) {
    const struct recovery_settings *settings = recovery_settings(engine);
    const struct tally_policy policy = {settings->record_tries, DAY, settings->record_pause, DAY};
    struct arena *arena = tx_arena(tx);
    struct text whose = text_format(arena, "%s|%lld", question_of(detail)->name, (long long)customer);
    struct text on_record = kept(engine, tx, customer, detail);
    if (on_record.size == 0) return RECORD_NONE;
    if (!tally_take(engine, tx, "recovery.record", whose, &policy, free_at)) return RECORD_LOCKED;
    if (!same(arena, said, on_record)) return RECORD_OTHER;
    tally_forget(engine, tx, "recovery.record", whose);
    return RECORD_SAME;
}

enum record_result record_code_word(struct engine *engine, struct tx *tx, int64_t customer, struct text said,
                                    moment *free_at) {
    return compare(engine, tx, customer, ANSWER_CODE_WORD, said, record_same_word, free_at);
}

enum record_result record_passport(struct engine *engine, struct tx *tx, int64_t customer, struct text said,
                                   moment *free_at) {
    return compare(engine, tx, customer, ANSWER_PASSPORT, said, same_passport, free_at);
}

bool record_surname(struct engine *engine, struct tx *tx, int64_t customer, struct text said) {
    return record_same_word(tx_arena(tx), said, kept(engine, tx, customer, ANSWER_SURNAME));
}

/* ---- for staff: as the back office calls the outcomes ---- */

static enum proof outcome(enum record_result result) {
    static const enum proof outcomes[] = {[RECORD_SAME] = PROOF_RIGHT,
                                         [RECORD_OTHER] = PROOF_WRONG,
                                         [RECORD_LOCKED] = PROOF_LOCKED,
                                         [RECORD_NONE] = PROOF_UNKNOWN};
    return outcomes[result];
}

static enum proof ask_passport(struct engine *engine, struct tx *tx, int64_t customer, struct text said,
                              moment *free_at) {
    return outcome(record_passport(engine, tx, customer, said, free_at));
}

static enum proof ask_code_word(struct engine *engine, struct tx *tx, int64_t customer, struct text said,
                               moment *free_at) {
    return outcome(record_code_word(engine, tx, customer, said, free_at));
}

const struct record recovery_records[] = {{"passport", ask_passport}, {"code_word", ask_code_word}, {.name = NULL}};
