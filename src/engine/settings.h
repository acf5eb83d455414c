/* settings.h: a feature's settings as a table, filled from the configuration file (YAML) before anything starts. A
 * wrong one is named by file, line and key. */
#pragma once

#include "base/text.h"

enum setting_type {
    SETTING_TEXT,     /* const char *, min..max bytes */
    SETTING_INT,      /* int64_t */
    SETTING_MONEY,    /* int64_t minor units, written "15 000.00" */
    SETTING_DURATION, /* int64_t µs, written 90s, 15m, 24h, 30d */
    SETTING_BOOL,     /* bool */
    SETTING_CHOICE,   /* int, index into choices */
};

struct setting {
    const char *name;          /* "waiting_days" or "levels.minimal.balance": dots nest */
    enum setting_type type;
    size_t offset;             /* offsetof(struct wallet_settings, …) */
    const char *fallback;      /* written as in the file; NULL: must be given */
    int64_t min, max;          /* both 0: none */
    const char *const *choices;
    const char *about;         /* one sentence for the operator */
};

struct feature;
struct config;

/* Reads the file. NULL with *problem = "demo.yaml:12: wallet.waiting_days: must be 1 to 365, is \"x\"". The known keys:
 * the top-level ones below and each enabled feature's section. */
struct config *config_load(struct arena *arena, const char *path, struct text *problem);
struct config *config_parse(struct arena *arena, const char *name, struct text yaml, struct text *problem);

/* "90s", "15m", "24h", "30d", in µs; false leaves it. */
bool duration_parse(struct text text, int64_t *us);

/* Top level, owned by the engine. */
struct config_base {
    const char *profile;       /* "wallet" */
    const char *company;       /* "Kabinet": what pages and messages call the company */
    const char *database;      /* path or postgresql:// */
    const char *key_file;
    const char *listen;        /* "127.0.0.1:8080" */
    const char *public_url;    /* "https://my.example.ru": links, cookies, WebAuthn */
    const char *certificate_file, *certificate_key_file;
    const char *sandbox_url;   /* the outside world's address in demo and tests; "" when none */
    const char *map_tiles;     /* "https://tile.example/{z}/{x}/{y}.png"; "": maps are sketches */
    const char *map_credit;    /* what the tiles' licence wants said beside them */
    const char *time_zone;     /* "Europe/Moscow" */
    const char *log_level;
    int language;              /* enum language */
    int words;                 /* enum money_words */
    bool behind_proxy, several_nodes;
    int64_t io_threads, worker_threads, node;
    int64_t key_window;        /* how long the same key gives the same answer (LE-4) */
    int64_t log_kept;          /* what the command log keeps, no shorter */
};
const struct config_base *config_base(const struct config *config);
bool config_enabled(const struct config *config, const struct feature *feature);
const void *config_settings(const struct config *config, const struct feature *feature);
