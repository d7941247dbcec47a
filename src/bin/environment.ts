import { existsSync } from 'node:fs';

/** The process's environment, with what a `.env` file in the working folder adds to it. */
export function readEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

/** Ends the program with one clear text; the stack only where nobody foresaw the error. */
export function stopWithMessage(error: unknown): never {
  const isForeseen = error instanceof Error && !(error instanceof TypeError || error instanceof ReferenceError);
  const text = isForeseen ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
