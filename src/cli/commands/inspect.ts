import { parseArgs } from 'node:util';
import { asArray, isObject, type JsonObject } from '../../base/json.ts';
import { issuerOf, statusEntriesOf, subjectOf, typesOf } from '../../credentials/credential.ts';
import { isEnveloped, isSdEnvelope, isSdJwtVcEnvelope, readableOf } from '../../credentials/envelope.ts';
import { createLinkRef, linkDigest } from '../../credentials/link.ts';
import { findProfile } from '../../credentials/profiles/profile-table.ts';
import { digestOfJson } from '../../formats/digest.ts';
import { type Command, EXIT, UsageError } from '../command.ts';
import { presentedIn, readDocuments } from '../documents.ts';
import { printable } from '../printable.ts';

export const inspect: Command = {
  name: 'inspect',
  usage: 'inspect FILE… [--json]',
  summary: {
    en: 'Show what a document says of itself. Nothing is verified',
    ko: '문서가 스스로 무엇이라고 말하는지 보여 줍니다. 아무것도 확인하지 않습니다',
  },
  async run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean' } },
    });
    if (positionals.length === 0) throw new UsageError('name at least one file, or - for standard input');
    const documents = await readDocuments(positionals, terminal);
    const views = [...documents.credentials, ...presentedIn(documents)].map(viewOf);
    if (values.json) terminal.out(`${JSON.stringify(views, null, 2)}\n`);
    else
      for (const view of views)
        terminal.out(
          `${Object.entries(view)
            .map(([name, value]) => `${name.padEnd(12)} ${printable(value).replaceAll('\n', ' ')}`)
            .join('\n')}\n\n`,
        );
    return EXIT.accepted;
  },
};

function viewOf(received: JsonObject): Record<string, string> {
  const credential = readableOf(received);
  const proofs = asArray(credential['proof']).filter(isObject);
  const subject = subjectOf(credential)?.['id'];
  return {
    id: String(credential['id'] ?? '-'),
    type: typesOf(credential).join(' '),
    issuer: issuerOf(credential) ?? '-',
    subject: typeof subject === 'string' ? subject : '-',
    validFrom: String(credential['validFrom'] ?? '-'),
    validUntil: String(credential['validUntil'] ?? '-'),
    status:
      statusEntriesOf(credential)
        .map(
          (entry) =>
            `${String(entry['statusPurpose'])} ${String(entry['statusListCredential'])}#${String(entry['statusListIndex'])}`,
        )
        .join(', ') || '-',
    proofs:
      envelopeOf(received) +
        proofs
          .map((proof) => `${String(proof['cryptosuite'] ?? proof['type'])} by ${String(proof['verificationMethod'])}`)
          .join(', ') || 'none',
    linkDigest: linkDigest(credential),
    // Ready to be put where another credential links to this one.
    link:
      typeof credential['id'] === 'string' && findProfile(credential) ? JSON.stringify(createLinkRef(credential)) : '-',
    digest: digestOfJson(received),
  };
}

/** The media type of an envelope without its prefix; empty for what is none. */
function envelopeOf(received: JsonObject): string {
  if (isSdJwtVcEnvelope(received)) return 'dc+sd-jwt';
  if (isSdEnvelope(received)) return 'vc+sd-jwt';
  return isEnveloped(received) ? 'vc+jwt' : '';
}
