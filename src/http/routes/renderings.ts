import { z } from 'zod';
import type { JsonObject } from '../../base/json.ts';
import type { Holder } from '../../services/holder.ts';
import type { Identity } from '../../services/identity/identity.ts';
import { RENDERING_FORMS, type Renderings, SIGNED_FORMS } from '../../services/renderings.ts';
import { type Route, route } from '../route.ts';
import { JsonDocument } from './issuers.ts';

const Export = z.strictObject({
  as: z.enum(RENDERING_FORMS),
  /** Credentials, or ids of held ones. */
  credentials: z
    .array(z.union([z.string().max(200), JsonDocument]))
    .min(1)
    .max(64),
});

const Sign = z.strictObject({
  as: z.enum(SIGNED_FORMS),
  /** Of the instance itself those that are signed in the form; the others are in hand beside them. */
  credentials: z.array(JsonDocument).min(1).max(64),
});

interface RenderingRouteDeps {
  readonly identity: Identity;
  readonly holder: Holder;
  readonly renderings: Renderings;
}

export function renderingRoutes({ identity, holder, renderings }: RenderingRouteDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/holders/{id}/credentials/export',
      access: 'organisation',
      scope: 'present',
      tag: 'Holder',
      summary: 'Credentials as unsigned renderings in another form, each with what the form cannot say',
      request: Export,
      answers: {
        200: 'one rendering for each credential that has the form',
        400: 'not authentic, or none has the form',
      },
      handle: async (call) => {
        const instance = await identity.requireInstance('holder', call.params['id'] ?? '', call.organisation);
        const documents: JsonObject[] = [];
        for (const one of call.body.credentials) {
          documents.push(
            typeof one === 'string' ? (await holder.requireHeld(instance, one)).document : (one as JsonObject),
          );
        }
        const { as } = call.body;
        return { status: 200, body: { as, renderings: await renderings.render(as, documents, call.language) } };
      },
    }),
    route({
      method: 'POST',
      path: '/issuers/{id}/credentials/export',
      access: 'organisation',
      scope: 'issue',
      tag: 'Issuer',
      summary:
        'What this instance issued in the form of UNTP 0.7.0, each signed as a token by its issuer, with what the form cannot say',
      request: Sign,
      answers: {
        201: 'one enveloped credential for each of its own that has the form',
        400: 'not authentic, none is its own, or the instance does not envelope under a did:web',
      },
      handle: async (call) => {
        const instance = await identity.requireInstance('issuer', call.params['id'] ?? '', call.organisation);
        const { as, credentials } = call.body;
        const signed = await renderings.sign(instance, as, credentials as unknown as JsonObject[], call.language);
        return { status: 201, body: { as, renderings: signed } };
      },
    }),
  ];
}
