import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Sender, sendCalls, senderOf, startSender, usedUnits } from '../modules/messages/support.ts';
import { httpsReceiver, type Receiver } from '../platform/egress/support/receivers.ts';
import { selfSigned } from '../platform/egress/support/self-signed.ts';
import { type BadInput, fill, partsOf, pauseOf, readBadInput } from './support/bad-input.ts';
import { type RawAnswer, sayRaw } from './support/raw-http.ts';

const all = readBadInput();
const isSlow = (input: BadInput) => input.raw?.startsWith('{{DRIP') === true;
const isPipeline = (input: BadInput) => input.name.startsWith('pipeline');
// How deliveries treat bad receivers is tried in test/modules/webhooks/bad-receivers.test.ts.
const inputs = all.filter((input) => input.method !== 'RECEIVER' && !isPipeline(input));

let sender: Sender;
let receiver: Receiver;
let values: Record<string, string>;
let secrets: string[];
/** What another user sent under a key that an entry uses too. */
let neighbourMessage: string;
const slow = new Map<string, Promise<RawAnswer[]>>();

beforeAll(async () => {
  const identity = selfSigned(['pub.ssrf.test']);
  receiver = await httpsReceiver(identity, (request, response) => {
    const type = { 'content-type': 'image/jpeg' };
    if (request.url === '/cl5g') response.writeHead(200, { ...type, 'content-length': 5_000_000_000 }).write('x');
    else if (request.url === '/drip') {
      response.writeHead(200, type);
      const timer = setInterval(() => response.write('x'), 100);
      response.on('close', () => clearInterval(timer));
    } else response.writeHead(200, type).end('a picture');
  });
  sender = await startSender({
    overrides: {
      egress: {
        ca: identity.cert,
        allowNames: ['ssrf.test'],
        lookup: async () => [{ address: '93.184.215.14', family: 4 }],
        dial: () => connect({ host: '127.0.0.1', port: receiver.port }),
      },
      messages: { fetchWithinMs: 1_000 },
    },
  });
  const { gateway, user, number } = sender;
  const used = await keyedSend(sender, 'used-key-1');
  const neighbour = await gateway.signUp();
  const theirs = await keyedSend(senderOf(gateway, neighbour, await gateway.connectNumber(neighbour)), 'shared-key-1');
  expect([used.status, theirs.status]).toEqual([200, 200]);
  neighbourMessage = theirs.body.message_id;
  // What the backend would tell of earlier entries is no doing of later ones.
  gateway.sandboxes[0]?.control.setKnobs({ webhooks: false });
  const inbound = inboundOf(sender);
  const former = await gateway.signUp();
  const rotated = await former.api('POST', '/api/user/api-key/rotate', { overlap_hours: 0 });
  expect(rotated.status).toBe(200);
  values = {
    API_KEY: user.apiKey,
    API_KEY_UPPER: user.apiKey.toUpperCase(),
    API_KEY_REVOKED: former.apiKey,
    TOKEN: number.token,
    EMAIL: user.email,
    EXISTING_EMAIL_UPPER: user.email.toUpperCase(),
    INBOUND_PATH: inbound.path,
    INBOUND_SECRET: inbound.secret,
    INSTANCE: inbound.instance,
    USED_KEY: 'used-key-1',
  };
  secrets = [user.apiKey, former.apiKey, number.token, inbound.secret, 'correct horse battery 1', 'whatever-1'];
  for (const input of inputs.filter(isSlow)) slow.set(input.name, say(input, 'bad-input-slow'));
});
afterAll(async () => {
  await sender.gateway.close();
  await receiver[Symbol.asyncDispose]();
});

/** A send under a key, by a user of his own. */
function keyedSend({ user, number }: Sender, key: string) {
  const body = { token: number.token, number: '628123456789', text: 'hi' };
  return user.api('POST', '/api/messages/send-text', body, { 'idempotency-key': key });
}

/** How the backend was told to call us about the number. */
function inboundOf({ gateway }: Sender) {
  const call = gateway.sandboxes[0]?.control.ledger.calls().find(({ url }) => url === '/instance/create');
  const body = call?.body as { instanceName: string; webhook: { url: string; headers: { authorization: string } } };
  const secret = Object.values(body.webhook.headers).find((value) => value.startsWith('Bearer '));
  return { path: new URL(body.webhook.url).pathname, instance: body.instanceName, secret: secret?.slice(7) ?? '' };
}

function say(input: BadInput, requestId: string): Promise<RawAnswer[]> {
  const pauseMs = pauseOf(input);
  const parts = partsOf(input, { ...values, N: requestId }, requestId);
  return sayRaw(sender.gateway.url, parts, { answersMin: 1, ...(pauseMs === undefined ? {} : { pauseMs }) });
}

const isHuge = (input: BadInput) =>
  partsOf(input, { ...values, N: '' }, '').reduce((length, part) => length + part.length, 0) > 1_048_576;

const requestLines = () => sender.gateway.logs.filter((line) => line.includes('"event":"request"'));
const linesOf = (requestId: string) => requestLines().filter((line) => line.includes(`"request_id":"${requestId}"`));

async function figures() {
  const { rows } = await sender.gateway.database.pool.query('select count(*)::int as n from inbound_calls');
  return { used: await usedUnits(sender), calls: sendCalls(sender), inbound: rows[0].n as number };
}

test.each(inputs.map((input, index) => [input.name, input, index] as const))(
  '%s',
  async (_name, input, index) => {
    let requestId = `bad-input-${index}`;
    const before = await figures();
    let answers = await (slow.get(input.name) ?? say(input, requestId));
    // Refused before its end: the reset that follows may overtake the answer on its way to the reader.
    for (let nth = 1; isHuge(input) && answers.length === 0 && nth < 10; nth++) {
      requestId = `bad-input-${index}-again-${nth}`;
      answers = await say(input, requestId);
    }
    const [answer, ...more] = answers;
    expect(input.expect.status, answer?.body).toContain(answer?.status);
    expect(more).toEqual([]);
    const isRefused = (answer?.status ?? 0) >= 400;
    if (isRefused) expect(await figures()).toEqual(before);
    for (const secret of secrets) expect(answer?.body).not.toContain(secret);
    expect(answer?.body).not.toContain(neighbourMessage);
    // Node itself answers a request without a host, and says so to nobody.
    if (input.name === 'no Host') return;
    // What is no request has no id of its own: it is given one.
    if (input.method === 'RAW') requestId = /^x-request-id: (\S+)\r?$/im.exec(answer?.headers ?? '')?.[1] ?? 'none';
    await vi.waitFor(() => expect(linesOf(requestId)).toHaveLength(1));
    if (isRefused) {
      expect(answer?.headers).toMatch(/content-type: application\/problem\+json/i);
      const problem = JSON.parse(answer?.body ?? '');
      expect(problem).toMatchObject({ success: false, code: expect.any(String), status: answer?.status });
      expect(problem.request_id).toBe(requestId);
    }
  },
  30_000,
);

test('every refused key is answered alike, whatever was wrong with it', async () => {
  const refusals = await Promise.all(
    inputs
      .filter(({ name }) => name.startsWith('x-api-key:') && name !== 'x-api-key: missing')
      .map(async (input) => (await say(input, 'bad-input-same-answer'))[0]),
  );
  expect(refusals.length).toBeGreaterThan(3);
  const shapes = refusals.map((answer) => ({
    status: answer?.status,
    body: answer?.body,
    headers: answer?.headers.replace(/^(date|ratelimit-[a-z]+): .*$/gim, '$1'),
  }));
  expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1);
});

test('twenty huge bodies at once are refused, and everybody else is still served', async () => {
  const huge = inputs.filter(({ name }) => /^json: (deep|100k|body)/.test(name));
  expect(huge).toHaveLength(3);
  const refused = huge.flatMap((input) => Array.from({ length: 20 }, () => say(input, 'bad-input-huge')));
  const healthy = await sender.gateway.anonymous('GET', '/health');
  expect(healthy.status).toBe(200);
  const statuses = (await Promise.all(refused)).map((answers) => answers[0]?.status);
  // A connection may be reset while its body is still being written: then there is no answer to read.
  expect(statuses.filter((status) => ![400, 413, undefined].includes(status))).toEqual([]);
});

test('a thousand requests in one breath are answered in their order', async () => {
  const input = all.find(isPipeline) as BadInput;
  const answers = await sayRaw(sender.gateway.url, [fill(input.raw ?? '', values)], { answersMin: 1_000 });
  expect(answers).toHaveLength(1_000);
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => !input.expect.status.includes(status))).toEqual([]);
});

test('no secret stands in any log line', () => {
  expect(sender.gateway.logs.length).toBeGreaterThan(inputs.length);
  const telling = sender.gateway.logs.filter((line) => secrets.some((secret) => line.includes(secret)));
  expect(telling).toEqual([]);
  const unescaped = ['\n', String.fromCharCode(27), String.fromCharCode(7)];
  expect(sender.gateway.logs.filter((line) => unescaped.some((text) => line.trimEnd().includes(text)))).toEqual([]);
});
