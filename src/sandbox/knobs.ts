import { FAULTS, type Fault } from './types.ts';

export type FailureRule = {
  /** Start of `METHOD /path`, such as `POST /message/`; empty for every call. */
  route: string;
  /** 0 to 1. */
  probability: number;
  kind: Fault;
};

/** Everything of a sandbox that can be turned while it runs. Times are milliseconds. */
export type Knobs = {
  /** Added to every call. */
  latencyMs: number;
  /** Added instead of `latencyMs` where a call's `METHOD /path` starts with the key; the longest key counts. */
  latencyMsByRoute: Record<string, number>;
  /** Calls that fail, first match per call. */
  failures: FailureRule[];
  /** Part of the creates that fail, 0 to 1. */
  createFailureRatio: number;
  createFailureKind: Fault;
  /** Start of the random row that decides about failures: the same seed fails the same calls. */
  seed: number;
  /** How long each step of a create takes; creates of one name that overlap in it destroy each other. */
  createStepMs: number;
  /** How long a create with `qrcode: true` holds its answer. */
  createQrWaitMs: number;
  /** How long `connect` on a closed instance holds its answer. */
  connectWaitMs: number;
  /** From connecting to the first QR. */
  qrAfterMs: number;
  /** From the first QR to the scan nobody made; 'never' or 0 leaves it to a control call. */
  scanAfterMs: number | 'never';
  /** From the scan to the open connection. */
  openAfterMs: number;
  qrRefreshMs: number;
  /** QR codes shown before the server gives up. */
  qrLimit: number;
  /** From a lost socket to the next. */
  reconnectMs: number;
  /** false: sockets never open, and connecting events storm. */
  whatsappReachable: boolean;
  stormPerSecond: number;
  /** How long a deleted name stays in use. */
  deleteAfterMs: number;
  /** From a restart to the instances being in memory again. */
  loadAfterMs: number;
  webhooks: boolean;
  /** Every webhook call is made twice. */
  webhookDuplicates: boolean;
  /** Every webhook call waits a random time up to this. */
  webhookShuffleMs: number;
  /** Part of the webhook calls that are lost without a trace, 0 to 1; no attempt of a lost one is made. */
  webhookDropShare: number;
  /** Only calls of these events, such as `send.message`, are dropped; all of them when empty. */
  webhookDropEvents: string[];
  /** Multiplies the waits between attempts: 5 s, 10 s, 20 s … 300 s. */
  webhookRetryFactor: number;
  webhookAttemptsMax: number;
  webhookTimeoutMs: number;
  /** send.message after each send. */
  echo: boolean;
  echoAfterMs: number;
  /** Acknowledgements after each send; never on the EVOLUTION integration. */
  acks: boolean;
  deliveredAfterMs: number;
  /** From the send, not from the delivery. */
  readAfterMs: number;
  bodyLimitBytes: number;
  /** `/metrics` answers everybody; otherwise it asks for credentials that nobody has. */
  openMetrics: boolean;
  /** Bots can be switched on. */
  bots: boolean;
  /** Entries that the ledger keeps of each kind; older ones go. */
  ledgerLimit: number;
};

/** The times of a real server, except for the scan that needs no phone. */
export const realKnobs: Readonly<Knobs> = {
  latencyMs: 0,
  latencyMsByRoute: {},
  failures: [],
  createFailureRatio: 0,
  createFailureKind: 'http500-before',
  seed: 1,
  createStepMs: 2,
  createQrWaitMs: 5000,
  connectWaitMs: 2000,
  qrAfterMs: 150,
  scanAfterMs: 3000,
  openAfterMs: 300,
  qrRefreshMs: 45_000,
  qrLimit: 30,
  reconnectMs: 30,
  whatsappReachable: true,
  stormPerSecond: 30,
  deleteAfterMs: 300,
  loadAfterMs: 50,
  webhooks: true,
  webhookDuplicates: false,
  webhookShuffleMs: 0,
  webhookDropShare: 0,
  webhookDropEvents: [],
  webhookRetryFactor: 1,
  webhookAttemptsMax: 10,
  webhookTimeoutMs: 60_000,
  echo: true,
  echoAfterMs: 0,
  acks: true,
  deliveredAfterMs: 300,
  readAfterMs: 700,
  bodyLimitBytes: 136 * 1024 * 1024,
  openMetrics: false,
  bots: false,
  ledgerLimit: 200_000,
};

/** The same behaviour in a hurry, for tests; nothing is scanned unless the test does it. */
export const fastKnobs: Readonly<Knobs> = {
  ...realKnobs,
  createStepMs: 1,
  createQrWaitMs: 40,
  connectWaitMs: 30,
  qrAfterMs: 5,
  scanAfterMs: 'never',
  openAfterMs: 5,
  deleteAfterMs: 20,
  loadAfterMs: 5,
  reconnectMs: 10,
  webhookRetryFactor: 0.002,
  webhookTimeoutMs: 2000,
  deliveredAfterMs: 5,
  readAfterMs: 15,
};

/** @returns the problems of a patch that came over the control API; none means it may be applied. */
export function knobProblems(patch: Record<string, unknown>): string[] {
  const known: Record<string, unknown> = realKnobs;
  return Object.entries(patch).flatMap(([name, value]) => {
    if (!Object.hasOwn(known, name)) return [`no knob is called ${name}`];
    if (name === 'scanAfterMs')
      return value === 'never' || typeof value === 'number' ? [] : ['scanAfterMs: ms or never'];
    if (name === 'createFailureKind') return isFault(value) ? [] : [`createFailureKind: one of ${FAULTS.join(', ')}`];
    if (name === 'failures') return failureProblems(value);
    if (name === 'webhookDropEvents') return isTexts(value) ? [] : ['webhookDropEvents: a list of event names'];
    if (name === 'latencyMsByRoute') return isNumberMap(value) ? [] : ['latencyMsByRoute: ms by route'];
    const expected = typeof known[name];
    return typeof value === expected ? [] : [`${name}: a ${expected}`];
  });
}

function failureProblems(value: unknown): string[] {
  const text = `failures: a list of {route, probability 0..1, kind: ${FAULTS.join(' | ')}}`;
  if (!Array.isArray(value)) return [text];
  const sound = value.every(
    (rule) => typeof rule?.route === 'string' && typeof rule.probability === 'number' && isFault(rule.kind),
  );
  return sound ? [] : [text];
}

function isFault(value: unknown): value is Fault {
  return FAULTS.some((fault) => fault === value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isNumberMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'number');
}
