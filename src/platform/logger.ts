import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/**
 * A JSON logger, one object a line. Lines are written in blocks, at least every 250 ms and at the end of the process;
 * a killed process loses what it had not written.
 */
export function createLogger(options: { level: string; destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.destination ?? pino.destination({ fd: 1, sync: false, minLength: 8_192, periodicFlush: 250 }),
  );
}
