// A small stand-in for the gateway, for tests that kill it: `node embedded-child.ts claim|serve|write <dataDir>`.
// Prints one line per fact; ends in an orderly way on SIGINT or when its standard input closes.
import { Client } from 'pg';
import { claimDataDir, generatedSecret } from '../../src/bin/data-dir.ts';
import { startEmbeddedPostgres } from '../../src/bin/embedded-postgres.ts';

const [mode, dataDir = ''] = process.argv.slice(2);
const told = Promise.withResolvers<void>();
process.on('SIGINT', () => told.resolve());
process.stdin.on('end', () => told.resolve()).resume();

try {
  if (mode === 'claim') console.log(`secret ${await generatedSecret(dataDir, 'jwt')}`);
  const claim = await claimDataDir(dataDir);
  console.log('claimed');
  if (mode !== 'claim') await serve();
  await told.promise;
  await claim.release();
} catch (error) {
  console.log(`refused ${error instanceof Error ? error.message : error}`);
}
process.exit();

async function serve(): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir, log: (line) => console.log(`log ${line}`) });
  const client = new Client({ connectionString: postgres.url });
  // When Postgres is killed first, the statement under way says so.
  client.on('error', () => {});
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS written (n bigint GENERATED ALWAYS AS IDENTITY)');
  const kept = await client.query('SELECT coalesce(max(n), 0) AS last, count(*) AS rows FROM written');
  console.log(`kept ${kept.rows[0].rows}`);
  console.log(`serving ${postgres.url}`);
  let over = false;
  const end = told.promise.then(() => {
    over = true;
  });
  while (mode === 'write' && !over) {
    const row = await client.query('INSERT INTO written DEFAULT VALUES RETURNING n');
    console.log(`acknowledged ${row.rows[0].n}`);
  }
  await end;
  await client.end();
  await postgres.close();
  console.log('closed');
}
