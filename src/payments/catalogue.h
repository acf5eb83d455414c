/* catalogue.h: the providers one can pay, in memory: read from the database at start and again when staff have changed
 * it, on this node or another (BO-4). */
#pragma once

#include "engine/engine.h"
#include "payments/provider.h"

struct catalogue {
    const struct provider *providers; /* by their title in Russian */
    size_t provider_count;
    const struct category *categories; /* in their order */
    size_t category_count;
    int64_t generation;
    /* the catalogue's own */
    struct arena *arena;
    int users;
};

/* The one of now, which stays as it is until the arena is freed. Empty while nothing is known. */
const struct catalogue *catalogue_take(struct engine *engine, struct arena *arena);
const struct provider *catalogue_provider(const struct catalogue *catalogue, int64_t id);     /* NULL: gone */
const struct provider *catalogue_by_code(const struct catalogue *catalogue, struct text code);
const struct category *catalogue_category(const struct catalogue *catalogue, struct text code);

/* Whose number it is (ten digits), as the numbering plan has it; NULL: unknown. */
const struct provider *catalogue_operator(const struct catalogue *catalogue, struct text number);
/* By which money goes to bank cards; NULL: none that is on. */
const struct provider *catalogue_for_cards(const struct catalogue *catalogue);
/* Where one pays by the number alone; NULL: there is no such. */
const struct provider *catalogue_finder(const struct catalogue *catalogue);

/* Its picture's address as "logo", or null; and the "letter" that stands for one. provider NULL: it is gone. */
void logo_tell(struct node *node, const struct provider *provider, struct text title);
/* In a command: kept, by its hash, which is what a provider's JSON has. */
struct text logo_keep(struct engine *engine, struct tx *tx, struct text bytes, int64_t staff);
bool logo_known(struct tx *tx, const char *hash);

/* Does it fit what was asked (folded: base/search.h), by its titles, its code or its words of search? All fit "". */
bool provider_found(const struct provider *provider, struct text asked);

/* engine_watch: reads it again when its generation is another. */
void catalogue_look(struct engine *engine, struct tx *tx);
/* A job: fills an empty catalogue from the profile's file. */
bool catalogue_seed(struct engine *engine, struct tx *tx);

/* One as the database has it now, which is ahead of memory for a second. In a command it is locked. */
struct stored_provider {
    int64_t id, version;
    struct text json; /* in the tx's arena */
    bool password;    /* it has one */
};
bool catalogue_stored(struct tx *tx, int64_t id, struct stored_provider *stored);
/* In a command: the id of who has that code, 0: nobody. Until the command ends nobody else takes it. */
int64_t catalogue_code_owner(struct tx *tx, struct text code);

/* In a command: a new provider (id 0) or another version of one; the JSON was read before. Gives its id. An empty
 * secret leaves the password as it is. */
int64_t catalogue_put(struct engine *engine, struct tx *tx, int64_t id, struct text json, struct text secret,
                      int64_t staff);
/* In a command: another version of a category, or a new one; memory follows within a second. */
void catalogue_put_category(struct tx *tx, struct text code, int64_t version, struct text json, int64_t staff);
