/**
 * Text of strangers on a terminal: whatever would move the cursor, change colours, turn the direction or stay unseen is shown as its
 * code point (docs/threats.md, section 5.16). Line ends stay.
 */
export function printable(text: string): string {
  return text.replace(
    /(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
