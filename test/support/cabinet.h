/* cabinet.h: the whole product in this process without threads and sockets: requests go in as HTTP text, and nothing
 * moves unless the test steps it. SQLite; a simulated world. For the simulation and the fault loops. */
#pragma once

#include "engine/engine.h"
#include "http/server.h"

struct cabinet {
    struct arena *arena; /* from cabinet_open to cabinet_close */
    struct config *config;
    struct world *world; /* the caller's */
    struct keyring *keyring;
    struct engine *engine;
    struct server_options server;
    struct text problem; /* of an opening that failed */
};

/* yaml: the settings below the top level, or any more of the top level's; database and features are filled in. */
bool cabinet_open(struct cabinet *cabinet, const char *database, const char *yaml, struct world *world);
void cabinet_close(struct cabinet *cabinet);

/* A folder for databases, in memory where there is such; made once a process, removed by cabinet_folder_remove. */
const char *cabinet_folder(void);
void cabinet_folder_remove(void);

/* Runs body as a command of its own to its end, together with whatever is queued. */
enum store_status cabinet_write(struct cabinet *cabinet, enum command_outcome (*body)(struct tx *tx, void *data),
                                void *data);

struct person {
    int64_t customer, account;
    char token[80]; /* of a session for programs */
};

/* In a command: somebody with a cabinet and money, without the steps of signing up. source: an account without a
 * bottom. */
int64_t cabinet_source(struct cabinet *cabinet, struct tx *tx);
void cabinet_person(struct cabinet *cabinet, struct tx *tx, int64_t source, struct text phone, int64_t kopecks,
                    struct person *person);

/* A database's file in memory, and a copy of it elsewhere; its companions (WAL, lock) removed with it. */
struct text database_read(struct arena *arena, const char *path);
void database_write(const char *path, struct text bytes);
void database_remove(const char *path);

/* ---- requests ---- */

struct call {
    const char *method, *path;
    struct text token, key; /* TEXT_NONE: none */
    struct text body;       /* JSON; TEXT_NONE: none */
    struct text signature;  /* Authorization of a partner, instead of the token */
};

struct text call_text(struct arena *arena, const struct call *call);
struct request *cabinet_send(struct cabinet *cabinet, struct arena *arena, const struct call *call);
/* Steps everything until nothing moves. */
void cabinet_settle(struct cabinet *cabinet);

struct reply {
    int status;
    struct text body;
    struct text type; /* of a problem: "not-enough-money" */
};
struct reply reply_of(struct arena *arena, struct request *request);
/* A member of a JSON body ("wallet.balance") as text, numbers too; of a sum its amount. TEXT_NONE when absent. */
struct text reply_text(struct arena *arena, const struct reply *reply, const char *name);
int64_t reply_number(struct arena *arena, const struct reply *reply, const char *name); /* 0 when absent */
int64_t reply_kopecks(struct arena *arena, const struct reply *reply, const char *name);

/* ---- signing up, playing the outside ---- */

/* ALTCHA's answer to the body of GET /signup/challenge. */
struct text challenge_answer(struct arena *arena, struct text challenge);
/* The newest code sent to a number, as the demo's phone shows it; TEXT_NONE when there is none. */
struct text phone_code(struct cabinet *cabinet, struct arena *arena, struct text phone, moment since);
/* Authorization of a callback of the acquirer whose key is CABINET_SECRET. */
#define CABINET_SECRET "0123456789abcdef0123456789abcdef"
struct text callback_signature(struct arena *arena, moment at, struct text body);
