export type ByteCollector = {
  /** Copies as much of `chunk` as fits; false when there was more than that. */
  push(chunk: Buffer): boolean;
  take(): Buffer;
};

/**
 * Gathers a stream into one growing buffer. A list of chunks would let a sender of one-byte chunks make us hold an
 * object, and the whole read buffer under it, for every byte. Nothing is reserved ahead on the word of a header.
 */
export function createByteCollector(maxBytes: number): ByteCollector {
  let bytes = Buffer.alloc(0);
  let length = 0;

  function reserve(needed: number): void {
    if (needed <= bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.min(maxBytes, Math.max(needed, bytes.length * 2, 1_024)));
    bytes.copy(grown, 0, 0, length);
    bytes = grown;
  }

  return {
    push(chunk) {
      const fitting = Math.min(chunk.length, maxBytes - length);
      reserve(length + fitting);
      chunk.copy(bytes, length, 0, fitting);
      length += fitting;
      return fitting === chunk.length;
    },
    take: () => bytes.subarray(0, length),
  };
}
