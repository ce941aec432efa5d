"""RDF Dataset Canonicalization 1.0 (RDFC-1.0), written from the W3C Recommendation of 21 May 2024.

A dataset is a list of quads (subject, predicate, object, graph); the graph is None for the default graph. A term is a tuple:
    ("iri", value) | ("blank", label) | ("literal", value, datatype, language or None)
Section numbers below are those of https://www.w3.org/TR/rdf-canon/.

Run as a program with the folder of the W3C test suite (https://github.com/w3c/rdf-canon/tree/main/tests) it runs that suite.
"""

import hashlib
import itertools
import json
import os
import sys

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
MAX_CALLS = 4000  # section 7.1: a dataset can be made to take exponential work, so the N-degree hashing is counted


class TooComplex(Exception):
    """The dataset needs more N-degree hashing than MAX_CALLS."""


# ---------------------------------------------------------------- canonical N-Quads (section 5)

_ECHAR = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def _escape(text):
    out = []
    for char in text:
        if char in _ECHAR:
            out.append(_ECHAR[char])
        elif ord(char) < 0x20 or ord(char) == 0x7F:
            out.append("\\u%04X" % ord(char))
        else:
            out.append(char)
    return "".join(out)


def _term(term, label):
    kind = term[0]
    if kind == "iri":
        return "<%s>" % term[1]
    if kind == "blank":
        return "_:%s" % label(term[1])
    text = '"%s"' % _escape(term[1])
    if term[3] is not None:
        return "%s@%s" % (text, term[3])
    return text if term[2] == XSD_STRING else "%s^^<%s>" % (text, term[2])


def n_quad(quad, label):
    """One canonical N-Quads line; `label` maps the label of a blank node to the one to write."""
    return " ".join([_term(term, label) for term in quad if term is not None]) + " .\n"


# ---------------------------------------------------------------- identifier issuers (section 4.5)


class Issuer:
    def __init__(self, prefix):
        self.prefix = prefix
        self.issued = {}  # in the order of issuing

    def copy(self):
        twin = Issuer(self.prefix)
        twin.issued = dict(self.issued)
        return twin

    def has(self, label):
        return label in self.issued

    def issue(self, label):
        if label not in self.issued:
            self.issued[label] = "%s%d" % (self.prefix, len(self.issued))
        return self.issued[label]


# ---------------------------------------------------------------- the algorithm (section 4.4)


class Canonicalizer:
    def __init__(self, quads, algorithm="sha256"):
        self.quads = list(dict.fromkeys(quads))
        self.algorithm = algorithm
        self.canonical = Issuer("c14n")
        self.calls = 0
        self.first_degree = {}
        self.mentions = {}
        for quad in self.quads:
            for label in dict.fromkeys(self._labels(quad)):
                self.mentions.setdefault(label, []).append(quad)

    @staticmethod
    def _labels(quad):
        return [quad[i][1] for i in (0, 2, 3) if quad[i] is not None and quad[i][0] == "blank"]

    def _hash(self, text):
        return hashlib.new(self.algorithm, text.encode("utf-8")).hexdigest()

    def _hash_first_degree(self, label):
        """Section 4.6."""
        if label not in self.first_degree:
            lines = [n_quad(quad, lambda other: "a" if other == label else "z") for quad in self.mentions[label]]
            self.first_degree[label] = self._hash("".join(sorted(lines)))
        return self.first_degree[label]

    def _hash_related(self, related, quad, issuer, position):
        """Section 4.7."""
        if self.canonical.has(related):
            name = "_:" + self.canonical.issue(related)
        elif issuer.has(related):
            name = "_:" + issuer.issue(related)
        else:
            name = self._hash_first_degree(related)
        predicate = "" if position == "g" else "<%s>" % quad[1][1]
        return self._hash(position + predicate + name)

    def _hash_n_degree(self, label, issuer):
        """Section 4.8."""
        self.calls += 1
        if self.calls > MAX_CALLS:
            raise TooComplex("more than %d calls of Hash N-Degree Quads" % MAX_CALLS)
        groups = {}
        for quad in self.mentions[label]:
            for index, position in ((0, "s"), (2, "o"), (3, "g")):
                term = quad[index]
                if term is not None and term[0] == "blank" and term[1] != label:
                    groups.setdefault(self._hash_related(term[1], quad, issuer, position), []).append(term[1])
        data = ""
        for related_hash in sorted(groups):
            data += related_hash
            path, issuer = self._shortest_path(groups[related_hash], issuer)
            data += path
        return self._hash(data), issuer

    def _shortest_path(self, labels, issuer):
        """Section 4.8.3, step 5: the permutation whose path comes first."""
        best, best_issuer = "", issuer
        for order in itertools.permutations(labels):
            trial, path, todo = issuer.copy(), "", []
            for related in order:
                if self.canonical.has(related):
                    path += "_:" + self.canonical.issue(related)
                else:
                    if not trial.has(related):
                        todo.append(related)
                    path += "_:" + trial.issue(related)
                if self._worse(path, best):
                    break
            else:
                for related in todo:
                    deeper, deeper_issuer = self._hash_n_degree(related, trial)
                    path += "_:" + trial.issue(related) + "<" + deeper + ">"
                    trial = deeper_issuer
                    if self._worse(path, best):
                        break
                else:
                    if best == "" or path < best:
                        best, best_issuer = path, trial
        return best, best_issuer

    @staticmethod
    def _worse(path, best):
        return best != "" and len(path) >= len(best) and path > best

    def run(self):
        by_hash = {}
        for label in self.mentions:
            by_hash.setdefault(self._hash_first_degree(label), []).append(label)
        for key in [key for key in sorted(by_hash) if len(by_hash[key]) == 1]:
            self.canonical.issue(by_hash.pop(key)[0])
        for key in sorted(by_hash):
            results = []
            for label in by_hash[key]:
                if not self.canonical.has(label):
                    temporary = Issuer("b")
                    temporary.issue(label)
                    results.append(self._hash_n_degree(label, temporary))
            for _, issuer in sorted(results, key=lambda result: result[0]):
                for label in issuer.issued:
                    self.canonical.issue(label)
        return "".join(sorted(n_quad(quad, self.canonical.issue) for quad in self.quads))


def canonicalize(quads, algorithm="sha256"):
    """The canonical N-Quads form of a dataset. Raises TooComplex."""
    return Canonicalizer(quads, algorithm).run()


# ---------------------------------------------------------------- terms from PyLD's dataset form


def from_pyld(dataset):
    """PyLD's {graph name: [triple]} as a list of quads."""

    def term(value):
        if value["type"] == "IRI":
            return ("iri", value["value"])
        if value["type"] == "blank node":
            return ("blank", value["value"][2:])
        return ("literal", value["value"], value.get("datatype", XSD_STRING), value.get("language"))

    quads = []
    for name, triples in dataset.items():
        if name == "@default":
            graph = None
        else:
            graph = ("blank", name[2:]) if name.startswith("_:") else ("iri", name)
        for triple in triples:
            quads.append((term(triple["subject"]), term(triple["predicate"]), term(triple["object"]), graph))
    return quads


# ---------------------------------------------------------------- the W3C test suite


def _run_test(folder, entry):
    from n_quads import parse

    def read(name):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return file.read()

    algorithm = {"SHA384": "sha384"}.get(entry.get("hashAlgorithm"), "sha256")
    canonicalizer = Canonicalizer(parse(read(entry["action"])), algorithm)
    try:
        form = canonicalizer.run()
    except TooComplex:
        return entry["type"] == "rdfc:RDFC10NegativeEvalTest"
    if entry["type"] == "rdfc:RDFC10MapTest":
        return canonicalizer.canonical.issued == json.loads(read(entry["result"]))
    return entry["type"] == "rdfc:RDFC10EvalTest" and form == read(entry["result"])


def main(folder):
    with open(os.path.join(folder, "manifest.jsonld"), encoding="utf-8") as file:
        entries = json.load(file)["entries"]
    failed = [entry["id"] for entry in entries if not _run_test(folder, entry)]
    print("RDFC-1.0 test suite: %d of %d passed%s" % (len(entries) - len(failed), len(entries), "".join("\n  failed " + name for name in failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
