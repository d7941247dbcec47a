import { request } from 'undici';
import { isUrl } from '../evolution/wire.ts';
import { internal } from './errors.ts';

const downloadTimeoutMs = 20_000;

/** @throws WireError 500 with the failure's text in a list, as the server lets it through. */
export async function loadMedia(media: string): Promise<Buffer> {
  if (!isUrl(media)) return Buffer.from(media, 'base64');
  try {
    const response = await request(media, { signal: AbortSignal.timeout(downloadTimeoutMs) });
    if (response.statusCode >= 300) {
      await response.body.dump();
      throw Object.assign(new Error(`Request failed with status code ${response.statusCode}`), { name: 'AxiosError' });
    }
    return Buffer.from(await response.body.arrayBuffer());
  } catch (error) {
    throw internal(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}

const mimetypes: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  mp4: 'video/mp4',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
  zip: 'application/zip',
};

/** By file name, as the server decides; it writes `false` where it does not know. */
export function mimetypeOf(fileName: string): string {
  return mimetypes[fileName.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'false';
}

/** Width and height of a PNG; anything else counts as one pixel. */
export function pixelsOf(bytes: Buffer): { width: number; height: number } {
  const png = bytes.length > 24 && bytes.readUInt32BE(0) === 0x89504e47;
  return png ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) } : { width: 1, height: 1 };
}
