import { refuse, ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import type { InstanceRecord } from '../../store/store.ts';
import { type Policy, policyJsonSchema, readPolicy } from '../../trust/policy.ts';

/** A policy as a client or an operator wrote it. Errors: CONFIG_REFUSED with the pointer of the first thing wrong and all findings. */
export function readPolicyObject(value: JsonObject, at = ''): Policy {
  const read = readPolicy(value);
  if (read.ok) return read.value;
  return refuse(read.findings.map((finding) => ({ ...finding, pointer: at + (finding.pointer ?? '') })));
}

/** The policy of a verifier instance: its own if it has one, else the node's. Errors: CONFIG_REFUSED when there is neither. */
export function policyOf(instance: InstanceRecord, nodePolicy: Policy | undefined): Policy {
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
