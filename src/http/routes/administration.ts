import { z } from 'zod';
import { ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { FOUR_EYES_ACTS } from '../../base/scope.ts';
import { type Identity, ROLES } from '../../services/identity/identity.ts';
import { readPolicyObject } from '../../services/verifier/policy-source.ts';
import { assertVerifierSettings } from '../../services/verifier/verifier.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';
import { WatchSeconds } from './evaluations.ts';

const slug = z.string().regex(/^[a-z][a-z0-9-]{1,62}$/, 'two to 63 small letters, digits and hyphens, a letter first');
const name = z.strictObject({ ko: z.string().min(1).max(200), en: z.string().min(1).max(200) });

const FourEyes = z.array(z.enum(FOUR_EYES_ACTS)).max(FOUR_EYES_ACTS.length);

const NewOrganisation = z.strictObject({
  slug,
  name,
  role: z.enum(ROLES),
  did: z.strictObject({ method: z.enum(['key', 'web', 'webvh', 'jwk']), root: z.boolean().optional() }).optional(),
  /** What two callers are wanted for. */
  fourEyes: FourEyes.optional(),
  /** Its default instances are for public conformance suites (docs/conformance.md). */
  conformance: z.boolean().optional(),
  /** Where its signing keys are made: `sealed`, `pkcs11` or another holder of this node. */
  keyHolder: z.string().max(63).optional(),
});
const NewIssuer = z.strictObject({
  id: slug,
  cryptosuite: z.string().max(40),
  keyType: z.enum(['Ed25519', 'P-256', 'P-384', 'Bls12381G2']),
  mandatoryPointers: z.array(z.string().max(200)).max(100).optional(),
  statusPurposes: z
    .array(z.enum(['revocation', 'suspension']))
    .max(2)
    .optional(),
  vcdm: z
    .array(z.enum(['2.0', '1.1']))
    .min(1)
    .max(2)
    .optional(),
  conformance: z.boolean().optional(),
});
const NewHolder = NewIssuer.pick({ id: true, cryptosuite: true, keyType: true, conformance: true });
const NewVerifier = z.strictObject({
  id: slug,
  invalidStatus: z.union([z.literal(200), z.literal(400)]).optional(),
  policy: z.looseObject({}).optional(),
  domain: z.string().max(300).optional(),
  challenge: z.boolean().optional(),
  watch: z.boolean().optional(),
  reevaluateEverySeconds: WatchSeconds.optional(),
  conformance: z.boolean().optional(),
  /** Of a conformance instance: proofs are all that is looked at. */
  proofOnly: z.boolean().optional(),
});
const NewKey = z.strictObject({
  keyType: z.enum(['Ed25519', 'P-256', 'P-384', 'Bls12381G2']).optional(),
  /** Somebody else may have the old key: nothing by it shall verify any more. */
  compromised: z.boolean().optional(),
});

/** Slugs that are path segments of this service already. */
const RESERVED_SLUGS = new Set([
  'admin',
  'issuers',
  'verifiers',
  'holders',
  'health',
  'docs',
  'metrics',
  'contexts',
  'schemas',
  'vocab',
  'status-lists',
  'token-status-lists',
  'vct',
  'well-known',
  '1.0',
]);

type InstanceOf = Awaited<ReturnType<Identity['createVerifier']>>;

interface AdministrationDeps {
  readonly identity: Identity;
  readonly publicUrl: () => string;
  /** Have the node judge the instance's evaluations again by itself, every so many seconds. */
  readonly watch: (instance: InstanceOf, everySeconds: number | undefined) => Promise<unknown>;
  readonly setClock: ((now: string) => void) | undefined;
  /** Whether this node may have conformance instances. */
  readonly conformance: boolean;
}

export function administrationRoutes(deps: AdministrationDeps): readonly Route[] {
  const { identity } = deps;
  return [
    route({
      method: 'POST',
      path: '/admin/organizations',
      access: 'admin',
      tag: 'Administration',
      summary: 'Create an organisation with its key, DID and default issuer, verifier and holder instances',
      request: NewOrganisation,
      answers: { 201: 'slug, did and the organisation token, shown once', 409: 'the slug is taken' },
      handle: async ({ body }) => {
        if (RESERVED_SLUGS.has(body.slug))
          throw new ServiceError('CONFLICT', 'this slug is reserved', { pointer: '/slug' });
        assertProfile(deps, body);
        const method = body.did?.method;
        const { organisation, token } = await identity.createOrganisation({
          slug: body.slug,
          name: body.name,
          role: body.role,
          ...(method === undefined ? {} : { did: { method, root: body.did?.root } }),
          conformance: body.conformance,
          fourEyes: body.fourEyes,
          keyHolder: body.keyHolder,
        });
        return { status: 201, body: { slug: organisation.slug, did: organisation.did, token } };
      },
    }),
    {
      method: 'GET',
      path: '/admin/organizations',
      access: 'admin',
      tag: 'Administration',
      summary: 'List the organisations of this node',
      answers: { 200: 'the organisations, without tokens' },
      handle: async () => ({
        status: 200,
        body: { organizations: (await identity.listOrganisations()).map(publicView) },
      }),
    },
    {
      method: 'GET',
      path: '/admin/organizations/{slug}',
      access: 'admin',
      tag: 'Administration',
      summary: 'One organisation with its keys',
      answers: { 200: 'the organisation', 404: 'no such organisation' },
      handle: async (call) => ({ status: 200, body: publicView(await identity.requireOrganisation(slugOf(call))) }),
    },
    {
      method: 'DELETE',
      path: '/admin/organizations/{slug}',
      access: 'admin',
      tag: 'Administration',
      summary:
        'Delete an organisation; its last status lists stay published until they end, nobody can sign newer ones',
      query: { confirm: 'the slug again, so that nothing is deleted by a slip' },
      answers: { 204: 'deleted', 400: 'not confirmed' },
      handle: async (call) => {
        const slug = slugOf(call);
        if (call.query.get('confirm') !== slug) {
          throw new ServiceError('BAD_REQUEST', `repeat the slug to confirm: ?confirm=${slug}`);
        }
        await identity.deleteOrganisation(slug);
        return { status: 204 };
      },
    },
    route({
      method: 'POST',
      path: '/admin/organizations/{slug}/four-eyes',
      access: 'admin',
      tag: 'Administration',
      summary: 'Say for which acts of an organisation two callers are wanted; none: each caller acts alone',
      request: z.strictObject({ acts: FourEyes }),
      answers: { 200: 'the organisation', 404: 'no such organisation' },
      handle: async (call) => ({
        status: 200,
        body: publicView(await identity.setFourEyes(slugOf(call), call.body.acts)),
      }),
    }),
    route({
      method: 'POST',
      path: '/admin/organizations/{slug}/keys',
      access: 'admin',
      tag: 'Administration',
      summary:
        'Rotate the signing key; the old one stays in the DID document for what it signed, or as revoked if it is compromised',
      request: NewKey.optional(),
      answers: { 201: 'the organisation with its keys', 409: 'a did:key or did:jwk cannot rotate' },
      handle: async (call) => ({
        status: 201,
        body: publicView(
          call.body?.compromised === true
            ? await identity.replaceCompromisedKey(slugOf(call), call.body.keyType ?? 'Ed25519')
            : await identity.rotateKey(slugOf(call), call.body?.keyType ?? 'Ed25519'),
        ),
      }),
    }),
    route({
      method: 'POST',
      path: '/admin/organizations/{slug}/issuers',
      access: 'admin',
      tag: 'Administration',
      summary: 'Add an issuer instance',
      request: NewIssuer,
      answers: { 201: 'id, did, verificationMethod and url of the instance', 409: 'the id is taken' },
      handle: (call) => createIssuer(deps, call),
    }),
    route({
      method: 'POST',
      path: '/admin/organizations/{slug}/holders',
      access: 'admin',
      tag: 'Administration',
      summary: 'Add a holder instance: a wallet of its own, and how it secures presentations',
      request: NewHolder,
      answers: { 201: 'id, did, verificationMethod and url of the instance', 409: 'the id is taken' },
      handle: (call) => createHolder(deps, call),
    }),
    route({
      method: 'POST',
      path: '/admin/organizations/{slug}/verifiers',
      access: 'admin',
      tag: 'Administration',
      summary: 'Add a verifier instance',
      request: NewVerifier,
      answers: { 201: 'id and url of the instance', 409: 'the id is taken' },
      handle: (call) => createVerifier(deps, call),
    }),
    ...(deps.setClock === undefined ? [] : [clockRoute(deps.setClock)]),
  ];
}

async function createIssuer(deps: AdministrationDeps, call: Call<z.infer<typeof NewIssuer>>): Promise<Answer> {
  const { id, cryptosuite, keyType, mandatoryPointers, vcdm, statusPurposes, conformance } = call.body;
  assertProfile(deps, call.body);
  if (vcdm?.includes('1.1') && cryptosuite.includes('jwt'))
    throw new ServiceError('BAD_REQUEST', 'tokens are of VCDM 2.0', { pointer: '/vcdm' });
  const record = await deps.identity.createIssuer(slugOf(call), {
    id,
    cryptosuite,
    keyType,
    statusPurposes,
    mandatoryPointers,
    vcdm,
    conformance,
  });
  const { did, verificationMethod } = record.settings;
  return { status: 201, body: { id, did, verificationMethod, url: `${deps.publicUrl()}/issuers/${id}` } };
}

async function createHolder(deps: AdministrationDeps, call: Call<z.infer<typeof NewHolder>>): Promise<Answer> {
  const { id, cryptosuite, keyType, conformance } = call.body;
  assertProfile(deps, call.body);
  const record = await deps.identity.createHolder(slugOf(call), {
    id,
    cryptosuite,
    keyType,
    conformance,
  });
  const { did, verificationMethod } = record.settings;
  return { status: 201, body: { id, did, verificationMethod, url: `${deps.publicUrl()}/holders/${id}` } };
}

async function createVerifier(deps: AdministrationDeps, call: Call<z.infer<typeof NewVerifier>>): Promise<Answer> {
  const { id, policy, watch, reevaluateEverySeconds, ...rest } = call.body;
  assertProfile(deps, call.body);
  const settings = Object.fromEntries(
    Object.entries({ ...rest, ...(policy === undefined ? {} : { policy }) }).filter(([, value]) => value !== undefined),
  ) as JsonObject;
  assertVerifierSettings(settings);
  if (policy !== undefined) readPolicyObject(policy as JsonObject, '/policy');
  const instance = await deps.identity.createVerifier(slugOf(call), { id, settings });
  // Either says that it is wanted, unless it is said not to be.
  if (watch ?? reevaluateEverySeconds !== undefined) await deps.watch(instance, reevaluateEverySeconds);
  return { status: 201, body: { id, url: `${deps.publicUrl()}/verifiers/${id}` } };
}

/** Errors: CONFIG_REFUSED for a conformance instance on a node that was not started for them. */
function assertProfile(
  { conformance }: AdministrationDeps,
  body: { readonly conformance?: boolean | undefined },
): void {
  if (body.conformance !== true || conformance) return;
  throw new ServiceError('CONFIG_REFUSED', 'conformance instances need a node started with PROFILE=conformance', {
    pointer: '/conformance',
  });
}

function clockRoute(setClock: (now: string) => void): Route {
  return route({
    method: 'POST',
    path: '/admin/clock',
    access: 'admin',
    tag: 'Administration',
    summary: 'Set the demonstration clock (CLOCK=manual only)',
    request: z.strictObject({ now: z.string().max(40) }),
    answers: { 200: 'the clock stands at this instant' },
    handle: async ({ body }) => {
      setClock(body.now);
      return { status: 200, body: { now: body.now } };
    },
  });
}

function slugOf(call: Call): string {
  return call.params['slug'] ?? '';
}

function publicView(organisation: Awaited<ReturnType<Identity['requireOrganisation']>>): object {
  // The log of a did:webvh has a place of its own.
  const { webvh: _log, ...rest } = organisation;
  return rest;
}
