/** Writes web/src/api/schema.d.ts, what the console knows of the API, from the gateway's own document. */
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { buildApp } from '../src/app.ts';
import { parseConfig } from '../src/config.ts';
import { createLogger } from '../src/platform/logger.ts';
import { createServices } from '../src/services.ts';

const target = 'web/src/api/schema.d.ts';

const text = `${astToString(await openapiTS((await readDocument()) as OpenAPI3))}`;
if (process.argv.includes('--verify')) {
  if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    console.error(`${target} is not what the API says: run node scripts/generate-console-api.ts`);
    process.exitCode = 1;
  }
} else await writeFile(target, text);

// The document says nothing of what is in the database, so none is needed.
async function readDocument(): Promise<unknown> {
  const config = parseConfig({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', LOG_LEVEL: 'silent' });
  const secret = 'no secret, since nothing is served';
  await using services = createServices(
    {
      ...config,
      installationId: 'none',
      databaseUrl: config.databaseUrl ?? '',
      jwtSecret: secret.padEnd(32),
      encryptionKey: secret.padEnd(32),
      backends: [],
    },
    createLogger({ level: 'silent' }),
    { closeWithinMs: 0 },
  );
  const app = await buildApp(services);
  await app.ready();
  const document = app.swagger() as Document;
  await app.close();
  return { ...document, paths: Object.fromEntries(Object.entries(document.paths).flatMap(ofTheConsole)) };
}

type Operation = { responses?: Record<string, unknown> };
type Document = { paths: Record<string, Record<string, Operation>> };

// Foreign contracts are for others. All problems are alike, and read by hand.
function ofTheConsole([path, operations]: [string, Record<string, Operation>]): [string, unknown][] {
  if (!path.startsWith('/api/') || path.startsWith('/api/v1/')) return [];
  const answered = Object.entries(operations).map(([method, operation]) => [
    method,
    { ...operation, responses: Object.fromEntries(Object.entries(operation.responses ?? {}).filter(isSuccess)) },
  ]);
  return [[path, Object.fromEntries(answered)]];
}

function isSuccess([status]: [string, unknown]): boolean {
  return status.startsWith('2');
}
