import { z } from 'zod';
import type { JsonObject } from '../base/json.ts';
import type { Route } from './route.ts';

/** OpenAPI 3.1 made from the route table: what is described is what is answered. */
export function openApiOf(routes: readonly Route[], version: string): JsonObject {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const one of routes) {
    paths[one.path] = { ...paths[one.path], [one.method.toLowerCase()]: operationOf(one) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Proofprint',
      version,
      description: 'Carbon-footprint claims as verifiable credentials: issue, hold, present, verify, evaluate.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: paths as unknown as JsonObject,
    components: {
      securitySchemes: {
        admin: { type: 'http', scheme: 'bearer', description: 'ADMIN_TOKEN' },
        organisation: {
          type: 'http',
          scheme: 'bearer',
          description:
            'the token that creating an organisation returned, or another of its tokens with the scope named here',
        },
      },
      schemas: { Problem: PROBLEM, ProtocolError: PROTOCOL_ERROR },
    },
  };
}

const PROBLEM: JsonObject = {
  type: 'object',
  description: 'RFC 9457 problem details',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string', description: 'in the language of Accept-Language (en, ko)' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'stable; see docs/errors.md' },
    detail: { type: 'string' },
    pointer: { type: 'string', description: 'JSON Pointer (RFC 6901) to what is wrong' },
    requestId: { type: 'string' },
    problems: { type: 'array', items: { type: 'object' } },
  },
};

const PROTOCOL_ERROR: JsonObject = {
  type: 'object',
  description: 'a refusal as the wallet protocols have it (RFC 6749, section 5.2)',
  required: ['error'],
  properties: { error: { type: 'string' }, error_description: { type: 'string' } },
};

function operationOf(one: Route): object {
  const parameters = [
    ...[...one.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...Object.entries(one.query ?? {}).map(([name, description]) => ({
      name,
      in: 'query',
      description,
      schema: { type: 'string' },
    })),
    ...(one.method === 'POST' && one.access !== 'public' && one.keepsNothing !== true
      ? [
          {
            name: 'Idempotency-Key',
            in: 'header',
            description: 'makes a repeated request happen once',
            schema: { type: 'string', maxLength: 200 },
          },
        ]
      : []),
  ];
  const responses = Object.entries(one.answers).map(([status, description]) => [
    status,
    Number(status) < 400
      ? { description, ...(status === '204' ? {} : { content: { [answeredAs(one)]: {} } }) }
      : { description, content: refusalOf(one) },
  ]);
  return {
    tags: [one.tag],
    summary: one.summary,
    ...(one.access === 'public' ? {} : { security: [{ [one.access]: one.scope === undefined ? [] : [one.scope] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(one),
    responses: {
      ...Object.fromEntries(responses),
      default: {
        description: 'refused',
        content: refusalOf(one),
      },
    },
  };
}

function refusalOf({ speaks }: Route): object {
  if (speaks === 'oauth') return { 'application/json': { schema: { $ref: '#/components/schemas/ProtocolError' } } };
  return { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
}

const LINES = 'application/x-ndjson';
const FORM = 'application/x-www-form-urlencoded';

const answeredAs = ({ answersLines }: Route): string => (answersLines === true ? LINES : 'application/json');

/** Of a body of lines, the schema of one of them. */
function bodyOf({ request, requestForm, requestLines }: Route): object {
  if (requestForm !== undefined)
    return { requestBody: { required: true, content: { [FORM]: { schema: schemaOf(requestForm) } } } };
  if (requestLines !== undefined)
    return { requestBody: { required: true, content: { [LINES]: { schema: schemaOf(requestLines) } } } };
  return request === undefined
    ? {}
    : { requestBody: { content: { 'application/json': { schema: schemaOf(request) } } } };
}

function schemaOf(request: z.ZodType): object {
  const { $schema: _draft, ...schema } = z.toJSONSchema(request, { io: 'input', unrepresentable: 'any' }) as Record<
    string,
    unknown
  >;
  return schema;
}
