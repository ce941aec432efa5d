/** Our own cases about text that acts, and the honest neighbours of all of them (own-cases.json). */
import type { JsonObject } from '../../../src/base/json.ts';
import { runCommand } from '../../support/command-line.ts';
import { bareCredential, emissionsClaim, secured } from '../bases.ts';
import { applyOperations } from '../operations.ts';
import { holder, NOW } from '../parties.ts';
import { present, specimen } from '../surfaces.ts';
import { type Builder, checked, credentialTrials, type Trial } from '../trial.ts';
import { accreditation, operator, put, VOCAB } from './nodes.ts';
import { presentationTrials } from './proof.ts';

/** Raw text: an object literal or a parser would take the member for the prototype. */
const inherited: Builder = async (world) => {
  const document = await secured(emissionsClaim());
  const text = JSON.stringify(document);
  const places: readonly [string, RegExp][] = [
    ['at the root', /^\{/],
    ['in the subject', /"credentialSubject":\{/],
    ['in an entry', /"goods":\[\{/],
    ['in the proof', /"proof":\{/],
  ];
  const names = ['__proto__', '\\u005f_proto__', '__prot\\u006f__'];
  return places.flatMap(([where, place]) =>
    names.flatMap((name) =>
      credentialTrials(world, {
        form: `${name} ${where}`,
        text: text.replace(place, (found) => `${found}"${name}":{"specificDirect":"0"},`),
        document,
      }),
    ),
  );
};

const HOSTILE = [
  'urn:x:\r\nforged: verified',
  'urn:x:\u001b[2J\u001b[31mred',
  'urn:x:\u202everified\u2066',
  'urn:x:\u009b31m\u0085',
];

const terminalText: Builder = async (world) =>
  HOSTILE.flatMap((text) =>
    ['verify', 'inspect'].map((command) =>
      checked(JSON.stringify(text), `cli ${command}`, async () => {
        const document = {
          ...(await secured(bareCredential())),
          id: text,
          type: ['VerifiableCredential', text],
          issuer: text,
        };
        const { out, err } = await runCommand([command, 'in.json'], {
          files: { 'in.json': JSON.stringify(document) },
          fetchJson: world.hosts.fetchJson,
          now: () => NOW,
        });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/.test(out + err);
        const forged = /^forged: verified/m.test(out + err);
        return [
          ...(control ? ['a control character reaches the terminal'] : []),
          ...(forged ? ['a line of the document stands alone'] : []),
        ];
      }),
    ),
  );

const mentionedTwice: Builder = async (world) => {
  const [one, other] = [await secured(emissionsClaim()), await secured(bareCredential({ id: 'urn:example:other' }))];
  const both = await secured(bareCredential());
  return [
    ...credentialTrials(world, specimen('the operator is the issuer', one)),
    ...presentationTrials(world, 'two credentials about one subject', async (challenge) =>
      JSON.stringify(await present(holder, [both, other], { challenge })),
    ).map((trial) => ({ ...trial, expected: { verdict: 'accept' } as const })),
  ];
};

const otherOrder: Builder = async (world) => {
  const signed = await secured(accreditation());
  const reversed = applyOperations(
    signed,
    [put('/credentialSubject/standards', ['ISO 14065:2020', 'ISO/IEC 17029:2019'])],
    {},
  );
  const scope = { activity: 'verification', programme: 'iso14067-pcf', normative: ['ISO 14064-3:2019'] };
  const base = accreditation();
  const subject = { ...(base.unsecured['credentialSubject'] as JsonObject), scopes: [scope, scope] };
  const equal = await secured({ ...base, unsecured: { ...base.unsecured, credentialSubject: subject } });
  return [
    ...credentialTrials(world, specimen('standards in reverse order', reversed)),
    ...credentialTrials(world, specimen('two equal objects', equal)),
  ];
};

const harmlessWords: Builder = async (world) => {
  const names = [`${VOCAB}specificDirect`, '@index', '__proto__', 'constructor', '_:b0', '<script>'];
  const trials: Trial[] = [];
  for (const name of names) {
    trials.push(
      ...credentialTrials(world, specimen(name, await secured(emissionsClaim({ operator: { ...operator(), name } })))),
    );
  }
  return trials;
};

export const OWN_BUILDERS: Readonly<Record<string, Builder>> = {
  'IN-012': inherited,
  'API-007': terminalText,
  'OK-017': mentionedTwice,
  'OK-018': otherOrder,
  'OK-019': harmlessWords,
};
