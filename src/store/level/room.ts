import { performance } from 'node:perf_hooks';
import { ServiceError } from '../../base/error.ts';
import type { Disk } from './disk.ts';
import { Reserve } from './reserve.ts';

/** Left free, so that what was begun can be ended, revocations be written, and LevelDB be opened again. */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** How old a measurement may be for work to be taken on, and for a group to be written. Milliseconds of the machine's own running time. */
const MEASURED_EVERY = 1000;
const MEASURED_BEFORE_WRITING = 100;

interface RoomDeps {
  readonly disk: Disk;
  readonly directory: string;
  readonly reserve?: number | undefined;
  /** File that holds as much again; without one there is only the refusal of new work. */
  readonly reserveFile?: string | undefined;
  /** Told when new work begins to be refused, and when it is taken again. */
  readonly onShortage?: ((short: boolean) => void) | undefined;
}

/**
 * Whether the volume has room for more. A full disk makes LevelDB read-only until a restart, so new work stops while there still is room,
 * and goes on by itself when there is room again. Should others fill the volume all the same, the reserve is given back: what is begun
 * ends, verification and revocation go on, and the node can be stopped and started.
 */
export class Room {
  readonly #deps: RoomDeps;
  readonly #wanted: number;
  readonly #reserve: Reserve | undefined;
  #short = false;
  #measuredAt = 0;
  #measuring: Promise<void> | undefined;

  private constructor(deps: RoomDeps, reserve: Reserve | undefined) {
    this.#deps = deps;
    this.#wanted = wantedOf(deps);
    this.#reserve = reserve;
  }

  static async measure(deps: RoomDeps): Promise<Room> {
    const { disk, reserveFile } = deps;
    const reserve = reserveFile === undefined ? undefined : await Reserve.open(disk, reserveFile, wantedOf(deps));
    const room = new Room(deps, reserve);
    await room.#measure();
    return room;
  }

  /** Why no new work is taken on; asks again when the answer is old, without keeping anybody waiting. */
  shortage(): ServiceError | undefined {
    if (performance.now() - this.#measuredAt > MEASURED_EVERY) void this.#measure();
    if (!this.#short) return undefined;
    return new ServiceError('UNAVAILABLE', 'The disk is nearly full', { retryAfter: 30 });
  }

  /** Before something is written, whatever it is: should nearly nothing be left, there is room afterwards. */
  async prepare(): Promise<void> {
    if (this.#reserve !== undefined && performance.now() - this.#measuredAt > MEASURED_BEFORE_WRITING)
      await this.#measure();
  }

  /** The disk was full before anybody saw it coming. Returns whether there is room now. */
  async release(): Promise<boolean> {
    this.#told(true);
    return (await this.#reserve?.release()) ?? false;
  }

  async close(): Promise<void> {
    await this.#measuring;
    await this.#reserve?.close();
  }

  #measure(): Promise<void> {
    this.#measuring ??= this.#look().finally(() => {
      this.#measuredAt = performance.now();
      this.#measuring = undefined;
    });
    return this.#measuring;
  }

  async #look(): Promise<void> {
    try {
      await this.#weigh(await this.#deps.disk.free(this.#deps.directory));
    } catch {
      // Not to know is no reason to stop; a write that fails will say so.
      this.#told(false);
    }
  }

  async #weigh(free: number): Promise<void> {
    const missing = this.#reserve?.missing ?? 0;
    const short = free < this.#wanted + missing;
    if (!short) this.#reserve?.fill();
    else if (free < this.#wanted / 4) await this.#reserve?.release();
    this.#told(short);
  }

  #told(short: boolean): void {
    if (short !== this.#short) this.#deps.onShortage?.(short);
    this.#short = short;
  }
}

function wantedOf({ reserve = RESERVE_BYTES }: Pick<RoomDeps, 'reserve'>): number {
  return reserve;
}
