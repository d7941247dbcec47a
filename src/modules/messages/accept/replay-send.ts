import { type Kysely, sql } from 'kysely';
import type { SendOutcome } from '../../../evolution/outcome.ts';
import type { DB } from '../../../schema.ts';
import { idempotencyKeyInUse, noSuchMessage, outcomeUnknown, refusal } from '../errors.ts';
import { addressOf, type MessageStatus } from '../message.ts';
import type { SendAnswer, SendInput } from '../sending/send-input.ts';
import { answerWithinMsUsual } from '../sending/send-message.ts';
import type { ClaimedKey } from './idempotency-keys-repository.ts';

type Row = {
  id: string;
  status: MessageStatus;
  statusReason: string | null;
  whatsappId: string | null;
  remoteJid: string;
  /** Null where it left with its request. */
  dueAt: Date | null;
  createdAt: Date;
  isSandbox: boolean;
  /** Whether its call has gone on for so long that its sender was told that the outcome is unknown. */
  isAnswerDue: boolean;
  instanceName: string;
  /** Another phone number of its pool may be about to take over. */
  mayBeTakenOver: boolean;
  used: number;
  renewsInSeconds: number;
};

/** How long whoever sends by a pool may go from number to number. */
export const takeOverMs = 30_000;

type NotSentCode = Extract<SendOutcome, { kind: 'not_sent' }>['code'];

/**
 * The answer to a send that was accepted before, as its message makes it read now. Throws `idempotency_key_in_use`
 * while the first request waits for its answer.
 */
export function createReplaySend(deps: {
  db: Kysely<DB>;
  /** As where a message is sent. */
  answerWithinMs?: number;
}) {
  const { answerWithinMs = answerWithinMsUsual } = deps;
  return async function replaySend(
    { userId, dailyMax }: Pick<SendInput, 'userId' | 'dailyMax'>,
    claimed: ClaimedKey,
  ): Promise<SendAnswer> {
    const row =
      claimed.messageId === null ? undefined : await findSend(deps.db, userId, claimed.messageId, answerWithinMs);
    if (row === undefined) throw noSuchMessage();
    const quota = { limit: dailyMax, used: row.used, renewsInSeconds: row.renewsInSeconds };
    const { id, instanceName, isSandbox } = row;
    const about = { id, to: addressOf(row.remoteJid), instanceName, isSandbox, quota };
    const { status, dueAt } = row;
    switch (status) {
      case 'sent':
      case 'delivered':
      case 'read':
      case 'played':
        return { kind: 'sent', whatsappId: row.whatsappId ?? '', ...about };
      case 'received':
        throw noSuchMessage();
      default:
        if (dueAt === null) return { kind: 'refused', error: problemOf(row), quota };
        return { kind: 'queued', status, sendAt: dueAt > row.createdAt ? dueAt : null, ...about };
    }
  };
}

// What its sender was told when it left with its request.
function problemOf({ id, status, statusReason, isAnswerDue, mayBeTakenOver }: Row) {
  if (status === 'sending' && isAnswerDue) return outcomeUnknown(id, 'timeout');
  // One that was never attempted gives its key back.
  if (status === 'sending' || statusReason === 'not_attempted' || mayBeTakenOver) throw idempotencyKeyInUse(id);
  if (status === 'unknown') return outcomeUnknown(id, statusReason ?? 'timeout');
  return refusal({ code: statusReason as NotSentCode, detail: 'It said why the first time.' }, id);
}

async function findSend(
  db: Kysely<DB>,
  userId: number,
  messageId: string,
  answerWithinMs: number,
): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select m.id, m.status, m.status_reason as "statusReason", m.whatsapp_id as "whatsappId",
      m.remote_jid as "remoteJid", m.due_at as "dueAt", m.created_at as "createdAt",
      coalesce(b.is_sandbox, false) as "isSandbox",
      coalesce(m.called_at + (${answerWithinMs}::int + coalesce((m.content #>> '{send_options,delay_ms}')::int, 0))
        * interval '1 millisecond' <= app_now(), false) as "isAnswerDue",
      coalesce((select p.instance_name from phone_numbers p where p.id = m.phone_number_id), '') as "instanceName",
      coalesce(m.by_pool and m.status = 'failed'
        and m.ended_at > app_now() - ${takeOverMs}::int * interval '1 millisecond', false) as "mayBeTakenOver",
      coalesce((select used from usage where user_id = m.user_id and day = app_today()), 0) as used,
      greatest(1, ceil(extract(epoch from (app_today() + 1)::timestamp at time zone 'UTC' - app_now())))::int
        as "renewsInSeconds"
    from messages m left join backends b on b.id = m.backend_id
    where m.id = ${messageId}::uuid and m.user_id = ${userId} and m.direction = 'outbound'`.execute(db);
  return rows[0];
}
