/** The route table of a node: which service answers at which door. */
import type { ManualClock } from './base/clock.ts';
import { ServiceError } from './base/error.ts';
import { readDateTime } from './formats/date-time.ts';
import type { Metrics } from './http/metrics.ts';
import type { Route } from './http/route.ts';
import { administrationRoutes } from './http/routes/administration.ts';
import { approvalRoutes } from './http/routes/approvals.ts';
import { batchRoutes } from './http/routes/batches.ts';
import { changesWebhookRoutes } from './http/routes/changes-webhook.ts';
import { didResolutionRoutes } from './http/routes/did-resolution.ts';
import { evaluationRoutes } from './http/routes/evaluations.ts';
import { holderRoutes } from './http/routes/holders.ts';
import { issuerRoutes } from './http/routes/issuers.ts';
import { journalRoutes } from './http/routes/journal.ts';
import { offerRoutes } from './http/routes/offers.ts';
import { openid4vciRoutes } from './http/routes/openid4vci.ts';
import { presentationRequestRoutes } from './http/routes/presentation-requests.ts';
import { presenterRoutes } from './http/routes/presenter.ts';
import { publicDocumentRoutes } from './http/routes/public-documents.ts';
import { renderingRoutes } from './http/routes/renderings.ts';
import { serviceRoutes } from './http/routes/service.ts';
import { signInRoutes } from './http/routes/sign-in.ts';
import { tokenRoutes } from './http/routes/tokens.ts';
import { trustRegistryRoutes } from './http/routes/trust-registry.ts';
import { verifierRoutes } from './http/routes/verifiers.ts';
import { workflowRoutes } from './http/routes/workflows.ts';
import { worksheetRoutes } from './http/routes/worksheets.ts';
import { VERSION } from './version.ts';

/** What answers at the doors; each of them takes what it needs. */
type Parts = Parameters<typeof tokenRoutes>[0] &
  Parameters<typeof journalRoutes>[0] &
  Parameters<typeof renderingRoutes>[0] &
  Parameters<typeof batchRoutes>[0] &
  Parameters<typeof approvalRoutes>[0] &
  Parameters<typeof issuerRoutes>[0] &
  Parameters<typeof offerRoutes>[0] &
  Parameters<typeof openid4vciRoutes>[0] &
  Parameters<typeof evaluationRoutes>[0] &
  Parameters<typeof changesWebhookRoutes>[0] &
  Parameters<typeof trustRegistryRoutes>[0] &
  Parameters<typeof holderRoutes>[0] &
  Parameters<typeof presentationRequestRoutes>[0] &
  Parameters<typeof presenterRoutes>[0] &
  Parameters<typeof workflowRoutes>[0] &
  Parameters<typeof didResolutionRoutes>[0] &
  Parameters<typeof publicDocumentRoutes>[0] &
  Omit<Parameters<typeof administrationRoutes>[0], 'watch' | 'setClock'> &
  Omit<Parameters<typeof verifierRoutes>[0], 'onVerdict'> &
  Pick<Parameters<typeof serviceRoutes>[0], 'isReady' | 'askStore'> & {
    readonly metrics: Metrics;
    /** Where people may sign in. */
    readonly signIn: Parameters<typeof signInRoutes>[0]['signIn'] | undefined;
    /** Where the time is set by hand. */
    readonly manualClock: Pick<ManualClock, 'set'> | undefined;
  };

export function createRoutes(parts: Parts): readonly Route[] {
  const { publicUrl, reevaluations, metrics, signIn, manualClock } = parts;
  const routes: Route[] = [
    ...(signIn === undefined ? [] : signInRoutes({ signIn, publicUrl })),
    ...administrationRoutes({
      ...parts,
      watch: (instance, everySeconds) => reevaluations.watch(instance, everySeconds),
      setClock: manualClock === undefined ? undefined : (now) => setClock(manualClock, now),
    }),
    ...tokenRoutes(parts),
    ...journalRoutes(parts),
    // Before the paths that take any credential id in its place.
    ...renderingRoutes(parts),
    ...batchRoutes(parts),
    ...approvalRoutes(parts),
    ...issuerRoutes(parts),
    ...offerRoutes(parts),
    ...openid4vciRoutes(parts),
    ...evaluationRoutes(parts),
    ...changesWebhookRoutes(parts),
    ...verifierRoutes({ ...parts, onVerdict: metrics.verified }),
    ...presentationRequestRoutes(parts),
    ...trustRegistryRoutes(parts),
    ...presenterRoutes(parts),
    ...holderRoutes(parts),
    ...worksheetRoutes(parts),
    ...workflowRoutes(parts),
    ...didResolutionRoutes(parts),
    ...publicDocumentRoutes(parts),
    ...serviceRoutes({
      ...parts,
      version: VERSION,
      routes: () => routes,
    }),
  ];
  return routes;
}

function setClock(clock: { set(now: number): void }, text: string): void {
  const now = readDateTime(text);
  if (now === undefined)
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'an instant such as 2027-04-15T00:00:00Z', { pointer: '/now' });
  clock.set(now);
}
