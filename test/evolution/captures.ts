import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../fixtures/evolution/', import.meta.url);

/** One recorded request and its answer. */
export type Capture = {
  request: { method: string; path: string; body: unknown };
  response: { status: number; headers: Record<string, string>; body: unknown };
};

/** Reads a recording by its name, e.g. `contract/200-sendText-evo` or `transport/connection-refused`. */
export function readRecording(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
}

export function readCapture(name: string): Capture {
  return readRecording(name) as Capture;
}

/** Names, without folder and ending, of the recordings in a folder such as `contract/hooks`. */
export function recordingsIn(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, FOLDER))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}
