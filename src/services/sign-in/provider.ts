/** The only file that knows `openid-client`: OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636). */
import * as oidc from 'openid-client';
import { ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ProviderFetch } from '../../net/provider-fetch.ts';

/** What the provider says about itself is asked for again after this long. */
const KNOWN_FOR_MS = 60 * 60 * 1000;

export interface ProviderSettings {
  /** As the provider writes itself; https, or http on this machine. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What has to be remembered between the two halves of a sign-in. */
export interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export class IdentityProvider {
  readonly #settings: ProviderSettings;
  readonly #fetch: ProviderFetch;
  #known: { readonly at: number; readonly configuration: Promise<oidc.Configuration> } | undefined;

  constructor(settings: ProviderSettings, fetch: ProviderFetch) {
    this.#settings = settings;
    this.#fetch = fetch;
  }

  /** Where to send the person. Errors: UNAVAILABLE when the provider cannot be asked, SIGN_IN_REFUSED when it is not what it should be. */
  async begin(redirectUri: string): Promise<{ url: string; begun: Begun }> {
    const configuration = await this.#configuration();
    const begun = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
    };
    const url = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: 'openid',
      state: begun.state,
      nonce: begun.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(begun.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, begun };
  }

  /**
   * What the provider says of the person who came back with this URL: the claims of an ID token whose signature, issuer, audience, times
   * and nonce hold. Errors: SIGN_IN_REFUSED, UNAVAILABLE.
   */
  async finish(callback: URL, { state, nonce, verifier }: Begun): Promise<{ subject: string; claims: JsonObject }> {
    const configuration = await this.#configuration();
    try {
      const answer = await oidc.authorizationCodeGrant(configuration, callback, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = answer.claims();
      if (claims === undefined) throw new ServiceError('SIGN_IN_REFUSED', 'the identity provider sent no ID token');
      return { subject: claims.sub, claims: claims as unknown as JsonObject };
    } catch (error) {
      throw refusalOf(error);
    }
  }

  #configuration(): Promise<oidc.Configuration> {
    const now = performance.now();
    if (this.#known === undefined || now - this.#known.at > KNOWN_FOR_MS) {
      const configuration = this.#discover();
      this.#known = { at: now, configuration };
      configuration.catch(() => {
        this.#known = undefined;
      });
    }
    return this.#known.configuration;
  }

  async #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const local = issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [];
    try {
      const found = await oidc.discovery(new URL(issuer), clientId, {}, oidc.ClientSecretBasic(clientSecret), {
        execute: local,
        [oidc.customFetch]: this.#fetch as oidc.CustomFetch,
      });
      const methods = found.serverMetadata().token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
      const configuration = methods.includes('client_secret_basic') ? found : this.#byPost(found, local);
      // The ID token comes from the provider itself, over TLS; its signature is checked all the same.
      oidc.enableNonRepudiationChecks(configuration);
      return configuration;
    } catch (error) {
      throw refusalOf(error);
    }
  }

  #byPost(
    found: oidc.Configuration,
    local: readonly ((configuration: oidc.Configuration) => void)[],
  ): oidc.Configuration {
    const { clientId, clientSecret } = this.#settings;
    const auth = oidc.ClientSecretPost(clientSecret);
    const configuration = new oidc.Configuration(found.serverMetadata(), clientId, {}, auth);
    configuration[oidc.customFetch] = this.#fetch as oidc.CustomFetch;
    for (const execute of local) execute(configuration);
    return configuration;
  }
}

/** A provider that is away can be asked again; whatever else is wrong is refused, with the code of the check and no word of its answer. */
function refusalOf(error: unknown): ServiceError {
  const chain: unknown[] = [];
  for (let one: unknown = error; one instanceof Error && chain.length < 8; one = one.cause) chain.push(one);
  const own = chain.find((one) => one instanceof ServiceError);
  if (own !== undefined && own.code === 'SIGN_IN_REFUSED') return own;
  if (own !== undefined) return new ServiceError('SIGN_IN_REFUSED', own.message, { cause: error });
  const codes = chain.map((one) => String((one as { code?: unknown }).code ?? ''));
  const code = codes.find((one) => /^OAUTH_[A-Z_]{1,60}$/.test(one));
  const away = code === undefined || code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT';
  if (away && !(error instanceof oidc.AuthorizationResponseError || error instanceof oidc.ResponseBodyError)) {
    return new ServiceError('UNAVAILABLE', 'the identity provider cannot be asked now', {
      cause: error,
      retryAfter: 5,
    });
  }
  const said = /^[a-z_]{1,40}$/.exec(String((error as { error?: unknown }).error ?? ''))?.[0];
  return new ServiceError('SIGN_IN_REFUSED', `the answer of the identity provider: ${said ?? code}${claimOf(error)}`, {
    cause: error,
  });
}

/** The name of the claim that did not fit; never its value. */
function claimOf(error: unknown): string {
  for (let one: unknown = error; typeof one === 'object' && one !== null; one = (one as { cause?: unknown }).cause) {
    const { claim } = one as { claim?: unknown };
    if (typeof claim === 'string' && /^[a-z_]{1,20}$/.test(claim)) return ` (${claim})`;
  }
  return '';
}
