import { afterEach, expect, test, vi } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
afterEach(() => gateway.close());

test('a send that hangs does not hold up the end, and no row of an answered request is lost', async () => {
  gateway = await startGateway({ overrides: { closeWithinMs: 500 } });
  const user = await gateway.signUp();
  const { token } = await gateway.connectNumber(user);
  const hanging = fetch(`${gateway.url}/api/messages/send-text`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': user.apiKey },
    body: JSON.stringify({ token, number: '5511990000504', text: 'hello' }),
  }).then(
    () => 'answered',
    () => 'cut off',
  );
  const sends = () => gateway.sandboxes.flatMap(({ control }) => control.ledger.calls()).map(({ url }) => url);
  await vi.waitFor(() => expect(sends()).toContainEqual(expect.stringMatching(/^\/message\/sendText/)));

  // Its row waits for the next write of the log when closing begins.
  expect((await user.api('GET', '/api/statistics')).status).toBe(200);
  const startedAt = performance.now();
  await gateway.app.close();
  await gateway.services[Symbol.asyncDispose]();
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(await hanging).toBe('cut off');
  const logged = await gateway.database.db.selectFrom('api_requests').select('endpoint').execute();
  expect(logged.map(({ endpoint }) => endpoint)).toContain('/api/statistics');
});

test('what was begun before has the time that is left, counted from when the first part began to close', async () => {
  gateway = await startGateway({ overrides: { closeWithinMs: 60_000 } });
  const atFirst = gateway.services.closing.remainingMs();
  expect(atFirst).toBe(60_000);
  await vi.waitFor(() => expect(gateway.services.closing.remainingMs()).toBeLessThan(atFirst));
});
