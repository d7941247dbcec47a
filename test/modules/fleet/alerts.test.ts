import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { alertEvent } from '../../../src/modules/fleet/alerts/alert.ts';
import { tellOperators } from '../../../src/modules/fleet/tell-operators.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { becomeOperator } from '../admin/support.ts';
import { closeClients, connect, someLooks, ticketOf } from '../realtime/support.ts';
import { type MailServerUnderTest, startMailServer } from '../users/mail-support.ts';
import { eventually, only, startReceiver, type TestReceiver } from '../webhooks/support.ts';
import { fleetEvents, query } from './watch-support.ts';

let mailServer: MailServerUnderTest;
let gateway: TestGateway;
let operator: TestUser;
let user: TestUser;
let receiver: TestReceiver;

beforeAll(async () => {
  mailServer = await startMailServer();
  receiver = await startReceiver();
  gateway = await startGateway({
    env: { SMTP_URL: mailServer.url, MAIL_FROM: 'no-reply@example.com', HEALTH_CHECK_INTERVAL: '600000' },
    overrides: { mails: { lookEveryMs: 50 }, egress: { allowCidrs: ['127.0.0.1/32'] } },
  });
  operator = await becomeOperator(gateway);
  user = await gateway.signUp();
  await gateway.services.mails?.tellOfEvents();
});
afterEach(async () => {
  mailServer.mails.length = 0;
  receiver.calls.length = 0;
  await query(gateway, 'delete from mails');
  await query(gateway, "delete from events where type = 'fleet.alert'");
});
afterAll(async () => {
  await gateway.close();
  await mailServer.close();
  await receiver[Symbol.asyncDispose]();
});

const ids = createIds();
const alert = (text: string, more: { kind?: string; backendId?: number } = {}) =>
  inTransaction(gateway.database.db, (tx) =>
    tellOperators(tx, ids, [
      alertEvent({
        severity: 'critical',
        kind: more.kind ?? 'backend_down',
        text,
        backendId: more.backendId ?? 1,
        numbers: 7,
        incidentId: null,
        cure: 'Look at the server.',
      }),
    ]),
  );
async function settle(): Promise<void> {
  await gateway.services.mails?.tellOfEvents();
  await gateway.services.mails?.lane.drained();
}
const bodies = () => mailServer.mails.map(({ body }) => body.replaceAll('=\r\n', ''));
const later = (minutes: number) =>
  query(
    gateway,
    `update mails set due_at = due_at - make_interval(mins => ${minutes}), ended_at = ended_at - make_interval(mins => ${minutes})`,
  );

describe('an alert is mailed to operators', () => {
  test('alone, with what happened and what to do', async () => {
    await alert('Backend 1 does not serve.');
    await settle();
    const mail = only(mailServer.mails);
    expect(mail.to).toEqual([operator.email]);
    expect(mail.headers).toContain('Subject: Alert of the fleet: Backend 1 does not serve.');
    expect(bodies()[0]).toContain('Look at the server.');
  });

  test('in one mail for each kind and backend in 15 minutes, and the next says how many there were', async () => {
    await alert('first');
    await alert('of another backend', { backendId: 2 });
    await alert('of another kind', { kind: 'mass_disconnect' });
    await settle();
    expect(mailServer.mails).toHaveLength(3);
    for (const text of ['second', 'third', 'fourth']) {
      await alert(text);
      await settle();
    }
    expect(mailServer.mails).toHaveLength(3);
    await later(14);
    await settle();
    expect(mailServer.mails).toHaveLength(3);
    await later(2);
    await settle();
    expect(mailServer.mails).toHaveLength(4);
    expect(mailServer.mails[3]?.headers).toContain('Subject: 3 alerts of the fleet: fourth');
    for (const text of ['second', 'third', 'fourth']) expect(bodies()[3]).toContain(`critical: ${text}`);
    expect(bodies()[3]).not.toContain('first');
  });

  test('once, though a hundred come at the same moment', async () => {
    for (let nth = 1; nth <= 20; nth++) await alert(`alert ${nth}`);
    await settle();
    expect(only(mailServer.mails).headers).toContain('Subject: 20 alerts of the fleet: alert 20');
    expect(bodies()[0]).toContain('And 15 more before these.');
  });
});

describe('what is about the fleet', () => {
  test('reaches endpoints of operators, and those of no other user, whatever they ask for', async () => {
    const { body } = await operator.api('POST', '/api/webhooks', { url: receiver.url, events: ['fleet.alert'] });
    await user.api('POST', '/api/webhooks', { url: receiver.url });
    await alert('hear this');
    await eventually(() => receiver.calls.length).toBe(1);
    expect(only(receiver.calls).body).toMatchObject({
      event: 'fleet.alert',
      payload: { severity: 'critical', kind: 'backend_down', text: 'hear this', backend_id: 1, numbers: 7 },
    });
    expect(await fleetEvents(gateway, user.id)).toEqual([]);
    await operator.api('DELETE', `/api/webhooks/${body.endpoint.id}`);
  });

  test('reaches operators in realtime, and nobody else', async () => {
    const client = await connect(gateway.url, { ticket: await ticketOf(operator) });
    const others = await connect(gateway.url, { ticket: await ticketOf(user) });
    await alert('hear this at once');
    await eventually(() => client.events.map(({ payload }) => payload.text)).toEqual(['hear this at once']);
    await someLooks();
    expect(others.events).toEqual([]);
    closeClients();
  });

  test('cannot be asked for by others, at an endpoint’s making or later', async () => {
    const { body } = await user.api('POST', '/api/webhooks', { url: receiver.url, events: ['message.received'] });
    for (const event of ['fleet.finding', 'fleet.repair', 'fleet.incident', 'fleet.alert']) {
      const events = ['message.received', event];
      const made = await user.api('POST', '/api/webhooks', { url: receiver.url, events });
      expect(made).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
      const changed = await user.api('PATCH', `/api/webhooks/${body.endpoint.id}`, { events });
      expect(changed).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
  });

  test('is told no more to who is no operator any more', async () => {
    const former = await becomeOperator(gateway);
    await alert('while an operator');
    await gateway.database.db.updateTable('users').set({ role: 'user' }).where('id', '=', former.id).execute();
    await alert('afterwards');
    expect((await fleetEvents(gateway, former.id)).map(({ payload }) => payload.text)).toEqual(['while an operator']);
  });

  test('reaches the endpoint of the settings as far as it needs a person: alerts, and nothing else', async () => {
    await gateway.services.webhookDelivery.useSettingsEndpoint({ email: operator.email, url: receiver.url });
    await inTransaction(gateway.database.db, (tx) =>
      tellOperators(tx, ids, [{ type: 'fleet.incident', payload: { kind: 'backend_down' } }]),
    );
    await alert('look at this');
    await eventually(() => receiver.calls.length).toBe(1);
    expect(only(receiver.calls).body).toMatchObject({
      event: 'fleet.alert',
      text: 'look at this',
      severity: 'critical',
    });
    await gateway.services.webhookDelivery.useSettingsEndpoint(undefined);
  });

  test('does not reach connect endpoints that operators made for messages', async () => {
    const { body } = await operator.api('POST', '/api/webhooks', { url: receiver.url, format: 'connect' });
    await operator.api('POST', '/api/webhooks', { url: `${receiver.url}/all` });
    await alert('not for a connector');
    await eventually(() => receiver.calls.length).toBe(1);
    expect(only(receiver.calls).path).toMatch(/\/all$/);
    await operator.api('DELETE', `/api/webhooks/${body.endpoint.id}`);
  });
});
