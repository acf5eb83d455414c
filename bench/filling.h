/* filling.h: what programs share that fill a database to be measured: a random order that is the same each time, big
 * commands through the engine's own code, a source of money, customers. What they fill it with is theirs. */
#pragma once

#include "app/app.h"
#include "base/check.h"
#include "engine/internal.h"
#include "identity/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The first member of a program's own struct, which the bodies of its commands so find. */
struct filling {
    struct command command;
    struct app *app;
    const char *program;
    int64_t source;      /* the account from which all money comes */
    int64_t from, count; /* the piece that is filled now */
    uint64_t random;
};

typedef enum command_outcome filling_body(struct command *command, struct tx *tx);

/* False: there is no memory for commands of so many bytes. */
static inline bool filling_begin(struct filling *filling, const char *program, struct app *app, size_t bytes) {
    *filling = (struct filling){.app = app, .program = program, .random = UINT64_C(88172645463325252)};
    filling->command.arena = arena_new(bytes);
    return filling->command.arena != NULL;
}

static inline uint64_t filling_random(struct filling *filling) {
    filling->random ^= filling->random << 13;
    filling->random ^= filling->random >> 7;
    filling->random ^= filling->random << 17;
    return filling->random;
}

static inline int64_t filling_below(struct filling *filling, int64_t bound) {
    return (int64_t)((filling_random(filling) >> 11) % (uint64_t)bound);
}

/* Ends the program where the store refuses. */
static inline void filling_run(struct filling *filling, filling_body *body) {
    arena_clear(filling->command.arena);
    filling->command = (struct command){.run = body, .arena = filling->command.arena};
    if (store_run(engine_store(filling->app->engine), &filling->command) == STORE_DURABLE) return;
    fprintf(stderr, "%s: the store refused: %.*s\n", filling->program, TEXT_ARG(filling->command.problem));
    exit(1);
}

/* From 0 to `total` in commands of `piece`, which find theirs in from and count; each tenth is told. */
static inline void filling_pieces(struct filling *filling, const char *what, int64_t total, int64_t piece,
                                  filling_body *body) {
    for (filling->from = 0; filling->from < total; filling->from += filling->count) {
        filling->count = total - filling->from < piece ? total - filling->from : piece;
        filling_run(filling, body);
        int64_t done = filling->from + filling->count;
        if (filling->from * 10 / total != done * 10 / total)
            fprintf(stderr, "%s: %" PRId64 " of %" PRId64 "\n", what, done, total);
    }
}

static inline enum command_outcome filling_make_source(struct command *command, struct tx *tx) {
    struct filling *filling = (struct filling *)command;
    const struct account source = {
        .purpose = 99, .class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB, .overdraft = ACCOUNT_UNLIMITED};
    filling->source = ledger_create(engine_ledger(filling->app->engine), tx, &source);
    return COMMAND_KEEP;
}

/* Customer i has the number +79000000000 + i. */
static inline struct text filling_phone(struct arena *arena, int64_t number) {
    return text_format(arena, "+79%09" PRId64, number);
}

/* A customer with a wallet; nobody can sign in as him. */
static inline int64_t filling_customer(struct filling *filling, struct tx *tx, int64_t number, int64_t *wallet) {
    struct engine *engine = filling->app->engine;
    struct text phone = filling_phone(filling->command.arena, number);
    int64_t customer = customer_open(engine, tx, phone, TEXT("$argon2id$none"), LANGUAGE_RU, 0);
    struct account account;
    check(customer != 0 && ledger_accounts_of(engine_ledger(engine), tx, customer, &account, 1) == 1);
    *wallet = account.id;
    return customer;
}

/* "number token" of a new session of his. */
static inline void filling_token(struct filling *filling, struct tx *tx, int64_t number, int64_t customer, FILE *file) {
    struct engine *engine = filling->app->engine;
    struct request request = {.arena = filling->command.arena, .world = engine_world(engine), .engine = engine,
                              .user_agent = TEXT("bench"), .address = TEXT("127.0.0.1")};
    struct text token = session_open(&request, tx, customer, true);
    fprintf(file, "%.*s %.*s\n", TEXT_ARG(filling_phone(filling->command.arena, number)), TEXT_ARG(token));
}
