/* config.c: the configuration file: YAML read by libyaml into a small tree with line numbers, then matched against the
 * engine's own keys and the settings tables of the enabled features. Every complaint names file, line and key. */
#include "engine/config.h"

#include "base/check.h"
#include "engine/feature.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#define CONFIG_DEPTH 8
#define CONFIG_FILE_MAX (1 << 20)

struct yaml {
    struct text key, value;
    size_t line;
    bool is_map, used;
    struct yaml *first, *last, *next;
};

struct reading {
    struct arena *arena;
    const char *file;
    yaml_parser_t parser;
    struct text problem; /* the first one; the rest is silence */
};

static bool complain(struct reading *reading, size_t line, struct text problem) {
    if (reading->problem.data == NULL) {
        reading->problem =
            text_format(reading->arena, "%s:%zu: %.*s", reading->file, line, TEXT_ARG(problem));
    }
    return false;
}

static bool next_event(struct reading *reading, yaml_event_t *event) {
    if (yaml_parser_parse(&reading->parser, event)) return true;
    const char *what = reading->parser.problem != NULL ? reading->parser.problem : "cannot be read";
    return complain(reading, reading->parser.problem_mark.line + 1, text_format(reading->arena, "%s", what));
}

static struct text scalar_text(struct arena *arena, const yaml_event_t *event) {
    return text_copy(arena, (struct text){(const char *)event->data.scalar.value, event->data.scalar.length});
}

static struct yaml *map_find(const struct yaml *map, struct text key) {
    struct yaml *item = map->first;
    while (item != NULL && !text_equal(item->key, key)) item = item->next;
    return item;
}

static bool read_map(struct reading *reading, struct yaml *map, int depth);

/* One "key: value" whose key event has come. */
static bool read_pair(struct reading *reading, struct yaml *map, const yaml_event_t *key, int depth) {
    struct yaml *item = arena_new_of(reading->arena, struct yaml);
    item->line = key->start_mark.line + 1;
    item->key = scalar_text(reading->arena, key);
    if (map_find(map, item->key) != NULL) {
        return complain(reading, item->line,
                        text_format(reading->arena, "%.*s: stands here twice", TEXT_ARG(item->key)));
    }
    yaml_event_t value;
    if (!next_event(reading, &value)) return false;
    bool good = true;
    if (value.type == YAML_SCALAR_EVENT) {
        item->value = scalar_text(reading->arena, &value);
    } else if (value.type == YAML_MAPPING_START_EVENT && depth < CONFIG_DEPTH) {
        item->is_map = true;
        good = read_map(reading, item, depth + 1);
    } else {
        good = complain(reading, item->line,
                        text_format(reading->arena, "%.*s: must be one value or a group of keys", TEXT_ARG(item->key)));
    }
    yaml_event_delete(&value);
    if (map->last != NULL) map->last->next = item;
    else map->first = item;
    map->last = item;
    return good;
}

static bool read_map(struct reading *reading, struct yaml *map, int depth) {
    for (;;) {
        yaml_event_t event;
        if (!next_event(reading, &event)) return false;
        bool end = event.type == YAML_MAPPING_END_EVENT;
        bool good = end || (event.type == YAML_SCALAR_EVENT && read_pair(reading, map, &event, depth));
        if (!good) complain(reading, event.start_mark.line + 1, TEXT("expected \"key: value\""));
        yaml_event_delete(&event);
        if (end || !good) return good;
    }
}

static bool read_document(struct reading *reading, struct yaml *root) {
    yaml_event_t event;
    do {
        if (!next_event(reading, &event)) return false;
        yaml_event_type_t type = event.type;
        size_t line = event.start_mark.line + 1;
        yaml_event_delete(&event);
        if (type == YAML_MAPPING_START_EVENT) return read_map(reading, root, 1);
        if (type == YAML_SCALAR_EVENT || type == YAML_SEQUENCE_START_EVENT)
            return complain(reading, line, TEXT("expected \"key: value\""));
        if (type == YAML_STREAM_END_EVENT) return true; /* an empty file: all defaults */
    } while (true);
}

/* ---- values by their tables ---- */

bool duration_parse(struct text text, int64_t *value) {
    static const struct {
        char unit;
        int64_t us;
    } units[] = {{'s', SECOND}, {'m', MINUTE}, {'h', HOUR}, {'d', DAY}};
    if (text.size < 2) return false;
    int64_t number;
    if (!text_to_int(text_slice(text, 0, text.size - 1), &number) || number < 0 || number > 100000) return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (text.data[text.size - 1] == units[i].unit) {
            *value = number * units[i].us;
            return true;
        }
    }
    return false;
}

static bool choice_index(const struct setting *setting, struct text text, int *index) {
    for (int i = 0; setting->choices[i] != NULL; i++) {
        if (text_is(text, setting->choices[i])) {
            *index = i;
            return true;
        }
    }
    return false;
}

static struct text choices_listed(struct arena *arena, const struct setting *setting) {
    struct buffer out = buffer_new(arena, 64);
    for (int i = 0; setting->choices[i] != NULL; i++)
        buffer_format(&out, "%s%s", i > 0 ? ", " : "", setting->choices[i]);
    return buffer_text(&out);
}

/* TEXT_NONE when good, else what it must be. */
static struct text set_number(struct arena *arena, const struct setting *setting, struct text text, char *place) {
    int64_t number = 0;
    struct money money = rub(0);
    const char *shape = NULL;
    switch (setting->type) {
    case SETTING_INT: shape = text_to_int(text, &number) ? NULL : "a whole number"; break;
    case SETTING_DURATION: shape = duration_parse(text, &number) ? NULL : "a duration like 90s, 15m, 24h or 30d"; break;
    case SETTING_MONEY:
        shape = money_parse_typed(text, CURRENCY_RUB, &money) ? NULL : "a sum like \"15 000.00\"";
        number = money.minor;
        break;
    default: check(false);
    }
    if (shape != NULL) return text_from(shape);
    if ((setting->min != 0 || setting->max != 0) && (number < setting->min || number > setting->max)) {
        int64_t unit = setting->type == SETTING_DURATION ? SECOND : setting->type == SETTING_MONEY ? 100 : 1;
        return text_format(arena, "%lld to %lld%s", (long long)(setting->min / unit), (long long)(setting->max / unit),
                           setting->type == SETTING_DURATION ? " seconds" : "");
    }
    memcpy(place, &number, sizeof number);
    return TEXT_NONE;
}

static struct text set_value(struct arena *arena, const struct setting *setting, struct text text, char *place) {
    if (setting->type == SETTING_TEXT) {
        if (setting->max > 0 && ((int64_t)text.size < setting->min || (int64_t)text.size > setting->max)) {
            return text_format(arena, "%lld to %lld bytes long", (long long)setting->min, (long long)setting->max);
        }
        const char *copy = text_copy(arena, text).data;
        memcpy(place, &copy, sizeof copy);
        return TEXT_NONE;
    }
    if (setting->type == SETTING_BOOL) {
        bool truth = text_is(text, "true") || text_is(text, "yes");
        if (!truth && !text_is(text, "false") && !text_is(text, "no")) return TEXT("true or false");
        memcpy(place, &truth, sizeof truth);
        return TEXT_NONE;
    }
    if (setting->type == SETTING_CHOICE) {
        int index = 0;
        if (!choice_index(setting, text, &index))
            return text_format(arena, "one of: %.*s", TEXT_ARG(choices_listed(arena, setting)));
        memcpy(place, &index, sizeof index);
        return TEXT_NONE;
    }
    return set_number(arena, setting, text, place);
}

/* Follows a dotted name; marks what it passes as known. */
static struct yaml *find_dotted(struct yaml *map, struct text name) {
    struct text rest = name;
    struct yaml *at = map;
    while (at != NULL && rest.data != NULL && at->is_map) {
        struct text head = text_split(rest, '.', &rest);
        at = map_find(at, head);
        if (at != NULL) at->used = true;
    }
    return rest.data == NULL ? at : NULL;
}

static bool fill(struct reading *reading, struct yaml *map, const char *section, const struct setting *settings,
                 char *target) {
    const char *dot = *section != '\0' ? "." : "";
    for (const struct setting *setting = settings; setting != NULL && setting->name != NULL; setting++) {
        struct yaml *item = find_dotted(map, text_from(setting->name));
        size_t line = item != NULL ? item->line : map->line;
        if (item == NULL && setting->fallback == NULL) {
            return complain(reading, line,
                            text_format(reading->arena, "%s%s%s: must be given", section, dot, setting->name));
        }
        if (item != NULL && item->is_map) {
            return complain(reading, line,
                            text_format(reading->arena, "%s%s%s: must be one value", section, dot, setting->name));
        }
        struct text value = item != NULL ? item->value : text_from(setting->fallback);
        struct text want = set_value(reading->arena, setting, value, target + setting->offset);
        if (want.data != NULL) {
            return complain(reading, line,
                            text_format(reading->arena, "%s%s%s: must be %.*s, is \"%.*s\"", section, dot,
                                        setting->name, TEXT_ARG(want), TEXT_ARG(value)));
        }
    }
    return true;
}

/* The first key nobody asked for. */
static bool none_unknown(struct reading *reading, const struct yaml *map, const char *prefix) {
    for (const struct yaml *item = map->first; item != NULL; item = item->next) {
        const char *name = text_format(reading->arena, "%s%.*s", prefix, TEXT_ARG(item->key)).data;
        if (!item->used)
            return complain(reading, item->line, text_format(reading->arena, "%s: no such setting", name));
        if (item->is_map && !none_unknown(reading, item, text_format(reading->arena, "%s.", name).data)) return false;
    }
    return true;
}

/* ---- the engine's own keys ---- */

#define LANGUAGES ((const char *const[]){"ru", "en", NULL})
#define WORDS ((const char *const[]){"wallet", "account", NULL}) /* as enum money_words */
#define BASE(name) offsetof(struct config_base, name)

static const struct setting base_settings[] = {
    {"profile", SETTING_TEXT, BASE(profile), NULL, 1, 40, NULL, "Which kind of company this is."},
    {"company", SETTING_TEXT, BASE(company), "Kabinet", 1, 80, NULL, "What pages and messages call the company."},
    {"database", SETTING_TEXT, BASE(database), "kabinet.db", 1, 1000, NULL, "A file, or postgresql://…"},
    {"key_file", SETTING_TEXT, BASE(key_file), "kabinet.key", 1, 1000, NULL, "The root key; made when absent."},
    {"listen", SETTING_TEXT, BASE(listen), "127.0.0.1:8080", 3, 100, NULL, "Address and port."},
    {"public_url", SETTING_TEXT, BASE(public_url), "", 0, 200, NULL, "The address customers use."},
    {"certificate_file", SETTING_TEXT, BASE(certificate_file), "", 0, 1000, NULL, "TLS of our own: the chain."},
    {"certificate_key_file", SETTING_TEXT, BASE(certificate_key_file), "", 0, 1000, NULL, "TLS: its key."},
    {"sandbox_url", SETTING_TEXT, BASE(sandbox_url), "", 0, 200, NULL, "The outside world played by the sandbox."},
    {"map_tiles", SETTING_TEXT, BASE(map_tiles), "", 0, 200, NULL,
     "Where maps' tiles come from: https://…/{z}/{x}/{y}.png."},
    {"map_credit", SETTING_TEXT, BASE(map_credit), "", 0, 200, NULL, "What the tiles' licence wants said beside them."},
    {"time_zone", SETTING_TEXT, BASE(time_zone), "Europe/Moscow", 1, 60, NULL, "Days and months begin by it."},
    {"log_level", SETTING_TEXT, BASE(log_level), "info", 4, 7, NULL, "debug, info, warning or error."},
    {"language", SETTING_CHOICE, BASE(language), "ru", 0, 0, LANGUAGES, "When the browser names none we have."},
    {"words", SETTING_CHOICE, BASE(words), "wallet", 0, 0, WORDS,
     "What people's money is said to lie in: wallet, or account, as a bank's."},
    {"behind_proxy", SETTING_BOOL, BASE(behind_proxy), "false", 0, 0, NULL, "Believe X-Forwarded-For and -Proto."},
    {"io_threads", SETTING_INT, BASE(io_threads), "0", 0, 64, NULL, "Threads of sockets; 0: a processor each."},
    {"worker_threads", SETTING_INT, BASE(worker_threads), "2", 1, 64, NULL, "Threads for slow work."},
    {"several_nodes", SETTING_BOOL, BASE(several_nodes), "false", 0, 0, NULL, "Others write here from the start."},
    {"node", SETTING_INT, BASE(node), "0", 0, 255, NULL, "This process among several on one database."},
    {"key_window", SETTING_DURATION, BASE(key_window), "30d", DAY, 366 * DAY, NULL,
     "How long the same idempotency key gives the same answer."},
    {"log_kept", SETTING_DURATION, BASE(log_kept), "90d", DAY, 3660 * DAY, NULL,
     "How long it is known who asked for what from where; no shorter than key_window."},
    {.name = NULL},
};

#define LEVEL_SETTINGS(level, index)                                                                                   \
    {level ".balance", SETTING_MONEY, offsetof(struct config, limits[index].balance_max), "0", 0, 0, NULL,             \
     "The most that may lie on it; 0: no limit."},                                                                     \
        {level ".operation", SETTING_MONEY, offsetof(struct config, limits[index].operation_max), "0", 0, 0, NULL,     \
         "The most in one operation."},                                                                                \
        {level ".day_out", SETTING_MONEY, offsetof(struct config, limits[index].day_out_max), "0", 0, 0, NULL,         \
         "The most out in a day."},                                                                                    \
        {level ".month_out", SETTING_MONEY, offsetof(struct config, limits[index].month_out_max), "0", 0, 0, NULL,     \
         "The most out in a month."},                                                                                  \
        {level ".month_in", SETTING_MONEY, offsetof(struct config, limits[index].month_in_max), "0", 0, 0, NULL,       \
         "The most in in a month."}

static const struct setting limit_settings[] = {
    LEVEL_SETTINGS("minimal", 1),
    LEVEL_SETTINGS("simplified", 2),
    LEVEL_SETTINGS("full", 3),
    {.name = NULL},
};

static bool base_makes_sense(struct reading *reading, struct yaml *root, const struct config_base *base) {
    enum log_level level;
    const char *key = NULL, *want = NULL;
    if (zone_named(base->time_zone) == NULL) key = "time_zone", want = "an IANA time zone like Europe/Moscow";
    if (!log_level_from(text_from(base->log_level), &level)) key = "log_level", want = "debug, info, warning or error";
    if (strrchr(base->listen, ':') == NULL) key = "listen", want = "address:port";
    if ((*base->certificate_file == '\0') != (*base->certificate_key_file == '\0'))
        key = "certificate_file", want = "given together with certificate_key_file";
    if (base->log_kept < base->key_window) key = "log_kept", want = "key_window or longer";
    if (key == NULL) return true;
    struct yaml *item = map_find(root, text_from(key));
    return complain(reading, item != NULL ? item->line : 1, text_format(reading->arena, "%s: must be %s", key, want));
}

/* ---- features ---- */

static const struct feature *feature_named(struct text name) {
    for (const struct feature *const *feature = all_features; *feature != NULL; feature++)
        if (text_is(name, (*feature)->name)) return *feature;
    return NULL;
}

/* "features: wallet, operations": those and what they need. */
static bool choose_features(struct reading *reading, struct config *config, struct yaml *root) {
    struct yaml *item = map_find(root, TEXT("features"));
    if (item == NULL) return complain(reading, 1, TEXT("features: must be given: a list of names with commas, or all"));
    item->used = true;
    size_t count = 0;
    while (all_features[count] != NULL) count++;
    config->sections = arena_array(reading->arena, struct config_section, count + 1);
    config->section_count = count;
    bool all = text_is(item->value, "all");
    for (size_t i = 0; i < count; i++) config->sections[i] = (struct config_section){all_features[i], all, NULL};
    for (struct text rest = item->value; !all && rest.data != NULL;) {
        struct text name = text_trim(text_split(rest, ',', &rest));
        const struct feature *feature = feature_named(name);
        if (feature == NULL) {
            return complain(reading, item->line,
                            text_format(reading->arena, "features: there is no feature \"%.*s\"", TEXT_ARG(name)));
        }
        for (size_t i = 0; i < count; i++)
            if (config->sections[i].feature == feature) config->sections[i].enabled = true;
    }
    for (size_t i = count; i-- > 0;) { /* the list is in the order of needs: the needy come later */
        const struct config_section *section = &config->sections[i];
        const char *const *needs = section->enabled ? section->feature->needs : NULL;
        for (; needs != NULL && *needs != NULL; needs++)
            for (size_t j = 0; j < i; j++)
                if (strcmp(config->sections[j].feature->name, *needs) == 0) config->sections[j].enabled = true;
    }
    return true;
}

/* A feature's own check of what its table could not tell. */
static bool makes_sense(struct reading *reading, const struct config_section *section, struct yaml *map) {
    const struct feature *feature = section->feature;
    const char *key = NULL;
    struct text must = TEXT_NONE;
    if (feature->settings_good == NULL || feature->settings_good(section->settings, &key, &must)) return true;
    const struct yaml *item = find_dotted(map, text_from(key));
    return complain(reading, item != NULL ? item->line : map->line,
                    text_format(reading->arena, "%s.%s: must be %.*s", feature->name, key, TEXT_ARG(must)));
}

static bool fill_features(struct reading *reading, struct config *config, struct yaml *root) {
    for (size_t i = 0; i < config->section_count; i++) {
        struct config_section *section = &config->sections[i];
        struct yaml *map = map_find(root, text_from(section->feature->name));
        if (map != NULL) {
            map->used = true;
            if (!section->enabled) {
                return complain(reading, map->line,
                                text_format(reading->arena, "%s: settings of a feature that is not enabled",
                                            section->feature->name));
            }
        }
        struct yaml nothing = {.is_map = true, .line = 1};
        char *target = arena_alloc(reading->arena, section->feature->settings_size);
        section->settings = target;
        if (section->enabled && !fill(reading, map != NULL && map->is_map ? map : &nothing, section->feature->name,
                                      section->feature->settings, target)) {
            return false;
        }
        if (section->enabled && !makes_sense(reading, section, map != NULL && map->is_map ? map : &nothing)) {
            return false;
        }
    }
    return true;
}

static bool build(struct reading *reading, struct config *config, struct yaml *root) {
    struct yaml nothing = {.is_map = true, .line = 1};
    struct yaml *limits = map_find(root, TEXT("limits"));
    if (limits != NULL) limits->used = true;
    return fill(reading, root, "", base_settings, (char *)&config->base) &&
           base_makes_sense(reading, root, &config->base) &&
           fill(reading, limits != NULL ? limits : &nothing, "limits", limit_settings, (char *)config) &&
           choose_features(reading, config, root) && fill_features(reading, config, root) &&
           none_unknown(reading, root, "");
}

struct config *config_parse(struct arena *arena, const char *name, struct text yaml, struct text *problem) {
    struct reading reading = {.arena = arena, .file = name};
    struct yaml root = {.is_map = true, .line = 1};
    struct config *config = arena_new_of(arena, struct config);
    if (!yaml_parser_initialize(&reading.parser)) {
        *problem = TEXT("no memory to read the configuration");
        return NULL;
    }
    yaml_parser_set_input_string(&reading.parser, (const unsigned char *)yaml.data, yaml.size);
    bool good = read_document(&reading, &root);
    yaml_parser_delete(&reading.parser);
    if (good) good = build(&reading, config, &root);
    if (!good) *problem = reading.problem;
    return good ? config : NULL;
}

struct config *config_load(struct arena *arena, const char *path, struct text *problem) {
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        *problem = text_format(arena, "%s: %m", path);
        return NULL;
    }
    char *data = arena_alloc(arena, CONFIG_FILE_MAX);
    size_t size = fread(data, 1, CONFIG_FILE_MAX, file);
    bool bad = ferror(file) != 0 || size == CONFIG_FILE_MAX;
    fclose(file);
    if (bad) {
        *problem = text_format(arena, "%s: cannot be read, or is longer than a megabyte", path);
        return NULL;
    }
    return config_parse(arena, path, (struct text){data, size}, problem);
}

/* ---- asking ---- */

const struct config_base *config_base(const struct config *config) {
    return &config->base;
}

static const struct config_section *section_of(const struct config *config, const struct feature *feature) {
    for (size_t i = 0; i < config->section_count; i++)
        if (config->sections[i].feature == feature) return &config->sections[i];
    return NULL;
}

bool config_enabled(const struct config *config, const struct feature *feature) {
    const struct config_section *section = section_of(config, feature);
    return section != NULL && section->enabled;
}

const void *config_settings(const struct config *config, const struct feature *feature) {
    const struct config_section *section = section_of(config, feature);
    check(section != NULL);
    return section->settings;
}
