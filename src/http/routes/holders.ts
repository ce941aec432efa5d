import { z } from 'zod';
import { ServiceError } from '../../base/error.ts';
import { asArray, isObject, type JsonObject, pointerOf } from '../../base/json.ts';
import { AUDIENCES } from '../../credentials/audience.ts';
import type { Holder } from '../../services/holder.ts';
import type { Identity, InstanceRecord } from '../../services/identity/identity.ts';
import { pageOf } from '../paging.ts';
import { profileOf } from '../profile-notice.ts';
import { type Call, type Route, route } from '../route.ts';
import { JsonDocument } from './issuers.ts';

const Keep = z.strictObject({ verifiableCredential: JsonDocument });
const Derive = z.strictObject({
  verifiableCredential: JsonDocument,
  options: z
    .strictObject({
      selectivePointers: z.array(z.string().max(200)).max(1000).optional(),
      /** What such an audience is shown by default (docs/domain.md, section 9.1), beside what is pointed at. */
      audience: z.enum(AUDIENCES).optional(),
      /** For one verifier and one use, where the mechanism can say so: an SD-JWT VC then carries the key binding of its holder. */
      challenge: z.string().min(16).max(128).optional(),
      domain: z.string().min(1).max(300).optional(),
    })
    .refine(({ challenge, domain }) => (challenge === undefined) === (domain === undefined), {
      message: 'give both challenge and domain, or neither',
      path: ['domain'],
    })
    .optional(),
});
const Prove = z.strictObject({
  /** An unsigned presentation that holds the credentials … */
  presentation: JsonDocument.optional(),
  /** … or the ids of held credentials. */
  credentials: z.array(z.string().max(200)).min(1).max(64).optional(),
  options: z.strictObject({
    challenge: z.string().min(16).max(128),
    domain: z.string().min(1).max(300),
    /** Who is to see it; needed as soon as a credential is a base proof, from which that much is then derived. */
    audience: z.enum(AUDIENCES).optional(),
    /** A cryptosuite, or `vp+jwt`; as the instance says unless given. */
    mechanism: z.string().max(40).optional(),
  }),
});

interface HolderRouteDeps {
  readonly identity: Identity;
  readonly holderFor: (instance: InstanceRecord) => Holder;
}

export function holderRoutes({ identity, holderFor }: HolderRouteDeps): readonly Route[] {
  const instanceOf = (call: Call) => identity.requireInstance('holder', call.params['id'] ?? '', call.organisation);
  const credentialOf = (call: Call) => call.params['credentialId'] ?? '';
  return [
    route({
      method: 'POST',
      path: '/holders/{id}/credentials',
      access: 'organisation',
      scope: 'present',
      tag: 'Holder',
      summary: 'Keep a received credential; its form and every proof must hold',
      request: Keep,
      answers: { 201: 'kept, with the id to find it by', 400: 'it does not verify' },
      handle: async (call) => {
        const instance = await instanceOf(call);
        const { id, credentialId, types, storedAt } = await holderFor(instance).store(
          instance,
          call.body.verifiableCredential as JsonObject,
        );
        return { status: 201, body: { id, credentialId, types, storedAt, ...profileOf(instance) } };
      },
    }),
    route({
      method: 'POST',
      path: '/holders/{id}/credentials/derive',
      access: 'organisation',
      scope: 'present',
      tag: 'Holder',
      summary: 'Show part of a credential: what its type always shows, and what the pointers select',
      request: Derive,
      answers: { 201: 'the derived credential', 400: 'a pointer to nothing, or a credential that is only shown whole' },
      handle: async (call) => {
        const instance = await instanceOf(call);
        const { verifiableCredential, options } = call.body;
        const { challenge, domain, ...shown } = options ?? {};
        const to = challenge === undefined || domain === undefined ? undefined : { challenge, domain };
        const derived = await holderFor(instance).derive(instance, verifiableCredential as JsonObject, shown, to);
        return { status: 201, body: { verifiableCredential: derived, ...profileOf(instance) } };
      },
    }),
    {
      method: 'GET',
      path: '/holders/{id}/credentials',
      access: 'organisation',
      scope: 'read',
      tag: 'Holder',
      summary: 'List what is held, newest first',
      query: { limit: '1 to 200', cursor: 'where the page before ended' },
      answers: { 200: 'a page of held credentials' },
      handle: async (call) => {
        const instance = await instanceOf(call);
        const page = await holderFor(instance).list(instance, pageOf(call.query));
        return {
          status: 200,
          body: { credentials: page.items, ...(page.next === undefined ? {} : { next: page.next }) },
        };
      },
    },
    {
      method: 'GET',
      path: '/holders/{id}/credentials/{credentialId}',
      access: 'organisation',
      scope: 'read',
      tag: 'Holder',
      summary: 'One held credential',
      answers: { 200: 'the credential', 404: 'no such credential' },
      handle: async (call) => {
        const instance = await instanceOf(call);
        const held = await holderFor(instance).requireHeld(instance, credentialOf(call));
        return { status: 200, body: { verifiableCredential: held.document, ...profileOf(instance) } };
      },
    },
    {
      method: 'DELETE',
      path: '/holders/{id}/credentials/{credentialId}',
      access: 'organisation',
      scope: 'present',
      tag: 'Holder',
      summary: 'Forget a held credential',
      answers: { 204: 'forgotten', 404: 'no such credential' },
      handle: async (call) => {
        const instance = await instanceOf(call);
        await holderFor(instance).remove(instance, credentialOf(call));
        return { status: 204 };
      },
    },
    route({
      method: 'POST',
      path: '/holders/{id}/presentations/prove',
      access: 'organisation',
      scope: 'present',
      tag: 'Holder',
      summary: 'Sign a presentation for one verifier (domain) and one use (challenge)',
      request: Prove,
      answers: { 201: 'the signed presentation', 400: 'nothing to present, or malformed' },
      handle: async (call) => {
        const instance = await instanceOf(call);
        const holder = holderFor(instance);
        const { presentation, credentials, options } = call.body;
        const chosen = await chosenCredentials(
          presentation as JsonObject | undefined,
          credentials,
          async (id) => (await holder.requireHeld(instance, id)).document,
        );
        const verifiablePresentation = await holder.prove(instance, {
          credentials: chosen,
          areHeld: credentials !== undefined,
          ...options,
        });
        return { status: 201, body: { verifiablePresentation, ...profileOf(instance) } };
      },
    }),
  ];
}

async function chosenCredentials(
  presentation: JsonObject | undefined,
  ids: readonly string[] | undefined,
  find: (id: string) => Promise<JsonObject>,
): Promise<readonly JsonObject[]> {
  if ((presentation === undefined) === (ids === undefined)) {
    throw new ServiceError('BAD_REQUEST', 'give either presentation or credentials', { pointer: '/credentials' });
  }
  if (ids !== undefined) return Promise.all(ids.map(find));
  const inside = asArray(presentation?.['verifiableCredential']);
  const strange = inside.findIndex((one) => !isObject(one));
  if (strange >= 0) {
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'not a credential', {
      pointer: pointerOf('presentation', 'verifiableCredential', strange),
    });
  }
  return inside.filter(isObject);
}
