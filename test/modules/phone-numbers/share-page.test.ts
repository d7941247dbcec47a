import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { chooseLanguage, shareLanguages } from '../../../src/modules/phone-numbers/sharing/share-language.ts';
import { shareTexts } from '../../../src/modules/phone-numbers/sharing/share-texts.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { expectWellFormed, type PageFetch, runSharePage } from './share-page-support.ts';
import { createdNumber, placeOf, untilCreated } from './support.ts';

let gateway: TestGateway;
let user: TestUser;
let id: number;
let path: string;

beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.signUp();
  ({ id, path } = await shared('Front <desk> & "Co"'));
});
afterAll(() => gateway.close());

async function shared(displayName: string | null): Promise<{ id: number; path: string }> {
  const number = await createdNumber(user, { display_name: displayName });
  await untilCreated(gateway, number.id);
  const { body } = await user.api('POST', `/api/phone-numbers/${number.id}/share-links`, {});
  return { id: number.id, path: new URL(body.url).pathname };
}

const pageOf = (url: string, headers: Record<string, string> = {}) => gateway.app.inject({ url, headers });
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

describe('the page', () => {
  test('is well-formed in every language, and so is that of a link that does not work', async () => {
    for (const lang of shareLanguages) {
      for (const url of [path, '/share/nothing']) {
        const { body, statusCode, headers } = await pageOf(`${url}?lang=${lang}`);
        expect(statusCode).toBe(url === path ? 200 : 404);
        expect(headers['content-language']).toBe(lang);
        expect(body).toContain(`<html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}">`);
        expectWellFormed(body);
        const ids = [...body.matchAll(/ id="(\w+)"/g)].map((match) => match[1]);
        expect(new Set(ids).size).toBe(ids.length);
      }
    }
  });

  test('lets nothing run but its own script and style, and nothing frame, keep, find or follow it', async () => {
    const { body, headers } = await pageOf(path);
    const style = /<style>(.*?)<\/style>/s.exec(body)?.[1] ?? '';
    const script = /<script>(.*?)<\/script>/s.exec(body)?.[1] ?? '';
    expect(String(headers['content-security-policy']).split('; ').sort()).toEqual(
      [
        "default-src 'none'",
        `script-src ${hashOf(script)}`,
        `style-src ${hashOf(style)}`,
        'img-src data:',
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].sort(),
    );
    expect(headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
    });
    const markup = body.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '');
    expect(markup).not.toMatch(/ (style|on\w+)=/);
    expect(body).not.toMatch(/\b(src|href)="(?!\?lang=)/);
    expect(body).not.toContain('http://');
    expect(body).not.toContain('https://');
  });

  test('holds no secret and no code, and shows the name as text', async () => {
    const { body } = await pageOf(path);
    expect(body).not.toContain(path.split('/').at(-1));
    expect(body).not.toContain('data:image');
    expect(body).toContain('<bdi>Front &lt;desk&gt; &amp; &quot;Co&quot;</bdi>');
    const nameless = await shared(null);
    expect((await pageOf(nameless.path)).body).not.toContain('<bdi></bdi>');
  });

  test('a look at it makes no code, as programs that show previews do', async () => {
    const { sandbox } = await placeOf(gateway, id);
    sandbox.control.ledger.clear();
    await pageOf(path);
    await gateway.app.inject({ method: 'HEAD', url: path });
    expect(sandbox.control.ledger.calls().filter(({ url }) => url.startsWith('/instance/connect'))).toEqual([]);
  });
});

describe('its languages', () => {
  const texts = (language: (typeof shareLanguages)[number]) => shareTexts[language] as Record<string, string>;
  const keys = Object.keys(shareTexts.en);

  test('each has every text, its own, with the same places to fill', () => {
    expect(keys.length).toBeGreaterThan(30);
    for (const language of shareLanguages) {
      expect(Object.keys(texts(language)).sort(), language).toEqual([...keys].sort());
      for (const key of keys) {
        const text = texts(language)[key] ?? '';
        expect(text.trim(), `${language} ${key}`).not.toBe('');
        expect(text.match(/\{\w+\}/g), `${language} ${key}`).toEqual(texts('en')[key]?.match(/\{\w+\}/g) ?? null);
        if (language !== 'en') expect(text, `${language} ${key}`).not.toBe(texts('en')[key]);
      }
    }
  });

  test('every text is used, and every text that is used exists', async () => {
    const folder = 'src/modules/phone-numbers/sharing';
    const page = await readFile(`${folder}/share-page.ts`, 'utf8');
    const script = await readFile(`${folder}/share-page-script.ts`, 'utf8');
    const used = [
      ...[...page.matchAll(/\bt\('(\w+)'\)|\btexts\.(?!ts\b)(\w+)|\]\.(languageName|languages)\b/g)].map(
        (m) => m[1] ?? m[2] ?? m[3],
      ),
      ...[...script.matchAll(/\btexts\.(\w+)/g)].map((match) => match[1]),
      ...[...script.matchAll(/'(\w+)'/g)].map((match) => match[1]).filter((word) => keys.includes(word ?? '')),
      // States come from the server.
      ...['connected', 'lost', 'broken', 'scan', 'waiting'],
    ];
    expect([...new Set(used)].sort()).toEqual([...keys].sort());
  });

  test.each([
    [undefined, undefined, 'en'],
    [undefined, 'pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7', 'pt-BR'],
    [undefined, 'pt-PT', 'pt-BR'],
    [undefined, 'fr-FR, id;q=0.5, en;q=0.3', 'id'],
    [undefined, 'in', 'id'],
    [undefined, 'ar-SA', 'ar'],
    [undefined, 'en;q=0.1, ar;q=0.9', 'ar'],
    [undefined, 'ar;q=0, id', 'id'],
    [undefined, '*', 'en'],
    [undefined, ';;;,,,q=', 'en'],
    ['id', 'ar', 'id'],
    ['pt-BR', 'ar', 'pt-BR'],
    ['klingon', 'ar', 'ar'],
  ])('asked for %s by a browser that likes %s, it is %s', (asked, accepted, expected) => {
    expect(chooseLanguage(asked, accepted)).toBe(expected);
  });

  test('the page is in the one the browser likes, and leads to the others', async () => {
    const { body } = await pageOf(path, { 'accept-language': 'id-ID,id;q=0.9,en;q=0.5' });
    expect(body).toContain(shareTexts.id.heading);
    expect([...body.matchAll(/href="\?lang=([\w-]+)"/g)].map((match) => match[1]).sort()).toEqual(
      [...shareLanguages].sort(),
    );
    expect((await pageOf(`${path}?lang=ar`, { 'accept-language': 'id' })).body).toContain(shareTexts.ar.heading);
    expect((await pageOf(`${path}?lang=${'x'.repeat(36)}`)).statusCode).toBe(400);
  });
});

describe('its script', () => {
  let open: ReturnType<typeof runSharePage> | undefined;
  afterEach(() => open?.close());

  const fetchGateway: PageFetch = (url, init) =>
    globalThis.fetch(new URL(url, gateway.url), {
      ...init,
      headers: { 'content-type': 'application/json' },
    } as RequestInit);
  async function opened(of: string, fetch: PageFetch = fetchGateway) {
    const page = runSharePage((await pageOf(of)).body, of, fetch);
    open = page;
    return page;
  }
  /** Answers of the server, one after another by address; the last one stays. */
  const answering =
    (byPath: { state: [number, object?][]; connect?: [number, object?][] }): PageFetch =>
    async (url) => {
      const left = url.includes('/connect') ? (byPath.connect ?? [[503]]) : byPath.state;
      const [status, body = {}] = (left.length > 1 ? left.shift() : left[0]) ?? [503];
      return { status, ok: status === 200, headers: { get: () => null }, json: async () => body };
    };
  const answer = (state: string, rest: object = {}) => ({
    state,
    sandbox: false,
    qr_id: null,
    qr_code: null,
    qr_expires_in_ms: 0,
    pairing_code: null,
    link_expires_in_ms: 3_600_000,
    ...rest,
  });
  const settles = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 5 });

  test('shows the code, how long it is good, and says when the number is connected', async () => {
    const { id: own, path: link } = await shared('Desk');
    const page = await opened(link);
    await settles(() => expect(page.state()).toBe('scan'));
    expect(page.said()).toBe(shareTexts.en.scan);
    expect(page.shown('qr')).toBe(true);
    expect(page.element('qr').src).toMatch(/^data:image\/png;base64,/);
    await settles(() => expect(page.element('renews').textContent).toMatch(/^The next code comes in \d+ seconds\.$/));
    expect(page.element('ends').textContent).toBe('This link ends in 60 minutes.');
    expect(page.shown('simulated')).toBe(true);
    expect(page.shown('again')).toBe(false);

    const { sandbox, name } = await placeOf(gateway, own);
    await sandbox.control.scan(name);
    await settles(() => expect(page.state()).toBe('connected'));
    expect(page.said()).toBe(shareTexts.en.connected);
    for (const hidden of ['qr', 'renews', 'steps', 'pairing', 'help', 'again'])
      expect(page.shown(hidden), hidden).toBe(false);
  });

  test('shows the next code of the backend, and asks for one where there is none', async () => {
    const { id: own, path: link } = await shared('Desk');
    await sql`update phone_numbers set qr_code = null, qr_expires_at = null, qr_digest = null, status = 'disconnected' where id = ${own}`.execute(
      gateway.database.db,
    );
    const page = await opened(link);
    await settles(() => expect(page.state()).toBe('scan'));
    expect(page.calls.filter((call) => call === 'POST /connect')).toHaveLength(1);
    const first = page.element('qr').src;
    const next = `data:image/png;base64,${Buffer.alloc(300, 9).toString('base64')}`;
    await sql`update phone_numbers set qr_code = ${next} where id = ${own}`.execute(gateway.database.db);
    await settles(() => expect(page.element('qr').src).toBe(next));
    expect(first).not.toBe(next);
    // What it shows it does not load again.
    await settles(() => expect(page.calls.at(-1)).toMatch(/^GET \/state\?seen=[0-9a-f]{16}$/));
  });

  test('a link that ends while it is open is told kindly, and nothing more is asked', async () => {
    const page = await opened(path, answering({ state: [[200, answer('scan', { qr_id: 'a', qr_code: 'b' })], [404]] }));
    await settles(() => expect(page.state()).toBe('gone'));
    expect(page.said()).toBe(shareTexts.en.gone);
    expect(page.shown('why')).toBe(true);
    const asked = page.calls.length;
    await page.setHidden(true);
    await page.setHidden(false);
    expect(page.calls).toHaveLength(asked);
  });

  test('makes no codes for ever: after five without a scan it waits for a click', async () => {
    const page = await opened(
      path,
      answering({ state: [[200, answer('waiting')]], connect: [[200, answer('waiting')]] }),
    );
    await settles(() => expect(page.shown('again')).toBe(true));
    expect(page.said()).toBe(shareTexts.en.paused);
    const asks = () => page.calls.filter((call) => call.startsWith('POST')).length;
    expect(asks()).toBe(5);
    await page.click('again');
    await settles(() => expect(asks()).toBeGreaterThan(5));
  });

  test('nobody looks: nothing is asked', async () => {
    const page = await opened(
      path,
      answering({ state: [[200, answer('waiting')]], connect: [[200, answer('waiting')]] }),
    );
    await page.setHidden(true);
    await new Promise((resolve) => setImmediate(resolve));
    const asked = page.calls.length;
    await page.setHidden(true);
    expect(page.calls.length).toBeLessThanOrEqual(asked + 1);
    await page.setHidden(false);
    await settles(() => expect(page.calls.length).toBeGreaterThan(asked));
  });

  test('trouble is told and tried again: of the server, of the backend and of the network', async () => {
    const scan = answer('scan', { qr_id: 'a', qr_code: 'data:image/png;base64,AA==' });
    const page = await opened(
      path,
      answering({ state: [[503], [200, answer('waiting')], [200, answer('waiting')], [200, scan]], connect: [[503]] }),
    );
    const states = new Set<string>();
    await settles(() => {
      states.add(page.state() ?? '');
      expect(page.state()).toBe('scan');
    });
    expect(page.shown('qr')).toBe(true);
    page.close();
    const away = await opened(path, () => Promise.reject(new TypeError('fetch failed')));
    await settles(() => expect(away.said()).toBe(shareTexts.en.offline));
  });

  test.each(['lost', 'broken'] as const)('a number that is %s is told so', async (state) => {
    const page = await opened(path, answering({ state: [[200, answer(state)]] }));
    await settles(() => expect(page.said()).toBe(shareTexts.en[state]));
    expect(page.shown('qr')).toBe(false);
    expect(page.shown('again')).toBe(false);
  });

  test('a pairing code is asked for with the number, however it is written, and shown in two halves', async () => {
    const bodies: unknown[] = [];
    let shown: object = answer('scan', { qr_id: 'a', qr_code: 'b' });
    const page = await opened(path, (url, init) => {
      if (init.body !== undefined) {
        bodies.push(JSON.parse(init.body));
        shown = { ...shown, pairing_code: 'WZYEH1YY' };
      }
      return answering({ state: [[200, shown]], connect: [[200, shown]] })(url, init);
    });
    await settles(() => expect(page.state()).toBe('scan'));
    expect(page.shown('typed')).toBe(false);
    await page.pair('+62 812');
    expect(page.element('outcome').textContent).toBe(shareTexts.en.pairingInvalid);
    expect(page.element('number').attributes.get('aria-invalid')).toBe('true');
    expect(bodies).toEqual([]);
    await page.pair('+62 (812) 3456-7890');
    expect(bodies).toEqual([{ pairing_number: '6281234567890' }]);
    expect(page.element('number').attributes.has('aria-invalid')).toBe(false);
    expect(page.element('outcome').textContent).toBe('');
    expect(page.shown('typed')).toBe(true);
    expect(page.element('code').textContent).toBe('WZYE-H1YY');
  });

  test.each([
    [200, 'pairingNone'],
    [429, 'tooMany'],
    [502, 'pairingNone'],
  ] as const)('a pairing code that is not to be had (%i) is told at the form', async (status, key) => {
    const waiting = answer('scan', { qr_id: 'a', qr_code: 'b' });
    const page = await opened(path, answering({ state: [[200, waiting]], connect: [[status, waiting]] }));
    await page.pair('6281234567890');
    expect(page.element('outcome').textContent).toBe(shareTexts.en[key]);
  });
});
