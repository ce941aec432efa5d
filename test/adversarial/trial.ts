/** One trial: one form of one case on one surface. Builders make them; run.ts runs and judges them. */
import type { JsonObject } from '../../src/base/json.ts';
import type { Answer } from './answer.ts';
import type { Case } from './case.ts';
import {
  askCliToIssue,
  askToIssue,
  CREDENTIAL_SURFACES,
  type CredentialSurface,
  handIn,
  type Specimen,
} from './surfaces.ts';
import type { World } from './world.ts';

export interface Trial {
  readonly form: string;
  readonly surface: string;
  run(): Promise<Answer>;
  /** Where this form has another answer than its case: an honest neighbour, or one named in `also`. */
  readonly expected?: TrialExpectation;
  /** The securing mechanism or protocol is not offered: a clean refusal is all that is asked, and it is counted apart. */
  readonly notOffered?: true;
  /** The mechanism it runs under beside the case's own. */
  readonly mechanism?: string;
}

export interface TrialExpectation {
  readonly verdict: 'accept' | 'refuse';
  /** Named as in the cases. None given: any reason. */
  readonly types?: readonly string[];
  readonly http?: readonly number[];
  /** Milliseconds, where less than a second is asked. */
  readonly within?: number;
}

export type Builder = (world: World, given: Case) => Promise<readonly Trial[]>;

/** A credential on every surface that takes one. */
export function credentialTrials(
  world: World,
  given: Specimen,
  options: { readonly surfaces?: readonly CredentialSurface[]; readonly expected?: TrialExpectation } = {},
): Trial[] {
  return (options.surfaces ?? CREDENTIAL_SURFACES).map((surface) => ({
    form: given.form,
    surface,
    run: () => handIn(world, surface, given),
    ...(options.expected === undefined ? {} : { expected: options.expected }),
  }));
}

/** An unsigned credential at both ways to have it signed; `make` writes it for the DID of the issuer that is asked. */
export function issueTrials(
  world: World,
  form: string,
  make: (issuer: string) => string | Uint8Array,
  expected?: TrialExpectation,
): Trial[] {
  const more = expected === undefined ? {} : { expected };
  return [
    { form, surface: 'issue', run: () => askToIssue(world, make(world.maker.did)), ...more },
    { form, surface: 'cli issue', run: () => askCliToIssue(world, make(world.issuing.did)), ...more },
  ];
}

export const under = (mechanism: string, trials: readonly Trial[]): Trial[] =>
  trials.map((trial) => ({ ...trial, mechanism }));

/** Without what the service adds itself. */
export function asRequested({ id: _, credentialStatus: _status, ...rest }: JsonObject): JsonObject {
  return rest;
}

/** Trials of a hand-written act that answers with problems found, none of them when all is as it should be. */
export function checked(form: string, surface: string, act: () => Promise<readonly string[]>): Trial {
  return {
    form,
    surface,
    run: async () => {
      const started = performance.now();
      const breaches = await act();
      return { outcome: 'accepted', types: [], milliseconds: performance.now() - started, breaches };
    },
    expected: { verdict: 'accept', within: Number.POSITIVE_INFINITY },
  };
}
