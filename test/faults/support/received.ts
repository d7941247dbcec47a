import type { Counts, Violation } from './invariants.ts';
import type { Load } from './load.ts';
import type { World } from './world.ts';

/** Every call that was answered 2xx is a row, and reached its user once per event id. */
export async function checkReceived(world: World, load: Load): Promise<{ violations: Violation[]; counts: Counts }> {
  const violations: Violation[] = [];
  const rows = await world.look<{ whatsapp_id: string; phone_number_id: string }>(
    `select whatsapp_id, phone_number_id from messages where direction = 'inbound'`,
  );
  const stored = new Set(rows.map((row) => `${row.phone_number_id} ${row.whatsapp_id}`));
  const heard = new Set(
    world.heard
      .filter(({ event, fromMe }) => event === 'messages.upsert' && !fromMe)
      .map(({ instance, waId }) => `${instance} ${waId}`),
  );
  let notHeard = 0;
  let deadLetters = 0;
  const delaysMs: number[] = [];
  const dead = await deadLettersOf(world);
  for (const { waId, user, number, during, at } of load.injected) {
    if (!heard.has(`${number.backendName} ${waId}`)) {
      notHeard++;
      continue;
    }
    const story = { waId, user: user.id, number: number.id, during };
    if (!stored.has(`${number.id} ${waId}`)) {
      violations.push({ invariant: 'a received call that was answered 2xx is stored', ids: [waId], story });
      continue;
    }
    const calls = user.inbox.calls.filter(
      ({ event, payload }) => event === 'message.received' && payload.whatsapp_id === waId,
    );
    const [first] = calls;
    if (first !== undefined) delaysMs.push(first.at - at);
    const isDelivered = calls.some(({ answered }) => answered === 200);
    if (!isDelivered && dead.has(`${user.id} ${waId}`)) deadLetters++;
    else if (!isDelivered) {
      violations.push({
        invariant: 'a received call that was answered 2xx reaches its user',
        ids: [waId],
        story: { ...story, calls },
      });
    }
    if (new Set(calls.map(({ id }) => id)).size > 1) {
      violations.push({ invariant: 'a received message is one event', ids: [waId], story: { ...story, calls } });
    }
  }
  return {
    violations,
    counts: {
      'received, told to no gateway by its backend': notHeard,
      'received, dead letter': deadLetters,
      'from a backend to the first try at its user, middle, ms':
        [...delaysMs].sort((a, b) => a - b)[delaysMs.length >> 1] ?? 0,
      'from a backend to the first try at its user, most, ms': Math.max(0, ...delaysMs),
    },
  };
}

async function deadLettersOf(world: World): Promise<Set<string>> {
  const rows = await world.look<{ user_id: string; wa_id: string }>(
    `select d.user_id, e.payload->>'whatsapp_id' as wa_id from deliveries d join events e on e.id = d.event_id
     where d.status = 'dead' and d.event_type = 'message.received'`,
  );
  return new Set(rows.map((row) => `${row.user_id} ${row.wa_id}`));
}

/** Deliveries to users whose receiver was never ill for long end well, signed, under one id and one body each, and tell of nobody else. */
export async function checkDeliveries(world: World): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const user of world.users) {
    const own = new Set(user.numbers.map(({ id }) => Number(id)));
    const { calls } = user.inbox;
    for (const call of calls) {
      const { id, phoneNumberId, signed } = call;
      if (!signed) violations.push({ invariant: 'every delivery is signed', ids: [id], story: call });
      if (phoneNumberId !== null && !own.has(Number(phoneNumberId))) {
        violations.push({ invariant: "no user hears of another's number", ids: [id], story: call });
      }
    }
    for (const [id, same] of Map.groupBy(calls, (call) => call.id)) {
      const bodies = new Set(same.map(({ sha256 }) => sha256));
      if (bodies.size > 1) violations.push({ invariant: 'a delivery is repeated as it was', ids: [id], story: same });
    }
  }
  const other = world.users[1];
  for (const user of world.users.slice(0, 1)) {
    const mine = await world.look<{ id: string }>(
      'select id from messages where user_id = $1 order by created_at desc limit 10',
      [user.id],
    );
    for (const { id } of mine) {
      const answer = await fetch(`${world.apis[0]?.url}/api/messages/${id}`, {
        headers: { 'x-api-key': other?.apiKey ?? '' },
      });
      if (answer.status !== 404) {
        violations.push({ invariant: "no user reads another's message", ids: [id], story: { status: answer.status } });
      }
    }
  }
  return violations;
}
