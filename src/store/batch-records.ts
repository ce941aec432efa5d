/** Records of batches: many credentials issued, or many statuses changed, by one request. */

export interface BatchRecord {
  readonly id: string;
  /** Id of the issuer instance, and slug of the organisation it belongs to. */
  readonly issuer: string;
  readonly organisation: string;
  readonly kind: 'issue' | 'supersede' | 'status';
  /** `all`: nothing is done before every line was found good. `each`: every line stands for itself. */
  readonly mode: 'all' | 'each';
  /** `refused`: a line was bad and nothing was done. `interrupted`: sent again with its key, it goes on. */
  readonly state: 'validating' | 'working' | 'done' | 'refused' | 'interrupted';
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Lines that hold something; and of those looked at, done (now or by an earlier try) and refused. */
  readonly lines: number;
  readonly checked: number;
  readonly done: number;
  readonly refused: number;
  readonly undo?: UndoProgress;
  /** Which run is at work on it, and until when it is believed to be, milliseconds since the epoch. */
  readonly hold?: { readonly holder: string; readonly until: number };
}

/** How far the revocation of everything that a batch issued has come. */
export interface UndoProgress {
  readonly state: 'working' | 'done' | 'interrupted';
  readonly reason: string;
  /** `YYYY-MM-DD` */
  readonly effectiveDate: string;
  readonly startedAt: string;
  /** The last line that was looked at. */
  readonly line: number;
  readonly revoked: number;
  /** Revoked before. */
  readonly unchanged: number;
  readonly refused: number;
}

/** A run that means to work on a batch. */
export interface BatchHold {
  readonly holder: string;
  readonly ms: number;
  /** No other process can be at work: whoever still holds the batch is gone. */
  readonly alone: boolean;
}

/** One line of a batch, by whose number and digest it is known again. */
export interface BatchLine {
  readonly batch: string;
  /** Counted from 1. */
  readonly line: number;
  /** Of the line as it was sent. */
  readonly digest: string;
  /** The run that asks: it intends nothing more once another one has taken the batch over. */
  readonly holder?: string | undefined;
}
