import type { Kysely } from 'kysely';
import type { Alarm } from '../../platform/alarm/alarm.ts';
import type { Ids } from '../../platform/ids.ts';
import { createLane, type Lane } from '../../platform/lane/lane.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import type { MailText } from './mail-texts.ts';
import { MailFailure, type MailTransport } from './mail-transport.ts';
import { type ClaimedMail, claimMails, endMail, type MailOutcome, postponeMail } from './mails-system.ts';

/** The lane's name, by which it is rung. */
export const mailLane = 'mail';

const leaseSeconds = 120;
const retrySeconds = { first: 30, max: 3_600 };

/** Sends mails until each is taken, refused for good, or worth nothing any more. Maybe twice, never not at all. */
export function createMailLane(deps: {
  db: Kysely<DB>;
  ids: Pick<Ids, 'random'>;
  logger: Logger;
  alarm: Pick<Alarm, 'onRing'>;
  transport: MailTransport;
  /** Null where nobody is to be written to after all. */
  write(mail: ClaimedMail): Promise<{ to: string; text: MailText } | null>;
  /** 5,000 if unset. */
  lookEveryMs?: number | undefined;
}): Lane {
  const { db, ids, logger } = deps;

  async function work(mail: ClaimedMail): Promise<void> {
    if (mail.isExpired) return end(mail, 'expired');
    const written = await deps.write(mail);
    if (written === null) return end(mail, 'not_needed');
    try {
      await deps.transport.send({ id: mail.id, ...written });
    } catch (error) {
      if (!(error instanceof MailFailure)) throw error;
      await failed(mail, error);
      return;
    }
    await end(mail, 'sent');
  }

  async function end(mail: ClaimedMail, outcome: MailOutcome): Promise<void> {
    await endMail(db, mail.id, outcome);
    logger.info(
      { event: 'mail_ended', mail_id: mail.id, kind: mail.kind, outcome, attempt: mail.attempt },
      'mail ended',
    );
  }

  async function failed(mail: ClaimedMail, { code, isFinal }: MailFailure): Promise<void> {
    const facts = { event: 'mail_failed', mail_id: mail.id, kind: mail.kind, attempt: mail.attempt, code };
    logger.warn({ ...facts, is_final: isFinal }, 'mail not taken');
    if (isFinal) await end(mail, 'refused');
    else await postponeMail(db, mail, retryAfter(mail.attempt, ids.random()));
  }

  return createLane<ClaimedMail>({
    name: mailLane,
    alarm: deps.alarm,
    logger,
    claim: (limit) => claimMails(db, { limit, leaseSeconds }),
    work,
    concurrency: 4,
    batchSize: 4,
    lookEveryMs: deps.lookEveryMs ?? 5_000,
  });
}

/** Seconds: 30 s, 2 min, 8 min, 32 min, then each hour; up to a quarter less. */
function retryAfter(attempt: number, random: number): number {
  return Math.min(retrySeconds.max, retrySeconds.first * 4 ** Math.min(attempt - 1, 10)) * (1 - random / 4);
}
