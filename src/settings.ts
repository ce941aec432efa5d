/** How one variable of the environment is read: as it stands there, or, where it is a secret, from a file that another one names. */
import { readFileSync } from 'node:fs';
import { ServiceError } from './base/error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of a variable; undefined when it is unset or empty. Errors: CONFIG_REFUSED. */
export type Given = (name: string) => string | undefined;

/** Variables that hold a secret. Each may be given as the name of a file instead, in the variable with `_FILE` at its end. */
export const SECRETS: readonly string[] = [
  'ADMIN_TOKEN',
  'ADMIN_TOKEN_NEXT',
  'KEY_PASSPHRASE',
  'STORE',
  'OTEL_EXPORTER_OTLP_HEADERS',
];

/** Bytes; whoever names a disk or a log by mistake is told so. */
const MOST_SECRET = 16 * 1024;

export const refused = (name: string, why: string): ServiceError =>
  new ServiceError('CONFIG_REFUSED', `${name}: ${why}`);

export function createSettings(environment: Environment): Given {
  const plain: Given = (name) => {
    const value = environment[name];
    return value === undefined || value === '' ? undefined : value;
  };
  const read = new Map<string, string>();
  return (name) => {
    const file = SECRETS.includes(name) ? plain(`${name}_FILE`) : undefined;
    if (file === undefined) return plain(name);
    if (plain(name) !== undefined) throw refused(name, `give either ${name} or ${name}_FILE, not both`);
    const secret = read.get(name) ?? readSecretFile(`${name}_FILE`, file);
    read.set(name, secret);
    return secret;
  };
}

/** One line, without its end. Errors: CONFIG_REFUSED, which names the file and never shows what is in it. */
function readSecretFile(name: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ServiceError('CONFIG_REFUSED', `${name}: ${file} cannot be read`, { cause });
  }
  const line = text.replace(/\r?\n$/, '');
  if (line === '' || text.length > MOST_SECRET || /[\r\n\0]/.test(line))
    throw refused(name, `${file} does not hold one line of text`);
  return line;
}
