import type { Case } from '../case.ts';
import type { Builder } from '../trial.ts';
import { ALLOCATION_BUILDERS } from './allocation.ts';
import { API_BUILDERS } from './api.ts';
import { BBS_BUILDERS } from './bbs.ts';
import { CANONICALISATION_BUILDERS } from './canonicalisation.ts';
import { ANCHOR_BUILDERS } from './chain-anchors.ts';
import { LINK_BUILDERS } from './chain-links.ts';
import { PATH_BUILDERS } from './chain-paths.ts';
import { POLICY_BUILDERS } from './chain-policy.ts';
import { CHAIN_TIME_BUILDERS } from './chain-time.ts';
import { CONTEXT_BUILDERS } from './context.ts';
import { CONTROL_BUILDERS } from './control.ts';
import { DID_BUILDERS } from './did.ts';
import { DID_HOST_BUILDERS } from './did-hosts.ts';
import { ECDSA_BUILDERS } from './ecdsa.ts';
import { buildGeneric, isMachineReadable } from './generic.ts';
import { GENERIC_BUILDERS } from './generic-credentials.ts';
import { NOISE_BUILDERS } from './http-noise.ts';
import { INPUT_BUILDERS } from './input.ts';
import { ISSUANCE_BUILDERS } from './issuance.ts';
import { CYCLE_BUILDERS } from './issuance-cycle.ts';
import { JOSE_BUILDERS } from './jose.ts';
import { TOKEN_BUILDERS } from './jose-content.ts';
import { LIMIT_BUILDERS } from './limits.ts';
import { NODE_BUILDERS } from './nodes.ts';
import { OID4VP_BUILDERS } from './oid4vp.ts';
import { OPERATION_BUILDERS } from './operation.ts';
import { OWN_BUILDERS } from './own-controls.ts';
import { OWN_STATUS_BUILDERS } from './own-status.ts';
import { PRESENTATION_BUILDERS } from './presentation.ts';
import { PRESENTATION_TOKEN_BUILDERS } from './presentation-tokens.ts';
import { PROCESS_BUILDERS } from './processes.ts';
import { PROOF_BUILDERS } from './proof.ts';
import { SD_JWT_BUILDERS } from './sd-jwt.ts';
import { SD_JWT_TOKEN_BUILDERS } from './sd-jwt-tokens.ts';
import { SELECTIVE_BUILDERS } from './selective-disclosure.ts';
import { SELECTIVE_PROOF_BUILDERS } from './selective-proofs.ts';
import { STATUS_BUILDERS } from './status.ts';
import { STATUS_LIST_BUILDERS } from './status-lists.ts';
import { STORAGE_BUILDERS } from './storage.ts';
import { SUPPLY_BUILDERS } from './supply.ts';
import { TIME_BUILDERS } from './time.ts';
import { findUnderMechanisms, MECHANISM_BUILDERS } from './under-mechanisms.ts';
import { WALLET_BUILDERS } from './wallets.ts';
import { WEBVH_BUILDERS } from './webvh.ts';

const BUILDERS: Readonly<Record<string, Builder>> = {
  ...ALLOCATION_BUILDERS,
  ...ANCHOR_BUILDERS,
  ...API_BUILDERS,
  ...BBS_BUILDERS,
  ...CANONICALISATION_BUILDERS,
  ...CHAIN_TIME_BUILDERS,
  ...CONTEXT_BUILDERS,
  ...CONTROL_BUILDERS,
  ...CYCLE_BUILDERS,
  ...DID_BUILDERS,
  ...DID_HOST_BUILDERS,
  ...ECDSA_BUILDERS,
  ...GENERIC_BUILDERS,
  ...INPUT_BUILDERS,
  ...ISSUANCE_BUILDERS,
  ...JOSE_BUILDERS,
  ...LIMIT_BUILDERS,
  ...LINK_BUILDERS,
  ...MECHANISM_BUILDERS,
  ...NODE_BUILDERS,
  ...NOISE_BUILDERS,
  ...OID4VP_BUILDERS,
  ...OPERATION_BUILDERS,
  ...OWN_BUILDERS,
  ...OWN_STATUS_BUILDERS,
  ...PATH_BUILDERS,
  ...POLICY_BUILDERS,
  ...PRESENTATION_BUILDERS,
  ...PRESENTATION_TOKEN_BUILDERS,
  ...PROCESS_BUILDERS,
  ...PROOF_BUILDERS,
  ...SD_JWT_BUILDERS,
  ...SD_JWT_TOKEN_BUILDERS,
  ...SELECTIVE_BUILDERS,
  ...SELECTIVE_PROOF_BUILDERS,
  ...STATUS_BUILDERS,
  ...STATUS_LIST_BUILDERS,
  ...STORAGE_BUILDERS,
  ...SUPPLY_BUILDERS,
  ...TIME_BUILDERS,
  ...TOKEN_BUILDERS,
  ...WALLET_BUILDERS,
  ...WEBVH_BUILDERS,
};

/** A function written for the case, or the generic one where the case says all there is to say; nothing where neither is. */
export function findBuilder(given: Case): Builder | undefined {
  const build = BUILDERS[given.id] ?? (isMachineReadable(given) ? buildGeneric : undefined);
  const more = findUnderMechanisms(given);
  if (build === undefined || more === undefined) return build;
  return async (world, same) => [...(await build(world, same)), ...(await more(world, same))];
}

/** Cases that a function was written for; one that is in no list of cases was renamed or dropped. */
export const BUILT_BY_HAND: readonly string[] = Object.keys(BUILDERS);
