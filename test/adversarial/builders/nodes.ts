/** Our own cases about nodes and spellings (own-cases.json). Each changed document is first shown to make the same statements. */
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { problemType } from '../../../src/base/problem.ts';
import { loadContexts } from '../../../src/credentials/contexts.ts';
import { checkWireShape } from '../../../src/credentials/wire-shape.ts';
import { type Base, emissionsClaim, ownType, secured, statusEntry } from '../bases.ts';
import { applyOperations, type Operation } from '../operations.ts';
import { good } from '../parties.ts';
import { sameStatements } from '../signing.ts';
import { specimen } from '../surfaces.ts';
import { type Builder, credentialTrials, type Trial } from '../trial.ts';
import type { World } from '../world.ts';

export const VOCAB = 'https://w3id.org/proofprint/vocab#';

interface Change {
  readonly form: string;
  readonly operations: readonly Operation[];
  /** Whether the signature would stay good were it not for the shape. */
  readonly same?: boolean;
  /** Whether it is the closed schema of the type alone that refuses it. */
  readonly bySchema?: boolean;
}

/** Every change on every surface. Errors: Error for one that is said to keep the statements and does not. */
async function changed(world: World, base: Base, changes: readonly Change[]): Promise<Trial[]> {
  const signed = await secured(base);
  const trials: Trial[] = [];
  for (const { form, operations, same = true, bySchema = false } of changes) {
    const document = applyOperations(signed, operations, {}, base.pointers);
    if (same && !(await sameStatements(signed, document))) throw new Error(`other statements: ${form}`);
    trials.push(...credentialTrials(world, specimen(form, document)));
    if (!bySchema) trials.push(byShape(form, document));
  }
  return trials;
}

const contexts = loadContexts();

/** The closed schemas would refuse most of these as well; the shape has to do so by itself, whatever the type. */
function byShape(form: string, document: JsonObject): Trial {
  return {
    form,
    surface: 'library',
    run: async () => {
      const started = performance.now();
      const findings = checkWireShape(document, { kind: 'credential', contexts });
      const types = findings.flatMap(({ code }) => (code === undefined ? [] : [problemType(code)]));
      const outcome = types.length === 0 ? 'accepted' : 'refused';
      return { outcome, types, milliseconds: performance.now() - started, breaches: [] };
    },
  };
}

export const put = (path: string, value: JsonValue): Operation => ({ op: 'add', path, value });

const move = (from: string, path: string): Operation => ({ op: 'move', from, path });

export const operator = (): JsonObject =>
  (emissionsClaim().unsecured['credentialSubject'] as JsonObject)['operator'] as JsonObject;

const repeated: Builder = async (world) => {
  const entry = { id: 'urn:example:status-entry', ...statusEntry() };
  const withEntry = emissionsClaim();
  const named = { ...withEntry, unsecured: { ...withEntry.unsecured, credentialStatus: entry } };
  return [
    ...(await changed(world, emissionsClaim(), [
      { form: 'the operator twice', operations: [put('/credentialSubject/operator', [operator(), operator()])] },
      {
        form: 'the operator three times',
        operations: [put('/credentialSubject/operator', [operator(), operator(), operator()])],
      },
      {
        form: 'the operator and a bare reference to it',
        operations: [put('/credentialSubject/operator', [operator(), { id: good.did }])],
      },
    ])),
    ...(await changed(world, named, [
      { form: 'a status entry with an id, twice', operations: [put('/credentialStatus', [entry, entry])] },
    ])),
  ];
};

const split: Builder = async (world) => {
  const { name, address, ...rest } = operator();
  const subject = emissionsClaim().unsecured['credentialSubject'] as JsonObject;
  const { goods, totalDirectEmissions, ...others } = subject;
  const half = { id: subject['id'] ?? '', goods: goods ?? [], totalDirectEmissions: totalDirectEmissions ?? {} };
  return changed(world, emissionsClaim(), [
    {
      form: 'the address of the operator under the issuer',
      operations: [put('/issuer', { id: good.did }), move('/credentialSubject/operator/address', '/issuer/address')],
    },
    { form: 'the subject in two halves', operations: [put('/credentialSubject', [others, half])] },
    {
      form: 'the operator in two halves',
      operations: [
        put('/credentialSubject/operator', [rest, { id: good.did, name: name ?? '', address: address ?? '' }]),
      ],
    },
  ]);
};

const moved: Builder = (world) =>
  changed(world, emissionsClaim(), [
    {
      form: 'all of the operator under the issuer',
      operations: [put('/issuer', operator()), put('/credentialSubject/operator', { id: good.did })],
      bySchema: true,
    },
    {
      form: 'all of the operator under the issuer, its reference a text',
      operations: [put('/issuer', operator()), put('/credentialSubject/operator', good.did)],
      same: false,
      bySchema: true,
    },
  ]);

const annotated: Builder = (world, given) => {
  const [text = ''] = given.build.values ?? [];
  return changed(world, emissionsClaim(), [
    { form: 'on the subject', operations: [put('/credentialSubject/@index', text)] },
    { form: 'on an entry', operations: [put('/credentialSubject/goods/0/@index', text)] },
    { form: 'on the credential', operations: [put('/@index', text)] },
    {
      form: 'beside @value',
      operations: [put('/credentialSubject/operator/name', { '@value': operator()['name'] ?? '', '@index': text })],
    },
  ]);
};

/** An accreditation: two of its members are arrays of literals. */
export function accreditation(): Base {
  return {
    ...ownType('VerifierAccreditation', {
      id: 'did:web:verify.example',
      accreditationId: 'IT-CBAM-0031',
      accreditationBodyCountry: 'IT',
      verifierCountry: 'IT',
      legalBasis: 'national',
      standards: ['ISO/IEC 17029:2019', 'ISO 14065:2020'],
      scopes: [
        { activity: 'verification', programme: 'iso14067-pcf', normative: ['ISO 14064-3:2019', 'ISO 14067:2018'] },
      ],
      effectiveDate: '2027-03-16',
      expiryDate: '2028-02-09',
    }),
  };
}

const repeatedLiterals: Builder = (world) =>
  changed(world, accreditation(), [
    {
      form: 'the first one three times',
      operations: [
        put('/credentialSubject/standards/-', 'ISO/IEC 17029:2019'),
        put('/credentialSubject/standards/-', 'ISO/IEC 17029:2019'),
      ],
    },
    {
      form: 'all of them twice',
      operations: [
        put('/credentialSubject/standards', [
          'ISO/IEC 17029:2019',
          'ISO 14065:2020',
          'ISO/IEC 17029:2019',
          'ISO 14065:2020',
        ]),
      ],
    },
    { form: 'inside an entry', operations: [put('/credentialSubject/scopes/0/normative/-', 'ISO 14067:2018')] },
  ]);

const wrapped: Builder = (world) => {
  const { goods } = emissionsClaim().unsecured['credentialSubject'] as JsonObject;
  const figure = '/credentialSubject/goods/0/specificDirect';
  return changed(world, emissionsClaim(), [
    { form: '@set', operations: [put('/credentialSubject/goods', { '@set': goods ?? [] })] },
    {
      form: '@nest',
      operations: [
        put('/credentialSubject/@nest', {}),
        move('/credentialSubject/goods', '/credentialSubject/@nest/goods'),
      ],
    },
    { form: 'an empty @nest', operations: [put('/credentialSubject/@nest', {})] },
    { form: 'a value object', operations: [put(figure, { '@value': '90.0' })] },
    { form: 'an array of one', operations: [put(figure, ['90.0'])], bySchema: true },
    { form: '@type beside the type', operations: [put('/credentialSubject/@type', [])], same: false },
  ]);
};

const renamed: Builder = (world) => {
  const good0 = '/credentialSubject/goods/0';
  const iri = `${good0}/${`${VOCAB}specificDirect`.replaceAll('/', '~1')}`;
  return changed(world, emissionsClaim(), [
    { form: 'renamed', operations: [move(`${good0}/specificDirect`, iri)] },
    { form: 'doubled', operations: [put(iri, '90.0')] },
    { form: 'doubled with another value', operations: [put(iri, '1.0')], same: false },
  ]);
};

export const NODE_BUILDERS: Readonly<Record<string, Builder>> = {
  'SHAPE-020': repeated,
  'SHAPE-021': split,
  'SHAPE-022': moved,
  'SHAPE-023': annotated,
  'SHAPE-024': repeatedLiterals,
  'SHAPE-025': wrapped,
  'SHAPE-026': renamed,
};
