import { type Account, type MessageRow, storyOf } from './account.ts';
import type { World } from './world.ts';

export type Violation = { invariant: string; ids: string[]; story: unknown };

/** What of the messages is neither good nor bad, and belongs in a report. */
export type Counts = Record<string, number>;

export const wentOut = ['sent', 'delivered', 'read', 'played'];
export const endedUnsent = ['failed', 'expired', 'cancelled'];

/** What users were promised of their sends, held against the rows and the sandboxes' ledgers. */
export function checkSends(account: Account): Violation[] {
  const violations: Violation[] = [];
  const blame = (invariant: string, text: string, rows: readonly MessageRow[] = []) =>
    violations.push({ invariant, ids: rows.map(({ id }) => id), story: storyOf(account, text) });
  const texts = new Set([
    ...account.sendings.map(({ text }) => text),
    ...account.byText.keys(),
    ...account.sends.keys(),
  ]);

  for (const text of texts) {
    const rows = account.byText.get(text) ?? [];
    const left = (account.sends.get(text) ?? []).length;
    const sent = rows.filter(({ status }) => wentOut.includes(status)).length;
    const unknown = rows.filter(({ status }) => status === 'unknown' || status === 'sending').length;
    // For one message: at most one send; exactly one where it says sent; none where it says failed.
    if (left > rows.length) blame('no message leaves more often than its user sent it', text, rows);
    if (sent > left) blame('a message that says sent has left', text, rows);
    if (left > sent + unknown) blame('a message that ended unsent has not left', text, rows);
    for (const row of rows) if (row.overdue) blame('no message waits for ever', text, [row]);
  }
  for (const { text, kind, answers } of account.sendings) {
    const rows = account.byText.get(text) ?? [];
    const known = new Set(rows.map(({ id }) => id));
    for (const { status = 0, messageId } of answers) {
      const isAccepted = status >= 200 && status < 300;
      if (isAccepted && (messageId === undefined || !known.has(messageId)))
        blame('what was answered 2xx is there', text, rows);
    }
    const saidSent = answers.filter(({ status }) => status === 200).length;
    if (kind !== 'idempotent' && saidSent > (account.sends.get(text) ?? []).length)
      blame('an answer of 200 was a send', text, rows);
    if (kind === 'idempotent' && rows.length > 1) blame('one idempotency key makes one message', text, rows);
  }
  return violations;
}

/** What faults by name leave whole: sends that were `accepted`, that is, have a row; or `all` that went through nginx. */
export type Promises = ReadonlyMap<string, 'accepted' | 'all'>;

export function checkPromises(
  account: Account,
  { nginxUrl }: Pick<World, 'nginxUrl'>,
  promises: Promises,
): Violation[] {
  const violations: Violation[] = [];
  for (const { text, kind, during, answers } of account.sendings) {
    const promise = promises.get(during);
    const rows = account.byText.get(text) ?? [];
    const ids = rows.map(({ id }) => id);
    const unanswered = answers.filter(({ status }) => status === undefined);
    // A repeated key may have been accepted by any of its requests.
    if (promise === 'accepted' && kind !== 'idempotent' && rows.length > answers.length - unanswered.length) {
      violations.push({
        invariant: 'what was accepted before a SIGTERM is answered',
        ids,
        story: storyOf(account, text),
      });
    }
    const refused = answers.filter(({ via, status = 0 }) => via === nginxUrl && (status < 200 || status > 299));
    if (promise === 'all' && refused.length > 0) {
      violations.push({ invariant: 'behind nginx nobody notices a SIGTERM', ids, story: storyOf(account, text) });
    }
  }
  return violations;
}

/** Unknown is only what nobody can know, and it says why. */
export function checkUnknown(account: Account): { violations: Violation[]; counts: Counts } {
  const violations: Violation[] = [];
  const counts: Counts = {};
  for (const [text, rows] of account.byText) {
    const unknown = rows.filter(({ status }) => status === 'unknown');
    if (unknown.length === 0) continue;
    const sent = rows.filter(({ status }) => wentOut.includes(status)).length;
    const echoes = (account.sends.get(text) ?? []).filter(({ instance, id }) =>
      account.echoed.has(`${instance} ${id}`),
    );
    if (echoes.length > sent) {
      violations.push({
        invariant: 'a message whose echo came is not unknown',
        ids: unknown.map(({ id }) => id),
        story: storyOf(account, text),
      });
    }
    for (const { id, status_reason: reason } of unknown) {
      const left = (account.sends.get(text) ?? []).length > 0 ? 'had left' : 'had not left';
      counts[`unknown: ${reason}, ${left}`] = (counts[`unknown: ${reason}, ${left}`] ?? 0) + 1;
      if (reason === null) violations.push({ invariant: 'unknown says why', ids: [id], story: storyOf(account, text) });
    }
  }
  return { violations, counts };
}
