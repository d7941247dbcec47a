import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';

/** The one endpoint that a phone number has in a foreign contract. */
export type DialectRow = {
  id: number;
  url: string;
  enabled: boolean;
  /** In that contract's words; null: see `events`. */
  names: string[] | null;
  events: string[] | null;
  byEvents: boolean;
  withMedia: boolean;
  headersSealed: string | null;
  createdAt: Date;
  updatedAt: Date;
};

export type DialectOwner = { userId: number; phoneNumberId: number; dialect: string };

export type DialectChange = {
  /** Undefined stays; where there is none yet, nothing is made. */
  url: string | undefined;
  enabled: boolean;
  names: readonly string[];
  events: readonly string[] | null;
  byEvents: boolean | undefined;
  withMedia: boolean | undefined;
  headersSealed: string | undefined;
};

export async function findDialectEndpoint(
  db: Kysely<DB>,
  { userId, phoneNumberId, dialect }: DialectOwner,
): Promise<DialectRow | undefined> {
  const { rows } = await sql<DialectRow>`
    select ${columns} from endpoints
    where user_id = ${userId} and phone_number_id = ${phoneNumberId} and dialect = ${dialect}`.execute(db);
  return rows[0];
}

/** Undefined where there is none of this phone number, or where none can be made. */
export async function saveDialectEndpoint(
  tx: Transaction<DB>,
  owner: DialectOwner,
  change: DialectChange & { format: string; secretSealed: string },
): Promise<DialectRow | undefined> {
  const { userId, phoneNumberId, dialect } = owner;
  const { url, enabled, byEvents, withMedia, headersSealed } = change;
  const reason = enabled ? null : 'by_user';
  const names = sql`${[...change.names]}::text[]`;
  const events = sql`${change.events === null ? null : [...change.events]}::text[]`;
  const changed = sql`
    enabled = ${enabled}, disabled_reason = ${reason}, disabled_at = case when ${enabled} then null else app_now() end,
    failing_since = null, events = ${events}, dialect_events = ${names}, updated_at = now(),
    by_events = coalesce(${byEvents ?? null}::boolean, endpoints.by_events),
    with_media = coalesce(${withMedia ?? null}::boolean, endpoints.with_media),
    headers_sealed = coalesce(${headersSealed ?? null}::text, endpoints.headers_sealed)`;
  if (url === undefined) {
    const { rows } = await sql<DialectRow>`
      update endpoints set ${changed}
      where user_id = ${userId} and phone_number_id = ${phoneNumberId} and dialect = ${dialect}
      returning ${columns}`.execute(tx);
    return rows[0];
  }
  // Locked against a delete of the number.
  const { rows } = await sql<DialectRow>`
    insert into endpoints (user_id, phone_number_id, dialect, format, url, enabled, disabled_reason, disabled_at, events,
      dialect_events, by_events, with_media, headers_sealed, secret_sealed)
    select user_id, id, ${dialect}, ${change.format}, ${url}, ${enabled}, ${reason},
      case when ${enabled} then null else app_now() end, ${events}, ${names}, ${byEvents ?? false},
      ${withMedia ?? false}, ${headersSealed ?? null}, ${change.secretSealed}
    from phone_numbers where id = ${phoneNumberId} and user_id = ${userId} and deleted_at is null for key share
    on conflict (phone_number_id, dialect) where dialect is not null do update set url = excluded.url, ${changed}
    returning ${columns}`.execute(tx);
  return rows[0];
}

const columns = sql.raw(`id, url, enabled, dialect_events as names, events, by_events as "byEvents",
  with_media as "withMedia", headers_sealed as "headersSealed", created_at as "createdAt", updated_at as "updatedAt"`);
