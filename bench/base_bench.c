/* base_bench.c: what the things cost that every request does many times. The best of five runs each, in nanoseconds. */
#include "base/log.h"
#include "base/money.h"
#include "base/phone.h"
#include "base/secret.h"

#include <stdio.h>
#include <time.h>

#define ROUNDS 200000

static struct arena *arena;
static struct world *world;
static struct keyring *keyring;
static const struct zone *moscow, *new_york;
static moment start;
static int64_t sink; /* so that nothing is optimised away */

static void alloc(int64_t round) {
    if (round % 300 == 0) arena_clear(arena);
    sink += *(char *)arena_alloc(arena, 48);
}

static void parse_money(int64_t round) {
    struct money money = rub(0);
    sink += money_parse(TEXT("1500.00"), CURRENCY_RUB, &money) + money.minor + round;
}

static void parse_typed(int64_t round) {
    struct money money = rub(0);
    sink += money_parse_typed(TEXT("1 500,50"), CURRENCY_RUB, &money) + money.minor + round;
}

static void civil_moscow(int64_t round) {
    sink += civil_at(start + round * 1000003, moscow).hour;
}

static void civil_new_york(int64_t round) {
    sink += civil_at(start + round * 1000003, new_york).hour;
}

static void hash(int64_t round) {
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(keyring, "phone", TEXT("+79161234567"), hash);
    sink += hash[0] + round;
}

static void seal(int64_t round) {
    if (round % 50 == 0) arena_clear(arena);
    sink += secret_seal(keyring, world, arena, "phone", round, TEXT("+79161234567")).data[0];
}

static void id(int64_t round) {
    sink += world_id(world) + round;
}

static void phone(int64_t round) {
    struct phone phone;
    sink += phone_parse(TEXT("8 (916) 123-45-67"), &phone) == PHONE_MOBILE ? round : 0;
}

static void utf8(int64_t round) {
    sink += text_valid_utf8(TEXT("Перевод от Ивана П., спасибо за обед")) + round;
}

static void quiet(int64_t round) {
    log_event(LOG_DEBUG, TEXT_NONE, "quiet", LOG_NUMBER("round", round));
}

static const struct {
    const char *name;
    void (*run)(int64_t round);
} benches[] = {
    {"arena_alloc, 48 bytes", alloc},
    {"money_parse", parse_money},
    {"money_parse_typed", parse_typed},
    {"civil_at, Moscow", civil_moscow},
    {"civil_at, New York", civil_new_york},
    {"secret_hash", hash},
    {"secret_seal", seal},
    {"world_id", id},
    {"phone_parse", phone},
    {"text_valid_utf8, 65 bytes", utf8},
    {"log_event below the level", quiet},
};

static double nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double best_of_five(void (*run)(int64_t round)) {
    double best = 1e18;
    for (int time = 0; time < 5; time++) {
        double before = nanoseconds();
        for (int64_t round = 0; round < ROUNDS; round++) run(round);
        double each = (nanoseconds() - before) / ROUNDS;
        if (each < best) best = each;
    }
    return best;
}

int main(void) {
    static const uint8_t root[32] = {1};
    arena = arena_new((size_t)64 << 20);
    world = world_real(1);
    keyring = keyring_from_bytes(root);
    moscow = zone_named("Europe/Moscow");
    new_york = zone_named("America/New_York");
    if (arena == NULL || world == NULL || keyring == NULL || moscow == NULL || new_york == NULL) return 1;
    start = world_now(world);
    for (size_t i = 0; i < sizeof benches / sizeof *benches; i++) {
        printf("%-28s %8.1f ns\n", benches[i].name, best_of_five(benches[i].run));
    }
    double before = nanoseconds();
    struct text encoded;
    bool hashed = password_hash(arena, TEXT("correct horse"), &encoded);
    printf("%-28s %8.1f ms\n", "password_hash", (nanoseconds() - before) / 1e6);
    keyring_free(keyring);
    world_free(world);
    arena_free(arena);
    return hashed && sink != 1 ? 0 : 1;
}
