/** Organisations of before tokens had names: the digest of the only one stood in the record. */
import { describe, expect, test } from 'vitest';
import { SCOPES } from '../../../src/base/scope.ts';
import { Overlay, type Writes } from '../../../src/store/overlay.ts';
import type { OrganisationRecord } from '../../../src/store/store.ts';
import { Table } from '../../../src/store/table.ts';
import {
  createToken,
  deleteOrganisation,
  findOrganisation,
  findToken,
  listOrganisations,
  listTokens,
  rotateToken,
  updateOrganisation,
} from '../../../src/store/tables/organisations.ts';

const AT = '2026-01-02T03:04:05Z';
const organisation: OrganisationRecord = {
  slug: 'hanbit-steel',
  name: { ko: '한빛제강', en: 'Hanbit Steel' },
  role: 'company',
  did: 'did:web:hanbit-steel.example',
  createdAt: AT,
  keys: [],
};
const main = { organisation: 'hanbit-steel', name: 'main', digest: 'aa', scopes: SCOPES, createdAt: AT };

/** A store with what an earlier version wrote, members in the order in which it wrote them. */
function older(): Overlay {
  const tx = new Overlay({ get: async () => undefined, range: async () => [] }, 0, 1);
  const { createdAt, keys, ...first } = organisation;
  new Table('organisation').put(tx, ['hanbit-steel'], { ...first, tokenDigest: 'aa', createdAt, keys });
  new Table('organisation-by-token').put(tx, ['aa'], 'hanbit-steel');
  return tx;
}

const kept = ({ writes }: { readonly writes: Writes }): string =>
  JSON.stringify([...writes].filter(([, text]) => text !== undefined));

describe('an organisation from before tokens had names', () => {
  test('opens: its token is called main and may do everything, and its record shows no digest', async () => {
    const tx = older();
    expect(await findOrganisation(tx, 'hanbit-steel')).toEqual(organisation);
    expect(await listOrganisations(tx)).toEqual([organisation]);
    expect(await findToken(tx, 'aa')).toEqual({ organisation, token: main });
    expect(await listTokens(tx, 'hanbit-steel')).toEqual([{ token: main, lastUsed: undefined }]);
  });

  test('is written in the new form with the first change, whichever it is', async () => {
    const changed = older();
    const read = (await findOrganisation(changed, 'hanbit-steel')) ?? organisation;
    await updateOrganisation(changed, { ...read, role: 'register' }, read);
    const extended = older();
    await createToken(extended, { ...main, name: 'ci', digest: 'bb', scopes: ['issue'] });
    for (const tx of [changed, extended]) {
      expect(kept(tx)).not.toContain('tokenDigest');
      expect((await findToken(tx, 'aa'))?.token).toEqual(main);
    }
    expect((await listTokens(extended, 'hanbit-steel')).map(({ token }) => token.name)).toEqual(['ci', 'main']);
  });

  test('its token rotates, and goes with the organisation', async () => {
    const tx = older();
    await rotateToken(tx, 'hanbit-steel', 'main', { digest: 'bb', at: AT });
    expect(await findToken(tx, 'aa')).toBeUndefined();
    expect((await findToken(tx, 'bb'))?.token).toEqual({ ...main, digest: 'bb', rotatedAt: AT });
    const gone = older();
    await deleteOrganisation(gone, 'hanbit-steel');
    expect(await findToken(gone, 'aa')).toBeUndefined();
    expect(kept(gone)).not.toContain('"aa"');
  });
});
