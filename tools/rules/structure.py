"""structure.py: who includes whom, and files that nobody uses."""

import os
import re

import layers
import sources
from rules.tree import Problem, line_of

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)


def folder_of(path):
    """What the may-use table calls the folder of a file: base, products/wallet, sandbox, test."""
    parts = path.split("/")
    if parts[0] != "src":
        return "test/fuzz" if path.startswith("test/fuzz/") else parts[0]
    if parts[1] in ("products", "adapters") and len(parts) > 3:
        return "/".join(parts[1:3])
    return parts[1]


def allowed(folder, used, test):
    for name in layers.may_use(folder) + (["test"] if test else []):
        if name == used or name == "" or (name.endswith("/") and used.startswith(name)):
            return True
    return False


def check_includes(tree):
    uses = {}
    for path in tree.having(".c", ".h"):
        folder, text = folder_of(path), tree.text(path)
        for match in INCLUDE.finditer(text):
            line = line_of(text, match.start(2))
            if match.group(1) == "<":
                yield from check_system(path, folder, match.group(2), line)
                continue
            yield from check_own(tree, path, folder, match.group(2), line)
            used = folder_of("src/" + match.group(2)) if "/" in match.group(2) else folder
            if path.startswith("src/") and not path.endswith("_test.c") and used != folder:
                uses.setdefault(folder, {}).setdefault(used, path)
    yield from check_circles(uses)


def check_system(path, folder, header, line):
    owners = layers.OWNED_HEADERS.get(header)
    if owners and folder.split("/")[0] not in owners + ["test", "bench"] and not path.endswith("_test.c"):
        yield Problem(path, line, "include", "<%s> belongs to %s; go through them" % (header, ", ".join(owners)))


def check_own(tree, path, folder, header, line):
    if "/" not in header:
        beside = os.path.dirname(path) + "/" + header
        if path.startswith("src/") or beside not in tree.files:
            made = header in ("strings.h", "templates.h", "assets.h")
            where = "generated" if made else "folder"
            yield Problem(path, line, "include", 'write "%s/%s", from src/' % (where, header))
        return
    if ".." in header.split("/"):
        yield Problem(path, line, "include", '"%s": no way up, write it from src/' % header)
        return
    test = path.endswith("_test.c") or not path.startswith("src/")
    used = "test" if header.startswith("test/") else folder_of("src/" + header)
    if not allowed(folder, used, test):
        yield Problem(path, line, "include", "%s may not use %s (tools/layers.py)" % (folder, used))
    elif used != "generated" and "src/" + header not in tree.files and header not in tree.files:
        yield Problem(path, line, "include", '"%s" is not there' % header)


def check_circles(uses):
    """Folders that include each other cannot be understood, tested or switched off one by one."""
    for folder, used in sorted(uses.items()):
        for other, path in sorted(used.items()):
            if folder < other and folder in uses.get(other, {}):
                yield Problem(path, 1, "include", "%s and %s use each other (see also %s)"
                              % (folder, other, uses[other][folder]))


# ---- dead files ----

def check_dead(tree):
    mentions = Mentions(tree)
    built = set()
    for line in sources.below_source(tree.root) + sources.beside_source(tree.root):
        part = line.split("|")
        if part[0] == "program":
            built.update(part[2].split(","))
        else:
            built.update(part[1] + "/" + file for file in part[3].split(","))
    for path in tree.files:
        reason = why_dead(tree, mentions, built, path)
        if reason:
            yield Problem(path, 1, "dead", reason)


class Mentions:
    """Who names whom: the texts in which a file's name is looked for, by the kind of the namer."""

    def __init__(self, tree):
        self.tree = tree

    def found(self, word, by, but):
        """Whether one of these files names the word, whole."""
        whole = re.compile(re.escape(word) + r"(?![\w-])")
        return any(whole.search(self.tree.text(path)) for path in self.tree.having(*by) if path != but)


ASSETS = (".css", ".js", ".mjs", ".svg", ".png", ".ico", ".webmanifest", ".woff2")
NAMERS = (".html", ".c", ".js", ".webmanifest", ".css", "templates.py")


def why_dead(tree, mentions, built, path):
    name = os.path.basename(path)
    if path.endswith(".c"):
        return None if path in built else "the build does not find it (tools/sources.py)"
    if path.endswith(".h"):
        included = path[4:] if path.startswith("src/") else name
        return None if mentions.found(included + '"', (".c", ".h"), path) else "nobody includes it"
    if path.endswith(".html"):
        return why_dead_template(mentions, path, name[:-5])
    if path.startswith("web/") and path.endswith(ASSETS):
        return None if mentions.found(name, NAMERS, path) else "nothing names it"
    if path.endswith(".py"):
        return why_dead_python(tree, mentions, path, name)
    if path.endswith(".mjs") and not name.endswith(".test.mjs"):
        return None if mentions.found(name, (".mjs", ".json"), path) or runs(tree, path) else "nothing imports it"
    if path.startswith("tools/run/") and "." not in name:
        return None if runs(tree, path) else "./run does not name it"
    return None


def runs(tree, path):
    """Whether a script names it."""
    name = os.path.basename(path)
    scripts = [f for f in tree.files if f == "run" or f.startswith(("tools/run/", ".ci/", "bench/run", "test/soak/"))]
    return any(re.search(r"\b%s\b" % re.escape(name), tree.text(f)) for f in scripts if f != path)


def why_dead_template(mentions, path, name):
    parts = path.split("/")
    if "layouts" in parts:
        used = mentions.found("layout=" + name, (".html",), path)
    elif "partials" in parts:
        used = mentions.found("{{> " + name, (".html",), path)
    else:
        ours = parts[parts.index("test_pages"):] if "test_pages" in parts else parts
        symbol = "_".join(p for p in ours[:-1] if p not in ("src", "products", "adapters", "templates"))
        symbol = "template_" + symbol.replace("-", "_") + "_" + name.replace("-", "_")
        used = mentions.found(symbol, (".c", ".h", ".py"), path) or mentions.found("{{> " + name, (".html",), path)
    return None if used else "no page, partial or route uses it"


def why_dead_python(tree, mentions, path, name):
    if name.endswith("_test.py") or name == "__init__.py" or runs(tree, path):
        return None
    module = name[:-3]
    imported = re.compile(r"^\s*(?:import|from)\s+(?:[\w.]+\.)?%s\b|\bimport\b.*\b%s\b" % (module, module), re.M)
    if any(imported.search(tree.text(f)) for f in tree.having(".py") if f != path):
        return None
    if mentions.found("'" + module + "'", ("meson.build",), path) or mentions.found(name, ("meson.build", ".md"), path):
        return None
    return "nothing runs or imports it"
