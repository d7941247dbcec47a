import { createHash } from 'node:crypto';
import { type Egress, EgressError, EgressRefused } from '../../../platform/egress/index.ts';
import { DomainError } from '../../../platform/errors.ts';
import { fitsMediaKind, type MediaKind } from '../drafts/kind-media.ts';
import { invalidMedia, mediaTooLarge } from '../errors.ts';
import type { MediaPlace } from './media-budget.ts';

/** A file that came as part of its request, already read and hashed. */
export type Upload = { bytes: Buffer; sha256: string; mimetype?: string; fileName?: string };

export type MediaSource = {
  /** Exactly one of the three. */
  url?: string;
  base64?: string;
  upload?: Upload;
};

/** A medium at hand, in whichever form it came; the other one is made when it is asked for. */
export type Media = {
  size: number;
  /** Hex. */
  sha256: string;
  mimetype?: string;
  fileName?: string;
  base64(): string;
  bytes(): Buffer;
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
export async function loadMedia(deps: Deps, place: MediaPlace, kind: MediaKind, source: MediaSource): Promise<Media> {
  requireOneSource(source);
  const { url, base64, upload } = source;
  const media =
    url !== undefined
      ? await fetched(deps, place, url, kind)
      : upload !== undefined
        ? uploaded(upload, kind)
        : fromBase64(base64 ?? '', kind);
  await place.hold(media.size);
  return media;
}

/** Throws `invalid_media` unless a medium is given in exactly one way. */
export function requireOneSource({ url, base64, upload }: MediaSource): void {
  const given = [url, base64, upload].filter((each) => each !== undefined);
  if (given.length !== 1) throw invalidMedia('Give exactly one of mediaUrl, mediaBase64 and an uploaded file.');
}

/** Throws `invalid_url` for an address that we would never fetch. */
export function requireUsableUrl(egress: Deps['egress'], url: string): void {
  try {
    egress.checkUrl(url);
  } catch (error) {
    translateEgressError(error);
  }
}

/** A medium of which we have the bytes. */
export function mediaOf(bytes: Buffer, sha256: string, known: { mimetype?: string; fileName?: string }): Media {
  const { mimetype, fileName } = known;
  return {
    size: bytes.length,
    sha256,
    ...(mimetype === undefined ? {} : { mimetype }),
    ...(fileName === undefined ? {} : { fileName }),
    base64: () => bytes.toString('base64'),
    bytes: () => bytes,
  };
}

function uploaded(upload: Upload, kind: MediaKind): Media {
  if (upload.bytes.length === 0) throw invalidMedia('The uploaded file is empty.');
  const mimetype = mimetypeOf(upload.mimetype);
  if (mimetype !== undefined && !fitsMediaKind(mimetype, kind)) throw misfit('The uploaded file', mimetype, kind);
  return mediaOf(upload.bytes, upload.sha256, {
    ...(mimetype === undefined ? {} : { mimetype }),
    ...(upload.fileName === undefined ? {} : { fileName: upload.fileName }),
  });
}

function fromBase64(text: string, kind: MediaKind): Media {
  const [, mimetype, payload] = /^data:([\w.+-]+\/[\w.+-]+)[^,]{0,100};base64,(.*)$/s.exec(text.slice(0, 200)) ?? [];
  const written = payload === undefined ? text : text.slice(text.indexOf(',') + 1);
  // Many encoders break their lines.
  const base64 = /\s/.test(written) ? written.replace(/\s+/g, '') : written;
  if (mimetype !== undefined && !fitsMediaKind(mimetype.toLowerCase(), kind))
    throw misfit('mediaBase64', mimetype, kind);
  if (base64.length === 0) throw invalidMedia('mediaBase64 is empty.');
  if (base64.length > (bytesMax / 3) * 4 + 4) throw mediaTooLarge();
  if (base64.length % 4 !== 0 || !base64Pattern.test(base64)) throw invalidMedia('mediaBase64 is not base64.');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > bytesMax) throw mediaTooLarge();
  return {
    size: bytes.length,
    sha256: sha256Hex(bytes),
    ...(mimetype === undefined ? {} : { mimetype }),
    base64: () => base64,
    // Only the text is kept: whoever sends it needs nothing else.
    bytes: () => Buffer.from(base64, 'base64'),
  };
}

async function fetched(deps: Deps, place: MediaPlace, url: string, kind: MediaKind): Promise<Media> {
  const { egress, fetchWithinMs: deadlineMs = fetchWithinMsUsual } = deps;
  // Before waiting for a place: what can be refused at once is.
  requireUsableUrl(egress, url);
  await place.hold(bytesMax);
  const answer = await egress.fetchBytes({ url, maxBytes: bytesMax, deadlineMs }).catch(translateEgressError);
  if (answer.status !== 200) throw mediaUnavailable(`The media URL answered with status ${answer.status}.`);
  if (answer.body.length === 0) throw mediaUnavailable('The media URL answered with an empty body.');
  const header = answer.headers['content-type'];
  const mimetype = mimetypeOf(Array.isArray(header) ? header[0] : header);
  if (mimetype !== undefined && !fitsMediaKind(mimetype, kind)) throw misfit('The media URL', mimetype, kind);
  const fileName = fileNameOf(url);
  return mediaOf(answer.body, sha256Hex(answer.body), {
    ...(mimetype === undefined ? {} : { mimetype }),
    ...(fileName === undefined ? {} : { fileName }),
  });
}

function misfit(what: string, mimetype: string, kind: MediaKind): DomainError {
  return invalidMedia(`${what} holds ${mimetype}, which is no ${kind}.`);
}

function translateEgressError(error: unknown): never {
  if (error instanceof EgressRefused)
    throw new DomainError('invalid_url', error.message, { kind: 'invalid', cause: error });
  if (error instanceof EgressError && error.kind === 'too_large') throw mediaTooLarge();
  if (error instanceof EgressError)
    throw mediaUnavailable(`The media URL could not be fetched: ${error.message}`, error);
  throw error;
}

export function mediaUnavailable(sentence: string, cause?: unknown): DomainError {
  return new DomainError('media_unavailable', sentence, { kind: 'unprocessable', cause });
}

// Servers and programs that do not know say octet-stream; then the file's name decides on the backend.
function mimetypeOf(header: string | undefined): string | undefined {
  const text = header?.split(';')[0]?.trim().toLowerCase();
  if (text === undefined || text === 'application/octet-stream' || !/^[\w.+-]+\/[\w.+-]+$/.test(text)) return undefined;
  return text;
}

function fileNameOf(url: string): string | undefined {
  const name = new URL(url).pathname.split('/').at(-1) ?? '';
  return /^[\w.-]{1,100}\.\w{1,10}$/.test(name) ? name : undefined;
}

function sha256Hex(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
