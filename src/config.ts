import { checkUrl, EgressRefused } from './platform/egress/index.ts';
import { type MailServer, readMailServer } from './platform/mail-settings.ts';
import { type MetricsServer, readMetricsServer } from './platform/metrics/metrics-settings.ts';
import { addressToShow, corsOriginsOf, isCidr, trustProxyOf } from './platform/network-settings.ts';
import { type ProvisionSettings, readProvisioning } from './platform/provision-settings.ts';
import { createSettingsReader, type Env } from './platform/settings.ts';

export type PlanOverride = {
  max_phone_numbers?: number;
  max_messages_per_day?: number;
  requests_per_minute?: number;
  price?: string;
};

/** The settings of one process, checked. What is undefined is made or found by the program that starts. */
export type Config = {
  production: boolean;
  port: number;
  /** One more port of the same API; undefined: none. */
  sessionAuthPort: number | undefined;
  host: string;
  logLevel: string;
  /** As Fastify takes it: false, true, a number of hops, or addresses. */
  trustProxy: boolean | number | string;
  corsOrigins: string[];
  role: 'all' | 'api' | 'worker' | 'provisioner';
  /** Undefined: an embedded Postgres under dataDir. */
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  /** Undefined: sandbox backends. One without a key of its own has `evolutionApiKey`. */
  evolutionServers: { url: string; apiKey: string | undefined }[] | undefined;
  evolutionApiKey: string | undefined;
  serverUrl: string;
  backendCallbackUrl: string;
  jwtSecret: string | undefined;
  encryptionKey: string | undefined;
  operator: { email: string; password: string } | undefined;
  /** None: sign-up is closed. */
  signupPlans: string[];
  planOverrides: Record<string, PlanOverride>;
  egressAllowCidrs: string[];
  /** Undefined: no mail is sent. */
  mail: MailServer | undefined;
  /** An endpoint for the messages of the operator's own phone numbers. */
  operatorWebhook: { email: string; url: string; secret: string | undefined } | undefined;
  /** Undefined: no figures are shown. */
  metricsServer: MetricsServer | undefined;
  /** For the role of the provisioner alone. */
  provisioning: ProvisionSettings;
  healthCheckIntervalMs: number;
  requestTimeoutMs: number;
  dataDir: string;
  retentionDays: { logs: number; messages: number; inboundCalls: number };
  /** What deserves a look but does not stop the start. */
  warnings: string[];
};

/** All that is wrong with the environment, one line a variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings are not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

// The values that the example file and the first texts of the product show.
const exampleSecrets = [
  'YourSecurePasswordHere2024!',
  'your-global-evolution-api-key-here-2024',
  'your-jwt-secret-key-here-2024-super-secure',
];

const exampleServerUrl = 'http://your-domain.com';

const plansOfTheCatalogue = ['starter', 'business', 'enterprise'];

/** Reads the environment once. Throws a ConfigError that names every bad variable. */
export function parseConfig(env: Env): Config {
  const read = createSettingsReader(env);
  const production = read.text('NODE_ENV') === 'production';
  const databaseUrl = read.url('DATABASE_URL', ['postgres:', 'postgresql:']) ?? urlFromParts(read);
  const embedded = databaseUrl === undefined;
  const host = read.text('HOST') ?? (embedded ? '127.0.0.1' : '0.0.0.0');
  const port =
    read.integer('PORT', { min: 0, max: 65_535 }) ?? read.integer('npm_config_port', { min: 0, max: 65_535 }) ?? 3000;
  const serverUrl = read.url('SERVER_URL', ['http:', 'https:']) ?? `http://${addressToShow(host)}:${port}`;
  const redisUrl = read.url('REDIS_URL', ['redis:', 'rediss:']);
  const role = read.oneOf('ROLE', ['all', 'api', 'worker', 'provisioner']) ?? 'all';
  const retentionDays = (name: string) => read.integer(name, { min: 1, max: 3_650 }) ?? 30;

  const config: Config = {
    production,
    port,
    sessionAuthPort: read.integer('SESSION_AUTH_PORT', { min: 0, max: 65_535 }) || undefined,
    host,
    logLevel: read.oneOf('LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']) ?? 'info',
    trustProxy: trustProxyOf(read.text('TRUST_PROXY')),
    corsOrigins: corsOriginsOf(read),
    role,
    databaseUrl,
    redisUrl,
    evolutionServers: serversOf(read),
    evolutionApiKey: read.text('EVOLUTION_API_KEY'),
    serverUrl,
    backendCallbackUrl: read.url('BACKEND_CALLBACK_URL', ['http:', 'https:']) ?? serverUrl,
    jwtSecret: read.text('JWT_SECRET'),
    encryptionKey: read.text('ENCRYPTION_KEY'),
    operator: operatorOf(read),
    signupPlans: signupPlansOf(read),
    planOverrides: planOverridesOf(read),
    egressAllowCidrs: read.list('EGRESS_ALLOW_CIDRS') ?? [],
    mail: readMailServer(read),
    operatorWebhook: undefined,
    metricsServer: readMetricsServer(read),
    provisioning: readProvisioning(read),
    healthCheckIntervalMs: read.integer('HEALTH_CHECK_INTERVAL', { min: 100, max: 3_600_000 }) ?? 5_000,
    requestTimeoutMs: read.integer('REQUEST_TIMEOUT', { min: 100, max: 600_000 }) ?? 10_000,
    dataDir: read.text('DATA_DIR') ?? '.data',
    retentionDays: {
      logs: retentionDays('LOGS_RETENTION_DAYS'),
      messages: retentionDays('MESSAGES_RETENTION_DAYS'),
      inboundCalls: retentionDays('INBOUND_CALLS_RETENTION_DAYS'),
    },
    warnings: [],
  };

  for (const cidr of config.egressAllowCidrs)
    if (!isCidr(cidr)) read.problem('EGRESS_ALLOW_CIDRS', `"${cidr}" is not a CIDR range`);
  if (config.sessionAuthPort === port) read.problem('SESSION_AUTH_PORT', 'must be another one than PORT');
  config.operatorWebhook = operatorWebhookOf(config, read);
  if (role === 'provisioner') requireProvisionerSettings(config, read);
  else if (role !== 'all' && redisUrl === undefined)
    read.problem('ROLE', `"${role}" needs REDIS_URL: without Redis one process does everything`);
  if (needsSharedKey(config) && config.evolutionApiKey === undefined)
    read.problem('EVOLUTION_API_KEY', 'is required with EVOLUTION_SERVERS that have no key of their own');
  if (production && role !== 'provisioner') requireProductionSettings(config, read);
  config.warnings.push(...warningsFor(config));
  if (read.problems.length > 0) throw new ConfigError(read.problems);
  return config;
}

type Reader = ReturnType<typeof createSettingsReader>;

// It serves nobody, and is given no more secrets than it needs.
function requireProvisionerSettings(config: Config, read: Reader): void {
  if (config.databaseUrl === undefined)
    read.problem('ROLE', '"provisioner" needs DATABASE_URL or DB_HOST: the embedded database belongs to one process');
  if (config.production) {
    if (config.encryptionKey !== undefined) requireSecret('ENCRYPTION_KEY', config.encryptionKey, 32, read);
    requireDatabasePassword(read);
  }
  const { databaseUrl, driver } = config.provisioning;
  if (driver === 'docker' && databaseUrl === undefined)
    config.warnings.push(
      'PROVISION_DATABASE_URL is not set: started servers have the database of PROVISION_ENV, if any',
    );
}

function requireProductionSettings(config: Config, read: Reader): void {
  requireSecret('JWT_SECRET', config.jwtSecret, 32, read);
  if (config.encryptionKey !== undefined) requireSecret('ENCRYPTION_KEY', config.encryptionKey, 32, read);
  const sandboxWanted = read.text('SANDBOX') === '1';
  if (config.evolutionServers === undefined && !sandboxWanted) {
    read.problem('EVOLUTION_SERVERS', 'is required in production (SANDBOX=1 starts simulated servers instead)');
  }
  if (needsSharedKey(config)) requireSecret('EVOLUTION_API_KEY', config.evolutionApiKey, 1, read);
  if (config.serverUrl === exampleServerUrl) read.problem('SERVER_URL', 'still has its example value');
  requireDatabasePassword(read);
  if (read.text('SIGNUP_PLANS') === undefined) {
    read.problem(
      'SIGNUP_PLANS',
      'is required in production: the plans a visitor may choose, such as "starter", or none',
    );
  }
}

function requireDatabasePassword(read: Reader): void {
  if (read.text('DATABASE_URL') === undefined && read.text('DB_HOST') !== undefined)
    requireSecret('DB_PASSWORD', read.text('DB_PASSWORD'), 1, read);
}

function requireSecret(name: string, value: string | undefined, bytesMin: number, read: Reader): void {
  if (value === undefined) read.problem(name, 'is required in production');
  else if (exampleSecrets.includes(value)) read.problem(name, 'still has its example value');
  else if (Buffer.byteLength(value) < bytesMin) read.problem(name, `is too short: ${bytesMin} bytes at least`);
}

function warningsFor(config: Config): string[] {
  const warnings: string[] = [];
  if (config.egressAllowCidrs.length > 0) {
    warnings.push(`EGRESS_ALLOW_CIDRS lets webhook and media URLs reach ${config.egressAllowCidrs.join(', ')}`);
  }
  for (const [name, value] of [
    ['JWT_SECRET', config.jwtSecret],
    ['ENCRYPTION_KEY', config.encryptionKey],
  ] as const) {
    if (!config.production && value !== undefined && Buffer.byteLength(value) < 32) {
      warnings.push(`${name} is shorter than 32 bytes; production refuses it`);
    }
  }
  return warnings;
}

// `url` or `url|key`: no URL holds a bar, so what follows the first one is the key, whatever it holds but a comma.
function serversOf(read: Reader): Config['evolutionServers'] {
  const name = read.text('EVOLUTION_SERVERS') === undefined ? 'INSTANCES' : 'EVOLUTION_SERVERS';
  return read.list(name)?.map((entry) => {
    const [, address = '', apiKey] = /^([^|]*)(?:\|(.*))?$/.exec(entry) ?? [];
    const url = address.trim().replace(/\/+$/, '');
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      read.problem(name, `"${url}" is not an http(s) URL`);
    } else if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey.trim())) {
      read.problem(name, `the key after "${url}|" is empty, or not visible ASCII without spaces`);
    }
    return { url, apiKey: apiKey?.trim() };
  });
}

function needsSharedKey({ evolutionServers }: Config): boolean {
  return evolutionServers?.some(({ apiKey }) => apiKey === undefined) ?? false;
}

function signupPlansOf(read: Reader): string[] {
  const plans = read.list('SIGNUP_PLANS') ?? plansOfTheCatalogue;
  if (plans.length === 1 && plans[0] === 'none') return [];
  for (const plan of plans) {
    if (plansOfTheCatalogue.includes(plan)) continue;
    read.problem('SIGNUP_PLANS', `"${plan}" is not one of ${plansOfTheCatalogue.join(', ')}; "none" stands alone`);
  }
  return plans;
}

function urlFromParts(read: Reader): string | undefined {
  const host = read.text('DB_HOST');
  if (host === undefined) return undefined;
  const url = new URL('postgres://localhost');
  url.hostname = host;
  url.port = String(read.integer('DB_PORT', { min: 1, max: 65_535 }) ?? 5432);
  url.username = encodeURIComponent(read.text('DB_USER') ?? 'postgres');
  url.password = encodeURIComponent(read.text('DB_PASSWORD') ?? '');
  url.pathname = `/${read.text('DB_NAME') ?? 'evolution'}`;
  return url.href;
}

function operatorOf(read: Reader): Config['operator'] {
  const email = read.text('ADMIN_EMAIL');
  const password = read.text('ADMIN_PASSWORD');
  if (email === undefined && password === undefined) return undefined;
  if (email === undefined) read.problem('ADMIN_EMAIL', 'is required with ADMIN_PASSWORD');
  if (password === undefined) read.problem('ADMIN_PASSWORD', 'is required with ADMIN_EMAIL');
  else if (password.length < 8 || password.length > 128) read.problem('ADMIN_PASSWORD', 'needs 8 to 128 characters');
  return { email: email ?? '', password: password ?? '' };
}

function operatorWebhookOf(config: Config, read: Reader): Config['operatorWebhook'] {
  const url = read.text('WEBHOOK_URL');
  const secret = read.text('WEBHOOK_SECRET');
  if (url === undefined) {
    if (secret !== undefined) read.problem('WEBHOOK_URL', 'is required with WEBHOOK_SECRET');
    return undefined;
  }
  if (config.operator === undefined) read.problem('ADMIN_EMAIL', 'is required with WEBHOOK_URL');
  try {
    checkUrl(url, { allowCidrs: config.egressAllowCidrs.filter(isCidr) });
  } catch (error) {
    if (!(error instanceof EgressRefused)) throw error;
    read.problem('WEBHOOK_URL', `${error.message} EGRESS_ALLOW_CIDRS opens private ranges.`);
  }
  return { email: config.operator?.email ?? '', url, secret };
}

function planOverridesOf(read: Reader): Record<string, PlanOverride> {
  const overrides = read.json('PLAN_OVERRIDES');
  if (overrides === undefined) return {};
  const complain = (why: string) => read.problem('PLAN_OVERRIDES', why);
  if (overrides === null || typeof overrides !== 'object' || Array.isArray(overrides)) {
    complain('must be a JSON object: {"starter": {"max_phone_numbers": 5}}');
    return {};
  }
  for (const [plan, figures] of Object.entries(overrides)) {
    if (!plansOfTheCatalogue.includes(plan)) complain(`"${plan}" is not one of ${plansOfTheCatalogue.join(', ')}`);
    if (figures === null || typeof figures !== 'object' || Array.isArray(figures))
      complain(`"${plan}" must be an object`);
    else for (const [name, value] of Object.entries(figures)) checkFigure(`${plan}.${name}`, name, value, complain);
  }
  return overrides as Record<string, PlanOverride>;
}

function checkFigure(path: string, name: string, value: unknown, complain: (why: string) => void): void {
  const min = { max_phone_numbers: 0, max_messages_per_day: 0, requests_per_minute: 1 }[name];
  if (name === 'price') {
    if (typeof value !== 'string') complain(`"${path}" must be a string`);
  } else if (min === undefined) complain(`"${path}" is not known`);
  else if (!(Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= 2_147_483_647)) {
    complain(`"${path}" must be a whole number of ${min} or more`);
  }
}
