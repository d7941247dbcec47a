import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

export type Check = { name: string; check(): Promise<void> };

export type HealthOptions = {
  /** Instances of the pool, from memory. */
  instances(): { total: number; healthy: number };
  /** What must answer for full service; each has 2 s. */
  checks: readonly Check[];
};

const config = { auth: 'none', record: false, rateLimit: false } as const;
const checkWithinMs = 2_000;

const Health = Type.Object({
  ok: Type.Boolean(),
  status: Type.Union([Type.Literal('healthy'), Type.Literal('degraded')]),
  timestamp: Type.String({ format: 'date-time' }),
  instances: Type.Object({ total: Type.Integer(), healthy: Type.Integer() }),
});

const Ready = Type.Object({
  ready: Type.Boolean(),
  timestamp: Type.String({ format: 'date-time' }),
  degraded: Type.Array(Type.String({ description: 'What is away: database, redis, backends.' })),
});

/** `GET /health` answers from memory whatever is down; `GET /ready` asks. */
export function registerHealth(instance: FastifyInstance, options: HealthOptions): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/health',
    { config, schema: { tags: ['Health'], summary: 'Is the gateway alive?', security: [], response: { 200: Health } } },
    async () => {
      const { total, healthy } = options.instances();
      return {
        ok: true,
        status: healthy > 0 ? ('healthy' as const) : ('degraded' as const),
        timestamp: new Date().toISOString(),
        instances: { total, healthy },
      };
    },
  );

  app.get(
    '/ready',
    {
      config,
      schema: { tags: ['Health'], summary: 'What is degraded?', security: [], response: { 200: Ready, 503: Ready } },
    },
    async (_request, reply) => {
      const degraded = await failingChecks(options.checks);
      if (options.instances().healthy === 0) degraded.push('backends');
      const ready = !degraded.includes('database');
      return reply.code(ready ? 200 : 503).send({ ready, timestamp: new Date().toISOString(), degraded });
    },
  );
}

async function failingChecks(checks: readonly Check[]): Promise<string[]> {
  const results = await Promise.allSettled(checks.map(({ check }) => inTime(check())));
  return checks.filter((_check, index) => results[index]?.status === 'rejected').map(({ name }) => name);
}

async function inTime(work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), checkWithinMs);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
