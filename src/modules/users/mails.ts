import type { Kysely } from 'kysely';
import type { Alarm } from '../../platform/alarm/alarm.ts';
import { makeCheckedToken } from '../../platform/crypto/checked-token.ts';
import { sha256 } from '../../platform/crypto/digest.ts';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Lane } from '../../platform/lane/lane.ts';
import type { Logger } from '../../platform/logger.ts';
import type { MailServer } from '../../platform/mail-settings.ts';
import type { DB } from '../../schema.ts';
import { comparableEmail } from './email-address.ts';
import { createEventMails, topicOf } from './event-mails.ts';
import { findAlerts } from './event-mails-system.ts';
import { createMailLane, mailLane } from './mail-lane.ts';
import { type MailText, textOfAlerts, textOfEvent, textOfPasswordReset } from './mail-texts.ts';
import { createMailTransport } from './mail-transport.ts';
import { type ClaimedMail, deleteEndedMails, insertMail } from './mails-system.ts';
import { insertPasswordReset } from './password-resets-repository.ts';
import { resetPagePath } from './reset-page.ts';
import { findUser, findUserByEmail } from './users-repository.ts';

export type MailsOptions = {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  alarm: Pick<Alarm, 'ring' | 'onRing'>;
  secretBox: SecretBox;
  server: MailServer;
  /** The installation's public URL, to which links lead. */
  serverUrl: string;
  /** The lane looks this often without being rung; 5,000 if unset. */
  lookEveryMs?: number;
};

export type Mails = {
  lane: Lane;
  /**
   * Has whoever owns this address, if anybody does, written how to choose a new password. It does the same for an
   * address that nobody owns: only the lane finds out.
   */
  askPasswordReset(email: string): Promise<void>;
  /** Periodic: makes mails of the events that users must be told of. */
  tellOfEvents(): Promise<void>;
  /** Periodic: deletes what ended long ago. */
  removeOld(): Promise<void>;
};

export const resetTokenPrefix = 'efp_';
const passwordReset = 'password_reset';
const resetSeconds = 3_600;
const deletedAtOnce = 5_000;

/** What users are told by mail. It stands in rows until a mail server has taken it. */
export function createMails(options: MailsOptions): Mails {
  const { db, ids, secretBox, serverUrl } = options;
  const place = (id: string) => `mails:${id}`;
  const seal = (id: string, content: unknown) => secretBox.seal(JSON.stringify(content), place(id));
  const open = ({ id, contentSealed }: ClaimedMail) => JSON.parse(secretBox.open(contentSealed, place(id)));
  const makeEventMails = createEventMails({ db, ids, seal });

  // Its token is made when it is sent, so that none ever lies about.
  async function writeReset(mail: ClaimedMail): Promise<{ to: string; text: MailText } | null> {
    const user = await findUserByEmail(db, comparableEmail(open(mail).email));
    if (user === undefined) return null;
    const token = makeCheckedToken(ids, resetTokenPrefix);
    await insertPasswordReset(db, { tokenHash: sha256(token), userId: user.id, lifeSeconds: resetSeconds });
    return { to: user.email, text: textOfPasswordReset(`${serverUrl}${resetPagePath}?token=${token}`) };
  }

  async function writeOfEvent(mail: ClaimedMail): Promise<{ to: string; text: MailText } | null> {
    const user = mail.userId === null ? undefined : await findUser(db, mail.userId);
    if (user === undefined) return null;
    const { payload, at } = open(mail);
    if (mail.kind !== 'fleet.alert') return { to: user.email, text: textOfEvent(mail.kind, payload, at, serverUrl) };
    const about = { userId: user.id, topic: topicOf({ payload }), since: new Date(at) };
    // The event itself may be kept no longer.
    const alerts = (await findAlerts(db, about)).map((alert) => ({ ...alert, at: alert.at.toISOString() }));
    return { to: user.email, text: textOfAlerts(alerts.length === 0 ? [{ payload, at }] : alerts, serverUrl) };
  }

  return {
    lane: createMailLane({
      ...options,
      transport: createMailTransport(options.server),
      write: (mail) => (mail.kind === passwordReset ? writeReset(mail) : writeOfEvent(mail)),
    }),
    async askPasswordReset(email) {
      const id = ids.uuidv7();
      const contentSealed = seal(id, { email });
      await insertMail(db, { id, userId: null, kind: passwordReset, contentSealed, expiresInSeconds: resetSeconds });
      options.alarm.ring(mailLane);
    },
    async tellOfEvents() {
      if ((await makeEventMails()) > 0) options.alarm.ring(mailLane);
    },
    async removeOld() {
      let deleted: number;
      do deleted = await deleteEndedMails(db, deletedAtOnce);
      while (deleted === deletedAtOnce);
    },
  };
}
