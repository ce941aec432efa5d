/**
 * `npm run bench [-- bench|bench-bbs|bench-keys|bench-trust] [--json]`: issue and verify beside `@digitalbazaar/vc` used directly, and trust beside the signatures, in
 * one process and one run, as ratios. Writes the tables of docs/performance.md; `--json` prints them as one JSON document and writes nothing.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createManualClock } from '../../src/base/clock.ts';
import { verdictOf } from '../../src/base/finding.ts';
import { type JsonObject, readJsonObject } from '../../src/base/json.ts';
import { loadContexts } from '../../src/credentials/contexts.ts';
import { checkCredentialForm } from '../../src/credentials/credential.ts';
import { loadSchemas } from '../../src/credentials/schemas.ts';
import { createDidKey } from '../../src/dids/methods/key.ts';
import { createDidResolver } from '../../src/dids/resolver.ts';
import { createDataIntegrity } from '../../src/proofs/data-integrity.ts';
import { didDocumentOf, signerFromSeed } from '../support/data-integrity.ts';
import { exampleCredentials } from '../support/example-credentials.ts';
import { batchTable, measureBatches } from './batch.ts';
import { bbsTable, measureBbs } from './bbs.ts';
import { type Measurement, machine, measure } from './interleaved.ts';
import { keysTable, measureKeys } from './keys.ts';
import { createReferenceStack } from './reference-stack.ts';
import { measureTrust, trustTable } from './trust.ts';

const NOW = Date.UTC(2027, 3, 15);

interface Row {
  readonly document: string;
  readonly bytes: number;
  readonly act: 'issue' | 'verify';
  readonly reference: number;
  readonly proofs: number;
  readonly service: number;
  readonly raw: number;
}

/** Each part measures, and says which table of docs/performance.md it fills. */
const PARTS: Readonly<Record<string, () => Promise<{ readonly figures: unknown; readonly table: string }>>> = {
  bench: async () => {
    const rows: Row[] = [];
    for (const [document, credential] of documents()) rows.push(...(await measureDocument(document, credential)));
    return { figures: rows.map(withRatios), table: tableOf(rows) };
  },
  'bench-bbs': async () => {
    const figures = await measureBbs();
    return {
      figures,
      table: `Machine: ${machine()}. Medians of 7 interleaved rounds in one process.\n\n${bbsTable(figures)}`,
    };
  },
  'bench-keys': async () => {
    const figures = await measureKeys();
    return { figures, table: `Machine: ${machine()}. Medians of 5 rounds of 400 signatures.\n\n${keysTable(figures)}` };
  },
  'bench-batch': async () => {
    const figures = await measureBatches();
    return { figures, table: batchTable(figures) };
  },
  'bench-trust': async () => {
    const figures = await measureTrust(rawOperations().rawVerify);
    return { figures, table: `${heading()}\n\n${trustTable(figures)}` };
  },
};

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const json = wanted.includes('--json');
  const names = Object.keys(PARTS).filter((name) => wanted.every((word) => word === '--json' || word === name));
  if (names.length === 0) throw new Error(`usage: npm run bench [-- ${Object.keys(PARTS).join('|')}] [--json]`);
  const all: Record<string, unknown> = { machine: machine() };
  for (const name of names) {
    process.stderr.write(`measuring ${name} …\n`);
    const measured = await PARTS[name]?.();
    if (measured === undefined) continue;
    all[name] = measured.figures;
    if (json) continue;
    process.stdout.write(`${measured.table}\n\n`);
    writeInto('docs/performance.md', name, measured.table);
  }
  if (json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
}

function documents(): readonly (readonly [string, JsonObject])[] {
  const steel = exampleCredentials('steel-coil');
  const pick = (key: string): JsonObject => steel.get(key) as JsonObject;
  return [
    ['accreditation', pick('accreditation:eu')],
    ['footprint claim', pick('claim:coil-pcf')],
    ['embedded emissions claim', pick('claim:coil')],
    ['verification statement', pick('statement:coil')],
  ];
}

async function measureDocument(document: string, example: JsonObject): Promise<readonly Row[]> {
  const seed = new Uint8Array(32).fill(7);
  const probe = signerFromSeed(seed, (multibase) => multibase);
  const did = createDidKey('Ed25519', probe.publicKeyMultibase);
  const signer = signerFromSeed(seed, (multibase) => `${did}#${multibase}`);
  const credential = { ...example, issuer: did };
  const contexts = loadContexts();
  const schemas = loadSchemas();
  const proofs = createDataIntegrity({ contexts });
  const clock = createManualClock(NOW);
  const resolver = createDidResolver({ fetchJson: async () => ({ status: 'unreachable', reason: 'connect' }), clock });
  const reference = createReferenceStack({ contexts, signer, didDocument: didDocumentOf(did, signer), now: NOW });
  const secured = await proofs.secureCredential(credential, { signer, created: NOW });
  const check = async (): Promise<void> => {
    const report = await proofs.checkCredentialProofs(secured, { resolver, now: NOW });
    if (verdictOf(report.findings) !== 'accepted') throw new Error(`${document} does not verify`);
  };
  // The way a request goes, without HTTP and disk: text in, form and schema, proof, answer.
  const text = JSON.stringify(secured);
  const serviceVerify = async (): Promise<void> => {
    const read = readJsonObject(text);
    if (!read.ok || verdictOf(checkCredentialForm(read.value, { contexts, schemas })) !== 'accepted')
      throw new Error('form');
    const report = await proofs.checkCredentialProofs(read.value, { resolver, now: NOW });
    if (verdictOf(report.findings) !== 'accepted') throw new Error('proof');
  };
  const serviceIssue = async (): Promise<void> => {
    if (verdictOf(checkCredentialForm(credential, { contexts, schemas, signing: true })) !== 'accepted')
      throw new Error('form');
    await proofs.assertCanonicalisable(credential);
    const fresh = await proofs.secureCredential(credential, { signer, created: NOW });
    const report = await proofs.checkCredentialProofs(fresh, { resolver, now: NOW });
    if (verdictOf(report.findings) !== 'accepted') throw new Error('self');
  };
  const seen = await reference.verify(secured);
  if (!seen.verified) throw new Error(`the reference stack does not verify ${document}`, { cause: seen });
  const { rawSign, rawVerify } = rawOperations();
  const measured = await measure([
    { name: 'reference issue', run: () => reference.issue(credential) },
    { name: 'proofs issue', run: () => proofs.secureCredential(credential, { signer, created: NOW }) },
    { name: 'service issue', run: serviceIssue },
    { name: 'raw sign', run: rawSign },
    { name: 'reference verify', run: () => reference.verify(secured) },
    { name: 'proofs verify', run: check },
    { name: 'service verify', run: serviceVerify },
    { name: 'raw verify', run: rawVerify },
  ]);
  const of = (name: string): number => (measured.find((one) => one.name === name) as Measurement).microseconds;
  return (['issue', 'verify'] as const).map((act) => ({
    document,
    bytes: Buffer.byteLength(text),
    act,
    reference: of(`reference ${act}`),
    proofs: of(`proofs ${act}`),
    service: of(`service ${act}`),
    raw: of(act === 'issue' ? 'raw sign' : 'raw verify'),
  }));
}

function rawOperations(): { rawSign: () => unknown; rawVerify: () => unknown } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const publicKey = createPublicKey(key);
  const data = new Uint8Array(64).fill(1);
  const signature = sign(null, data, key);
  return { rawSign: () => sign(null, data, key), rawVerify: () => verify(null, data, publicKey, signature) };
}

function withRatios(row: Row): object {
  return {
    ...row,
    proofsOverReference: row.reference / row.proofs,
    serviceOverReference: row.reference / row.service,
    ofRaw: row.raw / row.proofs,
  };
}

function tableOf(rows: readonly Row[]): string {
  const head = [
    '| document | bytes | act | times the reference stack | the same, all checks | % of raw Ed25519 | reference µs | ours µs | ours, all checks µs |',
    '|---|---|---|---|---|---|---|---|---|',
  ];
  const lines = rows.map((row) =>
    [
      '',
      row.document,
      row.bytes,
      row.act,
      `${(row.reference / row.proofs).toFixed(2)} ×`,
      `${(row.reference / row.service).toFixed(2)} ×`,
      `${((100 * row.raw) / row.proofs).toFixed(1)} %`,
      row.reference.toFixed(0),
      row.proofs.toFixed(0),
      row.service.toFixed(0),
      '',
    ]
      .join(' | ')
      .trim(),
  );
  return [heading(), '', ...head, ...lines].join('\n');
}

function heading(): string {
  return `Machine: ${machine()}. Medians of 15 interleaved rounds in one process.`;
}

function writeInto(file: string, name: string, table: string): void {
  const text = readFileSync(file, 'utf8');
  const pattern = new RegExp(`(<!-- ${name}:start -->\\n)[\\s\\S]*?(<!-- ${name}:end -->)`);
  if (!pattern.test(text)) throw new Error(`${file} has no markers ${name}`);
  writeFileSync(file, text.replace(pattern, `$1\n${table}\n\n$2`));
}

await main();
