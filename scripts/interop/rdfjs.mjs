// eddsa-rdfc-2022 under did:key on two JSON-LD processors and a canonicaliser that share no code with ours, behind the
// interface of eddsa_rdfc_2022.py:
//   rdfjs.mjs PACKAGES version | verify CONTEXTS FILE... | issue CONTEXTS SEED CREATED FILE...
// PACKAGES is a folder with the packages below in its node_modules.
//   JSON-LD to RDF   oxigraph (Rust, WebAssembly) and jsonld-streaming-parser (TypeScript, the one of Comunica): both must
//                    give the same canonical form, or the document is refused
//   RDFC-1.0         rdfjs-c14n
//   Ed25519          @noble/curves
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const [packages, command, ...rest] = process.argv.slice(2);
const modules = path.join(path.resolve(packages), 'node_modules');
const require = createRequire(path.join(modules, 'x.js'));
const oxigraph = require('oxigraph');
const { JsonLdParser } = require('jsonld-streaming-parser');
const { DataFactory, Writer } = require('n3');
const { RDFC10 } = require('rdfjs-c14n');
const { ed25519 } = await import(pathToFileURL(path.join(modules, '@noble', 'curves', 'ed25519.js')).href);

// rdfjs-c14n 3.1.4 writes with N3's Turtle writer, which shortens integers and booleans ("100"^^xsd:integer to 100), so that its
// form of them is not canonical N-Quads. This puts that writer into its own N-Quads mode.
const { _encodeLiteral: encodeLiteral } = Writer.prototype;
Writer.prototype._encodeLiteral = function encodeInLineMode(literal) {
  this._lineMode = true;
  return encodeLiteral.call(this, literal);
};

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function base58Encode(bytes) {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; number > 0n; number /= 58n) text = BASE58[Number(number % 58n)] + text;
  return '1'.repeat(bytes.findIndex((byte) => byte !== 0)) + text;
}

function base58Decode(text) {
  const number = [...text].reduce((sum, char) => sum * 58n + BigInt(BASE58.indexOf(char)), 0n);
  const hex = number.toString(16);
  const zeros = text.search(/[^1]/);
  return Buffer.concat([Buffer.alloc(zeros), Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')]);
}

/** Oxigraph loads no contexts, so they are written into the document in place of their URLs, which means the same. */
function quadsOfOxigraph(document, contexts) {
  const inline = [document['@context']].flat().flatMap((url) => contexts[url]['@context']);
  return [...oxigraph.parse(JSON.stringify({ ...document, '@context': inline }), { format: 'application/ld+json' })];
}

function quadsOfStreamingParser(document, contexts) {
  return new Promise((resolve, reject) => {
    const quads = [];
    const parser = new JsonLdParser({
      documentLoader: { load: async (url) => contexts[url] },
      streamingProfile: false,
    });
    parser.on('data', (quad) => quads.push(quad));
    parser.on('error', reject);
    parser.on('end', () => resolve(quads));
    parser.end(JSON.stringify(document));
  });
}

async function hash(document, contexts) {
  const unknown = [document['@context']].flat().find((url) => !Object.hasOwn(contexts, url));
  if (unknown !== undefined) throw new Error(`unknown context ${unknown}`);
  const canonical = (quads) => new RDFC10(DataFactory).canonicalize(quads);
  const form = await canonical(quadsOfOxigraph(document, contexts));
  if (form !== (await canonical(await quadsOfStreamingParser(document, contexts)))) {
    throw new Error('the two JSON-LD processors disagree');
  }
  return createHash('sha256').update(form, 'utf8').digest();
}

/** What is signed (Data Integrity EdDSA, sections 3.2.3 to 3.2.5). */
async function hashData(unsecured, { proofValue: _, ...config }, contexts) {
  const proofHash = await hash({ ...config, '@context': unsecured['@context'] }, contexts);
  return Buffer.concat([proofHash, await hash(unsecured, contexts)]);
}

async function check({ proof, ...unsecured }, contexts) {
  if (proof?.type !== 'DataIntegrityProof' || proof.cryptosuite !== 'eddsa-rdfc-2022')
    return 'not an eddsa-rdfc-2022 proof';
  if (proof.proofPurpose !== 'assertionMethod') return 'not made for assertionMethod';
  const [, did, key] = /^(did:key:z([1-9A-HJ-NP-Za-km-z]+))#z\2$/.exec(proof.verificationMethod) ?? [];
  if (did === undefined || did !== unsecured.issuer) return "the key is not the issuer's did:key";
  const bytes = base58Decode(key);
  if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 0x01) return 'not an Ed25519 key';
  const signature = base58Decode(proof.proofValue.slice(1));
  if (proof.proofValue[0] !== 'z' || signature.length !== 64) return 'proofValue is not 64 bytes in base58btc';
  const data = await hashData(unsecured, proof, contexts);
  return ed25519.verify(signature, data, bytes.subarray(2)) ? undefined : 'the signature does not fit';
}

async function verify(contexts, file) {
  const detail = await check(JSON.parse(readFileSync(file, 'utf8')), contexts).catch((error) => error.message);
  return detail === undefined ? { file, verified: true } : { file, verified: false, detail };
}

async function issue(contexts, seedHex, created, file) {
  const seed = Buffer.from(seedHex, 'hex');
  const multikey = `z${base58Encode(Buffer.concat([Buffer.from([0xed, 0x01]), ed25519.getPublicKey(seed)]))}`;
  const unsecured = { ...JSON.parse(readFileSync(file, 'utf8')), issuer: `did:key:${multikey}` };
  const proof = {
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-rdfc-2022',
    created,
    verificationMethod: `did:key:${multikey}#${multikey}`,
    proofPurpose: 'assertionMethod',
  };
  const signature = ed25519.sign(await hashData(unsecured, proof, contexts), seed);
  return { ...unsecured, proof: { ...proof, proofValue: `z${base58Encode(signature)}` } };
}

if (command === 'version') {
  const names = ['oxigraph', 'jsonld-streaming-parser', 'rdfjs-c14n', '@noble/curves'];
  const version = (name) => JSON.parse(readFileSync(path.join(modules, name, 'package.json'), 'utf8')).version;
  console.log(JSON.stringify(Object.fromEntries(names.map((name) => [name, version(name)]))));
} else if (command === 'verify') {
  const contexts = JSON.parse(readFileSync(rest[0], 'utf8'));
  for (const file of rest.slice(1)) console.log(JSON.stringify(await verify(contexts, file)));
} else if (command === 'issue') {
  const contexts = JSON.parse(readFileSync(rest[0], 'utf8'));
  for (const file of rest.slice(3)) console.log(JSON.stringify(await issue(contexts, rest[1], rest[2], file)));
} else {
  process.exitCode = 64;
}
