import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEvolutionClient, type EvolutionClient } from '../../../src/evolution/client.ts';
import { echoContentOf } from '../../../src/evolution/echo-content.ts';
import { agreementOf } from '../../../src/evolution/fingerprint-form.ts';
import type { Outbound } from '../../../src/evolution/outbound.ts';
import { createEvolutionPool } from '../../../src/evolution/pool.ts';
import type { Integration } from '../../../src/evolution/wire.ts';
import { fingerprintOf } from '../../../src/modules/messages/drafts/fingerprint.ts';
import { fastKnobs, type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { createApi, KEY } from '../../sandbox/support/api.ts';

let sandbox: Sandbox;
let client: EvolutionClient;
let dispatcher: ReturnType<typeof createEvolutionPool>;

beforeAll(async () => {
  sandbox = await startSandbox({ apiKey: KEY, knobs: { ...fastKnobs } });
  dispatcher = createEvolutionPool(sandbox.url);
  client = createEvolutionClient({ baseUrl: sandbox.url, apiKey: KEY, dispatcher, readTimeoutMs: 5_000 });
  const api = createApi(sandbox);
  await api.connected('baileys');
  await api.create('evolution');
  await api.create('business', {
    integration: 'WHATSAPP-BUSINESS',
    token: 'graph-token',
    number: '123456789012345',
    businessId: '1',
  });
});
afterAll(async () => {
  await dispatcher.close();
  await sandbox.close();
});

const target = { id: '3EB0198A6CA060A81A1F7B', remoteJid: '5511888888888@s.whatsapp.net', fromMe: false };
const word = fc.stringMatching(/^[A-Za-zÀ-ÿ0-9][A-Za-zÀ-ÿ0-9 !?'"]{0,18}[A-Za-z0-9]$/);
const digits = fc.stringMatching(/^55119[0-9]{8}$/);
const bytes = fc.uint8Array({ minLength: 8, maxLength: 40 }).map((each) => Buffer.from(each).toString('base64'));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** What is made of fields, without those that are left out. */
const made = (model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Outbound> =>
  fc
    .record(model)
    .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Outbound);

const kinds = {
  text: made({ kind: fc.constant('text'), text: word }),
  image: made({ kind: fc.constant('image'), media: bytes, caption: maybe(word) }),
  video: made({ kind: fc.constant('video'), media: bytes, caption: maybe(word) }),
  audio: made({ kind: fc.constant('audio'), media: bytes }),
  document: made({
    kind: fc.constant('document'),
    media: bytes,
    fileName: word.map((name) => `${name}.pdf`),
    caption: maybe(word),
  }),
  voice: made({ kind: fc.constant('voice'), media: bytes }),
  ptv: made({ kind: fc.constant('ptv'), media: bytes }),
  sticker: made({ kind: fc.constant('sticker'), media: bytes }),
  location: made({
    kind: fc.constant('location'),
    latitude: fc.integer({ min: -9_000, max: 9_000 }).map((each) => each / 100),
    longitude: fc.integer({ min: -18_000, max: 18_000 }).map((each) => each / 100),
    name: maybe(word),
    address: maybe(word),
  }),
  contact: made({
    kind: fc.constant('contact'),
    contacts: fc.array(fc.record({ fullName: word, phoneNumber: digits }), { minLength: 1, maxLength: 3 }),
  }),
  reaction: made({
    kind: fc.constant('reaction'),
    target: fc.constant(target),
    emoji: fc.constantFrom('👍', '❤️'),
  }),
  poll: made({
    kind: fc.constant('poll'),
    question: word,
    options: fc.uniqueArray(word, { minLength: 2, maxLength: 4 }),
    selectableCount: fc.integer({ min: 0, max: 2 }),
  }),
  list: made({
    kind: fc.constant('list'),
    title: word,
    description: word,
    footer: maybe(word),
    buttonText: word,
    sections: fc.constant([{ title: 's', rows: [{ id: '1', title: 'r', description: 'd' }] }]),
  }),
  buttons: made({
    kind: fc.constant('buttons'),
    title: word,
    description: maybe(word),
    footer: maybe(word),
    buttons: fc
      .uniqueArray(word, { minLength: 1, maxLength: 3 })
      .map((texts) => texts.map((text, index) => ({ type: 'reply', text, id: String(index) }))),
  }),
  template: made({
    kind: fc.constant('template'),
    name: fc.stringMatching(/^[a-z_]{3,10}$/),
    language: fc.constant('en_US'),
    components: fc.constant([]),
  }),
  status: made({
    kind: fc.constant('status'),
    type: fc.constant('text'),
    content: word,
    audience: fc.constant(['5511888888888']),
  }),
};
type Kind = keyof typeof kinds;

async function echoOf(instance: string, integration: Integration, content: Outbound): Promise<string | undefined> {
  const outcome = await client.send({ instance, integration, number: '5511888888888', content, deadlineMs: 5_000 });
  if (outcome.kind !== 'sent') return undefined;
  const said = echoContentOf(outcome.answer as Record<string, unknown>);
  if (said === null) throw new Error(`nothing is made of ${JSON.stringify(outcome.answer)}`);
  return said.fingerprint;
}

const everyServer: [string, Integration, Partial<Record<Kind, 'whole' | 'partly'>>][] = [
  [
    'baileys',
    'WHATSAPP-BAILEYS',
    {
      text: 'whole',
      video: 'whole',
      document: 'whole',
      ptv: 'whole',
      location: 'whole',
      contact: 'whole',
      reaction: 'whole',
      poll: 'whole',
      buttons: 'whole',
      status: 'whole',
      image: 'partly',
      audio: 'partly',
      voice: 'partly',
      sticker: 'partly',
    },
  ],
  ['evolution', 'EVOLUTION', { text: 'whole', buttons: 'whole', image: 'partly', voice: 'partly' }],
  [
    'business',
    'WHATSAPP-BUSINESS',
    {
      text: 'whole',
      image: 'whole',
      document: 'whole',
      location: 'whole',
      contact: 'whole',
      reaction: 'whole',
      buttons: 'whole',
      list: 'whole',
      template: 'partly',
    },
  ],
];

const cases = everyServer.flatMap(([instance, integration, expected]) =>
  Object.entries(expected).map(([kind, least]) => ({ instance, integration, kind: kind as Kind, least })),
);

test.each(cases)(
  'what $instance echoes of $kind agrees with what was sent, and with nothing else',
  async ({ instance, integration, kind, least }) => {
    await fc.assert(
      fc.asyncProperty(kinds[kind], kinds[kind], async (sent, other) => {
        const theirs = await echoOf(instance, integration, sent);
        const [ours, others] = [fingerprintOf(sent), fingerprintOf(other)];
        if (theirs === undefined || ours === null || others === null) throw new Error('not sent');
        const agreement = agreementOf(ours, theirs);
        // A server may leave bytes as they were, and then tells more than it must.
        expect(least === 'whole' ? ['whole'] : ['whole', 'partly']).toContain(agreement);
        if (others !== ours) expect(agreementOf(others, theirs)).not.toBe('whole');
      }),
      { numRuns: 12 },
    );
  },
);
