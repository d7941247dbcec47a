import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findConsole } from '../../src/bin/build-console.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const executablePath = '/usr/bin/chromium';
const password = 'correct horse battery 1';

describe.skipIf(!existsSync(executablePath))('in a browser', () => {
  let gateway: TestGateway;
  let browser: Browser;
  let files: ReturnType<typeof findConsole>;

  beforeAll(async () => {
    files = findConsole(createLogger({ level: 'silent' }));
    await vi.waitFor(() => expect(files.state()).toEqual({ kind: 'ready' }), { timeout: 60_000, interval: 50 });
    gateway = await startGateway({ console: files });
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    await files?.close();
  });

  /** A page in a language; what its policy refused and what broke in it. */
  async function open(locale: string, path: string): Promise<{ page: Page; troubles: string[] }> {
    const context = await browser.newContext({ locale, viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) troubles.push(message.text());
    });
    await page.goto(`${gateway.url}${path}`);
    return { page, troubles };
  }

  async function seriousFaults(page: Page): Promise<string[]> {
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const violations = await page.evaluate(async () => {
      const axe = (globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe;
      return (await axe.run()).violations;
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  }

  test.each([
    ['en', 'ltr', 'Log in'],
    ['ar', 'rtl', 'تسجيل الدخول'],
    ['id', 'ltr', 'Masuk'],
    ['pt-BR', 'ltr', 'Entrar'],
  ])('the log-in speaks %s, fits every width and has no serious fault', async (locale, direction, title) => {
    const { page, troubles } = await open(locale, '/console/');
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(title);
    expect(await page.locator('html').getAttribute('dir')).toBe(direction);
    expect(await page.locator('html').getAttribute('lang')).toBe(locale);
    expect(await seriousFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 700 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test.each(['en', 'ar'])(
    'whoever signs up in %s sees the key once, stays logged in, and can log out',
    async (locale) => {
      const { page, troubles } = await open(locale, '/console/signup');
      await page.locator('input[type=email]').fill(`${locale}@example.com`);
      await page.locator('input[type=password]').fill(password);
      await page.locator('button[type=submit]').click();
      expect(await page.getByTestId('api-key').textContent()).toMatch(/^ef_live_\w+$/);
      await page.getByRole('main').getByRole('button').last().click();
      await page.waitForURL(`${gateway.url}/console/`);
      await page.getByRole('navigation').waitFor();
      expect(await seriousFaults(page)).toEqual([]);
      await page.reload();
      await page.getByRole('navigation').waitFor();
      expect(await page.evaluate(() => Object.values({ ...localStorage }).join(' '))).not.toMatch(/ef_live|eyJ|efr_/);
      await page.getByRole('button', { name: locale === 'en' ? 'Your account' : 'حسابك' }).click();
      await page.getByRole('menuitem').last().click();
      await page.waitForURL(/\/console\/login/);
      expect(troubles).toEqual([]);
      await page.context().close();
    },
  );

  test('the first page comes with at most 250 kB of compressed scripts', async () => {
    const { gzipSync } = await import('node:zlib');
    const { page } = await open('en', '/console/');
    await page.getByRole('heading', { level: 1 }).waitFor();
    const scripts = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => name)
        .filter((name) => name.endsWith('.js')),
    );
    const sizes = await Promise.all(scripts.map(async (url) => gzipSync(await (await fetch(url)).text()).byteLength));
    expect(sizes.length).toBeGreaterThan(2);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(250_000);
    await page.context().close();
  });
});

type Violation = { id: string; impact: string | null; nodes: { html: string }[] };
