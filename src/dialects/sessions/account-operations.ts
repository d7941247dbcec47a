import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Plan, Plans } from '../../modules/plans/index.ts';
import type { Users } from '../../modules/users/index.ts';
import { notFound } from '../../platform/errors.ts';
import { createOperations } from './operation.ts';
import { exact, moment, nullable } from './schemas.ts';

export type AccountDeps = { users: Users; plans: Plans };

const count = Type.Integer({ minimum: 0 });
const limits = { max_sessions: count, max_messages_per_day: count, requests_per_minute: count };

const PlanView = Type.Object({
  id: Type.String({ examples: ['business'] }),
  name: Type.String({ examples: ['business'] }),
  price: Type.String({ description: 'As the operator wrote it.', examples: ['paid'] }),
  ...limits,
});
const ManyPlans = Type.Object({ plans: Type.Array(PlanView) });

const UsageView = Type.Object({
  date: Type.String({ format: 'date', description: 'The day (UTC) of the messages.' }),
  messages_used: count,
  messages_left: count,
  max_messages_per_day: count,
  sessions_used: count,
  max_sessions: count,
});

const KeyView = Type.Object({
  id: Type.Integer(),
  key_hint: Type.String({ description: 'Its first and its last characters.', examples: ['ef_live_…x7Qm'] }),
  is_current: Type.Boolean({ description: 'False for one that ends at `expires_at`.' }),
  created_at: moment(),
  expires_at: nullable(moment()),
});

const RotateBody = Type.Object(
  {
    overlap_hours: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 720, default: 24, description: 'How long the former key goes on working.' }),
    ),
  },
  { ...exact, examples: [{ overlap_hours: 24 }] },
);

/** API keys, the plan one has, and the plans there are. */
export function addAccountOperations(app: FastifyInstance, deps: AccountDeps): void {
  addKeys(app, deps);
  addSubscriptions(app, deps);
}

function addKeys(app: FastifyInstance, { users }: AccountDeps): void {
  const operation = createOperations(app, 'account');

  operation(
    'GET',
    '/api-keys',
    {
      summary: 'List API keys',
      description: 'Those that work, the newest first. The keys themselves are known to nobody but you.',
      data: Type.Object({ api_keys: Type.Array(KeyView) }),
    },
    async ({ userId }) => ({
      api_keys: (await users.apiKeys(userId)).map(({ id, hint, createdAt, expiresAt }) => ({
        id,
        key_hint: hint,
        is_current: expiresAt === null,
        created_at: createdAt.toISOString(),
        expires_at: expiresAt?.toISOString() ?? null,
      })),
    }),
  );

  operation(
    'POST',
    '/api-keys/rotate',
    {
      summary: 'Rotate the API key',
      description: 'Makes a new key, shown this once. The former one ends after the overlap.',
      body: Type.Union([RotateBody, Type.Null()]),
      data: Type.Object({ api_key: Type.String(), former_keys_expire_at: nullable(moment()) }),
      message: 'API key rotated',
    },
    async ({ userId, body }) => {
      const { apiKey, formerKeysExpireAt } = await users.rotateApiKey(userId, body?.overlap_hours ?? 24);
      return { api_key: apiKey, former_keys_expire_at: formerKeysExpireAt?.toISOString() ?? null };
    },
  );
}

function addSubscriptions(app: FastifyInstance, { users, plans }: AccountDeps): void {
  const operation = createOperations(app, 'account');

  operation(
    'GET',
    '/subscriptions/current',
    {
      summary: 'The plan I have',
      data: Type.Object({
        subscription: Type.Object({
          plan: Type.String(),
          price: nullable(Type.String()),
          status: Type.Enum(['active', 'suspended']),
          ...limits,
          usage: UsageView,
          created_at: moment(),
        }),
      }),
    },
    async ({ userId }) => {
      const user = await users.profile(userId);
      const plan = await plans.find(user.planType);
      return {
        subscription: {
          plan: user.planType,
          price: plan?.price ?? null,
          status: user.status,
          max_sessions: user.maxPhoneNumbers,
          max_messages_per_day: user.maxMessagesPerDay,
          requests_per_minute: user.requestsPerMinute,
          usage: viewOfUsage(user),
          created_at: user.createdAt.toISOString(),
        },
      };
    },
  );

  operation(
    'GET',
    '/subscriptions/usage',
    { summary: 'What I have used of my plan', data: Type.Object({ usage: UsageView }) },
    async ({ userId }) => ({ usage: viewOfUsage(await users.profile(userId)) }),
  );

  for (const url of ['/plans', '/subscriptions/plans'] as const) {
    operation(
      'GET',
      url,
      { summary: 'List plans', description: 'Smallest first.', auth: 'none', data: ManyPlans },
      async () => ({ plans: (await plans.list()).map(viewOfPlan) }),
    );
  }

  operation(
    'GET',
    '/plans/:plan',
    {
      summary: 'One plan',
      auth: 'none',
      params: Type.Object({ plan: Type.String({ minLength: 1, maxLength: 50 }) }),
      data: Type.Object({ plan: PlanView }),
      problems: ['not_found'],
    },
    async ({ params }) => {
      const plan = await plans.find(params.plan);
      if (plan === undefined) throw notFound('Plan');
      return { plan: viewOfPlan(plan) };
    },
  );
}

function viewOfPlan(plan: Plan): Static<typeof PlanView> {
  return {
    id: plan.planType,
    name: plan.planType,
    price: plan.price,
    max_sessions: plan.maxPhoneNumbers,
    max_messages_per_day: plan.maxMessagesPerDay,
    requests_per_minute: plan.requestsPerMinute,
  };
}

function viewOfUsage(user: Awaited<ReturnType<Users['profile']>>): Static<typeof UsageView> {
  const { date, messagesUsed, messagesLeft, phoneNumbers } = user.usageToday;
  return {
    date,
    messages_used: messagesUsed,
    messages_left: messagesLeft,
    max_messages_per_day: user.maxMessagesPerDay,
    sessions_used: phoneNumbers,
    max_sessions: user.maxPhoneNumbers,
  };
}
