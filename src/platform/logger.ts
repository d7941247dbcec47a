import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import { currentScope } from './trace.ts';

export type { Logger };

/**
 * A JSON logger, one object a line. Lines are written in blocks, at least every 250 ms and at the end of the process;
 * a killed process loses what it had not written. Of an error only its words, its stack and fields that name kinds are
 * written: other fields of libraries hold rows, commands and passwords. What is logged on behalf of a request carries its
 * `request_id`, and the `trace_id` of a traced one.
 */
export function createLogger(options: { level: string; destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      mixin: (_fields, _level, logger) => (carriesIds in logger ? {} : idsOfScope()),
    },
    options.destination ?? pino.destination({ fd: 1, sync: false, minLength: 8_192, periodicFlush: 250 }),
  );
}

const carriesIds = Symbol('carries ids');

/** The logger of one request, whose ids then stand in each of its lines, wherever they are written from. */
export function createRequestLogger(logger: Logger, ids: { request_id?: string; trace_id?: string }): Logger {
  return Object.assign(logger.child(ids), { [carriesIds]: true });
}

function idsOfScope(): object {
  const scope = currentScope();
  if (scope === undefined) return {};
  const { requestId, trace } = scope;
  return trace === undefined ? { request_id: requestId } : { request_id: requestId, trace_id: trace.traceId };
}

const namingFields = ['code', 'kind', 'status', 'severity', 'routine', 'table', 'constraint', 'syscall'] as const;

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { type, message, stack } = stdSerializers.err(error);
  const fields = namingFields.map((name) => [name, (error as unknown as Record<string, unknown>)[name]] as const);
  return {
    type,
    message,
    stack,
    ...Object.fromEntries(fields.filter(([, value]) => typeof value === 'string' || typeof value === 'number')),
    ...(error instanceof AggregateError ? { errors: error.errors.map(describeError) } : {}),
  };
}
