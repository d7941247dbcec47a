import type { FastifyInstance, FastifyRequest } from 'fastify';
import { registerMultipart } from '../../../http/multipart.ts';
import type { NewDraft } from '../drafts/draft.ts';
import { readEmoji, refuseOptions } from '../drafts/kind-checks.ts';
import {
  buttonsContent,
  contactContent,
  listContent,
  locationContent,
  pollContent,
  statusContent,
  templateContent,
} from '../drafts/kind-drafts.ts';
import type { Messages } from '../index.ts';
import {
  buttonsFields,
  contactFields,
  listFields,
  locationFields,
  pollFields,
  reactionFields,
  statusFields,
  templateFields,
} from './kind-schemas.ts';
import { mediumFields } from './schemas.ts';
import { sendingRoute } from './sending-route.ts';

type Deps = { messages: Pick<Messages, 'send'> };

const base64BodyMax = 24 * 1_048_576;
const mediaProblems = ['invalid_url', 'invalid_media', 'media_unavailable', 'media_limit', 'too_slow'] as const;

/** What a route that takes a medium has besides its fields: room for it, and what may be wrong with it. */
export const mediaRoute = {
  bodyLimit: base64BodyMax,
  consumes: ['application/json', 'multipart/form-data'],
  problems: mediaProblems,
} as const;

/** A route group whose bodies may also come as multipart/form-data, with the medium as the part `file`. */
export function withUploads(app: FastifyInstance, register: (scope: FastifyInstance) => void): void {
  app.register(async (scope) => {
    await registerMultipart(scope);
    register(scope);
  });
}

type MediumBody = { mediaUrl?: string; mediaBase64?: string };

/** Where a draft finds the medium that its request brought. */
export function mediumOf(request: FastifyRequest, { mediaBase64 }: MediumBody): Pick<NewDraft, 'base64' | 'upload'> {
  return {
    ...(mediaBase64 === undefined ? {} : { base64: mediaBase64 }),
    ...(request.upload === null ? {} : { upload: request.upload }),
  };
}

/** The kinds beside text and media. */
export function registerKindRoutes(app: FastifyInstance, deps: Deps): void {
  registerStructuredKinds(app, deps);
  registerKindsOnMessages(app, deps);
  withUploads(app, (scope) => registerMediaKinds(scope, deps));
}

function registerMediaKinds(app: FastifyInstance, deps: Deps): void {
  const examples = { mediaUrl: 'https://example.com/note.ogg' };
  const kinds = [
    ['voice', 'Send a voice note', 'Audio of any common type; the backend makes it a voice note.', 'note.ogg'],
    ['ptv', 'Send a round video note', 'An MP4 video.', 'note.mp4'],
    ['sticker', 'Send a sticker', 'A WebP, PNG or JPEG image; the backend makes it a sticker.', 'sticker.webp'],
  ] as const;
  for (const [kind, summary, description, file] of kinds) {
    sendingRoute(app, deps, {
      path: `/api/messages/send-${kind}`,
      summary,
      description,
      fields: mediumFields,
      example: { ...examples, mediaUrl: `https://example.com/${file}` },
      ...mediaRoute,
      draftOf: (body, _source, request) => ({
        kind,
        content: { media_url: body.mediaUrl },
        ...mediumOf(request, body),
      }),
    });
  }

  sendingRoute(app, deps, {
    path: '/api/messages/send-status',
    summary: 'Post a status',
    description: 'Shown for a day to all contacts, or to the `audience`.',
    fields: statusFields,
    example: { type: 'text', text: 'Open until 8 pm', background_color: '#128C7E', font: 1 },
    withNumber: false,
    ...mediaRoute,
    draftOf(body, _source, request) {
      refuseOptions(body, 'status');
      const medium = body.type === 'text' ? {} : mediumOf(request, body);
      return { kind: 'status', content: statusContent(body), recipient: 'status@broadcast', ...medium };
    },
  });
}

function registerStructuredKinds(app: FastifyInstance, deps: Deps): void {
  sendingRoute(app, deps, {
    path: '/api/messages/send-location',
    summary: 'Send a location',
    fields: locationFields,
    example: { latitude: -6.1754, longitude: 106.8272, name: 'Monas', address: 'Gambir, Jakarta' },
    draftOf: (body) => ({ kind: 'location', content: locationContent(body) }),
  });
  sendingRoute(app, deps, {
    path: '/api/messages/send-contact',
    summary: 'Send contact cards',
    fields: contactFields,
    example: { contacts: [{ full_name: 'Ada Lovelace', phone_number: '628123456789' }] },
    draftOf(body) {
      refuseOptions(body, 'contact');
      return { kind: 'contact', content: contactContent(body) };
    },
  });
  sendingRoute(app, deps, {
    path: '/api/messages/send-poll',
    summary: 'Send a poll',
    fields: pollFields,
    example: { question: 'Lunch?', options: ['Yes', 'No'], selectable_count: 1 },
    draftOf: (body) => ({ kind: 'poll', content: pollContent(body) }),
  });
  sendingRoute(app, deps, {
    path: '/api/messages/send-list',
    summary: 'Send a list to choose from',
    description:
      'Numbers of the integration WHATSAPP-BUSINESS only: with others it fails on every Evolution API server.',
    fields: listFields,
    example: { title: 'Menu', button_text: 'Choose', sections: [{ title: 'Hot', rows: [{ id: '1', title: 'Tea' }] }] },
    draftOf: (body) => ({ kind: 'list', content: listContent(body) }),
  });
  sendingRoute(app, deps, {
    path: '/api/messages/send-buttons',
    summary: 'Send buttons',
    fields: buttonsFields,
    example: { title: 'Your order', buttons: [{ type: 'reply', text: 'Confirm', id: 'confirm' }] },
    draftOf: (body) => ({ kind: 'buttons', content: buttonsContent(body) }),
  });
  sendingRoute(app, deps, {
    path: '/api/messages/send-template',
    summary: 'Send a template',
    description: 'Numbers of the integration WHATSAPP-BUSINESS only.',
    fields: templateFields,
    example: { name: 'hello_world', language: 'en_US' },
    draftOf: (body) => ({ kind: 'template', content: templateContent(body) }),
  });
}

function registerKindsOnMessages(app: FastifyInstance, deps: Deps): void {
  sendingRoute(app, deps, {
    path: '/api/messages/send-reaction',
    summary: 'React to a message',
    fields: reactionFields,
    example: { message_id: '01900000-0000-7000-8000-000000000000', emoji: '👍' },
    withNumber: false,
    async draftOf(body, source) {
      refuseOptions(body, 'reaction');
      const emoji = readEmoji(body.emoji);
      const target = await source.messageRef(body.message_id);
      return { kind: 'reaction', content: { emoji, target }, recipient: target.remoteJid };
    },
  });
}
