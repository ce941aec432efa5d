import type { Clock } from '../base/clock.ts';
import { refuse, ServiceError } from '../base/error.ts';
import { type Finding, owed, verdictOf } from '../base/finding.ts';
import { deepFreeze, type JsonObject, pointerOf } from '../base/json.ts';
import type { Contexts } from '../credentials/contexts.ts';
import { checkCredentialForm } from '../credentials/credential.ts';
import { contentOf, formOf, readableOf } from '../credentials/envelope.ts';
import type { Schemas } from '../credentials/schemas.ts';
import { idOf } from '../credentials/token.ts';
import type { Signer } from '../crypto/signer.ts';
import type { DidResolver } from '../dids/resolver.ts';
import { LOSSES } from '../exchange/losses.ts';
import { render } from '../exchange/render.ts';
import { type Loss, RENDERING_FORMS, type Rendering, type RenderingForm } from '../exchange/rendering.ts';
import type { DataIntegrity } from '../proofs/data-integrity.ts';
import { VC_JWT } from '../proofs/mechanisms.ts';
import type { InstanceRecord } from '../store/store.ts';

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
  /** Absent where nothing is signed. */
  readonly signerOf?: (instance: InstanceRecord) => Promise<{ signer: Signer; did: string; cryptosuite: string }>;
}

/** Forms whose security profile is an enveloping proof by a did:web: they may be signed by whoever signed the original. */
export const SIGNED_FORMS = ['untp-dia', 'untp-dcc'] as const satisfies readonly RenderingForm[];
/** DIDs that are a place on the web; of a did:webvh there is a did:web beside it. */
const HOSTED = /^did:web(?:vh)?:/;

export interface SignedRendering extends Pick<DescribedRendering, 'losses'> {
  readonly verifiableCredential: JsonObject;
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
    return rendered(form, credentials).map(({ document, losses }) => ({ document, losses: worded(losses, language) }));
  }

  /**
   * The renderings of what this instance's own DID issued, each in a token of its own (UNTP 0.7.0, security profile); the other credentials
   * count as what is in hand beside them. The status entry is that of the original, so that whoever revokes the one revokes both.
   * Errors: those of `render`; BAD_REQUEST for an instance that does not envelope or whose DID is no place on the web, NOTHING_PRESENTED
   * when none of the credentials is its own.
   */
  async sign(
    instance: InstanceRecord,
    form: (typeof SIGNED_FORMS)[number],
    credentials: readonly JsonObject[],
    language: 'en' | 'ko',
  ): Promise<readonly SignedRendering[]> {
    const { signer, did, cryptosuite } = (await this.#deps.signerOf?.(instance)) ?? {};
    if (signer === undefined || did === undefined || cryptosuite !== VC_JWT || !HOSTED.test(did)) {
      throw new ServiceError('BAD_REQUEST', `the form is signed by ${VC_JWT} instances with a did:web or did:webvh`);
    }
    await this.render(form, credentials, language);
    const own = rendered(form, credentials).filter(({ document }) => idOf(document['issuer']) === did);
    if (own.length === 0) {
      const detail = `no credential here is by ${did} and has the form ${form}`;
      throw new ServiceError('NOTHING_PRESENTED', detail, { pointer: '/credentials' });
    }
    const created = this.#deps.clock.now();
    return Promise.all(
      own.map(async ({ document, losses }) => ({
        verifiableCredential: await this.#deps.proofs.secureCredential(document, {
          signer,
          cryptosuite,
          created,
        }),
        losses: worded(lossesOfSigned(document, losses), language),
      })),
    );
  }

  async #assertAuthentic(credential: JsonObject, place: number): Promise<void> {
    const { contexts, schemas, proofs, resolver, clock } = this.#deps;
    const document = deepFreeze(credential);
    const content = contentOf(document);
    const findings: Finding[] = content.ok
      ? checkCredentialForm(content.value, { contexts, schemas, ...formOf(document) })
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

function rendered(form: RenderingForm, credentials: readonly JsonObject[]): readonly Rendering[] {
  const read = render(form, credentials.map(readableOf));
  return read.ok ? read.value : refuse(read.findings);
}

function worded(losses: readonly Loss[], language: 'en' | 'ko'): DescribedRendering['losses'] {
  return losses.map((loss) => ({ ...loss, text: LOSSES[loss.key][language] }));
}

/** There is a proof now; the list that the status is read from has another kind than the profile knows. */
function lossesOfSigned(document: JsonObject, losses: readonly Loss[]): readonly Loss[] {
  const list: readonly Loss[] =
    document['credentialStatus'] === undefined
      ? []
      : [{ key: 'untp.status-list', members: ['/credentialStatus'], carried: false }];
  return [...losses.filter(({ key }) => key !== 'unsigned'), ...list];
}
