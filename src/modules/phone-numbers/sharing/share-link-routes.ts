import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/problem-details.ts';
import type { PhoneNumbers } from '../index.ts';
import { IdParams } from '../schemas.ts';
import {
  CreateShareBody,
  ManyShareLinks,
  NewShareLink,
  Revoked,
  ShareLinkParams,
  shareLinkView,
} from './share-schemas.ts';

const tags = ['Phone numbers'];
const config = { auth: 'user' } as const;
const reading = { auth: 'user', body: false } as const;
const writing = { auth: 'user', body: true } as const;

export function registerShareLinkRoutes(
  instance: FastifyInstance,
  deps: { phoneNumbers: Pick<PhoneNumbers, 'shareLinks'> },
): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { shareLinks } = deps.phoneNumbers;

  app.post(
    '/api/phone-numbers/:id/share-links',
    {
      config,
      schema: {
        tags,
        summary: 'Make a link by which the owner of the phone connects it',
        description:
          'Leads to a page that shows the QR code and needs no account. Good until the number connects, it runs out or is taken back; its URL is shown this once.',
        params: IdParams,
        body: Type.Union([CreateShareBody, Type.Null()]),
        response: {
          201: NewShareLink,
          ...problems(writing, 'not_found', 'number_already_connected', 'share_link_limit'),
        },
      },
    },
    async (request, reply) => {
      const lifeSeconds = request.body?.expires_in ?? 3_600;
      const { url, ...link } = await shareLinks.create(callerOf(request).userId, request.params.id, lifeSeconds);
      return reply.code(201).send({ success: true as const, ...shareLinkView(link), url });
    },
  );

  app.get(
    '/api/phone-numbers/:id/share-links',
    {
      config,
      schema: {
        tags,
        summary: "List a phone number's share links",
        description: 'Those that still work, oldest first, without their URLs.',
        params: IdParams,
        response: { 200: ManyShareLinks, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      const links = await shareLinks.list(callerOf(request).userId, request.params.id);
      return { success: true as const, share_links: links.map(shareLinkView) };
    },
  );

  app.delete(
    '/api/phone-numbers/:id/share-links/:linkId',
    {
      config,
      schema: {
        tags,
        summary: 'Take a share link back',
        params: ShareLinkParams,
        response: { 200: Revoked, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      await shareLinks.revoke(callerOf(request).userId, request.params.id, request.params.linkId);
      return { success: true as const, message: 'Share link revoked' };
    },
  );
}
