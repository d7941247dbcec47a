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
    select * from (select ${messageColumns} from messages where whatsapp_id = ${q} limit ${rowsMax}) as by_whatsapp_id
    limit ${rowsMax}`.execute(db);
  // A message has its request's id, but only its user and time are indexed.
  const ofRequests = await Promise.all(requests.slice(0, 5).map((request) => messagesOf(db, request)));
  const found = new Map([...rows, ...ofRequests.flat()].map((message) => [message.id, message]));
  return [...found.values()].slice(0, rowsMax);
}

export async function searchRequests(db: Kysely<DB>, q: string): Promise<FoundRequest[]> {
  const { rows } = await sql<FoundRequest>`
    select id, user_id as "userId", method, endpoint, status_code as "statusCode", request_id as "requestId",
      created_at as "createdAt"
    from api_requests where request_id = ${q} order by created_at desc limit ${rowsMax}`.execute(db);
  return rows;
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
