import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import type { CallableEndpoint, DisabledReason, Endpoint, EndpointFormat, Schedule } from './endpoint.ts';
import type { ToldNumber } from './told-event.ts';

export type NewEndpoint = Pick<
  Endpoint,
  'userId' | 'phoneNumberId' | 'url' | 'events' | 'format' | 'schedule' | 'enabled'
> & { secretSealed: string };

/** Undefined when the user has no such phone number. */
export async function insertEndpoint(tx: Transaction<DB>, endpoint: NewEndpoint): Promise<Endpoint | undefined> {
  const { userId, phoneNumberId } = endpoint;
  // Locked against a delete of the number, which takes its endpoints away.
  if (phoneNumberId !== null) {
    const { rows } = await sql`
      select 1 from phone_numbers where id = ${phoneNumberId} and user_id = ${userId} and deleted_at is null
      for key share`.execute(tx);
    if (rows.length === 0) return undefined;
  }
  const row = await tx
    .insertInto('endpoints')
    .values({
      user_id: userId,
      phone_number_id: phoneNumberId,
      url: endpoint.url,
      events: endpoint.events,
      format: endpoint.format,
      schedule: endpoint.schedule,
      enabled: endpoint.enabled,
      disabled_reason: endpoint.enabled ? null : 'by_user',
      disabled_at: endpoint.enabled ? null : sql<Date>`app_now()`,
      secret_sealed: endpoint.secretSealed,
    })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toEndpoint(row);
}

/** Exact under a lock of the user of the same transaction. */
export async function countEndpoints(tx: Transaction<DB>, userId: number): Promise<number> {
  const row = await tx
    .selectFrom('endpoints')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .where('is_default', '=', false)
    .where('dialect', 'is', null)
    .executeTakeFirstOrThrow();
  return row.count;
}

export async function findEndpoint(db: Kysely<DB>, userId: number, id: number): Promise<Endpoint | undefined> {
  const row = await db
    .selectFrom('endpoints')
    .select(columns)
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : toEndpoint(row);
}

/** What a call of it needs; the number is its own, or null where it is every number's. */
export async function findCallable(
  db: Kysely<DB>,
  userId: number,
  id: number,
): Promise<(CallableEndpoint & { number: ToldNumber | null }) | undefined> {
  const { rows } = await sql<CallableEndpoint & { number: ToldNumber | null }>`
    select e.url, e.format, e.by_events as "byEvents", e.with_media as "withMedia",
      e.headers_sealed as "headersSealed", e.secret_sealed as "secretSealed",
      case when e.previous_secret_until > app_now() then e.previous_secret_sealed end as "previousSecretSealed",
      case when n.id is not null then json_build_object('id', n.id, 'instanceName', n.instance_name, 'alias', n.alias,
        'displayName', n.display_name, 'phoneNumber', n.phone_number, 'profileName', n.profile_name,
        'ownJid', n.own_jid, 'tokenHint', n.token) end as number
    from endpoints e left join phone_numbers n on n.id = e.phone_number_id
    where e.id = ${id} and e.user_id = ${userId}`.execute(db);
  return rows[0];
}

/** Locked until the transaction ends. */
export async function lockEndpoint(tx: Transaction<DB>, userId: number, id: number): Promise<Endpoint | undefined> {
  const row = await tx
    .selectFrom('endpoints')
    .select(columns)
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : toEndpoint(row);
}

/** Oldest first, the page after `after`. */
export async function listEndpoints(
  db: Kysely<DB>,
  userId: number,
  page: { limit: number; after?: { createdAt: Date; id: number }; phoneNumberId?: number },
): Promise<Endpoint[]> {
  let query = db
    .selectFrom('endpoints')
    .select(columns)
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .orderBy('id')
    .limit(page.limit);
  if (page.phoneNumberId !== undefined) query = query.where('phone_number_id', '=', page.phoneNumberId);
  if (page.after !== undefined) {
    query = query.where(sql<boolean>`(created_at, id) > (${page.after.createdAt}, ${page.after.id})`);
  }
  return (await query.execute()).map(toEndpoint);
}

export type EndpointChange = {
  url?: string;
  events?: string[] | null;
  format?: EndpointFormat;
  schedule?: Schedule;
  enabled?: boolean;
};

/** Enabling forgets why it was disabled and since when it failed. */
export async function updateEndpoint(
  tx: Transaction<DB>,
  userId: number,
  id: number,
  change: EndpointChange,
): Promise<Endpoint | undefined> {
  const row = await tx
    .updateTable('endpoints')
    .set({
      ...(change.url === undefined ? {} : { url: change.url }),
      ...(change.events === undefined ? {} : { events: change.events }),
      ...(change.format === undefined ? {} : { format: change.format }),
      // What a foreign contract said of it holds no more.
      ...(change.events === undefined && change.format === undefined ? {} : { dialect_events: null }),
      ...(change.schedule === undefined ? {} : { schedule: change.schedule }),
      ...(change.enabled === true ? enabledAnew : {}),
      ...(change.enabled === false
        ? {
            enabled: false,
            disabled_reason: sql<string>`coalesce(disabled_reason, 'by_user')`,
            disabled_at: sql<Date>`coalesce(disabled_at, app_now())`,
          }
        : {}),
      updated_at: sql`now()`,
    })
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : toEndpoint(row);
}

/** Makes `secretSealed` the secret; the former one signs beside it for `overlapHours` more. */
export async function replaceSecret(
  tx: Transaction<DB>,
  userId: number,
  id: number,
  secret: { secretSealed: string; overlapHours: number },
): Promise<boolean> {
  const result = await tx
    .updateTable('endpoints')
    .set({
      previous_secret_sealed: sql`secret_sealed`,
      previous_secret_until: sql<Date>`app_now() + make_interval(hours => ${secret.overlapHours})`,
      secret_sealed: secret.secretSealed,
      updated_at: sql`now()`,
    })
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function deleteEndpoint(tx: Transaction<DB>, userId: number, id: number): Promise<void> {
  await tx.deleteFrom('endpoints').where('user_id', '=', userId).where('id', '=', id).execute();
}

/** What enabling an endpoint sets. */
export const enabledAnew = { enabled: true, disabled_reason: null, disabled_at: null, failing_since: null } as const;

const columns = [
  'id',
  'user_id',
  'phone_number_id',
  'url',
  'events',
  'format',
  'schedule',
  'enabled',
  'disabled_reason',
  'disabled_at',
  'failing_since',
  'is_default',
  'from_settings',
  'dialect',
  'by_events',
  'with_media',
  'created_at',
] as const;

type Row = {
  id: number;
  user_id: number;
  phone_number_id: number | null;
  url: string;
  events: string[] | null;
  format: string;
  schedule: string;
  enabled: boolean;
  disabled_reason: string | null;
  disabled_at: Date | null;
  failing_since: Date | null;
  is_default: boolean;
  from_settings: boolean;
  dialect: string | null;
  by_events: boolean;
  with_media: boolean;
  created_at: Date;
};

function toEndpoint(row: Row): Endpoint {
  return {
    id: row.id,
    userId: row.user_id,
    phoneNumberId: row.phone_number_id,
    url: row.url,
    events: row.events,
    format: row.format as EndpointFormat,
    schedule: row.schedule as Schedule,
    enabled: row.enabled,
    disabledReason: row.disabled_reason as DisabledReason | null,
    disabledAt: row.disabled_at,
    failingSince: row.failing_since,
    origin: row.from_settings ? 'settings' : row.is_default ? 'phone_number' : 'api',
    dialect: row.dialect,
    byEvents: row.by_events,
    base64: row.with_media,
    createdAt: row.created_at,
  };
}
