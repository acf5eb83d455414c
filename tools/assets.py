#!/usr/bin/env python3
"""assets.py OUTDIR ROOT: puts the web's static files (web/*.css, scripts, icons, manifest) into assets.h and
assets.c, with a hash of their content (for addresses that may be kept for ever) and a copy already compressed, so that
serving one reads no disk and computes nothing. Files of layouts and partials are templates, not assets."""

import gzip
import hashlib
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sources

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}

HEADER = """/* assets.h: made by tools/assets.py: the static files of web/, held in the program. */
#pragma once

#include <stddef.h>

struct asset {
    const char *path; /* below web/: "style.css", "scripts/busy.js" */
    const char *content_type;
    const char *hash; /* of the content, 16 hex digits: part of the address */
    const unsigned char *data;
    size_t size;
    const unsigned char *gzip; /* the same, compressed; NULL when that is no shorter */
    size_t gzip_size;
};

extern const struct asset assets[];
extern const size_t asset_count;

/* Their addresses, for the pages. */
"""


def macro(path):
    """The name under which assets.h has the address of a file below web/."""
    return "ASSET_" + re.sub("[^A-Za-z0-9]", "_", path)


def array(name, data):
    lines = ["static const unsigned char %s[] = {" % name]
    for start in range(0, len(data), 24):
        lines.append("    " + ",".join(str(byte) for byte in data[start:start + 24]) + ",")
    return lines + ["};"]


def main():
    out, root = sys.argv[1:3]
    paths = [line.split("|")[2] for line in sources.generator_inputs(root) if line.startswith("input|assets|")]
    addresses = []
    lines, rows = ['/* assets.c: made by tools/assets.py. */', '#include "assets.h"', ""], []
    for number, path in enumerate(paths):
        with open(os.path.join(root, path), "rb") as file:
            data = file.read()
        packed = gzip.compress(data, 9, mtime=0)
        lines += array("data_%d" % number, data or b"\0")
        packed_name = "NULL"
        if len(packed) < len(data):
            packed_name = "gzip_%d" % number
            lines += array(packed_name, packed)
        name, digest = path[len("web/"):], hashlib.sha256(data).hexdigest()[:16]
        addresses.append('#define %s "/assets/%s/%s"\n' % (macro(name), digest, name))
        rows.append('    {"%s", "%s", "%s", data_%d, %d, %s, %d},' % (
            name, TYPES[os.path.splitext(path)[1]], digest, number, len(data), packed_name,
            len(packed) if packed_name != "NULL" else 0))
    lines += ["", "const struct asset assets[] = {"] + rows
    lines += ["    {NULL, NULL, NULL, NULL, 0, NULL, 0},", "};", "const size_t asset_count = %d;" % len(rows), ""]
    for name, text in (("assets.h", HEADER + "".join(addresses)), ("assets.c", "\n".join(lines))):
        with open(os.path.join(out, name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
