/** The adversarial cases as data: what is changed, when, and what has to be answered. The format is explained beside the cases. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonValue } from '../../src/base/json.ts';
import { PACKAGE_ROOT } from '../../src/credentials/package-files.ts';
import type { Operation } from './operations.ts';

export interface Case {
  readonly id: string;
  readonly layer: string;
  readonly class: string;
  readonly title: string;
  readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'control';
  readonly build: {
    readonly base: string;
    readonly when: string;
    readonly do: string;
    readonly patch?: readonly Operation[];
    readonly path?: string;
    readonly values?: readonly JsonValue[];
  };
  readonly expected: Expected;
  readonly profile?: 'product' | 'conformance';
  readonly source: string;
}

export type CaseVerdict = 'refuse' | 'accept' | 'either' | 'policy' | 'survive' | 'detect' | 'inert' | 'warn';

export interface Expected {
  readonly verdict: CaseVerdict;
  /** A URL, `LOCAL:name` or `oauth:name`. */
  readonly problemType?: string;
  readonly alsoAllowed?: readonly string[];
  readonly http?: readonly number[];
  readonly also?: string;
}

const HERE = join(PACKAGE_ROOT, 'test', 'adversarial');
export const COPY = join(HERE, 'cases.json');
const ELSEWHERE = join(PACKAGE_ROOT, '..', 'shared', 'adversarial', 'cases.json');
/** Where other implementations share the cases; the copy here is used when there is no such place. */
export const SHARED: string | undefined = existsSync(ELSEWHERE) ? ELSEWHERE : undefined;

/** The common cases, then our own of the same format. Errors: Error for an id that stands twice. */
export function loadCases(): readonly Case[] {
  const common = readCases(SHARED ?? COPY);
  const own = readCases(join(HERE, 'own-cases.json'));
  const ids = new Set<string>();
  for (const { id } of [...common, ...own]) {
    if (ids.has(id)) throw new Error(`two cases are called ${id}`);
    ids.add(id);
  }
  return [...common, ...own];
}

export function readCases(file: string): readonly Case[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly Case[] }).cases;
}
