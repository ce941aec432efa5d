/** Signers in other networks, as an operator names them in a file. */
import { readFile } from 'node:fs/promises';
import { ServiceError } from '../../base/error.ts';
import { isObject, readJsonObject } from '../../base/json.ts';
import { HOLDER_NAME, PKCS11, SEALED } from './key-holder.ts';

/** A signer in another network, as `createPeer` takes it. The token and the key are in no message. */
export interface SignerConfig {
  readonly url: string;
  readonly ca: string;
  readonly token: string | undefined;
  readonly client: { readonly certificate: string; readonly key: string } | undefined;
}

const SIGNER_MEMBERS = ['url', 'caFile', 'tokenFile', 'certificateFile', 'keyFile'];

/**
 * The signers that a SIGNERS_FILE names, with what the files that it names hold. Each is known to its signer by a token or a certificate.
 * Errors: CONFIG_REFUSED.
 */
export async function readSigners(file: string | undefined): Promise<readonly (readonly [string, SignerConfig])[]> {
  if (file === undefined) return [];
  const wrong = (why: string): ServiceError => refused('SIGNERS_FILE', why);
  const read = readJsonObject(await readText('SIGNERS_FILE', file));
  if (!read.ok) throw wrong('not a JSON object');
  const signers: (readonly [string, SignerConfig])[] = [];
  for (const [name, value] of Object.entries(read.value)) {
    if (!HOLDER_NAME.test(name) || name === SEALED || name === PKCS11)
      throw wrong('names are small letters, digits and hyphens, and neither sealed nor pkcs11');
    if (!isObject(value)) throw wrong(`${name} is not an object`);
    const stray = Object.keys(value).find((member) => !SIGNER_MEMBERS.includes(member));
    if (stray !== undefined) throw wrong(`${name}: ${JSON.stringify(stray.slice(0, 40))} is not known`);
    const member = (key: string): string | undefined => {
      const text = value[key];
      if (text !== undefined && (typeof text !== 'string' || text === '')) throw wrong(`${name}: ${key} is no text`);
      return text;
    };
    const [url, ca, token] = [member('url'), member('caFile'), member('tokenFile')];
    const [certificate, key] = [member('certificateFile'), member('keyFile')];
    if (url === undefined || ca === undefined) throw wrong(`${name} needs url and caFile`);
    if ((certificate === undefined) !== (key === undefined))
      throw wrong(`${name}: certificateFile and keyFile go together`);
    if (token === undefined && certificate === undefined)
      throw wrong(
        `${name} needs tokenFile, or certificateFile and keyFile: a signer signs for nobody in particular otherwise`,
      );
    const text = (path: string): Promise<string> => readText(`SIGNERS_FILE: ${name}`, path);
    signers.push([
      name,
      {
        url,
        ca: await text(ca),
        token: token === undefined ? undefined : await readSecretLine(`SIGNERS_FILE: ${name}`, token),
        client:
          certificate === undefined || key === undefined
            ? undefined
            : { certificate: await text(certificate), key: await text(key) },
      },
    ]);
  }
  return signers;
}

/** What a file holds, without the end of its line. Errors: CONFIG_REFUSED, which never shows it. */
export async function readSecretLine(variable: string, file: string): Promise<string> {
  const line = (await readText(variable, file)).replace(/\r?\n$/, '');
  if (!/^[\x20-\x7e]+$/.test(line)) throw refused(variable, `${file} does not hold one line of ASCII characters`);
  return line;
}

async function readText(variable: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ServiceError('CONFIG_REFUSED', `${variable}: ${file} cannot be read`, { cause });
  });
}

function refused(name: string, why: string): ServiceError {
  return new ServiceError('CONFIG_REFUSED', `${name}: ${why}`);
}
