import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../../http/authenticate.ts';
import { problems } from '../../http/problem-details.ts';
import { decodeUuidCursor, encodeCursor } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import { readIdempotencyKey, readTiming, requireAhead, SendingHeaders, setQuotaHeaders } from '../messages/index.ts';
import type { CampaignInput, Campaigns } from './index.ts';
import { registerOptOutRoutes } from './opt-out-routes.ts';
import {
  BulkBody,
  CampaignParams,
  CampaignsQuery,
  ManyCampaigns,
  OneCampaign,
  StartedCampaign,
  viewOfCampaign,
} from './schemas.ts';

const tags = ['Campaigns'];
const config = { auth: 'user' } as const;
const bodyBytesMax = 6 * 1_048_576;

/** Messages to many, how they get on, and who does not want them. */
export function registerCampaignRoutes(instance: FastifyInstance, deps: { campaigns: Campaigns }): void {
  registerStartRoute(instance, deps);
  registerReadingRoutes(instance, deps);
  registerControlRoutes(instance, deps);
  registerOptOutRoutes(instance, deps);
}

function registerStartRoute(instance: FastifyInstance, { campaigns }: { campaigns: Campaigns }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    '/api/messages/bulk',
    {
      config,
      bodyLimit: bodyBytesMax,
      schema: {
        tags,
        summary: 'Send to many',
        description:
          'Up to 1,000 recipients, checked as a whole: all are accepted, or none. Each gets a message of its own, ' +
          'with its `variables` in the place of `{{name}}`; they leave one after the other, at the pace of the phone ' +
          'number. The units of all are taken at once. Who is on the opt-out list is left out.',
        headers: SendingHeaders,
        body: BulkBody,
        response: {
          202: StartedCampaign,
          ...problems(
            { auth: 'user', body: true },
            'not_found',
            'invalid_recipients',
            'invalid_url',
            'kind_not_supported',
            'recipients_opted_out',
            'quota_exceeded',
            'idempotency_key_in_use',
            'idempotency_key_reused',
          ),
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { body } = request;
      const key = readIdempotencyKey(request);
      const timing = readTiming({ async: true, priority: 'low', ...timingOf(body) }, true);
      if (timing.kind !== 'queued') throw new TypeError('A bulk send waits.');
      if (timing.sendAt !== null) requireAhead(timing.sendAt, campaigns.now());
      const started = await campaigns.start({
        userId: caller.userId,
        dailyMax: caller.maxMessagesPerDay,
        requestId: request.id,
        token: body.token,
        name: body.name ?? null,
        recipients: body.recipients,
        message: messageOf(body),
        sendAt: timing.sendAt,
        expiresInSeconds: timing.expiresInSeconds,
        priority: timing.priority,
        key,
      });
      setQuotaHeaders(reply, started.quota);
      if (started.isReplayed) reply.header('idempotency-replayed', 'true');
      const { campaign, progress } = await campaigns.get(caller.userId, started.campaign.id);
      return reply.code(202).send({
        success: true,
        campaign_id: campaign.id,
        campaign: viewOfCampaign(campaign, progress),
        opted_out_numbers: started.optedOutNumbers,
      });
    },
  );
}

function timingOf({ send_at, expires_in, priority }: BulkBody) {
  return {
    ...(send_at === undefined ? {} : { send_at }),
    ...(expires_in === undefined ? {} : { expires_in }),
    ...(priority === undefined ? {} : { priority }),
  };
}

function messageOf({ text, mediaType, mediaUrl, fileName, caption }: BulkBody): CampaignInput['message'] {
  const isMedia = mediaType !== undefined && mediaUrl !== undefined;
  const hasMediaField = [mediaType, mediaUrl, fileName, caption].some((field) => field !== undefined);
  if (text !== undefined && !hasMediaField) return { text };
  if (text === undefined && isMedia) {
    return {
      mediaType,
      mediaUrl,
      ...(fileName === undefined ? {} : { fileName }),
      ...(caption === undefined ? {} : { caption }),
    };
  }
  throw new DomainError('invalid_request', 'body: give either text, or mediaType and mediaUrl.', { kind: 'invalid' });
}

function registerReadingRoutes(instance: FastifyInstance, { campaigns }: { campaigns: Campaigns }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const reading = { auth: 'user', body: false } as const;

  app.get(
    '/api/campaigns',
    {
      config,
      schema: {
        tags,
        summary: 'List campaigns',
        description: 'Newest first.',
        querystring: CampaignsQuery,
        response: { 200: ManyCampaigns, ...problems(reading) },
      },
    },
    async (request) => {
      const { limit = 50, cursor, status } = request.query;
      const { campaigns: found, next } = await campaigns.list(callerOf(request).userId, {
        limit,
        ...(cursor === undefined ? {} : { after: decodeUuidCursor(cursor) }),
        ...(status === undefined ? {} : { status }),
      });
      return {
        success: true as const,
        campaigns: found.map(({ campaign, progress }) => viewOfCampaign(campaign, progress)),
        next_cursor: next === null ? null : encodeCursor(next),
      };
    },
  );

  app.get(
    '/api/campaigns/:id',
    {
      config,
      schema: {
        tags,
        summary: 'One campaign, and how it gets on',
        description: 'Its messages: `GET /api/messages?campaign_id=…`.',
        params: CampaignParams,
        response: { 200: OneCampaign, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      const { campaign, progress } = await campaigns.get(callerOf(request).userId, request.params.id);
      return { success: true as const, campaign: viewOfCampaign(campaign, progress) };
    },
  );
}

const controls = [
  { action: 'pause', summary: 'Pause a campaign', description: 'What waits, waits on; it still expires.' },
  { action: 'resume', summary: 'Resume a paused campaign', description: 'It goes on where it stopped.' },
  { action: 'cancel', summary: 'Cancel a campaign', description: 'What waits is cancelled, its units given back.' },
] as const;

function registerControlRoutes(instance: FastifyInstance, { campaigns }: { campaigns: Campaigns }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  for (const { action, summary, description } of controls) {
    app.post(
      `/api/campaigns/:id/${action}`,
      {
        config,
        schema: {
          tags,
          summary,
          description,
          params: CampaignParams,
          response: { 200: OneCampaign, ...problems({ auth: 'user', body: false }, 'not_found', 'campaign_over') },
        },
      },
      async (request) => {
        const { campaign, progress } = await campaigns[action](callerOf(request).userId, request.params.id);
        return { success: true as const, campaign: viewOfCampaign(campaign, progress) };
      },
    );
  }
}
