/**
 * Do our credentials verify with independent implementations, and theirs here? Prints a table; exit 0 when every implementation
 * answered and every answer was right, 1 when one was wrong, 2 when one could not be had. See docs/interop.md.
 *
 * npm run interop [-- --keep]      --keep writes test/kept/0.1.0 and test/kept/foreign anew
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../src/base/json.ts';
import { changeOneValue, KEPT } from '../test/support/kept.ts';
import { type Case, createCases, seedOf } from './interop/cases.ts';
import {
  type Command,
  IMPLEMENTATIONS,
  type Implementation,
  issueForeign,
  verifyForeign,
  versionsOf,
} from './interop/foreign.ts';
import { createOurs, type Ours } from './interop/ours.ts';

const RELEASE = '0.1.0';

/** What one implementation and ours said of one credential. */
interface Row {
  readonly name: string;
  /** Ours, checked there. */
  readonly there: boolean;
  /** Ours with one value changed: whether it was refused there. */
  readonly thereRefused: boolean;
  /** Theirs, checked here. */
  readonly here: boolean;
  /** Theirs with one value changed: whether it was refused here with PROOF_VERIFICATION_ERROR. */
  readonly hereRefused: boolean;
  /** Whether they, signing our document with our key, get our signature to the byte. */
  readonly sameProof: boolean;
}

interface Run {
  readonly command: Command;
  readonly name: string;
  readonly ours: Ours;
  readonly cases: readonly Case[];
  readonly folder: string;
  readonly contexts: string;
}

async function writeAll(folder: string, documents: readonly JsonObject[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    documents.map(async (document, at) => {
      const file = join(folder, `${at}.json`);
      await writeFile(file, JSON.stringify(document));
      return file;
    }),
  );
}

/** Signed there, one document at a time, since each case has its own key and its own instant. */
async function issueThere({ command, contexts, cases, folder }: Run, seed: (one: Case) => Uint8Array) {
  const files = await writeAll(
    join(folder, 'unsigned'),
    cases.map(({ unsigned }) => unsigned),
  );
  const issued: JsonObject[] = [];
  for (const [at, one] of cases.entries()) {
    const more = await issueForeign(command, contexts, {
      seed: seed(one),
      created: one.created,
      files: files.slice(at, at + 1),
    });
    issued.push(...more);
  }
  return issued;
}

const proofValueOf = (document: JsonObject | undefined) =>
  (document?.['proof'] as JsonObject | undefined)?.['proofValue'];

async function compare(run: Run): Promise<{ readonly rows: Row[]; readonly theirs: JsonObject[] }> {
  const { command, contexts, cases, folder, ours, name } = run;
  const signed = await Promise.all(cases.map((one) => ours.issue(one)));
  const there = await verifyForeign(command, contexts, await writeAll(join(folder, 'ours'), signed));
  const twins = await writeAll(join(folder, 'twins'), signed.map(changeOneValue));
  const thereTwins = await verifyForeign(command, contexts, twins);
  const theirs = await issueThere(run, (one) => seedOf(`foreign ${name}`, one.issuer));
  const same = await issueThere(run, (one) => seedOf(RELEASE, one.issuer));
  const rows = await Promise.all(
    cases.map(async (one, at): Promise<Row> => {
      const document = theirs[at] ?? {};
      return {
        name: one.name,
        there: there[at]?.verified === true,
        thereRefused: thereTwins[at]?.verified === false,
        here: (await ours.verify(document)) === 'passed',
        hereRefused: (await ours.verify(changeOneValue(document))) === 'PROOF_VERIFICATION_ERROR',
        sameProof: proofValueOf(same[at]) === proofValueOf(signed[at]),
      };
    }),
  );
  return { rows, theirs };
}

const mark = (good: boolean) => (good ? 'ok' : 'WRONG');

function printRows(rows: readonly Row[]): void {
  const head = ['credential', 'ours there', 'changed', 'theirs here', 'changed', 'same proofValue'];
  const body = rows.map((row) => [
    row.name,
    mark(row.there),
    row.thereRefused ? 'refused' : 'WRONG',
    mark(row.here),
    row.hereRefused ? 'refused' : 'WRONG',
    row.sameProof ? 'yes' : 'WRONG',
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...body.map((cells) => cells[at]?.length ?? 0)));
  for (const cells of [head, ...body]) {
    console.log(`  ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd());
  }
}

const isRight = (row: Row) => row.there && row.thereRefused && row.here && row.hereRefused && row.sameProof;

async function keep(folder: string, cases: readonly Case[], documents: readonly JsonObject[]): Promise<void> {
  await mkdir(join(KEPT, folder), { recursive: true });
  for (const [at, { name }] of cases.entries()) {
    await writeFile(join(KEPT, folder, `${name}.json`), `${JSON.stringify(documents[at], null, 2)}\n`);
  }
}

/** 0, 1 or 2, as at the top of this file. */
async function tryOne(implementation: Implementation, run: Omit<Run, 'command' | 'name'>, keeping: boolean) {
  const command = await implementation.prepare();
  if (command === undefined) {
    console.log(`\n${implementation.name}: not run. ${implementation.remedy}`);
    return 2;
  }
  const versions = Object.entries(await versionsOf(command)).map(([name, version]) => `${name} ${version}`);
  console.log(`\n${implementation.name}: ${versions.join(', ')}`);
  const { rows, theirs } = await compare({ ...run, command, name: implementation.name });
  printRows(rows);
  if (keeping) await keep(join('foreign', implementation.name), run.cases, theirs);
  return rows.every(isRight) ? 0 : 1;
}

async function main(keeping: boolean): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'proofprint-interop-'));
  try {
    const ours = createOurs(RELEASE);
    const cases = createCases(RELEASE);
    const contexts = join(folder, 'contexts.json');
    await writeFile(contexts, JSON.stringify(ours.contexts));
    if (keeping) await keep(RELEASE, cases, await Promise.all(cases.map((one) => ours.issue(one))));
    const outcomes: number[] = [];
    for (const implementation of IMPLEMENTATIONS) {
      outcomes.push(
        await tryOne(implementation, { ours, cases, contexts, folder: join(folder, implementation.name) }, keeping),
      );
    }
    return outcomes.includes(1) ? 1 : Math.max(...outcomes);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.includes('--keep'));
