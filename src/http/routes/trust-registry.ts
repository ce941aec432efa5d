/** TRQP 2.0 over HTTPS: the base URL is `/verifiers/{id}/trqp`, the paths below it are the specification's (docs/exchange.md, section 1). */
import { z } from 'zod';
import { ServiceError } from '../../base/error.ts';
import { formatDateTime, readDateTime } from '../../formats/date-time.ts';
import type { Identity } from '../../services/identity/identity.ts';
import type { RegistryAnswer, RegistryQuery, TrustRegistry } from '../../services/trust-registry.ts';
import { sentenceOf } from '../../services/verifier/explanation.ts';
import { type Call, type Route, route } from '../route.ts';

const Word = z.string().min(1).max(300);
const Query = z.strictObject({
  entity_id: Word,
  authority_id: Word,
  action: Word,
  resource: Word,
  /** A condition that is not understood here might narrow the question, so it is refused and never left out. */
  context: z
    .strictObject({
      time: z.string().max(40).optional(),
      locator: z.string().max(300).optional(),
      programme: Word.optional(),
      standard: Word.optional(),
      sector: Word.optional(),
      territory: z
        .string()
        .regex(/^[A-Z]{2}$/)
        .optional(),
      cbamActivityGroup: Word.optional(),
    })
    .optional(),
});

interface TrustRegistryRouteDeps {
  readonly identity: Identity;
  readonly registry: TrustRegistry;
}

export function trustRegistryRoutes({ identity, registry }: TrustRegistryRouteDeps): readonly Route[] {
  const ask = async (call: Call<z.infer<typeof Query>>, kind: RegistryQuery['kind']) => {
    const instance = await identity.requireInstance('verifier', call.params['id'] ?? '', call.organisation);
    const answer = await registry.answer(instance, queryOf(call.body, kind));
    return { status: 200, body: bodyOf(call, answer, kind), headers: { 'cache-control': 'no-store' } };
  };
  const answers = {
    200: 'yes or no, with the path it follows from',
    400: 'malformed request or no policy',
    404: 'nothing on file speaks of this entity or authority, or no such action or regime',
  };
  return [
    route({
      method: 'POST',
      path: '/verifiers/{id}/trqp/authorization',
      access: 'organisation',
      scope: 'evaluate',
      tag: 'Trust registry',
      summary: 'TRQP 2.0: may this body verify under this regime, by what we have on file and under our policy?',
      request: Query,
      answers,
      handle: (call) => ask(call, 'authorization'),
    }),
    route({
      method: 'POST',
      path: '/verifiers/{id}/trqp/recognition',
      access: 'organisation',
      scope: 'evaluate',
      tag: 'Trust registry',
      summary: 'TRQP 2.0: is this body recognised as one who accredits verifiers under this regime?',
      request: Query,
      answers,
      handle: (call) => ask(call, 'recognition'),
    }),
  ];
}

function queryOf(body: z.infer<typeof Query>, kind: RegistryQuery['kind']): RegistryQuery {
  const { time, locator: _, programme, standard, sector, territory, cbamActivityGroup } = body.context ?? {};
  // The specification takes UTC written with Z, and reads an empty time as none.
  const at = time?.endsWith('Z') ? readDateTime(time) : undefined;
  if (at === undefined && time !== undefined && time !== '') {
    const pointer = { pointer: '/context/time' };
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'an instant such as 2027-04-15T00:00:00Z', pointer);
  }
  const demand = {
    ...(standard === undefined ? {} : { standard }),
    ...(sector === undefined ? {} : { sector }),
    ...(territory === undefined ? {} : { territory }),
    ...(cbamActivityGroup === undefined ? {} : { cbamActivityGroup }),
  };
  return {
    ...{ kind, entity: body.entity_id, authority: body.authority_id, action: body.action, resource: body.resource },
    ...{ programme, demand, at },
  };
}

/** The answer's context holds strings only, as the specification's schema has it. */
function bodyOf(call: Call<z.infer<typeof Query>>, answer: RegistryAnswer, kind: RegistryQuery['kind']) {
  const { entity_id, authority_id, action, resource, context = {} } = call.body;
  const { outcome, code, message, params, path, at, now, policy } = answer;
  const credentials = path.flatMap(({ credential }) => (credential === undefined ? [] : [credential]));
  return {
    ...{ entity_id, authority_id, action, resource },
    [kind === 'authorization' ? 'authorized' : 'recognized']: outcome === 'passed',
    ...(at === undefined ? {} : { time_requested: formatDateTime(at) }),
    time_evaluated: formatDateTime(now),
    message: sentenceOf(message, params, call.language),
    context: {
      ...context,
      outcome,
      policy,
      ...(code === undefined ? {} : { code }),
      ...(path.length === 0 ? {} : { path: path.map(({ did }) => did).join(' ') }),
      ...(credentials.length === 0
        ? {}
        : { credentials: credentials.map(({ id, digest }) => `${id} ${digest}`).join(', ') }),
    },
  };
}
