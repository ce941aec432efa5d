/** What the checks of one credential are given; nothing here is looked up by themselves. */
import type { JsonObject } from '../../base/json.ts';
import type { Contexts } from '../../credentials/contexts.ts';
import type { Schemas } from '../../credentials/schemas.ts';
import type { DidResolver } from '../../dids/resolver.ts';
import type { DataIntegrity, PresentationExpectation } from '../../proofs/data-integrity.ts';
import type { StatusSources } from '../../status/check-status.ts';
import type { LoadSchema } from './load-schema.ts';

/** Where status lists come from: the network, this node itself, or whoever handed in the evidence. */
export type LoadStatusList = StatusSources['load'];

export interface CheckDeps {
  readonly contexts: Contexts;
  readonly schemas: Schemas;
  readonly proofs: DataIntegrity;
  readonly resolver: DidResolver;
  readonly loadStatusList: LoadStatusList;
  readonly rememberSeen?: StatusSources['rememberSeen'];
  readonly now: number;
  /** Where schemas of credentials without a profile come from; without it none is had. */
  readonly loadSchema?: LoadSchema;
  /** Lists that came with the credential. */
  readonly stapled?: readonly JsonObject[];
  /** Whose presentation it stands in. */
  readonly presentedTo?: PresentationExpectation;
}
