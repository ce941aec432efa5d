/** Layer `issuance`: who may have what signed, and how often (docs/threats.md, section 5.13). */
import type { JsonObject } from '../../../src/base/json.ts';
import { bareCredential, LIST_URL, secured } from '../bases.ts';
import { ask, askCliToIssue, askToIssue } from '../surfaces.ts';
import { type Builder, issueTrials, type Trial } from '../trial.ts';

export const requestFor = (did: string): JsonObject => {
  const { id: _, ...credential } = bareCredential({ issuer: did }).unsecured;
  return credential;
};

/** Every route of an organisation, with a body that is in order, asked for with the token of another one. */
export function organisationRequests(did: string): readonly { method: string; path: string; body?: object }[] {
  const credential = requestFor(did);
  const held = `/holders/maker/credentials/uEiAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`;
  const options = { challenge: 'a challenge of sixteen', domain: 'https://verifier.example' };
  return [
    { method: 'POST', path: '/issuers/maker/credentials/issue', body: { credential } },
    {
      method: 'POST',
      path: '/issuers/maker/credentials/status',
      body: { credentialId: 'urn:uuid:1', statusPurpose: 'revocation', status: true },
    },
    { method: 'GET', path: '/issuers/maker/credentials' },
    { method: 'GET', path: '/issuers/maker/credentials/urn%3Auuid%3A1' },
    { method: 'POST', path: '/holders/maker/credentials', body: { verifiableCredential: credential } },
    { method: 'GET', path: '/holders/maker/credentials' },
    { method: 'GET', path: held },
    { method: 'DELETE', path: held },
    { method: 'POST', path: '/holders/maker/presentations/prove', body: { credentials: ['x'], options } },
    { method: 'POST', path: '/verifiers/maker/evaluations', body: { credentials: [credential] } },
    { method: 'GET', path: '/verifiers/maker/evaluations' },
    { method: 'GET', path: '/verifiers/maker/evaluations/urn%3Auuid%3A1' },
  ];
}

const REFUSED_CALLER = ['LOCAL:forbidden', 'LOCAL:not-found', 'LOCAL:unauthorized'];

const foreignToken: Builder = async (world) => {
  const trials = organisationRequests(world.maker.did).map(
    ({ method, path, body }): Trial => ({
      form: 'the token of another organisation',
      surface: `${method} ${path.replace(/(?<=credentials\/|evaluations\/)(?:u|urn).*/, '{id}')}`,
      run: () => ask(world, method, path, { token: world.other.token, ...(body === undefined ? {} : { body }) }),
      expected: { verdict: 'refuse', types: REFUSED_CALLER, http: [401, 403, 404] },
    }),
  );
  const credential = requestFor(world.other.did);
  trials.push({
    form: 'own token, the DID of another organisation as issuer',
    surface: 'issue',
    run: () => askToIssue(world, JSON.stringify(credential)),
  });
  trials.push({
    form: 'the DID of another party as issuer',
    surface: 'cli issue',
    run: () => askCliToIssue(world, JSON.stringify(credential)),
  });
  return trials;
};

const clientChooses: Builder = async (world) => {
  const entry = {
    type: 'BitstringStatusListEntry',
    statusPurpose: 'revocation',
    statusListIndex: '7',
    statusListCredential: LIST_URL,
  };
  const proof = (await secured(bareCredential()))['proof'] ?? null;
  const members: readonly [string, JsonObject][] = [
    ['credentialStatus of somebody else', { credentialStatus: entry }],
    ['two entries', { credentialStatus: [entry, { ...entry, statusPurpose: 'suspension' }] }],
    ['a proof', { proof }],
    ['an empty proof', { proof: {} }],
    ['an unknown member', { tenant: 'other' }],
    ['an issuer with a name', { issuer: { id: world.maker.did, name: 'Somebody else' } }],
    ['an id that is no urn:uuid', { id: 'https://maker.example/1' }],
    ['validUntil without end', { validUntil: null }],
  ];
  const inCredential = members.flatMap(([form, more]) =>
    issueTrials(world, form, (did) => {
      const issuer = form === 'an issuer with a name' ? { id: did, name: 'Somebody else' } : did;
      return JSON.stringify({ ...requestFor(did), ...more, issuer });
    }),
  );
  const credential = requestFor(world.maker.did);
  const requests: readonly [string, object, readonly string[]][] = [
    ['a tenant beside the credential', { credential, tenant: 'other' }, ['LOCAL:bad-request']],
    ['a state beside the credential', { credential, state: 'issued' }, ['LOCAL:bad-request']],
    [
      'an unknown option',
      { credential, options: { statusListIndex: 7 } },
      ['https://www.w3.org/TR/vcalm#UNKNOWN_OPTION_PROVIDED'],
    ],
    [
      'two ids',
      {
        credential: { ...credential, id: 'urn:uuid:6a1676b8-b51f-41ed-937b-d76685a20ff5' },
        options: { credentialId: 'urn:uuid:6a1676b8-b51f-41ed-937b-d76685a20ff6' },
      },
      ['https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR'],
    ],
  ];
  const inRequest = requests.map(
    ([form, body, types]): Trial => ({
      form,
      surface: 'issue',
      run: () => ask(world, 'POST', '/issuers/maker/credentials/issue', { token: world.maker.token, body }),
      expected: { verdict: 'refuse', types, http: [400] },
    }),
  );
  return [...inCredential, ...inRequest];
};

export const ISSUANCE_BUILDERS: Readonly<Record<string, Builder>> = {
  'VCI-003': foreignToken,
  'VCI-004': clientChooses,
};
