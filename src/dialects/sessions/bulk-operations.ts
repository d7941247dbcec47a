import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { CampaignInput, Campaigns } from '../../modules/campaigns/index.ts';
import {
  readIdempotencyKey,
  readTiming,
  requireAhead,
  SendingHeaders,
  setQuotaHeaders,
} from '../../modules/messages/index.ts';
import type { PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { createOperations } from './operation.ts';
import { exact, moment, nullable, sessionId, sessionRef } from './schemas.ts';
import { caption, fileName, mediaTypes, mediaUrl, withoutServer } from './send-body.ts';
import type { Sessions } from './session-ref.ts';

export type BulkDeps = { phoneNumbers: PhoneNumbers; campaigns: Campaigns };

const recipientsMax = 1_000;
const address = Type.String({ minLength: 1, maxLength: 64, examples: ['628123456789'] });
const variables = Type.Record(
  Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$' }),
  Type.String({ maxLength: 4096 }),
  { maxProperties: 50, description: 'What takes the place of `{{name}}`.' },
);

const BulkBody = Type.Object(
  {
    session_id: sessionRef,
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    recipients: Type.Array(
      Type.Union([address, Type.Object({ to: address, variables: Type.Optional(variables) }, exact)]),
      { minItems: 1, maxItems: recipientsMax },
    ),
    message: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 65_536,
        description: 'With `{{variables}}`; or give type and media_url.',
      }),
    ),
    type: Type.Optional(Type.Enum(['text', ...mediaTypes], { default: 'text' })),
    media_url: Type.Optional(mediaUrl),
    caption: Type.Optional(caption),
    file_name: Type.Optional(fileName),
    send_at: Type.Optional(moment('Not before this moment; at most a year ahead.')),
  },
  {
    ...exact,
    examples: [
      {
        session_id: 'my-business-whatsapp',
        message: 'Hello {{name}}!',
        recipients: ['628123456789', { to: '628123456780', variables: { name: 'Ayu' } }],
      },
    ],
  },
);
type BulkBody = Static<typeof BulkBody>;

const count = Type.Integer({ minimum: 0 });
const BulkView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  session_id: sessionId,
  name: nullable(Type.String()),
  type: Type.String(),
  status: Type.Enum(['running', 'paused', 'cancelled', 'finished']),
  total: Type.Integer(),
  opted_out: Type.Integer({ description: 'Left out because they want no such messages.' }),
  progress: Type.Object({
    queued: count,
    sending: count,
    sent: count,
    failed: count,
    unknown: count,
    expired: count,
    cancelled: count,
  }),
  created_at: moment(),
  finished_at: nullable(moment()),
});

/** One message to many. */
export function addBulkOperations(
  app: FastifyInstance,
  { campaigns, sessions }: BulkDeps & { sessions: Sessions },
): void {
  const operation = createOperations(app, 'messages');

  operation(
    'POST',
    '/messages/bulk',
    {
      summary: 'Send a message to many',
      description: `Up to ${recipientsMax} recipients: all are accepted, or none. They leave one after another.`,
      headers: SendingHeaders,
      body: BulkBody,
      data: Type.Object({ bulk: BulkView }),
      statuses: [202],
      problems: [
        'not_found',
        'invalid_recipients',
        'invalid_url',
        'kind_not_supported',
        'recipients_opted_out',
        'quota_exceeded',
        'idempotency_key_in_use',
        'idempotency_key_reused',
      ],
    },
    async ({ request, reply, caller, userId, body }) => {
      const message = messageOf(body);
      const { send_at } = body;
      const timing = readTiming({ async: true, priority: 'low', ...(send_at === undefined ? {} : { send_at }) }, true);
      if (timing.kind !== 'queued') throw new TypeError('A bulk send waits.');
      if (timing.sendAt !== null) requireAhead(timing.sendAt, campaigns.now());
      const started = await campaigns.start({
        userId,
        dailyMax: caller.maxMessagesPerDay,
        requestId: request.id,
        token: await sessions.idOf(userId, body.session_id),
        name: body.name ?? null,
        recipients: body.recipients.map(recipientOf),
        message,
        sendAt: timing.sendAt,
        expiresInSeconds: timing.expiresInSeconds,
        priority: timing.priority,
        key: readIdempotencyKey(request),
      });
      setQuotaHeaders(reply, started.quota);
      if (started.isReplayed) reply.header('idempotency-replayed', 'true');
      return { bulk: viewOf(await campaigns.get(userId, started.campaign.id)) };
    },
  );

  operation(
    'GET',
    '/messages/bulk/:bulk_id',
    {
      summary: 'How a message to many gets on',
      params: Type.Object({ bulk_id: Type.String({ minLength: 1, maxLength: 100 }) }),
      data: Type.Object({ bulk: BulkView }),
      problems: ['not_found'],
    },
    async ({ userId, params }) => ({ bulk: viewOf(await campaigns.get(userId, params.bulk_id)) }),
  );
}

function recipientOf(recipient: BulkBody['recipients'][number]) {
  const { to, variables } = typeof recipient === 'string' ? { to: recipient } : recipient;
  const number = withoutServer(to);
  return variables === undefined ? { number } : { number, variables };
}

function messageOf({ type = 'text', message, media_url, caption, file_name }: BulkBody): CampaignInput['message'] {
  const ofMedia = [media_url, caption, file_name];
  if (type === 'text' && message !== undefined && ofMedia.every((field) => field === undefined))
    return { text: message };
  if (type !== 'text' && message === undefined && media_url !== undefined) {
    return {
      mediaType: type,
      mediaUrl: media_url,
      ...(file_name === undefined ? {} : { fileName: file_name }),
      ...(caption === undefined ? {} : { caption }),
    };
  }
  throw new DomainError('invalid_request', 'body: give either message, or type and media_url.', { kind: 'invalid' });
}

function viewOf({ campaign, progress }: Awaited<ReturnType<Campaigns['get']>>): Static<typeof BulkView> {
  return {
    id: campaign.id,
    session_id: String(campaign.phoneNumberId),
    name: campaign.name,
    type: campaign.kind,
    status: campaign.status,
    total: campaign.total,
    opted_out: campaign.optedOut,
    progress,
    created_at: campaign.createdAt.toISOString(),
    finished_at: campaign.finishedAt?.toISOString() ?? null,
  };
}
