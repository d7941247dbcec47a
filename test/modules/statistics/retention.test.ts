import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRetention } from '../../../src/modules/statistics/index.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';
import { collectLogs } from './support.ts';

const logs = ['api_requests', 'webhook_logs', 'inbound_calls'] as const;
const days = { logs: 10, messages: 20, inboundCalls: 5 };
const ids = createIds();

let database: TestDatabase;
let dayOf: (offset: number) => string;
beforeAll(async () => {
  database = await openTestDatabase();
  const { rows } = await database.pool.query<{ ms: number }>(
    `select extract(epoch from app_today())::bigint * 1000 as ms`,
  );
  dayOf = (offset) => new Date(rows[0]!.ms + offset * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
});
afterAll(() => database.close());

beforeEach(async () => {
  await run(`do $$ declare name text; begin
    for name in select inhrelid::regclass::text from pg_inherits where inhrelid::regclass::text ~ '_[0-9]{8}$' loop
      execute 'drop table ' || name;
    end loop;
  end $$`);
  await run('truncate api_requests, webhook_logs, inbound_calls, messages, wire_messages, events, message_stats');
});

async function run(statement: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const { rows } = await database.pool.query(statement, values);
  return rows;
}

async function count(table: string): Promise<number> {
  const [row] = await run(`select count(*) as count from ${table}`);
  return row!.count as number;
}

async function partitions(table?: string): Promise<string[]> {
  const rows = await run(
    `select inhrelid::regclass::text as name from pg_inherits
     where inhparent::regclass::text = any($1) and inhrelid::regclass::text ~ '_[0-9]{8}$' order by 1`,
    [table === undefined ? logs : [table]],
  );
  return rows.map((row) => row.name as string);
}

const makePartition = (offset: number) => run(`select make_day_partitions(app_today() + $1::int, 1)`, [offset]);

function retention(over: { connection?: TestDatabase['db']; days?: typeof days & { statistics?: number } } = {}) {
  const { logger, lines } = collectLogs();
  return { lines, ...createRetention({ db: over.connection ?? database.db, logger, days: over.days ?? days }) };
}

const addRequest = (daysAgo: number) =>
  run(
    `insert into api_requests (id, endpoint, method, created_at) values ($1, '/', 'GET', now() - make_interval(days => $2))`,
    [ids.uuidv7(), daysAgo],
  );

const addCall = (daysAgo: number, state: string) =>
  run(
    `insert into inbound_calls (id, received_at, secret_id, phone_number_id, body, state)
     values ($1, now() - make_interval(days => $2), 's', 1, '', $3)`,
    [ids.uuidv7(), daysAgo, state],
  );

describe('makePartitions', () => {
  test('makes yesterday, today and three days ahead for every log, and nothing the second time', async () => {
    const { makePartitions, lines } = retention();
    await makePartitions();
    const expected = logs.toSorted().flatMap((log) => [-1, 0, 1, 2, 3].map((offset) => `${log}_${dayOf(offset)}`));
    expect(await partitions()).toEqual(expected);
    await makePartitions();
    expect(await partitions()).toEqual(expected);
    expect(lines.filter((line) => line.event === 'partitions_made').map((line) => line.count)).toEqual([15]);
  });

  test('many processes at once make each partition once', async () => {
    const { db } = database.connect({ max: 8 });
    await Promise.all(Array.from({ length: 8 }, () => retention({ connection: db }).makePartitions()));
    expect(await partitions()).toHaveLength(15);
  });

  test('a day whose rows lie in the default partition already stays there, and the others are made', async () => {
    await addRequest(0);
    await retention().makePartitions();
    expect(await partitions('api_requests')).toEqual([-1, 1, 2, 3].map((offset) => `api_requests_${dayOf(offset)}`));
    await addRequest(0);
    expect(await count('api_requests_default')).toBe(2);
  });

  test('rows go into the partition of their day (UTC)', async () => {
    await retention().makePartitions();
    await addRequest(0);
    await addRequest(1);
    expect(await count(`api_requests_${dayOf(0)}`)).toBe(1);
    expect(await count(`api_requests_${dayOf(-1)}`)).toBe(1);
  });
});

describe('removeOld', () => {
  test('drops the partitions that are older than their log is kept, and no other', async () => {
    for (const offset of [-12, -11, -10, -6, -5, 0]) await makePartition(offset);
    await addRequest(11);
    await addRequest(10);
    await retention().removeOld();
    const kept = (log: string, offsets: number[]) => offsets.map((offset) => `${log}_${dayOf(offset)}`);
    expect(await partitions('api_requests')).toEqual(kept('api_requests', [-10, -6, -5, 0]));
    expect(await partitions('webhook_logs')).toEqual(kept('webhook_logs', [-10, -6, -5, 0]));
    expect(await partitions('inbound_calls')).toEqual(kept('inbound_calls', [-5, 0]));
    expect(await count('api_requests')).toBe(1);
  });

  test('an old partition of inbound calls stays while a call in it is due', async () => {
    await makePartition(-8);
    await makePartition(-7);
    await addCall(8, 'applied');
    await addCall(8, 'due');
    await addCall(7, 'applied');
    const { removeOld, lines } = retention();
    await removeOld();
    expect(await partitions('inbound_calls')).toEqual([`inbound_calls_${dayOf(-8)}`]);
    expect(lines.map((line) => line.event)).toContain('partition_needed');
    await run(`update inbound_calls set state = 'applied'`);
    await removeOld();
    expect(await partitions('inbound_calls')).toEqual([]);
  });

  test('old rows of the default partitions go too, due calls excepted', async () => {
    await addRequest(11);
    await addRequest(1);
    await addCall(6, 'stored');
    await addCall(6, 'due');
    await retention().removeOld();
    expect(await count('api_requests_default')).toBe(1);
    expect(await run('select state from inbound_calls')).toEqual([{ state: 'due' }]);
  });

  test('a partition in use is left for the next time', async () => {
    await makePartition(-12);
    await addRequest(12);
    const reader = await database.pool.connect();
    await reader.query('begin');
    await reader.query('select count(*) from api_requests');
    const { removeOld, lines } = retention();
    await removeOld();
    expect(lines.map((line) => line.event)).toContain('partition_busy');
    expect(await partitions('api_requests')).toHaveLength(1);
    await reader.query('commit');
    reader.release();
    await removeOld();
    expect(await partitions('api_requests')).toEqual([]);
  });

  test('old messages go in chunks, except those that are still to be sent', async () => {
    await run(
      `insert into messages (id, user_id, phone_number_id, direction, kind, remote_jid, status, content, created_at)
       select (rpad(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7', 20, '0') || lpad(to_hex(n), 12, '0'))::uuid,
         1, 1, 'outbound', 'text', 'x', case when n <= 3 then (array['scheduled', 'accepted', 'sending'])[n] else 'sent' end, '{}', at
       from generate_series(1, 12000) as n,
         lateral (select now() - case when n > 11000 then interval '19 days' else interval '21 days' end as at) as time`,
    );
    const { removeOld, lines } = retention();
    await removeOld();
    const rows = await run(`select status, count(*) as count from messages group by status order by status`);
    expect(rows).toEqual([
      { status: 'accepted', count: 1 },
      { status: 'scheduled', count: 1 },
      { status: 'sending', count: 1 },
      { status: 'sent', count: 1_000 },
    ]);
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'old_rows_deleted', table: 'messages', rows: 10_997 }),
    );
  });

  test('a message that waited for long stays for as long after it left or ended', async () => {
    await run(
      `insert into messages (id, user_id, phone_number_id, direction, kind, remote_jid, status, content, created_at,
         sent_at, unknown_at, ended_at)
       select n::text::uuid, 1, 1, 'outbound', 'text', status, status, '{}', now() - interval '99 days',
         case when status = 'sent' then at end, case when status = 'unknown' then at end, case when status = 'expired' then at end
       from (select lpad(row_number() over ()::text, 32, '0') as n, status, now() - make_interval(days => days) as at
         from unnest(array['sent', 'unknown', 'expired']) as status, unnest(array[19, 21]) as days) as messages`,
    );
    await retention().removeOld();
    expect(await run('select status from messages order by status')).toEqual([
      { status: 'expired' },
      { status: 'sent' },
      { status: 'unknown' },
    ]);
  });

  test('old wire messages and events go, young ones stay', async () => {
    for (const [n, daysAgo] of [
      [1, 21],
      [2, 19],
    ] as const) {
      await run(
        `insert into wire_messages (phone_number_id, wa_id, first_seen_at) values ($1, 'x', now() - make_interval(days => $2))`,
        [n, daysAgo],
      );
      await run(
        `insert into events (id, user_id, sequence, type, payload, created_at)
         values ($1, 1, $2, 'x', '{}', now() - make_interval(days => $3))`,
        [ids.uuidv7(), n, daysAgo],
      );
    }
    await retention().removeOld();
    expect(await run('select phone_number_id as n from wire_messages')).toEqual([{ n: 2 }]);
    expect(await run('select sequence as n from events')).toEqual([{ n: 2 }]);
  });

  test('figures are kept for ever, or for as many days as somebody says', async () => {
    await run(
      'insert into message_stats (phone_number_id, date) select 1, app_today() - n from generate_series(0, 800) as n',
    );
    await retention().removeOld();
    expect(await count('message_stats')).toBe(801);
    await retention({ days: { ...days, statistics: 400 } }).removeOld();
    expect(await count('message_stats')).toBe(401);
  });

  test("users' units go with the messages they were for, the young ones stay", async () => {
    await run(
      'insert into usage (user_id, day, used) select n % 7, app_today() - n, 1 from generate_series(0, 40) as n',
    );
    await retention().removeOld();
    expect(await run('select app_today() - min(day) as oldest, count(*) as count from usage')).toEqual([
      { oldest: 20, count: 21 },
    ]);
  });

  test('tokens and inbound secrets go a day after their end, live ones never', async () => {
    await run(
      `insert into users (email, password_hash, api_key, plan_type, max_phone_numbers, max_messages_per_day, requests_per_minute)
       values ('retention@example.test', 'none', 'ef_live_…', 'starter', 1, 1, 1)`,
    );
    await run(
      `insert into phone_numbers (user_id, instance_name, token) select id, 'user_retention', 'eft_…' from users
       where email = 'retention@example.test'`,
    );
    for (const [n, end] of [
      [1, "now() - interval '25 hours'"],
      [2, "now() - interval '23 hours'"],
      [3, 'null'],
    ]) {
      await run(
        `insert into number_tokens (phone_number_id, token_hash, hint, created_at, expires_at)
         select id, decode('0' || $1, 'hex'), $1, now() - interval '1 year', ${end} from phone_numbers
         where instance_name = 'user_retention'`,
        [String(n)],
      );
      await run(
        `insert into inbound_secrets (id, phone_number_id, backend_name, secret_hash, secret_sealed, created_at, expires_at)
         select $1, id, 'ef-x', '', '', now() - interval '1 year', ${end} from phone_numbers
         where instance_name = 'user_retention'`,
        [String(n)],
      );
    }
    await retention().removeOld();
    expect(await run('select hint from number_tokens order by hint')).toEqual([{ hint: '2' }, { hint: '3' }]);
    expect(await run('select id from inbound_secrets order by id')).toEqual([{ id: '2' }, { id: '3' }]);
  });

  test('spans of connection go 31 days after their end, and share links a day after theirs; what lasts stays', async () => {
    await run(`insert into connection_spans (phone_number_id, began_at, ended_at) values
      (1, now() - interval '90 days', now() - interval '32 days'), (2, now() - interval '90 days', now() - interval '30 days'),
      (3, now() - interval '90 days', null)`);
    for (const [hash, end] of [
      ['1', '25 hours'],
      ['2', '23 hours'],
    ]) {
      await run(
        `insert into share_links (id, user_id, phone_number_id, token_hash, expires_at)
         select $1, user_id, id, decode('0' || $2, 'hex'), now() - $3::interval from phone_numbers
         where instance_name = 'user_retention'`,
        [ids.uuidv7(), hash, end],
      );
    }
    await retention().removeOld();
    expect(await run('select phone_number_id as id from connection_spans order by 1')).toEqual([{ id: 2 }, { id: 3 }]);
    expect(await run(`select encode(token_hash, 'hex') as hash from share_links`)).toEqual([{ hash: '02' }]);
  });

  test('several processes at once remove everything once, and none fails', async () => {
    for (const offset of [-14, -13, -12]) await makePartition(offset);
    await run(
      `insert into wire_messages (phone_number_id, wa_id, first_seen_at)
       select n, 'x', now() - interval '30 days' from generate_series(1, 12000) as n`,
    );
    const { db } = database.connect({ max: 4 });
    const processes = Array.from({ length: 4 }, () => retention({ connection: db }));
    await Promise.all(processes.map(({ removeOld }) => removeOld()));
    await processes[0]!.removeOld();
    expect(await partitions()).toEqual([]);
    expect(await count('wire_messages')).toBe(0);
    const dropped = processes.flatMap(({ lines }) => lines).filter((line) => line.event === 'partition_dropped');
    expect(dropped).toHaveLength(9);
  });

  test('the day of the database decides, not that of this process', async () => {
    await makePartition(-9);
    await database.db.connection().execute(async (db) => {
      await sql`select set_config('app.clock_offset', '2 days', false)`.execute(db);
      await retention({ connection: db }).removeOld();
      await sql`reset app.clock_offset`.execute(db);
    });
    expect(await partitions('api_requests')).toEqual([]);
  });
});
