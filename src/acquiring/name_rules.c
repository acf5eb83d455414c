/* name_rules.c: see name_rules.h. The card's letters without blanks are a word of at most 63; a set of places in it is
 * a 64-bit mask, and each Cyrillic letter moves the set on: linear, whatever is typed. */
#include "acquiring/name_rules.h"

#define LATIN_MOST 63
#define PLACES_NONE UINT64_C(0)

/* ---- letters ---- */

/* All that stands for а–я on cards, and ё behind them. An empty one: the letter may be left out. */
#define WAYS 8
static const char *const ways[33][WAYS] = {
    {"A"},
    {"B"},
    {"V", "W", "FF"},
    {"G", "GH", "GU"},
    {"D"},
    {"E", "YE", "IE", "JE"},
    {"ZH", "J", "Z", "G"},
    {"Z", "S"},
    {"I", "Y", "YI", "JI"},
    {"", "Y", "I", "J"}, /* й: «Дмитрий» is DMITRY, DMITRIY, DMITRII */
    {"K", "C", "CK"},
    {"L", "LL"},
    {"M"},
    {"N", "NN"},
    {"O"},
    {"P"},
    {"R"},
    {"S", "SS"},
    {"T", "TH"},
    {"U", "OU", "W"},
    {"F", "PH"},
    {"KH", "H", "X", "CH"},
    {"TS", "C", "TZ", "CZ", "TC"},
    {"CH", "TCH", "C"},
    {"SH", "SCH", "CH"},
    {"SHCH", "SCH", "SHH", "SH", "STCH"},
    {"", "IE"},
    {"Y", "I", "YI", "UI"},
    {"", "I", "Y", "J"},
    {"E", "EH"},
    {"YU", "IU", "JU", "U"},
    {"YA", "IA", "JA"},
    {"E", "YO", "IO", "JO", "YE", "IE", "O"}, /* ё: «Хрущёв» is KHRUSHCHOV, too */
};
enum { LETTER_I = 8, LETTER_K = 10, LETTER_S = 17, LETTER_SOFT = 28, LETTER_YA = 31, LETTER_YO = 32, LETTER_NONE = -1 };

/* Of a name: Cyrillic letters as their places in the table, Latin ones as they are (a foreigner's). */
struct letters {
    int of[LATIN_MOST + 1];
    size_t count;
    bool strange; /* holds a letter of neither */
};

static int cyrillic(unsigned point) {
    if (point == 0x401 || point == 0x451) return LETTER_YO;
    if (point >= 0x410 && point <= 0x44f) return (int)((point - 0x410) % 32);
    return LETTER_NONE;
}

static char capital(char byte) {
    return byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
}

static bool latin(char byte) {
    return byte >= 'A' && byte <= 'Z';
}

static void letters_add(struct letters *letters, struct text name) {
    for (size_t i = 0; i < name.size;) {
        size_t step = text_utf8_step(text_slice(name, i, name.size));
        unsigned byte = (unsigned char)name.data[i];
        int letter = LETTER_NONE;
        if (step == 2) letter = cyrillic((byte & 0x1f) << 6 | ((unsigned char)name.data[i + 1] & 0x3f));
        if (step == 1 && latin(capital(name.data[i]))) letter = capital(name.data[i]);
        bool mark = step == 1 && letter == LETTER_NONE; /* blanks, hyphens, apostrophes */
        if (!mark && (letter == LETTER_NONE || letters->count > LATIN_MOST)) letters->strange = true;
        else if (!mark) letters->of[letters->count++] = letter;
        i += step > 0 ? step : 1;
    }
}

/* ---- fitting ---- */

struct word {
    char of[LATIN_MOST];
    size_t count;
};

/* The places behind `way` for those of `places` at which it stands. */
static uint64_t behind(const struct word *word, uint64_t places, const char *way) {
    uint64_t found = PLACES_NONE;
    size_t size = text_from(way).size;
    for (size_t at = 0; at + size <= word->count; at++) {
        if ((places >> at & 1) == 0) continue;
        size_t same = 0;
        while (same < size && word->of[at + same] == way[same]) same++;
        if (same == size) found |= UINT64_C(1) << (at + size);
    }
    return found;
}

static uint64_t behind_letter(const struct word *word, uint64_t places, int letter, int before) {
    uint64_t found = PLACES_NONE;
    if (letter > LETTER_YO) return behind(word, places, (const char[]){(char)letter, '\0'});
    for (size_t i = 0; i < WAYS && ways[letter][i] != NULL; i++) found |= behind(word, places, ways[letter][i]);
    /* «Ксения» is KSENIA, «Татьяна» TATIANA: the first half of IA was written by the letter before. */
    if (letter == LETTER_YA && (before == LETTER_I || before == LETTER_SOFT)) found |= behind(word, places, "A");
    return found;
}

/* Where one may be after the letters from one of `places`. */
static uint64_t walk(const struct word *word, uint64_t places, const struct letters *letters) {
    uint64_t by_pair = PLACES_NONE; /* behind an X that stood for this letter and the next */
    for (size_t i = 0; i < letters->count; i++) {
        int letter = letters->of[i], before = i > 0 ? letters->of[i - 1] : LETTER_NONE;
        bool pair = letter == LETTER_K && i + 1 < letters->count && letters->of[i + 1] == LETTER_S;
        uint64_t next_pair = pair ? behind(word, places, "X") : PLACES_NONE; /* «Алексей» is ALEXEY */
        places = behind_letter(word, places, letter, before) | by_pair;
        by_pair = next_pair;
    }
    return places;
}

/* Names that are written in English rather than spelt. */
static uint64_t walk_name(const struct word *word, uint64_t places, const struct letters *name) {
    static const struct {
        const char *russian, *english;
    } known[] = {{"Александр", "ALEXANDER"}, {"Александр", "ALEKSANDER"}, {"Пётр", "PETER"},
                 {"Петр", "PETER"},          {"Михаил", "MICHAEL"},       {"Евгений", "EUGENE"}};
    uint64_t found = walk(word, places, name);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct letters other = {.count = 0};
        letters_add(&other, text_from(known[i].russian));
        bool same = other.count == name->count;
        for (size_t k = 0; same && k < name->count; k++) same = other.of[k] == name->of[k];
        if (same) found |= behind(word, places, known[i].english);
    }
    return found;
}

/* A patronymic may be left out, be there whole, or by its first letters: I and YU alike for «Юрьевич». */
static uint64_t walk_patronymic(const struct word *word, uint64_t places, const struct letters *patronymic) {
    if (patronymic->count == 0) return places;
    struct letters first = {.of = {patronymic->of[0]}, .count = 1};
    uint64_t found = places | walk(word, places, patronymic) | walk(word, places, &first);
    for (size_t i = 0; patronymic->of[0] <= LETTER_YO && i < WAYS && ways[patronymic->of[0]][i] != NULL; i++) {
        const char initial[] = {ways[patronymic->of[0]][i][0], '\0'};
        if (initial[0] != '\0') found |= behind(word, places, initial);
    }
    return found;
}

static bool fits(const struct word *word, const struct letters *surname, const struct letters *name,
                 const struct letters *patronymic) {
    uint64_t end = UINT64_C(1) << word->count;
    uint64_t first = walk_patronymic(word, walk_name(word, walk(word, 1, surname), name), patronymic);
    uint64_t named = walk_name(word, 1, name);
    uint64_t last = walk_patronymic(word, walk(word, named, surname), patronymic) |
                    walk(word, walk_patronymic(word, named, patronymic), surname);
    return ((first | last) & end) != 0;
}

/* ---- the card ---- */

static bool title(struct text word) {
    return text_is(word, "MR") || text_is(word, "MRS") || text_is(word, "MS");
}

/* Words of cards that are handed out ready made. */
static bool nobody(struct text word) {
    static const char *const words[] = {"MOMENTUM", "CARDHOLDER", "CARD",    "HOLDER", "INSTANT", "UNEMBOSSED",
                                        "NONAME",   "VALUED",     "CUSTOMER", "CLIENT", "GIFT",    "PREPAID",
                                        "VIRTUAL",  "UNNAMED",    "MIR",     "VISA",   "KLIENT"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_is(word, words[i])) return true;
    return false;
}

/* Capitals of the card; blanks and marks part its words. */
struct holder {
    char of[2 * LATIN_MOST];
    size_t count;
    bool strange;
};

static struct holder holder_read(struct text text) {
    struct holder holder = {.count = 0};
    for (size_t i = 0; i < text.size; i++) {
        char byte = capital(text.data[i]);
        if (byte == '\'') continue;
        bool mark = byte == ' ' || byte == '-' || byte == '.' || byte == '/' || byte == ',';
        if ((!latin(byte) && !mark) || holder.count == sizeof holder.of) holder.strange = true;
        else holder.of[holder.count++] = mark ? ' ' : byte;
    }
    return holder;
}

enum name_verdict name_compare(struct text holder, const struct person_name *person) {
    struct holder card = holder_read(holder);
    struct word word = {.count = 0};
    struct text rest = {card.of, card.count};
    size_t long_words = 0;
    bool ready_made = false, too_long = false;
    while (rest.size > 0) {
        struct text part = text_split(rest, ' ', &rest);
        if (title(part)) continue;
        ready_made = ready_made || nobody(part);
        long_words += part.size > 1;
        for (size_t i = 0; i < part.size; i++) {
            if (word.count == LATIN_MOST) too_long = true;
            else word.of[word.count++] = part.data[i];
        }
    }
    struct letters surname = {.count = 0}, name = {.count = 0}, patronymic = {.count = 0};
    letters_add(&surname, person->surname);
    letters_add(&name, person->name);
    letters_add(&patronymic, person->patronymic);
    if (patronymic.strange) patronymic.count = 0;
    bool known = surname.count > 0 && name.count > 0 && !surname.strange && !name.strange;
    if (known && !card.strange && !too_long && fits(&word, &surname, &name, &patronymic)) return NAME_OWN;
    if (ready_made || long_words < 2) return NAME_UNNAMED;
    return known ? NAME_FOREIGN : NAME_UNKNOWN;
}
