/** An issuer instance of the organisation under test for each mechanism, made when first asked for. */
import { isObject } from '../../src/base/json.ts';
import { ADMIN_TOKEN } from '../support/node.ts';
import { DERIVED_MECHANISMS, OTHER_MECHANISMS } from './mechanisms.ts';
import { ask } from './surfaces.ts';
import type { World } from './world.ts';

interface Instance {
  readonly instance: string;
  /** Under which it issues. */
  readonly did: string;
}

const known = new WeakMap<World, Promise<ReadonlyMap<string, Instance>>>();

/** By the name of the mechanism. Errors: Error when the node refuses one. */
export function instancesOf(world: World): Promise<ReadonlyMap<string, Instance>> {
  const made = known.get(world) ?? createInstances(world);
  known.set(world, made);
  return made;
}

async function createInstances(world: World): Promise<ReadonlyMap<string, Instance>> {
  const instances = new Map<string, Instance>();
  for (const [index, { name, option, keyType }] of [...OTHER_MECHANISMS, ...DERIVED_MECHANISMS].entries()) {
    const instance = `maker-under-${index}`;
    let did: unknown;
    const { outcome, detail } = await ask(world, 'POST', '/admin/organizations/maker/issuers', {
      token: ADMIN_TOKEN,
      body: { id: instance, cryptosuite: option, keyType },
      onBody: (body) => {
        did = isObject(body) ? body['did'] : undefined;
      },
    });
    if (typeof did !== 'string') throw new Error(`no instance for ${name}: ${outcome} ${detail}`);
    instances.set(name, { instance, did });
  }
  return instances;
}
