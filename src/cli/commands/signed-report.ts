/** Comparing a report that was made again with the one that a relying party signed (docs/trust.md, section 6). */
import { ServiceError } from '../../base/error.ts';
import { asArray, isObject, type JsonObject } from '../../base/json.ts';
import { digestOfJson } from '../../formats/digest.ts';
import type { Verification } from '../../services/verifier/verifier.ts';
import { type DocumentChecker, EXIT, type Terminal } from '../command.ts';
import { readDocument } from '../documents.ts';

/** What was signed, as far as it says what to ask. Not verified yet. */
export interface SignedReport {
  readonly credential: JsonObject;
  readonly at: string | undefined;
  readonly regimes: string[];
}

export interface Comparison {
  /** The reports are the same, byte for byte. */
  readonly same: boolean;
  readonly verification: Verification;
}

/** The file may hold the credential or the answer that brought it. Errors: MALFORMED_VALUE_ERROR for any other type. */
export async function readSignedReport(path: string, terminal: Terminal): Promise<SignedReport> {
  const document = await readDocument(path, terminal);
  const inner = document['verifiableCredential'];
  const credential = document['type'] === undefined && isObject(inner) ? inner : document;
  const subject = credential['credentialSubject'];
  if (!asArray(credential['type']).includes('VerificationReport') || !isObject(subject))
    throw new ServiceError('MALFORMED_VALUE_ERROR', `${path} holds no VerificationReport`);
  const { at, results } = subject;
  const regimes = asArray(results).map((one) => (isObject(one) ? one['regime'] : undefined));
  return {
    credential,
    at: typeof at === 'string' ? at : undefined,
    regimes: regimes.filter((one) => typeof one === 'string'),
  };
}

export async function compareReports(
  { credential }: SignedReport,
  report: JsonObject,
  checker: DocumentChecker,
): Promise<Comparison> {
  const subject = credential['credentialSubject'] as JsonObject;
  return {
    same: subject['reportDigest'] === digestOfJson(report),
    verification: await checker.verifyCredential(credential),
  };
}

const WORDS = {
  same: { en: 'The report is the one that was signed', ko: '서명된 평가 보고서와 같습니다' },
  other: { en: 'The report is NOT the one that was signed', ko: '서명된 평가 보고서와 같지 않습니다' },
  accepted: { en: 'the signature is good', ko: '서명이 확인되었습니다' },
  rejected: { en: 'the signed report is NOT verified', ko: '서명된 보고서가 확인되지 않았습니다' },
  undetermined: {
    en: 'the signed report could not be checked to the end',
    ko: '서명된 보고서를 끝까지 확인하지 못했습니다',
  },
} as const;

export function describeComparison({ same, verification }: Comparison, { language }: Terminal): string {
  return `${WORDS[same ? 'same' : 'other'][language]}; ${WORDS[verification.verdict][language]}.\n`;
}

/** Another report or a bad signature refuses, whatever the evaluation says. */
export function exitOfComparison({ same, verification }: Comparison, evaluated: number): number {
  if (!same || verification.verdict === 'rejected') return EXIT.refused;
  return verification.verified || evaluated === EXIT.refused ? evaluated : EXIT.undetermined;
}
