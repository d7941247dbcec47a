import type { Egress } from '../../platform/egress/index.ts';
import type { SendableNumber } from '../phone-numbers/index.ts';
import type { Draft, Prepared } from './draft.ts';
import { kindNotSupported, requireMediaSupport } from './errors.ts';
import type { MediaPlace } from './media-budget.ts';
import { loadMedia } from './media-content.ts';
import type { MediaType } from './message.ts';

export type Drafts = ReturnType<typeof createDrafts>;

/** Makes of what a user wants sent what a backend takes. */
export function createDrafts(deps: {
  egress: Pick<Egress, 'checkUrl' | 'fetchBytes'>;
  /** Milliseconds for fetching media; 30 s unless given. */
  fetchWithinMs?: number;
}) {
  return {
    /** What can be refused before anything is fetched or stored. Throws `kind_not_supported`. */
    check(draft: Draft, number: Pick<SendableNumber, 'integration'>): void {
      if (draft.kind !== 'text') requireMediaSupport(number.integration);
    },

    /**
     * Gets what the draft still lacks; media bytes are held in `place`. A text is ready at once, without a promise.
     * Throws what loading media throws, and `kind_not_supported`.
     */
    prepare(draft: Draft, _number: SendableNumber, place: MediaPlace): Prepared | Promise<Prepared> {
      const { kind, content, options } = draft;
      switch (kind) {
        case 'text':
          return { outbound: { kind, text: textIn(content, 'text') ?? '' }, options, content, fingerprint: null };
        case 'image':
        case 'video':
        case 'audio':
        case 'document':
          return prepareMedia(deps, place, kind, draft);
        default:
          throw kindNotSupported(kind);
      }
    },
  };
}

async function prepareMedia(
  deps: Parameters<typeof createDrafts>[0],
  place: MediaPlace,
  kind: MediaType,
  { content, options, base64 }: Draft,
): Promise<Prepared> {
  const url = textIn(content, 'media_url');
  const caption = textIn(content, 'caption');
  const media = await loadMedia(deps, place, kind, {
    ...(url === undefined ? {} : { url }),
    ...(base64 === undefined ? {} : { base64 }),
  });
  const { mimetype, sha256, bytes } = media;
  const fileName = textIn(content, 'file_name') ?? media.fileName ?? (kind === 'document' ? 'document' : undefined);
  return {
    outbound: {
      kind,
      media: media.base64,
      ...(mimetype === undefined ? {} : { mimetype }),
      ...(fileName === undefined ? {} : { fileName }),
      ...(caption === undefined ? {} : { caption }),
    },
    options,
    content: { media_type: kind, caption, file_name: fileName, mimetype, media_url: url, sha256, bytes },
    fingerprint: null,
  };
}

function textIn(content: Record<string, unknown>, name: string): string | undefined {
  const value = content[name];
  return typeof value === 'string' ? value : undefined;
}
