import { isDeepStrictEqual } from 'node:util';
import type { Kysely } from 'kysely';
import type { EvolutionClient } from '../../../evolution/client.ts';
import type { WebhookRow } from '../../../evolution/wire.ts';
import type { SecretBox } from '../../../platform/crypto/secret-box.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { notFound } from '../../../platform/errors.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import { hookPath, instanceWebhook } from '../instance-webhook.ts';
import type { ResolveToken } from '../resolve-token.ts';
import { createAnnounceCallback } from './announce-callback.ts';
import { listCallbackUrls } from './callback-urls-system.ts';
import { type DesiredNumber, findDesired, listDesired, saveSettings } from './desired-system.ts';
import { createNoteSeen } from './note-seen.ts';
import { type NumberSettings, wholeSettings } from './number-settings.ts';

export type Desired = ReturnType<typeof createDesired>;

/** What each number should be on its backend, and the calls that make it so again without touching its connection. */
export function createDesired(deps: {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  secretBox: SecretBox;
  tokens: Pick<ResolveToken, 'forget'>;
  callbackUrl(): string;
}) {
  const { db } = deps;

  /** At this process's own address where it takes calls, else at that of one that does. */
  function webhookOf(number: DesiredNumber, urls: readonly string[]) {
    const { secretId, secretSealed } = number;
    const own = deps.callbackUrl();
    const callbackUrl = urls.includes(own) ? own : urls[0];
    if (secretId === null || secretSealed === null || callbackUrl === undefined) return undefined;
    const secret = deps.secretBox.open(secretSealed, `inbound secret ${secretId}`);
    return instanceWebhook(callbackUrl, { id: secretId, secret });
  }

  const callback = createAnnounceCallback(deps);

  return {
    /** Says where this process takes the calls of backends, and goes on saying so until closed. */
    announceCallback: callback.announce,
    close: callback.close,

    /** The live numbers of a backend in the order of their ids, those that something is being done with included. */
    list: (backendId: number): Promise<DesiredNumber[]> => listDesired(db, backendId),
    find: (id: number): Promise<DesiredNumber | undefined> => findDesired(db, id),

    /** Where calls of backends are taken now; each address is as good as the others. */
    callbackUrls: (): Promise<string[]> => listCallbackUrls(db),

    /**
     * What of a webhook is not as it should be. None for a number whose secrets are all over, and while nobody takes calls.
     */
    webhookDifferences(number: DesiredNumber, actual: WebhookRow | null, urls: readonly string[]): string[] {
      const desired = webhookOf(number, urls);
      if (desired === undefined) return [];
      if (actual === null) return ['webhook'];
      const events = Array.isArray(actual.events) ? actual.events : [];
      const isSame: Record<string, boolean> = {
        url: urls.some((url) => actual.url === url + hookPath(number.secretId ?? '')),
        enabled: actual.enabled === true,
        headers: isDeepStrictEqual({ ...actual.headers }, desired.headers),
        events: desired.events.every((event) => events.includes(event)),
        byEvents: actual.webhookByEvents !== true,
        base64: actual.webhookBase64 !== true,
      };
      return Object.keys(isSame).filter((part) => isSame[part] !== true);
    },

    /** Sets the webhook anew, with the secret it had: calls that are under way stay good. Rejects with EvolutionError. */
    async resetWebhook(
      client: Pick<EvolutionClient, 'setWebhook'>,
      number: DesiredNumber,
      urls: readonly string[],
    ): Promise<void> {
      const webhook = webhookOf(number, urls);
      if (webhook !== undefined) await client.setWebhook(number.backendName, webhook);
    },

    ...createNoteSeen(deps),

    settingsOf: (number: DesiredNumber): NumberSettings => wholeSettings(number.settings),

    /** Rejects with EvolutionError. */
    async resetSettings(client: Pick<EvolutionClient, 'setSettings'>, number: DesiredNumber): Promise<void> {
      await client.setSettings(number.backendName, wholeSettings(number.settings));
    },

    /**
     * Keeps what a user chose, so that it stays so: whoever changes it on the backend otherwise is set right. What is left
     * out stays. Answers all settings. Throws `not_found`.
     */
    async changeSettings(userId: number, id: number, chosen: Partial<NumberSettings>): Promise<NumberSettings> {
      const saved = await inTransaction(db, (tx) => saveSettings(tx, userId, id, chosen));
      if (saved === undefined) throw notFound('Phone number');
      return wholeSettings(saved);
    },
  };
}
