import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

/** Sent messages of one backend's numbers without an acknowledgement, up to a time by the database's clock, as text. */
export type Unacknowledged = { messages: UnacknowledgedMessage[]; upto: string };

export type UnacknowledgedMessage = {
  phoneNumberId: number;
  backendName: string;
  waId: string;
  sentAt: Date;
};

/**
 * The next messages that are `ageMs` old and were not asked for at that age (the `step`th) before: those sent after
 * the last ones asked for, of the last 24 h. Numbers that are not connected are left out, and a server of the
 * EVOLUTION integration, which acknowledges nothing. The first question of all is about what is sent from then on.
 */
export async function listUnacknowledged(
  db: Kysely<DB>,
  { backendId, step, ageMs, limit }: { backendId: number; step: number; ageMs: number; limit: number },
): Promise<Unacknowledged> {
  const { rows } = await sql<{ from: string; upto: string }>`
    select greatest(app_now() - interval '24 hours', coalesce(
        (select asked_upto[${step}::int] from backend_reads where backend_id = ${backendId}), ${aged(ageMs)}))::text as "from",
      ${aged(ageMs)}::text as upto`.execute(db);
  const [span] = rows;
  if (span === undefined) throw new Error('no row');
  const found = await sql<UnacknowledgedMessage & { at: string }>`
    select n.id as "phoneNumberId", n.backend_name as "backendName", m.whatsapp_id as "waId", m.sent_at as "sentAt",
      m.sent_at::text as at
    from messages m join phone_numbers n on n.id = m.phone_number_id
    where m.status = 'sent' and m.sent_at > ${span.from}::timestamptz and m.sent_at <= ${span.upto}::timestamptz
      and n.backend_id = ${backendId} and n.backend_name is not null and n.deleted_at is null
      and n.status = 'connected' and n.integration <> 'EVOLUTION' and m.whatsapp_id is not null
    order by m.sent_at fetch first ${limit} rows with ties`.execute(db);
  const last = found.rows.length < limit ? undefined : found.rows.at(-1)?.at;
  return { messages: found.rows, upto: last ?? span.upto };
}

/** Remembers up to when messages were asked for at an age. */
export async function saveAsked(
  db: Kysely<DB>,
  { backendId, step, upto }: { backendId: number; step: number; upto: string },
): Promise<void> {
  await sql`
    insert into backend_reads as r (backend_id, asked_upto)
    values (${backendId}, array_fill(null::timestamptz, array[${step - 1}::int]) || ${upto}::timestamptz)
    on conflict (backend_id) do update set asked_upto[${step}::int] = ${upto}::timestamptz`.execute(db);
}

/** Backends that somebody may ask: none that is known to be away. */
export async function listReadableBackends(db: Kysely<DB>): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from backends where state in ('active', 'degraded', 'draining', 'cordoned') and failures = 0
    order by id`.execute(db);
  return rows.map(({ id }) => id);
}

function aged(ageMs: number) {
  return sql`(app_now() - make_interval(secs => ${ageMs / 1_000}))`;
}
