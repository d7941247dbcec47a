import { expect } from 'vitest';
import { instanceIdOf } from '../../../src/evolution/instance-id.ts';
import { type Kinds, type Line, startKinds } from '../../modules/messages/kinds-support.ts';
import type { Answer, GatewayOptions } from '../../support/gateway.ts';
import { type Client, clientOf } from './support.ts';

/** Parsed JSON whose shape is what the tests are about. */
export type Loose = ReturnType<typeof JSON.parse>;

export type Wire = { method: string; path: string; body: unknown };

export type Traffic = Kinds & {
  key: Client;
  /** What answers call a number, and its id there. */
  nameOf(line?: Line): string;
  idOf(line?: Line): string;
  /**
   * One call about a line, `/message/sendText` for example, and what its backend got of it: paths without the name, which
   * must be the line's own. No answer tells of the backend.
   */
  call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown, options?: CallOptions): Promise<Called>;
};

export type CallOptions = { line?: Line; query?: string; headers?: Record<string, string>; client?: Client };
export type Called = { answer: Answer; wire: Wire[] };

/** A gateway with a number of each integration, whose user speaks this contract. */
export async function startTraffic(options: GatewayOptions = {}): Promise<Traffic> {
  const kinds = await startKinds(options);
  const { gateway, lines } = kinds;
  const key = clientOf(gateway, kinds.user.apiKey);
  const rows = await gateway.database.db.selectFrom('phone_numbers').select(['id', 'backend_name']).execute();
  const backendNames = new Map(rows.map((row) => [row.id, row.backend_name ?? '']));
  const secrets = ['global-key', ...backendNames.values(), ...gateway.sandboxes.map(({ url }) => url)];
  const nameOf = (line: Line = 'WHATSAPP-BAILEYS') => lines[line].instanceName;

  async function call(...[method, path, body, more = {}]: Parameters<Traffic['call']>): Promise<Called> {
    const { line = 'WHATSAPP-BAILEYS', query = '', headers = {}, client = key } = more;
    const before = trafficOf(kinds).length;
    const answer = await client(method, `${path}/${nameOf(line)}${query}`, body, headers);
    const wire = trafficOf(kinds).slice(before);
    const name = backendNames.get(lines[line].id) ?? '';
    const told = JSON.stringify([answer.body, answer.headers]);
    for (const secret of secrets) expect(told).not.toContain(secret);
    return {
      answer,
      wire: wire.map(({ method, url, body }) => {
        expect(url.split('?')[0]?.split('/')[3]).toBe(name);
        return { method, path: url.replace(`/${name}`, ''), body };
      }),
    };
  }

  return { ...kinds, key, nameOf, idOf: (line) => instanceIdOf(nameOf(line)), call };
}

function trafficOf({ gateway }: Pick<Kinds, 'gateway'>) {
  return gateway.sandboxes
    .flatMap(({ control }) => control.ledger.calls())
    .filter(({ url }) => /^\/(message|chat|group|label|instance\/setPresence)\b/.test(url));
}
