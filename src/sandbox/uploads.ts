import { createHash } from 'node:crypto';
import { pixelsOf } from './media.ts';
import type { Json } from './types.ts';
import { secondsNow, type World } from './world.ts';

/** A picture, voice note or sticker never leaves as it came: the server makes a JPEG, an Opus file, a WebP of it. */
export function converted(bytes: Buffer, into: 'jpeg' | 'opus' | 'webp'): Buffer {
  return Buffer.concat([Buffer.from(`${into}\n`), bytes]);
}

/** The fields WhatsApp gives an uploaded file; binary ones come as objects of bytes. */
export function uploaded(world: World, bytes: Buffer, mimetype: string): Json {
  const path = `/v/sandbox${world.identifiers.bytes(6).readUIntBE(0, 6)}`;
  return {
    url: `https://mmg.whatsapp.net${path}`,
    mimetype,
    fileSha256: bytesObject(createHash('sha256').update(bytes).digest()),
    fileLength: { low: bytes.length, high: 0, unsigned: true },
    mediaKey: bytesObject(world.identifiers.bytes(32)),
    fileEncSha256: bytesObject(world.identifiers.bytes(32)),
    directPath: path,
    mediaKeyTimestamp: { low: secondsNow(world), high: 0, unsigned: false },
  };
}

/** What a picture has besides. */
export const pictured = (original: Buffer): Json => ({
  ...pixelsOf(original),
  jpegThumbnail: bytesObject(Buffer.from('ffd8ffd9', 'hex')),
});

export function bytesObject(bytes: Buffer): Record<string, number> {
  return Object.fromEntries(Array.from(bytes, (byte, index) => [String(index), byte]));
}
