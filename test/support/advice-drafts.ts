/** Every credential of the worked examples before it is signed, by its symbolic key. */
import type { JsonObject } from '../../src/base/json.ts';
import { EXAMPLE_NAMES, readExample } from './example-credentials.ts';
import { issueExample, issueUnsigned } from './worked-examples.ts';

export async function issuedStories(): Promise<ReadonlyMap<string, JsonObject>> {
  const issued = await Promise.all(EXAMPLE_NAMES.map((name) => issueExample(readExample(name), issueUnsigned)));
  return new Map(issued.flatMap(({ credentials }) => [...credentials]));
}
