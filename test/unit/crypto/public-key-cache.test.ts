import type { KeyObject } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { MOST_CACHED_KEYS, PublicKeyCache } from '../../../src/crypto/public-key-cache.ts';

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
