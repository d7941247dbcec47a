/**
 * `npm test`: lint, types, boundaries, unused code, schema drift, then every test, and those about the database once
 * more on Debian's Postgres. Ends with a line `N passed, N failed, N skipped`.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDebianPostgres } from '../test/support/debian-postgres.ts';

type Counts = { passed: number; failed: number; skipped: number };

const binaries = [
  { name: 'redis-server', places: ['/usr/bin/redis-server'], hint: 'apt-get install redis-server' },
  { name: 'postgresql', places: ['/usr/lib/postgresql'], hint: 'apt-get install postgresql' },
  { name: 'nginx', places: ['/usr/sbin/nginx'], hint: 'apt-get install nginx' },
  { name: 'docker-compose', places: ['/usr/bin/docker-compose'], hint: 'apt-get install docker-compose' },
];
/** What must also hold on an older Postgres, over TCP. */
const onDebianPostgres = [
  'test/platform/database',
  'test/platform/lease',
  'test/modules/messages',
  'test/modules/users/races.test.ts',
  'test/modules/phone-numbers',
  'test/modules/inbound',
  'test/modules/webhooks',
];

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const checks: [string, string[]][] = [
  ['lint', ['biome', 'check', '.']],
  ['types', ['node', 'node_modules/@typescript/native/bin/tsc', '--noEmit']],
  ['boundaries', ['node', 'scripts/check-boundaries.ts']],
  ['unused code', ['knip']],
  ['schema', ['node', 'scripts/generate-schema.ts', '--verify']],
];

for (const [name, command] of checks) {
  const { code, output } = await run(command, { quiet: true });
  if (code === 0) total.passed++;
  else total.failed++;
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (code !== 0) console.log(output);
}
await runVitest('the whole suite', [], {});
const postgres = await startDebianPostgres();
if (postgres !== undefined) {
  try {
    await runVitest(
      `on Postgres ${postgres.version}`,
      onDebianPostgres.filter((path) => existsSync(path)),
      { TEST_POSTGRES_URL: postgres.url },
    );
  } finally {
    await postgres.close();
  }
}
for (const { name, places, hint } of binaries) {
  if (!places.some((place) => existsSync(place)))
    console.log(`skipped: what needs ${name}, which is not installed (${hint})`);
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function runVitest(title: string, paths: string[], env: Record<string, string>): Promise<void> {
  console.log(`\n${title}`);
  const folder = await mkdtemp(join(tmpdir(), 'evofleet-test-report-'));
  const report = join(folder, 'report.json');
  const { code } = await run(
    ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...paths],
    { quiet: false, env },
  );
  const counts = await readFile(report, 'utf8').then(countsOf, () => ({ passed: 0, failed: 1, skipped: 0 }));
  // A run can fail without a failing test: an error outside of all of them.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  await rm(folder, { recursive: true, force: true });
}

function countsOf(report: string): Counts {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = JSON.parse(report);
  return {
    passed: numPassedTests,
    failed: Math.max(numFailedTests, Math.min(numFailedTestSuites, 1)),
    skipped: numPendingTests + numTodoTests,
  };
}

function run(
  [program = '', ...args]: string[],
  options: { quiet: boolean; env?: Record<string, string> },
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', options.quiet ? 'pipe' : 'inherit', options.quiet ? 'pipe' : 'inherit'],
      env: { ...process.env, ...options.env },
    });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
