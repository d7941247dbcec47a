import type { IncomingMessage } from 'node:http';
import type { Json } from './types.ts';
import { asJson } from './world.ts';

export type ParsedBody = { body: Json; file: Buffer | null };

/** What the body parsers in front of every route refuse, before any guard looks at the call. */
export class BodyError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @throws BodyError 413 past the limit, 400 for ill-formed JSON, 500 for a file under an unexpected field name. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<ParsedBody> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) {
    request.resume();
    throw new BodyError(413, 'request entity too large');
  }
  const type = request.headers['content-type'] ?? '';
  const bytes = await collect(request, limitBytes);
  if (bytes.length === 0) return { body: {}, file: null };
  if (type.startsWith('application/json')) return { body: asJson(parseJson(bytes.toString('utf8'))), file: null };
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return { body: Object.fromEntries(new URLSearchParams(bytes.toString('utf8'))), file: null };
  }
  if (type.startsWith('multipart/form-data')) return readForm(bytes, type);
  return { body: {}, file: null };
}

async function collect(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limitBytes) throw new BodyError(413, 'request entity too large');
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BodyError(400, error instanceof Error ? error.message : String(error));
  }
}

async function readForm(bytes: Buffer, type: string): Promise<ParsedBody> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const body: Json = {};
  let file: Buffer | null = null;
  for (const [name, value] of form) {
    if (typeof value === 'string') body[name] = value;
    else if (name === 'file') file = Buffer.from(await value.arrayBuffer());
    else throw new BodyError(500, 'Unexpected field');
  }
  return { body, file };
}
