import { createHash } from 'node:crypto';
import { type Egress, EgressError, EgressRefused } from '../../platform/egress/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { invalidMedia, mediaTooLarge } from './errors.ts';
import type { MediaPlace } from './media-budget.ts';
import type { MediaType } from './message.ts';

export type MediaSource = {
  /** Exactly one of both. */
  url?: string;
  base64?: string;
};

export type Media = {
  /** Bare base64, at most 16 MiB decoded. */
  base64: string;
  bytes: number;
  sha256: string;
  mimetype?: string;
  fileName?: string;
};

const bytesMax = 16 * 1_048_576;
const fetchWithinMsUsual = 30_000;
const base64Pattern = /^[A-Za-z0-9+/]+={0,2}$/;

type Deps = {
  egress: Pick<Egress, 'checkUrl' | 'fetchBytes'>;
  /** Milliseconds for a URL's whole answer; 30 s unless given. */
  fetchWithinMs?: number;
};

/**
 * Gets the media of a message: a URL is fetched by us, through the guard, so that no backend ever loads an address that
 * a user chose. The bytes are held in `place`. Throws `invalid_url`, `invalid_media`, `media_unavailable`,
 * `payload_too_large`, `overloaded`.
 */
export async function loadMedia(deps: Deps, place: MediaPlace, kind: MediaType, source: MediaSource): Promise<Media> {
  const { url, base64 } = source;
  if ((url === undefined) === (base64 === undefined)) throw invalidMedia('Give either mediaUrl or mediaBase64.');
  const media = url === undefined ? fromBase64(base64 ?? '', kind) : await fetched(deps, place, url, kind);
  await place.hold(media.bytes);
  return media;
}

function fromBase64(text: string, kind: MediaType): Media {
  const [, mimetype, payload] = /^data:([\w.+-]+\/[\w.+-]+)[^,]{0,100};base64,(.*)$/s.exec(text.slice(0, 200)) ?? [];
  const written = payload === undefined ? text : text.slice(text.indexOf(',') + 1);
  // Many encoders break their lines.
  const base64 = /\s/.test(written) ? written.replace(/\s+/g, '') : written;
  if (mimetype !== undefined && !fits(mimetype.toLowerCase(), kind)) throw misfit('mediaBase64', mimetype, kind);
  if (base64.length === 0) throw invalidMedia('mediaBase64 is empty.');
  if (base64.length > (bytesMax / 3) * 4 + 4) throw mediaTooLarge();
  if (base64.length % 4 !== 0 || !base64Pattern.test(base64)) throw invalidMedia('mediaBase64 is not base64.');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > bytesMax) throw mediaTooLarge();
  return { base64, bytes: bytes.length, sha256: sha256Hex(bytes), ...(mimetype === undefined ? {} : { mimetype }) };
}

async function fetched(deps: Deps, place: MediaPlace, url: string, kind: MediaType): Promise<Media> {
  const { egress, fetchWithinMs: deadlineMs = fetchWithinMsUsual } = deps;
  checkUrl(egress, url);
  await place.hold(bytesMax);
  const answer = await egress.fetchBytes({ url, maxBytes: bytesMax, deadlineMs }).catch(translateEgressError);
  if (answer.status !== 200) throw unavailable(`The media URL answered with status ${answer.status}.`);
  if (answer.body.length === 0) throw unavailable('The media URL answered with an empty body.');
  const mimetype = mimetypeOf(answer.headers['content-type']);
  if (mimetype !== undefined && !fits(mimetype, kind)) throw misfit('The media URL', mimetype, kind);
  const fileName = fileNameOf(url);
  return {
    base64: answer.body.toString('base64'),
    bytes: answer.body.length,
    sha256: sha256Hex(answer.body),
    ...(mimetype === undefined ? {} : { mimetype }),
    ...(fileName === undefined ? {} : { fileName }),
  };
}

// Before waiting for a place: what can be refused at once is.
function checkUrl(egress: Deps['egress'], url: string): void {
  try {
    egress.checkUrl(url);
  } catch (error) {
    translateEgressError(error);
  }
}

function misfit(what: string, mimetype: string, kind: MediaType): DomainError {
  return invalidMedia(`${what} holds ${mimetype}, which is no ${kind}.`);
}

function translateEgressError(error: unknown): never {
  if (error instanceof EgressRefused)
    throw new DomainError('invalid_url', error.message, { kind: 'invalid', cause: error });
  if (error instanceof EgressError && error.kind === 'too_large') throw mediaTooLarge();
  if (error instanceof EgressError) throw unavailable(`The media URL could not be fetched: ${error.message}`, error);
  throw error;
}

function unavailable(sentence: string, cause?: unknown): DomainError {
  return new DomainError('media_unavailable', sentence, { kind: 'unprocessable', cause });
}

// Servers that do not know say octet-stream; then the file's name decides on the backend.
function mimetypeOf(header: string | string[] | undefined): string | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.split(';')[0]?.trim().toLowerCase();
  if (text === undefined || text === 'application/octet-stream' || !/^[\w.+-]+\/[\w.+-]+$/.test(text)) return undefined;
  return text;
}

function fits(mimetype: string, kind: MediaType): boolean {
  if (kind === 'document') return true;
  return mimetype.startsWith(`${kind}/`) || (kind === 'audio' && mimetype === 'application/ogg');
}

function fileNameOf(url: string): string | undefined {
  const name = new URL(url).pathname.split('/').at(-1) ?? '';
  return /^[\w.-]{1,100}\.\w{1,10}$/.test(name) ? name : undefined;
}

function sha256Hex(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
