import type { JsonObject } from '../../src/base/json.ts';
import { readableOf } from '../../src/credentials/envelope.ts';
import { createStatusSnapshot } from '../../src/credentials/link.ts';
import { readDateTime } from '../../src/formats/date-time.ts';
import { ADMIN_TOKEN, type Party, type TestNode } from './node.ts';
import { type IssuedExample, type IssueOne, issueExample, type SnapshotOf } from './worked-examples.ts';

export interface IssuingParty extends Party {
  /** Id of its issuer instance. */
  readonly issuer: string;
}

/** How the parties of an example sign: a cryptosuite and the kind of key it takes. */
export interface Mechanism {
  readonly cryptosuite: string;
  readonly keyType: string;
}

/**
 * The whole cast of an example on one node, each with a did:key; their DIDs replace those of the example throughout. With a mechanism,
 * each has an issuer instance for it and speaks under that instance's DID.
 */
export async function settleExample(
  node: TestNode,
  example: JsonObject,
  mechanism?: Mechanism,
  method: 'key' | 'web' = 'key',
): Promise<{ example: JsonObject; parties: ReadonlyMap<string, IssuingParty> }> {
  const parties = new Map<string, IssuingParty>();
  let text = JSON.stringify(example);
  for (const [slug, { did, name, role }] of Object.entries(
    example['organisations'] as Record<string, { did: string; name: unknown; role: string }>,
  )) {
    const answer = await node.post('/admin/organizations', { slug, name, role, did: { method } }, ADMIN_TOKEN);
    if (answer.status !== 201) throw new Error(answer.text);
    const issuer = mechanism === undefined ? slug : `${slug}-signs`;
    const instance =
      mechanism === undefined
        ? answer
        : await node.post(`/admin/organizations/${slug}/issuers`, { id: issuer, ...mechanism }, ADMIN_TOKEN);
    if (instance.status !== 201) throw new Error(instance.text);
    parties.set(instance.body.did, { ...answer.body, did: instance.body.did, issuer });
    text = text.replaceAll(`"${did}"`, JSON.stringify(instance.body.did));
  }
  return { example: JSON.parse(text) as JsonObject, parties };
}

/** Issue an example over HTTP, each credential at the instant its validity begins, with real status snapshots. `secured`: as answered. */
export async function issueOnNode(
  node: TestNode,
  example: JsonObject,
  parties: ReadonlyMap<string, IssuingParty>,
): Promise<IssuedExample & { readonly secured: ReadonlyMap<string, JsonObject> }> {
  const secured = new Map<string, JsonObject>();
  const lists = new Set<string>();
  const issue: IssueOne = async (key, unsecured) => {
    node.clock.set(Math.max(node.clock.now(), readDateTime(unsecured['validFrom']) ?? 0));
    const party = parties.get(String(unsecured['issuer']));
    if (party === undefined) throw new Error(`nobody issues ${key}`);
    const answer = await node.post(
      `/issuers/${party.issuer}/credentials/issue`,
      { credential: unsecured },
      party.token,
    );
    if (answer.status !== 201) throw new Error(`${key}: ${answer.text}`);
    secured.set(key, answer.body.verifiableCredential);
    // Others link to the credential, whatever it is secured with.
    const credential = readableOf(answer.body.verifiableCredential);
    // Lists that somebody reads all the time are signed anew again and again: none of them covers all the instants that count.
    for (const { statusListCredential } of entriesOf(credential)) lists.add(new URL(statusListCredential).pathname);
    for (const path of lists) await node.get(path);
    return credential;
  };
  const snapshot: SnapshotOf = async (credential, purpose, at) => {
    // A list in force at the instant of the statement is asked for at that instant.
    node.clock.set(Math.max(node.clock.now(), readDateTime(at) ?? 0));
    const entry = entriesOf(credential).find((one) => one.statusPurpose === purpose);
    const list = await node.get(
      `${new URL(entry?.statusListCredential ?? '').pathname}?timestamp=${encodeURIComponent(at)}`,
    );
    if (list.status !== 200) throw new Error(`no list for ${purpose} at ${at}: ${list.text}`);
    return createStatusSnapshot(list.body as JsonObject, at);
  };
  return { ...(await issueExample(example, issue, snapshot)), secured };
}

function entriesOf(credential: JsonObject): readonly { statusPurpose: string; statusListCredential: string }[] {
  return [credential['credentialStatus']].flat() as unknown as {
    statusPurpose: string;
    statusListCredential: string;
  }[];
}
