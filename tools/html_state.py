"""html_state.py: where in the HTML a piece of a template stands: text, a tag, an attribute's value. So that the
compiler can escape each value as its place needs and refuse the places where no escaping helps. Follows the states of
the HTML standard's tokenizer as far as hand-written pages need; what it does not understand it refuses."""

from messages import Wrong

# Attributes whose value is an address.
URLS = {"href", "src", "action", "formaction", "poster", "cite", "data", "manifest", "xlink:href", "ping"}
# Attributes that people read or hear; in all others values are written for machines ("1500.00", not «1 500,00 ₽»).
FOR_PEOPLE = {"title", "alt", "placeholder", "label", "content", "aria-label", "aria-description", "aria-valuetext",
              "aria-roledescription", "aria-placeholder"}
NO_VALUES = {"srcdoc", "srcset", "style", "http-equiv"}
SCHEMES = ("https:", "http:", "tel:", "sms:", "mailto:", "geo:")
KEPT_BLANKS = {"pre", "textarea"}
BLANK = " \t\n\r\f"


class Place:
    """mode: text, tag (between attributes), name (of a tag or attribute), equals, value ("…" or '…'), bare, comment,
    declaration, raw (inside script and style)."""

    def __init__(self):
        self.mode, self.tag, self.attribute, self.quote = "text", "", "", ""
        self.address = ""     # what of an address's beginning has been written; None: unknown
        self.keep = 0         # inside how many of KEPT_BLANKS
        self.has_src = False
        self.after_newline = True

    def copy(self):
        other = Place()
        other.__dict__.update(self.__dict__)
        return other

    def settle(self):
        """Before a block: an attribute without a value is finished."""
        if self.mode in ("name", "equals", "bare") and self.tag:
            if self.mode == "equals":
                return
            self.mode = "tag"

    def same(self, other):
        return all(getattr(self, name) == getattr(other, name) for name in ("mode", "quote", "keep")) and (
            self.mode == "text" or (self.tag == other.tag and (self.mode != "value" or
                                                               self.attribute == other.attribute)))

    def joined(self, other):
        """After a block with two ways through it."""
        place = self.copy()
        if self.address != other.address:
            place.address = None if not (self.address and other.address) else self.address
        place.after_newline = self.after_newline and other.after_newline
        return place

    def describe(self):
        if self.mode == "text":
            return "the text"
        if self.mode == "raw":
            return "<%s>" % self.tag
        if self.mode == "value":
            return "the attribute %s of <%s>" % (self.attribute, self.tag)
        if self.mode == "comment":
            return "a comment"
        return "the tag <%s>" % self.tag


def closes_raw(text, at, tag):
    return text[at:at + 2 + len(tag)].lower() == "</" + tag


class Walker:
    """Takes literal pieces of HTML, moves the place, gives them back with idle blanks removed."""

    def __init__(self, place):
        self.place, self.out, self.lines_before = place, [], 0

    def fail(self, problem):
        raise Wrong(problem)

    def literal(self, text):
        self.out = []
        at = 0
        while at < len(text):
            self.lines_before = text.count("\n", 0, at)
            at = getattr(self, "in_" + self.place.mode)(text, at)
        return "".join(self.out)

    def put(self, char):
        self.out.append(char)
        self.place.after_newline = char == "\n"

    def blank_run(self, text, at):
        """Blanks with a line end among them become one line end; none after another."""
        end = at
        while end < len(text) and text[end] in BLANK:
            end += 1
        if self.place.keep:
            for char in text[at:end]:
                self.put(char)
        elif "\n" in text[at:end]:
            if not self.place.after_newline:
                self.put("\n")
        else:
            self.put(" ")
        return end

    def in_text(self, text, at):
        place, char = self.place, text[at]
        if char in BLANK:
            return self.blank_run(text, at)
        if char == "<":
            if text.startswith("<!--", at):
                self.fail("an HTML comment would be sent to everyone: write {{!-- … --}}")
            if text.startswith("<!", at):
                place.mode = "declaration"
            elif at + 1 < len(text) and (text[at + 1].isalpha() or text[at + 1] == "/"):
                place.mode, place.tag, place.attribute, place.has_src = "name", "", "", False
            else:
                self.fail("a “<” begins no tag: write &lt;")
        self.put(char)
        return at + 1

    def in_declaration(self, text, at):
        if text[at] == ">":
            self.place.mode = "text"
        self.put(text[at])
        return at + 1

    def in_name(self, text, at):
        """A tag's name while place.tag is empty, then attributes' names."""
        place, start = self.place, at
        while at < len(text) and text[at] not in BLANK and text[at] not in "=>\"'<" and not (
                text[at] == "/" and at > start):
            self.put(text[at])
            at += 1
        name = text[start:at].lower()
        if not place.tag:
            place.tag, place.mode = name, "tag"
            if name == "style":
                self.fail("<style> is forbidden: the rules belong to web/style.css")
            return at
        place.attribute += name
        if place.attribute.startswith("on") and at < len(text):
            self.fail("the attribute %s is forbidden: scripts belong to web/scripts" % place.attribute)
        if place.attribute == "style" and at < len(text):
            self.fail("the attribute style is forbidden: the rules belong to web/style.css")
        if place.attribute == "src":
            place.has_src = True
        if at < len(text):
            if text[at] == "=":
                self.put("=")
                place.mode = "equals"
                return at + 1
            if text[at] in "\"'<":
                self.fail("a stray %s in the tag <%s>" % (text[at], place.tag))
            place.mode = "tag"
        return at

    def in_tag(self, text, at):
        place, char = self.place, text[at]
        if char in BLANK:
            while at < len(text) and text[at] in BLANK:
                at += 1
            if not (at < len(text) and text[at] in ">"):
                self.put(" ")
            return at
        if char == ">":
            self.put(char)
            self.end_tag()
            return at + 1
        if char == "/":
            self.put(char)
            return at + 1
        if char in "\"'<=":
            self.fail("a stray %s in the tag <%s>" % (char, place.tag))
        place.mode, place.attribute = "name", ""
        return at

    def end_tag(self):
        place = self.place
        place.mode = "text"
        if place.tag == "script":
            if not place.has_src:
                self.fail("a <script> without src is forbidden: scripts belong to web/scripts")
            place.mode = "raw"
        elif place.tag in KEPT_BLANKS:
            place.keep += 1
        elif place.tag[:1] == "/" and place.tag[1:] in KEPT_BLANKS:
            place.keep -= 1

    def in_equals(self, text, at):
        place, char = self.place, text[at]
        if char in BLANK:
            self.fail("a blank after “%s=”" % place.attribute)
        if char in "\"'":
            place.mode, place.quote, place.address = "value", char, ""
            self.put(char)
            return at + 1
        place.mode = "bare"
        return at

    def in_bare(self, text, at):
        if text[at] in BLANK or text[at] == ">":
            self.place.mode = "tag"
            return at
        self.put(text[at])
        return at + 1

    def in_value(self, text, at):
        place, char = self.place, text[at]
        if char == place.quote:
            place.mode = "tag"
        elif place.address is not None:
            place.address += char
            if place.attribute in URLS and char == ":" and "/" not in place.address and not any(
                    place.address.lower() == scheme for scheme in SCHEMES):
                self.fail("addresses of the kind “%s” are forbidden" % place.address)
        self.put(char)
        return at + 1

    def in_raw(self, text, at):
        if closes_raw(text, at, self.place.tag):
            self.place.mode, self.place.tag = "name", ""
        self.put(text[at])
        return at + 1


def value_context(place):
    """How a value is to be written here: (kind, for people?); raises Wrong where it may not be."""
    if place.mode == "text":
        return "TEXT", True
    if place.mode == "raw":
        raise Wrong("a value inside <%s>: no escaping helps there; put it in a data- attribute" % place.tag)
    if place.mode in ("equals", "bare"):
        raise Wrong("the value of %s needs quotes: %s=\"{{…}}\"" % (place.attribute, place.attribute))
    if place.mode != "value":
        raise Wrong("a value in %s: only in text and in quoted attributes" % place.describe())
    if place.attribute in NO_VALUES or place.attribute.startswith("on"):
        raise Wrong("a value inside the attribute %s: no escaping helps there" % place.attribute)
    if place.attribute in URLS:
        if place.address is None:
            raise Wrong("the address in %s begins in two ways: put the whole address into one value" % place.attribute)
        return ("URL_PART" if place.address else "URL"), False
    return "TEXT", place.attribute in FOR_PEOPLE
