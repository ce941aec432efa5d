import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandOutcome, runCommand } from './command-line.ts';
import type { Credential } from './issued-places.ts';
import { bareCredential, type Party, START, type TestNode } from './node.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

export async function issueOne(node: TestNode, { slug, did, token }: Party): Promise<Credential> {
  const answer = await node.post(`/issuers/${slug}/credentials/issue`, { credential: bareCredential(did) }, token);
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.body.verifiableCredential;
}

export async function revoke(node: TestNode, { slug, token }: Party, credentialId: string): Promise<void> {
  const change = { credentialId, statusPurpose: 'revocation', status: true };
  const answer = await node.post(`/issuers/${slug}/credentials/status`, change, token);
  if (answer.status !== 200) throw new Error(answer.text);
}

export async function verdictOf(node: TestNode, { slug }: Party, credential: Credential): Promise<string> {
  const { body } = await node.post(`/verifiers/${slug}/credentials/verify`, { verifiableCredential: credential });
  return body.verified ? 'verified' : body.problemDetails[0].code;
}

/** A data folder with nothing in it but the key that seals the others, which an operator keeps elsewhere. */
export async function emptyPlace(secretOf: string): Promise<string> {
  const directory = await createTemporaryDirectory();
  await mkdir(directory, { recursive: true });
  await cp(join(secretOf, 'node.key'), join(directory, 'node.key'));
  return directory;
}

export function command(
  argv: readonly string[],
  directory: string,
  more: Record<string, string> = {},
): Promise<CommandOutcome> {
  return runCommand(argv, { environment: { DATA_DIR: directory, ...more }, now: () => START });
}
