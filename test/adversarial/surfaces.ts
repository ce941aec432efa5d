/** Where an input can be handed in. Each way in gives an answer in the one form of answer.ts. */
import type { JsonObject } from '../../src/base/json.ts';
import type { CommandKit, Terminal } from '../../src/cli/command.ts';
import { runCommandLine } from '../../src/cli/command-line.ts';
import type { Party } from '../support/data-integrity.ts';
import { type Answer, readExit, readReply } from './answer.ts';
import { bareCredential } from './bases.ts';
import { holder, VERIFIER_DOMAIN } from './parties.ts';
import { type ProofMembers, sign, trySign } from './signing.ts';
import type { World } from './world.ts';

/** A credential as it goes over the wire. */
export interface Specimen {
  /** Which of the forms that the case names this is. */
  readonly form: string;
  /** The credential itself, as text, where a parser would repair it, or else as a document. */
  readonly text: string | Uint8Array;
  /** What whoever presents it signs; without it, a presentation of something honest into which the text is put afterwards. */
  readonly document?: JsonObject;
  readonly presenter?: Party;
}

export function specimen(form: string, document: JsonObject, presenter?: Party): Specimen {
  return { form, text: JSON.stringify(document), document, ...(presenter === undefined ? {} : { presenter }) };
}

/** The surfaces that take a secured credential. */
export const CREDENTIAL_SURFACES = ['verify', 'present', 'import', 'prove', 'cli verify', 'cli present'] as const;
/** `derive` takes only what a part can be shown of. */
export type CredentialSurface = (typeof CREDENTIAL_SURFACES)[number] | 'derive';
/** Those that judge period and status too: what a holder keeps and hands on may be expired or revoked (docs/verifying.md). */
export const JUDGING_SURFACES = CREDENTIAL_SURFACES.filter((surface) => surface !== 'import' && surface !== 'prove');

export function handIn(world: World, surface: CredentialSurface, given: Specimen): Promise<Answer> {
  switch (surface) {
    case 'verify':
      return verifyCredential(world, given.text);
    case 'import':
      return leavingNothing(world, () => importCredential(world, given.text));
    case 'prove':
      return leavingNothing(world, () => proveCredential(world, given.text));
    case 'derive':
      return leavingNothing(world, () => deriveFrom(world, given.text));
    case 'present':
      return presentToNode(world, given);
    case 'cli verify':
      return runCli(world, world.kit, ['verify', 'in.json', '--json'], given.text);
    case 'cli present':
      return presentToCli(world, given);
  }
}

const bytesOf = (part: string | Uint8Array): Uint8Array =>
  typeof part === 'string' ? new TextEncoder().encode(part) : part;
/** Texts and bytes one after another, as they are. */
export const joined = (...parts: readonly (string | Uint8Array)[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map(bytesOf)));

interface RequestOptions {
  readonly token?: string;
  readonly raw?: string | Uint8Array;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Gets the body that came back. */
  readonly onBody?: (body: unknown) => void;
}

/** A connection kept from an earlier request may be closed by the node at the very moment it is used again; a crash fails twice. */
async function onceMore<Value>(act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return act();
  }
}

/** One request to the node under test, timed and read. */
export async function ask(world: World, method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
  const started = performance.now();
  const reply = await onceMore(() => world.node.request(method, path, options));
  const milliseconds = performance.now() - started;
  options.onBody?.(reply.body);
  const sent = options.raw ?? JSON.stringify(options.body ?? null);
  return readReply(
    reply,
    milliseconds,
    typeof sent === 'string' ? sent : new TextDecoder().decode(sent),
    world.secrets,
  );
}

export function verifyCredential(world: World, text: string | Uint8Array): Promise<Answer> {
  const raw = joined('{"verifiableCredential":', text, ',"options":{"returnCredential":true}}');
  return ask(world, 'POST', '/verifiers/maker/credentials/verify', { raw });
}

function importCredential(world: World, text: string | Uint8Array): Promise<Answer> {
  const raw = joined('{"verifiableCredential":', text, '}');
  return ask(world, 'POST', '/holders/maker/credentials', { raw, token: world.maker.token });
}

/** A holder asks for what its credential always shows. */
function deriveFrom(world: World, text: string | Uint8Array): Promise<Answer> {
  const raw = joined('{"verifiableCredential":', text, '}');
  return ask(world, 'POST', '/holders/maker/credentials/derive', { raw, token: world.maker.token });
}

/** A holder is asked to put its name to what it is given, and to show all of it. */
function proveCredential(world: World, text: string | Uint8Array): Promise<Answer> {
  const options = JSON.stringify({
    challenge: 'a challenge of sixteen',
    domain: VERIFIER_DOMAIN,
    audience: 'verifier',
  });
  const raw = joined('{"presentation":{"verifiableCredential":[', text, `]},"options":${options}}`);
  return ask(world, 'POST', '/holders/maker/presentations/prove', { raw, token: world.maker.token });
}

async function presentToNode(world: World, given: Specimen): Promise<Answer> {
  const { body } = await world.node.post('/verifiers/maker/challenges', undefined);
  const challenge = String(body.challenge);
  return verifyPresentation(world, await presentationAround(given, challenge), challenge);
}

export function verifyPresentation(
  world: World,
  presentation: string | Uint8Array,
  challenge: string | undefined,
  domain: string | undefined = VERIFIER_DOMAIN,
): Promise<Answer> {
  const options = JSON.stringify({ challenge, domain, returnPresentation: true });
  const raw = joined('{"verifiablePresentation":', presentation, `,"options":${options}}`);
  return ask(world, 'POST', '/verifiers/maker/presentations/verify', { raw });
}

async function presentToCli(world: World, given: Specimen): Promise<Answer> {
  const challenge = 'a challenge for one run of the command';
  const text = await presentationAround(given, challenge);
  return runCli(world, world.kit, ['verify', 'in.json', '--json', ...bindingOf(challenge)], text);
}

const bindingOf = (challenge: string): string[] => ['--challenge', challenge, '--domain', VERIFIER_DOMAIN];

/** A presentation whose own proof holds wherever one can be made at all, so that the credential inside is what is judged. */
async function presentationAround(given: Specimen, challenge: string): Promise<Uint8Array> {
  const by = given.presenter ?? holder;
  const honest = bareCredential().unsecured;
  const members = { challenge };
  const signed =
    (given.document === undefined
      ? undefined
      : await trySign(unsigned(by, [given.document]), by.signer, bound(members))) ??
    (await sign(unsigned(by, [honest]), by.signer, bound(members)));
  const [before = '', after = ''] = JSON.stringify({ ...signed, verifiableCredential: ['HERE'] }).split('"HERE"');
  return joined(before, given.text, after);
}

const bound = (more: ProofMembers): ProofMembers => ({
  proofPurpose: 'authentication',
  domain: VERIFIER_DOMAIN,
  ...more,
});

export function unsigned(by: Party, credentials: readonly JsonObject[]): JsonObject {
  return {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: ['VerifiablePresentation'],
    holder: by.did,
    verifiableCredential: credentials,
  };
}

/** A signed presentation; `members` change its proof before it is signed. */
export function present(by: Party, credentials: readonly JsonObject[], members: ProofMembers): Promise<JsonObject> {
  return sign(unsigned(by, credentials), by.signer, bound(members));
}

/** Ask the issue route, or the command, to sign: a refusal must leave no trace. */
export function askToIssue(world: World, text: string | Uint8Array, instance = 'maker'): Promise<Answer> {
  const raw = joined('{"credential":', text, '}');
  return leavingNothing(world, () =>
    ask(world, 'POST', `/issuers/${instance}/credentials/issue`, { raw, token: world.maker.token }),
  );
}

export function askCliToIssue(world: World, text: string | Uint8Array, instance = 'local'): Promise<Answer> {
  return runCli(world, world.issuing.kit, ['issue', 'in.json', '--issuer', instance], text);
}

/** What was refused is in no record: the journal of acknowledged acts stands where it stood. */
async function leavingNothing(world: World, act: () => Promise<Answer>): Promise<Answer> {
  const { store } = world.node.node;
  const before = await store.journalHead();
  const answer = await act();
  const after = await store.journalHead();
  const left = answer.outcome !== 'accepted' && after.sequence !== before.sequence;
  return left ? { ...answer, breaches: [...answer.breaches, 'a refused request left a record behind'] } : answer;
}

/** One run of the program in this process, with one file at hand. */
export async function runCli(
  world: World,
  kit: CommandKit,
  args: readonly string[],
  file: string | Uint8Array,
  more: Readonly<Record<string, string>> = {},
  onJson?: (out: unknown) => void,
): Promise<Answer> {
  const written = { out: '', err: '' };
  const terminal: Terminal = {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    readFile: async (path) => bytesOf(more[path] ?? file),
    writeFile: async () => undefined,
    language: 'en',
  };
  const started = performance.now();
  const code = await runCommandLine(args, terminal, kit);
  const milliseconds = performance.now() - started;
  const input = typeof file === 'string' ? file : new TextDecoder().decode(file);
  if (onJson !== undefined && written.out.startsWith('{')) onJson(JSON.parse(written.out));
  return readExit(code, written.out, written.err, milliseconds, input, world.secrets);
}
