#!/usr/bin/env python3
"""strings.py OUTDIR ROOT: makes strings_FEATURE.h, strings.h (all of them) and strings.c out of every feature's
strings/*.txt: an enumerator for each key (S_wallet_home_title for wallet.home.title), and the messages taken apart, so
that nothing is parsed while the server runs. Fails, naming file and line, when a language lacks a key, an argument or a
plural."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import messages
from c_text import c_string


class Tables:
    """Writes each message's parts as constant arrays, inner ones first."""

    def __init__(self):
        self.lines, self.count = [], 0

    def name(self, kind):
        self.count += 1
        return "%s_%d" % (kind, self.count)

    def message(self, parts):
        """The initialiser of a struct message."""
        if not parts:
            return "{NULL, 0}"
        rows = [self.part(part) for part in parts]
        name = self.name("parts")
        self.lines.append("static const struct message_part %s[] = {" % name)
        self.lines += ["    {%s}," % row for row in rows]
        self.lines.append("};")
        return "{%s, %d}" % (name, len(parts))

    def part(self, part):
        if isinstance(part, messages.Text):
            return ".kind = MESSAGE_TEXT, .text = {%s, %d}" % (c_string(part.text), len(part.text.encode()))
        if isinstance(part, messages.Value):
            style = ", .style = STYLE_%s" % part.style.upper() if part.style else ""
            if part.name is None:
                return ".kind = MESSAGE_NUMBER"
            return ".kind = MESSAGE_VALUE, .name = %s%s" % (c_string(part.name), style)
        rows = ["{%s, %s}" % (c_string(key), self.message(inner)) for key, inner in part.cases]
        name = self.name("cases")
        self.lines.append("static const struct message_case %s[] = {" % name)
        self.lines += ["    %s," % row for row in rows]
        self.lines.append("};")
        kind = {"plural": "MESSAGE_PLURAL", "selectordinal": "MESSAGE_ORDINAL", "select": "MESSAGE_SELECT"}[part.kind]
        return ".kind = %s, .name = %s, .cases = %s, .case_count = %d" % (kind, c_string(part.name), name,
                                                                         len(part.cases))


GROUP_BITS = 12  # http/message.h has it too


def grouped(strings):
    """(prefix, number, keys) of each feature. A string's number is its feature's, then its own, so that a new string
    has only its own feature compiled again."""
    prefixes = {}
    for key in strings:
        prefixes.setdefault(key.split(".")[0], []).append(key)
    return [(prefix, number, prefixes[prefix]) for number, prefix in enumerate(sorted(prefixes), 1)]


def header(prefix, number, keys):
    lines = ["/* strings_%s.h: made by tools/strings.py from its strings folder. */" % prefix, "#pragma once", "",
             "enum strings_%s {" % prefix, "    %s = %d << %d," % (messages.symbol(keys[0]), number, GROUP_BITS)]
    return "\n".join(lines + ["    %s," % messages.symbol(key) for key in keys[1:]] + ["};", ""])


def everything(groups):
    lines = ["/* strings.h: made by tools/strings.py: the strings of all features. */", "#pragma once", ""]
    return "\n".join(lines + ['#include "generated/strings_%s.h"' % prefix for prefix, _, _ in groups] + [""])


def row(tables, key, languages):
    """The initialiser of a struct message_row."""
    told = [languages[language] for language in messages.LANGUAGES]
    cells = ", ".join(tables.message(message.parts) for message in told)
    account = "NULL"
    if any(message.account is not None for message in told):
        account = tables.name("account")
        others = ", ".join(tables.message(message.account or message.parts) for message in told)
        tables.lines.append("static const struct message %s[] = {%s};" % (account, others))
    return "    {%s, {%s}, %s}," % (c_string(key), cells, account)


def source(strings, groups):
    tables, rows = Tables(), []
    for prefix, _, keys in groups:
        rows += ["static const struct message_row %s_rows[] = {" % prefix]
        rows += [row(tables, key, strings[key]) for key in keys] + ["};"]
    lines = ["/* strings.c: made by tools/strings.py from the strings folders. */", '#include "http/message.h"', ""]
    lines += tables.lines + [""] + rows + ["", "const struct message_group message_groups[] = {"]
    lines += ["    [%d] = {%s_rows, %d}," % (number, prefix, len(keys)) for prefix, number, keys in groups]
    return "\n".join(lines + ["};", "const int message_group_count = %d;" % (len(groups) + 1), ""])


def main():
    out, root = sys.argv[1:3]
    try:
        strings = messages.read_all(root)
    except messages.Wrong as wrong:
        sys.exit("strings.py: %s" % wrong)
    groups = grouped(strings)
    made = {"strings_%s.h" % group[0]: header(*group) for group in groups}
    for name, text in {**made, "strings.h": everything(groups), "strings.c": source(strings, groups)}.items():
        with open(os.path.join(out, name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
