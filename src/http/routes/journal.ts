import { ServiceError } from '../../base/error.ts';
import type { JournalAudit } from '../../services/journal/journal-audit.ts';
import type { Route } from '../route.ts';

/** For auditors, by way of the administrator: records hold whatever the organisations of the node issue. */
export function journalRoutes({ journal }: { readonly journal: JournalAudit }): Route[] {
  return [
    {
      method: 'GET',
      path: '/admin/journal/checkpoint',
      access: 'admin',
      tag: 'Administration',
      summary:
        'A signed word of how far the journal has come; to be kept elsewhere, for `proofprint fsck --checkpoint`',
      answers: { 200: 'the checkpoint as a signed note (C2SP tlog-checkpoint), its verifier key, size and root' },
      handle: async () => ({ status: 200, body: await journal.checkpoint() }),
    },
    {
      method: 'GET',
      path: '/admin/journal/proof',
      access: 'admin',
      tag: 'Administration',
      summary: 'Show that a record is in the journal: RFC 9162, section 2.1.3',
      query: {
        sequence: 'number of the record, from 1',
        size: 'of the journal, as in a checkpoint; that of now unless given',
      },
      answers: { 200: 'the record, its leaf, the path and the root', 400: 'no such number', 404: 'no such record' },
      handle: async ({ query }) => {
        const sequence = numberIn(query, 'sequence');
        if (sequence === undefined) throw new ServiceError('BAD_REQUEST', 'name a sequence');
        return { status: 200, body: await journal.prove(sequence, numberIn(query, 'size')) };
      },
    },
  ];
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new ServiceError('BAD_REQUEST', `${name} is a whole number above 0`);
  return Number(text);
}
