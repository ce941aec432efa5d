/** An issuer instance for each mechanism, of the organisation under test and of the command's; made when first asked for. */
import { isObject } from '../../src/base/json.ts';
import { ADMIN_TOKEN } from '../support/node.ts';
import { MECHANISMS } from './mechanisms.ts';
import { ask } from './surfaces.ts';
import type { World } from './world.ts';

interface Instance {
  readonly instance: string;
  /** Under which it issues. */
  readonly did: string;
}

/** Those of the directory that the command works on, by the same names. */
export function localInstancesOf(world: World): Promise<ReadonlyMap<string, Instance>> {
  const made = local.get(world) ?? createLocalInstances(world);
  local.set(world, made);
  return made;
}

async function createLocalInstances(world: World): Promise<ReadonlyMap<string, Instance>> {
  const instances = new Map<string, Instance>();
  const node = await world.issuing.open();
  for (const [index, { name, option, keyType }] of MECHANISMS.entries()) {
    const instance = `local-under-${index}`;
    const { settings } = await node.identity.createIssuer('local', { id: instance, cryptosuite: option, keyType });
    instances.set(name, { instance, did: String(settings['did']) });
  }
  await node.close();
  return instances;
}

const local = new WeakMap<World, Promise<ReadonlyMap<string, Instance>>>();
const known = new WeakMap<World, Promise<ReadonlyMap<string, Instance>>>();

/** By the name of the mechanism. Errors: Error when the node refuses one. */
export function instancesOf(world: World): Promise<ReadonlyMap<string, Instance>> {
  const made = known.get(world) ?? createInstances(world);
  known.set(world, made);
  return made;
}

async function createInstances(world: World): Promise<ReadonlyMap<string, Instance>> {
  const instances = new Map<string, Instance>();
  for (const [index, { name, option, keyType }] of MECHANISMS.entries()) {
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
