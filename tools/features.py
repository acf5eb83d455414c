#!/usr/bin/env python3
"""features.py OUTDIR ROOT: writes features.c, the list all_features[] of every feature that the tree holds. A feature
is a feature.c that defines `const struct feature NAME_feature`; those it needs come before it."""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

DEFINITION = re.compile(r"^const struct feature (\w+)_feature\s*=", re.M)
NEEDS = re.compile(r"\.needs\s*=\s*(?:\(const char \*const\[\]\)\s*)?(?:\{([^}]*)\}|(\w+))")


def needs_of(text):
    """Names in .needs, written in place or as an array of the same file."""
    found = NEEDS.search(text)
    if not found:
        return []
    body = found.group(1)
    if body is None:
        array = re.search(r"\b%s\[\]\s*=\s*\{([^}]*)\}" % found.group(2), text)
        body = array.group(1) if array else ""
    return re.findall(r'"(\w+)"', body)


def find_features(root):
    features = {}
    for path, folders, files in os.walk(os.path.join(root, "src")):
        folders.sort()
        if "feature.c" in files:
            with open(os.path.join(path, "feature.c"), encoding="utf-8") as file:
                text = file.read()
            for name in DEFINITION.findall(text):
                if name in features:
                    sys.exit("features.py: two features are called %s" % name)
                features[name] = needs_of(text)
    return features


def ordered(features):
    order, entered = [], set()

    def visit(name, chain):
        if name in order:
            return
        if name in entered:
            sys.exit("features.py: features need each other in a circle: %s" % " → ".join(chain + [name]))
        if name not in features:
            sys.exit("features.py: %s needs the feature %s, which is not in the tree" % (chain[-1], name))
        entered.add(name)
        for need in features[name]:
            visit(need, chain + [name])
        order.append(name)

    for name in sorted(features):
        visit(name, [])
    return order


def main():
    out, root = sys.argv[1:3]
    names = ordered(find_features(root))
    lines = ['/* features.c: made by tools/features.py from every feature.c. */', '#include "engine/feature.h"', ""]
    lines += ["extern const struct feature %s_feature;" % name for name in names]
    lines += ["", "const struct feature *const all_features[] = {"]
    lines += ["    &%s_feature," % name for name in names]
    lines += ["    NULL,", "};", ""]
    with open(os.path.join(out, "features.c"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


if __name__ == "__main__":
    main()
