/* assets.c: see assets.h. */
#include "http/assets.h"

#include "generated/assets.h"

#include <string.h>

static const struct {
    const char *path, *file;
} fixed[] = {
    {"/favicon.ico", "favicon.ico"},
    {"/favicon.svg", "favicon.svg"},
    {"/manifest.webmanifest", "manifest.webmanifest"},
    {"/app-192.png", "app-192.png"}, /* the manifest names them */
    {"/app-512.png", "app-512.png"},
    {"/service-worker.js", "service-worker.js"}, /* at the root: its address is its scope */
    {"/robots.txt", "robots.txt"},
};

static const struct asset *asset_named(struct text file) {
    for (size_t i = 0; i < asset_count; i++)
        if (text_is(file, assets[i].path)) return &assets[i];
    return NULL;
}

bool asset_immutable(struct text path) {
    return text_starts(path, "/assets/");
}

const struct asset *asset_find(struct text path) {
    if (asset_immutable(path)) {
        struct text file;
        struct text hash = text_split(text_slice(path, strlen("/assets/"), path.size), '/', &file);
        const struct asset *asset = file.data != NULL ? asset_named(file) : NULL;
        return asset != NULL && text_is(hash, asset->hash) ? asset : NULL;
    }
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (text_is(path, fixed[i].path)) return asset_named(text_from(fixed[i].file));
    return NULL;
}
