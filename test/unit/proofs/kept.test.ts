import { beforeAll, describe, expect, test } from 'vitest';
import { createManualClock } from '../../../src/base/clock.ts';
import { verdictOf } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { loadContexts } from '../../../src/credentials/contexts.ts';
import { checkCredentialForm, issuerOf } from '../../../src/credentials/credential.ts';
import { loadSchemas } from '../../../src/credentials/schemas.ts';
import { createDidResolver, type DidResolver } from '../../../src/dids/resolver.ts';
import { createDataIntegrity, type DataIntegrity } from '../../../src/proofs/data-integrity.ts';
import { changeEachValue, changeOneValue, readKept } from '../../support/kept.ts';

const NOW = Date.UTC(2027, 3, 15);
const kept = readKept();
const ownRelease = kept.filter(({ name }) => name.startsWith('0.1.0/'));

const contexts = loadContexts();
const schemas = loadSchemas();

let dataIntegrity: DataIntegrity;
let resolver: DidResolver;
let asked: string[];

beforeAll(() => {
  asked = [];
  dataIntegrity = createDataIntegrity({ contexts });
  resolver = createDidResolver({
    clock: createManualClock(NOW),
    fetchJson: async (url) => {
      asked.push(url);
      return { status: 'unreachable', reason: 'connect' };
    },
  });
});

const check = async (document: JsonObject) => dataIntegrity.checkCredentialProofs(document, { resolver, now: NOW });

const failures = (report: Awaited<ReturnType<typeof check>>) =>
  report.findings.filter(({ outcome }) => outcome === 'failed').map(({ check: name, code }) => ({ check: name, code }));

describe('kept credentials', () => {
  test('there are some of this release and of each foreign implementation', () => {
    for (const folder of ['0.1.0', 'foreign/didkit', 'foreign/pyld', 'foreign/rdfjs']) {
      expect(kept.filter(({ name }) => name.startsWith(`${folder}/`)).length, folder).toBe(9);
    }
  });

  describe.each(kept)('$name', ({ document }) => {
    test('verifies, under the key of its issuer and without the network', async () => {
      const report = await check(document);
      expect(failures(report)).toEqual([]);
      expect(verdictOf(report.findings)).toBe('accepted');
      expect(report.controllers).toEqual([issuerOf(document)]);
      expect(asked).toEqual([]);
    });

    test('is of the form that a verifier asks for', () => {
      const findings = checkCredentialForm(document, { contexts, schemas });
      expect(findings.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    });

    test('no longer verifies with one value changed', async () => {
      const report = await check(changeOneValue(document));
      expect(failures(report)).toContainEqual({ check: 'proof.signature', code: 'PROOF_VERIFICATION_ERROR' });
    });
  });

  test.each(ownRelease)('$name has no value that can be changed unseen', async ({ document }) => {
    const twins = changeEachValue(document);
    expect(twins.length).toBeGreaterThan(5);
    for (const twin of twins) {
      const signature = { check: 'proof.signature', code: 'PROOF_VERIFICATION_ERROR' };
      expect(failures(await check(twin)), JSON.stringify(twin)).toContainEqual(signature);
    }
  });
});
