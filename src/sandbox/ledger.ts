/** One call as it reached the server. */
export type LedgerCall = {
  seq: number;
  at: string;
  method: string;
  /** With the query, as it came. */
  url: string;
  apikey: 'global' | 'token' | 'other' | 'none';
  body: unknown;
  /** The status answered, the fault that took its place, or `pending` until then. */
  outcome: number | string;
  ms: number;
};

/** One message as it left for its recipient: exactly one entry per message "on the wire", whatever was answered. */
export type LedgerSend = {
  seq: number;
  at: string;
  instance: string;
  id: string;
  /** `number` as the caller gave it. */
  number: string;
  remoteJid: string;
  /** text, image, video, audio, document, voice, ptv, sticker, location, contact, reaction, poll, buttons, list, template, status. */
  kind: string;
  /** The text, caption, question or title. */
  text: string | null;
  /** The body of the call without recipient, delay and media bytes. */
  content: Record<string, unknown>;
  /** Of the media's bytes as they came, before the server makes a JPEG, an Opus file or a WebP of them. */
  mediaSha256: string | null;
};

/** One attempt of a webhook call. */
export type LedgerHook = {
  seq: number;
  at: string;
  instance: string;
  event: string;
  url: string;
  attempt: number;
  /** The receiver's status, or why there was none. */
  outcome: number | string;
};

export type Ledger = {
  /** @returns the entry, to be completed when the call was answered. */
  call(entry: Omit<LedgerCall, 'seq'>): LedgerCall;
  send(entry: Omit<LedgerSend, 'seq'>): void;
  hook(entry: Omit<LedgerHook, 'seq'>): void;
  calls(): readonly LedgerCall[];
  sends(filter?: SendFilter): LedgerSend[];
  hooks(): readonly LedgerHook[];
  /** Entries that had to go because `ledgerLimit` was reached. */
  dropped(): number;
  clear(): void;
};

export type SendFilter = Partial<Pick<LedgerSend, 'instance' | 'number' | 'remoteJid' | 'text' | 'kind' | 'id'>>;

export function createLedger(limit: () => number): Ledger {
  let seq = 0;
  let dropped = 0;
  let calls: LedgerCall[] = [];
  let sends: LedgerSend[] = [];
  let hooks: LedgerHook[] = [];

  function kept<T>(entries: T[]): T[] {
    // A fifth over the limit before cutting: cutting costs a copy of the whole.
    if (entries.length < limit() * 1.2) return entries;
    const kept = entries.slice(-limit());
    dropped += entries.length - kept.length;
    return kept;
  }

  return {
    call(entry) {
      const numbered = { seq: ++seq, ...entry };
      calls.push(numbered);
      calls = kept(calls);
      return numbered;
    },
    send(entry) {
      sends.push({ seq: ++seq, ...entry });
      sends = kept(sends);
    },
    hook(entry) {
      hooks.push({ seq: ++seq, ...entry });
      hooks = kept(hooks);
    },
    calls: () => calls,
    sends: (filter = {}) => sends.filter((send) => matches(send, filter)),
    hooks: () => hooks,
    dropped: () => dropped,
    clear() {
      calls = [];
      sends = [];
      hooks = [];
      dropped = 0;
    },
  };
}

function matches(send: LedgerSend, filter: SendFilter): boolean {
  const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
  const actual: Record<string, unknown> = send;
  return wanted.every(([name, value]) => actual[name] === value);
}
