"""An independent issuer and verifier of eddsa-rdfc-2022 credentials under did:key.

Written from the W3C Recommendations "Data Integrity EdDSA Cryptosuites v1.0" section 3.2, "Verifiable Credential Data
Integrity 1.0" section 4 and "The did:key Method"; it shares no code with Proofprint.

    JSON-LD to RDF, RFC 8785    PyLD           Debian package python3-pyld
    RDFC-1.0, N-Quads           rdfc10.py      beside this file
    Ed25519                     libsodium      Debian package python3-nacl

Usage (JSON in, one JSON object a line out; no network: a context that CONTEXTS does not map is refused):
    eddsa_rdfc_2022.py version
    eddsa_rdfc_2022.py verify CONTEXTS FILE...
    eddsa_rdfc_2022.py issue CONTEXTS SEED CREATED FILE...     writes the secured credentials
CONTEXTS is a file {url: context document}; SEED is 32 bytes in hexadecimal.
"""

import hashlib
import importlib.metadata
import json
import platform
import re
import sys

import nacl.exceptions
import nacl.signing
from pyld import jsonld

import rdfc10

ED25519_PUB = b"\xed\x01"
DATE_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Refused(Exception):
    """The credential does not verify; the first argument is the problem code of the standard."""


# ---------------------------------------------------------------- base58btc (section 2.4 of Controlled Identifiers)


def base58_encode(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def base58_decode(text):
    number = 0
    for char in text:
        digit = BASE58.find(char)
        if digit < 0:
            raise Refused("PROOF_VERIFICATION_ERROR", "not base58btc")
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


# ---------------------------------------------------------------- did:key


def did_key(public_key):
    return "did:key:z" + base58_encode(ED25519_PUB + public_key)


def public_key_of(method):
    """The Ed25519 key of a did:key verification method, and its controller."""
    match = re.fullmatch(r"(did:key:z([1-9A-HJ-NP-Za-km-z]+))#z\2", method if isinstance(method, str) else "")
    if match is None:
        raise Refused("INVALID_VERIFICATION_METHOD", "not a did:key verification method")
    key = base58_decode(match[2])
    if key[:2] != ED25519_PUB or len(key) != 34:
        raise Refused("INVALID_VERIFICATION_METHOD", "not an Ed25519 key")
    return key[2:], match[1]


# ---------------------------------------------------------------- the cryptosuite (Data Integrity EdDSA, section 3.2)


class Suite:
    def __init__(self, contexts):
        self.contexts = contexts

    def _load(self, url, _options):
        if url not in self.contexts:
            raise Refused("PROOF_TRANSFORMATION_ERROR", "unknown context " + url)
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": self.contexts[url]}

    def _hash(self, document):
        """Sections 3.2.3 and 3.2.4: canonicalise, then SHA-256."""
        options = {"documentLoader": self._load, "processingMode": "json-ld-1.1"}
        form = rdfc10.canonicalize(rdfc10.from_pyld(jsonld.to_rdf(document, options)))
        return hashlib.sha256(form.encode("utf-8")).digest()

    def hash_data(self, unsecured, proof):
        """The 64 bytes that are signed: hash of the proof configuration (3.2.5), then hash of the document."""
        if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != "eddsa-rdfc-2022":
            raise Refused("PROOF_VERIFICATION_ERROR", "not an eddsa-rdfc-2022 proof")
        if "created" in proof and not DATE_TIME.match(str(proof["created"])):
            raise Refused("PROOF_VERIFICATION_ERROR", "created is no date and time")
        config = {key: value for key, value in proof.items() if key != "proofValue"}
        config["@context"] = unsecured["@context"]
        return self._hash(config) + self._hash(unsecured)

    def issue(self, unsecured, seed, created):
        """Section 3.2.1. The issuer is the did:key of the seed, whatever the document says."""
        key = nacl.signing.SigningKey(seed)
        did = did_key(bytes(key.verify_key))
        document = dict(unsecured, issuer=did)
        proof = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": created,
            "verificationMethod": did + "#" + did[len("did:key:") :],
            "proofPurpose": "assertionMethod",
        }
        signature = key.sign(self.hash_data(document, proof)).signature
        return dict(document, proof=dict(proof, proofValue="z" + base58_encode(signature)))

    def verify(self, secured):
        """Section 3.2.2 for each proof of the document, under the key of its issuer. Raises Refused."""
        proofs = secured.get("proof")
        proofs = proofs if isinstance(proofs, list) else [proofs]
        unsecured = {key: value for key, value in secured.items() if key != "proof"}
        issuer = secured.get("issuer")
        issuer = issuer.get("id") if isinstance(issuer, dict) else issuer
        for proof in proofs:
            if not isinstance(proof, dict) or "previousProof" in proof:
                raise Refused("PROOF_VERIFICATION_ERROR", "no proof, or a proof chain")
            if proof.get("proofPurpose") != "assertionMethod":
                raise Refused("PROOF_VERIFICATION_ERROR", "not made for assertionMethod")
            key, controller = public_key_of(proof.get("verificationMethod"))
            if controller != issuer:
                raise Refused("PROOF_VERIFICATION_ERROR", "the key is not the issuer's")
            value = str(proof.get("proofValue"))
            signature = base58_decode(value[1:])
            if value[0] != "z" or len(signature) != 64:
                raise Refused("PROOF_VERIFICATION_ERROR", "proofValue is not 64 bytes in base58btc")
            try:
                nacl.signing.VerifyKey(key).verify(self.hash_data(unsecured, proof), signature)
            except nacl.exceptions.BadSignatureError:
                raise Refused("PROOF_VERIFICATION_ERROR", "the signature does not fit") from None


# ---------------------------------------------------------------- command line


def versions():
    return {
        "python": platform.python_version(),
        "pyld": importlib.metadata.version("PyLD"),
        "pynacl": importlib.metadata.version("PyNaCl"),
    }


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def verdict(suite, path):
    try:
        suite.verify(read_json(path))
        return {"file": path, "verified": True}
    except Refused as refused:
        return {"file": path, "verified": False, "code": refused.args[0], "detail": refused.args[1]}
    except jsonld.JsonLdError as error:
        return {"file": path, "verified": False, "code": "PROOF_TRANSFORMATION_ERROR", "detail": error.type}


def main(arguments):
    if arguments == ["version"]:
        print(json.dumps(versions()))
    elif len(arguments) > 2 and arguments[0] == "verify":
        suite = Suite(read_json(arguments[1]))
        for path in arguments[2:]:
            print(json.dumps(verdict(suite, path)))
    elif len(arguments) > 4 and arguments[0] == "issue":
        suite = Suite(read_json(arguments[1]))
        for path in arguments[4:]:
            print(json.dumps(suite.issue(read_json(path), bytes.fromhex(arguments[2]), arguments[3]), ensure_ascii=False))
    else:
        print(__doc__, file=sys.stderr)
        return 64
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
