import type { OutboundOptions } from '../../../evolution/outbound.ts';
import { DomainError } from '../../../platform/errors.ts';

export type Priority = 'low' | 'normal' | 'high';

/** When a message leaves: with its request, or in its turn. */
export type Timing =
  | { kind: 'now' }
  | {
      kind: 'queued';
      /** Null: as soon as its turn comes. */
      sendAt: Date | null;
      /** Counted from `sendAt`, or from now. */
      expiresInSeconds: number;
      /** -1, 0 or 1; the higher leaves first. */
      priority: number;
    };

export type TimingBody = { async?: boolean; send_at?: string; expires_in?: number; priority?: Priority };

export type OptionsBody = TimingBody & {
  delay?: number;
  quoted?: string;
  mentions?: string[];
  mentions_everyone?: boolean;
};

const expiresInSecondsUsual = 86_400;
const aheadMsMax = 366 * 86_400_000;
const priorities = { low: -1, normal: 0, high: 1 } as const satisfies Record<Priority, number>;

/** Whether `Prefer` names `respond-async` among what it asks for. */
export function prefersAsync(header: string | string[] | undefined): boolean {
  if (header === undefined) return false;
  return [header]
    .flat()
    .some((line) => line.split(',').some((preference) => /^\s*respond-async\s*(?:;|$)/i.test(preference)));
}

/**
 * Reads when a message is to leave. What the body says of `async` outweighs the header. Throws `invalid_request` where
 * the options contradict each other.
 */
export function readTiming(body: TimingBody, prefersAsync: boolean): Timing {
  const { async: isAsync = prefersAsync, send_at, expires_in, priority } = body;
  if (send_at !== undefined && body.async === false) throw invalid('send_at needs async, or async left out.');
  if (!isAsync && send_at === undefined) {
    if (expires_in !== undefined) throw onlyForWaiting('expires_in');
    if (priority !== undefined) throw onlyForWaiting('priority');
    return { kind: 'now' };
  }
  return {
    kind: 'queued',
    sendAt: send_at === undefined ? null : new Date(send_at),
    expiresInSeconds: expires_in ?? expiresInSecondsUsual,
    priority: priorities[priority ?? 'normal'],
  };
}

/** The options that a backend takes; which message is quoted is found out when the phone number is known. */
export function readOptions(body: OptionsBody): Omit<OutboundOptions, 'quoted'> {
  const { delay, mentions, mentions_everyone } = body;
  return {
    ...(delay === undefined ? {} : { delayMs: delay }),
    ...(mentions === undefined ? {} : { mentions: mentions.map((number) => number.replace('+', '')) }),
    ...(mentions_everyone === undefined ? {} : { mentionsEveryone: mentions_everyone }),
  };
}

/** Throws `invalid_request` unless the time lies within the year ahead. */
export function requireAhead(sendAt: Date, now: Date): void {
  const aheadMs = sendAt.getTime() - now.getTime();
  // A leap second has the form of a time and is none that a Date can hold.
  if (!(aheadMs > 0 && aheadMs <= aheadMsMax)) throw invalid('send_at must lie ahead, by a year at most.');
}

function onlyForWaiting(field: string): DomainError {
  return invalid(`${field} is for a message that waits: set async or send_at.`);
}

function invalid(sentence: string): DomainError {
  return new DomainError('invalid_request', `body: ${sentence}`, { kind: 'invalid' });
}
