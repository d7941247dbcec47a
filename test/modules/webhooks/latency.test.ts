import { expect, test } from 'vitest';
import { startGateway } from '../../support/gateway.ts';
import { eventually, type ReceivedCall, startReceiver } from './support.ts';

/** The long pass, whose p99 counts, has 10,000. */
const count = Number(process.env.INBOUND_MESSAGES ?? 600);
const perSecond = 200;
const numbersCount = 10;

test('received messages reach their receiver once each, soon', { timeout: 60_000 + count * 10 }, async () => {
  const gateway = await startGateway({ overrides: { egress: { allowCidrs: ['127.0.0.1/32'] } } });
  await using receiver = await startReceiver();
  try {
    const names = await Promise.all(
      Array.from({ length: numbersCount }, async () => {
        const user = await gateway.signUp();
        const { id } = await gateway.connectNumber(user, { webhook_url: receiver.url });
        const row = gateway.database.db.selectFrom('phone_numbers').select('backend_name').where('id', '=', id);
        return (await row.executeTakeFirstOrThrow()).backend_name ?? '';
      }),
    );
    const sentAt = new Map<string, number>();
    const startedMs = performance.now();
    for (let n = 0; n < count; n++) {
      const waitMs = startedMs + (n * 1_000) / perSecond - performance.now();
      if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
      sentAt.set(`message ${n}`, performance.now());
      const message = { from: `62899900${1_000 + (n % 50)}`, text: `message ${n}` };
      await gateway.sandboxes[0]?.control.receive(names[n % numbersCount] ?? '', message);
    }
    const received = () => receiver.calls.filter(({ body }) => body.event === 'message.received');
    await eventually(() => new Set(received().map(textOf)).size, 40_000).toBe(count);
    await gateway.services.webhookDelivery.deliverLane.drained();
    expect(received()).toHaveLength(count);

    const waits = received().map((call) => call.atMs - (sentAt.get(textOf(call)) ?? 0));
    waits.sort((a, b) => a - b);
    const at = (share: number) => Math.round(waits[Math.ceil(waits.length * share) - 1] ?? Number.NaN);
    console.log(`first try of ${count} at ${perSecond}/s: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)} ms`);
    if (count >= 10_000) expect(at(0.99)).toBeLessThanOrEqual(1_000);
  } finally {
    await gateway.close();
  }
});

function textOf({ body }: ReceivedCall): string {
  return body.payload.text;
}
