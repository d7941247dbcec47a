import { readFileSync } from 'node:fs';

/** The lines below an outermost `key:`, two spaces of indentation taken off; undefined without such a key. */
export function blockOf(text: string, key: string): string | undefined {
  const lines = text.split('\n');
  const at = lines.indexOf(`${key}:`);
  if (at < 0) return undefined;
  const body: string[] = [];
  for (const line of lines.slice(at + 1)) {
    if (/^\S/.test(line)) break;
    body.push(line.slice(2));
  }
  return body.join('\n');
}

export function readComposeFile(): string {
  return readFileSync('docker-compose.yml', 'utf8').replace(/^\s*#.*\n/gm, '');
}

export function serviceOf(text: string, name: string): string {
  const block = blockOf(blockOf(text, 'services') ?? '', name);
  if (block === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return block;
}

/** The environment that Compose gives a service, `${…}` filled in from `settings` as both versions of Compose do it. */
export function environmentOf(service: string, settings: Record<string, string | undefined>): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [, name = '', raw = ''] of (blockOf(service, 'environment') ?? '').matchAll(/^([A-Z_]+):[ ]*(.*)$/gm)) {
    const value = raw === '' ? settings[name] : filledIn(raw.replace(/^"(.*)"$/, '$1'), settings);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

export function portsOf(service: string): string[] {
  return [...(blockOf(service, 'ports') ?? '').matchAll(/^- "(.*)"$/gm)].map(([, port = '']) => port);
}

function filledIn(text: string, settings: Record<string, string | undefined>): string {
  return text.replace(/\$\{([A-Z_]+)(?::([-?])([^}]*))?\}/g, (_whole, name: string, sign?: string, rest?: string) => {
    const value = settings[name];
    if (value !== undefined && value !== '') return value;
    if (sign === '?') throw new Error(`${name}: ${rest}`);
    return rest ?? '';
  });
}
