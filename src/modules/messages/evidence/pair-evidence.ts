import { agreementOf } from '../../../evolution/fingerprint-form.ts';

/** A message whose sending nobody confirmed, or one that is still being sent. */
export type UnprovenMessage = {
  id: string;
  calledAt: Date;
  /** Null where nothing is known of what it says. */
  fingerprint: string | null;
  /** Equal for all forms of an address. */
  chat: string;
};

/** What a backend told of a message that this number sent and that is no known one. */
export type Evidence = {
  waId: string;
  fingerprint: string;
  chat: string;
  /** When the echo came, by our clock; undefined where only the backend's own records tell of it. */
  echoedAt: Date | undefined;
  /** By the backend's clock. */
  saidAt: Date | null;
};

export type Proof = { messageId: string; waId: string; by: 'echo' | 'history' };

/** How far the clock of a backend may be off for its records to count. */
const clockSlackMs = 120_000;
/** A send may wait on the backend for this long. */
const sendingMsMax = 600_000;

/**
 * Finds which unknown messages were sent. Each piece of evidence proves one message at most, and only of the same chat,
 * kind and content, that was called before. One that a message still being sent may claim proves nothing yet. Of twins
 * the oldest are proven first; where content cannot be told apart, all are, or none while anything is left over.
 */
export function pairEvidence(
  unknown: readonly UnprovenMessage[],
  inFlight: readonly UnprovenMessage[],
  evidence: readonly Evidence[],
): Proof[] {
  const free = evidence
    .filter((each) => !inFlight.some((message) => mayBe(message, each, { nothingKnown: true })))
    .sort((a, b) => timeOf(a) - timeOf(b) || compare(a.waId, b.waId));
  const open = [...unknown].sort((a, b) => a.calledAt.getTime() - b.calledAt.getTime() || compare(a.id, b.id));
  const proofs: Proof[] = [];
  const proven = new Set<UnprovenMessage>();
  const used = new Set<Evidence>();
  const prove = (message: UnprovenMessage, by: Evidence) => {
    proven.add(message);
    used.add(by);
    proofs.push({ messageId: message.id, waId: by.waId, by: by.echoedAt === undefined ? 'history' : 'echo' });
  };

  for (const each of free) {
    const message = open.find((candidate) => !proven.has(candidate) && agreement(candidate, each) === 'whole');
    if (message !== undefined) prove(message, each);
  }
  for (const { messages, pieces } of groupsOfLikes(open, free, proven, used)) {
    messages.forEach((message, index) => {
      const piece = pieces[index];
      if (piece !== undefined) prove(message, piece);
    });
  }
  return proofs;
}

/**
 * Messages whose content the wire does not tell apart, with as many pieces of evidence as there are messages, each of
 * which fits each of them: whichever belongs to which, all of them were sent.
 */
function groupsOfLikes(
  open: readonly UnprovenMessage[],
  free: readonly Evidence[],
  proven: ReadonlySet<UnprovenMessage>,
  used: ReadonlySet<Evidence>,
): { messages: UnprovenMessage[]; pieces: Evidence[] }[] {
  const left = new Set(open.filter((message) => !proven.has(message)));
  const unused = free.filter((each) => !used.has(each));
  const groups: { messages: UnprovenMessage[]; pieces: Evidence[] }[] = [];
  for (const first of left) {
    const pieces = unused.filter((each) => mayBe(first, each));
    const messages = [...left].filter((message) => pieces.some((each) => mayBe(message, each)));
    for (const message of messages) left.delete(message);
    const isEven = pieces.length > 0 && messages.length === pieces.length;
    const fitsAll = messages.every((message) => unused.every((each) => mayBe(message, each) === pieces.includes(each)));
    if (isEven && fitsAll) groups.push({ messages, pieces });
  }
  return groups;
}

function mayBe(message: UnprovenMessage, evidence: Evidence, { nothingKnown = false } = {}): boolean {
  if (message.fingerprint === null) return nothingKnown && isInTimeAndPlace(message, evidence);
  return agreement(message, evidence) !== 'none';
}

function agreement(message: UnprovenMessage, evidence: Evidence): ReturnType<typeof agreementOf> {
  if (message.fingerprint === null || !isInTimeAndPlace(message, evidence)) return 'none';
  return agreementOf(message.fingerprint, evidence.fingerprint);
}

function isInTimeAndPlace({ calledAt, chat }: UnprovenMessage, evidence: Evidence): boolean {
  if (chat !== evidence.chat) return false;
  if (evidence.echoedAt !== undefined) return evidence.echoedAt >= calledAt;
  const sinceCall = (evidence.saidAt?.getTime() ?? Number.NaN) - calledAt.getTime();
  return sinceCall >= -clockSlackMs && sinceCall <= sendingMsMax;
}

function timeOf({ echoedAt, saidAt }: Evidence): number {
  return (echoedAt ?? saidAt)?.getTime() ?? 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
