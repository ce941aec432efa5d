/** OID of `text` (PostgreSQL documentation, system catalogs, pg_type). */
const TEXT = 25;

/**
 * A `text[]` of one dimension as the server receives it in binary (its `array_recv`): long texts need no escapes that one end writes and
 * the other reads.
 */
export function textArray(texts: readonly string[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(20 + lengths.reduce((sum, length) => sum + 4 + length, 0));
  // Dimensions, whether there are nulls, type of the elements, their number, lower bound.
  let at = 0;
  for (const word of [1, 0, TEXT, texts.length, 1]) at = bytes.writeInt32BE(word, at);
  for (const [index, text] of texts.entries()) {
    at = bytes.writeInt32BE(lengths[index] ?? 0, at);
    at += bytes.write(text, at);
  }
  return bytes;
}
