/** The controls of the product: honest documents in every form that is offered, which have to be accepted. */
import { createWorkshop } from '../../../src/app.ts';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { isObject } from '../../../src/base/json.ts';
import { createParty } from '../../support/data-integrity.ts';
import { bareCredential, emissionsClaim, footprintClaim, secured, signedList, statusEntry } from '../bases.ts';
import { DERIVED_MECHANISMS, OTHER_MECHANISMS, securedBy } from '../mechanisms.ts';
import { at, DAY, good, holder, NOW, signerNamed } from '../parties.ts';
import { JUDGING_SURFACES, present, specimen } from '../surfaces.ts';
import { type Builder, credentialTrials, type Trial, under } from '../trial.ts';
import { derivedBbs } from './bbs.ts';
import { everywhere, type Secure } from './everywhere.ts';
import { presentationTrials } from './proof.ts';
import { derivedFrom } from './selective-forms.ts';

const everyForm: Builder = async (world) => {
  const trials = [
    ...credentialTrials(world, specimen('eddsa-rdfc-2022, bare credential', await secured(bareCredential()))),
    ...credentialTrials(world, specimen('eddsa-rdfc-2022, emissions claim', await secured(emissionsClaim()))),
    ...credentialTrials(world, specimen('eddsa-rdfc-2022, footprint claim', await secured(footprintClaim()))),
  ];
  for (const mechanism of OTHER_MECHANISMS) {
    const secure: Secure = (unsecured, party) => securedBy(mechanism, unsecured, {}, party);
    const own = await secure(footprintClaim().unsecured, good);
    trials.push(
      ...under(mechanism.name, [
        ...(await everywhere(world, `${mechanism.name}, bare credential and chain`, secure)),
        ...credentialTrials(world, specimen(`${mechanism.name}, footprint claim`, own)),
      ]),
    );
  }
  const bare = bareCredential({ credentialStatus: statusEntry() }).unsecured;
  for (const mechanism of DERIVED_MECHANISMS) {
    const secure: Secure = (unsecured, party) => securedBy(mechanism, unsecured, {}, party);
    const form = `${mechanism.name}, bare credential and chain`;
    trials.push(...under(mechanism.name, await everywhere(world, form, secure, { bare })));
  }
  const claim = await derivedFrom(emissionsClaim().unsecured, good);
  return [
    ...trials,
    ...(await everywhere(world, 'ecdsa-sd-2023, all that may be withheld withheld', derivedFrom, { bare })),
    ...credentialTrials(world, specimen('ecdsa-sd-2023, emissions claim, all that may be withheld withheld', claim)),
    ...credentialTrials(
      world,
      specimen('bbs-2023, bare credential, all that may be withheld withheld', await derivedBbs()),
    ),
  ];
};

/** Nothing but the text is another: order of members, spaces, escapes. */
export const otherSpelling: Builder = async (world) => {
  const document = await secured(emissionsClaim());
  const escaped = (text: string): string =>
    text.replace(/[A-Za-z](?=[^"]*"[,}\]])/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);
  const texts: readonly [string, string][] = [
    ['members in reverse order', JSON.stringify(reversed(document))],
    ['extra spaces', JSON.stringify(document, null, 7).replaceAll(':', ' :\t')],
    ['escapes', JSON.stringify(document).replace('"Steelworks No. 2"', (text) => escaped(text))],
    ['escaped slashes', JSON.stringify(document).replaceAll('/', '\\/')],
  ];
  return texts.flatMap(([form, text]) => credentialTrials(world, { form, text: fixTimes(text), document }));
};

/** The spaces above stand after every colon, those inside times included. */
const fixTimes = (text: string): string => text.replace(/"[^"\n]*"/g, (found) => found.replaceAll(' :\t', ':'));

function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(reversed);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, inner]): [string, JsonValue] => [name, reversed(inner)]);
  return Object.fromEntries(entries.reverse());
}

const NAMES: readonly (readonly [string, string])[] = [
  ['Arabic', 'شركة الصلب (مثال)'],
  ['Hebrew', 'חברת הפלדה (דוגמה)'],
  ['Chinese', '示例钢铁公司'],
  ['Vietnamese', 'Công ty Thép Ví dụ'],
  ['Korean', '예시제철 (가상)'],
  ['emoji', 'Steel 🏭 (fictional) 👩🏽‍🔧'],
];

const unicodeNames: Builder = async (world) => {
  const { operator } = emissionsClaim().unsecured['credentialSubject'] as { readonly operator: JsonObject };
  const trials: Trial[] = [];
  for (const [form, name] of NAMES) {
    trials.push(
      ...credentialTrials(world, specimen(form, await secured(emissionsClaim({ operator: { ...operator, name } })))),
    );
    trials.push(
      ...credentialTrials(
        world,
        specimen(`${form}, bare`, await secured(bareCredential({ credentialSubject: { id: holder.did, name } }))),
      ),
    );
  }
  return trials;
};

const twoProofs: Builder = async (world) => {
  const { document, first, second } = await partyWithTwoKeys(world.hosts.put);
  const { proofs } = createWorkshop();
  const created = NOW - DAY;
  const once = await proofs.secureCredential(document, { signer: first, created });
  const twice = await proofs.secureCredential(once, { signer: second, created });
  return credentialTrials(world, specimen('two methods of the issuer', twice));
};

const proofChain: Builder = async (world) => {
  const { document, first, second } = await partyWithTwoKeys(world.hosts.put);
  const { proofs } = createWorkshop();
  const created = NOW - DAY;
  const proofId = 'urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544';
  const once = await proofs.secureCredential(document, { signer: first, created, proofId });
  const chained = await proofs.secureCredential(once, { signer: second, created, previousProof: proofId });
  const byAnother = await proofs.secureCredential(once, { signer: good.signer, created, previousProof: proofId });
  return [
    ...credentialTrials(world, specimen('the second names the first', chained)),
    ...credentialTrials(world, specimen('the second by another party', byAnother)),
  ];
};

async function partyWithTwoKeys(put: (url: string, document: JsonValue) => void) {
  const party = createParty('did:web:two-methods.example');
  const second = signerNamed(createParty('did:web:two-methods.example', 'another seed').signer, `${party.did}#key-2`);
  const method = {
    id: second.id,
    type: 'Multikey',
    controller: party.did,
    publicKeyMultibase: second.publicKeyMultibase,
  };
  const document = party.didDocument;
  put('https://two-methods.example/.well-known/did.json', {
    ...document,
    verificationMethod: [...(document['verificationMethod'] as JsonObject[]), method],
    assertionMethod: [...(document['assertionMethod'] as string[]), second.id],
  });
  return { document: bareCredential({}, party).unsecured, first: party.signer, second };
}

const purposeArray: Builder = async (world) => {
  const url = 'https://good.example/lists/both-purposes';
  world.hosts.put(url, await signedList({ url, purposes: ['revocation', 'suspension'] }));
  const credential = await secured(bareCredential({ credentialStatus: statusEntry({ url }) }));
  return credentialTrials(world, specimen('the list has both purposes', credential));
};

/** Where did:web puts the document of a DID with a port and with path segments. */
const portsAndPaths: Builder = async (world) => {
  const places: readonly [string, string, string][] = [
    ['a port', 'did:web:ports.example%3A8443', 'https://ports.example:8443/.well-known/did.json'],
    ['path segments', 'did:web:paths.example:dept:carbon', 'https://paths.example/dept/carbon/did.json'],
    ['both', 'did:web:both.example%3A8443:dept', 'https://both.example:8443/dept/did.json'],
  ];
  const trials: Trial[] = [];
  for (const [form, did, url] of places) {
    const party = createParty(did);
    world.hosts.put(url, party.didDocument);
    trials.push(...credentialTrials(world, specimen(form, await secured(bareCredential({}, party)))));
  }
  return trials;
};

const moreInTheDocument: Builder = async (world) => {
  const party = createParty('did:web:services.example');
  world.hosts.put('https://services.example/.well-known/did.json', {
    ...party.didDocument,
    service: [{ id: `${party.did}#site`, type: 'LinkedDomains', serviceEndpoint: 'https://services.example/' }],
    alsoKnownAs: ['https://services.example/about'],
    'https://services.example/terms#colour': 'blue',
    proof: { type: 'DataIntegrityProof' },
  });
  return credentialTrials(world, specimen('services and unknown members', await secured(bareCredential({}, party))));
};

/** Four minutes ahead are the clocks' affair; six are not. */
const clockSkew: Builder = async (world) => {
  const starting = (minutes: number) => secured(bareCredential({ validFrom: at(NOW + minutes * 60_000) }));
  return [
    ...credentialTrials(world, specimen('validFrom in four minutes', await starting(4))),
    ...credentialTrials(world, specimen('validFrom in six minutes', await starting(6)), {
      surfaces: JUDGING_SURFACES,
      expected: { verdict: 'refuse', types: ['LOCAL:not-yet-valid'] },
    }),
  ];
};

/** As many in one presentation as may be; one more is too many. */
export const manyCredentials: Builder = async (world) => {
  const credentials = await Promise.all(
    Array.from({ length: 65 }, (_, index) => secured(bareCredential({ id: `urn:example:credential-${index}` }))),
  );
  const presenting = (count: number) => async (challenge: string) =>
    JSON.stringify(await present(holder, credentials.slice(0, count), { challenge }));
  const accepted = presentationTrials(world, '64 credentials in a presentation', presenting(64)).map((trial) => ({
    ...trial,
    // Each of them costs a verification of its own.
    expected: { verdict: 'accept', within: 64 * 50 } as const,
  }));
  return [
    ...accepted,
    ...presentationTrials(world, '65 credentials in a presentation', presenting(65), ['LOCAL:limit-exceeded']),
  ];
};

export const CONTROL_BUILDERS: Readonly<Record<string, Builder>> = {
  'OK-001': everyForm,
  'OK-002': otherSpelling,
  'OK-005': unicodeNames,
  'OK-006': twoProofs,
  'OK-007': proofChain,
  'OK-008': purposeArray,
  'OK-009': portsAndPaths,
  'OK-010': moreInTheDocument,
  'OK-013': clockSkew,
};
