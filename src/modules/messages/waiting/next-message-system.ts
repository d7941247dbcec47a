import type { Pool } from 'pg';
import { Batch } from '../../../platform/database/batch.ts';
import type { SendableNumber } from '../../phone-numbers/index.ts';

/** A number whose turn it is, as it is now. */
export type TurnNumber = Omit<SendableNumber, 'backendId' | 'backendName'> & {
  /** Null while the number is being created, as the backend's name. */
  backendId: number | null;
  backendName: string | null;
  isDeleted: boolean;
  isUserActive: boolean;
  /** Messages its user may have accepted on one day. */
  dailyMax: number;
};

/** The message that leaves next. */
export type NextMessage = {
  id: string;
  kind: string;
  recipient: string;
  content: Record<string, unknown>;
  blobId: string | null;
  /** Whether its unit is still to be taken. */
  needsUnit: boolean;
};

export type Next = { number: TurnNumber | null; message: NextMessage | null };

type Row = { number: TurnNumber | null } & { [Key in keyof NextMessage]: NextMessage[Key] | null };

/**
 * What is next on a number: of what is due the highest priority, then the earliest. The `case` keeps Postgres from the
 * index of all that will expire.
 */
const nextSql = `
  select case when n.id is not null then json_build_object(
      'id', n.id, 'userId', n.user_id, 'status', n.status, 'instanceName', n.instance_name,
      'backendId', n.backend_id, 'backendName', n.backend_name, 'integration', n.integration,
      'isSandbox', coalesce(b.is_sandbox, false), 'isDeleted', n.deleted_at is not null,
      'isPaced', coalesce(n.send_interval_ms, 0) + coalesce(n.send_jitter_ms, 0) > 0 or n.daily_cap is not null,
      'isPaused', n.paused_at is not null, 'isUserActive', u.status = 'active', 'dailyMax', u.max_messages_per_day) end as number,
    m.id, m.kind, m.remote_jid as recipient, m.content, m.media_blob_id as "blobId",
    m.quota_day is null as "needsUnit"
  from unnest($1::bigint[]) with ordinality as asked (id, ord)
  left join phone_numbers n on n.id = asked.id
  left join users u on u.id = n.user_id
  left join backends b on b.id = n.backend_id
  left join lateral (
    select w.* from (values (1), (0), (-1)) p (priority)
    cross join lateral (
      select m.* from messages m
      where m.phone_number_id = asked.id and m.status in ('scheduled', 'accepted') and m.priority = p.priority
        and m.due_at <= app_now() and case when m.expires_at > app_now() then true end
        and (m.campaign_id is null or exists
          (select from campaigns c where c.id = m.campaign_id and c.status = 'running'))
      order by m.due_at, m.id limit 1
    ) w
    order by w.priority desc limit 1
  ) m on true
  order by asked.ord`;

export type NextBatch = Batch<number, Next>;

/** Reads what is next on phone numbers, many at once: each message that leaves asks for it. */
export function createNextBatch(deps: { pool: Pool }): NextBatch {
  return new Batch<number, Next>({
    name: 'next',
    pool: deps.pool,
    inFlightMax: 1,
    ownerOf: (phoneNumberId) => phoneNumberId,
    lineWaitMaxMs: 10_000,
    async write(client, phoneNumberIds) {
      const { rows } = await client.query<Row>({ name: 'next', text: nextSql, values: [phoneNumberIds] });
      return rows.map(nextOf);
    },
  });
}

function nextOf({ number, id, kind, recipient, content, blobId, needsUnit }: Row): Next {
  if (id === null || kind === null || recipient === null || content === null) return { number, message: null };
  return { number, message: { id, kind, recipient, content, blobId, needsUnit: needsUnit === true } };
}
