import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { checkCredentialForm } from '../../../src/credentials/credential.ts';
import { contexts, schemas } from '../../support/credential-dependencies.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

const claim = [...exampleCredentials('steel-coil').values()].find(({ type }) =>
  (type as readonly string[]).includes('CarbonFootprintClaim'),
) as JsonObject;
const judge = (document: JsonObject) => {
  const findings = checkCredentialForm(document, { contexts, schemas });
  return verdictOf(findings) === 'accepted'
    ? ['accepted']
    : findings.map(({ check, code, pointer }) => `${check} ${code} ${pointer}`);
};
const within = (member: string, more: object): JsonObject => ({
  ...claim,
  [member]: { ...((Array.isArray(claim[member]) ? claim[member][0] : claim[member]) as JsonObject), ...more },
});

describe('what is not known here', () => {
  it('is told from what is known', () => {
    expect(judge(claim)).toEqual(['accepted']);
  });

  it('is refused by its own code: a kind of status', () => {
    expect(judge(within('credentialStatus', { type: 'StatusList2099Entry' }))).toEqual([
      'status.type STATUS_UNSUPPORTED /credentialStatus',
    ]);
    expect(judge(within('credentialStatus', { statusPurpose: 'message' }))).toEqual([
      'status.type STATUS_UNSUPPORTED /credentialStatus',
    ]);
  });

  it('is refused by its own code: a kind of schema', () => {
    for (const type of ['JsonSchemaCredential', 'ShapeSchema2099']) {
      expect(judge(within('credentialSchema', { type }))).toEqual(['schema.type SCHEMA_UNSUPPORTED /credentialSchema']);
    }
    expect(judge(within('credentialSchema', { type: 7 }))[0]).toMatch(/^schema MALFORMED_VALUE_ERROR/);
  });
});
