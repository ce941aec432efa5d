import { performance } from 'node:perf_hooks';
import { ServiceError } from '../../base/error.ts';
import type { Disk } from './disk.ts';

/** Left free, so that what was begun can be ended, revocations be written, and LevelDB be opened again. */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** How old a measurement may be. Milliseconds of the machine's own running time, whatever the service's clock says. */
const MEASURED_EVERY = 1000;

interface RoomDeps {
  readonly disk: Disk;
  readonly directory: string;
  readonly reserve?: number | undefined;
}

/**
 * Whether the volume has room for more. A full disk makes LevelDB read-only until a restart, so new work stops before that, and goes on
 * by itself when there is room again.
 */
export class Room {
  readonly #deps: RoomDeps;
  #short: boolean;
  #measuredAt = performance.now();
  #measuring = false;

  private constructor(deps: RoomDeps, free: number) {
    this.#deps = deps;
    this.#short = free < reserveOf(deps);
  }

  static async measure(deps: RoomDeps): Promise<Room> {
    return new Room(deps, await deps.disk.free(deps.directory));
  }

  /** The latest answer; asks again when it is old, without keeping anybody waiting. */
  shortage(): ServiceError | undefined {
    if (!this.#measuring && performance.now() - this.#measuredAt > MEASURED_EVERY) void this.#measure();
    if (!this.#short) return undefined;
    return new ServiceError('UNAVAILABLE', 'The disk is nearly full', { retryAfter: 30 });
  }

  async #measure(): Promise<void> {
    this.#measuring = true;
    try {
      this.#short = (await this.#deps.disk.free(this.#deps.directory)) < reserveOf(this.#deps);
    } catch {
      // Not to know is no reason to stop; a write that fails will say so.
      this.#short = false;
    }
    this.#measuredAt = performance.now();
    this.#measuring = false;
  }
}

function reserveOf({ reserve = RESERVE_BYTES }: RoomDeps): number {
  return reserve;
}
