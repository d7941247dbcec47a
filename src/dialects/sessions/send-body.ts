import { type Static, Type } from 'typebox';
import {
  buttonsContent,
  buttonsFields,
  contactContent,
  contactFields,
  type DraftSource,
  listContent,
  listFields,
  locationContent,
  locationFields,
  type NewDraft,
  pollContent,
  pollFields,
  reactionFields,
  readEmoji,
  sendingOptions,
  templateContent,
  templateFields,
} from '../../modules/messages/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { exact, sessionRef } from './schemas.ts';

const text = Type.String({ minLength: 1, maxLength: 65_536, examples: ['Hello from WhatsApp!'] });
export const mediaUrl = Type.String({
  minLength: 1,
  maxLength: 2048,
  description: 'Fetched by the gateway.',
  examples: ['https://example.com/image.jpg'],
});
export const caption = Type.String({ maxLength: 4096 });
export const fileName = Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000-\\u001F\\u007F/\\\\]+$' });
export const mediaTypes = ['image', 'video', 'audio', 'document'] as const;

/** The fields that a message of each type is made of. */
const fieldsOf = {
  text: ['message', 'text'],
  image: ['media_url', 'caption', 'file_name'],
  video: ['media_url', 'caption', 'file_name'],
  audio: ['media_url', 'caption', 'file_name'],
  document: ['media_url', 'caption', 'file_name'],
  voice: ['media_url'],
  ptv: ['media_url'],
  sticker: ['media_url'],
  location: ['location'],
  contact: ['contacts'],
  poll: ['poll'],
  reaction: ['reaction'],
  buttons: ['buttons'],
  list: ['list'],
  template: ['template'],
} as const;
type MessageType = keyof typeof fieldsOf;

export const SendBody = Type.Object(
  {
    session_id: sessionRef,
    to: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'Digits with the country code, or the id of a chat; not for a reaction.',
        examples: ['628123456789'],
      }),
    ),
    type: Type.Optional(
      Type.Enum(Object.keys(fieldsOf) as MessageType[], {
        default: 'text',
        description:
          '`text` has `message` · `image`, `video`, `audio`, `document` have `media_url`, `caption`, `file_name` · ' +
          '`voice`, `ptv`, `sticker` have `media_url` · the others have the field of their name (`contacts` for `contact`).',
      }),
    ),
    message: Type.Optional(text),
    text: Type.Optional(Type.String({ minLength: 1, maxLength: 65_536, description: 'The same as `message`.' })),
    media_url: Type.Optional(mediaUrl),
    caption: Type.Optional(caption),
    file_name: Type.Optional(fileName),
    location: Type.Optional(Type.Object(locationFields, exact)),
    contacts: Type.Optional(contactFields.contacts),
    poll: Type.Optional(Type.Object(pollFields, exact)),
    reaction: Type.Optional(Type.Object(reactionFields, exact)),
    buttons: Type.Optional(Type.Object(buttonsFields, exact)),
    list: Type.Optional(Type.Object(listFields, exact)),
    template: Type.Optional(Type.Object(templateFields, exact)),
    ...sendingOptions,
  },
  {
    ...exact,
    examples: [{ session_id: 'my-business-whatsapp', to: '628123456789', message: 'Hello from WhatsApp!' }],
  },
);
export type SendBody = Static<typeof SendBody>;

/** Throws `invalid_request` where the body has not what its type is made of, or has what is of another. */
export function requireFitting(body: SendBody): void {
  const { type = 'text', to } = body;
  const ofType: readonly string[] = fieldsOf[type];
  const misplaced = [...new Set(Object.values(fieldsOf).flat())].find((name) => name in body && !ofType.includes(name));
  if (misplaced !== undefined) throw invalid(`${misplaced} is not for a message of type ${type}.`);
  if (type === 'text' && body.message !== undefined && body.text !== undefined)
    throw invalid('message and text are the same: give one of them.');
  const [needed = ''] = type === 'text' && body.text !== undefined ? ['text'] : ofType;
  if (!(needed in body)) throw invalid(`${needed} is needed for a message of type ${type}.`);
  if (to === undefined && type !== 'reaction') throw invalid('to is needed.');
  if (to !== undefined && type === 'reaction') throw invalid('to is not for a reaction: it goes where its message is.');
  if (type === 'reaction' || type === 'contact') refuseOptions(body, type);
}

/** What becomes of a body that fits. */
export async function draftOf(body: SendBody, source: DraftSource): Promise<NewDraft> {
  const { type = 'text', location, contacts, poll, reaction, buttons, list, template } = body;
  if (location !== undefined) return { kind: 'location', content: locationContent(location) };
  if (contacts !== undefined) return { kind: 'contact', content: contactContent({ contacts }) };
  if (poll !== undefined) return { kind: 'poll', content: pollContent(poll) };
  if (buttons !== undefined) return { kind: 'buttons', content: buttonsContent(buttons) };
  if (list !== undefined) return { kind: 'list', content: listContent(list) };
  if (template !== undefined) return { kind: 'template', content: templateContent(template) };
  if (reaction !== undefined) {
    const emoji = readEmoji(reaction.emoji);
    const target = await source.messageRef(reaction.message_id);
    return { kind: 'reaction', content: { emoji, target }, recipient: target.remoteJid };
  }
  const { media_url, file_name, caption } = body;
  if (type === 'text') return { kind: 'text', content: { text: body.message ?? body.text } };
  if (type === 'voice' || type === 'ptv' || type === 'sticker') return { kind: type, content: { media_url } };
  return { kind: type, content: { media_url, file_name, caption } };
}

/** The address of a person as a send takes it: older clients name its server, too. */
export function withoutServer(to: string): string {
  return to.replace(/@(?:c\.us|s\.whatsapp\.net)$/, '');
}

// No server sends these kinds with any of them.
function refuseOptions(body: SendBody, type: string): void {
  const misplaced = ['quoted', 'mentions', 'mentions_everyone', 'delay'].find((name) => name in body);
  if (misplaced !== undefined) throw invalid(`${misplaced} is not for a ${type}.`);
}

function invalid(sentence: string): DomainError {
  return new DomainError('invalid_request', `body: ${sentence}`, { kind: 'invalid' });
}
