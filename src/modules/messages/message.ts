export type MediaType = 'image' | 'video' | 'audio' | 'document';

/** What a message says, ready for a backend. Every kind costs one unit of the day's quota. */
export type OutboundContent =
  | { kind: 'text'; text: string }
  | {
      kind: MediaType;
      /** Bare base64, at most 16 MiB decoded. */
      base64: string;
      bytes: number;
      sha256: string;
      mimetype?: string;
      fileName?: string;
      caption?: string;
      /** Where it was fetched, if it was given by URL. */
      url?: string;
    };

/** What is kept of a content: never the media's bytes. */
export function storedContent(content: OutboundContent): Record<string, unknown> {
  if (content.kind === 'text') return { text: content.text };
  const { base64: _bytes, kind, ...rest } = content;
  return {
    media_type: kind,
    caption: rest.caption,
    file_name: rest.fileName,
    mimetype: rest.mimetype,
    media_url: rest.url,
    sha256: rest.sha256,
    bytes: rest.bytes,
  };
}
