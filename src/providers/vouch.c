/* vouch.c: see vouch.h. */
#include "providers/vouch.h"

#include "base/phone.h"
#include "levels/levels.h"

#include <string.h>

#define PACKED_MAX 1500 /* sealed and as base64url it must leave room in a cookie of 4096 bytes */

static bool answer_named(const char *name, enum detail *answer) {
    for (int i = 0; i < ANSWER_COUNT; i++) {
        if (strcmp(question_of((enum detail)i)->name, name) != 0) continue;
        *answer = (enum detail)i;
        return true;
    }
    return false;
}

struct text vouch_pack(struct arena *arena, const struct esia_person *person) {
    /* Who says whose passport it is comes last: it is the longest, and can be copied from the passport. */
    static const enum esia_field order[] = {ESIA_SURNAME,         ESIA_NAME,        ESIA_PATRONYMIC, ESIA_BIRTH,
                                            ESIA_PASSPORT,        ESIA_SNILS,       ESIA_INN,        ESIA_PASSPORT_DATE,
                                            ESIA_PASSPORT_OFFICE, ESIA_BIRTH_PLACE, ESIA_MAIL,       ESIA_PASSPORT_BY};
    struct answers answers = {0};
    struct text packed = answers_write(arena, &answers);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        enum detail answer;
        if (person->of[order[i]].data == NULL || !answer_named(esia_field_names[order[i]], &answer)) continue;
        answers.of[answer] = person->of[order[i]];
        struct text longer = answers_write(arena, &answers);
        if (longer.size <= PACKED_MAX) packed = longer;
        else answers.of[answer] = TEXT_NONE;
    }
    return packed;
}

struct text vouch_label(struct arena *arena, const struct esia_person *person) {
    struct text name = person->of[ESIA_NAME], surname = person->of[ESIA_SURNAME];
    if (name.data == NULL || surname.data == NULL) return name.data != NULL ? name : surname;
    return text_format(arena, "%.*s %.*s", TEXT_ARG(name), TEXT_ARG(surname));
}

bool vouch_fits(struct request *request, struct tx *tx, int64_t customer, struct text packed) {
    struct customer known;
    struct answers answers;
    if (packed.size == 0 || !identity_customer(request->engine, tx, customer, &known) || known.name.size == 0)
        return true;
    if (!answers_read(request->arena, packed, &answers)) return false;
    struct text name = answers.of[ANSWER_NAME], surname = answers.of[ANSWER_SURNAME];
    if (name.size == 0 || surname.size == 0) return false;
    struct text initial = text_slice(surname, 0, text_utf8_step(surname));
    struct text told = text_format(request->arena, "%.*s %.*s.", TEXT_ARG(name), TEXT_ARG(initial));
    return text_equal(told, known.name);
}

void vouch_level(struct request *request, struct tx *tx, const struct provider *provider, int64_t customer,
                 struct text subject, struct text packed) {
    struct level_proof proof = {.source = LEVEL_BY_PORTAL, .reference = subject};
    if (packed.size == 0 || provider->settings->level == 0) return;
    proof.level = provider->settings->level == 1 ? LEVEL_SIMPLIFIED : LEVEL_FULL;
    if (!answers_read(request->arena, packed, &proof.answers) || !vouch_fits(request, tx, customer, packed)) return;
    level_raise(request->engine, tx, customer, &proof); /* whatever it says: he is in, with the level that he has */
}

struct text vouch_told(struct request *request, const char *name) {
    struct errand errand;
    struct answers answers;
    enum detail answer;
    if (!errand_read(request, &errand) || errand.kind != ERRAND_PENDING) return TEXT_NONE;
    if (strcmp(name, "phone") == 0) return errand.phone;
    if (errand.person.size == 0 || !answer_named(name, &answer)) return TEXT_NONE;
    return answers_read(request->arena, errand.person, &answers) ? answers.of[answer] : TEXT_NONE;
}
