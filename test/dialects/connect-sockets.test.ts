import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Client, connect } from '../modules/realtime/support.ts';
import { startGateway, type TestGateway, type TestUser } from '../support/gateway.ts';

let gateway: TestGateway;
let user: TestUser;
const clients: Client[] = [];

beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.signUp();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => gateway.close());

async function listen(of = user): Promise<Client> {
  const { body } = await of.api('POST', '/api/realtime/tickets');
  const client = await connect(gateway.url, { ticket: body.ticket });
  clients.push(client);
  return client;
}

const states = (client: Client) => client.said('wa:state').map(({ status }) => status);

async function scan(clientId: string): Promise<void> {
  const row = await gateway.database.db
    .selectFrom('phone_numbers')
    .select('backend_name')
    .where('user_id', '=', user.id)
    .where('alias', '=', clientId)
    .executeTakeFirstOrThrow();
  await gateway.sandboxes[0]?.control.scan(row.backend_name ?? '');
}

test('who subscribes before the client is made hears all of its way, and its codes', async () => {
  const client = await listen();
  expect(await client.ask('wa:subscribe', { clientId: 'early' })).toEqual({ subscribed: 'early' });
  expect(states(client)).toEqual(['idle']);
  await user.api('POST', '/whatsapp/connect', { clientId: 'early' });
  await vi.waitFor(() => expect(states(client)).toContain('waiting_qr'));
  await vi.waitFor(() => expect(client.said('wa:qr')).toHaveLength(1));
  expect(client.said('wa:qr')[0]).toEqual({
    clientId: 'early',
    qrDataUrl: expect.stringMatching(/^data:image\/png;base64,/),
  });
  await scan('early');
  await vi.waitFor(() => expect(states(client).at(-1)).toBe('ready'), { timeout: 10_000 });
  await user.api('DELETE', '/whatsapp/session/early');
  await vi.waitFor(() => expect(states(client).at(-1)).toBe('idle'));
  for (const said of client.said('wa:state')) {
    expect(said).toMatchObject({ clientId: 'early', updatedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
  }
});

test('who subscribes later hears at once how it stands, and nothing of other clients', async () => {
  await user.api('POST', '/whatsapp/connect', { clientId: 'late' });
  const client = await listen();
  await client.ask('wa:subscribe', { clientId: 'late' });
  expect(states(client)).toEqual(['waiting_qr']);
  expect(client.said('wa:qr')).toHaveLength(1);
  await user.api('POST', '/whatsapp/connect', { clientId: 'another' });
  await vi.waitFor(() => expect(client.events.map(({ event }) => event)).toContain('number.created'));
  expect(client.said('wa:state').every(({ clientId }) => clientId === 'late')).toBe(true);
});

test('without a clientId it is the default one', async () => {
  const client = await listen();
  expect(await client.ask('wa:subscribe', {})).toEqual({ subscribed: 'default' });
  expect(client.said('wa:state')).toEqual([expect.objectContaining({ clientId: 'default', status: 'idle' })]);
});

test('another user’s client is idle for whoever asks, and stays so', async () => {
  const stranger = await gateway.signUp();
  const client = await listen(stranger);
  await client.ask('wa:subscribe', { clientId: 'late' });
  const own = await listen();
  await own.ask('wa:subscribe', { clientId: 'late' });
  await user.api('DELETE', '/whatsapp/session/late');
  await vi.waitFor(() => expect(states(own).at(-1)).toBe('idle'));
  expect(states(client)).toEqual(['idle']);
  expect(client.said('wa:qr')).toEqual([]);
});

test.each([5, ['late'], { clientId: 5 }, { clientId: '' }, { clientId: 'x'.repeat(101) }])(
  'what cannot be understood is refused: %j',
  async (said) => {
    const client = await listen();
    expect(await client.ask('wa:subscribe', said)).toMatchObject({ error: { code: 'invalid_request' } });
  },
);
