import { describe, expect, test } from 'vitest';
import { lintCredential } from '../../../src/credentials/lint.ts';
import { EXAMPLE_NAMES, exampleCredentials } from '../../support/example-credentials.ts';

describe('the worked examples', () => {
  for (const name of EXAMPLE_NAMES) {
    for (const [key, credential] of exampleCredentials(name)) {
      test(`${name}: ${key} may be signed`, () => expect(lintCredential(credential)).toEqual([]));
    }
  }
});
