import { isIP } from 'node:net';

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
