#!/usr/bin/env python3
"""sources.py ROOT: tells meson what there is to build, one thing a line, so that adding a file or a folder touches no
build file. Run at configure time; `./run` runs it again and reconfigures when its answer has changed.

    library|src/store|store|a.c,b.c          a static library; name has no slash
    test|src/store|writer_test|writer_test.c|library,library,…
    fuzz|test/fuzz|form_fuzz|form_fuzz.c|all
    bench|bench|transfers|transfers.c|all
    program|kabinet|src/app/main.c,…|all     kabinet-sandbox, kabinet-golden likewise
    input|templates|path                     what a generator reads (templates, strings, features, assets)
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import layers

ASSET_ENDINGS = (".css", ".js", ".mjs", ".svg", ".png", ".ico", ".webmanifest", ".woff2", ".txt")


def c_files(root, folder):
    path = os.path.join(root, folder)
    if not os.path.isdir(path):
        return []
    return sorted(f for f in os.listdir(path) if f.endswith(".c"))


def walk(root, folder):
    """Files below a folder, relative to the root, in a steady order."""
    for path, folders, files in os.walk(os.path.join(root, folder)):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "node_modules")
        for file in sorted(files):
            yield os.path.relpath(os.path.join(path, file), root).replace(os.sep, "/")


def library_name(folder):
    return folder.replace("/", "_")


def libraries_of(folder, libraries):
    """Names of the libraries that a test in `folder` is linked with. From the engine up it is everything: the engine's
    list of features holds them all (a test may define an all_features[] of its own)."""
    allowed = layers.may_use(folder)
    alone = folder in layers.FOLDERS or folder.startswith("adapters/") or folder == "sandbox"
    if folder == "engine" or not alone:
        return ["all"]
    return [library_name(f) for f in libraries if f in allowed]


def below_source(root):
    lines = []
    libraries = [f for f in layers.folders_with_sources(root)]
    for folder in libraries:
        files = c_files(root, "src/" + folder)
        plain = [f for f in files if not f.endswith("_test.c") and not (folder == "app" and f == "main.c")]
        if plain:
            lines.append("library|src/%s|%s|%s" % (folder, library_name(folder), ",".join(plain)))
        for file in files:
            if file.endswith("_test.c"):
                lines.append("test|src/%s|%s|%s|%s" % (folder, file[:-2], file,
                                                       ",".join(libraries_of(folder, libraries))))
    if "main.c" in c_files(root, "src/app"):
        lines.append("program|kabinet|src/app/main.c|all")
    return lines


def beside_source(root):
    lines = []
    sandbox = c_files(root, "sandbox")
    plain = [f for f in sandbox if not f.endswith("_test.c") and f != "main.c"]
    libraries = ",".join(libraries_of("sandbox", layers.folders_with_sources(root)))
    if plain:
        lines.append("library|sandbox|sandbox|%s" % ",".join(plain))
        libraries = "sandbox," + libraries
    if "main.c" in sandbox:
        lines.append("program|kabinet-sandbox|sandbox/main.c|%s" % libraries)
    for file in sandbox:
        if file.endswith("_test.c"):
            lines.append("test|sandbox|%s|%s|%s" % (file[:-2], file, libraries))
    support = c_files(root, "test/support")
    if support:
        lines.append("library|test/support|test_support|%s" % ",".join(support))
    for path in walk(root, "test"):
        folder, file = os.path.split(path)
        if file.endswith("_test.c"):
            helpers = [f for f in c_files(root, folder) if not f.endswith(("_test.c", "_fuzz.c")) and f != "main.c"]
            lines.append("test|%s|%s|%s|all" % (folder, file[:-2], ",".join([file] + helpers)))
        if path == "test/golden/main.c":
            lines.append("program|kabinet-golden|%s|all" % ",".join(folder + "/" + f for f in c_files(root, folder)))
        if file.endswith("_fuzz.c"):
            lines.append("fuzz|%s|%s|%s|all" % (folder, file[:-2], file))
    for file in c_files(root, "bench"):
        lines.append("bench|bench|%s|%s|all" % (file[:-2], file))
    return lines


def generator_inputs(root):
    lines = []
    for folder in ("src", "web", "sandbox"):
        for path in walk(root, folder):
            parts = path.split("/")
            if path.endswith(".html") and {"templates", "layouts", "partials", "test_pages"} & set(parts):
                lines.append("input|templates|" + path)
            elif folder != "web" and path.endswith(".txt") and {"strings", "words"} & set(parts):
                lines.append("input|strings|" + path)
            elif folder == "src" and parts[-1] == "feature.c":
                lines.append("input|features|" + path)
            elif path == "src/openapi/answers.json":
                lines.append("input|answers|" + path)
            elif folder == "web" and path.endswith(ASSET_ENDINGS):
                lines.append("input|assets|" + path)
    return lines


def refuse_doubles(lines):
    names = {}
    for line in lines:
        kind, folder, name = line.split("|")[:3]
        if kind in ("test", "fuzz", "bench"):
            if name in names:
                sys.exit("sources.py: two tests are called %s: in %s and in %s" % (name, names[name], folder))
            names[name] = folder


def main():
    root = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else os.getcwd()
    lines = below_source(root) + beside_source(root) + generator_inputs(root)
    refuse_doubles(lines)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
