import { readFileSync } from 'node:fs';

export type CurlCall = { method: string; url: string; headers: Record<string, string>; body: string | undefined };

/** The curl commands of a file, as requests. */
export function readCurlCalls(file: string): CurlCall[] {
  return readFileSync(file, 'utf8')
    .replaceAll(/\\\n\s*/g, '')
    .split(/\n(?=curl )/)
    .map((text) => {
      const url = /\b(https?:\/\/\S+)/.exec(text)?.[1];
      if (url === undefined) throw new Error(`no URL in: ${text}`);
      const headers = [...text.matchAll(/-H "([^:"]+): ([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]);
      return {
        method: /-X (\w+)/.exec(text)?.[1] ?? 'GET',
        url,
        headers: Object.fromEntries(headers),
        body: /-d '([^']*)'/.exec(text)?.[1],
      };
    });
}
