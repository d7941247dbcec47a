import { randomBytes } from 'node:crypto';
import { crc32, inflateSync } from 'node:zlib';
import { create } from 'qrcode';
import { expect, test } from 'vitest';
import { makeQr } from '../../src/sandbox/qr.ts';

const random = { bytes: (length: number) => randomBytes(length) } as Parameters<typeof makeQr>[0];

test('the picture is a sound PNG that shows the code, with a quiet border', () => {
  const { code, base64 } = makeQr(random);
  const { side, isDark } = decodePng(Buffer.from(base64.replace('data:image/png;base64,', ''), 'base64'));
  const { modules } = create(code, { errorCorrectionLevel: 'H', maskPattern: 2 });
  expect(side).toBe((modules.size + 6) * 4);
  for (let row = -3; row < modules.size + 3; row++) {
    for (let column = -3; column < modules.size + 3; column++) {
      const inside = row >= 0 && column >= 0 && row < modules.size && column < modules.size;
      const expected = inside && modules.get(row, column) === 1;
      expect(isDark((column + 3) * 4, (row + 3) * 4)).toBe(expected);
      expect(isDark((column + 3) * 4 + 3, (row + 3) * 4 + 3)).toBe(expected);
    }
  }
});

test('no two codes are alike', () => {
  expect(makeQr(random).code).not.toBe(makeQr(random).code);
});

/** One bit a pixel with a palette of two: all this decoder reads. */
function decodePng(png: Buffer): { side: number; isDark: (x: number, y: number) => boolean } {
  expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.toString('latin1', 0, 4), body.subarray(4));
    at += 12 + length;
  }
  const header = chunks.get('IHDR') ?? Buffer.alloc(13);
  expect([...chunks.keys()]).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND']);
  expect([...header.subarray(8)]).toEqual([1, 3, 0, 0, 0]);
  const side = header.readUInt32BE(0);
  expect(header.readUInt32BE(4)).toBe(side);
  const rowBytes = 1 + Math.ceil(side / 8);
  const rows = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
  expect(rows.length).toBe(rowBytes * side);
  return { side, isDark: (x, y) => ((rows[y * rowBytes + 1 + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) !== 0 };
}
