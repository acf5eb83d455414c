"""sealed.py: whatever is sealed or looked up is declared where a rotation of the keys finds it (engine/sealed.h).

Purposes are literals. They reach secret_seal and its like directly or through functions that have a parameter called
`purpose`; what such a function does with it is known by what it hands it to."""

import re

from rules.tree import Problem, closing, line_of, split_commas

SEALS, LOOKUPS, CARRIES, HASHES = "seals", "looks up", "carries", "hashes"
KNOWN = {"secret_seal": SEALS, "secret_open": SEALS, "secret_open_carried": CARRIES, "secret_hash": HASHES,
         "secret_lookup": LOOKUPS, "secret_lookups": LOOKUPS, "secret_lookup_by": LOOKUPS}
HEAD = re.compile(r"^[a-z][\w \*]*?\b(\w+)\(", re.M)
PARAMETER = re.compile(r"^\s*const char \*purpose\s*$")
LITERAL = re.compile(r'^\s*"([^"]*)"\s*$')
DEFINE = re.compile(r'^#define (\w+) "([^"]*)"', re.M)
DECLARED = [(re.compile(r"\bSEALED(?:_2)?\("), SEALS), (re.compile(r"\bLOOKUP_(?:OWNER|BESIDE|BESIDE_2)\("), LOOKUPS)]
FIELD = re.compile(r'\.purpose = "([^"]*)"')


def sources(tree):
    return [f for f in tree.having(".c", ".h", under="src/") if not f.endswith("_test.c")]


def functions(tree):
    """Those that take a purpose: (path, name, place of the purpose, is it static, body or None)."""
    for path in sources(tree):
        code = tree.code(path)
        for head in HEAD.finditer(code):
            end = closing(code, head.end() - 1)
            parameters = split_commas(code[head.end():end])
            places = [i for i, parameter in enumerate(parameters) if PARAMETER.match(parameter)]
            if not places:
                continue
            after = code[end + 1:end + 3]
            body = code[end:closing(code, end + 2)] if after.startswith(" {") else None
            yield path, head.group(1), places[0], head.group(0).startswith("static"), body


def kinds(found):
    """What each function does with its purpose: {name: (place, kind)}; by file for static ones."""
    known = {(None, name): kind for name, kind in KNOWN.items()}
    for _ in range(4): # through wrappers of wrappers
        for path, name, _, static, body in found:
            key = (path if static else None, name)
            if body is None or key in known:
                continue
            for callee in re.findall(r"\b(\w+)\([^;]*\bpurpose\b", body):
                kind = known.get((path, callee), known.get((None, callee)))
                if kind:
                    known[key] = kind
    return known


def declared(tree):
    """{(kind, purpose): (path, line)}"""
    purposes = {}
    for path in sources(tree):
        if path == "src/engine/sealed.h":
            continue
        text, code = tree.text(path), tree.code(path)
        for pattern, kind in DECLARED:
            for match in pattern.finditer(code):
                end = closing(code, match.end() - 1)
                parts = split_commas(text[match.end():end])
                literal = LITERAL.match(parts[2]) if len(parts) > 2 else None
                if literal:
                    purposes[kind, literal.group(1)] = (path, line_of(text, match.start()))
        for match in FIELD.finditer(text):
            purposes[LOOKUPS, match.group(1)] = (path, line_of(text, match.start()))
    return purposes


def calls(tree, found):
    """Every call with a literal purpose: (path, line, kind, purpose)."""
    known = kinds(found)
    places = {(path if static else None, name): place for path, name, place, static, _ in found}
    for path in sources(tree):
        text, code = tree.text(path), tree.code(path)
        defines = dict(DEFINE.findall(text))
        for (where, name), place in places.items():
            if where not in (None, path):
                continue
            for match in re.finditer(r"(?<![\w.>])%s\(" % name, code):
                parts = split_commas_of(text, code, match.end(), closing(code, match.end() - 1))
                if len(parts) <= place:
                    continue
                literal = LITERAL.match(parts[place])
                purpose = literal.group(1) if literal else defines.get(parts[place].strip())
                if purpose is not None:
                    # handed on through a structure: what is opened elsewhere by the same name tells the rest
                    yield path, line_of(text, match.start()), known.get((where, name)), purpose


def split_commas_of(text, code, start, end):
    """split_commas by the blanked code, giving the text between."""
    parts, position = [], start
    for part in split_commas(code[start:end]):
        parts.append(text[position:position + len(part)])
        position += len(part) + 1
    return parts


def check_sealed(tree):
    found = list(functions(tree))
    known, used, carried = declared(tree), {}, set()
    for path, line, kind, purpose in calls(tree, found):
        used.setdefault((kind, purpose), (path, line))
        if kind == CARRIES:
            carried.add(purpose)
    for (kind, purpose), (path, line) in used.items():
        if kind == SEALS and purpose not in carried and (kind, purpose) not in known:
            yield Problem(path, line, "sealed", "\"%s\" is sealed, and no .sealed list of a feature names it" % purpose)
        if kind == LOOKUPS and (kind, purpose) not in known:
            yield Problem(path, line, "sealed",
                          "\"%s\" is looked up, and no .lookups of a sealed column name it" % purpose)
    for (kind, purpose), (path, line) in known.items():
        if (kind, purpose) not in used:
            yield Problem(path, line, "sealed", "nothing %s \"%s\"" % (kind, purpose))
