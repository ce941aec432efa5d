/**
 * `vc+jwt` (Securing Verifiable Credentials using JOSE and COSE 1.0, section 3.1): the credential is the payload of a compact JWS. The
 * checks of the header are ours, since a JWS library believes what a header says of itself (docs/threats.md, section 5.9); the
 * arithmetic is done twice, by the library and by us, with the key that our own retrieval vetted.
 */
import { compactVerify } from 'jose';
import { ServiceError } from '../base/error.ts';
import { type Finding, failed, passed, skipped } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import { createEnvelope, type OpenedEnvelope } from '../credentials/envelope.ts';
import { CLOCK_SKEW_MS } from '../credentials/validity-period.ts';
import { ALGORITHMS } from '../crypto/algorithms.ts';
import type { KeyType, Signer } from '../crypto/signer.ts';
import type { DidResolver } from '../dids/resolver.ts';
import { retrieveVerificationMethod } from '../dids/verification-method.ts';
import { decodeBase64url, encodeBase64url } from '../formats/multibase.ts';
import type { ProofReport } from './check-proofs.ts';
import type { VettedKey } from './library.ts';

/** What a key of each type may be used with, first the name that is written (RFC 7518, RFC 8037, RFC 9864). */
const ALGS: Readonly<Record<KeyType, readonly string[]>> = {
  Ed25519: ['EdDSA', 'Ed25519'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
};
/** Members by which a token would bring its own key, or change how it is read. */
const REFUSED_MEMBERS = ['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'b64', 'crit'];
/** Characters of a `kid`. */
const LONGEST_KID = 512;

/** The envelope of a credential, signed. Errors: whatever the signer throws; PROOF_GENERATION_ERROR for bytes that are no signature. */
export async function envelopCredential(unsecured: JsonObject, signer: Signer): Promise<JsonObject> {
  const header = { alg: ALGS[signer.keyType][0], cty: 'vc', kid: signer.id, typ: 'vc+jwt' };
  const part = (value: object): string => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)));
  const input = `${part(header)}.${part(unsecured)}`;
  const signature = await signer.sign({ data: new TextEncoder().encode(input) });
  if (signature.length !== ALGORITHMS[signer.keyType].signatureBytes) {
    throw new ServiceError('PROOF_GENERATION_ERROR', 'the signer answered bytes that are no signature');
  }
  return createEnvelope(`${input}.${encodeBase64url(signature)}`);
}

/** Everything about the token of an opened envelope, and that it is by a key of the issuer. Never throws. */
export async function checkEnvelope(
  opened: OpenedEnvelope,
  { resolver, now }: { readonly resolver: DidResolver; readonly now: number },
): Promise<ProofReport> {
  const { header, document } = opened;
  const form = checkHeader(header, opened.issuedAt, now);
  if (form.outcome !== 'passed') return { findings: [form], controllers: [], keys: [], seen: [] };
  const method = header['kid'];
  const retrieved = await retrieveVerificationMethod(resolver, { method, relationship: 'assertionMethod', now });
  const seen = retrieved.seen === undefined ? [] : [retrieved.seen];
  if (!retrieved.ok) {
    const findings = [form, { ...retrieved.finding, pointer: '/id' }, skipped('proof.signature', NO_KEY, AT)];
    return { findings, controllers: [], keys: [], seen };
  }
  const { key } = retrieved;
  const signature = await checkToken(opened, key);
  const held = signature.outcome === 'passed';
  const findings = [form, passed('proof.key', AT), signature, checkIssuer(document, key.controller, held)];
  const keys = [{ method: key.id, publicKeyMultibase: key.publicKeyMultibase, created: opened.issuedAt }];
  return held ? { findings, controllers: [key.controller], keys, seen } : { findings, controllers: [], keys: [], seen };
}

const AT = { pointer: '/id' };
const NO_KEY = 'there is no key to check it with';

/** RFC 8725, sections 3.1, 3.10 and 3.11: what the header says of itself is held to what such a token must say. */
function checkHeader(header: JsonObject, issuedAt: number | undefined, now: number): Finding {
  const { typ, cty, kid, alg } = header;
  const refuse = (detail: string): Finding => failed('proof.form', 'PROOF_VERIFICATION_ERROR', detail, AT);
  if (typ !== 'vc+jwt') return refuse('the type of the token is not vc+jwt');
  if (cty !== undefined && cty !== 'vc') return refuse('the content of the token is not a vc');
  const stranger = REFUSED_MEMBERS.find((name) => Object.hasOwn(header, name));
  if (stranger !== undefined) return refuse(`a header with ${stranger} is not taken`);
  if (typeof kid !== 'string' || kid.length > LONGEST_KID) return refuse('the token names no key');
  if (issuedAt !== undefined && issuedAt - now > CLOCK_SKEW_MS) return refuse('made in the future');
  const known = Object.values(ALGS).some((names) => names.includes(String(alg)));
  return known ? passed('proof.form', AT) : refuse('not an algorithm that is taken');
}

async function checkToken(
  { token, header }: OpenedEnvelope,
  key: Pick<VettedKey, 'keyType' | 'bytes'>,
): Promise<Finding> {
  const bad = failed('proof.signature', 'PROOF_VERIFICATION_ERROR', 'the signature does not match the token', AT);
  const algorithms = ALGS[key.keyType];
  if (!algorithms.includes(String(header['alg']))) {
    return failed('proof.signature', 'PROOF_VERIFICATION_ERROR', 'the algorithm is not that of the key', AT);
  }
  const [head, body, tail] = token.split('.');
  const signature = decodeBase64url(tail, 200);
  const handle = ALGORITHMS[key.keyType].publicKeyObject(key.bytes);
  if (signature === undefined || handle === undefined) return bad;
  if (!ALGORITHMS[key.keyType].verify(key.bytes, new TextEncoder().encode(`${head}.${body}`), signature)) return bad;
  try {
    await compactVerify(token, handle, { algorithms: [...algorithms] });
    return passed('proof.signature', AT);
  } catch {
    return bad;
  }
}

function checkIssuer(document: JsonObject, controller: string, held: boolean): Finding {
  const { issuer } = document;
  const named = typeof issuer === 'object' && issuer !== null ? (issuer as JsonObject)['id'] : issuer;
  return held && named === controller
    ? passed('proof.issuer', { pointer: '/issuer' })
    : failed('proof.issuer', 'PROOF_VERIFICATION_ERROR', 'no good proof is by a key of this party', {
        pointer: '/issuer',
      });
}
