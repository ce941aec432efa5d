import type { KeyObject } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { JudgedKeys, MOST_CACHED_KEYS, PublicKeyCache } from '../../../src/crypto/public-key-cache.ts';

const name = (at: number): Uint8Array => Uint8Array.of(at >> 8, at & 255);

describe('the cache of public keys', () => {
  const load = vi.fn((bytes: Uint8Array) => ({ bytes }) as unknown as KeyObject);

  it('loads a key once', () => {
    const cache = new PublicKeyCache();
    load.mockClear();
    expect(cache.find(name(1), load)).toBe(cache.find(name(1), load));
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('keeps so many and lets the one unused for longest go', () => {
    const cache = new PublicKeyCache();
    for (let at = 0; at < MOST_CACHED_KEYS; at += 1) cache.find(name(at), load);
    cache.find(name(0), load);
    cache.find(name(MOST_CACHED_KEYS), load);
    expect(cache.size).toBe(MOST_CACHED_KEYS);
    load.mockClear();
    cache.find(name(0), load);
    expect(load).not.toHaveBeenCalled();
    cache.find(name(1), load);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('keeps no key that was refused', () => {
    const cache = new PublicKeyCache();
    expect(cache.find(name(1), () => undefined)).toBeUndefined();
    expect(cache.size).toBe(0);
  });
});

describe('keys that have been judged', () => {
  it('are judged once, the good and the bad, and no bad one pushes out a good one', () => {
    const judge = vi.fn((bytes: Uint8Array) => bytes.length === 1);
    const keys = new JudgedKeys(judge);
    expect(keys.isGood(Uint8Array.of(7))).toBe(true);
    for (let at = 0; at <= MOST_CACHED_KEYS; at += 1) expect(keys.isGood(name(at))).toBe(false);
    judge.mockClear();
    expect([keys.isGood(Uint8Array.of(7)), keys.isGood(name(MOST_CACHED_KEYS))]).toEqual([true, false]);
    expect(judge).not.toHaveBeenCalled();
    // The one unused for longest was let go.
    expect(keys.isGood(name(0))).toBe(false);
    expect(judge).toHaveBeenCalledTimes(1);
  });
});
