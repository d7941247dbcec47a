import { serverPort } from './server-driver.ts';

/**
 * The settings of an Evolution server of ours: the database and the files of its own, one key, no global webhook, since
 * the gateway sets one for each number. `more` is laid over all but what gives it its identity.
 */
export function serverEnvironment(server: {
  name: string;
  url: string;
  apiKey: string;
  databaseUrl: string | undefined;
  more: Readonly<Record<string, string>>;
}): Record<string, string> {
  return {
    ...usual,
    ...(server.databaseUrl === undefined ? {} : { DATABASE_CONNECTION_URI: server.databaseUrl }),
    ...server.more,
    SERVER_PORT: String(serverPort),
    SERVER_URL: server.url,
    AUTHENTICATION_API_KEY: server.apiKey,
    DATABASE_CONNECTION_CLIENT_NAME: server.name,
  };
}

const usual = {
  SERVER_TYPE: 'http',
  AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES: 'true',
  DATABASE_PROVIDER: 'postgresql',
  DATABASE_SAVE_DATA_INSTANCE: 'true',
  DATABASE_SAVE_DATA_NEW_MESSAGE: 'true',
  DATABASE_SAVE_MESSAGE_UPDATE: 'true',
  DATABASE_SAVE_DATA_CONTACTS: 'true',
  DATABASE_SAVE_DATA_CHATS: 'true',
  DATABASE_SAVE_DATA_LABELS: 'true',
  DATABASE_SAVE_DATA_HISTORIC: 'true',
  CACHE_REDIS_ENABLED: 'false',
  CACHE_LOCAL_ENABLED: 'true',
  WEBHOOK_GLOBAL_ENABLED: 'false',
  // About 20 minutes of tries, which an outage of the gateway may last without a call being lost.
  WEBHOOK_REQUEST_TIMEOUT_MS: '30000',
  WEBHOOK_RETRY_MAX_ATTEMPTS: '10',
  WEBHOOK_RETRY_INITIAL_DELAY_SECONDS: '5',
  WEBHOOK_RETRY_USE_EXPONENTIAL_BACKOFF: 'true',
  WEBHOOK_RETRY_MAX_DELAY_SECONDS: '300',
  WEBHOOK_RETRY_JITTER_FACTOR: '0.2',
  WEBHOOK_RETRY_NON_RETRYABLE_STATUS_CODES: '400,401,403,404,422',
  DEL_INSTANCE: 'false',
  TELEMETRY_ENABLED: 'false',
  CONFIG_SESSION_PHONE_CLIENT: 'Evofleet',
  CONFIG_SESSION_PHONE_NAME: 'Chrome',
  LOG_LEVEL: 'ERROR,WARN',
  LOG_BAILEYS: 'error',
  // Its webhooks carry local time marked as UTC: only in UTC is that true.
  TZ: 'UTC',
} as const;
