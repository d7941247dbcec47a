import { Client, type QueryResultRow } from 'pg';
import { until } from './wait.ts';

/** Looks into the gateway's database past every wire that the suite cuts; waits up to 30 s for a database that is away. */
export type Look = <Row extends QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;

export function createLook(url: () => Promise<string | undefined>): Look & { end(): Promise<void> } {
  let client: Client | undefined;

  async function connected(): Promise<Client> {
    if (client !== undefined) return client;
    const connectionString = await url();
    if (connectionString === undefined) throw new Error('no database yet');
    const fresh = new Client({ connectionString, connectionTimeoutMillis: 2_000, application_name: 'fault suite' });
    fresh.on('error', () => {
      if (client === fresh) client = undefined;
    });
    await fresh.connect();
    client = fresh;
    return fresh;
  }
  async function look<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const found = await until(
      'the database',
      30_000,
      async () => {
        try {
          return { rows: (await (await connected()).query<Row>(text, values)).rows };
        } catch (error) {
          // A statement that is wrong stays wrong.
          if (/^(42|22)/.test(String((error as { code?: string }).code))) return { wrong: error };
          await drop();
          throw error;
        }
      },
      100,
    );
    if ('wrong' in found) throw found.wrong;
    return found.rows;
  }
  async function drop(): Promise<void> {
    const old = client;
    client = undefined;
    await old?.end().catch(() => undefined);
  }
  return Object.assign(look, { end: drop });
}
