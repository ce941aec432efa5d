import { describe, expect, test } from 'vitest';
import { loadContexts } from '../../../src/credentials/contexts.ts';
import { checkCredentialForm } from '../../../src/credentials/credential.ts';
import { loadSchemas } from '../../../src/credentials/schemas.ts';
import { EXAMPLE_NAMES, exampleCredentials } from '../../support/example-credentials.ts';

const deps = { contexts: loadContexts(), schemas: loadSchemas() };

describe('the worked examples', () => {
  for (const name of EXAMPLE_NAMES) {
    for (const [key, credential] of exampleCredentials(name)) {
      test(`${name}: ${key} has the form of its type`, () => {
        expect(checkCredentialForm(credential, { ...deps, signing: true })).toEqual([
          { check: 'shape', outcome: 'passed' },
          { check: 'schema', outcome: 'passed' },
        ]);
      });
    }
  }
});
