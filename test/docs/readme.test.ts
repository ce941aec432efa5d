import { describe, expect, it } from 'vitest';
import { readBlocks, typeIn } from '../support/documented-commands.ts';
import { ADMIN_TOKEN, startNode } from '../support/node.ts';

/** What the clock of the demonstration network says, on which a stranger walks. */
const NOW = Date.UTC(2027, 3, 15);

describe('README', () => {
  it('walks a stranger from an empty node to a revoked claim', async () => {
    await using node = await startNode({ start: NOW });
    const blocks = await readBlocks('README.md');
    const said = await typeIn(
      blocks.map((block) => ({ ...block, variables: { URL: node.url, ADMIN_TOKEN } })),
      NOW,
    );
    expect(said.get('organisation')).toMatch(/^did:key:z6Mk/);
    expect(Object.fromEntries([...said].slice(1))).toEqual({
      bare: 'eddsa-rdfc-2022',
      claim: '3.12',
      verify: 'verified: true',
      tamper: 'verified: false, code PROOF_VERIFICATION_ERROR',
      revoke: 'changed: true',
      'verify-again': 'verified: false, code REVOKED',
      inspect: 'VerifiableCredential CarbonFootprintClaim',
    });
  }, 120_000);

  it('gives the same commands in both languages', async () => {
    expect(await readBlocks('README.ko.md')).toEqual(await readBlocks('README.md'));
  });
});
