import type { Kysely } from 'kysely';
import type { Outbound } from '../../../evolution/outbound.ts';
import type { Egress } from '../../../platform/egress/index.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { DB } from '../../../schema.ts';
import type { SendableNumber } from '../../phone-numbers/index.ts';
import { linksNotTaken, mediaGone } from '../errors.ts';
import { extendBlob, keepBlob, readBlob } from '../media/media-blobs-repository.ts';
import type { MediaPlace } from '../media/media-budget.ts';
import { loadMedia, type Media, mediaOf, requireOneSource, requireUsableUrl } from '../media/media-content.ts';
import { linkSeconds, type MediaLinks } from '../media/media-link.ts';
import type { Draft, Prepared } from './draft.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type MediaKind, mediaKindOf } from './kind-media.ts';
import { isPlain, outboundOf, statusOf } from './kind-outbound.ts';
import { requireKindSupport } from './kind-support.ts';

export type Drafts = ReturnType<typeof createDrafts>;

type For = Pick<SendableNumber, 'userId' | 'integration'>;

// Whoever keeps a medium refers to it within this time.
const keepSeconds = 300;

/** Makes of what a user wants sent what a backend takes. */
export function createDrafts(deps: {
  db: Kysely<DB>;
  ids: Pick<Ids, 'uuidv7'>;
  egress: Pick<Egress, 'checkUrl' | 'fetchBytes'>;
  mediaLinks: Pick<MediaLinks, 'linkTo' | 'passAsUrls'>;
  /** Milliseconds for fetching media; 30 s unless given. */
  fetchWithinMs?: number;
}) {
  return {
    /** What can be refused before anything is fetched or stored. Throws `kind_not_supported`, `invalid_media`, `invalid_url`. */
    check(draft: Draft, number: Pick<SendableNumber, 'integration'>): void {
      requireKindSupport(draft, number.integration);
      const kind = mediaKindOf(draft.kind, draft.content);
      if (kind === null) return;
      if (number.integration === 'EVOLUTION' && !deps.mediaLinks.passAsUrls()) throw linksNotTaken();
      if (draft.blobId !== undefined) return;
      const source = sourceOf(draft);
      // It came with a request once, and was sent, or refused, with it.
      if (Object.keys(source).length === 0 && draft.content.sha256 !== undefined) throw mediaGone();
      requireOneSource(source);
      if (source.url !== undefined) requireUsableUrl(deps.egress, source.url);
    },

    /**
     * The draft as it can wait: a medium that came with the request is kept for it. `check` comes before. The message must
     * refer to its `blobId` within 5 minutes. Throws what loading media throws, and `media_limit`.
     */
    async keep(draft: Draft, number: For, place: MediaPlace): Promise<Draft> {
      const { kind, content, options, base64, upload } = draft;
      const mediaKind = mediaKindOf(kind, content);
      if (mediaKind === null || (base64 === undefined && upload === undefined)) return draft;
      const media = await loadMedia(deps, place, mediaKind, sourceOf(draft));
      const blobId = await keepMedia(number.userId, media, keepSeconds);
      return { kind, options, content: contentWith(draft, mediaKind, media), blobId };
    },

    /**
     * Gets what the draft still lacks; media bytes are held in `place`. What has no medium is ready at once, without a
     * promise. `check` comes before. Throws what loading media throws, and `media_limit`.
     */
    prepare(draft: Draft, number: For, place: MediaPlace): Prepared | Promise<Prepared> {
      const { kind, content, options } = draft;
      const mediaKind = mediaKindOf(kind, content);
      if (mediaKind === null && isPlain(kind)) return prepared(outboundOf(kind, content), options, content);
      if (mediaKind === null) return prepared(statusOf(content, undefined), options, content);
      return withMedia(draft, mediaKind, number, place);
    },
  };

  async function withMedia(draft: Draft, kind: MediaKind, number: For, place: MediaPlace): Promise<Prepared> {
    const media = await mediaFor(draft, kind, number, place);
    const content = contentWith(draft, kind, media);
    // Some take a URL alone, and none is ever given one that a user chose.
    const needsLink = number.integration === 'EVOLUTION' || draft.kind === 'status';
    const medium = needsLink ? await linkFor(draft, number.userId, media) : media.base64();
    return prepared(outboundWith(draft, kind, content, medium), draft.options, content);
  }

  async function mediaFor(draft: Draft, kind: MediaKind, { userId }: For, place: MediaPlace): Promise<Media> {
    if (draft.blobId === undefined) return loadMedia(deps, place, kind, sourceOf(draft));
    const { bytes: size, mimetype } = draft.content;
    await place.hold(typeof size === 'number' ? size : 0);
    const blob = await readBlob(deps.db, userId, draft.blobId);
    if (blob === undefined) throw mediaGone();
    return mediaOf(blob.bytes, blob.sha256, typeof mimetype === 'string' ? { mimetype } : {});
  }

  async function linkFor(draft: Draft, userId: number, media: Media): Promise<string> {
    const { blobId } = draft;
    const stays = blobId !== undefined && (await extendBlob(deps.db, userId, blobId, linkSeconds));
    return deps.mediaLinks.linkTo(stays ? blobId : await keepMedia(userId, media, linkSeconds));
  }

  function keepMedia(userId: number, media: Media, seconds: number): Promise<string> {
    const { sha256, mimetype = null, fileName = null } = media;
    const id = deps.ids.uuidv7();
    return keepBlob(deps.db, userId, { id, bytes: media.bytes(), sha256, mimetype, fileName, keepSeconds: seconds });
  }
}

function prepared(outbound: Outbound, options: Draft['options'], content: Record<string, unknown>): Prepared {
  return { outbound, options, content, fingerprint: fingerprintOf(outbound) };
}

function sourceOf({ content, base64, upload }: Draft) {
  const url = textIn(content, 'media_url');
  return {
    ...(url === undefined ? {} : { url }),
    ...(base64 === undefined ? {} : { base64 }),
    ...(upload === undefined ? {} : { upload }),
  };
}

/** What is kept once the medium is known. */
function contentWith({ content }: Draft, kind: MediaKind, media: Media): Record<string, unknown> {
  const fileName = textIn(content, 'file_name') ?? media.fileName ?? (kind === 'document' ? 'document' : undefined);
  const { sha256, size: bytes } = media;
  // Bare bytes have no type but the one that their sender named.
  const mimetype = media.mimetype ?? textIn(content, 'mimetype');
  return { ...content, media_type: kind, file_name: fileName, mimetype, sha256, bytes };
}

function outboundWith(draft: Draft, kind: MediaKind, content: Record<string, unknown>, medium: string): Outbound {
  if (draft.kind === 'status') return statusOf(content, medium);
  if (draft.kind === 'buttons') return { ...outboundOf(draft.kind, content), media: medium } as Outbound;
  switch (kind) {
    case 'voice':
    case 'ptv':
    case 'sticker':
      return { kind, media: medium };
    default: {
      const [mimetype, fileName, caption] = ['mimetype', 'file_name', 'caption'].map((name) => textIn(content, name));
      return {
        kind,
        media: medium,
        ...(mimetype === undefined ? {} : { mimetype }),
        ...(fileName === undefined ? {} : { fileName }),
        ...(caption === undefined ? {} : { caption }),
      };
    }
  }
}

function textIn(content: Record<string, unknown>, name: string): string | undefined {
  const value = content[name];
  return typeof value === 'string' ? value : undefined;
}
