import { ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { type Contexts, V2_CONTEXT } from '../../credentials/contexts.ts';
import { iriOfType } from '../../credentials/dcql/type-iris.ts';
import { profileOfType } from '../../credentials/profiles/profile-table.ts';
import type { Format } from './formats.ts';

/**
 * The query that asks for one whole credential of each of these types, in any of the formats. Each type is named as its contexts expand it,
 * and once more as it is written, for wallets that expand nothing.
 * Errors: BAD_REQUEST for a type that is not taken here.
 */
export function queryOfTypes(types: readonly string[], formats: readonly Format[], contexts: Contexts): JsonObject {
  const asked = types.map((type, place) => ({ id: idOf(type), meta: metaOf(type, place, contexts) }));
  const credentials = asked.flatMap(({ id, meta }) =>
    formats.map((format) => ({ id: idIn(id, format, formats), format, meta })),
  );
  if (formats.length === 1) return { credentials };
  // One credential of the type will do, in whichever format the holder has it.
  const sets = asked.map(({ id }) => ({ options: formats.map((format) => [idIn(id, format, formats)]) }));
  return { credentials, credential_sets: sets };
}

function metaOf(type: string, place: number, contexts: Contexts): JsonObject {
  const profile = profileOfType(type);
  if (profile === undefined) {
    throw new ServiceError('BAD_REQUEST', 'not a type that is taken here; ask by dcql_query', {
      pointer: `/types/${place}`,
    });
  }
  const iris = ['VerifiableCredential', type].map((one) => iriOfType(one, [V2_CONTEXT, ...profile.contexts], contexts));
  return { type_values: [[...new Set(iris)], [type]] };
}

/** `VerificationStatement` is asked for as `verification-statement`. */
const idOf = (type: string): string => type.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

const idIn = (id: string, format: Format, formats: readonly Format[]): string =>
  formats.length === 1 || format === 'ldp_vc' ? id : `${id}-${format.replaceAll('_', '-')}`;
