import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { digitsOfJid } from '../../../evolution/jid.ts';
import { callerOf } from '../../../http/authenticate.ts';
import type { KnownProblemCode } from '../../../http/problem-codes.ts';
import { problems } from '../../../http/problem-details.ts';
import type { PhoneNumbers } from '../index.ts';
import { IdParams } from '../schemas.ts';
import type { Privacy } from './relay-profile.ts';
import {
  ChangePrivacyBody,
  ChangeProfileBody,
  PictureAnswer,
  PictureQuery,
  PrivacySettings,
  ProfileAnswer,
  ProfileChanged,
} from './relay-profile-schemas.ts';

const config = { auth: 'user' } as const;
const tags = ['Chats and groups'];
const codes: readonly KnownProblemCode[] = [
  'not_found',
  'number_not_connected',
  'action_not_supported',
  'backend_refused',
  'backend_failed',
  'backend_unavailable',
];
const reading = problems({ auth: 'user', body: false }, ...codes);
const writing = problems({ auth: 'user', body: true }, ...codes, 'outcome_unknown');

export function registerRelayProfileRoutes(
  instance: FastifyInstance,
  deps: { phoneNumbers: Pick<PhoneNumbers, 'relay'> },
): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { profile } = deps.phoneNumbers.relay;

  app.get(
    '/api/phone-numbers/:id/profile',
    {
      config,
      schema: {
        tags,
        summary: 'WhatsApp profile of a phone number',
        params: IdParams,
        response: { 200: ProfileAnswer, ...reading },
      },
    },
    async (request) => {
      const { jid, pictureUrl, isBusiness, ...words } = await profile.get(callerOf(request).userId, request.params.id);
      return {
        success: true as const,
        profile: {
          jid,
          phone_number: jid === null ? null : digitsOfJid(jid),
          ...words,
          picture_url: pictureUrl,
          is_business: isBusiness,
        },
      };
    },
  );

  app.patch(
    '/api/phone-numbers/:id/profile',
    {
      config,
      schema: {
        tags,
        summary: 'Change name, about or picture of a phone number',
        description: 'One after the other. Where one fails, `changed` of the problem names those made before it.',
        params: IdParams,
        body: ChangeProfileBody,
        response: { 200: ProfileChanged, ...writing },
      },
    },
    async (request) => {
      const { name, about, picture_base64: picture } = request.body;
      await profile.change(callerOf(request).userId, request.params.id, {
        ...(name === undefined ? {} : { name }),
        ...(about === undefined ? {} : { about }),
        ...(picture === undefined ? {} : { picture }),
      });
      const changed = (['name', 'about', 'picture_base64'] as const).filter((each) => request.body[each] !== undefined);
      return { success: true as const, changed };
    },
  );

  app.get(
    '/api/phone-numbers/:id/profile-picture',
    {
      config,
      schema: {
        tags,
        summary: 'Picture of a number',
        params: IdParams,
        querystring: PictureQuery,
        response: { 200: PictureAnswer, ...reading },
      },
    },
    async (request) => {
      const { userId } = callerOf(request);
      const { jid, pictureUrl } = await profile.picture(userId, request.params.id, request.query.number);
      return { success: true as const, jid, phone_number: digitsOfJid(jid), picture_url: pictureUrl };
    },
  );

  app.get(
    '/api/phone-numbers/:id/privacy',
    {
      config,
      schema: {
        tags,
        summary: 'Privacy settings of a phone number',
        params: IdParams,
        response: { 200: PrivacySettings, ...reading },
      },
    },
    async (request) => ({
      success: true as const,
      privacy: viewOfPrivacy(await profile.privacy(callerOf(request).userId, request.params.id)),
    }),
  );

  app.patch(
    '/api/phone-numbers/:id/privacy',
    {
      config,
      schema: {
        tags,
        summary: 'Change privacy settings of a phone number',
        params: IdParams,
        body: ChangePrivacyBody,
        response: { 200: PrivacySettings, ...writing },
      },
    },
    async (request) => {
      const { read_receipts, profile_picture, about, online, last_seen, groups } = request.body;
      const privacy = await profile.changePrivacy(callerOf(request).userId, request.params.id, {
        ...(read_receipts === undefined ? {} : { readreceipts: read_receipts }),
        ...(profile_picture === undefined ? {} : { profile: profile_picture }),
        ...(about === undefined ? {} : { status: about }),
        ...(online === undefined ? {} : { online }),
        ...(last_seen === undefined ? {} : { last: last_seen }),
        ...(groups === undefined ? {} : { groupadd: groups }),
      });
      return { success: true as const, privacy: viewOfPrivacy(privacy) };
    },
  );
}

function viewOfPrivacy(privacy: Privacy) {
  return {
    read_receipts: privacy.readreceipts,
    profile_picture: privacy.profile,
    about: privacy.status,
    online: privacy.online,
    last_seen: privacy.last,
    groups: privacy.groupadd,
  };
}
