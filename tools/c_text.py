"""c_text.py: text as a C string literal."""


def c_string(text):
    """UTF-8 as it is, the rest escaped; trigraphs cannot arise."""
    out = []
    for char in text:
        if char in '"\\':
            out.append("\\" + char)
        elif char == "\n":
            out.append("\\n")
        elif char == "?":
            out.append("\\?")
        elif ord(char) < 32 or ord(char) == 127:
            out.append("\\%03o" % ord(char))
        else:
            out.append(char)
    return '"%s"' % "".join(out)
