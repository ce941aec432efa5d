import { expect, it } from 'vitest';
import { readBlocks, type Step, typeIn, type Variables } from '../support/documented-commands.ts';
import { ADMIN_TOKEN, START, startNode, type TestNode } from '../support/node.ts';

const GUIDES = [
  'accreditation-body',
  'verification-body',
  'exporter',
  'buyer',
  'wallet-developer',
  'operator',
] as const;
type Guide = (typeof GUIDES)[number];

/** The story that the guides tell together: who does what next. */
const STORY: readonly (readonly [guide: Guide, block: string])[] = [
  ['accreditation-body', 'accredit'],
  ['exporter', 'claim'],
  ['exporter', 'worksheet'],
  ['verification-body', 'check'],
  ['verification-body', 'digests'],
  ['verification-body', 'draft'],
  ['verification-body', 'ask'],
  ['verification-body', 're-add'],
  ['verification-body', 'state'],
  ['verification-body', 'table'],
  ['verification-body', 'undo'],
  ['exporter', 'hold'],
  ['exporter', 'present'],
  ['buyer', 'policy'],
  ['buyer', 'verifier'],
  ['buyer', 'evaluate'],
  ['buyer', 'depends'],
  ['buyer', 'again'],
  ['wallet-developer', 'resolve'],
  ['wallet-developer', 'challenge'],
  ['wallet-developer', 'unsigned'],
  ['accreditation-body', 'past'],
  ['accreditation-body', 'suspend'],
];

async function variablesOf(node: TestNode): Promise<Readonly<Record<Guide, Variables>>> {
  const body = await node.createParty('sample-ab', 'accreditation-body');
  const verifier = await node.createParty('sample-vb', 'verification-body');
  const company = await node.createParty('sample-fasteners', 'company');
  const buyer = await node.createParty('sample-buyer', 'relying-party');
  const everybody = {
    URL: node.url,
    ADMIN_TOKEN,
    ACCREDITATION_BODY_DID: body.did,
    VERIFIER_DID: verifier.did,
    COMPANY_DID: company.did,
  };
  const as = (party: { did: string; token: string }) => ({ ...everybody, DID: party.did, TOKEN: party.token });
  return {
    'accreditation-body': as(body),
    'verification-body': as(verifier),
    exporter: as(company),
    buyer: as(buyer),
    'wallet-developer': as(company),
    operator: everybody,
  };
}

it('tells a story that works: accredit, claim, state, rely, suspend', async () => {
  await using node = await startNode();
  const variables = await variablesOf(node);
  const blocks = new Map<string, string>();
  for (const guide of GUIDES) {
    for (const { name, commands } of await readBlocks(`docs/guides/${guide}.md`))
      blocks.set(`${guide} ${name}`, commands);
  }
  const step = ([guide, name]: (typeof STORY)[number], as = name): Step => ({
    name: as,
    commands: blocks.get(`${guide} ${name}`) ?? 'false',
    variables: variables[guide],
  });
  // No block of a guide is left out of the story.
  expect([...blocks.keys()].sort()).toEqual(STORY.map((entry) => entry.join(' ')).sort());
  const told = STORY.map((entry) => step(entry));
  const said = await typeIn([...told, step(['buyer', 'evaluate'], 'evaluate again')], START);
  expect(Object.fromEntries(said)).toEqual({
    accredit: 'revocation suspension',
    claim: '3.12',
    check: 'true',
    digests: 'CarbonFootprintClaim uEi\nVerifierAccreditation uEi',
    draft: '2026-11-22',
    ask: 'eu-cbam REJECT\niso14067-pcf ACCEPT',
    worksheet: '3.12 16\naccepted',
    're-add': '3.12',
    state: 'unmodified',
    table: 'issued 0, valid 1, refused 0, lines 1\n1 issued, 0 refused',
    undo: 'changed',
    hold: 'CarbonFootprintClaim\nVerificationStatement\nVerifierAccreditation',
    present: 'true',
    policy: 'iso14067-pcf',
    verifier: 'sample-buyer-footprints',
    evaluate: 'ACCEPT',
    depends: '1',
    again: 'request\n0',
    resolve: 'Multikey',
    challenge: 'challenge expires',
    unsigned: 'false PROOF_VERIFICATION_ERROR',
    past: 'VerifiableCredential BitstringStatusListCredential',
    suspend: 'true',
    'evaluate again': 'REJECT',
  });
}, 180_000);

it.each(GUIDES)('%s gives the same commands in both languages', async (guide) => {
  expect(await readBlocks(`docs/guides/${guide}.ko.md`)).toEqual(await readBlocks(`docs/guides/${guide}.md`));
});
