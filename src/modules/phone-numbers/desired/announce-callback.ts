import type { Kysely } from 'kysely';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import { noteCallbackUrl } from './callback-urls-system.ts';

const everyMs = 60_000;

/**
 * Says where this process takes the calls of backends, now and every minute until closed. Webhooks that lead to where
 * nobody is any more are set anew; a process that takes no calls says nothing.
 */
export function createAnnounceCallback(deps: { db: Kysely<DB>; logger: Logger; callbackUrl(): string }) {
  let timer: NodeJS.Timeout | undefined;
  const announce = () => noteCallbackUrl(deps.db, deps.callbackUrl());
  return {
    async announce(): Promise<void> {
      await announce();
      timer ??= setInterval(() => {
        announce().catch((error) =>
          deps.logger.warn({ event: 'callback_not_announced', err: error }, 'where backends reach us was not noted'),
        );
      }, everyMs).unref();
    },
    close(): void {
      clearInterval(timer);
    },
  };
}
