import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instanceIdOf } from '../../src/evolution/instance-id.ts';
import { type Answer, startGateway, type TestGateway, type TestUser } from '../support/gateway.ts';
import { normalise } from './contract/normalise.ts';
import { type DialectRoute, dialectRoutes } from './isolation/routes.ts';

/** All by which somebody else's things can be named, or things of nobody in the same form. */
type Names = Record<'alias' | 'instanceName' | 'id' | 'token' | 'instanceId' | 'messageId' | 'endpointId', string>;
type Ask = { url: string; body?: unknown };

let gateway: TestGateway;
let attacker: TestUser;
let routes: DialectRoute[];
let victims: Names;
let nobodys: Names;
let victimsBackendName: string;
let victimId: number;
let untouched: string;

const plenty = { points: 1_000_000, seconds: 60 };
const many = { max_phone_numbers: 100_000, max_messages_per_day: 1_000_000, requests_per_minute: 10_000_000 };

beforeAll(async () => {
  gateway = await startGateway({
    env: { TRUST_PROXY: '127.0.0.1', PLAN_OVERRIDES: JSON.stringify({ enterprise: many }) },
    overrides: {
      egress: { dial: () => Promise.reject(new Error('no network here')) },
      users: { limits: { guesses: plenty, registrations: plenty } },
    } as never,
    knobs: { acks: false },
  });
  // Ids that are no part of anything else in an answer.
  for (const [table, first] of [
    ['phone_numbers', 7_654_321],
    ['endpoints', 8_765_432],
  ])
    await gateway.database.pool.query("select setval(pg_get_serial_sequence($1, 'id'), $2)", [table, first]);
  const victim = await gateway.signUp();
  attacker = await gateway.signUp();
  await gateway.connectNumber(attacker, { alias: 'mine' });
  const { id, token, instanceName } = await gateway.connectNumber(victim, { alias: 'corner-shop' });
  const message = await victim.api('POST', '/api/messages/send-text', { token, number: '5511977770001', text: 'hers' });
  const endpoint = await victim.api('POST', '/api/webhooks', {
    url: 'https://example.com/hook',
    events: ['number.deleted'],
  });
  expect([message.status, endpoint.status]).toEqual([200, 201]);
  victims = {
    alias: 'corner-shop',
    instanceName,
    id: String(id),
    token,
    instanceId: instanceIdOf(instanceName),
    messageId: message.body.message_id,
    endpointId: String(endpoint.body.endpoint.id),
  };
  nobodys = {
    alias: 'nobody-shop',
    instanceName: instanceName.replace(/.{4}$/, 'zzzz'),
    id: '987654321',
    token: `eft_${'z'.repeat(token.length - 4)}`,
    instanceId: '7c1e0000-0000-5000-8000-000000000000',
    messageId: '01900000-0000-7000-8000-000000000000',
    endpointId: '987654322',
  };
  const { rows } = await gateway.database.pool.query('select backend_name from phone_numbers where id = $1', [id]);
  victimsBackendName = rows[0].backend_name;
  routes = await dialectRoutes(gateway);
  victimId = victim.id;
  untouched = await stateOfVictim();
  markCalls();
});
afterAll(() => gateway.close());

let seenCalls = 0;
const calls = () => gateway.sandboxes.flatMap(({ control }) => control.ledger.calls());
const markCalls = () => {
  seenCalls = calls().length;
};
/** The gateway looks after its backends by itself meanwhile. */
const ofItself =
  /^GET \/(instance\/(connectionState|fetchInstances)|webhook\/find|settings\/find|$)|^POST \/verify-creds/;

function callsSince(): string[] {
  return calls()
    .slice(seenCalls)
    .map(({ method, url, body }) => `${method} ${url} ${JSON.stringify(body ?? '')}`);
}

async function stateOfVictim(): Promise<string> {
  const { rows } = await gateway.database.pool.query(
    `select (select json_agg(n order by n.id) from phone_numbers n where n.user_id = $1) as numbers,
       (select json_agg(m order by m.id) from messages m where m.user_id = $1) as messages,
       (select json_agg(e order by e.id) from endpoints e where e.user_id = $1) as endpoints,
       (select json_agg(k order by k.id) from user_keys k where k.user_id = $1) as keys`,
    [victimId],
  );
  return JSON.stringify(rows[0]);
}

let addresses = 0;

async function ask(route: DialectRoute, { url, body }: Ask, by = attacker): Promise<Answer> {
  const header = route.dialect === 'evolution' ? 'apikey' : 'x-api-key';
  // One address may not ask open routes as often as there are some.
  const from = `10.0.${(addresses >> 6) & 255}.${addresses & 63}`;
  addresses++;
  return gateway.anonymous(route.method, url, body, { [header]: by.apiKey, 'x-forwarded-for': from });
}

/** The same request about the victim's things and about nobody's must be answered alike. */
async function isAlike(route: DialectRoute, asking: (names: Names) => Ask): Promise<Answer> {
  const answers = [];
  for (const names of [victims, nobodys]) {
    const { status, body } = await ask(route, asking(names));
    answers.push({ status, body: normalise(withoutNames(body, names)) });
  }
  const [about, aboutNobody] = answers;
  expect(about, `${route.method} ${asking(victims).url}`).toEqual(aboutNobody);
  return about as Answer;
}

// What was asked about is named in some answers.
function withoutNames(body: unknown, names: Names): unknown {
  let text = JSON.stringify(body);
  for (const [kind, name] of Object.entries(names))
    for (const form of [name, everyByteEncoded(name), encodeURIComponent(name)])
      text = text
        .replaceAll(`"${form}`, `"<${kind}>`)
        .replaceAll(`/${form}`, `/<${kind}>`)
        .replaceAll(`\\"${form}\\"`, `<${kind}>`);
  return JSON.parse(
    text.replace(/"(request_id|uptime|creation)":("[^"]+"|[\d.]+)/g, '"$1":""').replace(/120363\d{12}/g, '120363…'),
  );
}

const asItIs = (text: string) => text;
const everyByteEncoded = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

const kindsOfNumbers = ['alias', 'instanceName', 'id', 'token', 'instanceId'] as const;
const kinds = [...kindsOfNumbers, 'messageId', 'endpointId'] as const;
const filled = (path: string, name: string) => path.replace(/:\w+/g, name);
/** Fields that name a number. */
const naming = /^(session_id|clientId|pool|token|instance\w*|id)$/;
const allNaming = ({ alias, id, instanceId, token }: Names): Record<string, string> => ({
  instanceName: alias,
  instance: alias,
  clientId: alias,
  sender: alias,
  instanceId,
  session_id: id,
  token,
});
/** These make or end something of the attacker's own, so the second answer would be another one. */
const ends =
  /^DELETE .*:|\/(logout|restart|stop|start|rotate|change-password)(\/|$)|:\w+\/connect|^POST \/(api\/v1\/)?(instance\/create|instances|sessions|webhooks)\/?$/;
/** These answer about names that are nobody's as about a session that was never connected. */
const idleToo = /^(GET|DELETE) (\/api)?\/whatsapp\/(status|qr|session)\//;
const endsKey = /api-keys|auth\//;

async function withNumber(user: TestUser): Promise<void> {
  const { body } = await user.api('GET', '/api/phone-numbers');
  const mine = body.phone_numbers.find(({ alias }: { alias: string | null }) => alias === 'mine');
  if (mine?.status === 'connected') return;
  if (mine !== undefined) await user.api('DELETE', `/api/phone-numbers/${mine.id}`);
  await gateway.connectNumber(user, { alias: 'mine' });
}

describe('the things of another user', () => {
  test('are there for no route of any dialect: by every name in its path, plain or encoded', async () => {
    let asked = 0;
    for (const route of routes.filter(({ path }) => path.includes(':'))) {
      for (const kind of route.dialect === 'sessions' ? kinds : kindsOfNumbers) {
        const writings = kind === 'alias' || kind === 'id' ? [asItIs, everyByteEncoded] : [asItIs];
        for (const written of writings) {
          const { status } = await isAlike(route, (names) => ({
            url: filled(route.path, written(names[kind])),
            body: route.body,
          }));
          asked++;
          if (idleToo.test(`${route.method} ${route.path}`)) continue;
          expect(status, `${route.method} ${route.path} by ${kind}`).toBeGreaterThanOrEqual(400);
        }
      }
    }
    expect(asked).toBeGreaterThan(1_200);
    expect(callsSince().filter((call) => !ofItself.test(call))).toEqual([]);
  });

  test("are not there in a query beside the attacker's own number, once or repeated, nor in a body", async () => {
    let asked = 0;
    for (const route of routes.filter(({ method, path }) => !ends.test(`${method} ${path}`))) {
      const url = filled(route.path, 'mine');
      const parameters = [...new Set([...route.queries, ...Object.keys(allNaming(victims))])];
      const given = (name: string, names: Names) => allNaming(names)[name] ?? names.id;
      const once = (names: Names) => parameters.map((name) => `${name}=${given(name, names)}`).join('&');
      const repeated = (names: Names) =>
        parameters.map((name) => `${name}=mine&${name}=${given(name, names)}`).join('&');
      for (const query of [once, repeated]) {
        await isAlike(route, (names) => ({ url: `${url}?${query(names)}`, body: route.body }));
        asked++;
      }
      const { body } = route;
      if (body === undefined || route.method === 'GET') continue;
      // The Evolution contract drops what it does not know, the others refuse it.
      const fields =
        route.dialect === 'evolution' ? ['every'] : Object.keys(body).filter((field) => naming.test(field));
      for (const field of fields) {
        for (const kind of field === 'every' ? (['alias'] as const) : kindsOfNumbers) {
          const bodyOf = (names: Names) => (field === 'every' ? allNaming(names) : { [field]: names[kind] });
          await isAlike(route, (names) => ({ url, body: { ...body, ...bodyOf(names) } }));
          asked++;
        }
      }
    }
    expect(asked).toBeGreaterThan(700);
    expect(callsSince().filter((call) => call.includes(victimsBackendName))).toEqual([]);
  });

  test('stay as they are where the attacker ends what is his own and names them beside it', async () => {
    const queries = ['instanceName', 'instanceId', 'clientId', 'session_id', 'user_id', 'id'];
    let other = await gateway.signUp();
    for (const route of routes.filter(({ method, path }) => ends.test(`${method} ${path}`))) {
      if (route.path.includes(':')) await withNumber(other);
      for (const name of [victims.alias, victims.id]) {
        const url = `${filled(route.path, 'mine')}?${queries.map((each) => `${each}=${name}`).join('&')}`;
        await ask(route, { url, body: route.body }, other);
      }
      if (endsKey.test(route.path)) other = await gateway.signUp();
    }
    expect(callsSince().filter((call) => call.includes(victimsBackendName))).toEqual([]);
  });

  test('are as they were', async () => {
    expect(await stateOfVictim()).toBe(untouched);
  });
});
