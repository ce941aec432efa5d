/** Layer `proof`: who signed, with which key, for what and when (docs/threats.md, sections 5.4 and 5.5). */
import { createWorkshop } from '../../../src/app.ts';
import { createManualClock } from '../../../src/base/clock.ts';
import { failed } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { createDidResolver } from '../../../src/dids/resolver.ts';
import { encodeBase58btc } from '../../../src/formats/multibase.ts';
import { Verifier } from '../../../src/services/verifier/verifier.ts';
import { createParty, didDocumentOf } from '../../support/data-integrity.ts';
import { type Base, bareCredential, emissionsClaim, expiredCredential, revokedCredential, secured } from '../bases.ts';
import { type Case, loadCases } from '../case.ts';
import { OTHER_MECHANISMS } from '../mechanisms.ts';
import { applyOperations } from '../operations.ts';
import { at, DAY, evil, good, holder, NOW, signerNamed } from '../parties.ts';
import { sign } from '../signing.ts';
import { present, runCli, specimen, verifyPresentation } from '../surfaces.ts';
import { type Builder, checked, credentialTrials, type Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { placeholdersOf } from './generic.ts';

const created = at(NOW - DAY);

/** A document on the attacker's server that says it is the victim's key. */
const methodOnTheWeb: Builder = async (world) => {
  const { publicKeyMultibase } = evil.signer;
  world.hosts.put('https://evil.example/vm.json', {
    '@context': 'https://w3id.org/security/multikey/v1',
    id: good.signer.id,
    type: 'Multikey',
    controller: good.did,
    publicKeyMultibase,
  });
  const urls = ['https://evil.example/vm.json', 'https://evil.example/vm.json#key-1', 'http://evil.example/vm.json'];
  const signed = await Promise.all(
    urls.map((verificationMethod) => sign(bareCredential().unsecured, evil.signer, { created, verificationMethod })),
  );
  return signed.flatMap((document, index) => credentialTrials(world, specimen(urls[index] ?? '', document)));
};

const documentOfAnother: Builder = async (world) => {
  const spoof = createParty('did:web:spoof.example');
  const claimed = didDocumentOf(good.did, signerNamed(spoof.signer, `${good.did}#key-1`));
  const own = didDocumentOf(good.did, spoof.signer);
  const forms: readonly [string, string, JsonObject][] = [
    ['the key under the name of the victim', 'spoof.example', claimed],
    ['the key under its own name', 'spoof-2.example', own],
  ];
  const trials: Trial[] = [];
  for (const [form, host, document] of forms) {
    world.hosts.put(`https://${host}/.well-known/did.json`, document);
    const verificationMethod = `did:web:${host}#key-1`;
    const signed = await sign(bareCredential().unsecured, spoof.signer, { created, verificationMethod });
    trials.push(...credentialTrials(world, specimen(form, signed)));
  }
  return trials;
};

const wrongRelationship: Builder = async (world) => {
  const forms: readonly [string, (document: JsonObject) => JsonObject][] = [
    ['only under authentication', ({ assertionMethod: _, ...rest }) => rest],
    [
      'under every other purpose',
      ({ assertionMethod: _, ...rest }) => ({
        ...rest,
        keyAgreement: rest['authentication'] ?? [],
        capabilityInvocation: rest['authentication'] ?? [],
        capabilityDelegation: rest['authentication'] ?? [],
      }),
    ],
    [
      'the list names another key',
      (document) => ({ ...document, assertionMethod: [`${String(document['id'])}#key-2`] }),
    ],
  ];
  const trials: Trial[] = [];
  for (const [index, [form, change]] of forms.entries()) {
    const party = createParty(`did:web:relationship-${index}.example`);
    world.hosts.put(`https://relationship-${index}.example/.well-known/did.json`, change(party.didDocument));
    trials.push(...credentialTrials(world, specimen(form, await secured(bareCredential({}, party)))));
  }
  return trials;
};

const signedByAnother: Builder = async (world) => {
  const asSelf = await sign(bareCredential().unsecured, evil.signer, { created });
  const asVictim = await sign(bareCredential().unsecured, signerNamed(evil.signer, good.signer.id), { created });
  const otherType = await sign(emissionsClaim().unsecured, evil.signer, { created });
  return [
    ...credentialTrials(world, specimen('signed with a key of the attacker, under its own name', asSelf)),
    ...credentialTrials(world, specimen('signed with a key of the attacker, called that of the issuer', asVictim)),
    ...credentialTrials(world, specimen('the same with a footprint claim', otherType)),
  ];
};

/** The eight points of small order of Curve25519 in their canonical encodings, and two that are not canonical. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

/** With such a key the signature R = key, S = 0 fits any message. */
const smallOrderKeys: Builder = async (world) => {
  const trials: Trial[] = [];
  for (const hex of SMALL_ORDER) {
    const point = Buffer.from(hex, 'hex');
    const multibase = encodeBase58btc(Uint8Array.from([0xed, 0x01, ...point]));
    const did = `did:key:${multibase}`;
    const signature = new Uint8Array(64);
    signature.set(Buffer.from(SMALL_ORDER[0] ?? '', 'hex'));
    const signer = { ...holder.signer, id: `${did}#${multibase}`, sign: async () => signature };
    const signed = await sign(bareCredential({ issuer: did }).unsecured, signer, { created });
    trials.push(...credentialTrials(world, specimen(hex, signed)));
    for (const mechanism of OTHER_MECHANISMS.filter(({ keyType }) => keyType === 'Ed25519')) {
      const under = await mechanism.secure(bareCredential({ issuer: did }).unsecured, signer, { created });
      trials.push(...credentialTrials(world, specimen(`${hex}, ${mechanism.name}`, under), { surfaces: ['verify'] }));
    }
  }
  return trials;
};

const INNER_BASES: Readonly<Record<string, () => Base>> = {
  VC_EDDSA: bareCredential,
  VC_EDDSA_EXPIRED: expiredCredential,
  VC_EDDSA_REVOKED: revokedCredential,
  VC_PCF: emissionsClaim,
};

/** Every change of layer `context` that is made after signing, to a credential inside a presentation that was signed before. */
const insideAPresentation: Builder = async (world) => {
  const chosen = loadCases().filter(
    ({ layer, build }) =>
      layer === 'context' && build.when !== 'before-sign' && build.patch !== undefined && build.base in INNER_BASES,
  );
  const forms = chosen.filter(({ expected }) => expected.verdict === 'refuse').map((inner) => insideForm(world, inner));
  return (await Promise.all(forms)).flat();
};

async function insideForm(world: World, inner: Case): Promise<Trial[]> {
  const base = (INNER_BASES[inner.build.base] ?? bareCredential)();
  const credential = await secured(base);
  const { patch = [] } = inner.build;
  const { problemType = '', alsoAllowed = [] } = inner.expected;
  // What the shape leaves to the arithmetic breaks the proof of the presentation too.
  const types = ['https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR', problemType, ...alsoAllowed];
  const changed = applyOperations(credential, patch, placeholdersOf(credential), base.pointers);
  const make = async (challenge: string) => {
    const presentation = await present(holder, [credential], { challenge });
    return JSON.stringify({ ...presentation, verifiableCredential: [changed] });
  };
  return presentationTrials(world, `${inner.id} inside`, make, types);
}

/** A presentation made for a fresh challenge, at the node and at the command line. */
export function presentationTrials(
  world: World,
  form: string,
  make: (challenge: string) => Promise<string>,
  types?: readonly string[],
): Trial[] {
  const expected = types === undefined ? {} : { expected: { verdict: 'refuse', types } as const };
  return [
    {
      form,
      surface: 'present',
      run: async () => {
        const { body } = await world.node.post('/verifiers/maker/challenges', undefined);
        const challenge = String(body.challenge);
        return verifyPresentation(world, await make(challenge), challenge);
      },
      ...expected,
    },
    {
      form,
      surface: 'cli present',
      run: async () => {
        const challenge = 'a challenge for one run of the command';
        const args = ['verify', 'in.json', '--json', '--challenge', challenge, '--domain', 'https://verifier.example'];
        return runCli(world, world.kit, args, await make(challenge));
      },
      ...expected,
    },
  ];
}

/** A library that answers *not verified* and hands the document back all the same; and one that throws what is no error. */
const verdictOfTheGivenDocument: Builder = async (world) => {
  const forged = await sign(bareCredential().unsecured, evil.signer, { created });
  const finding = failed('proof.signature', 'PROOF_VERIFICATION_ERROR', 'planted');
  const answers: readonly [string, () => Promise<never>][] = [
    [
      'a failed check with the document attached',
      async () =>
        ({ findings: [finding], controllers: [good.did], seen: [], document: forged, verified: true }) as never,
    ],
    ['no findings at all', async () => ({ findings: [], controllers: [good.did], seen: [], verified: true }) as never],
  ];
  const planted = answers.map(([form, checkCredentialProofs]) =>
    checked(form, 'service', async () => {
      const workshop = createWorkshop();
      const clock = createManualClock(NOW);
      const verifier = new Verifier({
        ...workshop,
        proofs: { ...workshop.proofs, checkCredentialProofs },
        store: world.node.node.store,
        resolver: createDidResolver({ fetchJson: world.hosts.fetchJson, clock }),
        loadStatusList: async () => ({ ok: false, code: 'STATUS_RETRIEVAL_ERROR', detail: 'none' }),
        clock,
        domain: () => 'https://verifier.example',
      });
      const { verified, document } = await verifier.verifyCredential(forged);
      return [...(verified ? ['verified'] : []), ...(document === undefined ? [] : ['the document is handed out'])];
    }),
  );
  return [...planted, ...credentialTrials(world, specimen('a forged credential whose return is asked for', forged))];
};

export const PROOF_BUILDERS: Readonly<Record<string, Builder>> = {
  'PRF-005': methodOnTheWeb,
  'PRF-006': documentOfAnother,
  'PRF-007': wrongRelationship,
  'PRF-008': signedByAnother,
  'PRF-011': smallOrderKeys,
  'PRF-013': insideAPresentation,
  'PRF-014': verdictOfTheGivenDocument,
};
