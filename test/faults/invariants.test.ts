import { describe, expect, test } from 'vitest';
import type { Account, MessageRow } from './support/account.ts';
import { checkPromises, checkSends, checkUnknown } from './support/invariants.ts';
import type { SendAnswer, Sending, SendKind } from './support/load.ts';

/** The judge of the fault suite finds what it is there for. */
describe('of one message', () => {
  test('that says sent and left once nothing is held against it', () => {
    expect(judged({ statuses: ['read'], left: 1, answers: [ok] })).toEqual([]);
  });

  test.each<[string, string, Case]>([
    ['left twice', 'no message leaves more often than its user sent it', { statuses: ['sent'], left: 2 }],
    ['left without a row', 'no message leaves more often than its user sent it', { statuses: [], left: 1 }],
    ['says sent and did not leave', 'a message that says sent has left', { statuses: ['delivered'], left: 0 }],
    ['says failed and left', 'a message that ended unsent has not left', { statuses: ['failed'], left: 1 }],
    ['says expired and left', 'a message that ended unsent has not left', { statuses: ['expired'], left: 1 }],
    ['still waits', 'no message waits for ever', { statuses: ['accepted'], left: 0, overdue: true }],
    [
      'was answered 2xx and is not there',
      'what was answered 2xx is there',
      { statuses: [], left: 0, answers: [accepted] },
    ],
    [
      'was answered 200 and did not leave',
      'an answer of 200 was a send',
      { statuses: ['unknown'], left: 0, answers: [ok] },
    ],
    [
      'has one key and two rows',
      'one idempotency key makes one message',
      { statuses: ['sent', 'sent'], left: 2, kind: 'idempotent' },
    ],
    [
      'is unknown though its echo came',
      'a message whose echo came is not unknown',
      { statuses: ['unknown'], left: 1, echoed: true },
    ],
    ['is unknown and does not say why', 'unknown says why', { statuses: ['unknown'], left: 1, reason: null }],
    [
      'was accepted before a SIGTERM and got no answer',
      'what was accepted before a SIGTERM is answered',
      { statuses: ['sent'], left: 1, answers: [broken], promise: 'accepted' },
    ],
    [
      'was refused behind nginx',
      'behind nginx nobody notices a SIGTERM',
      { statuses: [], left: 0, answers: [{ ...broken, status: 502 }], promise: 'all' },
    ],
  ])('that %s is found', (_title, invariant, found) => {
    expect(judged(found)).toContain(invariant);
  });
});

test('of two twins, one unknown without an echo of its own is held against nobody', () => {
  expect(judged({ statuses: ['sent', 'unknown'], left: 2, echoed: false })).toEqual([]);
  expect(judged({ statuses: ['sent', 'unknown'], left: 2, echoed: true })).toEqual([
    'a message whose echo came is not unknown',
  ]);
});

type Case = {
  statuses: string[];
  left: number;
  kind?: SendKind;
  answers?: SendAnswer[];
  echoed?: boolean;
  overdue?: boolean;
  reason?: string | null;
  promise?: 'accepted' | 'all';
};

const via = 'http://127.0.0.1:1';
const ok: SendAnswer = { via, at: 0, status: 200, messageId: 'id-0' };
const accepted: SendAnswer = { via, at: 0, status: 202, messageId: 'id-0' };
const broken: SendAnswer = { via, at: 0, error: 'ECONNRESET' };

function judged({
  statuses,
  left,
  kind = 'sync',
  answers = [],
  echoed = false,
  overdue = false,
  reason = 'timeout',
  promise,
}: Case): string[] {
  const text = 'run-1 sync';
  const rows = statuses.map(
    (status, n) =>
      ({ id: `id-${n}`, status, status_reason: reason, text, direction: 'outbound', overdue }) as MessageRow,
  );
  const sends = Array.from({ length: left }, (_, n) => ({ instance: 'ef', id: `3A${n}`, text }));
  const sending = { text, kind, during: 'fault', answers, user: { id: 1 }, number: { id: 1 }, startedAt: 0 };
  const account = {
    rows,
    byText: Map.groupBy(rows, (row) => row.text ?? ''),
    sends: Map.groupBy(sends, (send) => send.text),
    echoed: new Set(echoed ? sends.map(({ instance, id }) => `${instance} ${id}`) : []),
    sendings: [sending as unknown as Sending],
  } as unknown as Account;
  const promises = new Map(promise === undefined ? [] : [['fault', promise] as const]);
  return [
    ...checkSends(account),
    ...checkUnknown(account).violations,
    ...checkPromises(account, { nginxUrl: via }, promises),
  ].map(({ invariant }) => invariant);
}
