import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** A JSON logger. Paths that could hold a secret are removed even if a caller logs them by mistake. */
export function createLogger(options: { level: string; destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['*.apikey', '*.authorization', '*["x-api-key"]', '*.cookie', '*.password', '*.token', '*.secret'],
        remove: true,
      },
    },
    options.destination ?? pino.destination({ fd: 1, sync: false }),
  );
}
