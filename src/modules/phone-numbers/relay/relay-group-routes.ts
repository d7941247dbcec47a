import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { digitsOfJid } from '../../../evolution/jid.ts';
import { callerOf } from '../../../http/authenticate.ts';
import type { KnownProblemCode } from '../../../http/problem-codes.ts';
import { problems } from '../../../http/problem-details.ts';
import type { PhoneNumbers } from '../index.ts';
import { IdParams } from '../schemas.ts';
import { decodePlace, encodePlace, nextPlace } from './relay-cursor.ts';
import {
  ChangedParticipants,
  ChangeGroupBody,
  CreateGroupBody,
  GroupParams,
  GroupsQuery,
  InviteCode,
  LeftGroup,
  ManyGroups,
  OneGroup,
  ParticipantsBody,
} from './relay-group-schemas.ts';
import type { GroupChange } from './relay-groups.ts';
import { viewOfGroup, viewOfWholeGroup } from './relay-views.ts';

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
const acting = problems({ auth: 'user', body: false }, ...codes, 'outcome_unknown');
const writing = problems({ auth: 'user', body: true }, ...codes, 'outcome_unknown');

export function registerRelayGroupRoutes(
  instance: FastifyInstance,
  deps: { phoneNumbers: Pick<PhoneNumbers, 'relay'> },
): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { groups, firstPlace } = deps.phoneNumbers.relay;

  app.get(
    '/api/phone-numbers/:id/groups',
    {
      config,
      schema: {
        tags,
        summary: 'Groups of a phone number',
        description: 'Without their participants. The backend asks WhatsApp for all of them each time.',
        params: IdParams,
        querystring: GroupsQuery,
        response: { 200: ManyGroups, ...reading },
      },
    },
    async (request) => {
      const { limit = 100, cursor } = request.query;
      const place = cursor === undefined ? firstPlace(limit) : decodePlace(cursor);
      const all = await groups.list(callerOf(request).userId, request.params.id);
      const shown = all.slice(place.skip, place.skip + place.limit);
      const next = all.length > place.skip + place.limit ? nextPlace(place, shown.length) : null;
      return {
        success: true as const,
        groups: shown.map(viewOfGroup),
        next_cursor: next === null ? null : encodePlace(next),
      };
    },
  );

  app.post(
    '/api/phone-numbers/:id/groups',
    {
      config,
      schema: {
        tags,
        summary: 'Create a group',
        description: 'Numbers that have no WhatsApp are left out.',
        params: IdParams,
        body: CreateGroupBody,
        response: { 201: OneGroup, ...writing },
      },
    },
    async (request, reply) => {
      const group = await groups.create(callerOf(request).userId, request.params.id, request.body);
      return reply.code(201).send({ success: true, group: viewOfWholeGroup(group) });
    },
  );

  app.get(
    '/api/phone-numbers/:id/groups/:jid',
    {
      config,
      schema: {
        tags,
        summary: 'One group with its participants',
        params: GroupParams,
        response: { 200: OneGroup, ...reading },
      },
    },
    async (request) => {
      const { id, jid } = request.params;
      return { success: true as const, group: viewOfWholeGroup(await groups.get(callerOf(request).userId, id, jid)) };
    },
  );

  app.patch(
    '/api/phone-numbers/:id/groups/:jid',
    {
      config,
      schema: {
        tags,
        summary: 'Change subject, description or settings of a group',
        description: 'One after the other. Where one fails, `changed` of the problem names those made before it.',
        params: GroupParams,
        body: ChangeGroupBody,
        response: { 200: OneGroup, ...writing },
      },
    },
    async (request) => {
      const { id, jid } = request.params;
      const group = await groups.change(callerOf(request).userId, id, jid, changeOf(request.body));
      return { success: true as const, group: viewOfWholeGroup(group) };
    },
  );

  app.delete(
    '/api/phone-numbers/:id/groups/:jid',
    {
      config,
      schema: { tags, summary: 'Leave a group', params: GroupParams, response: { 200: LeftGroup, ...acting } },
    },
    async (request) => {
      const { id, jid } = request.params;
      await groups.leave(callerOf(request).userId, id, jid);
      return { success: true as const, message: 'Group left' };
    },
  );

  app.post(
    '/api/phone-numbers/:id/groups/:jid/participants',
    {
      config,
      schema: {
        tags,
        summary: 'Add, remove, promote or demote participants',
        description: 'Answers what WhatsApp says of each.',
        params: GroupParams,
        body: ParticipantsBody,
        response: { 200: ChangedParticipants, ...writing },
      },
    },
    async (request) => {
      const { id, jid } = request.params;
      const changes = await groups.changeParticipants(callerOf(request).userId, id, jid, request.body);
      const participants = changes.map((change) => ({
        jid: change.jid,
        phone_number: digitsOfJid(change.jid),
        done: change.code === '200',
        code: change.code,
      }));
      return { success: true as const, participants };
    },
  );

  app.get(
    '/api/phone-numbers/:id/groups/:jid/invite-code',
    {
      config,
      schema: {
        tags,
        summary: 'Invite code of a group',
        params: GroupParams,
        response: { 200: InviteCode, ...reading },
      },
    },
    async (request) => {
      const { id, jid } = request.params;
      return invite(await groups.inviteCode(callerOf(request).userId, id, jid));
    },
  );

  app.post(
    '/api/phone-numbers/:id/groups/:jid/invite-code',
    {
      config,
      schema: {
        tags,
        summary: 'Revoke the invite code of a group',
        description: 'Answers the new one.',
        params: GroupParams,
        response: { 200: InviteCode, ...acting },
      },
    },
    async (request) => {
      const { id, jid } = request.params;
      return invite(await groups.revokeInviteCode(callerOf(request).userId, id, jid));
    },
  );
}

type Body = {
  subject?: string;
  description?: string;
  only_admins_write?: boolean;
  only_admins_edit?: boolean;
  disappear_after_seconds?: 0 | 86_400 | 604_800 | 7_776_000;
};

function changeOf(body: Body): GroupChange {
  const { subject, description, only_admins_write, only_admins_edit, disappear_after_seconds } = body;
  return {
    ...(subject === undefined ? {} : { subject }),
    ...(description === undefined ? {} : { description }),
    ...(only_admins_write === undefined ? {} : { onlyAdminsWrite: only_admins_write }),
    ...(only_admins_edit === undefined ? {} : { onlyAdminsEdit: only_admins_edit }),
    ...(disappear_after_seconds === undefined ? {} : { disappearAfterSeconds: disappear_after_seconds }),
  };
}

function invite(code: string) {
  const invite_url = `https://chat.whatsapp.com/${encodeURIComponent(code)}`;
  return { success: true as const, invite_code: code, invite_url };
}
