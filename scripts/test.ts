/**
 * `npm test`: lint, types, boundaries, unused code, schema drift, then every test, those that measure or load the
 * machine with less beside them, and those about the database once more on Debian's Postgres. Ends with what was
 * repeated, what failed, and a line `N passed, N failed, N skipped`.
 */
import { existsSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { startDebianPostgres } from '../test/support/debian-postgres.ts';
import { run } from './run.ts';
import { type Outcome, runVitest } from './run-vitest.ts';
import type { Trouble } from './test-report.ts';

const binaries = [
  { name: 'redis-server', places: ['/usr/bin/redis-server'], hint: 'apt-get install redis-server' },
  { name: 'postgresql', places: ['/usr/lib/postgresql'], hint: 'apt-get install postgresql' },
  { name: 'nginx', places: ['/usr/sbin/nginx'], hint: 'apt-get install nginx' },
  { name: 'docker-compose', places: ['/usr/bin/docker-compose'], hint: 'apt-get install docker-compose' },
  { name: 'docker', places: ['/usr/sbin/dockerd', '/usr/bin/dockerd'], hint: 'apt-get install docker.io, and be root' },
];
/** What measures a tenth of a second or the machine against itself, and what loads it by itself until calls are late. */
const spacious = [
  'e2e/lying-backend',
  'e2e/placement-storm',
  'e2e/quota',
  'evolution/lying-server',
  'fleet/hour',
  'modules/backends/breaker',
  'modules/backends/placement-scale',
  'modules/backends/probe',
  'modules/realtime/looks',
  'modules/realtime/processes',
  'modules/webhooks/fairness',
  'modules/webhooks/latency',
  'platform/lane/trouble',
  'platform/redis/connect',
  'sandbox/knobs',
].map((name) => `test/${name}.test.ts`);
/**
 * What must also hold on an older Postgres: statements, locks and races, not forms and times, nor what becomes of
 * processes and connections that break: those of test/faults break on this Postgres too.
 */
const onDebianPostgres = [
  'test/platform/database',
  'test/platform/lease',
  ...[
    'async-accept',
    'evidence',
    'idempotency',
    'media-blobs',
    'quota',
    'quota-threshold',
    'reading',
    'retry',
    'send-turns',
    'settle',
    'take-over',
    'waiting',
    'waiting-outages',
  ].map((name) => `test/modules/messages/${name}.test.ts`),
  'test/modules/campaigns',
  'test/modules/users/races.test.ts',
  ...['change', 'create', 'delete', 'limits', 'unfinished'].map((name) => `test/modules/phone-numbers/${name}.test.ts`),
  'test/modules/inbound',
  ...['deliver', 'fan-out', 'processes'].map((name) => `test/modules/webhooks/${name}.test.ts`),
];
/** Whoever sees only the end of a log still learns what failed. */
const failureLinesMax = 38;

const isPatient = process.env.CI !== undefined;
const total: Outcome = { passed: 0, skipped: 0, failures: [], repeats: [], alone: [] };
const checks: [string, string[]][] = [
  ['lint', ['biome', 'check', '.']],
  ['types', ['node', 'node_modules/@typescript/native/bin/tsc', '--noEmit']],
  ['types of the console', ['node', 'node_modules/@typescript/native/bin/tsc', '--noEmit', '-p', 'web']],
  ['API of the console', ['node', 'scripts/generate-console-api.ts', '--verify']],
  ['boundaries', ['node', 'scripts/check-boundaries.ts']],
  ['unused code', ['knip']],
  ['schema', ['node', 'scripts/generate-schema.ts', '--verify']],
];

for (const path of [...spacious, ...onDebianPostgres]) {
  if (!existsSync(path))
    total.failures.push({ name: 'scripts/test.ts', lines: [`names ${path}, which does not exist`] });
}
const checked = await Promise.all(
  checks.map(async ([name, command]) => ({ name, ...(await run(command, { quiet: true })) })),
);
for (const { name, code, output } of checked) {
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (code === 0) total.passed++;
  else {
    console.log(output);
    total.failures.push({
      name,
      lines: stripVTControlCharacters(output)
        .split('\n')
        .filter((line) => /\S/.test(line)),
    });
  }
}
await testAll('the whole suite', { except: spacious });
await testAll('what needs room', { paths: spacious, workers: 2 });
try {
  const postgres = await startDebianPostgres();
  if (postgres !== undefined) {
    await using _ = { [Symbol.asyncDispose]: postgres.close };
    const version = `Postgres ${postgres.version}`;
    await testAll(`on ${version}`, { paths: onDebianPostgres, version, env: { TEST_POSTGRES_URL: postgres.url } });
  }
} catch (error) {
  total.failures.push({ name: "Debian's Postgres", lines: String(error).split('\n') });
}

console.log();
for (const { name, places, hint } of binaries) {
  if (!places.some((place) => existsSync(place)))
    console.log(`skipped: what needs ${name}, which is not installed (${hint})`);
}
for (const trouble of total.repeats) print('needed a repeat', trouble, 1);
for (const trouble of total.alone) print('passed alone', trouble, 1);
const shown = total.failures.slice(0, failureLinesMax);
const linesEach = Math.min(6, Math.floor(failureLinesMax / shown.length) - 1);
for (const trouble of shown) print('FAILED', trouble, linesEach);
if (shown.length < total.failures.length) console.log(`… and ${total.failures.length - shown.length} more`);
console.log(`${total.passed} passed, ${total.failures.length} failed, ${total.skipped} skipped`);
process.exitCode = total.failures.length === 0 ? 0 : 1;

/** `version` says in the report that a test ran somewhere else than usual. */
async function testAll(
  title: string,
  options: {
    paths?: string[];
    except?: string[];
    workers?: number;
    version?: string;
    env?: Record<string, string>;
  },
): Promise<void> {
  const { paths = [], version, env = {}, ...how } = options;
  console.log(`\n${title}`);
  const outcome = await runVitest({ paths, env, isPatient, ...how });
  const titled = ({ name, lines }: Trouble) => ({
    name: version === undefined ? name : `${name} [on ${version}]`,
    lines,
  });
  total.passed += outcome.passed;
  total.skipped += outcome.skipped;
  for (const kind of ['failures', 'repeats', 'alone'] as const) total[kind].push(...outcome[kind].map(titled));
}

function print(what: string, { name, lines }: Trouble, linesMax: number): void {
  console.log(`${what}: ${name}`);
  for (const line of lines.slice(0, linesMax)) console.log(`    ${line.slice(0, 200)}`);
}
