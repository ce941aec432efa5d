/** Lines of a text that comes in pieces, as bytes: each ends with LF, the last one with LF or the end. A CR before the LF is dropped. */

export interface Line {
  /** Counted from 1; empty lines count. */
  readonly number: number;
  /** Without its end. Nothing when the line is longer than allowed; its bytes are not kept. */
  readonly bytes: Uint8Array | undefined;
}

const LF = 0x0a;
const CR = 0x0d;

/** Cuts pieces into lines, and holds no more than one line of at most `maxBytes`. */
export class LineCutter {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #size = 0;
  #number = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that end in this piece. */
  *push(piece: Uint8Array): Generator<Line, void, void> {
    let from = 0;
    for (let at = piece.indexOf(LF); at >= 0; at = piece.indexOf(LF, from)) {
      this.#hold(piece.subarray(from, at));
      yield this.#cut();
      from = at + 1;
    }
    this.#hold(piece.subarray(from));
  }

  /** What stands after the last LF; nothing where nothing does. */
  *end(): Generator<Line, void, void> {
    if (this.#size > 0) yield this.#cut();
  }

  #hold(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#size += part.length;
    // One more for the CR that will be dropped.
    if (this.#size > this.#maxBytes + 1) this.#parts = [];
    else this.#parts.push(part);
  }

  #cut(): Line {
    const [only] = this.#parts;
    const whole = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts);
    const bytes = whole.at(-1) === CR ? whole.subarray(0, -1) : whole;
    const size = this.#size - (whole.length - bytes.length);
    this.#parts = [];
    this.#size = 0;
    this.#number += 1;
    return { number: this.#number, bytes: size > this.#maxBytes ? undefined : bytes };
  }
}
