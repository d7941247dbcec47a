export type ReceivedKind =
  | 'text'
  | 'image'
  | 'video'
  | 'audio'
  | 'document'
  | 'sticker'
  | 'location'
  | 'contact'
  | 'reaction'
  | 'poll'
  | 'other';

const kinds: ReadonlyMap<string, ReceivedKind> = new Map<string, ReceivedKind>([
  ['conversation', 'text'],
  ['extendedTextMessage', 'text'],
  ['imageMessage', 'image'],
  ['videoMessage', 'video'],
  ['ptvMessage', 'video'],
  ['audioMessage', 'audio'],
  ['pttMessage', 'audio'],
  ['documentMessage', 'document'],
  ['documentWithCaptionMessage', 'document'],
  ['stickerMessage', 'sticker'],
  ['lottieStickerMessage', 'sticker'],
  ['locationMessage', 'location'],
  ['liveLocationMessage', 'location'],
  ['contactMessage', 'contact'],
  ['contactsArrayMessage', 'contact'],
  ['reactionMessage', 'reaction'],
  ['pollCreationMessage', 'poll'],
  ['pollCreationMessageV2', 'poll'],
  ['pollCreationMessageV3', 'poll'],
]);

const wrappersMax = 5;

/** The content of a message and its kind, looked for in the wrappers (disappearing, seen once) it may come in. */
export function kindOf(
  messageType: string,
  message: Record<string, unknown>,
): { kind: ReceivedKind; content: Record<string, unknown> } {
  let level: Record<string, unknown> | undefined = message;
  for (let depth = 0; depth < wrappersMax && level !== undefined; depth++) {
    let inner: Record<string, unknown> | undefined;
    for (const [name, value] of Object.entries(level)) {
      const content = recordOf(value);
      const kind = kinds.get(name);
      if (kind !== undefined && recordOf(content?.message) === undefined) return { kind, content: content ?? {} };
      inner ??= recordOf(content?.message);
    }
    level = inner;
  }
  return { kind: kinds.get(messageType) ?? 'other', content: {} };
}

function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
