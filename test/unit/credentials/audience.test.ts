import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { pointersFor, shownBeyond } from '../../../src/credentials/audience.ts';
import { findProfile, type Profile } from '../../../src/credentials/profiles/profile-table.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

const shown = (
  key: string,
  example: 'steel-coil' | 'battery-cell',
  audience: 'public' | 'buyer' | 'declarant' | 'verifier',
) => {
  const document = exampleCredentials(example).get(key) as JsonObject;
  return pointersFor(audience, document, findProfile(document) as Profile);
};

describe('what an audience is shown beside the core', () => {
  it('is nothing for the public and for a buyer', () => {
    for (const audience of ['public', 'buyer'] as const) {
      expect(shown('claim:coil', 'steel-coil', audience)).toEqual([]);
      expect(shown('statement:cell', 'battery-cell', audience)).toEqual([]);
    }
  });

  it('is what the verified precursors were for a declarant, and no quantity', () => {
    expect(shown('claim:coil', 'steel-coil', 'declarant')).toEqual([]);
    expect(shown('statement:cell', 'battery-cell', 'declarant')).toEqual(['/credentialSubject/upstreamReliance']);
  });

  it('is all there is for the verification body', () => {
    expect(shown('claim:coil', 'steel-coil', 'verifier')).toEqual(
      expect.arrayContaining(['/credentialSubject/goods/0/quantity', '/credentialSubject/blinding']),
    );
  });

  it('never points at what is not there', () => {
    const document = exampleCredentials('steel-coil').get('claim:coil-pcf') as JsonObject;
    expect(pointersFor('verifier', document, findProfile(document) as Profile)).toEqual([]);
  });
});

describe('what a document shows beyond an audience', () => {
  const beyond = (key: string, audience: 'public' | 'buyer' | 'declarant' | 'verifier') => {
    const document = exampleCredentials('steel-coil').get(key) as JsonObject;
    return shownBeyond(audience, document, findProfile(document) as Profile);
  };

  it('is every quantity for all but the verification body, and never blinding by itself', () => {
    for (const audience of ['public', 'buyer', 'declarant'] as const) {
      expect(beyond('claim:coil', audience)).toContain('/credentialSubject/goods/0/quantity');
      expect(beyond('claim:coil', audience)).not.toContain('/credentialSubject/blinding');
      expect(beyond('claim:coil-pcf', audience)).toEqual([]);
    }
    expect(beyond('claim:coil', 'verifier')).toEqual([]);
  });
});
