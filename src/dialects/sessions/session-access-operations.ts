import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { requireActive } from '../../http/authenticate.ts';
import { problems } from '../../http/problem-details.ts';
import { DomainError } from '../../platform/errors.ts';
import { callOf, createOperations, tagOf } from './operation.ts';
import { exact, moment, nothing, nullable, ofSession, sessionId } from './schemas.ts';
import type { SessionDeps } from './session-operations.ts';

const webhookUrl = Type.String({ minLength: 1, maxLength: 2048, examples: ['https://your-webhook.com/whatsapp'] });
const WebhookData = Type.Object({ session_id: sessionId, webhook_url: nullable(Type.String()) });

const RotateBody = Type.Object(
  {
    overlap_hours: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 168, default: 24, description: 'How long the former token still works.' }),
    ),
  },
  { ...exact, examples: [{ overlap_hours: 24 }] },
);
const ShareBody = Type.Object(
  {
    expires_in: Type.Optional(Type.Integer({ minimum: 300, maximum: 604_800, default: 3600, description: 'Seconds.' })),
  },
  { ...exact, examples: [{ expires_in: 3600 }] },
);
const linkFields = { id: Type.String({ format: 'uuid' }), expires_at: moment(), created_at: moment() };

const Figures = Type.Object({
  connected_seconds: Type.Integer(),
  observed_seconds: Type.Integer(),
  uptime: nullable(Type.Number({ minimum: 0, maximum: 1 })),
  losses: Type.Integer(),
});

/** The picture of the QR code, and what is set beside a session: its token, webhook, share links, and its uptime. */
export function addSessionAccessOperations(app: FastifyInstance, deps: SessionDeps): void {
  addPicture(app, deps);
  addTokenAndWebhook(app, deps);
  addSharing(app, deps);
}

function addPicture(app: FastifyInstance, { phoneNumbers, sessions }: SessionDeps): void {
  app.get(
    '/sessions/:id/qr/image',
    {
      config: { auth: 'user' },
      schema: {
        tags: [tagOf('sessions')],
        summary: 'QR code of a session as a PNG',
        description: 'Connects it where it is not connected, so a suspended user may not ask.',
        params: ofSession,
        response: {
          200: { description: 'OK', content: { 'image/png': { schema: Type.String({ format: 'binary' }) } } },
          ...problems(
            { auth: 'user', body: false },
            'not_found',
            'number_already_connected',
            'backend_failed',
            'backend_unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      const { userId, caller, params } = callOf<typeof ofSession, typeof nothing, typeof nothing>(request, reply);
      requireActive(caller);
      const { status, qrCode } = await phoneNumbers.fetchQr(userId, await sessions.idOf(userId, params.id));
      if (qrCode === null) throw status === 'connected' ? alreadyConnected() : noCodeYet();
      const bytes = Buffer.from(qrCode.slice(qrCode.indexOf(',') + 1), 'base64');
      return reply.type('image/png').header('cache-control', 'no-store').send(bytes);
    },
  );
}

function addTokenAndWebhook(app: FastifyInstance, { phoneNumbers, sessions }: SessionDeps): void {
  const operation = createOperations(app, 'sessions');

  operation(
    'POST',
    '/sessions/:id/token/rotate',
    {
      summary: 'Give a session a new token',
      description: 'Shown this once.',
      params: ofSession,
      body: Type.Union([RotateBody, Type.Null()]),
      data: Type.Object({ session_id: sessionId, token: Type.String(), former_tokens_expire_at: moment() }),
      problems: ['not_found'],
    },
    async ({ userId, params, body }) => {
      const id = await sessions.idOf(userId, params.id);
      const { token, formerTokensExpireAt } = await phoneNumbers.rotateToken(userId, id, body?.overlap_hours ?? 24);
      return { session_id: String(id), token, former_tokens_expire_at: formerTokensExpireAt.toISOString() };
    },
  );

  operation(
    'GET',
    '/sessions/:id/webhook',
    { summary: "A session's own webhook", params: ofSession, data: WebhookData, problems: ['not_found'] },
    async ({ userId, params }) => {
      const { id, webhookUrl } = await sessions.get(userId, params.id);
      return { session_id: String(id), webhook_url: webhookUrl };
    },
  );

  operation(
    'PUT',
    '/sessions/:id/webhook',
    {
      summary: "Set a session's own webhook",
      params: ofSession,
      body: Type.Object(
        { webhook_url: webhookUrl },
        { ...exact, examples: [{ webhook_url: 'https://your-webhook.com/whatsapp' }] },
      ),
      data: WebhookData,
      problems: ['not_found', 'invalid_url'],
    },
    async ({ userId, params, body }) => {
      const id = await sessions.idOf(userId, params.id);
      const { webhookUrl } = await phoneNumbers.change(userId, id, { webhookUrl: body.webhook_url });
      return { session_id: String(id), webhook_url: webhookUrl };
    },
  );

  operation(
    'DELETE',
    '/sessions/:id/webhook',
    { summary: "Take a session's own webhook away", params: ofSession, data: WebhookData, problems: ['not_found'] },
    async ({ userId, params }) => {
      const id = await sessions.idOf(userId, params.id);
      const { webhookUrl } = await phoneNumbers.change(userId, id, { webhookUrl: null });
      return { session_id: String(id), webhook_url: webhookUrl };
    },
  );

  operation(
    'GET',
    '/sessions/:id/uptime',
    {
      summary: 'How long a session was connected',
      params: ofSession,
      data: Type.Object({
        session_id: sessionId,
        since: moment(),
        last_24h: Figures,
        last_7d: Figures,
        last_30d: Figures,
      }),
      problems: ['not_found'],
    },
    async ({ userId, params }) => {
      const id = await sessions.idOf(userId, params.id);
      const { since, last24h, last7d, last30d } = await phoneNumbers.uptime(userId, id);
      return {
        session_id: String(id),
        since: since.toISOString(),
        last_24h: viewOfUptime(last24h),
        last_7d: viewOfUptime(last7d),
        last_30d: viewOfUptime(last30d),
      };
    },
  );
}

function addSharing(app: FastifyInstance, { phoneNumbers, sessions }: SessionDeps): void {
  const operation = createOperations(app, 'sessions');
  const { shareLinks } = phoneNumbers;

  operation(
    'POST',
    '/sessions/:id/share-links',
    {
      summary: 'Make a link by which the owner of the phone connects a session',
      description: 'Leads to a page with the QR code that needs no account; its URL is shown this once.',
      params: ofSession,
      body: Type.Union([ShareBody, Type.Null()]),
      data: Type.Object({ ...linkFields, url: Type.String() }),
      statuses: [201],
      problems: ['not_found', 'number_already_connected', 'share_link_limit'],
    },
    async ({ userId, params, body }) => {
      const id = await sessions.idOf(userId, params.id);
      const { url, ...link } = await shareLinks.create(userId, id, body?.expires_in ?? 3_600);
      return { ...viewOfLink(link), url };
    },
  );

  operation(
    'GET',
    '/sessions/:id/share-links',
    {
      summary: "List a session's share links",
      params: ofSession,
      data: Type.Object({ share_links: Type.Array(Type.Object(linkFields)) }),
      problems: ['not_found'],
    },
    async ({ userId, params }) => {
      const links = await shareLinks.list(userId, await sessions.idOf(userId, params.id));
      return { share_links: links.map(viewOfLink) };
    },
  );

  operation(
    'DELETE',
    '/sessions/:id/share-links/:linkId',
    {
      summary: 'Take a share link back',
      params: Type.Object({ ...ofSession.properties, linkId: Type.String({ format: 'uuid' }) }),
      data: nothing,
      message: 'Share link revoked',
      problems: ['not_found'],
    },
    async ({ userId, params }) => {
      await shareLinks.revoke(userId, await sessions.idOf(userId, params.id), params.linkId);
      return null;
    },
  );
}

type Uptime = Awaited<ReturnType<SessionDeps['phoneNumbers']['uptime']>>;
type Link = { id: string; expiresAt: Date; createdAt: Date };

function viewOfUptime({ connectedSeconds, observedSeconds, uptime, losses }: Uptime['last24h']) {
  return { connected_seconds: connectedSeconds, observed_seconds: observedSeconds, uptime, losses };
}

function viewOfLink({ id, expiresAt, createdAt }: Link) {
  return { id, expires_at: expiresAt.toISOString(), created_at: createdAt.toISOString() };
}

function alreadyConnected(): DomainError {
  return new DomainError('number_already_connected', 'The session is connected: there is nothing to scan.', {
    kind: 'conflict',
  });
}

function noCodeYet(): DomainError {
  return new DomainError('backend_unavailable', 'No QR code came in time.', {
    kind: 'unavailable',
    retryAfterSeconds: 3,
  });
}
