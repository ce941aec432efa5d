import { createPublicKey, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  noteKeyId,
  readCheckpointText,
  readNote,
  readNoteVerifier,
  writeCheckpointText,
  writeNote,
  writeNoteVerifier,
} from '../../../src/formats/signed-note.ts';

/** The example in the documentation of Go's package golang.org/x/mod/sumdb/note. */
const VERIFIER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const NOTE = `${TEXT}\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

it('reads what Go writes, and writes the same', () => {
  const verifier = readNoteVerifier(VERIFIER);
  const note = readNote(NOTE);
  if (verifier === undefined || note === undefined) throw new Error('not read');
  const [signature] = note.signatures;
  expect(note.text).toBe(TEXT);
  expect(signature?.keyId).toEqual(noteKeyId(verifier));
  const x = Buffer.from(verifier.publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  expect(verify(null, Buffer.from(note.text), key, signature?.signature ?? Buffer.alloc(0))).toBe(true);
  expect(writeNoteVerifier(verifier)).toBe(VERIFIER);
  expect(signature && writeNote(note.text, signature)).toBe(NOTE);
});

it('reads the checkpoint that it writes, and takes no other spelling', () => {
  const checkpoint = { origin: 'node.example/journal', size: 20_852_163, root: new Uint8Array(32).fill(7) };
  const text = writeCheckpointText(checkpoint);
  expect(readCheckpointText(text)).toEqual(checkpoint);
  expect(readCheckpointText(`${text}an extension\n`)).toEqual(checkpoint);
  for (const changed of [text.slice(0, -1), text.replace('\n2', '\n02'), text.replace('=', ''), `\n${text}`, '']) {
    expect(readCheckpointText(changed)).toBeUndefined();
  }
  for (const wrong of [{ origin: 'two words' }, { size: -1 }, { size: 1.5 }, { root: new Uint8Array(31) }]) {
    expect(() => writeCheckpointText({ ...checkpoint, ...wrong })).toThrow(RangeError);
  }
});

it('takes nothing else for a note or a verifier', () => {
  for (const wrong of [
    '',
    TEXT,
    NOTE.slice(0, -1),
    NOTE.replace('\u2014', '-'),
    NOTE.replace('x08', '*'),
    `${TEXT}\n`,
  ]) {
    expect(readNote(wrong)).toBeUndefined();
  }
  for (const wrong of ['', VERIFIER.replace('c7', 'c8'), VERIFIER.replace('+AR', '+Ah'), VERIFIER.slice(0, -4)]) {
    expect(readNoteVerifier(wrong)).toBeUndefined();
  }
});
