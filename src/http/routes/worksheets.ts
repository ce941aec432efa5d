import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { Identity } from '../../services/identity/identity.ts';
import { createWorksheet, proveLines } from '../../services/worksheets.ts';
import { problemsOf } from '../problem-details.ts';
import { type Call, type Route, route } from '../route.ts';
import { JsonDocument } from './issuers.ts';

const Build = z.strictObject({
  /** `{role, name, quantity, factor, claim?, verified?}`: judged one by one, so that each fault has its own pointer. */
  rows: z.array(z.unknown()).min(1).max(1000),
  /** As many leaves as there shall be at least, so that their number does not tell the number of inputs. */
  pad: z.int().min(1).max(1000).optional(),
});
const Prove = z.strictObject({
  worksheet: JsonDocument,
  /** Numbers of lines, counted from 1. */
  lines: z.array(z.int().min(1)).min(1).max(1000),
});

/** A worksheet passes through: it is the company's secret, and nobody on the way keeps it. */
const NOT_KEPT = { 'cache-control': 'no-store' };

export function worksheetRoutes({ identity }: { readonly identity: Identity }): readonly Route[] {
  const requireHolder = (call: Call<unknown>) =>
    identity.requireInstance('holder', call.params['id'] ?? '', call.organisation);
  return [
    route({
      method: 'POST',
      path: '/holders/{id}/worksheets',
      access: 'organisation',
      scope: 'present',
      keepsNothing: true,
      tag: 'Worksheets',
      summary: 'Build a salted worksheet from the inputs behind a figure; nothing of it is stored here',
      request: Build,
      answers: { 200: 'the sheet, its root and what a claim states of it', 400: 'a row that cannot be read' },
      handle: async (call) => {
        await requireHolder(call);
        const worksheet = createWorksheet(call.body.rows as readonly JsonValue[], call.body.pad);
        return { status: 200, body: { worksheet }, headers: NOT_KEPT };
      },
    }),
    route({
      method: 'POST',
      path: '/holders/{id}/worksheets/prove',
      access: 'organisation',
      scope: 'present',
      keepsNothing: true,
      tag: 'Worksheets',
      summary: 'Show single lines of a worksheet with the paths that prove them; nothing of it is stored here',
      request: Prove,
      answers: { 200: 'the lines as an evaluation takes them', 400: 'a sheet that does not hold, or no such line' },
      handle: async (call) => {
        await requireHolder(call);
        const { worksheet, warnings } = proveLines(call.body.worksheet as JsonObject, call.body.lines);
        const told = problemsOf(warnings, call.language);
        return {
          status: 200,
          body: { worksheet, ...(told.length === 0 ? {} : { warnings: told }) },
          headers: NOT_KEPT,
        };
      },
    }),
  ];
}
