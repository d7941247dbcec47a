import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { becomeOperator } from '../admin/support.ts';
import { backendIdOf, byHand, query } from './watch-support.ts';

let gateway: TestGateway;
let operator: TestUser;
let user: TestUser;
let backendId: number;
let numberId: number;

beforeAll(async () => {
  gateway = await startGateway({
    sandboxes: 2,
    env: { HEALTH_CHECK_INTERVAL: '600000' },
    overrides: { fleet: byHand },
  });
  operator = await becomeOperator(gateway);
  user = await gateway.signUp();
  numberId = (await gateway.connectNumber(user)).id;
  const [first, second] = await Promise.all(gateway.sandboxes.map((sandbox) => backendIdOf(gateway, sandbox)));
  backendId = first ?? 0;
  await query(
    gateway,
    `insert into findings (id, backend_id, phone_number_id, backend_name, kind, found_at, ended_at, outcome)
     select gen_random_uuid(), case when i % 2 = 0 then $1::bigint else $2::bigint end,
       case when i = 7 then $3::bigint end, 'instance-' || i,
       case when i % 3 = 0 then 'webhook_missing' else 'silent' end,
       date_trunc('milliseconds', now() - make_interval(mins => i / 2)),
       case when i > 6 then now() end, case when i > 6 then 'mended' end
     from generate_series(1, 12) i`,
    [backendId, second, numberId],
  );
  await query(
    gateway,
    `insert into repairs (id, finding_id, backend_id, step, outcome, began_at, ended_at)
     select gen_random_uuid(), id, backend_id, 'set_webhook', 'proved', now(), date_trunc('milliseconds', now()) from findings`,
  );
  await query(
    gateway,
    `insert into incidents (id, kind, backend_id, numbers, began_at, ended_at)
     select gen_random_uuid(), k.kind, $1, 3, date_trunc('milliseconds', now() - make_interval(mins => k.ago)), k.ended
     from (values ('mass_disconnect', 1, now()), ('mass_disconnect', 2, now()), ('instances_lost', 50, null),
       ('empty_list', 60, null), ('backend_down', 3, now())) as k (kind, ago, ended)`,
    [backendId],
  );
});
afterAll(() => gateway.close());

const get = (path: string) => operator.api('GET', `/api/admin/${path}`).then(({ body }) => body);

async function everyPage(path: string, key: string, limit: number): Promise<{ id: string }[]> {
  const all: { id: string }[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await get(`${path}limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    expect(page[key].length).toBeLessThanOrEqual(limit);
    all.push(...page[key]);
    cursor = page.next_cursor;
  }
  return all;
}

test('findings are listed the latest first, each once, whatever the page', async () => {
  const all = await everyPage('findings?', 'findings', 5);
  expect(new Set(all.map(({ id }) => id)).size).toBe(12);
  const times = (all as unknown as { found_at: string }[]).map(({ found_at }) => found_at);
  expect(times).toEqual(times.toSorted().reverse());
});

test('findings are filtered by backend, phone number, kind, and whether they are open', async () => {
  const count = async (filter: string) => (await get(`findings?${filter}`)).findings.length;
  expect(await count(`backend_id=${backendId}`)).toBe(6);
  expect(await count(`phone_number_id=${numberId}`)).toBe(1);
  expect(await count('kind=webhook_missing')).toBe(4);
  expect(await count('open=true')).toBe(6);
  expect(await count(`open=false&kind=silent&backend_id=${backendId}`)).toBe(2);
  expect(await operator.api('GET', '/api/admin/findings?kind=nonsense')).toMatchObject({ status: 400 });
  expect(await operator.api('GET', '/api/admin/findings?open=perhaps')).toMatchObject({ status: 400 });
  expect(await operator.api('GET', '/api/admin/findings?cursor=nonsense')).toMatchObject({ status: 400 });
});

test('one finding is shown with its repairs', async () => {
  const { findings } = await get('findings?limit=1');
  expect(await get(`findings/${findings[0].id}`)).toMatchObject({
    finding: findings[0],
    repairs: [{ finding_id: findings[0].id, step: 'set_webhook', outcome: 'proved' }],
  });
  const missing = await operator.api('GET', '/api/admin/findings/00000000-0000-7000-8000-000000000000');
  expect(missing).toMatchObject({ status: 404, body: { code: 'not_found' } });
});

test('repairs are listed, each once, though all ended at one moment', async () => {
  expect(new Set((await everyPage('repairs?', 'repairs', 5)).map(({ id }) => id)).size).toBe(12);
  expect((await get(`repairs?backend_id=${backendId}`)).repairs).toHaveLength(6);
});

test('incidents are listed the open ones first, then the latest', async () => {
  const all = (await everyPage('incidents?', 'incidents', 2)) as unknown as { kind: string; ended_at: string | null }[];
  expect(all.map(({ kind }) => kind)).toEqual([
    'instances_lost',
    'empty_list',
    'mass_disconnect',
    'mass_disconnect',
    'backend_down',
  ]);
  expect((await get('incidents?open=true')).incidents).toHaveLength(2);
  expect((await get('incidents?kind=mass_disconnect')).incidents).toHaveLength(2);
  expect((await get('incidents?backend_id=999999')).incidents).toEqual([]);
});

test('one incident is shown, and resumed only where it stops something, once', async () => {
  const { incidents } = await get('incidents?');
  const [lost, , mass] = incidents;
  expect(await get(`incidents/${lost.id}`)).toMatchObject({ incident: { ...lost, resumed_at: null } });
  const resume = (id: string) => operator.api('POST', `/api/admin/incidents/${id}/resume`);
  expect(await resume(lost.id)).toMatchObject({ status: 200, body: { incident: { resumed_at: expect.any(String) } } });
  expect(await resume(lost.id)).toMatchObject({ status: 409, body: { code: 'incident_stops_nothing' } });
  expect(await resume(mass.id)).toMatchObject({ status: 409, body: { code: 'incident_stops_nothing' } });
  expect(await resume('00000000-0000-7000-8000-000000000000')).toMatchObject({ status: 404 });
  const { entries } = await get('audit?action=incident.resume');
  expect(entries.map(({ outcome }: { outcome: string }) => outcome).toSorted()).toEqual([
    'done',
    'incident_stops_nothing',
    'incident_stops_nothing',
    'not_found',
  ]);
});

test('the fleet is shown at a glance', async () => {
  await gateway.services.fleet.orphans.lookForOrphans();
  const fleet = await get('fleet');
  expect(fleet).toMatchObject({
    backends: { active: 2 },
    phone_numbers: { connected: 1 },
    open_findings: { silent: 4, webhook_missing: 2 },
    hold: null,
  });
  expect(fleet.open_incidents.map(({ kind }: { kind: string }) => kind)).toContain('instances_lost');
  expect(fleet.passes.map(({ backend_id }: { backend_id: number }) => backend_id)).toContain(backendId);
});

test('for everybody else none of it exists', async () => {
  const { body: missing } = await user.api('GET', '/api/admin/no-such-route');
  for (const [method, path] of [
    ['GET', 'fleet'],
    ['GET', 'fleet/hold'],
    ['PUT', 'fleet/hold'],
    ['DELETE', 'fleet/hold'],
    ['GET', 'findings'],
    ['GET', 'repairs'],
    ['GET', 'incidents'],
    ['POST', 'incidents/00000000-0000-7000-8000-000000000000/resume'],
  ] as const) {
    const answer = await user.api(method, `/api/admin/${path}`, method === 'PUT' ? { reason: 'mine' } : undefined);
    expect(answer, path).toMatchObject({ status: 404, body: { code: missing.code, detail: missing.detail } });
  }
});
