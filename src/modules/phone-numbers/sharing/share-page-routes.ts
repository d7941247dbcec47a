import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { problems } from '../../../http/problem-details.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { PhoneNumbers } from '../index.ts';
import { chooseLanguage } from './share-language.ts';
import { sharePage, sharePageGone, sharePageHeaders } from './share-page.ts';
import { ConnectBody, PageQuery, ShareStateAnswer, StateQuery, shareStateView, TokenParams } from './share-schemas.ts';

// A page that stays open asks every 2 s.
const unrecorded = { auth: 'none', record: false } as const;

/**
 * `GET /share/…`: where a share link leads, and what its page calls. The secret in the path is in no log: only routes'
 * patterns are.
 */
export function registerSharePageRoutes(
  instance: FastifyInstance,
  deps: { phoneNumbers: Pick<PhoneNumbers, 'openShare'> },
): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { openShare } = deps.phoneNumbers;

  app.get(
    '/share/:token',
    { config: unrecorded, schema: { hide: true, params: TokenParams, querystring: PageQuery } },
    async (request, reply) => {
      const language = chooseLanguage(request.query.lang, request.headers['accept-language']);
      reply.headers({ ...sharePageHeaders, 'content-language': language });
      try {
        const { displayName } = await openShare.look(request.params.token, request.ip);
        return reply.send(sharePage(language, displayName));
      } catch (error) {
        const status = statusOfGone(error);
        if (status === undefined) throw error;
        return reply.code(status).send(sharePageGone(language));
      }
    },
  );

  app.get(
    '/share/:token/state',
    {
      config: unrecorded,
      schema: {
        hide: true,
        params: TokenParams,
        querystring: StateQuery,
        response: {
          200: ShareStateAnswer,
          ...problems({ auth: 'none', body: false }, 'not_found', 'too_many_attempts'),
        },
      },
    },
    async (request) => shareStateView(await openShare.look(request.params.token, request.ip), request.query.seen),
  );

  app.post(
    '/share/:token/connect',
    {
      config: { auth: 'none' },
      schema: {
        hide: true,
        params: TokenParams,
        body: Type.Union([ConnectBody, Type.Null()]),
        response: {
          200: ShareStateAnswer,
          ...problems(
            { auth: 'none', body: true },
            'not_found',
            'too_many_attempts',
            'backend_failed',
            'backend_unavailable',
            'move_under_way',
            'creation_under_way',
          ),
        },
      },
    },
    async (request) => {
      const pairingNumber = request.body?.pairing_number?.replace('+', '');
      return shareStateView(await openShare.connect(request.params.token, request.ip, pairingNumber));
    },
  );
}

// A visitor is shown the same page, whatever it is; only who guesses on and on is told so by the status.
function statusOfGone(error: unknown): number | undefined {
  if (!(error instanceof DomainError)) return undefined;
  if (error.code === 'not_found') return 404;
  return error.code === 'too_many_attempts' ? 429 : undefined;
}
