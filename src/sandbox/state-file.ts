import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { Row } from './types.ts';

export type StateFile = {
  /** Every row as it was written last; none when there is no file yet. @throws when the file is no state file. */
  load(): Row[];
  /** Writes soon; many calls make one write. */
  save(rows: () => Row[]): void;
  /** Resolves when the last save is on the disk. */
  flush(): Promise<void>;
};

const settleMs = 100;

/** Whole file, written beside and renamed: a crash leaves the former state. */
export function createStateFile(path: string): StateFile {
  let timer: NodeJS.Timeout | undefined;
  let latest: (() => Row[]) | undefined;
  let writing: Promise<void> = Promise.resolve();

  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    const rows = latest;
    latest = undefined;
    if (!rows) return;
    writing = writing.then(async () => {
      await writeFile(`${path}.new`, JSON.stringify({ version: 1, rows: rows() }), { mode: 0o600 });
      await rename(`${path}.new`, path);
    });
  }

  return {
    load() {
      try {
        const parsed: { version: number; rows: Row[] } = JSON.parse(readFileSync(path, 'utf8'));
        if (parsed.version !== 1) throw new Error(`${path} is not a sandbox state of version 1`);
        return parsed.rows;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
        throw error;
      }
    },
    save(rows) {
      latest = rows;
      timer ??= setTimeout(write, settleMs);
    },
    flush() {
      write();
      return writing;
    },
  };
}
