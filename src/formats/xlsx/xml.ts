/** XML 1.0, as far as office documents use it: elements, attributes, text and references. No document type, so nothing is declared or expanded. */

export type XmlEvent =
  | { readonly kind: 'open'; readonly name: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

/** The text is not well-formed, or more than is read here. */
export class XmlError extends Error {}

const TAG = /<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const ATTRIBUTE = /([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const REFERENCES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** In document order; names of elements and attributes without their prefixes. Errors: XmlError. */
export function* readXml(input: string): Generator<XmlEvent, void, void> {
  const open: string[] = [];
  const tag = new RegExp(TAG);
  for (let at = 0; at < input.length; ) {
    const next = input.indexOf('<', at);
    const until = next < 0 ? input.length : next;
    if (until > at && open.length > 0) yield { kind: 'text', text: resolve(input.slice(at, until)) };
    if (next < 0) break;
    const aside = skipAside(input, next);
    if (aside !== undefined) {
      if (aside.text !== undefined) yield { kind: 'text', text: aside.text };
      at = aside.end;
      continue;
    }
    tag.lastIndex = next;
    const match = tag.exec(input);
    if (match === null) throw new XmlError('a tag is malformed');
    at = tag.lastIndex;
    const [, closing, whole = '', attributes = '', empty] = match;
    const name = local(whole);
    if (closing === '/') {
      if (open.pop() !== whole) throw new XmlError('a tag is not closed');
      yield { kind: 'close', name };
      continue;
    }
    yield { kind: 'open', name, attributes: attributesOf(attributes) };
    if (empty === '/') yield { kind: 'close', name };
    else open.push(whole);
  }
  if (open.length > 0) throw new XmlError('a tag is not closed');
}

/** Comments, instructions and character data sections. */
function skipAside(input: string, at: number): { readonly end: number; readonly text?: string } | undefined {
  const kinds = [
    ['<!--', '-->'],
    ['<?', '?>'],
    ['<![CDATA[', ']]>'],
  ] as const;
  for (const [start, stop] of kinds) {
    if (!input.startsWith(start, at)) continue;
    const end = input.indexOf(stop, at + start.length);
    if (end < 0) throw new XmlError('something is not closed');
    const text = start === '<![CDATA[' ? { text: input.slice(at + start.length, end) } : {};
    return { end: end + stop.length, ...text };
  }
  return undefined;
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  if (text === '') return attributes;
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE))
    attributes.set(local(name), resolve(double ?? single ?? ''));
  return attributes;
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

function resolve(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w+)?;?/g, (whole, name: string | undefined) => {
    const known = name === undefined || !whole.endsWith(';') ? undefined : REFERENCES[name];
    if (known !== undefined) return known;
    if (name?.startsWith('#') !== true || !whole.endsWith(';')) throw new XmlError('an unknown reference');
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    if (code > 0x10ffff) throw new XmlError('an unknown reference');
    return String.fromCodePoint(code);
  });
}
