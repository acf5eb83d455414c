/* generations.h: which generations of the key file the database has seen, which of them seals now, and which nodes know
 * it. The file says what exists and from when it may be used; the database says what is used, so that all nodes agree
 * though their clocks do not: a generation becomes the active one when its moment has come and every node that is alive
 * has said that it knows it. A node whose file lacks one that is needed answers 503 rather than "nobody has that
 * number". */
#pragma once

#include "store/store.h"

struct engine;
struct generations;

extern const struct migration generation_migrations[];

struct generation_row {
    int number;
    moment from, activated, done; /* 0: not yet; done: nothing is sealed by an older one any more */
    bool known, same;             /* by the keyring: its number; and its key is the one the database was sealed by */
    bool needed;                  /* no later one is done */
};

/* Oldest first; how many. */
size_t generations_read(const struct keyring *keyring, struct tx *tx,
                        struct generation_row rows[KEYRING_NUMBER_MAX]);
/* What keeps this keyring from serving this database, or TEXT_NONE. */
struct text generations_problem(struct arena *arena, const struct generation_row *rows, size_t count);

struct node_row {
    int64_t node;
    int newest; /* generation in its key file */
    moment seen;
};
#define NODES_MAX 256
/* Those seen within the last two minutes. */
size_t generations_nodes(struct tx *tx, moment now, struct node_row nodes[NODES_MAX]);

/* At the start, when the store's writer runs: compares and records; the keyring's active generation is the database's
 * from now on. NULL with *problem set where this node may not go on. A keyring without a file is left alone. */
struct generations *generations_open(struct engine *engine, struct arena *arena, struct text *problem);
void generations_close(struct generations *generations); /* before the store's */
/* Every second or so, from one thread: looks at the file and, when it is due, at the database. */
void generations_tick(struct generations *generations);
bool generations_fit(const struct generations *generations);
/* In a command: all is sealed by the active generation now. */
void generations_done(struct engine *engine, struct tx *tx);
