import { setTimeout as wait } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { isRecord, type Json } from '../../../evolution/json-reading.ts';
import { integerOf, unwrapped } from '../../../evolution/message-content.ts';
import { DomainError, notFound } from '../../../platform/errors.ts';
import { within } from '../../../platform/within.ts';
import type { DB } from '../../../schema.ts';
import type { PhoneNumbers } from '../../phone-numbers/index.ts';
import { requireActionSupport } from '../drafts/kind-support.ts';
import { noSuchMessage } from '../errors.ts';
import { findLinkedBlob, type LinkedBlob } from './media-blobs-system.ts';
import type { MediaBudget, MediaPlace } from './media-budget.ts';
import type { MediaLinks } from './media-link.ts';
import { findLinkedMessage, findMediaMessage, type MediaMessage } from './media-link-repository.ts';

export type MediaLink = {
  url: string;
  expiresAt: Date;
  mimetype: string | null;
  fileName: string | null;
  /** Bytes, where somebody told. */
  size: number | null;
};

/** To be released once its bytes are out, or nobody wants them any more. */
export type LinkedMedium = LinkedBlob & { release(): void };

const bytesMax = 16 * 1_048_576;
const pieceBytes = 262_144;
const mediaKinds: readonly string[] = ['image', 'video', 'audio', 'document', 'sticker', 'voice', 'ptv'];
const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The media of messages, received and sent, for their user: from here while it is here, else from the backend. */
export function createMessageMedia(deps: {
  db: Kysely<DB>;
  mediaLinks: Pick<MediaLinks, 'linkToMessage' | 'isGoodForMessage'>;
  phoneNumbers: Pick<PhoneNumbers, 'relay'>;
  budget: MediaBudget;
}) {
  return {
    /**
     * A link to the medium. The backend is not asked whether it still has it. Throws `not_found`, `media_gone` and
     * `action_not_supported`.
     */
    async link(userId: number, id: string): Promise<MediaLink> {
      const message = isUuid.test(id.toLowerCase()) ? await findMediaMessage(deps.db, userId, id) : undefined;
      if (message === undefined) throw noSuchMessage();
      requireSource(message);
      const { mimetype, fileName } = message;
      return { ...deps.mediaLinks.linkToMessage(message.id), mimetype, fileName, size: sizeOf(message) };
    },

    /**
     * What a link stands for. Throws `not_found` for one that is wrong or too old, `media_gone`, `payload_too_large`, and
     * what a relayed call throws.
     */
    async load(id: string, expiresAt: number, signature: string): Promise<LinkedMedium> {
      const isGood = isUuid.test(id) && deps.mediaLinks.isGoodForMessage(id, expiresAt, signature);
      const message = isGood ? await findLinkedMessage(deps.db, id) : undefined;
      if (message === undefined) throw notFound('Medium');
      const source = requireSource(message);
      if (source.blobId !== undefined) {
        const blob = await findLinkedBlob(deps.db, source.blobId);
        if (blob === undefined) throw mediaGone();
        const { mimetype, fileName } = message;
        return { ...blob, mimetype, fileName, release() {} };
      }
      return loaded(message, source);
    },

    /**
     * Runs `work` with the medium of a message in base64, or with undefined where nobody has it any more, it is larger than
     * 16 MiB, or it does not come within `withinMs`. Its bytes are held until `work` ends. Throws `overloaded`, before
     * `work`, where there is no room for them.
     */
    async withBase64<T>(
      of: { userId: number; messageId: string },
      withinMs: number,
      work: (base64: string | undefined) => Promise<T>,
    ): Promise<T> {
      const place = deps.budget.place(of.userId);
      const loading = base64Of(of, place, withinMs);
      try {
        const isInTime = await within(withinMs, loading);
        return await work(isInTime ? await loading.catch(unlessOverloaded) : undefined);
      } finally {
        // What comes too late is let go of as well.
        loading.then(place.release, place.release);
      }
    },
  };

  async function base64Of(
    of: { userId: number; messageId: string },
    place: MediaPlace,
    withinMs: number,
  ): Promise<string | undefined> {
    const message = await findMediaMessage(deps.db, of.userId, of.messageId);
    const source = message === undefined ? undefined : requireSource(message);
    if (source === undefined || source.blobId !== undefined) return undefined;
    await place.hold(bytesMax);
    const { bytes } = await patiently(withinMs, () => deps.phoneNumbers.relay.media(source.number, source.waId));
    // The text, the body that it becomes a part of, and that body's bytes.
    await place.hold(3 * bytes.length);
    return bytes.toString('base64');
  }

  async function loaded(message: MediaMessage, { number, waId }: AtBackend): Promise<LinkedMedium> {
    const place = deps.budget.place(message.userId);
    try {
      await place.hold(bytesMax);
      const { bytes, ...told } = await deps.phoneNumbers.relay.media(number, waId);
      await place.hold(bytes.length);
      return {
        size: bytes.length,
        mimetype: told.mimetype ?? message.mimetype,
        fileName: message.fileName ?? told.fileName,
        chunks: () => piecesOf(bytes),
        release: place.release,
      };
    } catch (error) {
      place.release();
      throw error;
    }
  }
}

// A number takes few such calls at a time, and each is short.
async function patiently<T>(withinMs: number, call: () => Promise<T>): Promise<T> {
  const endsAt = performance.now() + withinMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isOverloaded(error) || performance.now() >= endsAt) throw error;
      await wait(100);
    }
  }
}

function isOverloaded(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'overloaded';
}

function unlessOverloaded(error: unknown): undefined {
  if (isOverloaded(error) || !(error instanceof DomainError)) throw error;
}

type AtBackend = { blobId?: undefined; number: NonNullable<MediaMessage['number']>; waId: string };

function requireSource({ kind, blobId, number, whatsappId }: MediaMessage): { blobId: string } | AtBackend {
  if (blobId !== null) return { blobId };
  if (!mediaKinds.includes(kind))
    throw new DomainError('not_found', 'The message has no media.', { kind: 'not_found' });
  if (number === null || whatsappId === null) throw mediaGone();
  requireActionSupport('give the media of messages', number.integration);
  return { number, waId: whatsappId };
}

function sizeOf({ blobSize, wire }: MediaMessage): number | null {
  if (blobSize !== null) return blobSize;
  const content = Object.values(isRecord(wire) ? unwrapped(wire) : {}).find(
    (part): part is Json => isRecord(part) && 'fileLength' in part,
  );
  const size = integerOf(content?.fileLength);
  return Number.isSafeInteger(size) && size > 0 ? size : null;
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}

function mediaGone(): DomainError {
  return new DomainError('media_gone', 'The media of this message is no longer kept.', { kind: 'not_found' });
}
