import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { callerOf } from '../../http/authenticate.ts';
import type { Caller } from '../../http/caller.ts';
import { problems } from '../../http/problem-details.ts';
import { decodeCursor, encodeCursor } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import { registerConnectingRoutes } from './connecting/connecting-routes.ts';
import type { PhoneNumbers } from './index.ts';
import { registerPauseRoutes } from './pausing/pause-routes.ts';
import { registerRelayRoutes } from './relay/relay-routes.ts';
import {
  ChangeBody,
  CreateBody,
  Deleted,
  IdParams,
  ListQuery,
  ManyNumbers,
  OneNumber,
  QrAnswer,
  RotateBody,
  RotatedNumber,
  StatusAnswer,
  viewOf,
} from './schemas.ts';
import { registerShareLinkRoutes } from './sharing/share-link-routes.ts';
import { registerSharePageRoutes } from './sharing/share-page-routes.ts';
import { registerUptimeRoutes } from './uptime/uptime-routes.ts';

const tags = ['Phone numbers'];
const config = { auth: 'user' } as const;
const reading = { auth: 'user', body: false } as const;
const writing = { auth: 'user', body: true } as const;

export function registerPhoneNumberRoutes(instance: FastifyInstance, deps: { phoneNumbers: PhoneNumbers }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { phoneNumbers } = deps;

  app.post(
    '/api/phone-numbers/create',
    {
      config,
      schema: {
        tags,
        summary: 'Create a phone number',
        description: 'Answers with the first QR code. The token is shown this once.',
        body: CreateBody,
        response: {
          201: OneNumber,
          ...problems(
            writing,
            'invalid_url',
            'alias_taken',
            'phone_number_limit',
            'backend_failed',
            'backend_unavailable',
            'no_backend_available',
            'not_found',
          ),
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { body } = request;
      requireFittingLine(body, caller.role);
      const { number, token, warning } = await phoneNumbers.create({
        userId: caller.userId,
        displayName: body.display_name ?? null,
        alias: body.alias ?? null,
        webhookUrl: body.webhook_url ?? null,
        integration: body.integration ?? 'WHATSAPP-BAILEYS',
        ...(body.number === undefined ? {} : { number: body.number }),
        ...(body.pairing_number === undefined ? {} : { pairingNumber: body.pairing_number }),
        ...(body.business_id === undefined || body.access_token === undefined
          ? {}
          : { official: { businessId: body.business_id, accessToken: body.access_token } }),
      });
      return reply
        .code(201)
        .send({ success: true, phone_number: viewOf(number, token), ...(warning === null ? {} : { warning }) });
    },
  );

  app.get(
    '/api/phone-numbers',
    {
      config,
      schema: {
        tags,
        summary: 'List phone numbers',
        description: 'Oldest first.',
        querystring: ListQuery,
        response: { 200: ManyNumbers, ...problems(reading) },
      },
    },
    async (request) => {
      const { limit = 100, cursor, status, search } = request.query;
      const after = cursor === undefined ? undefined : decodeCursor(cursor);
      const { numbers, next } = await phoneNumbers.list(callerOf(request).userId, {
        limit,
        ...(status === undefined ? {} : { status }),
        ...(search === undefined ? {} : { search }),
        ...(after === undefined ? {} : { after: { createdAt: after.createdAt, id: numericId(after.id) } }),
      });
      return {
        success: true as const,
        phone_numbers: numbers.map((number) => viewOf(number)),
        next_cursor: next === null ? null : encodeCursor(next),
      };
    },
  );

  app.get(
    '/api/phone-numbers/:id',
    {
      config,
      schema: {
        tags,
        summary: 'One phone number',
        params: IdParams,
        response: { 200: OneNumber, ...problems(reading, 'not_found') },
      },
    },
    async (request) => ({
      success: true as const,
      phone_number: viewOf(await phoneNumbers.get(callerOf(request).userId, request.params.id)),
    }),
  );

  app.get(
    '/api/phone-numbers/:id/qr',
    {
      config,
      schema: {
        tags,
        summary: 'QR code of a phone number',
        description:
          'Connects the number where it is not connected, so a suspended user may not ask; `qr_code` is null once it is.',
        params: IdParams,
        response: {
          200: QrAnswer,
          ...problems(
            reading,
            'not_found',
            'creation_under_way',
            'move_under_way',
            'backend_failed',
            'backend_unavailable',
          ),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      requireActive(caller);
      const number = await phoneNumbers.fetchQr(caller.userId, request.params.id);
      const { id, status, qr_code, qr_expires_at, sandbox } = viewOf(number);
      const { pairingCode: pairing_code } = number;
      return { success: true as const, id, status, qr_code, pairing_code, qr_expires_at, sandbox };
    },
  );

  app.get(
    '/api/phone-numbers/:id/status',
    {
      config,
      schema: {
        tags,
        summary: 'Connection status of a phone number',
        params: IdParams,
        response: { 200: StatusAnswer, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      const number = viewOf(await phoneNumbers.get(callerOf(request).userId, request.params.id));
      const { id, instance_name, status, status_reason, phone_number, connected_at, sandbox } = number;
      return { success: true as const, id, instance_name, status, status_reason, phone_number, connected_at, sandbox };
    },
  );

  app.patch(
    '/api/phone-numbers/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Change name, alias, webhook URL or pace',
        params: IdParams,
        body: ChangeBody,
        response: { 200: OneNumber, ...problems(writing, 'not_found', 'invalid_url', 'alias_taken') },
      },
    },
    async (request) => {
      const { display_name, alias, webhook_url, send_interval_ms, send_jitter_ms, daily_cap } = request.body;
      const number = await phoneNumbers.change(callerOf(request).userId, request.params.id, {
        ...(display_name === undefined ? {} : { displayName: display_name }),
        ...(alias === undefined ? {} : { alias }),
        ...(webhook_url === undefined ? {} : { webhookUrl: webhook_url }),
        ...(send_interval_ms === undefined ? {} : { sendIntervalMs: send_interval_ms }),
        ...(send_jitter_ms === undefined ? {} : { sendJitterMs: send_jitter_ms }),
        ...(daily_cap === undefined ? {} : { dailyCap: daily_cap }),
      });
      return { success: true as const, phone_number: viewOf(number) };
    },
  );

  app.post(
    '/api/phone-numbers/:id/token/rotate',
    {
      config,
      schema: {
        tags,
        summary: 'Give a phone number a new token',
        description:
          'The new token is shown this once. The former token works for overlap_hours more (24 unless given); 0 ends it at once.',
        params: IdParams,
        body: Type.Union([RotateBody, Type.Null()]),
        response: { 200: RotatedNumber, ...problems(writing, 'not_found') },
      },
    },
    async (request) => {
      const overlapHours = request.body?.overlap_hours ?? 24;
      const { number, token, formerTokensExpireAt } = await phoneNumbers.rotateToken(
        callerOf(request).userId,
        request.params.id,
        overlapHours,
      );
      return {
        success: true as const,
        phone_number: viewOf(number, token),
        former_tokens_expire_at: formerTokensExpireAt.toISOString(),
      };
    },
  );

  app.delete(
    '/api/phone-numbers/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Delete a phone number',
        description: 'Logs it out and frees its place. Its statistics and messages stay.',
        params: IdParams,
        response: { 200: Deleted, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      await phoneNumbers.delete(callerOf(request).userId, request.params.id);
      return { success: true as const, message: 'Phone number deleted successfully' };
    },
  );

  registerConnectingRoutes(instance, deps);
  registerPauseRoutes(instance, deps);
  registerRelayRoutes(instance, deps);
  registerShareLinkRoutes(instance, deps);
  registerSharePageRoutes(instance, deps);
  registerUptimeRoutes(instance, deps);
}

// A suspended user may read, but this GET connects the number.
function requireActive(caller: Caller): void {
  if (caller.status === 'active') return;
  throw new DomainError('user_suspended', 'This user is suspended. Ask the operator.', { kind: 'forbidden' });
}

function numericId(id: string): number {
  const number = Number(id);
  if (Number.isSafeInteger(number)) return number;
  throw new DomainError('invalid_request', 'cursor: not one that a list gave.', { kind: 'invalid' });
}

const lineFields = ['integration', 'number', 'business_id', 'access_token'] as const;
const neededBy = {
  'WHATSAPP-BAILEYS': [],
  EVOLUTION: ['number'],
  'WHATSAPP-BUSINESS': ['number', 'business_id', 'access_token'],
} as const;

/** Lines without a phone are made by operators alone, and each with what its server must know. */
function requireFittingLine(body: CreateBody, role: 'user' | 'operator'): void {
  const invalid = (sentence: string) => new DomainError('invalid_request', `body: ${sentence}`, { kind: 'invalid' });
  const given = lineFields.find((field) => body[field] !== undefined);
  if (given !== undefined && role !== 'operator') throw invalid(`${given} is for operators.`);
  const { integration = 'WHATSAPP-BAILEYS' } = body;
  const needed: readonly string[] = neededBy[integration];
  const missing = needed.find((field) => body[field as keyof CreateBody] === undefined);
  if (missing !== undefined) throw invalid(`integration ${integration} needs ${missing}.`);
  const { business_id, access_token, number, pairing_number } = body;
  if (integration !== 'WHATSAPP-BUSINESS' && (business_id !== undefined || access_token !== undefined))
    throw invalid('business_id and access_token are for integration WHATSAPP-BUSINESS.');
  if (integration !== 'WHATSAPP-BAILEYS' && pairing_number !== undefined)
    throw invalid('pairing_number is for lines with a phone.');
  if (integration !== 'WHATSAPP-BUSINESS' && number !== undefined && number.length > 15)
    throw invalid('number has at most 15 digits.');
}
