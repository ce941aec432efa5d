/** Inputs in forms that are not offered: they must be refused like anything else, and that is all that is asked of them. */
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import type { Case } from '../case.ts';
import { good } from '../parties.ts';
import { rawHttp } from '../raw-http.ts';
import { runCli, specimen } from '../surfaces.ts';
import { type Builder, credentialTrials, type Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { presentationTrials } from './proof.ts';

const notOffered = (trials: readonly Trial[]): Trial[] =>
  trials.map((trial) => ({ ...trial, expected: { verdict: 'refuse' }, notOffered: true }));

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A compact token around a credential; nobody gets as far as its signature. */
function tokenOf(header: JsonObject, payload: JsonValue): string {
  return `${segment(header)}.${segment(payload)}.${Buffer.alloc(64, 7).toString('base64url')}`;
}

/** The token wherever a credential or a presentation is taken, in an envelope, under its own media type, and in a file. */
function tokenTrials(world: World, form: string, token: string, mediaType: string): Trial[] {
  const text = JSON.stringify(token);
  const envelope = (type: string): JsonObject => ({
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    id: `data:${mediaType},${token}`,
    type: [type],
  });
  return notOffered([
    ...credentialTrials(world, { form: `${form}, as a text`, text }, { surfaces: ['verify', 'import', 'present'] }),
    ...credentialTrials(world, specimen(`${form}, in an envelope`, envelope('EnvelopedVerifiableCredential'))),
    ...presentationTrials(world, `${form}, an enveloped presentation`, async () =>
      JSON.stringify(envelope('EnvelopedVerifiablePresentation')),
    ),
    {
      form: `${form}, as the body`,
      surface: 'verify',
      run: () =>
        rawHttp(world, {
          method: 'POST',
          path: '/verifiers/maker/credentials/verify',
          headers: { 'content-type': mediaType },
          body: token,
        }),
    },
    {
      form: `${form}, as a file`,
      surface: 'cli verify',
      run: () => runCli(world, world.kit, ['verify', 'in.json', '--json'], token),
    },
  ]);
}

const sdJwt: Builder = async (world, given) => {
  const disclosure = Buffer.from('["s","evil","x"]').toString('base64url');
  const issued = tokenOf(
    { alg: 'ES256', typ: 'dc+sd-jwt' },
    { iss: good.did, vct: 'https://good.example/type', _sd: [] },
  );
  return tokenTrials(world, given.title, `${issued}~${disclosure}~`, 'application/dc+sd-jwt');
};

const BY_LAYER: Readonly<Record<string, Builder>> = {
  'sd-jwt': sdJwt,
};

/** Nothing for what reaches no route at all. */
export function findNotOffered({ layer }: Case): Builder | undefined {
  return BY_LAYER[layer];
}
