import { createHash } from 'node:crypto';
import type { FormPart } from './send-request.ts';

/** A multipart form with one file, whole: a body of known length is never sent in chunks. */
export function formBody(part: FormPart): { contentType: string; body: Uint8Array } {
  // No file holds its own digest.
  const boundary = `----${createHash('sha256').update(part.file).digest('base64url')}`;
  const fields = Object.entries(part.fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${part.fileName}"\r\n`;
  const body = Buffer.concat([
    Buffer.from(`${fields.join('')}${head}Content-Type: ${part.mimetype}\r\n\r\n`, 'utf8'),
    part.file,
    Buffer.from(`\r\n--${boundary}--\r\n`, 'utf8'),
  ]);
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}
