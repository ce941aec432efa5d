"""A reader of N-Quads (https://www.w3.org/TR/n-quads/), enough for the files of the RDFC-1.0 test suite."""

import re

from rdfc10 import XSD_STRING

_TERM = re.compile(
    r'\s*(?:<(?P<iri>[^>]*)>|_:(?P<blank>[^\s<"]*[^\s<".])'
    r'|"(?P<text>(?:[^"\\]|\\.)*)"(?:\^\^<(?P<type>[^>]*)>|@(?P<lang>[A-Za-z0-9-]+))?)',
    re.S,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)
_CHARS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def _plain(text):
    def one(match):
        code = match.group(1) or match.group(2)
        return chr(int(code, 16)) if code else _CHARS[match.group(3)]

    return _ESCAPE.sub(one, text)


def _terms(line):
    position, terms = 0, []
    while True:
        match = _TERM.match(line, position)
        if match is None:
            break
        position = match.end()
        if match["iri"] is not None:
            terms.append(("iri", _plain(match["iri"])))
        elif match["blank"] is not None:
            terms.append(("blank", match["blank"]))
        else:
            terms.append(("literal", _plain(match["text"]), _plain(match["type"] or XSD_STRING), match["lang"]))
    if not re.match(r"\s*\.\s*(#.*)?$", line[position:]) or len(terms) not in (3, 4):
        raise ValueError("not an N-Quads line: " + line)
    return terms


def parse(text):
    """The quads of an N-Quads document, in the form of rdfc10.py."""
    quads = []
    for line in text.split("\n"):
        if line.strip() and not line.lstrip().startswith("#"):
            terms = _terms(line)
            quads.append((terms[0], terms[1], terms[2], terms[3] if len(terms) == 4 else None))
    return quads
