import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import type { MessageLog, StoredMessage } from './message-store.ts';

type Line = { message: StoredMessage } | { forget: string };

const linesMax = 250_000;
const messagesMax = 100_000;

/**
 * Messages in a file of lines beside the state: a later line of a message stands for the earlier ones, and a line that
 * a crash cut off counts for nothing. Media are not in it. What a turn of the event loop wrote is in the file at its end.
 */
export function createMessageLog(path: string): MessageLog & { close(): void } {
  let file: number | undefined;
  let lines = 0;
  let waiting: string[] = [];
  let isOpen = true;

  function read(): StoredMessage[] {
    const kept = new Map<string, StoredMessage>();
    if (existsSync(path)) {
      for (const text of readFileSync(path, 'utf8').split('\n')) {
        const line = parse(text);
        if (line === undefined) continue;
        if ('message' in line) kept.set(line.message.rowId, line.message);
        else for (const [rowId, each] of kept) if (each.instanceId === line.forget) kept.delete(rowId);
      }
    }
    const found = [...kept.values()].slice(-messagesMax);
    compact(found);
    return found;
  }

  function compact(found: readonly StoredMessage[]): void {
    if (file !== undefined) closeSync(file);
    const text = found.map((message) => `${JSON.stringify({ message })}\n`).join('');
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    file = openSync(path, 'a');
    lines = found.length;
  }

  function append(line: string): void {
    if (!isOpen) return;
    if (waiting.length === 0) setImmediate(flush);
    waiting.push(line);
  }

  function flush(): void {
    if (waiting.length === 0 || file === undefined) return;
    writeSync(file, waiting.join(''));
    lines += waiting.length;
    waiting = [];
    if (lines > linesMax) read();
  }

  return {
    load: read,
    write: ({ media: _media, ...message }) => append(`${JSON.stringify({ message })}\n`),
    forget: (instanceId) => append(`${JSON.stringify({ forget: instanceId })}\n`),
    close() {
      flush();
      isOpen = false;
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

function parse(text: string): Line | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
