import vm from 'node:vm';
import { expect } from 'vitest';

type Answer = { status: number; headers: { get(name: string): string | null }; ok: boolean; json(): Promise<unknown> };
export type PageFetch = (path: string, init: { method: string; body?: string }) => Promise<Answer>;
type Listener = (event: { preventDefault(): void }) => unknown;

/** What the script of a share page, as it is served, does to the elements it names. Its waits are cut short. */
export function runSharePage(html: string, pathname: string, fetch: PageFetch) {
  const script = /<script>(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  const data = /<script type="application\/json" id="texts">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  const texts = JSON.parse(data) as Record<string, string>;
  const elements = new Map(
    [...html.matchAll(/<\w+ id="(\w+)"([^>]*)>/g)].map(([, id = '', rest = '']) => [
      id,
      elementOf(rest.includes(' hidden')),
    ]),
  );
  elements.set('texts', { ...elementOf(false), textContent: data });
  const element = (id: string) => {
    const found = elements.get(id);
    if (found === undefined) throw new Error(`the page has no element ${id}`);
    return found;
  };
  const ofDocument: Listener[] = [];
  const document = {
    hidden: false,
    documentElement: { lang: /<html lang="([^"]+)"/.exec(html)?.[1] },
    getElementById: element,
    addEventListener: (_type: string, listener: Listener) => ofDocument.push(listener),
  };
  const timers = new Set<NodeJS.Timeout>();
  let clock = 0;
  const calls: string[] = [];
  vm.runInNewContext(script, {
    document,
    location: { pathname },
    fetch: (path: string, init: { method: string; body?: string }) => {
      calls.push(`${init.method} ${path.replace(pathname, '')}`);
      return fetch(path, init);
    },
    // Time goes on by what the script waits for, not by the clock.
    performance: { now: () => clock },
    setTimeout: (run: () => void, ms: number) => {
      const timer = setTimeout(() => {
        clock += ms;
        run();
      }, 1);
      timers.add(timer);
      return timer;
    },
    clearTimeout,
    setInterval: (run: () => void) => {
      const timer = setInterval(run, 1);
      timers.add(timer);
      return timer;
    },
  });
  return {
    texts,
    calls,
    state: () => element('main').dataset.state,
    said: () => element('status').textContent,
    element,
    shown: (id: string) => !element(id).hidden,
    async pair(number: string) {
      element('number').value = number;
      await element('form').fire();
    },
    click: (id: string) => element(id).fire(),
    /** Whether the page is looked at. */
    async setHidden(hidden: boolean) {
      document.hidden = hidden;
      for (const listener of ofDocument) await listener({ preventDefault() {} });
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      document.hidden = true;
    },
  };
}

function elementOf(hidden: boolean) {
  const attributes = new Map<string, string>();
  const listeners: Listener[] = [];
  return {
    hidden,
    value: '',
    src: '',
    textContent: '',
    dataset: {} as Record<string, string>,
    attributes,
    focus() {},
    setAttribute: (name: string, value: string) => void attributes.set(name, value),
    removeAttribute: (name: string) => void attributes.delete(name),
    addEventListener: (_type: string, listener: Listener) => listeners.push(listener),
    fire: () => Promise.all(listeners.map((listener) => listener({ preventDefault() {} }))),
  };
}

const voids = new Set(['meta', 'input', 'img', 'br', 'link', '!doctype']);

/** Fails where an element is not closed, or closed in the wrong place. */
export function expectWellFormed(html: string): void {
  const open: string[] = [];
  const markup = html.replace(/<(script|style)([^>]*)>.*?<\/\1>/gs, '<$1$2></$1>');
  for (const [, closing, name = ''] of markup.matchAll(/<(\/?)([!a-z][a-z0-9]*)[^<>]*>/gi)) {
    const tag = name.toLowerCase();
    if (voids.has(tag)) continue;
    if (closing === '') open.push(tag);
    else expect(open.pop(), `</${tag}>`).toBe(tag);
  }
  expect(open).toEqual([]);
  expect(markup.replace(/<\/?[!a-z][^<>]*>/gi, '')).not.toMatch(/[<>]/);
}
