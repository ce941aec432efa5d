// DIDKit (Rust, compiled to WebAssembly) behind the interface of eddsa_rdfc_2022.py:
//   didkit.mjs PACKAGES version | verify CONTEXTS FILE... | issue CONTEXTS SEED CREATED FILE...
// PACKAGES is the folder into which @learncard/didkit-plugin was unpacked. Everything of interest happens in the Rust code:
// JSON-LD, canonicalisation, did:key, Ed25519, proof checks. It gets our contexts as values and no network.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const [packages, command, ...rest] = process.argv.slice(2);
const folder = path.join(packages, 'package');
const didkit = await import(pathToFileURL(path.join(folder, 'dist', 'didkit_wasm.js')).href);
didkit.initSync({ module: readFileSync(path.join(folder, 'dist', 'didkit_wasm_bg.wasm')) });
globalThis.fetch = () => {
  throw new Error('no network here');
};

/** The context map as the Rust code takes it: URL → text of the document. */
function readContexts(file) {
  const contexts = JSON.parse(readFileSync(file, 'utf8'));
  return JSON.stringify(
    Object.fromEntries(Object.entries(contexts).map(([url, document]) => [url, JSON.stringify(document)])),
  );
}

async function verify(contexts, file) {
  const options = JSON.stringify({ checks: ['proof'] });
  const { checks, errors } = JSON.parse(
    await didkit
      .verifyCredential(readFileSync(file, 'utf8'), options, contexts)
      .catch((error) => `{"errors":[${JSON.stringify(String(error))}]}`),
  );
  const verified = errors.length === 0 && checks.includes('proof');
  return verified ? { file, verified } : { file, verified, detail: errors.join('; ') };
}

async function issue(contexts, seed, created, file) {
  const key = didkit.generateEd25519KeyFromBytes(Buffer.from(seed, 'hex'));
  const credential = { ...JSON.parse(readFileSync(file, 'utf8')), issuer: didkit.keyToDID('key', key) };
  const options = {
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-rdfc-2022',
    created,
    proofPurpose: 'assertionMethod',
    verificationMethod: await didkit.keyToVerificationMethod('key', key),
  };
  return didkit.issueCredential(JSON.stringify(credential), JSON.stringify(options), key, contexts);
}

if (command === 'version') {
  const { name, version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  console.log(JSON.stringify({ [name]: version, didkit: didkit.getVersion() }));
} else if (command === 'verify') {
  const contexts = readContexts(rest[0]);
  for (const file of rest.slice(1)) console.log(JSON.stringify(await verify(contexts, file)));
} else if (command === 'issue') {
  const contexts = readContexts(rest[0]);
  for (const file of rest.slice(3)) console.log(await issue(contexts, rest[1], rest[2], file));
} else {
  process.exitCode = 64;
}
