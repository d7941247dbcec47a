import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { appendEvents, type NewEvent } from '../../../src/modules/events/index.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { type MailServerUnderTest, startMailServer } from './mail-support.ts';

let mailServer: MailServerUnderTest;
let gateway: TestGateway;
let user: TestUser;

beforeAll(async () => {
  mailServer = await startMailServer();
  gateway = await startGateway({
    env: { SMTP_URL: mailServer.url, MAIL_FROM: 'no-reply@example.com', SERVER_URL: 'https://gateway.example' },
    overrides: { mails: { lookEveryMs: 50 } },
  });
  user = await gateway.signUp();
  await gateway.services.mails?.tellOfEvents();
});
afterEach(() => {
  mailServer.mails.length = 0;
});
afterAll(async () => {
  await gateway.close();
  await mailServer.close();
});

const ids = createIds();
const query = (text: string, values: unknown[] = []) => gateway.database.pool.query(text, values);

function tell(...events: Partial<NewEvent>[]): Promise<void> {
  const whole = events.map(
    (event): NewEvent => ({
      userId: user.id,
      type: 'endpoint.disabled',
      phoneNumberId: null,
      messageId: null,
      payload: { url: 'https://receiver.example/secret-path?token=1', reason: 'gone' },
      ...event,
    }),
  );
  return inTransaction(gateway.database.db, (tx) => appendEvents(tx, ids, whole));
}

/** Looks at the events as the periodic task does, and lets the lane send. */
async function settle(): Promise<void> {
  await gateway.services.mails?.tellOfEvents();
  await gateway.services.mails?.lane.drained();
}

const subjects = () => mailServer.mails.map(({ headers }) => /Subject: (.*)/.exec(headers)?.[1]?.trim());
const disconnected = (phoneNumberId: number, displayName = 'Support'): Partial<NewEvent> => ({
  type: 'number.disconnected',
  phoneNumberId,
  payload: { display_name: displayName, status_reason: 'logged_out' },
});
const share = (percent: number): Partial<NewEvent> => ({
  type: 'quota.threshold',
  payload: { percent, used: percent * 10, max_messages_per_day: 1_000, day: '2026-01-01' },
});

describe('a user is told by mail, once,', () => {
  test('that an endpoint was disabled: its host, and nothing of its URL that may be secret', async () => {
    await tell({});
    await settle();
    await settle();
    expect(subjects()).toEqual(['A webhook endpoint was disabled']);
    const [mail] = mailServer.mails;
    expect(mail?.to).toEqual([user.email]);
    expect(mail?.body).toContain('receiver.example');
    expect(mail?.body).not.toContain('secret-path');
  });

  test('of the highest share of the day that was reached, where several were reached together', async () => {
    await tell(share(80), share(90));
    await settle();
    await tell(share(100));
    await settle();
    expect(subjects()).toEqual(["90 % of today's messages are used", "100 % of today's messages are used"]);
  });

  test('that a number was disconnected: once an hour for each number', async () => {
    await tell(disconnected(1), disconnected(1), disconnected(2, 'Sales'));
    await settle();
    await tell(disconnected(1));
    await settle();
    expect(subjects().sort()).toEqual([
      'A phone number was disconnected: Sales',
      'A phone number was disconnected: Support',
    ]);
    await query("update mails set created_at = created_at - interval '61 minutes' where phone_number_id = 1");
    await tell(disconnected(1));
    await settle();
    expect(subjects()).toHaveLength(3);
  });

  test('and of other events not at all', async () => {
    await tell({ type: 'message.received' }, { type: 'number.connected' }, { type: 'campaign.updated' });
    await settle();
    expect(subjects()).toEqual([]);
  });

  test('though its event was committed after later ones were looked at', async () => {
    const slow = await gateway.database.pool.connect();
    try {
      await slow.query('begin');
      await slow.query(
        "insert into events (id, user_id, sequence, type, payload) values ($1, $2, 100000, 'endpoint.disabled', '{}')",
        [ids.uuidv7(), user.id],
      );
      await tell({});
      await settle();
      expect(subjects()).toHaveLength(1);
      await slow.query('commit');
    } finally {
      slow.release();
    }
    await settle();
    expect(subjects()).toHaveLength(2);
    await query('delete from events where sequence = 100000');
  });

  test('by one of several processes that look at the same time', async () => {
    await tell(...Array.from({ length: 30 }, () => ({})));
    const other = await startGateway({
      beside: gateway,
      env: { SMTP_URL: mailServer.url, MAIL_FROM: 'no-reply@example.com' },
    });
    try {
      await Promise.all([settle(), other.services.mails?.tellOfEvents(), settle()]);
      await vi.waitFor(() => expect(mailServer.mails).toHaveLength(30), { timeout: 5_000 });
      expect(new Set(mailServer.mails.map(({ headers }) => /Message-ID: (.*)/i.exec(headers)?.[1])).size).toBe(30);
    } finally {
      await other.close();
    }
  });

  test('of nothing that happened more than a day ago', async () => {
    await tell({});
    await query("update events set created_at = now() - interval '25 hours' where user_id = $1", [user.id]);
    await query("update mail_cursor set seen_until = now() - interval '9 days'");
    await settle();
    expect(subjects()).toEqual([]);
  });
});

describe('a mail', () => {
  test('holds what users wrote as words, never as headers or markup', async () => {
    const evil = 'X\r\nBcc: victim@example.com\r\n\r\n<script>alert(1)</script>\u2028& "co"';
    await tell(disconnected(7, evil));
    await settle();
    const [mail] = mailServer.mails;
    expect(mail?.to).toEqual([user.email]);
    expect(mail?.headers).not.toMatch(/^Bcc:/im);
    const [, html] = mail?.body.split('<!doctype html>') ?? [];
    expect(html).toContain('X Bcc: victim@example.com &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;');
    expect(html).not.toContain('<script');
  });

  test('that the server refuses for now is tried again later, and waits longer each time', async () => {
    mailServer.refuse(1, 450);
    await tell({});
    await gateway.services.mails?.tellOfEvents();
    const open = async () =>
      (
        await query(
          'select attempt, lease_until, extract(epoch from due_at - now()) as wait from mails where outcome is null',
        )
      ).rows[0];
    await vi.waitFor(async () => expect(await open()).toMatchObject({ attempt: 1, lease_until: null }));
    expect(Number((await open()).wait)).toBeGreaterThan(20);
    mailServer.hangUp(true);
    await query('update mails set due_at = now() where outcome is null');
    await vi.waitFor(async () => expect(await open()).toMatchObject({ attempt: 2, lease_until: null }), 5_000);
    expect(Number((await open()).wait)).toBeGreaterThan(85);
    mailServer.hangUp(false);
    await query('update mails set due_at = now() where outcome is null');
    await vi.waitFor(() => expect(mailServer.mails).toHaveLength(1), 5_000);
  });

  test('that the server refuses for good is given up', async () => {
    mailServer.refuse(1, 550);
    await tell({});
    await settle();
    const { rows } = await query('select outcome, content_sealed from mails order by created_at desc limit 1');
    expect(rows).toEqual([{ outcome: 'refused', content_sealed: null }]);
    expect(mailServer.mails).toEqual([]);
  });

  test('that is too old is not sent any more', async () => {
    mailServer.hangUp(true);
    await tell({});
    await gateway.services.mails?.tellOfEvents();
    await vi.waitFor(async () =>
      expect(
        (await query('select 1 from mails where outcome is null and attempt = 1 and lease_until is null')).rowCount,
      ).toBe(1),
    );
    mailServer.hangUp(false);
    await query("update mails set due_at = now(), expires_at = now() - interval '1 s' where outcome is null");
    await settle();
    const { rows } = await query('select outcome from mails order by created_at desc limit 1');
    expect(rows).toEqual([{ outcome: 'expired' }]);
    expect(mailServer.mails).toEqual([]);
  });

  test('is sealed while it waits, and is kept for three days as a row without its words', async () => {
    await tell({});
    await settle();
    await query("update mails set ended_at = now() - interval '73 hours'");
    await query("update events set created_at = now() - interval '73 hours' where user_id = $1", [user.id]);
    await tell({});
    await settle();
    await gateway.services.mails?.removeOld();
    const { rows } = await query('select outcome, content_sealed from mails');
    expect(rows).toEqual([{ outcome: 'sent', content_sealed: null }]);
  });

  test('that a dead process had claimed is sent by another when the lease ends', async () => {
    mailServer.hangUp(true);
    await tell({});
    await gateway.services.mails?.tellOfEvents();
    await vi.waitFor(async () =>
      expect(
        (await query('select 1 from mails where outcome is null and attempt = 1 and lease_until is null')).rowCount,
      ).toBe(1),
    );
    mailServer.hangUp(false);
    await query(
      "update mails set lease_until = now() + interval '60 s', due_at = now() + interval '60 s' where outcome is null",
    );
    await gateway.services.mails?.lane.drained();
    expect(mailServer.mails).toEqual([]);
    await query('update mails set lease_until = now(), due_at = now() where outcome is null');
    await vi.waitFor(() => expect(mailServer.mails).toHaveLength(1), 5_000);
  });
});
