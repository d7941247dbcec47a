import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// biome-ignore lint/suspicious/noExplicitAny: recorded bodies of every shape.
export type AnyJson = any;

/** One request to an Evolution API server 2.3.6 and its answer. */
export type Recording = {
  /** `041` */
  number: string;
  /** `041-connectionState-unknown` */
  name: string;
  request: { method: string; path: string; headers: Record<string, string>; body: AnyJson };
  response: { status: number; body: AnyJson };
};

const folder = fileURLToPath(new URL('../../fixtures/contract/', import.meta.url));

/** All of them by number, those of routes that the sandbox does not have included. */
export function readRecordings(): Map<string, Recording> {
  const found = ['', 'others/'].flatMap((part) =>
    readdirSync(folder + part)
      .filter((file) => file.endsWith('.json'))
      .map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(folder + part + file, 'utf8'))] as const),
  );
  const sorted = found.sort(([one], [other]) => one.localeCompare(other));
  return new Map(
    sorted.map(([name, { request, response }]) => {
      const number = name.slice(0, 3);
      return [number, { number, name, request: expanded(request), response: expanded(response) }];
    }),
  );
}

/** Long texts of one character were cut when they were recorded. */
function expanded(value: AnyJson): AnyJson {
  if (typeof value === 'string') {
    const cut = /^(.)\1*…<truncated, (\d+) chars>$/.exec(value);
    return cut ? String(cut[1]).repeat(Number(cut[2])) : value;
  }
  if (Array.isArray(value)) return value.map(expanded);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expanded(inner)]));
}
