import { refuse, ServiceError } from '../../base/error.ts';
import { type JsonLimits, type JsonObject, REQUEST_LIMITS, readJsonObject } from '../../base/json.ts';
import type { InstanceRecord } from '../../store/store.ts';
import { type Policy, policyJsonSchema, readPolicy } from '../../trust/policy.ts';

/** A policy may list ten thousand organisations and twice as many default values (trust/policy.ts), so it has caps of its own. */
const POLICY_LIMITS: JsonLimits = {
  ...REQUEST_LIMITS,
  maxBytes: 32 * 1024 * 1024,
  maxNodes: 1_000_000,
  maxArray: 20_000,
};

/** The text of a policy file. Errors: CONFIG_REFUSED, also for what is no JSON: the fault is the operator's and no document's. */
export function readPolicyText(bytes: Uint8Array): JsonObject {
  const read = readJsonObject(bytes, POLICY_LIMITS);
  if (read.ok) return read.value;
  return refuse(
    read.findings.map(({ detail = 'malformed', ...finding }) => ({
      ...finding,
      code: 'CONFIG_REFUSED',
      detail: `not the JSON of a policy: ${detail}`,
    })),
  );
}

/** A policy as a client or an operator wrote it. Errors: CONFIG_REFUSED with the pointer of the first thing wrong and all findings. */
export function readPolicyObject(value: JsonObject, at = ''): Policy {
  const read = readPolicy(value);
  if (read.ok) return read.value;
  return refuse(read.findings.map((finding) => ({ ...finding, pointer: at + (finding.pointer ?? '') })));
}

/** The policy of a verifier instance: its own if it has one, else the node's. Errors: CONFIG_REFUSED when there is neither. */
export function policyOf(instance: InstanceRecord, nodePolicy: Policy | undefined): Policy {
  if (instance.settings['conformance'] === true) {
    throw new ServiceError('CONFIG_REFUSED', 'a conformance instance evaluates nothing');
  }
  const own = instance.settings['policy'];
  if (own !== undefined) return readPolicyObject(own as JsonObject);
  if (nodePolicy === undefined) {
    throw new ServiceError(
      'CONFIG_REFUSED',
      'this node has no policy and therefore evaluates nothing; set POLICY_FILE',
    );
  }
  return nodePolicy;
}

export { policyJsonSchema };
