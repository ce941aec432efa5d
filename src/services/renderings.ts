import type { Clock } from '../base/clock.ts';
import { refuse, ServiceError } from '../base/error.ts';
import { type Finding, owed, verdictOf } from '../base/finding.ts';
import { deepFreeze, type JsonObject, pointerOf } from '../base/json.ts';
import type { Contexts } from '../credentials/contexts.ts';
import { checkCredentialForm } from '../credentials/credential.ts';
import { contentOf, readableOf } from '../credentials/envelope.ts';
import type { Schemas } from '../credentials/schemas.ts';
import type { DidResolver } from '../dids/resolver.ts';
import { LOSSES } from '../exchange/losses.ts';
import { render } from '../exchange/render.ts';
import { RENDERING_FORMS, type RenderingForm } from '../exchange/rendering.ts';
import type { DataIntegrity } from '../proofs/data-integrity.ts';

/** One rendering with its losses in words. */
export interface DescribedRendering {
  readonly document: JsonObject;
  readonly losses: readonly {
    readonly key: string;
    readonly members: readonly string[];
    readonly carried: boolean;
    readonly text: string;
  }[];
}

interface RenderingsDeps {
  readonly contexts: Contexts;
  readonly schemas: Schemas;
  readonly proofs: DataIntegrity;
  readonly resolver: DidResolver;
  readonly clock: Clock;
}

const MAX_CREDENTIALS = 64;

export { RENDERING_FORMS, type RenderingForm };

/** Credentials in other people's words (docs/exchange.md). Only what is authentic is rendered, so that no forgery leaves in a better coat. */
export class Renderings {
  readonly #deps: RenderingsDeps;

  constructor(deps: RenderingsDeps) {
    this.#deps = deps;
  }

  /**
   * Form and every proof of each credential must hold; period and status are told in the rendering and are its reader's to judge. A
   * foreign document that is read into a draft (`identity-anchor`) is nobody's word and is not checked.
   * Errors: the codes of the failed check, NOTHING_PRESENTED, LIMIT_EXCEEDED, and those of the reader.
   */
  async render(
    form: RenderingForm,
    credentials: readonly JsonObject[],
    language: 'en' | 'ko',
  ): Promise<readonly DescribedRendering[]> {
    if (credentials.length === 0) {
      throw new ServiceError('NOTHING_PRESENTED', 'no credential to render', { pointer: '/credentials' });
    }
    if (credentials.length > MAX_CREDENTIALS) {
      throw new ServiceError('LIMIT_EXCEEDED', `more than ${MAX_CREDENTIALS} credentials`, { pointer: '/credentials' });
    }
    if (form !== 'identity-anchor') {
      for (const [place, credential] of credentials.entries()) await this.#assertAuthentic(credential, place);
    }
    const read = render(form, credentials.map(readableOf));
    if (!read.ok) return refuse(read.findings);
    return read.value.map(({ document, losses }) => ({
      document,
      losses: losses.map((loss) => ({ ...loss, text: LOSSES[loss.key][language] })),
    }));
  }

  async #assertAuthentic(credential: JsonObject, place: number): Promise<void> {
    const { contexts, schemas, proofs, resolver, clock } = this.#deps;
    const document = deepFreeze(credential);
    const content = contentOf(document);
    const findings: Finding[] = content.ok
      ? checkCredentialForm(content.value, { contexts, schemas })
      : [...content.findings];
    if (verdictOf(findings) === 'accepted') {
      const report = await proofs.checkCredentialProofs(document, { resolver, now: clock.now() });
      findings.push(...owed('proof.form', 'PROOF_VERIFICATION_ERROR', report.findings));
    }
    if (verdictOf(findings) === 'accepted') return;
    const at = pointerOf('credentials', place);
    refuse(
      findings
        .filter(({ outcome }) => outcome !== 'passed')
        .map((finding) => ({ ...finding, pointer: at + (finding.pointer ?? '') })),
    );
  }
}
