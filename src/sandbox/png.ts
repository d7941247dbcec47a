import { crc32, deflateSync } from 'node:zlib';

type Colour = [red: number, green: number, blue: number];

/** A square picture of two colours, one bit a pixel, made of `modules` × `modules` squares of `scale` pixels. */
export function encodePng(picture: {
  modules: number;
  scale: number;
  light: Colour;
  dark: Colour;
  isDark: (column: number, row: number) => boolean;
}): Buffer {
  const { modules, scale, light, dark, isDark } = picture;
  const side = modules * scale;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // One bit deep, by palette, no interlacing.
  header.set([1, 3, 0, 0, 0], 8);

  const rowBytes = 1 + Math.ceil(side / 8);
  const lines: Buffer[] = [];
  for (let row = 0; row < modules; row++) {
    const line = Buffer.alloc(rowBytes);
    for (let x = 0; x < side; x++) {
      const at = 1 + (x >> 3);
      if (isDark(Math.floor(x / scale), row)) line[at] = (line[at] ?? 0) | (0x80 >> (x & 7));
    }
    for (let copy = 0; copy < scale; copy++) lines.push(line);
  }
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from([...light, ...dark])),
    chunk('IDAT', deflateSync(Buffer.concat(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
