import { readFileSync } from 'node:fs';

export type BadInput = {
  name: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
  bodyBase64?: string;
  raw?: string;
  expect: { status: (number | string)[]; also?: string };
};

/** Requests that nobody should make, with the statuses they may be answered with. */
export function readBadInput(): BadInput[] {
  return JSON.parse(readFileSync(new URL('../../fixtures/bad-input.json', import.meta.url), 'utf8'));
}

/** Fills `{{NAME}}`, `{{REPEAT x n}}` and `{{KEYS n}}`. */
export function fill(text: string, values: Record<string, string>): string {
  return text
    .replace(/\{\{REPEAT ([\s\S]+?) (\d+)\}\}/g, (_all, what: string, times: string) => what.repeat(Number(times)))
    .replace(/\{\{KEYS (\d+)\}\}/g, (_all, count: string) => {
      return JSON.stringify(Object.fromEntries(Array.from({ length: Number(count) }, (_, index) => [`k${index}`, 1])));
    })
    .replace(/\{\{([A-Z_]+)\}\}/g, (all, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`no value for ${all}`);
      return value;
    });
}

/** The bytes of an entry as a client would write them, or as the entry itself says. */
export function partsOf(input: BadInput, values: Record<string, string>, requestId: string): (string | Buffer)[] {
  if (input.raw !== undefined) {
    const drip = /^\{\{DRIP (\d+) ([\s\S]*)\}\}$/.exec(input.raw);
    return drip === null ? [fill(input.raw, values)] : (drip[2] ?? '').split('|');
  }
  const body =
    input.bodyBase64 === undefined
      ? Buffer.from(fill(input.body ?? '', values))
      : Buffer.from(input.bodyBase64, 'base64');
  const headers = { host: 'gateway.test', connection: 'close', 'x-request-id': requestId, ...input.headers };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${fill(value, values)}`);
  if (body.length > 0) lines.push(`content-length: ${body.length}`);
  const path = fill(input.path, values).replaceAll(' ', '%20');
  return [Buffer.concat([Buffer.from(`${input.method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`), body])];
}

/** Milliseconds between the parts of an entry that drips. */
export function pauseOf(input: BadInput): number | undefined {
  const drip = /^\{\{DRIP (\d+) /.exec(input.raw ?? '');
  return drip === null ? undefined : Number(drip[1]);
}
