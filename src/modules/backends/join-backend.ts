import type { Kysely } from 'kysely';
import { createEvolutionClient } from '../../evolution/client.ts';
import { EvolutionError, type EvolutionErrorKind, saysNoLicense } from '../../evolution/errors.ts';
import { createEvolutionPool } from '../../evolution/pool.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import { DomainError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { readBackendUrl } from './backend-url.ts';
import { type Isolation, insertJoined } from './backends-system.ts';
import { readLabels } from './labels.ts';
import { sandboxClientName } from './probe.ts';
import { apiKeyContext } from './registry.ts';
import { unsupportedReason } from './supported-version.ts';

export type JoinInput = {
  url: string;
  apiKey: string;
  capacity: number;
  labels: readonly string[];
  isolation: Isolation;
  /** Of a dedicated backend; null leaves it to the first such user who is placed there. */
  dedicatedTo: number | null;
};

const askWithinMs = 5_000;

/**
 * Takes a server into the pool, after it has answered as an Evolution server does and known the key. Its version is
 * asked once, for 5 s; one that is too old joins as `unsupported`. No redirect is followed, and what a foreign server
 * answers is shown to nobody. Throws `invalid_url`, `invalid_request`, `backend_refused_to_join`, `backend_exists`.
 */
export function createJoinBackend(deps: {
  db: Kysely<DB>;
  secretBox: SecretBox;
  clock: Pick<Clock, 'monotonicMs'>;
  logger: Logger;
}) {
  return async function joinBackend(input: JoinInput): Promise<number> {
    const url = readBackendUrl(input.url);
    const labels = readLabels(input.labels);
    const shown = await ask(url, input.apiKey);
    const id = await insertJoined(deps.db, {
      ...shown,
      url,
      labels,
      apiKeySealed: deps.secretBox.seal(input.apiKey, apiKeyContext(url)),
      capacity: input.capacity,
      isolation: input.isolation,
      dedicatedTo: input.isolation === 'dedicated' ? input.dedicatedTo : null,
      unsupported: unsupportedReason(shown.version),
    });
    if (id === undefined) {
      throw new DomainError('backend_exists', 'A backend with this URL is in the pool.', { kind: 'conflict' });
    }
    deps.logger.info({ event: 'backend_joined', backend_id: id, url, version: shown.version }, 'backend joined');
    return id;
  };

  async function ask(baseUrl: string, apiKey: string) {
    const dispatcher = createEvolutionPool(baseUrl, { connections: 2 });
    try {
      const client = createEvolutionClient({ baseUrl, apiKey, dispatcher, readTimeoutMs: askWithinMs });
      const startedAt = deps.clock.monotonicMs();
      await client.probe();
      const latencyMs = deps.clock.monotonicMs() - startedAt;
      await client.verifyCredentials();
      const { version, clientName } = await client.version().catch(() => ({ version: 'unknown', clientName: '' }));
      return { version, isSandbox: clientName === sandboxClientName, latencyMs };
    } catch (error) {
      throw refusal(error);
    } finally {
      // A version that is still asked for is waited for no longer.
      void dispatcher.destroy();
    }
  }
}

/** Whether it knows this key. Throws `backend_refused_to_join` unless it does. */
export async function requireKnownKey(baseUrl: string, apiKey: string): Promise<void> {
  const dispatcher = createEvolutionPool(baseUrl, { connections: 1 });
  try {
    const client = createEvolutionClient({ baseUrl, apiKey, dispatcher, readTimeoutMs: askWithinMs });
    await client.verifyCredentials();
  } catch (error) {
    throw refusal(error);
  } finally {
    void dispatcher.destroy();
  }
}

// Own words for each: what stands behind an address that only we can reach must not be read through us.
const sentences: Partial<Record<EvolutionErrorKind, string>> = {
  unreachable: 'Nothing can be reached at this URL.',
  timeout: 'The server did not answer within 5 s.',
  connection_lost: 'The server broke the connection off.',
  unauthorized: 'The server answers as an Evolution API, but refuses the key: it takes its AUTHENTICATION_API_KEY.',
};

function refusal(error: unknown): unknown {
  if (!(error instanceof EvolutionError)) return error;
  const sentence = saysNoLicense(error)
    ? 'The server answers that it has no license: activate it first.'
    : (sentences[error.kind] ?? 'What answers at this URL is no Evolution API.');
  return new DomainError('backend_refused_to_join', sentence, { kind: 'unprocessable', cause: error });
}
