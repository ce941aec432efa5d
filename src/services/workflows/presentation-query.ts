/**
 * Verifiable presentation requests (VCALM 1.0, section 3.4): what a step may ask for, and whether what was presented answers it. Held
 * against the very credentials that were verified.
 */
import { z } from 'zod';
import { type Finding, failed } from '../../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { typesOf } from '../../credentials/credential-members.ts';
import { idOf } from '../../credentials/token.ts';

const Name = z.string().min(1).max(200);
const Names = z.union([Name, z.array(Name).min(1).max(20)]);
const Suites = z.array(z.strictObject({ cryptosuite: Name })).max(20);

const CredentialQuery = z.strictObject({
  reason: z.string().max(500).optional(),
  required: z.boolean().optional(),
  example: z.strictObject({
    '@context': Names.optional(),
    type: Names,
    credentialSubject: z.strictObject({ id: Name.optional(), type: Names.optional() }).optional(),
  }),
  acceptedIssuers: z
    .array(z.union([Name, z.strictObject({ id: Name })]))
    .max(100)
    .optional(),
  acceptedCryptosuites: Suites.optional(),
});
const Query = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('DIDAuthentication'),
    acceptedMethods: z
      .array(z.strictObject({ method: Name }))
      .max(20)
      .optional(),
    acceptedCryptosuites: Suites.optional(),
  }),
  z.strictObject({
    type: z.literal('QueryByExample'),
    /** Queries of one group are alternatives. */
    group: Name.optional(),
    credentialQuery: z.union([CredentialQuery, z.array(CredentialQuery).min(1).max(20)]),
  }),
]);

/** A request without challenge and domain, which are ours to choose. */
export const PresentationRequest = z.strictObject({ query: z.union([Query, z.array(Query).min(1).max(20)]) });
type Request = z.infer<typeof PresentationRequest>;
type CredentialQuery = z.infer<typeof CredentialQuery>;

/** What a verified presentation holds: who presented, and each credential as it was read, envelopes opened. */
export interface Presented {
  readonly holder: string | undefined;
  readonly credentials: readonly JsonObject[];
}

/** Whether a credential is asked for, and not only who presents. */
export function wantsCredentials(request: JsonObject): boolean {
  const { query } = PresentationRequest.parse(request) as Request;
  return [query].flat().some(({ type }) => type === 'QueryByExample');
}

/** What is missing, as findings; nothing when all that was asked for is there. */
export function unanswered(request: JsonObject, presented: Presented): readonly Finding[] {
  const { query } = PresentationRequest.parse(request) as Request;
  const groups = new Map<string, boolean>();
  const findings: Finding[] = [];
  for (const [place, one] of [query].flat().entries()) {
    if (one.type === 'DIDAuthentication') {
      findings.push(...checkMethod(one.acceptedMethods, presented.holder));
      continue;
    }
    const wanted = [one.credentialQuery].flat().filter(({ required }) => required !== false);
    const found = wanted.every((each) => presented.credentials.some((credential) => answers(each, credential)));
    const group = one.group ?? `only ${place}`;
    groups.set(group, groups.get(group) === true || found);
  }
  if ([...groups.values()].some((found) => !found)) {
    const detail = 'something that was asked for is not among what was presented';
    findings.push(failed('presentation.query', 'NOTHING_PRESENTED', detail, { pointer: '/verifiableCredential' }));
  }
  return findings;
}

function checkMethod(
  accepted: readonly { readonly method: string }[] | undefined,
  holder: string | undefined,
): Finding[] {
  const method = /^did:([a-z0-9]+):/.exec(holder ?? '')?.[1];
  if (method !== undefined && (accepted === undefined || accepted.some((one) => one.method === method))) return [];
  return [
    failed('presentation.query', 'HOLDER_MISMATCH', 'the holder has no DID of a method that was asked for', {
      pointer: '/holder',
    }),
  ];
}

function answers({ example, acceptedIssuers, acceptedCryptosuites }: CredentialQuery, credential: JsonObject): boolean {
  const has = (wanted: string | readonly string[] | undefined, given: readonly unknown[]): boolean =>
    [wanted ?? []].flat().every((name) => given.includes(name));
  const subjects = asArray(credential['credentialSubject'] as JsonValue).filter(isObject);
  const { credentialSubject } = example;
  const issuer = idOf(credential['issuer']);
  const suites = asArray(credential['proof'] as JsonValue)
    .filter(isObject)
    .map(({ cryptosuite }) => cryptosuite);
  return (
    has(example.type, typesOf(credential)) &&
    has(example['@context'], asArray(credential['@context'] as JsonValue)) &&
    (credentialSubject === undefined ||
      subjects.some(
        (subject) =>
          has(credentialSubject.type, asArray(subject['type'] as JsonValue)) &&
          (credentialSubject.id === undefined || credentialSubject.id === subject['id']),
      )) &&
    (acceptedIssuers === undefined ||
      acceptedIssuers.some((one) => (typeof one === 'string' ? one : one.id) === issuer)) &&
    (acceptedCryptosuites === undefined || acceptedCryptosuites.some(({ cryptosuite }) => suites.includes(cryptosuite)))
  );
}
