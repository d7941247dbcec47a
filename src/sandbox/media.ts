import { isIP } from 'node:net';
import { request } from 'undici';
import { internal } from './errors.ts';

/** A URL as the server takes it: its host needs a top-level domain or is an IP, a scheme is not required. */
export function isUrl(text: string): boolean {
  if (text.length === 0 || text.length > 2083 || /[\s<>]/.test(text) || text.startsWith('mailto:')) return false;
  const match = /^(?:(?:https?|ftp):\/\/)?(?:[^/@]*@)?(\[[^\]]+\]|[^/:?#]+)(?::(\d+))?(?:[/?#]|$)/i.exec(text);
  if (!match || (/^[a-z][a-z\d+.-]*:\/\//i.test(text) && !/^(https?|ftp):\/\//i.test(text))) return false;
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '');
  if (match[2] !== undefined && Number(match[2]) > 65_535) return false;
  return isIP(host) !== 0 || /^(?=.{1,253}$)(?:[a-z\d_](?:[a-z\d_-]*[a-z\d_])?\.)+[a-z]{2,}$/i.test(host);
}

/** Bare base64; a data: URI is not. */
export function isBase64(text: string): boolean {
  return text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

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
