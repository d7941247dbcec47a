import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';
import { type FoundNumber, numberColumns } from './figures-system.ts';

export type FoundUser = { id: number; email: string; planType: string; status: string; role: string };
export type FoundMessage = {
  id: string;
  userId: number;
  phoneNumberId: number;
  direction: string;
  kind: string;
  status: string;
  statusReason: string | null;
  whatsappId: string | null;
  requestId: string | null;
  backendId: number | null;
  createdAt: Date;
};
export type FoundRequest = {
  id: string;
  userId: number | null;
  method: string;
  endpoint: string;
  statusCode: number | null;
  requestId: string | null;
  createdAt: Date;
};

const rowsMax = 50;
const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** By WhatsApp number from its start, by instance name, by name on the backend. Deleted ones too. */
export async function searchNumbers(db: Kysely<DB>, q: string): Promise<FoundNumber[]> {
  const digits = /^\+?[0-9 ()-]{4,25}(@s\.whatsapp\.net)?$/.test(q) ? q.replace(/@.*$/, '').replace(/\D/g, '') : null;
  const { rows } = await sql<FoundNumber>`
    select ${numberColumns} from phone_numbers n
    where n.instance_name = ${q} or n.backend_name = ${q}
      or (${digits}::text is not null and n.phone_number like ${`${digits ?? ''}%`})
    order by n.id limit ${rowsMax}`.execute(db);
  return rows;
}

export async function searchUsers(db: Kysely<DB>, q: string): Promise<FoundUser[]> {
  if (!q.includes('@')) return [];
  const { rows } = await sql<FoundUser>`
    select id, email, plan_type as "planType", status, role from users where lower(email) = lower(${q})`.execute(db);
  return rows;
}

/** By our id, by WhatsApp's, or by the id of the request that sent it. */
export async function searchMessages(
  db: Kysely<DB>,
  q: string,
  requests: readonly FoundRequest[],
): Promise<FoundMessage[]> {
  const { rows } = await sql<FoundMessage>`
    select ${messageColumns} from messages where id = ${isUuid.test(q) ? q : null}::uuid
    union
    -- The ledger has WhatsApp's ids by number: a look per number now and then costs less than an index of all messages.
    select ${messageColumns} from messages where id = any(array(
      select w.message_id from phone_numbers n
      cross join lateral (
        select message_id from wire_messages where phone_number_id = n.id and wa_id = ${q} and message_id is not null
      ) w
      limit ${rowsMax}))
    limit ${rowsMax}`.execute(db);
  // A message has its request's id, but only its user and time are indexed.
  const ofRequests = await Promise.all(requests.slice(0, 5).map((request) => messagesOf(db, request)));
  const found = new Map([...rows, ...ofRequests.flat()].map((message) => [message.id, message]));
  return [...found.values()].slice(0, rowsMax);
}

/** Ids that we gave say when; those that callers brought along are looked for in the last day. */
export async function searchRequests(db: Kysely<DB>, q: string): Promise<FoundRequest[]> {
  const span = /^[0-9a-f]{8}-[0-9a-f]{4}-7/i.test(q) && isUuid.test(q) ? spanOf(q) : lastDay;
  const { rows } = await sql<FoundRequest>`
    select id, user_id as "userId", method, endpoint, status_code as "statusCode", request_id as "requestId",
      created_at as "createdAt"
    from api_requests where request_id = ${q} and ${span} order by created_at desc limit ${rowsMax}`.execute(db);
  return rows;
}

const lastDay = sql`created_at > app_now() - interval '1 day'`;

// The row of a request is written after its answer, under an id that begins with that time.
function spanOf(requestId: string) {
  // Nobody's clock is past 2100, and no later time has a form that both sides read.
  const ms = Math.min(Number.parseInt(requestId.slice(0, 8) + requestId.slice(9, 13), 16), Date.UTC(2100, 0));
  const idAt = (time: number) => {
    const hex = time.toString(16).padStart(12, '0');
    return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
  };
  const [from, to] = [ms - 60_000, ms + 600_000];
  return sql`id between ${idAt(Math.max(0, from))}::uuid and ${idAt(to)}::uuid
    and created_at between ${new Date(Math.max(0, from))} and ${new Date(to)}`;
}

async function messagesOf(db: Kysely<DB>, request: FoundRequest): Promise<FoundMessage[]> {
  if (request.userId === null) return [];
  const { rows } = await sql<FoundMessage>`
    select ${messageColumns} from messages
    where user_id = ${request.userId} and request_id = ${request.requestId}
      and created_at between ${request.createdAt}::timestamptz - interval '5 minutes'
        and ${request.createdAt}::timestamptz + interval '1 minute'
    limit ${rowsMax}`.execute(db);
  return rows;
}

const messageColumns = sql.raw(`id, user_id as "userId", phone_number_id as "phoneNumberId", direction, kind, status,
  status_reason as "statusReason", whatsapp_id as "whatsappId", request_id as "requestId", backend_id as "backendId",
  created_at as "createdAt"`);
