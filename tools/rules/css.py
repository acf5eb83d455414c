"""css.py: breaks rules of a stylesheet that are too long for one line; everything else is left as it was laid out."""

import re

WIDTH = 120
RULE = re.compile(r"^( *)([^{}]+\{) (.*) \}$")


def filled(indent, declarations):
    lines, line = [], indent
    for part in declarations:
        if len(line) > len(indent) and len(line) + 1 + len(part) > WIDTH:
            lines.append(line)
            line = indent
        line += part if line == indent else " " + part
    return lines + [line]


def laid_out(text):
    result = []
    for line in text.split("\n"):
        rule = RULE.match(line)
        if len(line) <= WIDTH:
            result.append(line)
        elif rule and "{" not in rule.group(3):
            indent = rule.group(1)
            result.append(indent + rule.group(2))
            result += filled(indent + "    ", declarations_of(rule.group(3)))
            result.append(indent + "}")
        elif re.match(r"^ *[a-z-]+:.*;$", line):
            indent = line[:len(line) - len(line.lstrip())]
            result += filled(indent, declarations_of(line.strip()))
        else:
            result.append(line)
    return "\n".join(result)


def declarations_of(text):
    """The parts that end in a semicolon, none of them cut inside brackets or quotes."""
    parts = re.findall(r"(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\"[^\"]*\"|[^;\"(])+;?", text)
    return [part.strip() for part in parts if part.strip()]
