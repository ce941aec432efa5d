/** What the store needs of a file system to write durably. A port, because a test must be able to make a sync fail. */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, statfs } from 'node:fs/promises';

export interface WritableFile {
  /** Bytes in the file when it was opened. */
  readonly size: number;
  /** All of the bytes, at the position. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Resolves when everything written is on stable storage. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Disk {
  /** Open for writing, creating the file with mode 0600. */
  open(path: string): Promise<WritableFile>;
  /** With parents, mode 0700. */
  makeDirectory(path: string): Promise<void>;
  /** Make a created or renamed entry durable. */
  syncDirectory(path: string): Promise<void>;
  /** Bytes that may still be written to the volume that holds the path. */
  free(path: string): Promise<number>;
}

class NodeFile implements WritableFile {
  readonly size: number;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.size = size;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.byteLength; ) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.byteLength - done, position + done);
      done += bytesWritten;
    }
  }

  truncate(length: number): Promise<void> {
    return this.#handle.truncate(length);
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

export const nodeDisk: Disk = {
  open: async (path) => {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    return new NodeFile(handle, (await handle.stat()).size);
  },
  makeDirectory: async (path) => {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },
  syncDirectory: async (path) => {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  free: async (path) => {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
};
