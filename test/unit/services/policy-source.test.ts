import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../../src/base/error.ts';
import { readPolicyObject, readPolicyText } from '../../../src/services/verifier/policy-source.ts';
import { readExample } from '../../support/example-credentials.ts';
import { policyOfExample } from '../../support/worked-examples.ts';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const code = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof ServiceError ? error.code : 'another error';
  }
};

describe('a policy file', () => {
  const policy = policyOfExample(readExample('steel-coil'));

  it('may list as many organisations as the policy takes', () => {
    const [one] = policy['trustedOrganisations'] as readonly object[];
    const trusted = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ ...one, did: `did:web:organisation-${index}.example` }));
    const read = (count: number) =>
      readPolicyObject(readPolicyText(bytes({ ...policy, trustedOrganisations: trusted(count) })));
    expect(read(10_000).trustedOrganisations).toHaveLength(10_000);
    expect(code(() => read(10_001))).toBe('CONFIG_REFUSED');
  });

  it('that is no JSON is the fault of whoever runs the verifier', () => {
    for (const text of ['{"anchors":[', '', '[]', '{"a":1,"a":2}']) {
      expect(code(() => readPolicyText(new TextEncoder().encode(text)))).toBe('CONFIG_REFUSED');
    }
  });
});
