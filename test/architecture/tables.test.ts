import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** Which module owns a table: nobody else names it in INSERT, UPDATE or DELETE. */
const owners: Record<string, string> = {
  installation: 'bin',
  schema_migrations: 'platform/database',
  leases: 'platform/lease',
  plans: 'modules/plans',
  users: 'modules/users',
  user_keys: 'modules/users',
  login_sessions: 'modules/users',
  usage: 'modules/messages',
  messages: 'modules/messages',
  wire_messages: 'modules/messages',
  met_addresses: 'modules/messages',
  lid_addresses: 'modules/messages',
  backends: 'modules/backends',
  reservations: 'modules/backends',
  phone_numbers: 'modules/phone-numbers',
  number_tokens: 'modules/phone-numbers',
  inbound_secrets: 'modules/phone-numbers',
  message_stats: 'modules/statistics',
  api_requests: 'modules/statistics',
  event_cursors: 'modules/events',
  events: 'modules/events',
  event_arrivals: 'modules/events',
  endpoints: 'modules/webhooks',
  deliveries: 'modules/webhooks',
  webhook_logs: 'modules/webhooks',
  inbound_calls: 'modules/inbound',
  send_turns: 'modules/messages',
  number_paces: 'modules/messages',
  idempotency_keys: 'modules/messages',
  media_blobs: 'modules/messages',
  number_checks: 'modules/messages',
  campaigns: 'modules/campaigns',
  opt_outs: 'modules/campaigns',
  gap_repairs: 'modules/inbound',
  backend_reads: 'modules/inbound',
  gateway_presence: 'modules/inbound',
  mails: 'modules/users',
  mail_cursor: 'modules/users',
  password_resets: 'modules/users',
  realtime_tickets: 'modules/realtime',
  number_moves: 'modules/phone-numbers',
  audit_log: 'modules/admin',
  connection_spans: 'modules/phone-numbers',
  share_links: 'modules/phone-numbers',
  callback_urls: 'modules/phone-numbers',
  findings: 'modules/fleet',
  repairs: 'modules/fleet',
  incidents: 'modules/fleet',
  reconciles: 'modules/fleet',
  fleet_hold: 'modules/fleet',
  provisioned_backends: 'modules/fleet',
  number_pools: 'modules/pools',
  number_pool_members: 'modules/pools',
  number_pool_recipients: 'modules/pools',
};

/**
 * Old rows of several owners go in one periodic task, which changes nothing that anybody still reads; and so does all
 * that is of a user who is being deleted.
 */
const retention = /^modules\/(statistics\/retention-system|admin\/erase-system)\.ts$/;
/** Statement parts that their owner exports for use in a larger WITH, and the use cases that own such a statement. */
const fileNames =
  /(-repository|-system)\.ts$|\/(append-part|append-events|stats-parts|count-received|accept|accept-any|settle|placement|request-recorder|apply-status|record-received)\.ts$/;

const sources = await readSources('src');

test('every table of the schema has an owner', async () => {
  const schema = await readFile('src/schema.ts', 'utf8');
  const tables = [...(schema.split('export interface DB {')[1] ?? '').matchAll(/^ {2}(\w+):/gm)].map(
    (match) => match[1],
  );
  const views = [
    'user_dashboard',
    'phone_number_details',
    'api_keys',
    'instances',
    'sessions',
    'subscription_plans',
    'subscriptions',
    'usage_stats',
    'webhooks',
  ];
  expect(tables.filter((table) => !views.includes(table ?? '')).sort()).toEqual(Object.keys(owners).sort());
});

test("only a table's owner names it in INSERT, UPDATE or DELETE", () => {
  const trespasses = writes().filter(
    ({ file, table }) => !file.startsWith(`${owners[table]}/`) && !(retention.test(file) && table !== 'users'),
  );
  expect(trespasses).toEqual([]);
});

test('within a module only repositories, system files and named statement files write', () => {
  const elsewhere = writes().filter(({ file }) => file.startsWith('modules/') && !fileNames.test(file));
  expect(elsewhere).toEqual([]);
});

test('the search for writes sees raw SQL and the query builder', () => {
  const found = writes().map(({ file, table }) => `${file} ${table}`);
  expect(found).toContain('modules/messages/accept/accept.ts usage');
  expect(found).toContain('modules/users/users-repository.ts users');
  expect(found.length).toBeGreaterThan(40);
});

function writes(): { file: string; table: string }[] {
  const table = `(${Object.keys(owners).join('|')})`;
  const patterns = [
    new RegExp(`\\b(?:insert\\s+into|delete\\s+from|update)\\s+${table}\\b`, 'gi'),
    new RegExp(`\\.(?:insertInto|updateTable|deleteFrom)\\(\\s*'${table}'`, 'g'),
  ];
  return sources.flatMap(({ file, text }) =>
    patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => ({ file, table: match[1] ?? '' }))),
  );
}

async function readSources(folder: string): Promise<{ file: string; text: string }[]> {
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && file !== 'schema.ts',
  );
  return Promise.all(
    files.map(async (file) => ({
      file: relative('.', file),
      // Comments may speak of tables.
      text: (await readFile(join(folder, file), 'utf8')).replace(/\/\*\*[\s\S]*?\*\/|^\s*(?:\/\/|--).*$/gm, ''),
    })),
  );
}
