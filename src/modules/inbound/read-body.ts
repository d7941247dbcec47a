import type { Readable } from 'node:stream';
import type { TakeBytes } from './byte-budget.ts';
import type { ReceivedBody } from './read-call.ts';

export type BodyLimits = {
  /** A longer body is cut off. */
  bytesMax: number;
  /** How much is kept of one that is cut off. */
  bytesKept: number;
};

/**
 * Reads a body, of which no more than `bytesMax` is ever held: of a longer one only the beginning is kept, and the rest
 * is read away, since a caller hears no answer while it still writes. `takeBytes` is asked before more is held than
 * `bytesTaken`. Rejects when the caller breaks off.
 */
export function readBody(
  body: Readable,
  { bytesMax, bytesKept }: BodyLimits,
  declared: number | undefined,
  hold: (bytes: number) => void,
): Promise<ReceivedBody> {
  const { promise, resolve, reject } = Promise.withResolvers<ReceivedBody>();
  let chunks: Buffer[] = [];
  let bytes = 0;
  let isTruncated = (declared ?? 0) > bytesMax;
  let failure: unknown;

  function keep(chunk: Buffer): void {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (!isTruncated && bytes > bytesMax) isTruncated = true;
    if (isTruncated && bytes >= bytesKept) chunks = [Buffer.from(Buffer.concat(chunks).subarray(0, bytesKept))];
  }

  body.on('data', (chunk: Buffer) => {
    if (failure !== undefined || (isTruncated && bytes >= bytesKept)) return;
    try {
      hold(bytes + chunk.byteLength);
      keep(chunk);
    } catch (error) {
      failure = error;
      chunks = [];
    }
  });
  body.once('end', () => {
    if (failure !== undefined) return reject(failure);
    const [only] = chunks;
    resolve({ bytes: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks), isTruncated });
  });
  body.once('error', reject);
  body.once('close', () => reject(new Error('The caller broke off.')));
  return promise;
}

/** Takes room for a body in steps, where its length was not declared. */
export function createHold(takeBytes: TakeBytes, declared: number | undefined, { bytesMax, bytesKept }: BodyLimits) {
  const releases: (() => void)[] = [];
  let taken = 0;
  function take(bytes: number): void {
    releases.push(takeBytes(bytes));
    taken += bytes;
  }
  take(declared === undefined ? step : declared > bytesMax ? bytesKept : declared);
  return {
    hold(bytes: number): void {
      while (declared === undefined && bytes > taken) take(step);
    },
    release(): void {
      for (const release of releases.splice(0)) release();
    },
  };
}

const step = 1_048_576;
