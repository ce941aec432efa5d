/**
 * The suites with selective disclosure against the vectors that their standards publish (test/vectors, with source): canonical forms,
 * labels, hashes, base and derived proofs. Their types have no profile here, so they are read as a conformance instance would.
 */
import { readFileSync } from 'node:fs';
import { createHmacIdLabelMapFunction, createHmac as libraryHmac } from '@digitalbazaar/di-sd-primitives';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { loadContexts } from '../../../src/credentials/contexts.ts';
import type { KeyType, Signer } from '../../../src/crypto/signer.ts';
import { sha256Hex } from '../../../src/formats/digest.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import type { DisclosureStage } from '../../../src/proofs/disclosure-value.ts';
import { createResolverDouble, didDocumentOf } from '../../support/data-integrity.ts';

interface Vector {
  readonly cryptosuite: 'ecdsa-sd-2023' | 'bbs-2023';
  readonly name: string;
  readonly keys: { readonly hmacKeyHex: string };
  readonly canonicalDocument: string;
  readonly labelledDocument: string;
  readonly canonicalProofOptions: string;
  readonly selectivePointers: readonly string[];
  readonly mandatory: readonly (readonly [number, string])[];
  readonly proofHash: string;
  readonly mandatoryHash: string;
  readonly base: JsonObject & { readonly proof: JsonObject };
  readonly revealed: JsonObject & { readonly proof: JsonObject };
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8'));
const vectors = read('selective-disclosure') as readonly Vector[];
const integrity = createDataIntegrity({ contexts: loadContexts('conformance') });
const NOW = Date.parse('2026-01-01T00:00:00Z');

describe.each(vectors.map((vector) => [`${vector.cryptosuite}, ${vector.name}`, vector] as const))(
  'the published vector %s',
  (_name, vector) => {
    const { base, revealed, selectivePointers } = vector;
    const id = String(base.proof['verificationMethod']);
    const did = id.slice(0, id.indexOf('#'));
    const keyType: KeyType = vector.cryptosuite === 'bbs-2023' ? 'Bls12381G2' : 'P-256';
    const signer: Signer = { id, keyType, publicKeyMultibase: id.slice(id.indexOf('#') + 1), sign: none };
    const resolver = createResolverDouble([didDocumentOf(did, signer)]);
    const outcomes = async (document: JsonObject, stage: DisclosureStage) => {
      const { findings } = await integrity.checkCredentialProofs(document, { resolver, now: NOW, stage });
      return findings
        .filter(({ check }) => check === 'proof.signature' || check === 'proof.form')
        .map(({ outcome, code }) => code ?? outcome);
    };

    it('has the printed canonical form', async () => {
      const { proof: _, ...document } = base;
      expect(await integrity.canonicalise(document)).toBe(vector.canonicalDocument);
    });

    it('has the printed labels', async () => {
      const hmac = await libraryHmac({ key: new Uint8Array(Buffer.from(vector.keys.hmacKeyHex, 'hex')) });
      const names = [...new Set(vector.canonicalDocument.match(/_:c14n\d+/g))].map((name) => name.slice(2));
      const byHmac = await createHmacIdLabelMapFunction({ hmac })({
        canonicalIdMap: new Map(names.map((name) => [name, name])),
      });
      const order = [...byHmac.values()].sort();
      const labelOf = (name: string): string => {
        const label = byHmac.get(name) ?? '';
        return vector.cryptosuite === 'bbs-2023' ? `b${order.indexOf(label)}` : label;
      };
      const relabelled = vector.canonicalDocument.replaceAll(/_:(c14n\d+)/g, (_, name: string) => `_:${labelOf(name)}`);
      expect(relabelled.trimEnd().split('\n').sort()).toEqual(vector.labelledDocument.trimEnd().split('\n'));
    });

    it('has the printed hashes', () => {
      expect(sha256Hex(vector.canonicalProofOptions)).toBe(vector.proofHash);
      expect(sha256Hex(vector.mandatory.map(([, statement]) => statement).join(''))).toBe(vector.mandatoryHash);
    });

    it('has a good base proof, which no verifier takes', async () => {
      expect(await outcomes(base, 'base')).toEqual(['passed', 'passed']);
      expect(await outcomes(base, 'presented')).toEqual(['PROOF_VERIFICATION_ERROR']);
      expect(await outcomes({ ...base, validFrom: '2020-01-01T00:00:00Z' }, 'base')).toEqual([
        'passed',
        'PROOF_VERIFICATION_ERROR',
      ]);
    });

    it('has a good derived proof', async () => {
      expect(await outcomes(revealed, 'presented')).toEqual(['passed', 'passed']);
      expect(await outcomes({ ...revealed, validFrom: '2020-01-01T00:00:00Z' }, 'presented')).toEqual([
        'passed',
        'PROOF_VERIFICATION_ERROR',
      ]);
    });

    it('is derived from to the printed document', async () => {
      const derived = await integrity.deriveCredential(base, { selectivePointers });
      const { proof: _, ...shown } = derived;
      const { proof: __, ...printed } = revealed;
      expect(shown).toEqual(printed);
      expect(await outcomes(derived, 'presented')).toEqual(['passed', 'passed']);
    });
  },
);

async function none(): Promise<Uint8Array> {
  return new Uint8Array();
}
