import { createLogger, type Logger } from '../../../src/platform/logger.ts';

type Line = { level: string; event?: string; err?: { message: string } };

/** A logger whose lines can be looked at. */
export function collectLogs(): { logger: Logger; lines: Line[]; events(): (string | undefined)[] } {
  const lines: Line[] = [];
  const logger = createLogger({ level: 'debug', destination: { write: (text) => void lines.push(JSON.parse(text)) } });
  return { logger, lines, events: () => lines.map((line) => line.event) };
}
