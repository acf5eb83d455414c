#!/usr/bin/env python3
"""strings.py OUTDIR ROOT: makes strings.h and strings.c out of every feature's strings/*.txt: an enumerator for each
key (S_wallet_home_title for wallet.home.title), and the messages taken apart, so that nothing is parsed while the
server runs. Fails, naming file and line, when a language lacks a key, an argument or a plural."""

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


def header(strings):
    lines = ["/* strings.h: made by tools/strings.py from the strings folders. */", "#pragma once", "", "enum string {",
             "    S_none,"]
    lines += ["    %s," % messages.symbol(key) for key in strings]
    return "\n".join(lines + ["    S_count", "};", ""])


def source(strings):
    tables, rows = Tables(), []
    for key, languages in strings.items():
        told = [languages[language] for language in messages.LANGUAGES]
        cells = ", ".join(tables.message(message.parts) for message in told)
        account = "NULL"
        if any(message.account is not None for message in told):
            account = tables.name("account")
            others = ", ".join(tables.message(message.account or message.parts) for message in told)
            tables.lines.append("static const struct message %s[] = {%s};" % (account, others))
        rows.append("    [%s] = {%s, {%s}, %s}," % (messages.symbol(key), c_string(key), cells, account))
    lines = ["/* strings.c: made by tools/strings.py from the strings folders. */", '#include "generated/strings.h"',
             '#include "http/message.h"', ""] + tables.lines
    lines += ["", "const struct message_row message_rows[] = {", '    [S_none] = {"", {{NULL, 0}, {NULL, 0}}, NULL},']
    return "\n".join(lines + rows + ["};", "const int message_count = S_count;", ""])


def main():
    out, root = sys.argv[1:3]
    try:
        strings = messages.read_all(root)
    except messages.Wrong as wrong:
        sys.exit("strings.py: %s" % wrong)
    for name, text in (("strings.h", header(strings)), ("strings.c", source(strings))):
        with open(os.path.join(out, name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
