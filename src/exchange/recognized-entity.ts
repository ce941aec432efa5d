/**
 * VerifierAccreditation and RecognitionArrangement as W3C *Recognized Entities v1.0* has it (Working Draft, editors' text of
 * 2026-08-02, sections *RecognizedEntity*, *RecognizedAction*, *RecognizedEntityCredential*). The draft names its terms and, in its
 * appendix on UNTP, the context of its own; it gives them no other IRIs yet.
 */
import type { JsonObject } from '../base/json.ts';
import { V2_CONTEXT } from '../credentials/contexts.ts';
import { issuerOf, subjectOf, typeOf } from '../credentials/credential.ts';
import { profileOfType } from '../credentials/profiles/profile-table.ts';
import { carry, evidenceOf, type Loss, lossOf, type Rendering, renderingId } from './rendering.ts';

const RECOGNIZED_ENTITIES_CONTEXT = 'https://www.w3.org/ns/credentials/recognized-entities/v1';

/** What the recognised party may put its name to, and by which act. */
const ACTIONS: Readonly<Record<string, { readonly action: string; readonly output: string }>> = {
  VerifierAccreditation: { action: 'issue', output: 'VerificationStatement' },
  RecognitionArrangement: { action: 'recognize', output: 'VerifierAccreditation' },
};

const SCOPE = ['scopes', 'levels', 'programmes', 'territory'];
const CONDITIONS = ['kind', 'direction', 'conditions'];
const DETAILS = [
  ...['accreditationId', 'accreditationBodyCountry', 'verifierCountry', 'legalBasis', 'standards'],
  ...['effectiveDate', 'expiryDate', 'firstGranted', 'arrangement', 'instrument', 'supersedes'],
];

/**
 * One credential in the draft's form. `others` are the credentials in hand: an arrangement about the issuer is what its
 * `recognizedIn` points at, for a holder to staple. Nothing for a credential of another type.
 */
export function toRecognizedEntity(credential: JsonObject, others: readonly JsonObject[]): Rendering | undefined {
  const subject = subjectOf(credential);
  const issuer = issuerOf(credential);
  const act = ACTIONS[typeOf(credential) ?? ''];
  if (subject === undefined || issuer === undefined || act === undefined) return undefined;
  const { validFrom, validUntil, credentialStatus } = credential;
  const losses: readonly Loss[] = [
    { key: 'unsigned', members: ['/proof'], carried: false },
    { key: 'recognized-entity.past', members: ['/validFrom', '/validUntil', '/credentialStatus'], carried: false },
    ...lossOf('recognized-entity.scope', subject, SCOPE, true),
    ...lossOf('recognized-entity.conditions', subject, CONDITIONS, true),
    ...lossOf('recognized-entity.details', subject, DETAILS, true),
  ];
  const document: JsonObject = {
    '@context': [V2_CONTEXT, RECOGNIZED_ENTITIES_CONTEXT],
    id: renderingId(credential, 'recognized-entity'),
    type: ['VerifiableCredential', 'RecognizedEntityCredential'],
    issuer: { id: issuer, type: 'RecognizedIssuer', ...recognizedIn(issuer, others) },
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(validUntil === undefined ? {} : { validUntil }),
    ...(credentialStatus === undefined ? {} : { credentialStatus }),
    credentialSubject: [
      {
        id: subject['id'] ?? '',
        type: 'RecognizedEntity',
        recognizedTo: [
          {
            type: 'RecognizedAction',
            action: act.action,
            recognizedBy: issuer,
            outputValidation: schemaOf(act.output),
            ...carry(subject, [...SCOPE, ...CONDITIONS, ...DETAILS]),
          },
        ],
      },
    ],
    ...evidenceOf([credential]),
  };
  return { document, losses };
}

function schemaOf(type: string): JsonObject {
  const profile = profileOfType(type);
  return { id: profile?.schemaUrl ?? '', type: 'JsonSchema', digestMultibase: profile?.schemaDigest ?? '' };
}

/** Where the issuer itself is recognised: the draft takes one place, so the arrangement of the smallest id is named. */
function recognizedIn(issuer: string, others: readonly JsonObject[]): JsonObject {
  const [first] = others
    .filter((other) => typeOf(other) === 'RecognitionArrangement' && subjectOf(other)?.['id'] === issuer)
    .sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
  if (first === undefined) return {};
  return { recognizedIn: { id: renderingId(first, 'recognized-entity'), type: 'RecognizedEntityCredential' } };
}
