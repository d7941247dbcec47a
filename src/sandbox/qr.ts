import { toDataURL } from 'qrcode';
import type { Identifiers } from './identifiers.ts';

/** A login code as WhatsApp hands them out, and its picture: a PNG data URL of the server's size and colours. */
export async function makeQr(identifiers: Identifiers): Promise<{ code: string; base64: string }> {
  const part = (bytes: number) => identifiers.bytes(bytes).toString('base64');
  const code = `2@${part(60)},${part(32)},${part(32)},${part(32)}`;
  const base64 = await toDataURL(code, {
    margin: 3,
    scale: 4,
    errorCorrectionLevel: 'H',
    color: { light: '#ffffff', dark: '#198754' },
  });
  return { code, base64 };
}
